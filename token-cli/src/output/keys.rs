//! Text about keys that were fetched or compared.

use super::documents::table;
use super::page::{BAD, BOLD, DIM, DOUBTFUL, GOOD, NAME, PLAIN, Page, Row};
use crate::report::{DiffView, FetchedView, KeyName, SourceView};

/// Columns of the labels before facts: `fetched from`.
const FACTS: usize = 12;

/// What was fetched.
pub(crate) fn fetched(view: &FetchedView, width: usize) -> String {
    let mut page = Page::new(width);
    for (index, source) in view.sources.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        self::source(&mut page, source);
    }
    if !view.shared.is_empty() {
        page.blank();
    }
    for shared in &view.shared {
        row(&mut page, 0, "warning", 7, shared, DOUBTFUL);
    }
    page.finish()
}

fn source(page: &mut Page, source: &SourceView) {
    let style = if source.document.is_some() { GOOD } else { BAD };
    let state = source.state.to_uppercase();
    page.line(0, &[(&state, style), ("  ", PLAIN), (&source.issuer, BOLD)]);
    let mut fact = |label: &str, text: &str| row(page, 2, label, FACTS, text, NAME);
    fact("source", &source.source);
    if let Some(from) = &source.fetched_from {
        fact("fetched from", from);
    }
    if let Some(error) = &source.error {
        fact("because", error);
    }
    let Some(document) = &source.document else { return };
    fact("format", document.format.unwrap_or_default());
    fact("sha256", source.sha256.as_deref().unwrap_or_default());
    fact("usable", &format!("{} of {} keys", document.usable(), document.keys.len()));
    if source.unverified {
        fact(
            "unverified",
            "the document's signature is not checked: only the connection vouches for the keys",
        );
    }
    page.blank();
    table(page, &document.keys);
    let findings = document.findings.iter().map(|finding| (finding.rule, &finding.message));
    let warnings = document.warnings.iter().map(|warning| ("warning", warning));
    let mut first = true;
    for (label, text) in findings.chain(warnings) {
        if std::mem::take(&mut first) {
            page.blank();
        }
        row(page, 2, label, 7, text, DOUBTFUL);
    }
}

/// What changed.
pub(crate) fn diff(view: &DiffView, width: usize) -> String {
    let mut page = Page::new(width);
    for (mark, style, keys) in
        [("appeared", GOOD, &view.appeared), ("left", BAD, &view.left), ("expires", DOUBTFUL, &view.expiring)]
    {
        for key in keys {
            page.line(0, &[(&format!("{mark:<8}"), style), ("  ", PLAIN), (&key.id, BOLD)]);
            self::key(&mut page, key);
        }
    }
    let count = view.unchanged;
    page.text(0, &format!("{count} {} unchanged", if count == 1 { "key" } else { "keys" }), DIM);
    page.finish()
}

fn key(page: &mut Page, key: &KeyName) {
    row(page, 10, "issuer", 7, &key.issuer, DIM);
    if let Some(subject) = &key.subject {
        row(page, 10, "subject", 7, subject, DIM);
    }
    if let (Some(not_after), Some(expires)) = (&key.not_after, &key.expires) {
        row(page, 10, "until", 7, &format!("{not_after} ({expires})"), DIM);
    }
}

fn row(page: &mut Page, indent: usize, label: &str, column: usize, text: &str, label_style: anstyle::Style) {
    page.row(&Row { indent, label, label_style, column, text, style: PLAIN });
}
