//! Mends header values that went through a word processor or a web page, and says what it changed.
//! For `inspect` only: what a server sent is never repaired, and the strict parser (RFC 9110) refuses such text.

use std::borrow::Cow;

use super::error::is_typographic_quote;
use super::parse::challenges;
use crate::budget::Budget;

/// A header value that can be read, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired<'h> {
    /// The value; borrowed where nothing was changed.
    pub value: Cow<'h, str>,
    /// The changes, in their order.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which byte of the original value, from 0.
    pub at: usize,
    /// The character that stood there.
    pub from: char,
    /// What stands there now; empty where the character was dropped.
    pub to: &'static str,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "byte {}: U+{:04X} ", self.at, u32::from(self.from))?;
        match self.to {
            "" => f.write_str("dropped"),
            " " => f.write_str("replaced by a space"),
            to => write!(f, "replaced by {to}"),
        }
    }
}

/// Replaces typographic quotes, dashes and spaces and drops invisible characters, if the value cannot be read as it is.
///
/// A value that the strict parser reads is returned unchanged: there, such a character is part of a quoted text. The
/// result need not be readable; the parser decides that.
#[must_use]
pub fn repair<'h>(value: &'h str, budget: &Budget) -> Repaired<'h> {
    let too_long = value.len() > budget.max_header;
    if too_long || challenges(value, budget).all(|challenge| challenge.is_ok()) {
        return Repaired { value: Cow::Borrowed(value), changes: Vec::new() };
    }
    let mut out = String::with_capacity(value.len());
    let mut changes = Vec::new();
    for (at, from) in value.char_indices() {
        match replacement(from) {
            Some(to) => {
                out.push_str(to);
                changes.push(Change { at, from, to });
            }
            None => out.push(from),
        }
    }
    let value = if changes.is_empty() { Cow::Borrowed(value) } else { Cow::Owned(out) };
    Repaired { value, changes }
}

const fn replacement(c: char) -> Option<&'static str> {
    match c {
        c if is_typographic_quote(c) => Some("\""),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some("-"),
        // A value that was wrapped when it was pasted; on the wire a line break ends the header.
        '\r' => Some(""),
        '\n' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(" "),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Some(""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repair_readable_value_untouched() {
        for value in ["Basic realm=\"“Zürich”\u{a0}–\"", "NTLM", ""] {
            let repaired = repair(value, &Budget::DEFAULT);
            assert!(
                matches!(repaired.value, Cow::Borrowed(same) if same == value) && repaired.changes.is_empty()
            );
        }
    }

    #[test]
    fn repair_documentation_paste_mended_and_reported() {
        let paste = "Bearer\u{a0}client_id=“00000002–0000”,\r\n trusted_issuers=„a@*‟";
        let repaired = repair(paste, &Budget::DEFAULT);
        assert_eq!(repaired.value, "Bearer client_id=\"00000002-0000\",  trusted_issuers=\"a@*\"");
        let changes: Vec<_> =
            repaired.changes.iter().map(|change| (change.at, change.from, change.to)).collect();
        assert_eq!(
            changes,
            [
                (6, '\u{a0}', " "),
                (18, '“', "\""),
                (29, '–', "-"),
                (36, '”', "\""),
                (40, '\r', ""),
                (41, '\n', " "),
                (59, '„', "\""),
                (65, '‟', "\""),
            ]
        );
        let read = challenges(&*repaired.value, &Budget::DEFAULT).collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(read[0].param("client_id").as_deref(), Some("00000002-0000"));
    }

    #[test]
    fn repair_changes_say_what_was_done() {
        let said: Vec<_> = repair("Bearer a=“b”\u{200b}\u{a0}", &Budget::DEFAULT)
            .changes
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            said,
            [
                "byte 9: U+201C replaced by \"",
                "byte 13: U+201D replaced by \"",
                "byte 16: U+200B dropped",
                "byte 19: U+00A0 replaced by a space",
            ]
        );
    }

    #[test]
    fn repair_other_faults_left_to_the_parser() {
        let long = "“".repeat(Budget::DEFAULT.max_header);
        assert!(repair(&long, &Budget::DEFAULT).changes.is_empty(), "too long to be read at all");
        let broken = repair("Bearer a=;", &Budget::DEFAULT);
        assert!(
            broken.changes.is_empty() && challenges(&*broken.value, &Budget::DEFAULT).any(|c| c.is_err())
        );
    }
}
