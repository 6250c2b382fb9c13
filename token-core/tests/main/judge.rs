//! Judges a vector with the library, and shows the result in the vector's own terms.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use test_vectors::{Group, Test};
use token_core::keys::{KeySet, KeySetBuilder};
use token_core::signature::Backend;
use token_core::verdict::Outcome;
use token_core::{Budget, Policy, Review, Scratch, Token, UnixTime, Validator, Verdict};

/// What the library says of a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) verdict: String,
    pub(crate) rule: Option<String>,
    pub(crate) broken: Vec<String>,
    pub(crate) kind: String,
}

/// The validator of a group.
pub(crate) fn validator(group: &Group) -> Validator<KeySet> {
    validator_on(group, Backend::default())
}

/// The validator of a group, on a backend.
pub(crate) fn validator_on(group: &Group, backend: Backend) -> Validator<KeySet> {
    Validator::new(policy(group), keys_on(group, backend))
}

/// The policy of a group.
pub(crate) fn policy(group: &Group) -> Policy {
    let policy = Policy::from_json(&group.policy.to_string());
    policy.unwrap_or_else(|error| panic!("{}: {error}", group.name))
}

/// The keys of a group.
pub(crate) fn keys(group: &Group) -> KeySet {
    keys_on(group, Backend::default())
}

fn keys_on(group: &Group, backend: Backend) -> KeySet {
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    builder.backend(backend);
    for source in &group.keys {
        builder.add(&source.issuer, &source.source, &source.bytes().expect("the loader has checked it"));
    }
    builder.build().keys
}

/// Judges one token, by `validate` and by `review`; also returns the rules that some check found kept.
///
/// # Errors
/// In which way the two disagree.
pub(crate) fn judge(
    validator: &Validator<KeySet>,
    token: &str,
    now: u64,
) -> Result<(Judged, BTreeSet<String>), String> {
    let now = UnixTime::from_secs(now);
    let review = validator.review(token, now);
    let mut scratch = Scratch::new();
    let (verdict, finding) = match validator.validate(token, &mut scratch, now) {
        Ok(_) => (Verdict::Valid, None),
        Err(rejection) => (rejection.verdict(), Some(rejection.finding().clone())),
    };
    if (verdict, finding.as_ref()) != (review.verdict(), review.headline()) {
        let (other, headline) = (review.verdict(), review.headline());
        return Err(format!("validate says {verdict} by {finding:?}, review says {other} by {headline:?}"));
    }
    let mut scratch = Scratch::new();
    let kind = Token::decode(token.as_bytes(), &Budget::DEFAULT, &mut scratch).kind();
    let passed = review.findings().iter().filter(|finding| finding.outcome == Outcome::Passed);
    let passed = passed.map(|finding| finding.rule.as_str().to_owned()).collect();
    let judged = Judged {
        verdict: verdict.as_str().to_owned(),
        rule: finding.map(|finding| finding.rule.as_str().to_owned()),
        broken: broken(&review),
        kind: kind.as_str().to_owned(),
    };
    Ok((judged, passed))
}

fn broken(review: &Review) -> Vec<String> {
    let rules: BTreeSet<_> = review.broken().map(|finding| finding.rule.as_str()).collect();
    rules.into_iter().map(str::to_owned).collect()
}

/// What a vector expects, in the same terms.
pub(crate) fn expected(test: &Test) -> Judged {
    Judged {
        verdict: test.verdict.as_str().to_owned(),
        rule: test.rule.clone(),
        broken: test.broken.clone(),
        kind: test.kind.clone(),
    }
}

/// Who acts, for whom, in which tenant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) actor: Option<String>,
    pub(crate) user: Option<BTreeMap<String, String>>,
    pub(crate) tenant: Option<String>,
}

/// Reads who acts, for whom, in which tenant, from a token as it was decoded.
pub(crate) fn parties(token: &str) -> Parties {
    let mut scratch = Scratch::new();
    let token = Token::decode(token.as_bytes(), &Budget::DEFAULT, &mut scratch);
    let user = token
        .on_behalf_of()
        .map(|user| user.keys().map(|(name, key)| (name.to_owned(), key.to_owned())).collect());
    Parties {
        actor: token.acting_application().map(Cow::into_owned),
        user,
        tenant: token.tenant().map(Cow::into_owned),
    }
}

/// The groups of all vectors, read once.
pub(crate) fn groups() -> &'static [Group] {
    static GROUPS: OnceLock<Vec<Group>> = OnceLock::new();
    GROUPS.get_or_init(|| {
        let files = test_vectors::load_all().unwrap_or_else(|error| panic!("{error}"));
        files.into_iter().flat_map(|file| file.test_groups).collect()
    })
}

/// Every test of the vectors, with its group.
pub(crate) fn all() -> impl Iterator<Item = (&'static Group, &'static Test)> {
    groups().iter().flat_map(|group| group.tests.iter().map(move |test| (group, test)))
}

/// One test by its id, with its group.
pub(crate) fn test(id: &str) -> (&'static Group, &'static Test) {
    all().find(|(_, test)| test.id == id).unwrap_or_else(|| panic!("no vector {id}"))
}
