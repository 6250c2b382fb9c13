//! Puts vectors together: what is expected of a token is said in one chain of calls.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use test_vectors::{
    Coverage, Covers, DocumentGroup, DocumentTest, File, Group, KeyFile, KeySource, Test, UsableKey, Verdict,
};

use crate::notes;
use crate::world::{NOW, TENANT};

/// The kind of most vectors.
const USUAL_KIND: &str = "sts-actor";

/// A test in the making; valid with nothing to report unless something else is said.
#[derive(Clone)]
pub(crate) struct Vector(Test);

impl Vector {
    pub(crate) fn new(id: impl Into<String>, comment: impl Into<String>, token: impl Into<String>) -> Self {
        Self(Test {
            id: id.into(),
            comment: comment.into(),
            flags: Vec::new(),
            covers: Vec::new(),
            token: token.into(),
            now: NOW,
            kind: USUAL_KIND.to_owned(),
            verdict: Verdict::Valid,
            rule: None,
            broken: Vec::new(),
            actor: None,
            on_behalf_of: None,
            tenant: None,
            presented: None,
        })
    }

    pub(crate) fn kind(mut self, kind: &str) -> Self {
        kind.clone_into(&mut self.0.kind);
        self
    }

    /// Changes the kind that a new vector has, where none was said.
    pub(crate) fn kind_unless_said(self, kind: &str) -> Self {
        if self.0.kind == USUAL_KIND { self.kind(kind) } else { self }
    }

    pub(crate) fn outer(self) -> Self {
        self.kind("outer")
    }

    pub(crate) fn at(mut self, now: u64) -> Self {
        self.0.now = now;
        self
    }

    /// Presents the token so often; what is expected is expected of the last time.
    pub(crate) fn presented(mut self, times: u32) -> Self {
        self.0.presented = Some(times);
        self
    }

    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.0.flags.push(flag.to_owned());
        self
    }

    /// Shows a rule from the side that the outcome decides; call it after the outcome.
    pub(crate) fn on(mut self, rule: &str) -> Self {
        let is_broken = self.0.broken.iter().any(|broken| broken == rule);
        let coverage = if is_broken { Coverage::Hit } else { Coverage::NearMiss };
        self.0.covers.push(Covers { rule: rule.to_owned(), coverage });
        self
    }

    /// Invalid: the first rule decides; it and all others are broken.
    pub(crate) fn invalid(self, broken: &[&str]) -> Self {
        self.outcome(Verdict::Invalid, broken)
    }

    /// Unsigned: likewise.
    pub(crate) fn unsigned(self, broken: &[&str]) -> Self {
        self.outcome(Verdict::Unsigned, broken)
    }

    /// Indeterminate: likewise.
    pub(crate) fn indeterminate(self, broken: &[&str]) -> Self {
        self.outcome(Verdict::Indeterminate, broken)
    }

    fn outcome(mut self, verdict: Verdict, broken: &[&str]) -> Self {
        self.0.verdict = verdict;
        self.0.rule = broken.first().map(|rule| (*rule).to_owned());
        self.reports(broken)
    }

    /// Valid, with these rules reported.
    pub(crate) fn reports(mut self, broken: &[&str]) -> Self {
        let sorted: BTreeSet<_> = broken.iter().map(|rule| (*rule).to_owned()).collect();
        self.0.broken = sorted.into_iter().collect();
        self
    }

    /// Shows the first of the broken rules: the usual hit.
    pub(crate) fn hit(self, broken: &[&str]) -> Self {
        let vector = self.invalid(broken);
        broken.first().into_iter().fold(vector, |vector, rule| vector.on(rule))
    }

    /// Valid, and near misses of these rules.
    pub(crate) fn near(self, rules: &[&str]) -> Self {
        rules.iter().fold(self, |vector, rule| vector.on(rule))
    }

    pub(crate) fn actor(mut self, actor: &str) -> Self {
        self.0.actor = Some(actor.to_owned());
        self
    }

    pub(crate) fn user(mut self, keys: &[(&str, &str)]) -> Self {
        let keys: BTreeMap<_, _> =
            keys.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect();
        self.0.on_behalf_of = Some(keys);
        self
    }

    /// In the usual tenant.
    pub(crate) fn tenant(self) -> Self {
        self.tenant_is(TENANT)
    }

    pub(crate) fn tenant_is(mut self, tenant: &str) -> Self {
        self.0.tenant = Some(tenant.to_owned());
        self
    }
}

pub(crate) fn group(name: &str, policy: Value, keys: Vec<KeySource>, tests: Vec<Vector>) -> Group {
    let tests = tests.into_iter().map(|vector| vector.0).collect();
    Group { name: name.to_owned(), policy, keys, tests }
}

pub(crate) fn file(test_groups: Vec<Group>) -> File {
    let tests = test_groups.iter().flat_map(|group| &group.tests);
    let notes = notes::of(tests.flat_map(|test| &test.flags));
    File { schema: File::SCHEMA.to_owned(), notes, test_groups }
}

/// A test of key documents in the making; nothing to report and nothing usable unless something else is said.
pub(crate) struct DocumentVector(DocumentTest);

impl DocumentVector {
    pub(crate) fn new(id: impl Into<String>, comment: impl Into<String>, documents: Vec<KeySource>) -> Self {
        Self(DocumentTest {
            id: id.into(),
            comment: comment.into(),
            flags: Vec::new(),
            covers: Vec::new(),
            documents,
            broken: Vec::new(),
            usable: Vec::new(),
        })
    }

    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.0.flags.push(flag.to_owned());
        self
    }

    pub(crate) fn broken(mut self, broken: &[&str]) -> Self {
        self.0.broken = broken.iter().map(|rule| (*rule).to_owned()).collect();
        self
    }

    pub(crate) fn on(mut self, rule: &str) -> Self {
        let is_broken = self.0.broken.iter().any(|broken| broken == rule);
        let coverage = if is_broken { Coverage::Hit } else { Coverage::NearMiss };
        self.0.covers.push(Covers { rule: rule.to_owned(), coverage });
        self
    }

    pub(crate) fn usable(mut self, x5t: Option<String>, kid: Option<&str>) -> Self {
        self.0.usable.push(UsableKey { x5t, kid: kid.map(str::to_owned) });
        self
    }
}

pub(crate) fn document_file(groups: Vec<(&str, Vec<DocumentVector>)>) -> KeyFile {
    let group = |(name, tests): (&str, Vec<DocumentVector>)| DocumentGroup {
        name: name.to_owned(),
        tests: tests.into_iter().map(|vector| vector.0).collect(),
    };
    let test_groups: Vec<_> = groups.into_iter().map(group).collect();
    let tests = test_groups.iter().flat_map(|group| &group.tests);
    let notes = notes::of(tests.flat_map(|test| &test.flags));
    KeyFile { schema: KeyFile::SCHEMA.to_owned(), notes, test_groups }
}

/// The file as it is committed.
pub(crate) fn json(file: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(file).expect("types of ours") + "\n"
}
