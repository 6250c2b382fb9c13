//! CHL-05, CHL-06 and CHL-07: whom the challenge trusts, and whom the policy does.

use std::ops::ControlFlow;

use super::{check, compare};
use crate::challenge::bearer::BearerChallenge;
use crate::challenge::issuers::TrustedIssuerEntry;
use crate::challenge::text::Text;
use crate::policy::{IssuerId, IssuerRealm, Policy, TrustedIssuer};
use crate::s2s::Kind;
use crate::verdict::{Evidence, Flow, Outcome, RuleId, Sink};

/// Checks the issuers in both directions.
///
/// Follows [MS-XOAUTH] section 4 and ruling 7. An entry with the realm `*` fits every issuer of its name: whether the
/// wildcard should be there is said apart.
///
/// # Findings
/// `CHL-05` and `CHL-07` for each entry, `CHL-06` for each issuer of the policy that a challenge can name.
pub(super) fn check_issuers<S: Sink>(
    index: usize,
    challenge: &BearerChallenge,
    policy: &Policy,
    sink: &mut S,
) -> Flow {
    let entries = challenge.trusted_issuers.as_ref().map_or(&[][..], |issuers| &issuers.entries);
    let check = |rule| check(rule, index).claim("trusted_issuers");
    for entry in entries {
        let known = policy.issuers().iter().map(|issuer| (recognise(entry, issuer, policy), issuer));
        let best = known.min_by_key(|((outcome, _), _)| match outcome {
            Outcome::Passed => 0,
            Outcome::Reported => 1,
            _ => 2,
        });
        let (outcome, how) = best.map_or((Outcome::Refused, ""), |(result, _)| result);
        sink.record(check(RuleId::Chl05), outcome, || {
            Evidence::new(format!("one of: {}", names(policy)), format_args!("{entry}{how}"))
        })?;
        let TrustedIssuerEntry::Principal { .. } = entry else { continue };
        let Some((_, issuer)) = best.filter(|_| outcome != Outcome::Refused) else { continue };
        let tenant = single_realm(issuer, policy);
        sink.check(check(RuleId::Chl07), !(entry.is_any_realm() && tenant.is_some()), || {
            Evidence::new(
                tenant.map_or_else(|| "any realm".to_owned(), |realm| format!("realm {realm}")),
                entry,
            )
        })?;
    }
    for issuer in policy.issuers().iter().filter(|issuer| is_announced(issuer)) {
        let offered = entries.iter().any(|entry| recognise(entry, issuer, policy).0 != Outcome::Refused);
        sink.check(check(RuleId::Chl06), offered, || {
            let seen = challenge.trusted_issuers.as_ref().map(ToString::to_string);
            let seen = seen.filter(|seen| !seen.is_empty()).unwrap_or_else(|| "no issuer".to_owned());
            Evidence::new(issuer.name().to_owned(), seen)
        })?;
    }
    ControlFlow::Continue(())
}

/// Whether servers name such an issuer in a challenge: one of server tokens that is a principal.
///
/// Entra's URL is named by SharePoint Online alone, and metadata locations belong to identity tokens.
fn is_announced(issuer: &TrustedIssuer) -> bool {
    let of_servers =
        [Kind::StsActor, Kind::SelfIssuedActor, Kind::LowTrustApp, Kind::LowTrustUser, Kind::Service];
    matches!(issuer.id(), IssuerId::Principal { .. })
        && issuer.kinds().iter().any(|kind| of_servers.contains(kind))
}

/// The only realm that tokens of the issuer can have under the policy, if there is one.
fn single_realm<'p>(issuer: &'p TrustedIssuer, policy: &'p Policy) -> Option<&'p str> {
    match issuer.id() {
        IssuerId::Principal { realm: IssuerRealm::Exactly(realm), .. } => Some(realm),
        IssuerId::Principal { realm: IssuerRealm::OfAudience, .. } => match &*policy.audience().realms {
            [one] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

fn names(policy: &Policy) -> String {
    let names: Vec<_> = policy.issuers().iter().map(TrustedIssuer::name).collect();
    names.join(", ")
}

/// Whether an entry names an issuer of the policy, and how it differs in spelling.
fn recognise(entry: &TrustedIssuerEntry, issuer: &TrustedIssuer, policy: &Policy) -> (Outcome, &'static str) {
    let realms = &policy.audience().realms;
    let refused = (Outcome::Refused, "");
    match (issuer.id(), entry) {
        (IssuerId::Principal { name, realm: own }, TrustedIssuerEntry::Principal { name: seen, realm }) => {
            let realm = realm.as_ref().map(Text::as_str);
            let fits = match (own, realm) {
                (_, Some("*")) => true,
                (IssuerRealm::Exactly(own), Some(realm)) => own == realm,
                (IssuerRealm::OfAudience, Some(realm)) => realms.iter().any(|own| own == realm),
                (IssuerRealm::None, None) => true,
                (IssuerRealm::None, Some(_)) | (_, None) => false,
            };
            if fits { compare(name, seen.as_str(), policy.letter_case()) } else { refused }
        }
        (IssuerId::Tenant { before, after }, TrustedIssuerEntry::Url(url)) => {
            let tenant = url.as_str().strip_prefix(&**before).and_then(|rest| rest.strip_suffix(&**after));
            let fits = tenant.is_some_and(|tenant| tenant == "*" || realms.iter().any(|own| own == tenant));
            (Outcome::refuse_unless(fits), "")
        }
        (IssuerId::Metadata(own), TrustedIssuerEntry::Url(url)) => {
            (Outcome::refuse_unless(own.matches(url.as_str())), "")
        }
        _ => refused,
    }
}
