//! What reading a message found wrong with its shape: kept beside what could be read, and judged with the rest.
//!
//! Reading never stops and never judges. What is broken is absent from the message and stands among its defects, each
//! with the rule that it breaks, so that `validate` and `review` report the same.

use std::borrow::Cow;
use std::fmt::Display;

use super::xml::{Name, Node};
use crate::verdict::{Check, Evidence, Outcome, Part, RuleId};

/// One thing that is wrong with the shape of a message.
#[derive(Debug)]
pub(super) struct Defect {
    pub(super) check: Check,
    pub(super) outcome: Outcome,
    pub(super) expected: Cow<'static, str>,
    pub(super) seen: String,
}

impl Defect {
    pub(super) fn evidence(&self) -> Evidence {
        Evidence::new(self.expected.clone(), &self.seen)
    }
}

/// The defects of one document, in the order in which they were found.
#[derive(Debug)]
pub(super) struct Defects {
    part: Part,
    all: Vec<Defect>,
}

impl Defects {
    /// Begins a list for one part of the input.
    pub(super) const fn of(part: Part) -> Self {
        Self { part, all: Vec::new() }
    }

    /// Notes that an element, or what stands in it, breaks a rule.
    pub(super) fn note(
        &mut self,
        rule: RuleId,
        element: &'static str,
        node: Node<'_>,
        expected: impl Into<Cow<'static, str>>,
        seen: impl Display,
    ) {
        self.push(rule, Outcome::Refused, element, node, expected, seen);
    }

    /// Notes what is to be reported, and does not decide.
    pub(super) fn report(
        &mut self,
        rule: RuleId,
        element: &'static str,
        node: Node<'_>,
        expected: impl Into<Cow<'static, str>>,
        seen: impl Display,
    ) {
        self.push(rule, Outcome::Reported, element, node, expected, seen);
    }

    fn push(
        &mut self,
        rule: RuleId,
        outcome: Outcome,
        element: &'static str,
        node: Node<'_>,
        expected: impl Into<Cow<'static, str>>,
        seen: impl Display,
    ) {
        let check = Check::new(rule, self.part).claim(element).at(Some(node.at()));
        self.all.push(Defect { check, outcome, expected: expected.into(), seen: seen.to_string() });
    }

    /// Returns the only child of a name; notes where there is none, or more than one.
    pub(super) fn only<'d>(&mut self, rule: RuleId, parent: Node<'d>, name: Name) -> Option<Node<'d>> {
        let mut children = parent.all(name);
        let (first, others) = (children.next(), children.count());
        match (first, others) {
            (Some(child), 0) => Some(child),
            (None, _) => {
                self.note(rule, name.local, parent, "exactly one", "none");
                None
            }
            (Some(_), others) => {
                self.note(rule, name.local, parent, "exactly one", others.saturating_add(1));
                None
            }
        }
    }

    /// Returns the only child of a name if there is one; notes where there is more than one.
    pub(super) fn at_most_one<'d>(&mut self, rule: RuleId, parent: Node<'d>, name: Name) -> Option<Node<'d>> {
        parent.all(name).next()?;
        self.only(rule, parent, name)
    }

    /// Returns the text of a value element; notes where it is not exactly one run of text.
    pub(super) fn text<'d>(&mut self, element: &'static str, node: Node<'d>) -> Option<&'d str> {
        node.text()
            .map_err(|defect| self.note(RuleId::Da11, element, node, "exactly one run of text", defect))
            .ok()
    }

    /// Notes every child element that is not one of these names.
    pub(super) fn refuse_others(
        &mut self,
        rule: RuleId,
        element: &'static str,
        parent: Node<'_>,
        allowed: &[Name],
    ) {
        for child in parent.elements().filter(|child| !allowed.iter().any(|name| child.is(*name))) {
            let names: Vec<_> = allowed.iter().map(|name| name.local).collect();
            let expected = if names.is_empty() { "nothing inside".into() } else { names.join(", ") };
            self.note(
                rule,
                element,
                child,
                expected,
                format_args!("{{{}}}{}", child.name().0, child.name().1),
            );
        }
    }

    /// Returns how many there are so far.
    pub(super) const fn count(&self) -> usize {
        self.all.len()
    }

    /// Returns the defects in the order in which they were found.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Defect> {
        self.all.iter()
    }

    /// Returns whether a rule is broken by one of them.
    pub(super) fn breaks(&self, rule: RuleId) -> bool {
        self.all.iter().any(|defect| defect.check.rule == rule && defect.outcome == Outcome::Refused)
    }
}
