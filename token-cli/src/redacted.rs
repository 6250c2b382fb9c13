//! Makes text of an input safe for a terminal and a report: no token, no control character.
//!
//! The rules are those of `token_core::redact::printable`, applied word by word: a list of scopes may be longer than one
//! value of the library's findings.

use std::path::Path;

use serde_json::Value;
use token_core::redact::printable;

/// More than any list of scopes; a text beyond it is cut.
const MAX_CHARS: usize = 4096;

/// Escapes control characters and replaces everything that looks like a token or a key.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(' ') {
        if out.len() > MAX_CHARS {
            out.push('…');
            break;
        }
        out.push_str(&printable(word));
    }
    out
}

/// A path, which can be a token that somebody took for one.
pub(crate) fn path(path: &Path) -> String {
    text(&path.display().to_string())
}

/// Every text inside a JSON value, names included.
pub(crate) fn value(json: Value) -> Value {
    match json {
        Value::String(string) => Value::String(text(&string)),
        Value::Array(list) => Value::Array(list.into_iter().map(value).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, member)| (text(&name), value(member))).collect())
        }
        other => other,
    }
}

/// Says how much is not shown.
pub(crate) fn placeholder(characters: usize) -> String {
    format!("[{characters} characters redacted]")
}

/// Escapes control characters and nothing else: for what the user asked to see with `--reveal`.
pub(crate) fn controls_only(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        // What `printable` does to a single character cannot be a redaction.
        out.push_str(&printable(c.encode_utf8(&mut [0; 4])));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_longer_than_one_value_kept_token_redacted() {
        let scopes = "EWS.AccessAsUser.All ".repeat(30);
        assert_eq!(text(&scopes), scopes);
        let shown = text("unrecognized subcommand 'eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0.'");
        assert_eq!(text("token=eyJhbGciOiJub25lIn0."), "token=[19 characters redacted].");
        assert_eq!(text("'--eyJhbGciOiJub25lIn0"), "'--[19 characters redacted]");
        assert_eq!(shown, "unrecognized subcommand '[19 characters redacted].[15 characters redacted].'");
    }

    #[test]
    fn value_names_and_nested_texts_redacted() {
        let json = serde_json::json!({ "eyJhbGciOiJub25lIn0": ["eyJhbGciOiJub25lIn0", 1, "\u{1b}[2J"] });
        let expected =
            serde_json::json!({ "[19 characters redacted]": ["[19 characters redacted]", 1, "\\u{1b}[2J"] });
        assert_eq!(value(json), expected);
    }

    #[test]
    fn controls_only_keeps_everything_printable() {
        let long = "A".repeat(300);
        assert_eq!(controls_only(&format!("{long}\u{1b}")), format!("{long}\\u{{1b}}"));
    }
}
