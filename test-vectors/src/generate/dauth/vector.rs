//! Puts vectors of federated delegation together: what is expected of a message is said in one chain of calls.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use test_vectors::{
    Coverage, Covers, DauthFacts, DauthFile, DauthGroup, DauthMessages, DauthTest, KeySource, OwnKeySource,
    Verdict,
};

use super::names::*;
use super::notes;
use crate::keys;
use crate::world::NOW;

/// A test in the making; valid, with the usual facts and nothing to report, unless something else is said.
#[derive(Clone)]
pub(crate) struct Vector(DauthTest);

impl Vector {
    pub(crate) fn new(
        id: impl Into<String>,
        comment: impl Into<String>,
        message: impl Into<Vec<u8>>,
    ) -> Self {
        let (id, comment) = (id.into(), comment.into());
        let (message, message_base64) = match String::from_utf8(message.into()) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(STANDARD.encode(error.as_bytes()))),
        };
        let facts = DauthFacts {
            email: EMAIL.to_owned(),
            domain: "fabrikam.com".to_owned(),
            offer: "MSExchange.MailTips".to_owned(),
            audience: AUDIENCE.to_owned(),
            relationship: "fabrikam".to_owned(),
        };
        Self(DauthTest {
            id,
            comment,
            flags: Vec::new(),
            covers: Vec::new(),
            message,
            message_base64,
            endpoint: None,
            now: NOW,
            verdict: Verdict::Valid,
            rule: None,
            broken: Some(Vec::new()),
            facts: Some(facts),
            presented: None,
        })
    }

    pub(crate) fn at(mut self, now: u64) -> Self {
        self.0.now = now;
        self
    }

    /// Sent to this path.
    pub(crate) fn endpoint(mut self, path: &str) -> Self {
        self.0.endpoint = Some(path.to_owned());
        self
    }

    /// Presented so often; what is expected is expected of the last time.
    pub(crate) fn presented(mut self, times: u32) -> Self {
        self.0.presented = Some(times);
        self
    }

    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.0.flags.push(flag.to_owned());
        self
    }

    /// Shows a rule: from which side follows from what is broken.
    pub(crate) fn on(mut self, rule: &str) -> Self {
        let known = self.0.broken.iter().flatten().chain(&self.0.rule);
        let is_broken = known.into_iter().any(|broken| broken == rule);
        let coverage = if is_broken { Coverage::Hit } else { Coverage::NearMiss };
        self.0.covers.push(Covers { rule: rule.to_owned(), coverage });
        self
    }

    /// Invalid: the first of the broken rules decides.
    pub(crate) fn invalid(self, broken: &[&str]) -> Self {
        self.outcome(Verdict::Invalid, broken)
    }

    /// Indeterminate: likewise.
    pub(crate) fn indeterminate(self, broken: &[&str]) -> Self {
        self.outcome(Verdict::Indeterminate, broken)
    }

    fn outcome(mut self, verdict: Verdict, broken: &[&str]) -> Self {
        self.0.verdict = verdict;
        self.0.rule = broken.first().map(|rule| (*rule).to_owned());
        self.0.facts = None;
        self.reports(broken)
    }

    /// Valid, with these rules reported.
    pub(crate) fn reports(mut self, broken: &[&str]) -> Self {
        let sorted: BTreeSet<_> = broken.iter().map(|rule| (*rule).to_owned()).collect();
        self.0.broken = Some(sorted.into_iter().collect());
        self
    }

    /// Invalid by the first of the broken rules, which the vector shows: the usual hit.
    pub(crate) fn hit(self, broken: &[&str]) -> Self {
        let vector = self.invalid(broken);
        broken.first().into_iter().fold(vector, |vector, rule| vector.on(rule))
    }

    /// Invalid by this rule; which others are broken depends on the reader.
    pub(crate) fn hit_first(self, rule: &str) -> Self {
        let mut vector = self.hit(&[rule]);
        vector.0.broken = None;
        vector
    }

    /// Valid, and near misses of these rules.
    pub(crate) fn near(self, rules: &[&str]) -> Self {
        rules.iter().fold(self, |vector, rule| vector.on(rule))
    }

    /// Says something else than the usual.
    pub(crate) fn facts(mut self, change: impl FnOnce(&mut DauthFacts)) -> Self {
        change(self.0.facts.as_mut().expect("a valid message"));
        self
    }

    pub(crate) fn offer(self, offer: &str) -> Self {
        self.facts(|facts| offer.clone_into(&mut facts.offer))
    }

    pub(crate) fn email(self, email: &str) -> Self {
        self.facts(|facts| email.clone_into(&mut facts.email))
    }

    /// A message that has no facts although it is valid.
    pub(crate) fn without_facts(mut self) -> Self {
        self.0.facts = None;
        self
    }
}

/// The policy of the organisation contoso.com, whose partner is fabrikam.com.
pub(crate) fn policy() -> Value {
    json!({ "dauth": {
        "token_issuer": { "uri": ISSUER },
        "application_uris": [APPLICATION_URI],
        "endpoint": [
            { "path": EWS_PATH, "urls": [EWS], "offers": OFFERS_OF_EWS },
        ],
        "relationship": [
            { "name": "fabrikam", "domains": ["fabrikam.com", "fabrikam.example"], "offers": OFFERS_OF_EWS },
            { "name": "tailspin", "domains": ["tailspin.com"], "offers": ["MSExchange.SharingCalendarFreeBusy"] },
        ],
    }})
}

const OFFERS_OF_EWS: [&str; 4] = [
    "MSExchange.SharingCalendarFreeBusy",
    "MSExchange.SharingRead",
    "MSExchange.MailTips",
    "MSExchange.UserPhotoRetrieval",
];

/// The usual policy with another member of `dauth`.
pub(crate) fn with(name: &str, value: Value) -> Value {
    let mut policy = policy();
    policy["dauth"][name] = value;
    policy
}

/// A policy that takes SHA-1, as the gateway signs.
pub(crate) fn legacy() -> Value {
    with("danger", json!({ "sha1_signatures": true }))
}

pub(crate) fn gateway_keys(names: &[&str]) -> Vec<KeySource> {
    let source = |name: &&str| KeySource {
        issuer: ISSUER.to_owned(),
        source: format!("{name}.cert.pem"),
        document: Some(keys::certificate_pem(name).to_owned()),
        document_base64: None,
    };
    names.iter().map(source).collect()
}

pub(crate) fn own_keys(names: &[&str]) -> Vec<OwnKeySource> {
    let source = |name: &&str| OwnKeySource {
        source: (*name).to_owned(),
        private_key: keys::private_pem(name).to_owned(),
        certificate: keys::certificate_pem(name).to_owned(),
    };
    names.iter().map(source).collect()
}

/// A group with the gateway's current and previous certificates and all own keys.
pub(crate) fn group(name: &str, policy: Value, tests: Vec<Vector>) -> DauthGroup {
    DauthGroup {
        name: name.to_owned(),
        messages: DauthMessages::Token,
        policy,
        keys: gateway_keys(&["gateway-current", "gateway-previous"]),
        own_keys: own_keys(&["federation-current", "federation-previous", "federation-next"]),
        tests: tests.into_iter().map(|vector| vector.0).collect(),
    }
}

/// A group with other certificates of the gateway.
pub(crate) fn with_keys(mut group: DauthGroup, names: &[&str]) -> DauthGroup {
    group.keys = gateway_keys(names);
    group
}

/// A group with other own keys.
pub(crate) fn with_own_keys(mut group: DauthGroup, names: &[&str]) -> DauthGroup {
    group.own_keys = own_keys(names);
    group
}

pub(crate) fn file(test_groups: Vec<DauthGroup>) -> DauthFile {
    let tests = test_groups.iter().flat_map(|group| &group.tests);
    let notes = notes::of(tests.flat_map(|test| &test.flags));
    DauthFile { schema: DauthFile::SCHEMA.to_owned(), notes, test_groups }
}
