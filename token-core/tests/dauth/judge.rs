//! Judges a vector with the library, and shows the result in the vector's own terms.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use test_vectors::{DauthGroup, DauthMessages, DauthTest};
use token_core::dauth::policy::DauthPolicy;
use token_core::dauth::{DauthValidator, Delegation, OwnKeys, Received};
use token_core::keys::{KeySet, KeySetBuilder};
use token_core::verdict::Outcome;
use token_core::{Budget, Review, UnixTime, Verdict};

/// What the library says of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) verdict: String,
    pub(crate) rule: Option<String>,
    pub(crate) broken: BTreeSet<String>,
    pub(crate) passed: BTreeSet<String>,
}

impl Judged {
    pub(crate) fn of(review: &Review) -> Self {
        let rules = |outcome: fn(Outcome) -> bool| {
            let found = review.findings().iter().filter(|finding| outcome(finding.outcome));
            found.map(|finding| finding.rule.as_str().to_owned()).collect()
        };
        Self {
            verdict: review.verdict().as_str().to_owned(),
            rule: review.headline().map(|finding| finding.rule.as_str().to_owned()),
            broken: review.broken().map(|finding| finding.rule.as_str().to_owned()).collect(),
            passed: rules(|outcome| outcome == Outcome::Passed),
        }
    }
}

/// The groups of one kind.
pub(crate) fn groups(messages: DauthMessages) -> impl Iterator<Item = &'static DauthGroup> {
    static GROUPS: OnceLock<Vec<DauthGroup>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| {
        let files = test_vectors::load_dauth().unwrap_or_else(|error| panic!("{error}"));
        files.into_iter().flat_map(|file| file.test_groups).collect()
    });
    groups.iter().filter(move |group| group.messages == messages)
}

/// The policy of a group.
pub(crate) fn policy(group: &DauthGroup) -> DauthPolicy {
    let policy = DauthPolicy::from_json(&group.policy.to_string());
    policy.unwrap_or_else(|error| panic!("{}: {error}", group.name))
}

/// The validator of a group.
pub(crate) fn validator(group: &DauthGroup) -> DauthValidator<KeySet> {
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    for source in &group.keys {
        builder.add(&source.issuer, &source.source, &source.bytes().expect("the loader has checked it"));
    }
    let mut own = OwnKeys::new();
    for key in &group.own_keys {
        let (private, certificate) = (der(&key.private_key), der(&key.certificate));
        own.add(&private, Some(&certificate)).unwrap_or_else(|error| panic!("{}: {error}", key.source));
    }
    DauthValidator::new(policy(group), builder.build().keys, own)
}

/// The bytes of the only block of a PEM text.
fn der(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    base64::prelude::BASE64_STANDARD.decode(lines.collect::<String>()).expect("base64")
}

/// Judges one message, by `validate` and by `review`.
///
/// # Errors
/// In which way the two disagree.
pub(crate) fn judge(
    validator: &DauthValidator<KeySet>,
    test: &DauthTest,
) -> Result<(Judged, Option<Delegation>), String> {
    let bytes = test.bytes().expect("the loader has checked it");
    judge_bytes(validator, &bytes, test.endpoint.as_deref(), test.now)
}

/// As [`judge`], for any bytes.
pub(crate) fn judge_bytes(
    validator: &DauthValidator<KeySet>,
    bytes: &[u8],
    path: Option<&str>,
    now: u64,
) -> Result<(Judged, Option<Delegation>), String> {
    let received = path.map_or(Received::message(bytes), |path| Received::message(bytes).at(path));
    let now = UnixTime::from_secs(now);
    let review = validator.review(received, now);
    let (verdict, finding, delegation) = match validator.validate(received, now) {
        Ok(delegation) => (Verdict::Valid, None, Some(delegation)),
        Err(rejection) => (rejection.verdict(), Some(rejection.finding().clone()), None),
    };
    if (verdict, finding.as_ref()) != (review.verdict(), review.headline()) {
        let (other, headline) = (review.verdict(), review.headline());
        return Err(format!("validate says {verdict} by {finding:?}, review says {other} by {headline:?}"));
    }
    Ok((Judged::of(&review), delegation))
}
