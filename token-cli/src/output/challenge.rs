//! Challenges that were read: each parameter with what it stands for, then what is wrong, then what follows.

use anstyle::Style;
use serde::Serialize;

use super::page::{BAD, BOLD, DIM, DOUBTFUL, GOOD, NAME, PLAIN, Page};
use super::text::{broken_check, labelled};
use crate::commands::challenge::{ChallengeView, Diagnosis, DiagnosticsView, Read};
use crate::exit::Exit;
use crate::report::{Brief, FindingView};

/// One object per response.
pub(crate) fn jsonl(read: &Read) -> String {
    #[derive(Serialize)]
    struct Line<'r> {
        input: &'r str,
        line: Option<usize>,
        status: Option<u16>,
        verdict: Option<&'r str>,
        schemes: Vec<&'r str>,
        satisfies: Option<bool>,
        must_change: Option<&'r str>,
        findings: Vec<Brief<'r>>,
    }
    super::jsonl::line(&Line {
        input: &read.place.input,
        line: read.place.line,
        status: read.status,
        verdict: read.verdict,
        schemes: read.challenges.iter().map(|challenge| &*challenge.scheme).collect(),
        satisfies: read.token.as_ref().map(|token| token.satisfies),
        must_change: read.diagnosis.as_ref().map(|diagnosis| diagnosis.must_change.as_str()),
        findings: read.broken().map(Brief::of).collect(),
    })
}

/// Broken checks, each at the response it was made on.
pub(crate) fn sarif(all: &[Read], exit: Exit) -> String {
    let results = all.iter().flat_map(|read| read.broken().map(|check| (check, read.place.clone())));
    super::sarif::located(results, exit)
}

/// A block for each response.
pub(crate) fn text(all: &[Read], every_check: bool, width: usize) -> String {
    let mut page = Page::new(width);
    for (index, read) in all.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        response(&mut page, read, every_check);
    }
    page.finish()
}

fn response(page: &mut Page, read: &Read, every_check: bool) {
    let (word, style) = match read.verdict {
        Some("clean") => ("CLEAN", GOOD),
        Some(_) => ("FINDINGS", BAD),
        None => ("CHALLENGE", BOLD),
    };
    let status = read.status.map(|status| format!("  status {status}")).unwrap_or_default();
    page.line(0, &[(word, style), ("  ", PLAIN), (&read.place.to_string(), BOLD), (&status, DIM)]);
    if read.challenges.is_empty() {
        page.text(2, "no challenge", DOUBTFUL);
    }
    for (index, challenge) in read.challenges.iter().enumerate() {
        page.blank();
        self::challenge(page, index, challenge);
    }
    for diagnostics in &read.diagnostics {
        page.blank();
        self::diagnostics(page, diagnostics);
    }
    for (index, note) in read.notes.iter().enumerate() {
        if index == 0 {
            page.blank();
        }
        labelled(page, 2, "note", 4, note, DOUBTFUL);
    }
    if let Some(token) = &read.token {
        page.blank();
        let (answer, style) = if token.satisfies {
            ("answers the challenge", GOOD)
        } else {
            ("does not answer the challenge", BAD)
        };
        page.line(2, &[("token  ", BOLD), (answer, style)]);
    }
    read.broken().for_each(|check| broken_check(page, check));
    if every_check {
        page.blank();
        for FindingView { rule, outcome, title, .. } in
            read.checks.iter().chain(read.token.iter().flat_map(|token| &token.checks))
        {
            page.text(2, &format!("{rule} {outcome:<8} {title}"), DIM);
        }
    }
    if let Some(diagnosis) = &read.diagnosis {
        page.blank();
        self::diagnosis(page, diagnosis);
    }
}

fn challenge(page: &mut Page, index: usize, challenge: &ChallengeView) {
    let number = format!("[{index}] ");
    page.line(2, &[(&number, DIM), (&challenge.scheme, BOLD)]);
    if let Some(length) = challenge.token68_length {
        page.text(6, &crate::redacted::placeholder(length), DIM);
    }
    let column = challenge.parameters.iter().map(|parameter| parameter.name.len()).max().unwrap_or_default();
    for parameter in &challenge.parameters {
        let meaning = parameter.meaning.as_ref().map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        let value = if parameter.value.is_empty() { "\"\"" } else { &parameter.value };
        labelled(page, 6, &parameter.name, column, &format!("{value}{meaning}"), NAME);
    }
}

fn diagnostics(page: &mut Page, view: &DiagnosticsView) {
    let code = view.code.map(|code| format!(" {code}")).unwrap_or_default();
    let category = view.category.as_ref().map(|category| format!(" {category}")).unwrap_or_default();
    page.line(2, &[(view.source, BOLD), (&code, BOLD), (&category, PLAIN)]);
    let facts = [
        ("reason", view.reason.as_deref()),
        ("meaning", view.meaning),
        ("cause", view.cause),
        ("remedy", view.remedy),
    ];
    for (label, text) in facts {
        if let Some(text) = text {
            labelled(page, 6, label, 7, text, DIM);
        }
    }
    if !view.rules.is_empty() {
        labelled(page, 6, "rules", 7, &view.rules.join(", "), DIM);
    }
}

fn diagnosis(page: &mut Page, diagnosis: &Diagnosis) {
    page.line(2, &[("diagnosis", BOLD)]);
    let blocks: [(&str, &[String], Style); 2] =
        [("the server said", &diagnosis.server, NAME), ("the token says", &diagnosis.token, NAME)];
    for (label, sentences, style) in blocks {
        for (index, sentence) in sentences.iter().enumerate() {
            labelled(page, 4, if index == 0 { label } else { "" }, 15, sentence, style);
        }
    }
    labelled(
        page,
        4,
        "must change",
        15,
        &format!("{}. {}", diagnosis.must_change.as_str(), diagnosis.why),
        BAD,
    );
}
