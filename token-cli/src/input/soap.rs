//! Messages of federated delegation: XML as it is, in base64, or as the body of a captured request or response.
//!
//! Follows RFC 9112 sections 2.1, 3.2 and 6.2: a body is as long as Content-Length says, else it goes to the end of the
//! capture. Whether the XML is a message the library says.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use token_core::Budget;

use super::line::header_value;
use super::{Content, Item, Nothing, http};

/// XML, and where it was going.
pub(crate) struct Soap {
    pub(crate) bytes: Vec<u8>,
    /// The path of the request line, without its query.
    pub(crate) path: Option<String>,
    /// Whether the bytes stand in the input as they are, so that a byte of theirs is one of the input's.
    pub(crate) is_original: bool,
}

const CHUNKED: &str = "a chunked one (Transfer-Encoding): save the body as it was before it was cut into chunks, or give \
                       the XML alone";
const ENCODED: &str = "an encoded one (Content-Encoding): save the body decompressed, or give the XML alone";
const BASE64: &str = "the message was in base64";
const REST: &str = "what stands behind the bytes of Content-Length was not read";
const OF_RESPONSE: &str = "this is the body of a response";

/// Whether a text begins like XML: a `<` that is followed by something. The mark of `curl -v` is followed by a blank.
pub(super) fn is_xml(bytes: &[u8]) -> bool {
    let bytes = without_order_mark(bytes).trim_ascii_start();
    matches!(bytes, [b'<', next, ..] if !next.is_ascii_whitespace())
}

/// Whether XML is a page for browsers: what a proxy or a form for signing in answers with.
fn is_html(bytes: &[u8]) -> bool {
    let bytes = without_order_mark(bytes).trim_ascii_start();
    [&b"<html"[..], b"<!doctype html"]
        .iter()
        .any(|begin| bytes.get(..begin.len()).is_some_and(|start| start.eq_ignore_ascii_case(begin)))
}

fn without_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads an input that is XML from its first byte to its last, or base64 of such.
pub(super) fn whole(bytes: &[u8]) -> Option<Result<Item, Nothing>> {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let rest = &bytes[start..];
    let at = |content, notes| Item { line: Some(line_of(bytes, start)), offset: start, content, notes };
    if is_xml(rest) {
        if is_html(rest) {
            return Some(Err(Nothing { expected: EXPECTED, found: "HTML".to_owned(), at: start }));
        }
        let soap = Soap { bytes: rest.to_vec(), path: None, is_original: true };
        return Some(Ok(at(Content::Soap(soap), Vec::new())));
    }
    let decoded = decode(rest)?;
    let soap = Soap { bytes: decoded, path: None, is_original: false };
    Some(Ok(at(Content::Soap(soap), vec![BASE64])))
}

const EXPECTED: &str = "a SOAP message, an assertion, or a token";

/// Decodes base64 of XML, also on several lines. Nothing is as long as what no message may have.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    // What base64 of `<` and a printable character begins with.
    let begins = matches!(text, [b'P', b'A'..=b'H', ..] | [b'7', b'7', b'u', b'/', ..]);
    let max = Budget::DEFAULT.max_message.div_ceil(3) * 4;
    if !begins || text.len() > max + max / 32 {
        return None;
    }
    let plain: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let engine = if plain.ends_with(b"=") { STANDARD } else { STANDARD_NO_PAD };
    engine.decode(plain).ok().filter(|decoded| is_xml(decoded))
}

/// Reads the body of a captured request that carries no token in its head.
///
/// Takes the input, and where its request line begins. Returns nothing for a request whose body is not XML.
pub(super) fn of_request(bytes: &[u8], from: usize) -> Option<Result<Item, Nothing>> {
    let capture = Capture::read(bytes, from)?;
    let path = path_of(capture.first);
    capture.item(bytes, path, Vec::new())
}

/// Reads the body of a captured response.
pub(super) fn of_response(bytes: &[u8]) -> Option<Result<Item, Nothing>> {
    let mut from = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    loop {
        let capture = Capture::read(bytes, from).filter(|capture| is_status(capture.first))?;
        // Interim responses, and those of proxies to CONNECT, stand before the one that counts.
        if is_status(&bytes[capture.body..]) {
            from = capture.body;
            continue;
        }
        return capture.item(bytes, None, vec![OF_RESPONSE]);
    }
}

fn is_status(line: &[u8]) -> bool {
    line.starts_with(b"HTTP/")
}

/// The head of a captured request or response.
struct Capture<'c> {
    /// The request line or status line.
    first: &'c [u8],
    is_chunked: bool,
    is_encoded: bool,
    /// The values of Content-Length.
    lengths: Vec<&'c [u8]>,
    /// The byte at which the body begins.
    body: usize,
}

impl<'c> Capture<'c> {
    fn read(bytes: &'c [u8], from: usize) -> Option<Self> {
        let mut at = from;
        let mut lines = bytes[from..].split_inclusive(|b| *b == b'\n').map(|raw| {
            at += raw.len();
            (http::without_mark(raw).trim_ascii_end(), at)
        });
        let (first, end) = lines.next()?;
        let mut capture =
            Self { first, is_chunked: false, is_encoded: false, lengths: Vec::new(), body: end };
        for (line, end) in lines {
            capture.body = end;
            if line.is_empty() {
                return Some(capture);
            }
            capture.is_chunked |= header_value(line, "transfer-encoding")
                .is_some_and(|value| !value.eq_ignore_ascii_case(b"identity"));
            capture.is_encoded |= header_value(line, "content-encoding")
                .is_some_and(|value| !value.eq_ignore_ascii_case(b"identity"));
            capture.lengths.extend(header_value(line, "content-length"));
        }
        // A head without an end has no body.
        None
    }

    /// Makes an item of the body, if it is XML.
    fn item(
        &self,
        bytes: &[u8],
        path: Option<String>,
        mut notes: Vec<&'static str>,
    ) -> Option<Result<Item, Nothing>> {
        let rest = &bytes[self.body..];
        let nothing = |found: String| {
            Some(Err(Nothing { expected: "the body of the message as it was sent", found, at: self.body }))
        };
        if self.is_chunked && !rest.trim_ascii().is_empty() {
            return nothing(CHUNKED.to_owned());
        }
        if self.is_encoded && !rest.trim_ascii().is_empty() {
            return nothing(ENCODED.to_owned());
        }
        if !is_xml(rest) || is_html(rest) {
            return None;
        }
        let body = match self.lengths.as_slice() {
            [] => rest,
            [length] => {
                let length =
                    std::str::from_utf8(length).ok().filter(|l| l.bytes().all(|b| b.is_ascii_digit()));
                let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) else {
                    return nothing("a Content-Length that is no number".to_owned());
                };
                let Some((body, behind)) = rest.split_at_checked(length) else {
                    let found = rest.len();
                    return nothing(format!("{found} bytes, where Content-Length says {length}"));
                };
                if !behind.trim_ascii().is_empty() {
                    notes.push(REST);
                }
                body
            }
            several => return nothing(format!("{} Content-Length lines", several.len())),
        };
        let start = self.body + body.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let soap = Soap { bytes: body.trim_ascii_start().to_vec(), path, is_original: true };
        let (line, content) = (Some(line_of(bytes, start)), Content::Soap(soap));
        Some(Ok(Item { line, offset: start, content, notes }))
    }
}

/// The path of a request line, without query; of an absolute target too.
fn path_of(request_line: &[u8]) -> Option<String> {
    let target = std::str::from_utf8(request_line).ok()?.split(' ').nth(1)?;
    let path = match target.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => target,
    };
    path.split(['?', '#']).next().map(str::to_owned)
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().filter(|b| **b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The XML, the path, the notes, and the offset of an item.
    fn soap(item: Item) -> (String, Option<String>, Vec<&'static str>, usize) {
        let Content::Soap(soap) = item.content else { panic!("another content") };
        (String::from_utf8(soap.bytes).unwrap(), soap.path, item.notes, item.offset)
    }

    fn request(head: &str, body: &str) -> Option<Result<Item, Nothing>> {
        of_request(
            format!("POST /EWS/Exchange.asmx/WSSecurity?a=b HTTP/1.1\r\n{head}\r\n{body}").as_bytes(),
            0,
        )
    }

    #[test]
    fn whole_xml_and_base64_of_it_recognised() {
        let read = |bytes: &[u8]| soap(whole(bytes).unwrap().ok().unwrap());
        assert_eq!(read(b"\n <a/>\n"), ("<a/>\n".to_owned(), None, vec![], 2));
        assert_eq!(read(b"\xef\xbb\xbf<a/>").0, "\u{feff}<a/>");
        for text in ["PHM6RW52ZWxvcGUvPg==", " PHM6RW52\r\nZWxvcGUvPg==\n", "PHM6RW52ZWxvcGUvPg"] {
            assert_eq!(read(text.as_bytes()).0, "<s:Envelope/>", "{text}");
            assert_eq!(read(text.as_bytes()).2, [BASE64]);
        }
        assert_eq!(read(STANDARD.encode("\u{feff}<a/>").as_bytes()).0, "\u{feff}<a/>");
    }

    #[test]
    fn whole_other_texts_left_alone() {
        for text in [
            "",
            "< HTTP/1.1 401 Unauthorized",
            "eyJhbGciOiJub25lIn0.e30.",
            "PHM6RW52ZWxvcGUvPg==.PHM6RW52ZWxvcGUvPg==.",
            "PGh!",
            "Party",
            "POST / HTTP/1.1",
        ] {
            assert!(whole(text.as_bytes()).is_none(), "{text}");
        }
        for text in ["<html>", "\n<!DOCTYPE HTML PUBLIC \"x\">"] {
            assert_eq!(whole(text.as_bytes()).unwrap().err().unwrap().found, "HTML", "{text}");
        }
    }

    #[test]
    fn request_body_with_its_path() {
        let (xml, path, notes, offset) = soap(request("Host: a\r\n", "<a/>").unwrap().ok().unwrap());
        assert_eq!((&*xml, path.as_deref()), ("<a/>", Some("/EWS/Exchange.asmx/WSSecurity")));
        assert_eq!((notes.len(), offset), (0, 60));
        let absolute = of_request(b"POST https://a/b/c?d HTTP/1.1\n\n<a/>", 0).unwrap().ok().unwrap();
        assert_eq!(soap(absolute).1.as_deref(), Some("/b/c"));
    }

    #[test]
    fn request_body_as_long_as_content_length_says() {
        let (xml, _, notes, _) = soap(request("content-length: 4\r\n", "<a/>POST").unwrap().ok().unwrap());
        assert_eq!((&*xml, notes), ("<a/>", vec![REST]));
        let found = |head: &str| request(head, "<a/>").unwrap().err().unwrap().found;
        assert_eq!(found("Content-Length: 5\r\n"), "4 bytes, where Content-Length says 5");
        assert_eq!(found("Content-Length: +4\r\n"), "a Content-Length that is no number");
        assert_eq!(found("Content-Length: 4\r\nContent-Length: 4\r\n"), "2 Content-Length lines");
        assert_eq!(found("Transfer-Encoding: chunked\r\n"), CHUNKED);
        assert_eq!(found("Content-Encoding: gzip\r\n"), ENCODED);
    }

    #[test]
    fn request_without_xml_is_no_message() {
        for body in ["", "a=b", "{}", "* upload completely sent", "< HTTP/1.1 401 x", "<html></html>"] {
            assert!(request("Host: a\r\n", body).is_none(), "{body}");
        }
        assert!(of_request(b"POST / HTTP/1.1\nHost: a\n", 0).is_none());
    }

    #[test]
    fn response_body_behind_interim_responses() {
        let read = |text: &str| of_response(text.as_bytes());
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>";
        let (xml, path, notes, _) = soap(read(text).unwrap().ok().unwrap());
        assert_eq!((&*xml, path, notes), ("<a/>", None, vec![OF_RESPONSE]));
        for text in ["HTTP/1.1 200 OK\r\n\r\n{}", "HTTP/1.1 200 OK\r\n\r\n<html>", "HTTP/1.1 200 OK", "<a/>"]
        {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(read("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n4\n<a/>\n0\n").unwrap().is_err());
    }
}
