//! Key documents for people: what a document says of itself, and its keys in a table.

use super::page::{BAD, BOLD, DIM, DOUBTFUL, GOOD, NAME, PLAIN, Page, Row};
use super::text::{FACTS, broken_check, labelled, with_meaning};
use crate::report::{DocumentView, KeyView};

/// A key document.
pub(crate) fn document(document: &DocumentView, width: usize) -> String {
    let mut page = Page::new(width);
    document_into(&mut page, document);
    page.finish()
}

pub(super) fn document_into(page: &mut Page, document: &DocumentView) {
    let place = document.place.input.as_str();
    if let Some(error) = &document.error {
        page.line(0, &[("REFUSED", BAD), ("  ", PLAIN), (place, BOLD)]);
        page.text(2, error, PLAIN);
        return;
    }
    let count = format!("{} of {} keys usable", document.usable(), document.keys.len());
    let style = if document.usable() > 0 { GOOD } else { BAD };
    page.line(0, &[("KEY DOCUMENT", BOLD), ("  ", PLAIN), (place, BOLD), ("  ", PLAIN), (&count, style)]);
    let mut fact = |label: &str, text: &str| labelled(page, 2, label, FACTS, text, NAME);
    fact("format", document.format.unwrap_or_default());
    match &document.issuer {
        Some(issuer) => fact("issuer", &with_meaning(issuer, document.issuer_meaning.as_deref())),
        None => fact("issuer", "not declared"),
    }
    let facts = [
        ("name", &document.name),
        ("service name", &document.service_name),
        ("realm", &document.realm),
        ("keys are at", &document.jwks_uri),
    ];
    for (label, value) in facts {
        if let Some(value) = value {
            fact(label, value);
        }
    }
    for audience in &document.allowed_audiences {
        fact("allowed audience", audience);
    }
    for endpoint in &document.endpoints {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        fact(
            "endpoint",
            &format!(
                "{} ({}, {})",
                text(&endpoint.location),
                text(&endpoint.protocol),
                text(&endpoint.usage)
            ),
        );
    }
    if !document.keys.is_empty() {
        page.blank();
        table(page, &document.keys);
    }
    for finding in &document.findings {
        broken_check(page, finding);
    }
    if !document.warnings.is_empty() {
        page.blank();
    }
    for warning in &document.warnings {
        labelled(page, 2, "warning", 7, warning, DOUBTFUL);
    }
}

/// The keys, one per line; the names of their certificates below, since they are long.
pub(super) fn table(page: &mut Page, keys: &[KeyView]) {
    let cell = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let day =
        |time: &Option<String>| time.as_deref().and_then(|time| time.get(..10)).unwrap_or("-").to_owned();
    let head = ["key", "x5t", "bits", "valid from", "to", "state"].map(str::to_owned);
    let mut rows = vec![head];
    for key in keys {
        let state = if key.usable { key.validity.unwrap_or("no certificate") } else { "not usable" };
        rows.push([
            format!("[{}]", key.entry),
            cell(key.x5t.clone()),
            cell(key.bits.map(|bits| bits.to_string())),
            day(&key.not_before),
            day(&key.not_after),
            state.to_owned(),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..6).map(width).collect();
    for (index, row) in rows.iter().enumerate() {
        let key = index.checked_sub(1).and_then(|index| keys.get(index));
        let line: String =
            row.iter().zip(&widths).take(5).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
        let state = match key {
            None => DIM,
            Some(key) if !key.usable => BAD,
            Some(key) if key.validity == Some("current") => GOOD,
            Some(_) => DOUBTFUL,
        };
        let style = if key.is_none() { DIM } else { PLAIN };
        page.line(2, &[(&line, style), (&row[5], state)]);
        let Some(key) = key else { continue };
        let indent = 2 + widths[0] + 2;
        let details = [
            ("kid", key.kid.clone().filter(|kid| key.x5t.as_ref() != Some(kid))),
            ("issuer", key.issuer.clone()),
            ("subject", key.subject.clone()),
            ("unusable", key.defect.clone()),
        ];
        for (label, text) in details {
            if let Some(text) = text {
                let style = if label == "unusable" { BAD } else { PLAIN };
                page.row(&Row { indent, label, label_style: DIM, column: 8, text: &text, style });
            }
        }
    }
}
