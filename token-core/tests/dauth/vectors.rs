//! Runs every vector of federated delegation. Unexpected success and unexpected failure both fail, and so does a rule that
//! no vector shows.

use std::collections::BTreeSet;

use test_vectors::{Coverage, DauthGroup, DauthMessages, DauthTest};
use token_core::dauth::federation_information::review_message;
use token_core::dauth::{AssertionWatch, DauthValidator, Delegation, Received};
use token_core::keys::KeySet;
use token_core::verdict::Attack;
use token_core::{Budget, Finding, RuleId, UnixTime};

use crate::judge::{Judged, groups, judge, policy, validator};

#[test]
fn vectors_of_delegation_each_judged_as_expected() {
    let mut surprises = Vec::new();
    let mut count = 0;
    for group in groups(DauthMessages::Token) {
        let validator = validator(group);
        for test in &group.tests {
            count += 1;
            // What only some builds can open.
            if cfg!(feature = "legacy-3des") || !test.flags.iter().any(|flag| flag == "legacy-3des") {
                surprises.extend(surprise(&validator, test));
            }
        }
    }
    assert!(surprises.is_empty(), "{} of {count} vectors:\n{}", surprises.len(), surprises.join("\n"));
    assert!(count > 250, "{count} vectors were run");
}

fn surprise(validator: &DauthValidator<KeySet>, test: &DauthTest) -> Option<String> {
    let (mut judged, delegation) = match judge(validator, test) {
        Ok(judged) => judged,
        Err(disagreement) => return Some(format!("{} ({}):\n  {disagreement}", test.id, test.comment)),
    };
    // Only what is accepted is shown to the watch.
    if let Some(delegation) = &delegation {
        let finding = presented(validator, delegation, test);
        if finding.severity().is_some() {
            judged.broken.insert(finding.rule.as_str().to_owned());
            judged.rule = finding.outcome.verdict().map(|_| finding.rule.as_str().to_owned());
            if let Some(verdict) = finding.outcome.verdict() {
                verdict.as_str().clone_into(&mut judged.verdict);
            }
        } else {
            judged.passed.insert(finding.rule.as_str().to_owned());
        }
    }
    compare(test, &judged).or_else(|| {
        let facts = test.facts.as_ref()?;
        let found = delegation?;
        let found = [&found.email, &found.domain, &found.offer, &found.audience, &found.relationship];
        let wanted = [&facts.email, &facts.domain, &facts.offer, &facts.audience, &facts.relationship];
        (found != wanted).then(|| format!("{}: expected {wanted:?}, found {found:?}", test.id))
    })
}

/// Shows the assertion to a watch as often as the test says, and returns what it says the last time.
fn presented(validator: &DauthValidator<KeySet>, delegation: &Delegation, test: &DauthTest) -> Finding {
    let now = UnixTime::from_secs(test.now);
    let mut watch = AssertionWatch::new(4, validator.policy().replay());
    for _ in 1..test.presented.unwrap_or(1) {
        let _ = watch.observe(delegation, now);
    }
    watch.observe(delegation, now)
}

fn compare(test: &DauthTest, judged: &Judged) -> Option<String> {
    let broken = test.broken.as_ref().map(|broken| broken.iter().cloned().collect::<BTreeSet<_>>());
    let as_expected = judged.verdict == test.verdict.as_str()
        && judged.rule == test.rule
        && broken.as_ref().is_none_or(|broken| judged.broken == *broken);
    if !as_expected {
        return Some(format!(
            "{} ({}):\n  expected {} {:?} {broken:?}\n  judged   {} {:?} {:?}",
            test.id,
            test.comment,
            test.verdict.as_str(),
            test.rule,
            judged.verdict,
            judged.rule,
            judged.broken
        ));
    }
    let near_misses = test.covers.iter().filter(|covers| covers.coverage == Coverage::NearMiss);
    let idle = near_misses.into_iter().find(|covers| !judged.passed.contains(&covers.rule));
    idle.map(|covers| format!("{}: a near miss of {}, which was not even checked", test.id, covers.rule))
}

#[test]
fn federation_information_each_judged_as_expected() {
    let mut surprises = Vec::new();
    let mut count = 0;
    for group in groups(DauthMessages::FederationInformation) {
        let policy = policy(group);
        for test in &group.tests {
            count += 1;
            let bytes = test.bytes().expect("the loader has checked it");
            let review = review_message(&bytes, &policy, &Budget::DEFAULT);
            surprises.extend(compare(test, &Judged::of(&review)));
        }
    }
    assert!(surprises.is_empty(), "{} of {count} vectors:\n{}", surprises.len(), surprises.join("\n"));
    assert!(count >= 8, "{count} vectors were run");
}

/// Every test, of both kinds.
fn all() -> impl Iterator<Item = (&'static DauthGroup, &'static DauthTest)> {
    [DauthMessages::Token, DauthMessages::FederationInformation]
        .into_iter()
        .flat_map(groups)
        .flat_map(|group| group.tests.iter().map(move |test| (group, test)))
}

#[test]
fn rules_of_delegation_each_have_hit_and_near_miss() {
    let covers: Vec<_> = all().flat_map(|(_, test)| &test.covers).collect();
    let shown = |rule: RuleId, from: Coverage| {
        covers.iter().any(|covers| covers.rule == rule.as_str() && covers.coverage == from)
    };
    let rules = RuleId::ALL.iter().copied().filter(|rule| rule.as_str().starts_with("DA-"));
    let missing: Vec<_> =
        rules.filter(|rule| !(shown(*rule, Coverage::Hit) && shown(*rule, Coverage::NearMiss))).collect();
    assert!(missing.is_empty(), "rules without hit or near miss: {missing:?}");
    let unknown: Vec<_> = covers.iter().filter(|covers| RuleId::parse(&covers.rule).is_none()).collect();
    assert!(unknown.is_empty(), "rules that the catalogue does not have: {unknown:?}");
}

#[test]
fn attacks_on_delegation_each_reported_by_one_of_their_rules() {
    for attack in Attack::ALL.iter().filter(|attack| attack.id.starts_with('D')) {
        let flagged = all().filter(|(_, test)| test.flags.iter().any(|flag| flag == attack.id));
        // In an encrypted message every attack on the assertion is one finding.
        let reports = |test: &DauthTest| {
            let broken = test.broken.iter().flatten().chain(&test.rule);
            broken.into_iter().any(|rule| attack.rules.iter().any(|of_attack| of_attack.as_str() == rule))
        };
        let reported = flagged.filter(|(_, test)| reports(test)).count();
        assert!(reported > 0, "{}: no vector", attack.id);
    }
    let known = |flag: &String| !flag.starts_with('D') || Attack::parse(flag).is_some();
    assert!(all().flat_map(|(_, test)| &test.flags).all(known));
}

#[test]
fn failures_to_open_a_token_all_one_answer() {
    let mut answers = BTreeSet::new();
    let mut count = 0;
    for group in groups(DauthMessages::Token) {
        let validator = validator(group);
        for test in group.tests.iter().filter(|test| test.rule.as_deref() == Some("DA-16")) {
            let bytes = test.bytes().expect("the loader has checked it");
            let received = Received::message(&bytes);
            let received = test.endpoint.as_deref().map_or(received, |path| received.at(path));
            let Err(rejection) = validator.validate(received, UnixTime::from_secs(test.now)) else {
                continue;
            };
            // A member of the message that everybody can read is named; what was decrypted never is.
            if rejection.finding().location.claim.is_none() {
                count += 1;
                answers.insert(format!("{:?}", rejection.finding()));
            }
        }
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert!(count > 250, "{count} tokens did not open");
}
