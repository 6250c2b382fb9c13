//! A decoded token as reports show it: who acts for whom, then every layer with every member explained.
//!
//! The text of a token is never part of it: an actor token appears as its decoded layer, a refresh token as its length.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use token_core::dictionary;
use token_core::jose::{DuplicateKind, TimeClaim, TimeSpelling};
use token_core::s2s::{Kind, Layer, Token};
use token_core::{Budget, UnixTime};

use super::meaning;
use crate::{clock, redacted};

/// What stands in the place of every value that is a secret by its name.
const SECRETS: [&str; 2] = ["actortoken", "refreshtoken"];

/// A token.
#[derive(Debug, Serialize)]
pub(crate) struct TokenView {
    pub(crate) kind: KindView,
    /// The kind of the actor token inside, where there is one.
    pub(crate) signed_kind: Option<KindView>,
    pub(crate) acting: Option<Party>,
    pub(crate) subject: Vec<Party>,
    pub(crate) tenant: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) layers: Vec<LayerView>,
}

/// What kind of token something is.
#[derive(Debug, Serialize)]
pub(crate) struct KindView {
    pub(crate) name: &'static str,
    /// `T1` to `T12`, or a dash.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// Whether it is a token with which an application acts for itself, if it names no user.
    #[serde(skip)]
    pub(crate) is_of_application: bool,
}

impl From<Kind> for KindView {
    fn from(kind: Kind) -> Self {
        let is_of_application = matches!(
            kind,
            Kind::RequestAssertion
                | Kind::StsActor
                | Kind::SelfIssuedActor
                | Kind::LowTrustApp
                | Kind::EntraV1
                | Kind::EntraV2
        );
        Self { name: kind.as_str(), id: kind.id(), title: kind.title(), is_of_application }
    }
}

/// Somebody whom a token names.
#[derive(Debug, Serialize)]
pub(crate) struct Party {
    /// The claim that names it.
    pub(crate) claim: &'static str,
    pub(crate) value: String,
    pub(crate) meaning: Option<String>,
}

/// One layer.
#[derive(Debug, Serialize)]
pub(crate) struct LayerView {
    pub(crate) layer: &'static str,
    pub(crate) signature: String,
    pub(crate) validity: Validity,
    pub(crate) header: Vec<MemberView>,
    pub(crate) claims: Vec<MemberView>,
    pub(crate) problems: Vec<ProblemView>,
    /// The header and the payload as they are encoded, with --reveal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encoded: Option<String>,
}

/// From when until when a layer says that it is valid.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Validity {
    pub(crate) from: Option<TimeView>,
    pub(crate) until: Option<TimeView>,
    pub(crate) lifetime_seconds: Option<u64>,
}

/// A point in time.
#[derive(Debug, Serialize)]
pub(crate) struct TimeView {
    pub(crate) at: String,
    pub(crate) unix: u64,
    pub(crate) relative: String,
    #[serde(skip)]
    pub(crate) is_past: bool,
    pub(crate) spelled_as: &'static str,
}

/// A header member, a claim, or a member of `appctx`.
#[derive(Debug, Serialize)]
pub(crate) struct MemberView {
    pub(crate) name: String,
    /// The value with everything secret replaced.
    pub(crate) value: Value,
    /// The value as people read it; JSON has it in `value`.
    #[serde(skip)]
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<TimeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) meaning: Option<String>,
    pub(crate) explanation: Option<&'static str>,
    pub(crate) source: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<MemberView>,
}

/// Something that could not be decoded, or that has two readings.
#[derive(Debug, Serialize)]
pub(crate) struct ProblemView {
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    /// The byte of this layer's token, where there is one.
    pub(crate) byte: Option<usize>,
    /// Whether the layer could not be decoded because of it.
    pub(crate) broken: bool,
}

/// How a token is looked at.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) now: UnixTime,
    pub(crate) reveal: bool,
    /// Whether bytes mean something to the reader: not for a token that was encoded from its readable form.
    pub(crate) bytes: bool,
}

impl TokenView {
    pub(crate) fn of(token: &Token<'_>, view: View) -> Self {
        let text = |text: std::borrow::Cow<'_, str>| redacted::text(&text);
        let acting = token.acting_application().map(|value| Party::new(acting_claim(token), &value));
        let user = token.on_behalf_of();
        let subject = user.iter().flat_map(|user| user.keys().map(|(claim, value)| Party::new(claim, value)));
        let audience = token.outermost().claims().and_then(|claims| claims.aud.text());
        Self {
            kind: token.kind().into(),
            signed_kind: token.outer().map(|_| token.signed_kind().into()),
            acting,
            subject: subject.collect(),
            tenant: token.tenant().map(text),
            audience: audience.map(text),
            layers: token.layers().map(|layer| LayerView::of(layer, view)).collect(),
        }
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.layers.iter().any(|layer| layer.problems.iter().any(|problem| problem.broken))
    }
}

/// The claim from which the library takes the acting application, as its documentation says.
fn acting_claim(token: &Token<'_>) -> &'static str {
    match token.signed_kind() {
        Kind::RequestAssertion | Kind::Identity => "iss",
        Kind::LowTrustUser => "actor",
        Kind::EntraV1 | Kind::Service => "appid",
        Kind::EntraV2 => "azp",
        Kind::Context => "appctxsender",
        _ => "nameid",
    }
}

impl Party {
    fn new(claim: &'static str, value: &str) -> Self {
        Self { claim, value: redacted::text(value), meaning: meaning(value) }
    }
}

impl LayerView {
    fn of(layer: &Layer<'_>, view: View) -> Self {
        let signature = match (layer.signature(), view.bytes) {
            (_, false) => "not in this form".to_owned(),
            (None, _) => "cannot be decoded".to_owned(),
            (Some([]), _) => "none: this layer is unsigned".to_owned(),
            (Some(bytes), _) => format!("{} bytes, not verified", bytes.len()),
        };
        let time = |name: &str| {
            let claim = layer.claims().and_then(|claims| claims.named(name))?;
            TimeView::of(claim.time(), view.now)
        };
        let (from, until) = (time("nbf"), time("exp"));
        let lifetime_seconds = match (&from, &until) {
            (Some(from), Some(until)) => until.unix.checked_sub(from.unix),
            _ => None,
        };
        let reader = Reader { view, is_header: true, layer };
        let header = reader.members(layer.header_json());
        let claims = Reader { is_header: false, ..reader }.members(layer.claims_json());
        let encoded = if view.reveal && view.bytes { encoded(layer) } else { None };
        Self {
            layer: layer.part().as_str(),
            signature,
            validity: Validity { from, until, lifetime_seconds },
            header,
            claims,
            problems: problems(layer, view),
            encoded,
        }
    }
}

/// The signing input; only the header where the payload holds a token, since that has a signature.
fn encoded(layer: &Layer<'_>) -> Option<String> {
    let (header, payload) = std::str::from_utf8(layer.signing_input()).ok()?.split_once('.')?;
    // What could not be read may hold anything.
    let opaque = layer.claims().is_none_or(|claims| claims.actortoken.is_present());
    Some(if opaque || holds_token(layer.claims_json()) {
        format!("{header}.{}.", redacted::placeholder(payload.len()))
    } else {
        format!("{header}.{payload}.")
    })
}

/// Whether a text has the beginning of a base64url JSON object in it: `{"`, `{ ` or a brace with a line break.
fn holds_token(text: &str) -> bool {
    ["eyJ", "eyA", "ewo", "ew0"].iter().any(|begin| text.contains(begin))
}

fn problems(layer: &Layer<'_>, view: View) -> Vec<ProblemView> {
    let byte = |at| view.bytes.then_some(at);
    let parse = layer.problems().iter().map(|problem| ProblemView {
        rule: problem.kind.rule().as_str(),
        message: format!("expected {}, found {}", problem.kind.expected(), problem.kind.found()),
        byte: byte(problem.at),
        broken: true,
    });
    let duplicates = layer.duplicates().iter().map(|duplicate| ProblemView {
        rule: token_core::RuleId::S2s16.as_str(),
        message: match duplicate.kind {
            DuplicateKind::Same => {
                format!("the member {} stands twice; the first is shown as read", duplicate.name)
            }
            DuplicateKind::LetterCase => {
                format!("a member differs from {} in letter case alone", duplicate.name)
            }
        },
        byte: byte(duplicate.at),
        broken: false,
    });
    parse.chain(duplicates).collect()
}

impl TimeView {
    fn of(time: TimeClaim, now: UnixTime) -> Option<Self> {
        let TimeClaim::At(at, spelling) = time else { return None };
        let spelled_as = match spelling {
            TimeSpelling::Number => "number",
            TimeSpelling::Text => "text",
        };
        let relative = clock::relative(at, now);
        Some(Self { at: at.to_string(), unix: at.as_secs(), relative, is_past: at < now, spelled_as })
    }
}

/// Reads the members of a JSON object for display, as far as it is one.
#[derive(Clone, Copy)]
struct Reader<'l> {
    view: View,
    is_header: bool,
    layer: &'l Layer<'l>,
}

impl Reader<'_> {
    fn members(self, json: &str) -> Vec<MemberView> {
        readable_members(json).into_iter().map(|(name, raw)| self.member(&name, &raw)).collect()
    }

    fn member(self, name: &str, raw: &RawValue) -> MemberView {
        let entry = if self.is_header { dictionary::header_member(name) } else { dictionary::claim(name) };
        let parsed: Value = serde_json::from_str(raw.get()).unwrap_or_default();
        let is_time = !self.is_header && matches!(name, "nbf" | "exp" | "iat");
        let time = is_time.then(|| self.layer.claims()?.named(name)).flatten();
        let meaning = parsed.as_str().and_then(meaning);
        let members = if name == "appctx" { self.context(&parsed, raw.get()) } else { Vec::new() };
        let (value, text) = self.value(name, parsed, raw.get());
        MemberView {
            name: redacted::text(name),
            value,
            text,
            time: time.and_then(|claim| TimeView::of(claim.time(), self.view.now)),
            meaning,
            explanation: entry.map(|entry| entry.sentence),
            source: entry.map(|entry| entry.source),
            members,
        }
    }

    /// The members of `appctx`, an object or a text that holds one.
    fn context(self, parsed: &Value, raw: &str) -> Vec<MemberView> {
        match parsed {
            Value::Object(_) => self.members(raw),
            Value::String(text) => self.members(text),
            _ => Vec::new(),
        }
    }

    fn value(self, name: &str, parsed: Value, raw: &str) -> (Value, String) {
        let secret = SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name));
        let is_actor = name.eq_ignore_ascii_case("actortoken");
        if secret && (is_actor || !self.view.reveal) {
            let said = if is_actor && self.layer.part() == token_core::verdict::Part::Outer {
                "shown below as the actor token".to_owned()
            } else {
                redacted::placeholder(raw.trim_matches('"').chars().count())
            };
            return (Value::String(said.clone()), said);
        }
        // With --reveal everything is shown but what is a token itself, since that has a signature.
        let reveal = self.view.reveal && !holds_token(raw);
        match parsed {
            Value::String(text) => {
                let shown = if reveal { redacted::controls_only(&text) } else { redacted::text(&text) };
                (Value::String(shown.clone()), shown)
            }
            // Numbers as they are spelled: 1e3 is not 1000 here.
            Value::Number(number) => (Value::Number(number), redacted::text(raw)),
            other => {
                let safe = redacted::value(other);
                let text = safe.to_string();
                (safe, text)
            }
        }
    }
}

/// Lists the members of a JSON object up to the place where it stops being one.
fn readable_members(json: &str) -> Vec<(String, Box<RawValue>)> {
    struct Members<'m>(&'m mut Vec<(String, Box<RawValue>)>);

    impl<'de> serde::de::Visitor<'de> for Members<'_> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            // Of a flood the first members are enough for looking at.
            while self.0.len() <= Budget::DEFAULT.max_members
                && let Some(member) = map.next_entry()?
            {
                self.0.push(member);
            }
            Ok(())
        }
    }

    let mut members = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    // The library names what is wrong; here only what stands before it counts.
    let _ = serde::Deserializer::deserialize_map(&mut deserializer, Members(&mut members));
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable_members_up_to_what_is_broken() {
        let names = |json| readable_members(json).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(r#"{"a":1,"b":[2],"a":3}"#), ["a", "b", "a"]);
        assert_eq!(names(r#"{"a":1,"b":"cut"#), ["a"]);
        assert_eq!(names(r#"[1]"#), Vec::<String>::new());
        assert_eq!(names(""), Vec::<String>::new());
    }
}
