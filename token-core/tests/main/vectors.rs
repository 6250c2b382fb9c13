//! Runs every vector. Unexpected success and unexpected failure both fail, and so does a rule that no vector shows.

use std::collections::BTreeSet;

use test_vectors::Coverage;
use token_core::keys::{KeySet, KeySetBuilder};
use token_core::verdict::Attack;
use token_core::{Budget, Finding, Policy, ReplayWatch, RuleId, Scratch, UnixTime, Validator};

use crate::judge::{Parties, all, expected, groups, judge, parties, validator};

/// Vectors of which the library is known to say something else, each with the reason. One that passes fails the run:
/// it has to leave this list.
const KNOWN_DIVERGENCES: &[(&str, &str)] = &[];

/// Rules without hit and near miss among the vectors, each with the reason.
const NOT_SHOWN: &[(&str, &str)] =
    &[("INP-09", "is about the lines of a request, not about a token: see jose/authorization.rs")];

#[test]
fn vectors_each_judged_as_expected() {
    let mut surprises = Vec::new();
    let mut count = 0;
    for group in groups() {
        let validator = validator(group);
        for test in &group.tests {
            count += 1;
            let Some(surprise) = surprise(&validator, test) else {
                if known_divergence(&test.id).is_some() {
                    surprises.push(format!("{}: unexpected success, strike it off the list", test.id));
                }
                continue;
            };
            if known_divergence(&test.id).is_none() {
                surprises.push(surprise);
            }
        }
    }
    assert!(surprises.is_empty(), "{} of {count} vectors:\n{}", surprises.len(), surprises.join("\n"));
    assert!(count > 600, "{count} vectors were run");
}

fn known_divergence(id: &str) -> Option<&'static str> {
    KNOWN_DIVERGENCES.iter().find(|(known, _)| *known == id).map(|(_, reason)| *reason)
}

fn surprise(validator: &Validator<KeySet>, test: &test_vectors::Test) -> Option<String> {
    let (mut judged, mut passed) = match judge(validator, &test.token, test.now) {
        Ok(judged) => judged,
        Err(disagreement) => return Some(format!("{} ({}):\n  {disagreement}", test.id, test.comment)),
    };
    // Only what is accepted is shown to the watch.
    if judged.verdict == "valid" {
        let finding = presented(test, test.presented.unwrap_or(1));
        let rule = finding.rule.as_str().to_owned();
        if finding.severity().is_some() {
            judged.broken.push(rule);
        } else {
            passed.insert(rule);
        }
    }
    let expected = expected(test);
    if judged != expected {
        return Some(format!(
            "{} ({}):\n  expected {expected:?}\n  judged   {judged:?}",
            test.id, test.comment
        ));
    }
    let near_misses = test.covers.iter().filter(|covers| covers.coverage == Coverage::NearMiss);
    if let Some(idle) = near_misses.into_iter().find(|covers| !passed.contains(&covers.rule)) {
        return Some(format!("{}: a near miss of {}, which was not even checked", test.id, idle.rule));
    }
    let Parties { actor, user, tenant } = parties(&test.token);
    let seen = [
        test.actor.as_ref().is_none_or(|expected| actor.as_ref() == Some(expected)),
        test.on_behalf_of.as_ref().is_none_or(|expected| user.as_ref() == Some(expected)),
        test.tenant.as_ref().is_none_or(|expected| tenant.as_ref() == Some(expected)),
    ];
    (seen != [true; 3]).then(|| format!("{}: acts {actor:?} for {user:?} in {tenant:?}", test.id))
}

/// Shows the token to a watch so often, and returns what it says the last time.
fn presented(test: &test_vectors::Test, times: u32) -> Finding {
    let now = UnixTime::from_secs(test.now);
    let mut watch = ReplayWatch::new(4);
    for _ in 1..times {
        let _ = watch.observe(test.token.as_bytes(), now, now);
    }
    watch.observe(test.token.as_bytes(), now, now)
}

#[test]
fn key_documents_each_judged_as_expected() {
    let files = test_vectors::load_key_documents().unwrap_or_else(|error| panic!("{error}"));
    let mut surprises = Vec::new();
    for test in files.iter().flat_map(|file| &file.test_groups).flat_map(|group| &group.tests) {
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        for source in &test.documents {
            builder.add(&source.issuer, &source.source, &source.bytes().expect("the loader has checked it"));
        }
        let loaded = builder.build();
        let broken: BTreeSet<_> = loaded.findings.iter().map(|finding| finding.rule.as_str()).collect();
        let usable: Vec<_> = loaded
            .keys
            .keys()
            .iter()
            .map(|key| (key.x5t().map(|x5t| x5t.to_string()), key.kid().map(str::to_owned)))
            .collect();
        let expected: Vec<_> = test.usable.iter().map(|key| (key.x5t.clone(), key.kid.clone())).collect();
        if !broken.iter().copied().eq(test.broken.iter().map(String::as_str)) || usable != expected {
            surprises.push(format!(
                "{} ({}):\n  expected {:?} and {expected:?}\n  judged   {broken:?} and {usable:?}",
                test.id, test.comment, test.broken
            ));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn rules_each_have_hit_and_near_miss() {
    let documents = test_vectors::load_key_documents().unwrap_or_else(|error| panic!("{error}"));
    let tokens = all().map(|(_, test)| &test.covers);
    let documents = documents.iter().flat_map(|file| &file.test_groups).flat_map(|group| &group.tests);
    let covers: Vec<_> = tokens.chain(documents.map(|test| &test.covers)).flatten().collect();
    let shown = |rule: RuleId, from: Coverage| {
        covers.iter().any(|covers| covers.rule == rule.as_str() && covers.coverage == from)
    };
    let excused = |rule: RuleId| NOT_SHOWN.iter().any(|(excused, _)| *excused == rule.as_str());
    let mut missing = Vec::new();
    for rule in RuleId::ALL.iter().copied().filter(|rule| !has_own_runner(*rule)) {
        let complete = shown(rule, Coverage::Hit) && shown(rule, Coverage::NearMiss);
        if complete == excused(rule) {
            missing.push(rule.as_str());
        }
    }
    assert!(missing.is_empty(), "rules without hit or near miss, or excused without need: {missing:?}");
    let unknown: Vec<_> = covers.iter().filter(|covers| RuleId::parse(&covers.rule).is_none()).collect();
    assert!(unknown.is_empty(), "rules that the catalogue does not have: {unknown:?}");
}

/// Whether the vectors of a rule are run elsewhere: those on challenges, and those on federated delegation.
fn has_own_runner(rule: RuleId) -> bool {
    ["CHL-", "DA-"].iter().any(|prefix| rule.as_str().starts_with(prefix))
}

#[test]
fn attacks_each_reported_by_one_of_their_rules() {
    // One on challenges has its vectors in challenges.json, and its own runner, as have those on federated delegation.
    let is_here = |attack: &&Attack| attack.id.starts_with('J') && attack.id != "J26";
    for attack in Attack::ALL.iter().filter(is_here) {
        let reports = |test: &&'static test_vectors::Test| {
            attack.rules.iter().any(|rule| test.broken.contains(&rule.as_str().to_owned()))
        };
        let flagged =
            all().map(|(_, test)| test).filter(|test| test.flags.iter().any(|flag| flag == attack.id));
        let reported = flagged.filter(reports).count();
        assert!(reported > 0, "{}: no vector", attack.id);
    }
    let known = |flag: &String| !flag.starts_with('J') || Attack::parse(flag).is_some();
    assert!(all().flat_map(|(_, test)| &test.flags).all(known));
}

#[test]
fn sample_of_the_readme_valid_under_its_policy() {
    let sample = test_vectors::sample("outer-actor-2025").expect("the sample's files");
    let policy = Policy::from_toml(&std::fs::read_to_string(&sample.policy_path).unwrap()).unwrap();
    let issuer = &policy.issuers()[0];
    let named = issuer.key_sources()[0].clone();
    assert_eq!(sample.policy_path.with_file_name(&named), sample.metadata_path);
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    builder.add(issuer.name(), &named, sample.metadata.as_bytes());
    let loaded = builder.build();
    assert!(loaded.findings.is_empty() && loaded.keys.keys().len() == 2);
    let wanted = loaded.keys.keys()[1].x5t();
    let validator = Validator::new(policy, loaded.keys);
    let mut scratch = Scratch::new();
    let validated = validator.validate(&sample.token, &mut scratch, UnixTime::from_secs(sample.now)).unwrap();
    assert_eq!(validated.kind().as_str(), "outer");
    assert_eq!(validated.x5t(), wanted);
    assert_eq!(validator.review(&sample.token, UnixTime::from_secs(sample.now)).broken().count(), 0);
}
