//! Makes text safe to print: no token, no signature, no control character, bounded length.
//!
//! Everything that leaves the library as text and came from the input goes through [`printable`]; the test
//! `nothing_printable_holds_a_token` holds the library to it.

use std::fmt::Write;

/// The longest text from an input that is printed; more than any principal, URL or thumbprint of a real token.
const MAX_CHARS: usize = 256;

/// Runs of base64url at least this long are taken for key or token material: an x5t has 27 characters, an x5t#S256 43.
const LONGEST_PLAIN_RUN: usize = 64;

/// The header `{"alg":"none"}` has 19 characters of base64url; a token is longer than this.
const SHORTEST_TOKEN: usize = 12;

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
            let run = text.get(start..end).unwrap_or_default();
            if let Some(harmless) = secret_in(run) {
                let start = start.saturating_add(harmless);
                if start > 0 {
                    let (plain, rest) = text.split_at_checked(start)?;
                    self.0 = rest;
                    return Some(Piece::Plain(plain));
                }
                self.0 = text.get(end..).unwrap_or_default();
                return Some(Piece::Secret(run));
            }
            if end >= text.len() {
                self.0 = "";
                return Some(Piece::Plain(text));
            }
            from = end;
        }
    }
}

/// Finds the next run of base64 characters from `from` on; both ends are ends of characters, since runs are ASCII.
fn next_run(text: &str, from: usize) -> (usize, usize) {
    let is_run = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'/' | b'=');
    let bytes = text.as_bytes();
    let tail = bytes.get(from..).unwrap_or_default();
    let start = tail.iter().position(is_run).map_or(bytes.len(), |skip| from.saturating_add(skip));
    let run = bytes.get(start..).unwrap_or_default();
    let end = run.iter().position(|b| !is_run(b)).map_or(bytes.len(), |len| start.saturating_add(len));
    (start, end)
}

/// Where in a run something begins that must not be printed; nothing if the whole run is harmless.
fn secret_in(run: &str) -> Option<usize> {
    // The base64url of `{"`, and of a brace with a blank or line break behind it: how JSON begins.
    const TOKEN_STARTS: [&str; 4] = ["eyJ", "eyA", "ewo", "ew0"];
    // A name before it, as in `token=eyJ…` or `--eyJ…`, is no part of the token.
    let begins = |at: usize| {
        at == 0 || run.get(..at).is_some_and(|before| before.ends_with(['=', '/', '-', '_', '+']))
    };
    let token = TOKEN_STARTS.into_iter().filter_map(|start| {
        let mut places = run.match_indices(start).map(|(at, _)| at);
        places.find(|at| begins(*at) && run.len().saturating_sub(*at) >= SHORTEST_TOKEN)
    });
    let name = principal_name(run);
    let long = (run.len().saturating_sub(name) >= LONGEST_PLAIN_RUN).then_some(name);
    token.chain(long).min()
}

/// The length of `name/` in a run that begins as a principal with a GUID for a name.
fn principal_name(run: &str) -> usize {
    const GUID: usize = 36;
    let is_guid = |text: &str| {
        text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
            && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    };
    match run.split_once('/') {
        Some((name, _)) if is_guid(name) => GUID.saturating_add(1),
        _ => 0,
    }
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
    fn printable_token_behind_a_name_redacted() {
        for text in
            ["token=eyJ0eXAiOiJKV1Qi", "--eyJ0eXAiOiJKV1Qi", "/eyJ0eXAiOiJKV1Qi", "a=ewogICJ0eXAiOiJKV1QiIH0"]
        {
            let out = printable(text);
            assert!(out.ends_with(" characters redacted]") && !out.contains("IkpXV"), "{out}");
        }
        assert_eq!(printable("keyJ0eXAiOiJKV1Qi"), "keyJ0eXAiOiJKV1Qi");
    }

    #[test]
    fn printable_principal_with_a_long_host_kept() {
        let text = "00000003-0000-0ff1-ce00-000000000000/a-host-with-a-very-long-first-label@contoso.com";
        assert_eq!(printable(text), text);
        let out = printable(&format!("00000003-0000-0ff1-ce00-000000000000/{}", "QUJD".repeat(40)));
        assert_eq!(out, "00000003-0000-0ff1-ce00-000000000000/[160 characters redacted]");
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
