//! `s2s validate`: the verdict on every token under a policy, and every reason for it.

use token_core::keys::KeySet;
use token_core::s2s::{Scratch, Token};
use token_core::{Budget, UnixTime, Validator, Verdict};

use super::{for_each_input, trust};
use crate::args::{Format, Validate};
use crate::clock;
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input::{Content, Input, Item};
use crate::output::{json, jsonl, sarif, text};
use crate::report::{FindingView, Judged, Place, TokenView, View};

pub(crate) fn run(args: &Validate, console: &mut Console) -> Result<Exit, CliError> {
    let now = clock::now(args.at);
    let policy = trust::policy(&args.policy)?;
    let trust = trust::keys(&policy, &args.policy, &args.keys, console)?;
    if matches!(args.format, Format::Text | Format::Jsonl) {
        for finding in &trust.findings {
            console.warning(&format!("{}: {}", finding.rule, finding.message));
        }
    }
    let judge = Judge { validator: Validator::new(policy, trust.keys), now, reveal: args.reveal };
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
        for item in input.items {
            let Some(mut judged) = judge.judge(item, &input.name) else { continue };
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
            console
                .error(&format!("{}: expected a token, found a key document: give it to --keys", input.name));
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
}

struct Judge {
    validator: Validator<KeySet>,
    now: UnixTime,
    reveal: bool,
}

impl Judge {
    /// Judges one item; a key document is none.
    fn judge(&self, item: Item, input: &str) -> Option<Judged> {
        let Item { line, offset, content, notes } = item;
        let place = Place { input: input.to_owned(), line, offset };
        Some(match content {
            Content::Token(bytes) => {
                let review = self.validator.review(&bytes, self.now);
                Judged::new(place, &review, self.view(&bytes, true), notes)
            }
            Content::Readable(readable) => {
                let view = self.view(readable.encode().as_bytes(), false);
                let message = "a readable form has no signature: expected the compact token as it was sent";
                Judged::without_checks(place, Verdict::Unsigned, message.to_owned(), Some(view), notes)
            }
            Content::Refused(refusal) => {
                let message = format!("expected {}, found {}", refusal.expected, refusal.found);
                Judged::without_checks(place, Verdict::Invalid, message, None, notes)
            }
            Content::KeyDocument(_) => return None,
        })
    }

    fn view(&self, bytes: &[u8], is_original: bool) -> TokenView {
        let mut scratch = Scratch::new();
        let token = Token::decode(bytes, &Budget::DEFAULT, &mut scratch);
        TokenView::of(&token, View { now: self.now, reveal: self.reveal, bytes: is_original })
    }
}
