//! DA-30 to DA-33: whether the answer of a partner's autodiscover service fits the policy.
//!
//! Follows [MS-OXWSADISC] 3.1.4.3 and what `Set-OrganizationRelationship` takes over from such an answer.

use std::ops::ControlFlow;

use super::{AnnouncedIssuer, FederationInformation};
use crate::budget::Budget;
use crate::dauth::policy::{DauthPolicy, Domain, Relationship, UriMatch};
use crate::dauth::rules::check_xml;
use crate::dauth::xml::{Text, Tree};
use crate::policy::{Cloud, HttpsUrl};
use crate::verdict::{Check, Collect, Evidence, Flow, Outcome, Part, Review, RuleId, Sink};

/// Judges an answer of a partner that is not named otherwise.
///
/// It is compared with every relationship that lists one of its domains; where none does, with those that have its
/// application URI. So whoever answers chooses with whom he is compared: where it is known which domain was asked for,
/// [`review_for`] is the one to use.
///
/// # Findings
/// `DA-01`, `DA-11` and `DA-21` for its form, `DA-30` to `DA-33` for what it says. The entry of a location is the number
/// of the token issuer, from 0.
pub fn review(information: &FederationInformation<'_>, policy: &DauthPolicy) -> Review {
    review_under(information, policy, concerned(information, policy))
}

/// Judges the answer for a domain that was asked for: it is compared with the relationship that lists this domain, whatever
/// the answer says about itself.
///
/// # Findings
/// As of [`review`].
pub fn review_for(domain: &Domain, information: &FederationInformation<'_>, policy: &DauthPolicy) -> Review {
    review_under(information, policy, policy.relationship_of(domain).into_iter().collect())
}

/// Judges an answer as it was received, as [`review`] judges what was read of it.
///
/// # Findings
/// As of [`review`]; `DA-21` also for another message.
pub fn review_message(message: &[u8], policy: &DauthPolicy, budget: &Budget) -> Review {
    let budget = &FederationInformation::budget(budget);
    let text = Text::scan(message, budget);
    let tree = Tree::of_scanned(&text, budget);
    if let Some(information) = tree.as_ref().ok().and_then(FederationInformation::read) {
        return review(&information, policy);
    }
    let mut sink = Collect::default();
    let read = check_xml(&tree, Part::Federation, &mut sink);
    if read.is_continue() && tree.is_ok() {
        let evidence = || {
            Evidence::new("an answer to GetFederationInformation", "another message, or one without its body")
        };
        let _ = sink.check(check(RuleId::Da21), false, evidence);
    }
    Review::new(sink.0, policy.danger().sentences(), false)
}

fn review_under(
    information: &FederationInformation<'_>,
    policy: &DauthPolicy,
    relationships: Vec<&Relationship>,
) -> Review {
    let mut sink = Collect::default();
    let _: ControlFlow<()> = judge(information, policy, &relationships, &mut sink);
    Review::new(sink.0, policy.danger().sentences(), true)
}

/// The relationships that an answer is about, as it says itself.
fn concerned<'p>(information: &FederationInformation<'_>, policy: &'p DauthPolicy) -> Vec<&'p Relationship> {
    let that = |is_meant: &dyn Fn(&Relationship) -> bool| -> Vec<&'p Relationship> {
        policy.relationships().iter().filter(|relationship| is_meant(relationship)).collect()
    };
    let by_domain = that(&|relationship| relationship.domains().iter().any(|own| lists(information, own)));
    if !by_domain.is_empty() {
        return by_domain;
    }
    let announced = information.application_uri();
    that(&|relationship| match (relationship.application_uri(), announced) {
        (Some(expected), Some(announced)) => expected.matches(announced),
        _ => false,
    })
}

fn lists(information: &FederationInformation<'_>, domain: &Domain) -> bool {
    information.domains().iter().any(|listed| listed.eq_ignore_ascii_case(domain.as_str()))
}

const fn check(rule: RuleId) -> Check {
    Check::new(rule, Part::Federation)
}

fn judge<S: Sink>(
    information: &FederationInformation<'_>,
    policy: &DauthPolicy,
    relationships: &[&Relationship],
    sink: &mut S,
) -> Flow {
    check_form(information, sink)?;
    if check_error(information, sink)? {
        check_issuers(information.token_issuers(), policy, sink)?;
        check_application_uri(information, relationships, sink)?;
        check_domains(information, relationships, sink)?;
    } else {
        for rule in [RuleId::Da30, RuleId::Da32, RuleId::Da33] {
            sink.not_run(check(rule), "the answer is an error");
        }
    }
    ControlFlow::Continue(())
}

fn check_form<S: Sink>(information: &FederationInformation<'_>, sink: &mut S) -> Flow {
    for defect in information.defects.iter() {
        sink.record(defect.check, defect.outcome, || defect.evidence())?;
    }
    let forms = [
        (RuleId::Da21, "one envelope with one answer"),
        (RuleId::Da11, "exactly one run of text in each value"),
    ];
    for (rule, form) in forms {
        if !information.defects.breaks(rule) {
            sink.record(check(rule), Outcome::Passed, || Evidence::new(form, form))?;
        }
    }
    ControlFlow::Continue(())
}

/// Returns whether there is an answer to look at.
fn check_error<S: Sink>(information: &FederationInformation<'_>, sink: &mut S) -> ControlFlow<(), bool> {
    const NO_ERROR: &str = "NoError";
    let check = check(RuleId::Da31).claim("ErrorCode");
    let Some(code) = information.error_code() else {
        // What is wrong with it stands among the defects.
        sink.not_run(check, "there is no readable error code");
        return ControlFlow::Continue(false);
    };
    let holds = code == NO_ERROR;
    sink.check(check, holds, || match information.error_message() {
        Some(message) => Evidence::new(NO_ERROR, format_args!("{code}: {message}")),
        None => Evidence::new(NO_ERROR, code),
    })?;
    ControlFlow::Continue(holds)
}

fn check_issuers<S: Sink>(issuers: &[AnnouncedIssuer<'_>], policy: &DauthPolicy, sink: &mut S) -> Flow {
    let trusted = policy.token_issuer();
    let is_trusted = |issuer: &AnnouncedIssuer<'_>| issuer.uri.is_some_and(|uri| trusted.is_named_by(uri));
    sink.check(check(RuleId::Da30).claim("TokenIssuers"), issuers.iter().any(is_trusted), || {
        let uris: Vec<_> = issuers.iter().filter_map(|issuer| issuer.uri).collect();
        let seen = if uris.is_empty() { "no token issuer".to_owned() } else { uris.join(", ") };
        Evidence::new(trusted.uri().to_owned(), seen)
    })?;
    for (index, issuer) in issuers.iter().enumerate().filter(|(_, issuer)| is_trusted(issuer)) {
        let endpoint = issuer.endpoint.unwrap_or("none");
        // Tokens are asked for there, with a signed statement about the user.
        let outcome = match HttpsUrl::parse(endpoint) {
            Err(_) => Outcome::Refused,
            Ok(url) => Outcome::report_unless(Cloud::of_sign_in_host(url.host()).is_some()),
        };
        sink.record(check(RuleId::Da30).claim("Endpoint").entry(index), outcome, || {
            Evidence::new("an https URL of a Microsoft sign-in host", endpoint)
        })?;
    }
    ControlFlow::Continue(())
}

/// Why nothing is compared with relationships.
const NOBODY: &str = "the policy has no relationship with whom the answer is about";

fn check_application_uri<S: Sink>(
    information: &FederationInformation<'_>,
    relationships: &[&Relationship],
    sink: &mut S,
) -> Flow {
    let check = check(RuleId::Da32).claim("ApplicationUri");
    if relationships.is_empty() {
        sink.not_run(check, NOBODY);
    }
    for relationship in relationships {
        let Some(expected) = relationship.application_uri() else {
            sink.record(check, Outcome::Reported, || {
                Evidence::new(
                    format!("an application URI for {} in the policy", relationship.name()),
                    "none to compare with",
                )
            })?;
            continue;
        };
        let seen = information.application_uri();
        let fits = seen.map_or(UriMatch::Other, |seen| expected.compare(seen));
        sink.check(check, fits == UriMatch::Same, || {
            let seen = seen.unwrap_or("none");
            Evidence::new(
                format!("{expected} of {}", relationship.name()),
                format_args!("{seen}{}", fits.hint()),
            )
        })?;
    }
    ControlFlow::Continue(())
}

fn check_domains<S: Sink>(
    information: &FederationInformation<'_>,
    relationships: &[&Relationship],
    sink: &mut S,
) -> Flow {
    let check = check(RuleId::Da33).claim("Domains");
    if relationships.is_empty() {
        sink.not_run(check, NOBODY);
    }
    for relationship in relationships {
        let missing = || relationship.domains().iter().filter(|domain| !lists(information, domain));
        sink.check(check, missing().next().is_none(), || {
            let missing: Vec<_> = missing().map(Domain::as_str).collect();
            let seen =
                if missing.is_empty() { "all".into() } else { format!("all but {}", missing.join(", ")) };
            Evidence::new(format!("the domains of {}", relationship.name()), seen)
        })?;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::dauth::policy::{ApplicationUri, Offer, TokenIssuer};
    use crate::dauth::xml::Text;
    use crate::verdict::Verdict;

    const GOOD: &str = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
        <GetFederationInformationResponseMessage xmlns='http://schemas.microsoft.com/exchange/2010/Autodiscover'><Response>\
        <ErrorCode>NoError</ErrorCode><ErrorMessage/><ApplicationUri>outlook.com</ApplicationUri>\
        <Domains><Domain>Fabrikam.com</Domain><Domain>other.test</Domain></Domains>\
        <TokenIssuers><TokenIssuer><Endpoint/><Uri>uri:WindowsLiveID</Uri></TokenIssuer>\
        <TokenIssuer><Endpoint>https://login.microsoftonline.com/extSTS.srf</Endpoint>\
        <Uri>urn:federation:MicrosoftOnline</Uri></TokenIssuer></TokenIssuers>\
        </Response></GetFederationInformationResponseMessage></s:Body></s:Envelope>";

    fn domain(text: &str) -> Domain {
        Domain::parse(text).unwrap()
    }

    fn policy() -> DauthPolicy {
        let uri = |text: &str| ApplicationUri::parse(text).unwrap();
        let partner = |name: &str| Relationship::new(name).allowing(Offer::MailTips);
        DauthPolicy::builder()
            .application_uri(uri("FYDIBOHF25SPDLT.contoso.com"))
            .token_issuer(TokenIssuer::default())
            .relationship(partner("Fabrikam").domain(domain("fabrikam.com")).known_as(uri("outlook.com")))
            .relationship(partner("Tailspin").domain(domain("tailspin.test")))
            .build()
            .unwrap()
    }

    fn judged<R>(xml: &str, judge: impl FnOnce(&FederationInformation<'_>) -> R) -> R {
        let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
        let tree = text.parse(&Budget::DEFAULT).unwrap();
        judge(&FederationInformation::read(&tree).unwrap())
    }

    /// The verdict on the good answer with one change, and what stands against it.
    fn with(from: &str, to: &str) -> (Verdict, Vec<(RuleId, Outcome, String)>) {
        assert!(GOOD.contains(from), "{from}");
        let review = judged(&GOOD.replace(from, to), |information| review(information, &policy()));
        let broken = review.broken().map(|f| (f.rule, f.outcome, f.seen.clone())).collect();
        (review.verdict(), broken)
    }

    #[track_caller]
    fn refused(from: &str, to: &str, rule: RuleId, seen: &str) {
        let (verdict, broken) = with(from, to);
        assert_eq!(verdict, Verdict::Invalid);
        assert_eq!(broken, [(rule, Outcome::Refused, seen.to_owned())]);
    }

    #[track_caller]
    fn reported(from: &str, to: &str, rule: RuleId, seen: &str) {
        let (verdict, broken) = with(from, to);
        assert_eq!(verdict, Verdict::Valid);
        assert_eq!(broken, [(rule, Outcome::Reported, seen.to_owned())]);
    }

    #[test]
    fn review_good_answer_passes_every_rule() {
        let review = judged(GOOD, |information| review(information, &policy()));
        assert_eq!(review.verdict(), Verdict::Valid);
        assert_eq!(review.broken().count(), 0);
        for rule in [RuleId::Da11, RuleId::Da21, RuleId::Da30, RuleId::Da31, RuleId::Da32, RuleId::Da33] {
            let passed = |f: &&crate::Finding| f.rule == rule && f.outcome == Outcome::Passed;
            assert!(review.findings().iter().any(|finding| passed(&finding)), "{rule}");
        }
    }

    #[test]
    fn da30_issuer_that_is_not_trusted_refused() {
        for other in ["urn:federation:microsoftonline", "urn:federation:MicrosoftOnline.evil.test"] {
            let seen = format!("uri:WindowsLiveID, {other}");
            refused("urn:federation:MicrosoftOnline", other, RuleId::Da30, &seen);
        }
        let (_, broken) = with("TokenIssuers>", "Issuers>");
        assert_eq!(broken, [(RuleId::Da30, Outcome::Refused, "no token issuer".to_owned())]);
    }

    #[test]
    fn da30_endpoint_of_another_scheme_refused_and_of_another_host_reported() {
        let endpoint = "https://login.microsoftonline.com/extSTS.srf";
        for other in
            ["http://login.microsoftonline.com/extSTS.srf", "https://a@login.microsoftonline.com/extSTS.srf"]
        {
            refused(endpoint, other, RuleId::Da30, other);
        }
        refused(
            "<Endpoint>https://login.microsoftonline.com/extSTS.srf</Endpoint>",
            "",
            RuleId::Da30,
            "none",
        );
        for other in
            ["https://login.microsoftonline.com.evil.test/extSTS.srf", "https://evil.test/extSTS.srf"]
        {
            reported(endpoint, other, RuleId::Da30, other);
        }
        let (verdict, broken) = with(endpoint, "https://LOGIN.microsoftonline.us/extSTS.srf");
        assert_eq!((verdict, broken), (Verdict::Valid, vec![]));
    }

    #[test]
    fn da31_error_refused_and_the_rest_not_run() {
        refused("NoError", "NotFederated", RuleId::Da31, "NotFederated");
        refused("NoError", "noerror", RuleId::Da31, "noerror");
        refused(
            "<ErrorCode>NoError</ErrorCode><ErrorMessage/>",
            "<ErrorCode>InvalidRequest</ErrorCode><ErrorMessage>no such domain</ErrorMessage>",
            RuleId::Da31,
            "InvalidRequest: no such domain",
        );
        refused("<ErrorCode>NoError</ErrorCode>", "", RuleId::Da31, "none");
        refused("<ErrorCode>NoError</ErrorCode>", "<ErrorCode/>", RuleId::Da11, "nothing");
        let xml = GOOD.replace("NoError", "NotFederated");
        let review = judged(&xml, |information| review(information, &policy()));
        assert_eq!(review.count(Outcome::NotRun), 3);
    }

    #[test]
    fn da32_another_application_uri_refused_and_its_nearness_said() {
        let (from, rule) = ("<ApplicationUri>outlook.com", RuleId::Da32);
        let to = |uri: &str| format!("<ApplicationUri>{uri}");
        refused(from, &to("outlook.com.evil.test"), rule, "outlook.com.evil.test, which only begins like it");
        refused(from, &to("Outlook.com"), rule, "Outlook.com, which differs in letter case alone");
        refused(from, &to("http://outlook.com/"), rule, "http://outlook.com/, which has a slash behind it");
        refused(from, &to("evil.test"), rule, "evil.test");
        refused("<ApplicationUri>outlook.com</ApplicationUri>", "", rule, "none");
        let (verdict, broken) = with(from, &to("http://outlook.com"));
        assert_eq!((verdict, broken), (Verdict::Valid, vec![]));
        // A relationship that names none leaves nothing to compare with.
        reported("Fabrikam.com", "tailspin.test", rule, "none to compare with");
    }

    #[test]
    fn da33_domain_that_is_not_listed_reported() {
        reported("Fabrikam.com", "evilfabrikam.com", RuleId::Da33, "all but fabrikam.com");
        reported("Fabrikam.com", "sub.fabrikam.com", RuleId::Da33, "all but fabrikam.com");
        let (verdict, broken) = with("Fabrikam.com", "FABRIKAM.COM");
        assert_eq!((verdict, broken), (Verdict::Valid, vec![]));
    }

    #[test]
    fn answer_about_nobody_whom_the_policy_knows_is_left_open() {
        let xml = GOOD.replace("Fabrikam.com", "unknown.test").replace("outlook.com", "evil.test");
        let own = judged(&xml, |information| review(information, &policy()));
        assert_eq!(own.verdict(), Verdict::Indeterminate);
        assert_eq!(own.headline().unwrap().rule, RuleId::Da32);
        let asked = judged(&xml, |information| review_for(&domain("fabrikam.com"), information, &policy()));
        assert_eq!(asked.verdict(), Verdict::Invalid);
        assert_eq!(asked.headline().unwrap().rule, RuleId::Da32);
        let stranger =
            judged(GOOD, |information| review_for(&domain("evilfabrikam.com"), information, &policy()));
        assert_eq!(stranger.verdict(), Verdict::Indeterminate);
    }

    #[test]
    fn form_that_two_readers_read_differently_refused() {
        refused("</s:Body>", "</s:Body><s:Body/>", RuleId::Da21, "2");
        let inside = "a comment, a CDATA section or a processing instruction inside";
        let (verdict, broken) = with("outlook.com", "outlook.com<!---->.evil.test");
        assert_eq!(verdict, Verdict::Invalid);
        assert_eq!(broken[0], (RuleId::Da11, Outcome::Refused, inside.to_owned()));
    }
}
