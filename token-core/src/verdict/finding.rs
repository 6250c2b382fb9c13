//! One check's result: which rule, where, what was expected, what was seen.

use std::borrow::Cow;
use std::fmt;

use super::Verdict;
use super::rule::{Rule, RuleId, Severity};

/// The result of one check.
///
/// Both texts are safe to print: control characters are escaped, long values cut, tokens redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that was checked.
    pub rule: RuleId,
    /// How it went.
    pub outcome: Outcome,
    /// Where in the input.
    pub location: Location,
    /// What the rule expects here.
    pub expected: Cow<'static, str>,
    /// What the input says; for a check that was not run, why not.
    pub seen: String,
}

impl Finding {
    /// Returns the severity, where the check did not pass.
    #[must_use]
    pub const fn severity(&self) -> Option<Severity> {
        match self.outcome {
            Outcome::Passed | Outcome::NotRun => None,
            Outcome::Reported => Some(Severity::Warning),
            Outcome::Refused | Outcome::Undecided | Outcome::Unsigned => Some(Severity::Error),
        }
    }

    /// Returns the catalogue's entry: title, clause, reason and remedy.
    #[must_use]
    pub const fn entry(&self) -> &'static Rule {
        self.rule.rule()
    }

    /// Says what is wrong in one line, without the rule's identifier.
    #[must_use]
    pub fn message(&self) -> impl fmt::Display + '_ {
        Message(self)
    }
}

struct Message<'f>(&'f Finding);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { outcome, location, expected, seen, .. } = self.0;
        write!(f, "{location}: ")?;
        match outcome {
            Outcome::Passed => write!(f, "{seen}"),
            Outcome::NotRun => write!(f, "not checked: {seen}"),
            _ => write!(f, "expected {expected}, found {seen}"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.message())
    }
}

/// How a check went, and what that does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The rule holds.
    Passed,
    /// The rule is broken, and the verdict stands.
    Reported,
    /// The rule is broken: the token is invalid.
    Refused,
    /// The rule could not be decided: the verdict is indeterminate.
    Undecided,
    /// Nobody signed the token.
    Unsigned,
    /// The check had nothing to look at, because something before it failed.
    NotRun,
}

impl Outcome {
    /// Returns the verdict that this outcome decides, if it decides one.
    #[must_use]
    pub const fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Passed | Self::Reported | Self::NotRun => None,
            Self::Refused => Some(Verdict::Invalid),
            Self::Undecided => Some(Verdict::Indeterminate),
            Self::Unsigned => Some(Verdict::Unsigned),
        }
    }

    /// Returns the outcome as it is spelled in machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Reported => "reported",
            Self::Refused => "refused",
            Self::Undecided => "undecided",
            Self::Unsigned => "unsigned",
            Self::NotRun => "not-run",
        }
    }

    /// Whether a question of this rule is left open without whose answer no token is accepted.
    pub(super) fn leaves_open(self, rule: RuleId) -> bool {
        self == Self::NotRun && rule.rule().severity == Severity::Error
    }

    pub(crate) const fn refuse_unless(holds: bool) -> Self {
        if holds { Self::Passed } else { Self::Refused }
    }

    pub(crate) const fn report_unless(holds: bool) -> Self {
        if holds { Self::Passed } else { Self::Reported }
    }

    /// For what is reported unless the policy requires it.
    pub(crate) const fn of_required(holds: bool, is_required: bool) -> Self {
        if is_required { Self::refuse_unless(holds) } else { Self::report_unless(holds) }
    }
}

/// Where in the input a check looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Location {
    /// Which part of the input.
    pub part: Part,
    /// Which claim or header member, by its documented name.
    pub claim: Option<&'static str>,
    /// Which entry of a list, from 0: a key of a key document, a challenge of a response.
    pub entry: Option<usize>,
    /// Which byte of the input, from 0.
    pub at: Option<usize>,
}

impl Location {
    pub(crate) const fn of(part: Part) -> Self {
        Self { part, claim: None, entry: None, at: None }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.part.as_str())?;
        if let Some(entry) = self.entry {
            write!(f, " [{entry}]")?;
        }
        if let Some(claim) = self.claim {
            write!(f, ", {claim}")?;
        }
        if let Some(at) = self.at {
            write!(f, ", byte {at}")?;
        }
        Ok(())
    }
}

/// A part of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The input as a whole.
    Input,
    /// The only layer of a token.
    Token,
    /// The unsigned outer token, which says for whom the application acts.
    Outer,
    /// The signed actor token, which says who acts.
    Actor,
    /// A document with keys.
    KeyDocument,
    /// A 401 challenge.
    Challenge,
    /// A path of a server, or the server itself, as a probe found it.
    Endpoint,
    /// A SOAP message of federated delegation, with its headers.
    Message,
    /// The encrypted token in such a message.
    Encrypted,
    /// The SAML assertion in such a message.
    Assertion,
    /// An answer to `GetFederationInformation`.
    Federation,
}

impl Part {
    /// Returns the part as people call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Token => "token",
            Self::Outer => "outer token",
            Self::Actor => "actor token",
            Self::KeyDocument => "key document",
            Self::Challenge => "challenge",
            Self::Endpoint => "endpoint",
            Self::Message => "message",
            Self::Encrypted => "encrypted token",
            Self::Assertion => "assertion",
            Self::Federation => "federation information",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
