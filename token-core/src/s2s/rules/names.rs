//! S2S-07, S2S-19, S2S-29 and S2S-30: principals with one reading, no wildcard, one tenant, lower case.

use std::ops::ControlFlow;

use super::Context;
use super::facts::{Facts, Named};
use crate::policy::{IssuerId, IssuerRealm, LetterCase, Profile};
use crate::s2s::Principal;
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Checks that every claim which is to be a principal is one, with a realm that is no wildcard.
///
/// Follows ruling 7. `signed` is the layer whose issuer decides whether principals may lack a realm.
///
/// # Findings
/// `S2S-29`, `S2S-30`.
pub(super) fn check_principals<S: Sink>(
    side: &Facts<'_, '_>,
    signed: &Facts<'_, '_>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    for (claim, named) in side.principals() {
        let Named { text: Some(text), principal } = named else { continue };
        let check = side.check(RuleId::S2s29).claim(claim);
        let Some(principal) = principal else {
            sink.record(check, Outcome::Refused, || {
                let error = Principal::parse(text).err();
                let error = error.map_or_else(String::new, |error| format!("{error} in {}", ascii(text)));
                Evidence::new("name[/host][@realm] in ASCII", error)
            })?;
            sink.not_run(side.check(RuleId::S2s30).claim(claim), "it has no single reading");
            continue;
        };
        let realm_fits =
            principal.realm.is_some() || (claim != "aud" && issuer_without_realm(signed, context));
        sink.check(check, realm_fits, || Evidence::new("name[/host]@realm", text))?;
        sink.check(side.check(RuleId::S2s30).claim(claim), !principal.has_wildcard_realm(), || {
            Evidence::new("a realm that is not *", principal.realm.unwrap_or("no realm"))
        })?;
    }
    ControlFlow::Continue(())
}

/// Spells what is not ASCII as escapes, so that look-alikes are seen.
fn ascii(text: &str) -> String {
    text.chars().flat_map(char::escape_default).collect()
}

/// Whether the policy lists the issuer of the signed layer as one without a realm.
fn issuer_without_realm(signed: &Facts<'_, '_>, context: Context<'_>) -> bool {
    let Some(iss) = signed.iss.principal else { return false };
    context.policy.issuers().iter().any(|issuer| {
        matches!(issuer.id(), IssuerId::Principal { name, realm: IssuerRealm::None } if name == iss.name)
    })
}

/// Checks that all principals of the request belong to one tenant.
///
/// Follows [MS-XOAUTH] 3.2.5.6 and ruling 9; the answer to CVE-2025-55241.
///
/// # Findings
/// `S2S-07`, with the realm of every claim.
pub(super) fn check_realms<S: Sink>(
    signed: &Facts<'_, '_>,
    outer: Option<&Facts<'_, '_>>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    let sides = || outer.into_iter().chain(std::iter::once(signed));
    let (mut first, mut outcome) = (None, None);
    for side in sides() {
        for realm in side.principals().filter_map(|(_, named)| named.realm()) {
            let Some(first) = first else {
                first = Some(realm);
                continue;
            };
            let same = compare(first, realm, context).0;
            outcome = Some(outcome.map_or(same, |outcome| worst([outcome, same].into_iter())));
        }
    }
    let (Some(first), Some(outcome)) = (first, outcome) else { return ControlFlow::Continue(()) };
    // The outermost layer is where a foreign tenant comes in.
    let part = outer.map_or(signed.part, |outer| outer.part);
    sink.record(Check::new(RuleId::S2s07, part), outcome, || {
        let seen: Vec<_> = if outcome == Outcome::Passed {
            vec![first.to_owned()]
        } else {
            let realms = sides().flat_map(|side| {
                let part = short(side.part);
                side.principals().filter_map(move |(claim, named)| Some((part, claim, named.realm()?)))
            });
            realms.map(|(part, claim, realm)| format!("{part} {claim} @{realm}")).collect()
        };
        Evidence::new("one realm in all principals", seen.join(", "))
    })
}

const fn short(part: Part) -> &'static str {
    match part {
        Part::Outer => "outer",
        Part::Actor => "actor",
        _ => "token",
    }
}

/// Reports identifiers with upper-case letters, which SharePoint compares letter by letter.
///
/// Follows [MS-SPS2SAUTH] 3.1.5 step 3. A rule of the SharePoint profile.
///
/// # Findings
/// `S2S-19`.
pub(super) fn check_letter_case<S: Sink>(side: &Facts<'_, '_>, context: Context<'_>, sink: &mut S) -> Flow {
    if context.policy.profile() != Profile::SharePoint {
        return ControlFlow::Continue(());
    }
    for (claim, named) in side.principals() {
        let Some(text) = named.text else { continue };
        let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
        sink.check(side.check(RuleId::S2s19).claim(claim), lower, || Evidence::new("lower case", text))?;
    }
    ControlFlow::Continue(())
}

/// Compares two identifiers as the policy takes letter case, and says in words how they differ.
pub(super) fn compare(expected: &str, seen: &str, context: Context<'_>) -> (Outcome, &'static str) {
    if expected == seen {
        (Outcome::Passed, "")
    } else if !expected.eq_ignore_ascii_case(seen) {
        (Outcome::Refused, "")
    } else if context.policy.letter_case() == LetterCase::Lenient {
        (Outcome::Reported, ", which differs in letter case alone")
    } else {
        (Outcome::Refused, ", which differs in letter case alone")
    }
}

/// The most lenient of the outcomes of comparisons with several candidates.
pub(super) fn best(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    outcomes.min_by_key(rank).unwrap_or(Outcome::Refused)
}

/// The strictest of the outcomes of comparisons that must all hold.
pub(super) fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    outcomes.max_by_key(rank).unwrap_or(Outcome::Passed)
}

fn rank(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Passed => 0,
        Outcome::Reported => 1,
        _ => 2,
    }
}
