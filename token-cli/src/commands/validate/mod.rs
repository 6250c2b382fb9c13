//! `s2s validate`: the verdict on every token and every message under a policy, and every reason for it.

mod messages;
mod tokens;

use token_core::dauth::OwnKeys;
use token_core::dauth::policy::OfferLives;
use token_core::{UnixTime, Verdict};

use self::messages::MessageJudge;
use self::tokens::TokenJudge;
use super::{for_each_input, trust};
use crate::args::{Format, Validate};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input::{Content, Input, Item, Soap};
use crate::output::{json, jsonl, sarif, text};
use crate::report::dauth::{DauthView, Facts, FederationView, MessageView};
use crate::report::{Judged, Place, Subject};

pub(crate) fn run(args: &Validate, console: &mut Console) -> Result<Exit, CliError> {
    let now = args.output.now();
    let policies = trust::Policies::read(&args.policy)?;
    let trust = trust::keys(&policies, &args.policy, &args.keys, args.fetch, console)?;
    let own = args.subject.decrypt.load(console)?;
    if matches!(args.output.format, Format::Text | Format::Jsonl) {
        for finding in &trust.findings {
            console.warning(&format!("{}: {}", finding.rule, finding.message));
        }
    }
    let trust::Policies { tokens, delegation } = policies;
    let (keys, snapshots) = (&trust.keys, trust.snapshots.as_slice());
    let (messages, own) = match delegation {
        Some(policy) => {
            let path = args.path.as_deref();
            let judge = MessageJudge::new(policy, keys, own, snapshots, path, (now, args.subject.reveal));
            (Some(judge), OwnKeys::new())
        }
        None => (None, own),
    };
    let mut judge = Judge {
        tokens: tokens.map(|policy| TokenJudge::new(policy, keys, snapshots, now, args.subject.reveal)),
        messages,
        own,
        now,
        reveal: args.subject.reveal,
    };
    let mut kept = Vec::new();
    let (mut json, head) = json::Document::begin("validate", "tokens", now);
    if args.output.format == Format::Json {
        console.write(&head)?;
        console.write(&json.member("key_findings", &trust.findings))?;
    }
    let mut counts = Counts::default();
    let exit = for_each_input(&args.subject.inputs, console, |input: Input, console| {
        let mut worst = Exit::Clean;
        let mut tokens = 0;
        let mut other = None;
        for item in input.items {
            let Outcome { mut judged, exit } = match judge.judge(item, &input.name) {
                Ok(outcome) => outcome,
                Err(what) => {
                    other = Some(what);
                    continue;
                }
            };
            tokens += 1;
            worst = worst.max(exit);
            match args.output.format {
                Format::Text => {
                    console.write(if counts.total() > 0 { "\n" } else { "" })?;
                    console.write(&text::judged(&judged, args.checks.all, console.width()))?;
                }
                Format::Jsonl => console.write(&jsonl::judged(&judged))?,
                Format::Json => console.write(&json.item(&judged))?,
                Format::Sarif => {}
            }
            counts.count(judged.verdict);
            if args.output.format == Format::Sarif {
                // Only what did not pass becomes a result.
                judged.drop_passed();
                kept.push(judged);
            }
        }
        if tokens == 0 {
            let found = other.unwrap_or("nothing");
            console.error(&format!("{}: expected a token or a message, found {found}", input.name));
            worst = worst.max(Exit::Nothing);
        }
        Ok(worst)
    })?;
    match args.output.format {
        Format::Text if counts.total() > 1 => console.write(&text::counts(&counts))?,
        Format::Json => console.write(&json.end(Some(&counts), exit))?,
        Format::Sarif => console.write(&sarif::judged(&kept, &trust.findings, exit))?,
        Format::Text | Format::Jsonl => {}
    }
    Ok(exit)
}

/// How many tokens and messages there were of each verdict.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct Counts {
    pub(crate) valid: usize,
    pub(crate) invalid: usize,
    pub(crate) unsigned: usize,
    pub(crate) indeterminate: usize,
}

impl Counts {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Valid => self.valid += 1,
            Verdict::Unsigned => self.unsigned += 1,
            Verdict::Indeterminate => self.indeterminate += 1,
            _ => self.invalid += 1,
        }
    }

    pub(crate) const fn total(&self) -> usize {
        self.valid + self.invalid + self.unsigned + self.indeterminate
    }
}

/// Accepted tokens, and accepted messages, that a run remembers, about 15 MB of each: more than a day of a busy server's
/// traffic.
const MAX_REMEMBERED: usize = 100_000;

/// What judges every item. A half of the policy that is not there judges nothing.
struct Judge<'k> {
    tokens: Option<TokenJudge<'k>>,
    messages: Option<MessageJudge<'k>>,
    /// For looking at messages that are not judged.
    own: OwnKeys,
    now: UnixTime,
    reveal: bool,
}

/// An item's verdict, and what it does to the exit code.
struct Outcome {
    judged: Judged,
    exit: Exit,
}

impl Judge<'_> {
    /// Judges one item, or says what it is instead of a token.
    fn judge(&mut self, item: Item, input: &str) -> Result<Outcome, &'static str> {
        let Item { line, offset, content, notes } = item;
        let place = Place { input: input.to_owned(), line, offset };
        let judged = match content {
            Content::Token(bytes) => match &mut self.tokens {
                Some(judge) => judge.judge(&bytes, place, notes),
                None => {
                    let view = tokens::view(&bytes, self.now, self.reveal, true);
                    return Ok(Self::without_policy(place, Subject::token(Some(view)), NO_TOKENS, notes));
                }
            },
            Content::Soap(soap) => match &mut self.messages {
                Some(judge) => judge.judge(&soap, place, notes),
                None => {
                    let subject = self.look_at(&soap);
                    return Ok(Self::without_policy(place, subject, NO_MESSAGES, notes));
                }
            },
            Content::Readable(readable) => tokens::readable(&readable, place, notes, self.now, self.reveal),
            Content::Refused(refusal) => {
                let message = refusal.to_string();
                let none = Subject::token(None);
                Judged::without_checks(place, Verdict::Invalid, Some(refusal.rule()), message, none, notes)
            }
            Content::KeyDocument(_) => return Err("a key document: give it to --keys"),
            Content::Response(_) => return Err("a challenge: give it to s2s challenge"),
        };
        Ok(Outcome { exit: judged.exit(), judged })
    }

    /// An item that the policy says nothing about. It is listed, so that nobody takes it for accepted.
    fn without_policy(place: Place, subject: Subject, message: &str, notes: Vec<&'static str>) -> Outcome {
        let verdict = Verdict::Indeterminate;
        let judged = Judged::without_checks(place, verdict, None, message.to_owned(), subject, notes);
        Outcome { judged, exit: Exit::Usage }
    }

    /// Looks at a message that is not judged.
    fn look_at(&self, soap: &Soap) -> Subject {
        let lives = OfferLives::default();
        let view = DauthView {
            now: self.now,
            reveal: self.reveal,
            own: &self.own,
            lives: &lives,
            bytes: soap.is_original,
        };
        if let Some(information) = FederationView::read(&soap.bytes, view) {
            return Subject::federation(information);
        }
        let message = MessageView::read(&soap.bytes, soap.path.as_deref(), view);
        Subject::message(Facts::claimed(&message), message)
    }
}

const NO_TOKENS: &str = "expected a policy that says whose server-to-server tokens are accepted: the policy has no \
                         audience and no issuer";
const NO_MESSAGES: &str =
    "expected a policy that says whose assertions are accepted: the policy has no [dauth] table";
