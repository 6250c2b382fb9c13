//! CHL-24: whether a token has the claims that a challenge demands.
//!
//! Follows OpenID Connect Core section 5.5.1 (`essential`, `value`, `values`). Values are compared letter by letter, but for
//! `nbf`: Microsoft's servers name with it the time after which the token must have been issued.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::challenge::bearer::BearerChallenge;
use crate::jose::{Claim, DuplicateKind, JsonType, Member, members};
use crate::s2s::Token;
use crate::verdict::{Check, Evidence, Flow, Outcome, RuleId, Sink};

/// Checks the claims of the signed token, which its issuer put there, against those that are demanded of it.
///
/// What is asked for without being essential is no demand, and what is demanded of other tokens than access tokens does not
/// concern this one.
///
/// # Findings
/// `CHL-24`, at the first demand that is not met; undecided where the demand cannot be understood.
pub(super) fn check_demands<S: Sink>(token: &Token<'_>, challenge: &BearerChallenge, sink: &mut S) -> Flow {
    let Some(claims) = &challenge.claims else { return ControlFlow::Continue(()) };
    let layer = token.signed();
    let check = Check::new(RuleId::Chl24, layer.part());
    let json = match claims.json() {
        Ok(json) => json.as_str(),
        Err(fault) => {
            return sink.record(check, Outcome::Undecided, || {
                Evidence::new("a demand for claims that can be read", fault)
            });
        }
    };
    if let Some(twice) = claims.duplicates().iter().find(|twice| twice.kind == DuplicateKind::Same) {
        return sink.record(check, Outcome::Undecided, || {
            Evidence::new("a demand for claims with one reading", format_args!("{} twice", twice.name))
        });
    }
    let own = Object::read(layer.claims_json());
    let unmet = demands(json).find_map(|demand| demand.unmet(own.claim(&demand.name)));
    match unmet {
        Some(Unmet { outcome, expected, seen }) => {
            sink.record(check, outcome, || Evidence::new(expected, seen))
        }
        None => sink.record(check, Outcome::Passed, || {
            Evidence::new("the claims that are demanded", "the claims that are demanded")
        }),
    }
}

/// The members of an object in their order; none where there is no object.
struct Object<'a>(Vec<Member<'a>>);

impl<'a> Object<'a> {
    fn read(json: &'a str) -> Self {
        Self(if json.trim_ascii_start().starts_with('{') {
            members(json).unwrap_or_default()
        } else {
            Vec::new()
        })
    }

    fn of(claim: Claim<'a>) -> Self {
        Self::read(claim.json().unwrap_or_default())
    }

    fn claim(&self, name: &str) -> Claim<'a> {
        self.0.iter().find(|member| member.name == name).map_or(Claim::ABSENT, |member| member.value)
    }
}

/// What is demanded of one claim of an access token.
struct Demand<'a> {
    name: Cow<'a, str>,
    /// What it must be, if that is said.
    value: Claim<'a>,
    /// What it may be, if that is said.
    values: Claim<'a>,
}

/// A demand that is not met, or not understood.
struct Unmet {
    outcome: Outcome,
    expected: String,
    seen: String,
}

/// The essential claims of a request.
fn demands(json: &str) -> impl Iterator<Item = Demand<'_>> {
    let of_access_token = Object::of(Object::read(json).claim("access_token"));
    of_access_token.0.into_iter().filter_map(|Member { name, value }| {
        let demand = Object::of(value);
        let is_essential = demand.claim("essential").json() == Some("true");
        is_essential.then(|| Demand { name, value: demand.claim("value"), values: demand.claim("values") })
    })
}

impl Demand<'_> {
    fn unmet(&self, own: Claim<'_>) -> Option<Unmet> {
        let name = &self.name;
        let refused =
            |expected: String, seen: String| Some(Unmet { outcome: Outcome::Refused, expected, seen });
        if !own.is_present() {
            return refused(format!("the claim {name}"), format!("no {name}"));
        }
        if name == "nbf" && self.value.is_present() {
            let own = own.time().value();
            return match self.value.time().value() {
                None => self.unclear("a time"),
                Some(least) if own.is_some_and(|own| own >= least) => None,
                Some(least) => {
                    let seen = own.map_or_else(|| "no time".to_owned(), |own| own.to_string());
                    refused(format!("an nbf of {least} or later"), seen)
                }
            };
        }
        let (is_said, holds) = match (self.value.json_type(), self.values.json_type()) {
            (None, None) => (true, true),
            (Some(JsonType::String), None) => (true, matches(own, self.value)),
            (Some(JsonType::Number | JsonType::Bool), None) => (true, own.json() == self.value.json()),
            (None, Some(JsonType::Array)) => (self.values.for_each_text(|_| ()), matches(own, self.values)),
            _ => (false, false),
        };
        match (is_said, holds) {
            (false, _) => self.unclear("a text, a number, a truth value, or a list of texts"),
            (true, true) => None,
            // Values of tokens are nobody's business here: which claim it is says enough.
            (true, false) => refused(format!("the {name} that is demanded"), format!("another {name}")),
        }
    }

    fn unclear(&self, expected: &str) -> Option<Unmet> {
        let (expected, seen) =
            (format!("{expected} as the demanded {}", self.name), "something else".to_owned());
        Some(Unmet { outcome: Outcome::Undecided, expected, seen })
    }
}

/// Whether a text, or one of several, is one of those that are demanded.
fn matches(own: Claim<'_>, demanded: Claim<'_>) -> bool {
    demanded.any_text(|demanded| own.any_text(|own| own == demanded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(demand: &str, own: &str) -> Option<Outcome> {
        let json = format!(r#"{{"access_token":{{"c":{demand}}}}}"#);
        let own = Object::read(own);
        demands(&json).find_map(|demand| demand.unmet(own.claim(&demand.name))).map(|unmet| unmet.outcome)
    }

    #[test]
    fn demand_of_a_value_met_by_that_value_alone() {
        for (demand, own, expected) in [
            (r#"{"essential":true}"#, r#"{"c":""}"#, None),
            (r#"{"essential":true}"#, r#"{"C":""}"#, Some(Outcome::Refused)),
            (r#"{"essential":true,"value":"x"}"#, r#"{"c":"x"}"#, None),
            (r#"{"essential":true,"value":"x"}"#, r#"{"c":["y","x"]}"#, None),
            (r#"{"essential":true,"value":"x"}"#, r#"{"c":"X"}"#, Some(Outcome::Refused)),
            (r#"{"essential":true,"value":1}"#, r#"{"c":1}"#, None),
            (r#"{"essential":true,"value":1}"#, r#"{"c":"1"}"#, Some(Outcome::Refused)),
            (r#"{"essential":true,"value":true}"#, r#"{"c":true}"#, None),
            (r#"{"essential":true,"values":["x","y"]}"#, r#"{"c":"y"}"#, None),
            (r#"{"essential":true,"values":["x","y"]}"#, r#"{"c":"z"}"#, Some(Outcome::Refused)),
            (r#"{"essential":true,"values":[]}"#, r#"{"c":"z"}"#, Some(Outcome::Refused)),
        ] {
            assert_eq!(outcome(demand, own), expected, "{demand} {own}");
        }
    }

    #[test]
    fn demand_that_is_not_understood_undecided() {
        for demand in [
            r#"{"essential":true,"value":{"a":1}}"#,
            r#"{"essential":true,"value":null}"#,
            r#"{"essential":true,"values":"x"}"#,
            r#"{"essential":true,"values":[1]}"#,
            r#"{"essential":true,"value":"x","values":["x"]}"#,
        ] {
            assert_eq!(outcome(demand, r#"{"c":"x"}"#), Some(Outcome::Undecided), "{demand}");
        }
    }

    #[test]
    fn demand_that_is_not_essential_none() {
        for demand in
            ["null", "{}", r#"{"essential":false}"#, r#"{"essential":"true"}"#, r#"{"value":"x"}"#, "1"]
        {
            assert_eq!(outcome(demand, "{}"), None, "{demand}");
        }
        assert_eq!(demands(r#"{"id_token":{"c":{"essential":true}}}"#).count(), 0);
        assert_eq!(demands(r#"{"access_token":[]}"#).count(), 0);
    }
}
