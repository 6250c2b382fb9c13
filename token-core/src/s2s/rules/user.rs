//! S2S-15: the user whom an outer token names, by one key of the announced form.
//!
//! Follows the SharePoint add-in documentation (nameid, nii) and ruling 9.

use std::ops::ControlFlow;

use super::Context;
use super::facts::Facts;
use crate::policy::Profile;
use crate::verdict::{Evidence, Flow, Outcome, RuleId, Sink};

/// The name spaces of a user's `nameid`.
#[derive(Clone, Copy)]
enum NameSpace {
    /// Active Directory: a SID.
    Sid,
    /// Entra: a NetId, also called PUID.
    NetId,
    /// No `nii`: Exchange takes the nameid for a user principal name.
    Upn,
    /// A SAML or forms provider: any text.
    Provider,
    /// None that is documented.
    Other,
}

impl NameSpace {
    fn of(nii: Option<&str>) -> Self {
        let Some(nii) = nii.filter(|nii| !nii.is_empty()) else { return Self::Upn };
        let is = |name: &str| nii.eq_ignore_ascii_case(name);
        let begins =
            |prefix: &str| nii.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if is("urn:office:idp:activedirectory") {
            Self::Sid
        } else if is("urn:federation:MicrosoftOnline") || is("urn:office:idp:orgid") {
            Self::NetId
        } else if begins("urn:office:idp:trusted:") || begins("urn:office:idp:forms:") {
            Self::Provider
        } else {
            Self::Other
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Sid => "a SID in lower case, s-1-5-…",
            Self::NetId => "a NetId of 16 hex digits",
            Self::Upn => "a user principal name, name@domain",
            Self::Provider | Self::Other => "a name",
        }
    }

    fn fits(self, nameid: &str) -> bool {
        match self {
            Self::Sid => {
                let rest = nameid.strip_prefix("s-1-").or_else(|| nameid.strip_prefix("S-1-"));
                rest.is_some_and(|rest| {
                    rest.split('-').count() >= 2
                        && rest
                            .split('-')
                            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
                })
            }
            Self::NetId => nameid.len() == 16 && nameid.bytes().all(|b| b.is_ascii_hexdigit()),
            Self::Upn => {
                let mut parts = nameid.split('@');
                let (name, domain) = (parts.next(), parts.next());
                name.is_some_and(|name| !name.is_empty())
                    && domain.is_some_and(|d| !d.is_empty())
                    && parts.next().is_none()
            }
            Self::Provider | Self::Other => !nameid.is_empty(),
        }
    }
}

/// Checks the user keys of an outer token.
///
/// No key is refused, so is a nameid that does not fit its nii; keys of several families are reported, since Exchange
/// searches for all of them with OR.
///
/// # Findings
/// `S2S-15`.
pub(super) fn check_user<S: Sink>(outer: &Facts<'_, '_>, context: Context<'_>, sink: &mut S) -> Flow {
    let Some(claims) = outer.claims else { return ControlFlow::Continue(()) };
    let check = outer.check(RuleId::S2s15);
    let given = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    let families = [
        ("nameid", given(outer.nameid.text)),
        ("upn", given(claims.upn.text().as_deref())),
        ("smtp", given(claims.smtp.text().as_deref())),
        ("sip", given(claims.sip.text().as_deref())),
    ];
    let count = families.iter().filter(|(_, given)| *given).count();
    let outcome = match count {
        0 => Outcome::Refused,
        1 => Outcome::Passed,
        _ => Outcome::Reported,
    };
    sink.record(check, outcome, || {
        let names: Vec<_> = families.iter().filter_map(|(name, given)| given.then_some(*name)).collect();
        let seen = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Evidence::new("one of nameid, upn, smtp and sip", seen)
    })?;

    let nii = claims.nii.text();
    if context.policy.profile() == Profile::SharePoint {
        let check = check.claim("nii");
        sink.check(check, given(nii.as_deref()), || Evidence::new("the name space of nameid", "nothing"))?;
    }
    let Some(nameid) = outer.nameid.text.filter(|nameid| !nameid.is_empty()) else {
        return ControlFlow::Continue(());
    };
    let name_space = NameSpace::of(nii.as_deref());
    let nii = nii.as_deref().unwrap_or("none");
    let check = check.claim("nameid");
    sink.check(check, name_space.fits(nameid), || {
        Evidence::new(
            format!("{}, with nii {}", name_space.expected(), crate::redact::printable(nii)),
            nameid,
        )
    })?;
    let documented = !matches!(name_space, NameSpace::Other);
    sink.record(check.claim("nii"), Outcome::report_unless(documented), || {
        Evidence::new("a documented name space", nii)
    })
}
