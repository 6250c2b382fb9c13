//! The head of an HTTP request, as a proxy or `curl -v` shows it: the token of its one `Authorization` line.
//!
//! Follows RFC 9112 sections 2.1 and 5, and ruling 12: exactly one such line.

use token_core::jose::AuthorizationError;

use super::line::{self, Line};
use super::{Content, Item, Nothing};

const EXPECTED: &str = "one line \"Authorization: Bearer …\" in the request head";

/// What is found in a head that carries no credentials at all.
pub(super) const NONE: &str = "no Authorization line";

/// Whether the first line of a text begins a request head.
pub(super) fn is_head(first: &[u8]) -> bool {
    let mut words = without_mark(first).trim_ascii_end().split(|b| *b == b' ');
    let (method, target, version, rest) = (words.next(), words.next(), words.next(), words.next());
    let is_method = method.is_some_and(|m| !m.is_empty() && m.iter().all(u8::is_ascii_uppercase));
    is_method && target.is_some() && version.is_some_and(|v| v.starts_with(b"HTTP/")) && rest.is_none()
}

/// Finds the token of a request head.
///
/// `lines` are the lines from the request line on, each with its number and offset.
pub(super) fn token<'t>(lines: impl Iterator<Item = (usize, usize, &'t [u8])>) -> Result<Item, Nothing> {
    let mut found = Vec::new();
    let mut proof = false;
    let mut start = None;
    for (number, offset, line) in lines {
        let line = without_mark(line).trim_ascii_end();
        if line.is_empty() {
            break;
        }
        start = start.or(Some(offset));
        proof |= line::header_value(line, "x-proof_token").is_some();
        if let Some(value) = line::header_value(line, "authorization") {
            found.push((number, offset, value));
        }
    }
    let notes = if proof { vec![PROOF] } else { Vec::new() };
    match found.as_slice() {
        [] => Err(Nothing { expected: EXPECTED, found: NONE.to_owned(), at: start.unwrap_or_default() }),
        [(number, offset, value)] => match line::credentials(value) {
            Line::Token(token) => Ok(Item {
                line: Some(*number),
                offset: *offset,
                content: Content::Token(token.to_vec()),
                notes,
            }),
            Line::Other(what) => Err(Nothing { expected: EXPECTED, found: what.to_owned(), at: *offset }),
            Line::Skip => Err(Nothing { expected: EXPECTED, found: "an empty one".to_owned(), at: *offset }),
        },
        [(number, offset, _), ..] => {
            let refusal = AuthorizationError::Several { found: found.len() };
            Ok(Item { line: Some(*number), offset: *offset, content: Content::Refused(refusal), notes })
        }
    }
}

const PROOF: &str =
    "the request has an X-PROOF_TOKEN header: from outside that is the exploit of CVE-2023-29357";

/// Removes the mark that `curl -v` puts before what it sends.
pub(super) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"> ").or_else(|| line.strip_prefix(b">")).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Result<Item, Nothing> {
        let mut offset = 0;
        let lines: Vec<_> = head
            .split('\n')
            .enumerate()
            .map(|(index, line)| {
                let at = offset;
                offset += line.len() + 1;
                (index + 1, at, line.as_bytes())
            })
            .collect();
        assert!(is_head(lines[0].2));
        token(lines.into_iter())
    }

    #[test]
    fn token_of_the_one_authorization_line() {
        let item = read("> POST /ews HTTP/1.1\r\n> Host: a\r\n> authorization: bearer a.b.c\r\n> \r\nx")
            .ok()
            .unwrap();
        assert_eq!(item.line, Some(3));
        assert!(matches!(item.content, Content::Token(token) if token == b"a.b.c"));
    }

    #[test]
    fn token_two_authorization_lines_refused() {
        let item = read("GET / HTTP/1.1\nAuthorization: Bearer a\nAuthorization: Bearer b").ok().unwrap();
        assert!(matches!(item.content, Content::Refused(AuthorizationError::Several { found: 2 })));
    }

    #[test]
    fn token_none_or_another_scheme_named() {
        assert_eq!(read("GET / HTTP/1.1\nHost: a").err().unwrap().found, "no Authorization line");
        let basic = read("GET / HTTP/1.1\nAuthorization: Basic x").err().unwrap();
        assert!(basic.found.contains("another scheme") && basic.at == 15);
        // What stands in the body is no header.
        assert!(read("GET / HTTP/1.1\n\nAuthorization: Bearer a").is_err());
    }

    #[test]
    fn is_head_no_other_line() {
        for line in ["eyJ.eyJ.x", "Authorization: Bearer x", "get / HTTP/1.1", "HTTP/1.1 401 Unauthorized"] {
            assert!(!is_head(line.as_bytes()), "{line}");
        }
    }
}
