//! Makes text safe to print: no token, no signature, no control character, bounded length.
//!
//! Everything that leaves the library as text and came from the input goes through [`printable`]; the test
//! `nothing_printable_holds_a_token` holds the library to it.

use std::fmt::Write;

/// The longest text from an input that is printed; more than any principal, URL or thumbprint of a real token.
const MAX_CHARS: usize = 256;

/// Runs of base64url at least this long are taken for key or token material: an x5t has 27 characters, an x5t#S256 43.
const LONGEST_PLAIN_RUN: usize = 64;

/// Escapes control and invisible characters, cuts long texts, and replaces anything that looks like a token.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::new();
    let mut room = MAX_CHARS;
    for piece in Pieces(text) {
        match piece {
            Piece::Secret(run) => {
                let _ = write!(out, "[{} characters redacted]", run.len());
                room = room.saturating_sub(24);
            }
            Piece::Plain(plain) => {
                for c in plain.chars() {
                    let Some(rest) = room.checked_sub(1) else { break };
                    room = rest;
                    push_visible(&mut out, c);
                }
            }
        }
        if room == 0 {
            out.push('…');
            break;
        }
    }
    out
}

fn push_visible(out: &mut String, c: char) {
    // Format characters, among them the bidirectional overrides, are printable to `escape_debug` only in part.
    let invisible =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if invisible {
        let _ = write!(out, "{}", c.escape_unicode());
    } else if c.is_control() {
        let _ = write!(out, "{}", c.escape_debug());
    } else {
        out.push(c);
    }
}

enum Piece<'t> {
    Plain(&'t str),
    Secret(&'t str),
}

/// Cuts a text into runs of base64 that are too long to be harmless, and what stands between them.
struct Pieces<'t>(&'t str);

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        let text = self.0;
        if text.is_empty() {
            return None;
        }
        let mut from = 0;
        loop {
            let (start, end) = next_run(text, from);
            let secret = text.get(start..end).unwrap_or_default();
            if secret.len() >= LONGEST_PLAIN_RUN || looks_like_token(secret) {
                if start > 0 {
                    let (plain, rest) = text.split_at_checked(start)?;
                    self.0 = rest;
                    return Some(Piece::Plain(plain));
                }
                self.0 = text.get(end..).unwrap_or_default();
                return Some(Piece::Secret(secret));
            }
            if end >= text.len() {
                self.0 = "";
                return Some(Piece::Plain(text));
            }
            from = end.max(from.saturating_add(1));
            while !text.is_char_boundary(from) {
                from = from.saturating_add(1);
            }
        }
    }
}

/// Finds the next run of base64 characters and dots from `from` on.
fn next_run(text: &str, from: usize) -> (usize, usize) {
    let is_run = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'/' | b'=');
    let bytes = text.as_bytes();
    let tail = bytes.get(from..).unwrap_or_default();
    let start = tail.iter().position(is_run).map_or(bytes.len(), |skip| from.saturating_add(skip));
    let run = bytes.get(start..).unwrap_or_default();
    let end = run.iter().position(|b| !is_run(b)).map_or(bytes.len(), |len| start.saturating_add(len));
    (start, end)
}

/// Whether a run holds what begins like the base64url of a JSON object, `{"`: at its start, or behind a `/` of a URL or
/// the `=` of a query.
fn looks_like_token(run: &str) -> bool {
    run.find("eyJ").and_then(|at| run.get(at..)).is_some_and(|rest| rest.len() >= 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_plain_text_unchanged() {
        let text =
            "00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8";
        assert_eq!(printable(text), text);
    }

    #[test]
    fn printable_token_redacted_everywhere() {
        let token = format!("eyJhbGciOiJub25lIn0.{}.{}", "QUJD".repeat(40), "c2ln".repeat(90));
        let out = printable(&format!("before {token} after"));
        assert!(out.starts_with("before [19 characters redacted].["), "{out}");
        assert!(out.ends_with(" after"), "{out}");
        assert!(!out.contains("QUJD") && !out.contains("c2ln"));
    }

    #[test]
    fn printable_token_inside_a_url_redacted() {
        for text in ["https://eyJhbGciOiJub25lIn0.x/", "https://a/?access_token=eyJhbGciOiJub25lIn0.x"] {
            assert!(!printable(text).contains("eyJ"), "{}", printable(text));
        }
    }

    #[test]
    fn printable_terminal_controls_escaped() {
        assert_eq!(printable("a\u{1b}[31mb\n\u{202e}c"), "a\\u{1b}[31mb\\n\\u{202e}c");
    }

    #[test]
    fn printable_long_text_cut() {
        let out = printable(&"ab ".repeat(200));
        assert!(out.ends_with('…') && out.chars().count() == MAX_CHARS + 1);
    }

    #[test]
    fn printable_non_ascii_kept() {
        assert_eq!(printable("müller@contoso.com"), "müller@contoso.com");
    }
}
