//! `s2s validate`: the verdict on every token under a policy, and every reason for it.

use token_core::keys::KeySet;
use token_core::s2s::{Scratch, Token};
use token_core::{Budget, Finding, ReplayWatch, UnixTime, Validator, Verdict};

use super::{for_each_input, trust};
use crate::args::{Format, Validate};
use crate::clock;
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input::{Content, Input, Item};
use crate::output::{json, jsonl, sarif, text};
use crate::report::{FindingView, Judged, Place, SnapshotView, TokenView, View};

pub(crate) fn run(args: &Validate, console: &mut Console) -> Result<Exit, CliError> {
    let now = clock::now(args.at);
    let policy = trust::policy(&args.policy)?;
    let trust = trust::keys(&policy, &args.policy, &args.keys, args.fetch, console)?;
    if matches!(args.format, Format::Text | Format::Jsonl) {
        for finding in &trust.findings {
            console.warning(&format!("{}: {}", finding.rule, finding.message));
        }
    }
    let mut judge = Judge {
        validator: Validator::new(policy, trust.keys),
        snapshots: trust.snapshots,
        watch: ReplayWatch::new(MAX_REMEMBERED),
        now,
        reveal: args.reveal,
    };
    let mut kept = Vec::new();
    let (mut json, head) = json::Document::begin("validate", "tokens", now);
    if args.format == Format::Json {
        console.write(&head)?;
        console.write(&json.member("key_findings", &trust.findings))?;
    }
    let mut counts = Counts::default();
    let exit = for_each_input(&args.inputs, console, |input: Input, console| {
        let mut worst = Exit::Clean;
        let mut tokens = 0;
        let mut other = None;
        for item in input.items {
            let mut judged = match judge.judge(item, &input.name) {
                Ok(judged) => judged,
                Err(what) => {
                    other = Some(what);
                    continue;
                }
            };
            tokens += 1;
            worst = worst.max(judged.exit());
            match args.format {
                Format::Text => {
                    console.write(if counts.total() > 0 { "\n" } else { "" })?;
                    console.write(&text::judged(&judged, args.all, console.width()))?;
                }
                Format::Jsonl => console.write(&jsonl::judged(&judged))?,
                Format::Json => console.write(&json.item(&judged))?,
                Format::Sarif => {}
            }
            counts.count(judged.verdict);
            if args.format == Format::Sarif {
                // Only what did not pass becomes a result.
                judged.drop_passed();
                kept.push(judged);
            }
        }
        if tokens == 0 {
            let found = other.unwrap_or("nothing");
            console.error(&format!("{}: expected a token, found {found}", input.name));
            worst = worst.max(Exit::Nothing);
        }
        Ok(worst)
    })?;
    match args.format {
        Format::Text if counts.total() > 1 => console.write(&text::counts(&counts))?,
        Format::Json => console.write(&json.end(Some(&counts), exit))?,
        Format::Sarif => console.write(&sarif::judged(&kept, &trust.findings, exit))?,
        Format::Text | Format::Jsonl => {}
    }
    Ok(exit)
}

/// How many tokens there were of each verdict.
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

/// What a load of keys came to.
pub(super) struct Trust {
    pub(super) keys: KeySet,
    pub(super) findings: Vec<FindingView>,
    /// The snapshots that keys were taken from.
    pub(super) snapshots: Vec<SnapshotView>,
}

/// Accepted tokens that a run remembers, about 15 MB of them: more than a day of a busy server's traffic.
const MAX_REMEMBERED: usize = 100_000;

struct Judge {
    validator: Validator<KeySet>,
    snapshots: Vec<SnapshotView>,
    watch: ReplayWatch,
    now: UnixTime,
    reveal: bool,
}

impl Judge {
    /// Judges one item, or says what it is instead of a token.
    fn judge(&mut self, item: Item, input: &str) -> Result<Judged, &'static str> {
        let Item { line, offset, content, notes } = item;
        let place = Place { input: input.to_owned(), line, offset };
        Ok(match content {
            Content::Token(bytes) => {
                let mut review = self.validator.review(&bytes, self.now);
                if review.verdict() == Verdict::Valid {
                    review.add(self.observe(&bytes));
                }
                Judged::new(place, &review, self.view(&bytes, true), notes).with(&self.snapshots)
            }
            Content::Readable(readable) => {
                let view = self.view(readable.encode().as_bytes(), false);
                let message = "a readable form has no signature: expected the compact token as it was sent";
                Judged::without_checks(place, Verdict::Unsigned, None, message.to_owned(), Some(view), notes)
            }
            Content::Refused(refusal) => {
                let message = refusal.to_string();
                Judged::without_checks(place, Verdict::Invalid, Some(refusal.rule()), message, None, notes)
            }
            Content::KeyDocument(_) => return Err("a key document: give it to --keys"),
            Content::Response(_) => return Err("a challenge: give it to s2s challenge"),
        })
    }

    /// Says whether an accepted token stood in this run's input before.
    fn observe(&mut self, bytes: &[u8]) -> Finding {
        let mut scratch = Scratch::new();
        let expires = Token::decode(bytes, &Budget::DEFAULT, &mut scratch).expires();
        self.watch.observe(bytes, expires.unwrap_or(UnixTime::MAX), self.now)
    }

    fn view(&self, bytes: &[u8], is_original: bool) -> TokenView {
        let mut scratch = Scratch::new();
        let token = Token::decode(bytes, &Budget::DEFAULT, &mut scratch);
        TokenView::of(&token, View { now: self.now, reveal: self.reveal, bytes: is_original })
    }
}
