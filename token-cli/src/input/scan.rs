//! Walks through an input from its first byte to its last and takes out what can be looked at.

use token_core::Budget;
use token_core::keys::{DocumentErrorKind, KeyDocument};

use super::line::{self, Line};
use super::readable::Parsed;
use super::response::{self, Response};
use super::{Content, Item, Nothing, http, json, readable, soap};
use crate::redacted;

const EXPECTED: &str =
    "a compact token (three base64url parts and two dots), alone or behind Bearer, or {header}.{payload}";

/// Cuts an input into items, in their order.
pub(super) fn scan(bytes: Vec<u8>) -> Result<Vec<Item>, Nothing> {
    let nothing = |found: String, at| Err(Nothing { expected: EXPECTED, found, at });
    if let Some(start) = key_document_start(&bytes) {
        let line = bytes[..start].iter().filter(|b| **b == b'\n').count() + 1;
        let content = Content::KeyDocument(bytes);
        return Ok(vec![Item { line: Some(line), offset: start, content, notes: Vec::new() }]);
    }
    if let Some(responses) = response::challenges(&bytes) {
        let item = |response: Response| Item {
            line: Some(response.line),
            offset: response.offset,
            content: Content::Response(response),
            notes: Vec::new(),
        };
        return Ok(responses.into_iter().map(item).collect());
    }
    if let Some(message) = soap::whole(&bytes).or_else(|| soap::of_response(&bytes)) {
        return message.map(|item| vec![item]);
    }
    let mut items = Vec::new();
    let mut other = None;
    // Lines that are in the place of a token without looking like one count only beside lines that do.
    let mut any_token = false;
    let mut endless = 0;
    let mut at = 0;
    let mut number = 1;
    while at < bytes.len() {
        let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |len| at + len);
        let line = &bytes[at..end];
        if http::is_head(line) && items.is_empty() {
            let item = match http::token(lines(&bytes, at, number)) {
                // Federated delegation has no Authorization header: the token is in the body.
                Err(none) if none.found == http::NONE => soap::of_request(&bytes, at).unwrap_or(Err(none)),
                item => item,
            };
            return item.map(|item| vec![item]);
        }
        let indent = line.len() - line.trim_ascii_start().len();
        if line[indent..].starts_with(b"{")
            && let Some((mut found, len)) = object(&bytes[at + indent..], at + indent, number, &mut endless)
        {
            items.append(&mut found);
            any_token = true;
            let end = at + indent + len;
            number += bytes[at..end].iter().filter(|b| **b == b'\n').count() + 1;
            // What stands behind it on its line is no item of its own.
            at = bytes[end..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |rest| end + rest + 1);
            continue;
        }
        match line::parse(line) {
            Line::Skip => {}
            Line::Token(token) => {
                any_token |= line::looks_like_token(token) || line::looks_like_token(line.trim_ascii());
                let offset = at + (token.as_ptr().addr() - line.as_ptr().addr());
                let content = Content::Token(token.to_vec());
                items.push(Item { line: Some(number), offset, content, notes: Vec::new() });
            }
            Line::Other(what) => other = other.or(Some((what, at + indent))),
        }
        at = end + 1;
        number += 1;
    }
    if any_token {
        return Ok(items);
    }
    match (other, items.first()) {
        (Some((what, at)), _) => nothing(what.to_owned(), at),
        (None, None) => nothing("nothing".to_owned(), 0),
        (None, Some(first)) => nothing(describe(&bytes[first.offset..]), first.offset),
    }
}

/// Bytes of the first attempt to read an object; it is repeated with twice as many as long as the object goes on.
const FIRST_WINDOW: usize = 256;

/// Bytes of the last attempt: more than any token in its readable form.
const LAST_WINDOW: usize = 256 * 1024;

/// How many objects may reach the end of the last window. Each of them costs as much as a small input.
const MAX_ENDLESS: usize = 64;

/// The items of a JSON object or of the readable form, and how many bytes it takes.
///
/// `endless` counts the attempts that came to no end.
fn object(bytes: &[u8], offset: usize, line: usize, endless: &mut usize) -> Option<(Vec<Item>, usize)> {
    let mut window = FIRST_WINDOW;
    if *endless >= MAX_ENDLESS || !begins_like_object(bytes) {
        return None;
    }
    loop {
        let is_whole = bytes.len() <= window;
        let part = &bytes[..bytes.len().min(window)];
        // The window may end inside a character; what stands behind broken UTF-8 can be of another item.
        let text = match std::str::from_utf8(part) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&part[..error.valid_up_to()]).ok()?,
        };
        match readable::parse(text, is_whole) {
            Parsed::Read(read) => {
                let content = Content::Readable(read.readable);
                return Some((vec![Item { line: Some(line), offset, content, notes: read.notes }], read.len));
            }
            Parsed::Other => return json::tokens(text, offset, line),
            Parsed::Incomplete if window >= LAST_WINDOW => {
                *endless += 1;
                return None;
            }
            Parsed::Incomplete => window *= 2,
        }
    }
}

/// Whether a brace is followed by what can follow it: a quote of any form; or its end, and then a dot.
fn begins_like_object(bytes: &[u8]) -> bool {
    let inside = bytes.strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    match inside.split_first() {
        Some((b'}', behind)) => behind.trim_ascii_start().starts_with(b"."),
        // The first bytes of typographic quotes and of a no-break space in UTF-8.
        Some((first, _)) => matches!(first, b'"' | 0xc2 | 0xe2 | 0xef),
        None => false,
    }
}

/// Where a key document begins, if the input as a whole is one, be it a broken one.
fn key_document_start(bytes: &[u8]) -> Option<usize> {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    // The library reads DER from the first byte on.
    let recognised = match KeyDocument::parse(bytes, &Budget::DEFAULT) {
        Ok(_) => true,
        Err(error) => match error.kind {
            DocumentErrorKind::Empty | DocumentErrorKind::NotRecognised | DocumentErrorKind::NotUtf8 => false,
            DocumentErrorKind::Certificate(_) | DocumentErrorKind::BrokenPem => true,
            // Readable tokens begin like JSON too, and so may answers with tokens in them.
            _ => is_meant_as_key_document(&bytes[start..]),
        },
    };
    recognised.then_some(start)
}

fn is_meant_as_key_document(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    text.starts_with('{')
        && (text.contains("\"keys\"") || text.contains("\"jwks_uri\""))
        && object(bytes, 0, 1, &mut 0).is_none()
}

/// The lines from a byte on, each with its number and offset.
fn lines(bytes: &[u8], from: usize, number: usize) -> impl Iterator<Item = (usize, usize, &[u8])> {
    bytes[from..].split(|b| *b == b'\n').scan((number, from), |(number, offset), line| {
        let item = (*number, *offset, line);
        *number += 1;
        *offset += line.len() + 1;
        Some(item)
    })
}

/// Says what stands where a token was expected.
fn describe(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    const LONG: usize = 20;
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) if json::is_json(text) => {
            "JSON without a token in access_token or a member like it".to_owned()
        }
        Ok(text) if text.starts_with("HTTP/") => "an HTTP response".to_owned(),
        Ok(_) => {
            let line = String::from_utf8_lossy(line);
            // A long word without blanks may be a piece of a token that was broken into lines.
            let word = |word: &str| match word.chars().count() {
                len @ LONG.. => redacted::placeholder(len),
                _ => redacted::text(word),
            };
            let words: Vec<_> = line.split_whitespace().map(word).collect();
            let said = words.join(" ");
            let shown: String = said.chars().take(SHOWN).collect();
            let more = if shown.len() < said.len() { "…" } else { "" };
            format!("\"{shown}{more}\"")
        }
        Err(_) => "bytes that are not UTF-8 text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0.";

    fn tokens(text: &str) -> Vec<(Option<usize>, usize, String)> {
        let items = scan(text.as_bytes().to_vec()).unwrap_or_else(|nothing| panic!("{nothing}"));
        let text = |item: Item| match item.content {
            Content::Token(token) => String::from_utf8(token).unwrap(),
            Content::Readable(readable) => format!("readable {}", readable.encode()),
            Content::KeyDocument(_) => "keys".to_owned(),
            Content::Response(response) => format!("{} headers", response.headers.len()),
            Content::Soap(soap) => format!("XML at {:?}", soap.path),
            Content::Refused(refusal) => refusal.found(),
        };
        items.into_iter().map(|item| (item.line, item.offset, text(item))).collect()
    }

    #[test]
    fn scan_lines_keep_their_numbers_and_offsets() {
        let found = tokens(&format!("# comment\n\n{TOKEN}\r\nbroken line\n  Bearer {TOKEN}"));
        let token = TOKEN.to_owned();
        assert_eq!(
            found,
            [(Some(3), 11, token.clone()), (Some(4), 49, "broken line".to_owned()), (Some(5), 70, token)]
        );
    }

    #[test]
    fn scan_readable_forms_beside_tokens() {
        let found = tokens(&format!("{{\"alg\":\"none\"}}.\n{{\"aud\":\"a\"}}.\n{TOKEN}\n{{}}.{{}}.\n"));
        let lines: Vec<_> = found.iter().map(|(line, ..)| line.unwrap()).collect();
        assert_eq!(lines, [1, 3, 4]);
        assert_eq!(found[0].2, format!("readable {TOKEN}"));
    }

    #[test]
    fn scan_key_documents_whole() {
        assert_eq!(tokens("\n{\"keys\":[]}"), [(Some(2), 1, "keys".to_owned())]);
        assert_eq!(tokens("{\"keys\":[],\"keys\":[]}"), [(Some(1), 0, "keys".to_owned())]);
        assert_eq!(tokens("-----BEGIN CERTIFICATE-----\nAA"), [(Some(1), 0, "keys".to_owned())]);
    }

    #[test]
    fn scan_messages_told_from_tokens_of_requests() {
        let body = "POST /EWS/Exchange.asmx/WSSecurity HTTP/1.1\nHost: a\n\n<a/>";
        let path = "XML at Some(\"/EWS/Exchange.asmx/WSSecurity\")".to_owned();
        assert_eq!(tokens(body), [(Some(4), body.len() - 4, path)]);
        // A token in the head is the request's, whatever its body is.
        let bearer = body.replace("Host: a", &format!("Authorization: Bearer {TOKEN}"));
        assert_eq!(tokens(&bearer)[0].2, TOKEN);
        assert_eq!(tokens("<a/>"), [(Some(1), 0, "XML at None".to_owned())]);
        assert_eq!(tokens("HTTP/1.1 200 OK\n\n<a/>"), [(Some(3), 17, "XML at None".to_owned())]);
        assert_eq!(tokens("HTTP/1.1 401 x\nWWW-Authenticate: NTLM\n\n<a/>")[0].2, "1 headers");
    }

    #[test]
    fn scan_nothing_says_what_was_found() {
        let found =
            |text: &[u8]| scan(text.to_vec()).err().map(|nothing| (nothing.found, nothing.at)).unwrap();
        assert_eq!(found(b""), ("nothing".to_owned(), 0));
        assert_eq!(found(b"\n# only\n"), ("nothing".to_owned(), 0));
        assert_eq!(found(b" hello \x1b[31m"), ("\"hello \\u{1b}[31m\"".to_owned(), 1));
        assert_eq!(found(b"c2lnbmF0dXJlLW9mLWEtdG9rZW4 x").0, "\"[27 characters redacted] x\"");
        assert_eq!(found(b"[1]").0, "JSON without a token in access_token or a member like it");
        assert_eq!(found(b"<html>").0, "HTML");
        assert_eq!(found(b"POST / HTTP/1.1\nHost: a\n\nx").0, http::NONE);
        assert_eq!(found(b"Bearer\n").0, "an empty Bearer, which asks for a challenge and carries no token");
        assert_eq!(found(b"\xff\xfe\x00").0, "bytes that are not UTF-8 text");
    }
}
