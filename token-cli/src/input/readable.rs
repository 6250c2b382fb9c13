//! The readable form, `{header}.{payload}`, that documentation prints: decoded by hand, often with typographic quotes.
//!
//! Nothing in it can be verified, since the signed bytes are gone. It is encoded again only to be looked at.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::value::RawValue;

/// Header and payload as JSON text.
pub(crate) struct Readable {
    header: String,
    payload: String,
}

impl Readable {
    /// Encodes it, so that it can be decoded like any token; its signature is empty whatever it was.
    pub(crate) fn encode(&self) -> String {
        format!("{}.{}.", URL_SAFE_NO_PAD.encode(&self.header), URL_SAFE_NO_PAD.encode(&self.payload))
    }
}

/// What stands at the beginning of a text.
pub(super) enum Parsed {
    Read(Read),
    /// No readable form.
    Other,
    /// The text ends before it can be told.
    Incomplete,
}

/// What was read: the token, how many bytes it takes, what was repaired.
pub(super) struct Read {
    pub(super) readable: Readable,
    pub(super) len: usize,
    pub(super) notes: Vec<&'static str>,
}

const FORM: &str = "this is the readable form of a token: it can be inspected, never verified";
const QUOTES: &str = "typographic quotes were read as plain ones";
const FINAL_DOT: &str = "the final dot was missing";
const SIGNATURE: &str = "what stands behind the final dot was not read";

/// Reads the readable form at the beginning of a text; `is_whole` says that nothing can follow the text.
///
/// A payload that is no JSON is taken to the end of its line, so that it can be said what is wrong with it.
pub(super) fn parse(text: &str, is_whole: bool) -> Parsed {
    // Each replacement is one character, which lets what was read be counted in the original.
    let plain: String = text.chars().map(unquote).collect();
    let header = match json(&plain) {
        Object::Whole(header) => header,
        Object::Cut if !is_whole => return Parsed::Incomplete,
        Object::Cut | Object::Broken => return Parsed::Other,
    };
    let rest = plain[header.len()..].trim_start();
    let rest = rest.strip_prefix('.').map_or(rest, str::trim_start);
    if rest.is_empty() && !is_whole {
        return Parsed::Incomplete;
    }
    let has_dot = plain[header.len()..].trim_start().starts_with('.');
    if !has_dot || !rest.starts_with('{') {
        return Parsed::Other;
    }
    let payload = match json(rest) {
        Object::Whole(payload) => payload,
        Object::Cut if !is_whole => return Parsed::Incomplete,
        Object::Cut | Object::Broken => rest.lines().next().unwrap_or_default().trim_end(),
    };
    let behind = &rest[payload.len()..];
    let mut notes = vec![FORM];
    let mut end = plain.len() - behind.len();
    if !is_whole && !behind.contains('\n') {
        return Parsed::Incomplete;
    }
    // The dot may stand on the line of the payload only: on the next line another token begins.
    match behind.trim_start_matches([' ', '\t']).strip_prefix('.') {
        Some(signature) => {
            let signature_len = signature.find(char::is_whitespace).unwrap_or(signature.len());
            if signature_len > 0 {
                notes.push(SIGNATURE);
            }
            end = plain.len() - signature.len() + signature_len;
        }
        None => notes.push(FINAL_DOT),
    }
    let characters = plain[..end].chars().count();
    let len = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    if text[..len].chars().any(|c| unquote(c) != c) {
        notes.push(QUOTES);
    }
    let readable = Readable { header: header.to_owned(), payload: payload.to_owned() };
    Parsed::Read(Read { readable, len, notes })
}

enum Object<'t> {
    Whole(&'t str),
    /// The text ends inside it.
    Cut,
    Broken,
}

/// The JSON object at the beginning of a text.
fn json(text: &str) -> Object<'_> {
    if !text.starts_with('{') {
        return Object::Broken;
    }
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    match objects.next() {
        Some(Ok(_)) => text.get(..objects.byte_offset()).map_or(Object::Broken, Object::Whole),
        Some(Err(error)) if error.is_eof() => Object::Cut,
        Some(Err(_)) | None => Object::Broken,
    }
}

const fn unquote(c: char) -> char {
    match c {
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ff02}' => '"',
        // A no-break space between members; inside a value it is left out of nothing that matters.
        '\u{a0}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Read> {
        match parse(text, true) {
            Parsed::Read(read) => Some(read),
            Parsed::Other | Parsed::Incomplete => None,
        }
    }

    #[test]
    fn parse_documented_form_with_line_breaks() {
        let text = "{\"typ\":\"JWT\",\"alg\":\"none\"}.\n{\"aud\":\"a\",\n \"iss\":\"b\"}.\nnext";
        let read = read(text).unwrap();
        assert_eq!(read.readable.header, "{\"typ\":\"JWT\",\"alg\":\"none\"}");
        assert_eq!(read.readable.payload, "{\"aud\":\"a\",\n \"iss\":\"b\"}");
        assert_eq!(&text[read.len..], "\nnext");
        assert_eq!(read.notes, [FORM]);
    }

    #[test]
    fn parse_typographic_quotes_and_missing_dot_repaired() {
        let text =
            "{\u{201c}alg\u{201d}:\u{201c}none\u{201d}}.{\u{201c}aud\u{201d}:\u{201e}\u{e4}\u{201f}}\n";
        let read = read(text).unwrap();
        assert_eq!(read.readable.payload, "{\"aud\":\"\u{e4}\"}");
        assert_eq!(&text[read.len..], "\n");
        assert_eq!(read.notes, [FORM, FINAL_DOT, QUOTES]);
        assert_eq!(read.readable.encode(), "eyJhbGciOiJub25lIn0.eyJhdWQiOiLDpCJ9.");
    }

    #[test]
    fn parse_signature_not_read() {
        let read = read("{}.{}.c2ln rest").unwrap();
        assert_eq!((read.len, read.notes), (10, vec![FORM, SIGNATURE]));
    }

    #[test]
    fn parse_broken_payload_kept_to_the_end_of_its_line() {
        let read = read("{\"alg\":\"none\"}.{\"aud\":}\nx").unwrap();
        assert_eq!(read.readable.payload, "{\"aud\":}");
    }

    #[test]
    fn parse_other_json_not_taken() {
        for text in ["{}", "{\"keys\":[]}", "{}.x", "{", "[]", ""] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn parse_beginning_of_a_form_asks_for_more() {
        let text = "{\"alg\":\"none\"}.\n{\"aud\":\"a\"}.c2ln\n";
        for len in 1..text.len() {
            assert!(matches!(parse(&text[..len], false), Parsed::Incomplete), "{len}");
        }
        assert!(matches!(parse(text, false), Parsed::Read(_)));
        assert!(matches!(parse("{}\n", false), Parsed::Incomplete));
        assert!(matches!(parse("{}\n{", false), Parsed::Other));
        assert!(matches!(parse("{x", false), Parsed::Other));
    }
}
