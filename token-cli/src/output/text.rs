//! Text for people: the verdict first, then who acts for whom, then times, then what is wrong and what to do about it.

use anstyle::Style;
use token_core::Verdict;

use super::dauth;
use super::documents::document_into;
use super::page::{BAD, BOLD, DIM, DOUBTFUL, GOOD, NAME, PLAIN, Page, Row, wrap};
use crate::clock;
use crate::commands::explain::Explanation;
use crate::commands::inspect::Inspected;
use crate::commands::validate::Counts;
use crate::report::{FindingView, Judged, KindView, LayerView, MemberView, Subject, TimeView, TokenView};

/// Columns of the labels before facts: `acting application`.
pub(super) const FACTS: usize = 18;

/// Columns of `warning` and `not run`.
const MARKS: usize = 7;

/// What a check saw gets at least so many columns, even where they are not there.
const MIN_SAID: usize = 20;

/// Names longer than this do not move the column of the values.
const MAX_NAME: usize = 16;

/// A judged token.
pub(crate) fn judged(judged: &Judged, all: bool, width: usize) -> String {
    let mut page = Page::new(width);
    let verdict = judged.verdict.as_str().to_uppercase();
    let place = judged.place.to_string();
    page.line(0, &[(&verdict, verdict_style(judged.verdict)), ("  ", PLAIN), (&place, BOLD)]);
    match judged.rule {
        Some(rule) => labelled(&mut page, 2, rule, 7, &judged.message, verdict_style(judged.verdict)),
        None => page.text(2, &judged.message, PLAIN),
    }
    let is_proven = judged.verdict == Verdict::Valid;
    match &judged.subject {
        Subject::Token { token: Some(token) } => {
            page.blank();
            if !is_proven {
                page.text(2, "What the token claims; nothing of it is proven:", DIM);
            }
            facts(&mut page, token);
        }
        Subject::Token { token: None } => {}
        Subject::Message { delegation, message, .. } => {
            page.blank();
            if !is_proven {
                page.text(2, "What the message claims; nothing of it is proven:", DIM);
            }
            dauth::facts(&mut page, delegation.as_ref(), message);
        }
        Subject::Federation { federation_information, .. } => {
            page.blank();
            dauth::federation(&mut page, federation_information);
        }
    }
    notes(&mut page, &judged.notes);
    for finding in judged.broken() {
        broken_check(&mut page, finding);
    }
    if !judged.relaxations.is_empty() {
        page.blank();
        page.text(2, "The policy gives up:", DOUBTFUL);
        for relaxation in &judged.relaxations {
            page.text(4, relaxation, PLAIN);
        }
    }
    if !judged.key_snapshots.is_empty() {
        page.blank();
    }
    for snapshot in &judged.key_snapshots {
        labelled(&mut page, 2, "keys of", FACTS, &snapshot.to_string(), NAME);
    }
    if all && !judged.checks.is_empty() {
        page.blank();
        checks(&mut page, &judged.checks);
    }
    if !judged.checks.is_empty() {
        page.blank();
        page.text(2, &summary(judged, all), DIM);
    }
    page.finish()
}

const fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Valid => GOOD,
        Verdict::Indeterminate => DOUBTFUL,
        _ => BAD,
    }
}

fn summary(judged: &Judged, all: bool) -> String {
    let summary = &judged.summary;
    let broken = summary.refused + summary.undecided + summary.unsigned;
    let mut parts = vec![format!("{} passed", summary.passed)];
    if broken > 0 {
        parts.push(format!("{broken} broken"));
    }
    if summary.reported > 0 {
        parts.push(format!("{} reported", summary.reported));
    }
    if summary.not_run > 0 {
        parts.push(format!("{} not run", summary.not_run));
    }
    let hint = if all { "" } else { "; --all lists them" };
    format!("{} checks: {}{hint}", judged.checks.len(), parts.join(", "))
}

/// How many tokens there were of each verdict.
pub(crate) fn counts(counts: &Counts) -> String {
    let mut page = Page::new(usize::MAX);
    page.blank();
    let parts = [
        (counts.valid, "valid", GOOD),
        (counts.invalid, "invalid", BAD),
        (counts.unsigned, "unsigned", BAD),
        (counts.indeterminate, "indeterminate", DOUBTFUL),
    ];
    let said: Vec<_> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, name, style)| format!("{style}{count} {name}{style:#}"))
        .collect();
    let total = format!("{} tokens: ", counts.total());
    page.line(0, &[(&total, BOLD), (&said.join(", "), PLAIN)]);
    page.finish()
}

pub(super) fn labelled(
    page: &mut Page,
    indent: usize,
    label: &str,
    column: usize,
    text: &str,
    label_style: Style,
) {
    page.row(&Row { indent, label, label_style, column, text, style: PLAIN });
}

/// Who acts for whom, for what, and when.
fn facts(page: &mut Page, token: &TokenView) {
    let mut fact = |label: &str, text: &str| labelled(page, 2, label, FACTS, text, NAME);
    fact("kind", &kind(&token.kind));
    if let Some(signed) = &token.signed_kind {
        fact("around", &kind(signed));
    }
    if let Some(acting) = &token.acting {
        fact("acting application", &with_meaning(&acting.value, acting.meaning.as_deref()));
    }
    for (index, subject) in token.subject.iter().enumerate() {
        fact(if index == 0 { "on behalf of" } else { "" }, &format!("{} ({})", subject.value, subject.claim));
    }
    if token.subject.is_empty() && token.acting.is_some() && token.kind.is_of_application {
        fact("on behalf of", "nobody: the application acts for itself");
    }
    if let Some(tenant) = &token.tenant {
        fact("tenant", tenant);
    }
    if let Some(audience) = &token.audience {
        fact("audience", audience);
    }
    for layer in &token.layers {
        if let Some((span, state)) = validity(layer) {
            labelled(page, 2, layer.layer, FACTS, &span, NAME);
            let is_past = layer.validity.until.as_ref().is_some_and(|until| until.is_past);
            let style = if is_past { DOUBTFUL } else { PLAIN };
            page.row(&Row { indent: 2, label: "", label_style: PLAIN, column: FACTS, text: &state, style });
        }
    }
}

fn kind(kind: &KindView) -> String {
    if kind.id == "-" {
        kind.title.to_owned()
    } else {
        format!("{} ({}, {})", kind.title, kind.id, kind.name)
    }
}

pub(super) fn with_meaning(value: &str, meaning: Option<&str>) -> String {
    match meaning {
        Some(meaning) => format!("{value} ({meaning})"),
        None => value.to_owned(),
    }
}

/// From when until when a layer says that it is valid, absolute and relative.
fn validity(layer: &LayerView) -> Option<(String, String)> {
    let validity = &layer.validity;
    let absolute = |time: &Option<TimeView>| time.as_ref().map_or("?".to_owned(), |time| time.at.clone());
    let lifetime =
        validity.lifetime_seconds.map(|secs| format!(" ({})", clock::span(secs))).unwrap_or_default();
    let begins = validity
        .from
        .as_ref()
        .map(|from| format!("{} {}", if from.is_past { "began" } else { "begins" }, from.relative));
    let ends = validity
        .until
        .as_ref()
        .map(|until| format!("{} {}", if until.is_past { "expired" } else { "expires" }, until.relative));
    let state: Vec<_> = begins.into_iter().chain(ends).collect();
    let span = format!("{} to {}{lifetime}", absolute(&validity.from), absolute(&validity.until));
    (!state.is_empty()).then(|| (span, state.join(", ")))
}

fn notes(page: &mut Page, notes: &[&str]) {
    if !notes.is_empty() {
        page.blank();
    }
    for note in notes {
        labelled(page, 2, "note", 4, note, DOUBTFUL);
    }
}

pub(super) fn broken_check(page: &mut Page, finding: &FindingView) {
    page.blank();
    let style = if finding.severity == Some("error") { BAD } else { DOUBTFUL };
    let severity = finding.severity.unwrap_or_default();
    let at = location(finding);
    page.line(2, &[(severity, style), (" ", PLAIN), (finding.rule, BOLD), ("  ", PLAIN), (&at, PLAIN)]);
    let mut part = |label: &str, text: &str, style: Style| {
        page.row(&Row { indent: 4, label, label_style: DIM, column: 8, text, style });
    };
    part("rule", &format!("{} ({})", finding.title, finding.clause), PLAIN);
    part("expected", &finding.expected, PLAIN);
    part("found", &finding.seen, style);
    part("remedy", finding.remedy, PLAIN);
}

fn location(finding: &FindingView) -> String {
    let mut at = finding.layer.to_owned();
    if let Some(entry) = finding.entry {
        at.push_str(&format!(" [{entry}]"));
    }
    if let Some(claim) = finding.claim {
        at.push_str(&format!(", {claim}"));
    }
    if let Some(byte) = finding.byte {
        at.push_str(&format!(", byte {byte}"));
    }
    at
}

/// Every check, under the rule that it is of; rules in the order in which they were asked first.
fn checks(page: &mut Page, checks: &[FindingView]) {
    let column = checks.iter().map(|check| location(check).chars().count()).max().unwrap_or_default();
    let mut rules: Vec<&str> = Vec::new();
    for check in checks {
        if !rules.contains(&check.rule) {
            rules.push(check.rule);
        }
    }
    for rule in rules {
        let mut of_rule = checks.iter().filter(|check| check.rule == rule).peekable();
        if let Some(first) = of_rule.peek() {
            labelled(page, 2, rule, 7, first.title, BOLD);
        }
        for check in of_rule {
            let (mark, style) = match check.outcome {
                "passed" => ("passed", GOOD),
                "reported" => ("warning", DOUBTFUL),
                "not-run" => ("not run", DIM),
                "undecided" => ("unknown", DOUBTFUL),
                _ => ("broken", BAD),
            };
            let said = if check.is_broken() {
                format!("expected {}, found {}", check.expected, check.seen)
            } else {
                check.seen.clone()
            };
            // The mark in its colour and the place in a column; what was seen stays to the right of both.
            let at = location(check);
            let start = 4 + MARKS + 2 + column + 2;
            let lines = wrap(&said, page.width().saturating_sub(start).max(MIN_SAID));
            let mut lines = lines.iter().map(String::as_str);
            let mark = format!("{mark:<MARKS$}  ");
            let padded = format!("{at:<column$}  ");
            page.line(4, &[(&mark, style), (&padded, PLAIN), (lines.next().unwrap_or_default(), PLAIN)]);
            for line in lines {
                page.line(start, &[(line, PLAIN)]);
            }
        }
    }
}

/// Something that was looked at.
pub(crate) fn inspected(inspected: &Inspected, width: usize) -> String {
    let mut page = Page::new(width);
    match inspected {
        Inspected::Token { place, notes: token_notes, token } => {
            let (title, style) = if token.is_broken() { ("BROKEN TOKEN", BAD) } else { ("TOKEN", BOLD) };
            page.line(0, &[(title, style), ("  ", PLAIN), (&place.to_string(), BOLD)]);
            page.text(2, "Nothing here is verified: s2s validate judges.", DIM);
            page.blank();
            facts(&mut page, token);
            notes(&mut page, token_notes);
            for layer in &token.layers {
                page.blank();
                self::layer(&mut page, layer);
            }
        }
        Inspected::Message { place, notes: message_notes, message } => {
            let (title, style) =
                if message.is_broken() { ("BROKEN MESSAGE", BAD) } else { ("MESSAGE", BOLD) };
            page.line(0, &[(title, style), ("  ", PLAIN), (&place.to_string(), BOLD)]);
            page.text(2, "Nothing here is verified: s2s validate judges.", DIM);
            page.blank();
            dauth::message(&mut page, message);
            notes(&mut page, message_notes);
        }
        Inspected::FederationInformation { place, notes: information_notes, federation_information } => {
            page.line(0, &[("FEDERATION INFORMATION", BOLD), ("  ", PLAIN), (&place.to_string(), BOLD)]);
            page.text(2, "Nobody signed it: s2s validate compares it with a policy.", DIM);
            page.blank();
            dauth::federation(&mut page, federation_information);
            notes(&mut page, information_notes);
        }
        Inspected::KeyDocument { document } => document_into(&mut page, document),
        Inspected::Challenge { read } => {
            return super::challenge::text(std::slice::from_ref(read), false, width);
        }
        Inspected::Refused { place, message, notes: refusal_notes } => {
            page.line(0, &[("REFUSED", BAD), ("  ", PLAIN), (&place.to_string(), BOLD)]);
            page.text(2, message, PLAIN);
            notes(&mut page, refusal_notes);
        }
    }
    page.finish()
}

fn layer(page: &mut Page, layer: &LayerView) {
    page.line(2, &[(&layer.layer.to_uppercase(), BOLD), ("  signature: ", DIM), (&layer.signature, DIM)]);
    for problem in &layer.problems {
        let byte =
            problem.byte.map(|byte| format!(", at byte {byte} of the {}", layer.layer)).unwrap_or_default();
        let text = format!("{}{byte} [{}]", problem.message, problem.rule);
        let (label, style) = if problem.broken { ("broken", BAD) } else { ("doubtful", DOUBTFUL) };
        labelled(page, 4, label, label.len(), &text, style);
    }
    for (title, members) in [("header", &layer.header), ("claims", &layer.claims)] {
        if members.is_empty() {
            continue;
        }
        page.line(4, &[(title, DIM)]);
        self::members(page, 6, members);
    }
    if let Some(encoded) = &layer.encoded {
        page.line(4, &[("encoded, without signature", DIM)]);
        // Not laid out: it is there to be copied.
        page.line(6, &[(encoded, PLAIN)]);
    }
}

fn members(page: &mut Page, indent: usize, members: &[MemberView]) {
    let longest =
        members.iter().map(|member| member.name.chars().count()).filter(|len| *len <= MAX_NAME).max();
    let column = longest.unwrap_or(MAX_NAME);
    for member in members {
        let text = match &member.time {
            Some(time) => format!("{} = {} ({})", member.text, time.at, time.relative),
            None => with_meaning(&member.text, member.meaning.as_deref()),
        };
        let text = if member.members.is_empty() { text } else { String::new() };
        page.row(&Row { indent, label: &member.name, label_style: NAME, column, text: &text, style: PLAIN });
        let explanation = match (member.explanation, member.source) {
            (Some(sentence), Some(source)) => format!("{sentence} ({source})"),
            _ => "Not in the dictionary.".to_owned(),
        };
        page.text(indent + column + 2, &explanation, DIM);
        self::members(page, indent + column + 2, &member.members);
    }
}

/// Entries of the dictionary.
pub(crate) fn explanations(all: &[Explanation], width: usize) -> String {
    let mut page = Page::new(width);
    for (index, explanation) in all.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        page.line(0, &[(&explanation.name, BOLD), ("  ", PLAIN), (&explanation.what, DIM)]);
        page.text(2, &explanation.summary, PLAIN);
        let source = ("source", explanation.source.clone());
        let details: Vec<_> = explanation.details.iter().cloned().chain([source]).collect();
        let column = details.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
        for (label, text) in &details {
            if !text.is_empty() {
                labelled(&mut page, 2, label, column, text, NAME);
            }
        }
    }
    page.finish()
}
