//! Strict JSON on top of serde_json: every member once, at every level, within bounds, borrowed from the text.
//!
//! Follows RFC 8259, with duplicate members refused as RFC 7519 section 4 and RFC 7515 section 4 demand.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::claim::{Claim, JsonType};
use super::compact::Segment;
use super::error::{ParseError, ParseErrorKind};
use super::name::{Filter, Name};
use super::scan;
use crate::budget::Budget;
use crate::signature::ascii;

/// The bounds of the fixed list of names in an object; a budget that allows more is cut to this.
pub(super) const MAX_NAMES: usize = 64;

/// A text of JSON, and where its bytes stand in the token.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    json: &'a str,
    segment: Option<Segment<'a>>,
}

impl<'a> Text<'a> {
    /// Takes the decoded bytes of a part as JSON text.
    pub(crate) fn of_segment(bytes: &'a [u8], segment: Segment<'a>) -> Result<Self, ParseError> {
        let error = |kind, decoded| ParseError { kind, at: segment.position_of(decoded) };
        if bytes.starts_with(b"\xef\xbb\xbf")
            || bytes.starts_with(b"\xff\xfe")
            || bytes.starts_with(b"\xfe\xff")
        {
            return Err(error(ParseErrorKind::ByteOrderMark, 0));
        }
        let json = match ascii(bytes) {
            Some(json) => json,
            None => {
                std::str::from_utf8(bytes).map_err(|e| error(ParseErrorKind::NotUtf8, e.valid_up_to()))?
            }
        };
        Ok(Self { json, segment: Some(segment) })
    }

    /// Takes a text that stands in a claim: its places are counted from its own beginning.
    pub(crate) const fn nested(json: &'a str) -> Self {
        Self { json, segment: None }
    }

    pub(crate) const fn as_str(&self) -> &'a str {
        self.json
    }

    fn error(&self, kind: ParseErrorKind, offset: usize) -> ParseError {
        ParseError { kind, at: self.position_of(offset) }
    }

    fn position_of(&self, offset: usize) -> usize {
        self.segment.map_or(offset, |segment| segment.position_of(offset))
    }

    /// The offset of a piece of this text. The piece borrows from the text, so its address says where it stands.
    fn offset_of(&self, piece: &str) -> usize {
        piece.as_ptr().addr().saturating_sub(self.json.as_ptr().addr())
    }
}

/// A member that an object has twice, or that differs from another member in letter case alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The name, safe to print.
    pub name: String,
    /// Whether the names are the same or only alike.
    pub kind: DuplicateKind,
    /// At which byte of the token the value of the later member stands.
    pub at: usize,
}

/// How two members of an object collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateKind {
    /// The same name, also where one is spelled with escapes.
    Same,
    /// The same name in another letter case.
    LetterCase,
}

/// What the members of an object are put into, one after the other.
pub(crate) trait Members<'a> {
    /// Takes one member.
    fn take(&mut self, name: Name<'_>, value: Claim<'a>);

    /// Gives up all members that were taken.
    fn clear(&mut self);
}

/// Reads objects within a budget and notes duplicates instead of stopping at them, so that the rest is still read.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    budget: &'b Budget,
    duplicates: Vec<Duplicate>,
    quotes: scan::Quotes,
}

impl<'b> Reader<'b> {
    pub(crate) const fn new(budget: &'b Budget) -> Self {
        Self { budget, duplicates: Vec::new(), quotes: scan::Quotes::new() }
    }

    /// Reads one object into `members`: the name of each, and its value as a borrowed claim.
    ///
    /// Of members with the same name only the first is handed over; nested objects are searched for duplicates too.
    pub(crate) fn object<'a>(
        &mut self,
        text: Text<'a>,
        members: &mut impl Members<'a>,
    ) -> Result<(), ParseError> {
        let plain = scan::object(text.json, self.budget, &mut self.quotes, &mut |name, raw| {
            members.take(name, Claim::plain(raw));
        });
        if plain.is_some() {
            return Ok(());
        }
        members.clear();
        self.any_object(text, &mut |name, value| members.take(Name::new(name), value))
    }

    /// Reads one object however it is written, and says what is wrong with it.
    #[cold]
    fn any_object<'a>(
        &mut self,
        text: Text<'a>,
        take: &mut dyn FnMut(&str, Claim<'a>),
    ) -> Result<(), ParseError> {
        let first = text.json.trim_start_matches([' ', '\t', '\n', '\r']);
        match JsonType::of(first) {
            Some(JsonType::Object) => self.items(text, text.json, 1, take),
            Some(other) => Err(text.error(ParseErrorKind::NotObject(other), text.offset_of(first))),
            None => Err(text.error(ParseErrorKind::NotJson, text.offset_of(first))),
        }
    }

    /// Returns what was noted since the reader was made.
    pub(crate) fn into_duplicates(self) -> Vec<Duplicate> {
        self.duplicates
    }

    /// Reads an object or array at nesting level `depth`, and what is nested in it.
    ///
    /// A level is scanned once as a value of the level above and once for its own items, so the cost is linear in the
    /// text, times the depth bound.
    fn items<'a>(
        &mut self,
        text: Text<'a>,
        json: &'a str,
        depth: u8,
        take: &mut dyn FnMut(&str, Claim<'a>),
    ) -> Result<(), ParseError> {
        let max = self.budget.max_depth;
        if depth > max {
            return Err(text.error(ParseErrorKind::TooDeep { max }, text.offset_of(json)));
        }
        let mut names = Names::new();
        let mut stop = None;
        let mut item = |name: Option<Cow<'a, str>>, raw: &'a str| {
            // An element of an array has no name, and there is nothing to be taken.
            let taken = match name {
                Some(name) => {
                    self.member(text, names.place(&name), (&name, raw), take).map(|()| names.insert(name))
                }
                None => Ok(()),
            };
            stop = taken.and_then(|()| self.nested(text, raw, depth)).err();
            stop.is_none()
        };
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let read = Items(&mut item).deserialize(&mut deserializer).and_then(|()| deserializer.end());
        match (stop, read) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(explain(text, json, &error)),
            (None, Ok(())) => Ok(()),
        }
    }

    /// Takes one member of an object: its name and the text of its value.
    fn member<'a>(
        &mut self,
        text: Text<'a>,
        place: Place,
        (name, raw): (&str, &'a str),
        take: &mut dyn FnMut(&str, Claim<'a>),
    ) -> Result<(), ParseError> {
        let max = self.budget.max_members.min(MAX_NAMES);
        if place.index >= max {
            return Err(text.error(ParseErrorKind::TooManyMembers { max }, text.offset_of(raw)));
        }
        if let Some(kind) = place.collision {
            self.duplicates.push(Duplicate {
                name: crate::redact::printable(name),
                kind,
                at: text.position_of(text.offset_of(raw)),
            });
        }
        if place.collision != Some(DuplicateKind::Same) {
            take(name, Claim::present(raw));
        }
        Ok(())
    }

    /// Searches a value for what is nested in it, for duplicates alone.
    fn nested<'a>(&mut self, text: Text<'a>, raw: &'a str, depth: u8) -> Result<(), ParseError> {
        if !raw.starts_with(['{', '[']) {
            return Ok(());
        }
        self.items(text, raw, depth.saturating_add(1), &mut |_, _| {})
    }
}

fn explain(text: Text<'_>, json: &str, error: &serde_json::Error) -> ParseError {
    let line_start = match error.line().checked_sub(2) {
        None => 0,
        Some(newline) => {
            memchr::memchr_iter(b'\n', json.as_bytes()).nth(newline).map_or(0, |at| at.saturating_add(1))
        }
    };
    let offset = line_start.saturating_add(error.column().saturating_sub(1)).min(json.len());
    // Serde_json has no kinds for its syntax errors; this one is its own wording since 1.0.
    let trailing = error.is_syntax() && error.to_string().starts_with("trailing characters");
    let kind = if trailing { ParseErrorKind::TrailingBytes } else { ParseErrorKind::NotJson };
    text.error(kind, text.offset_of(json).saturating_add(offset))
}

/// Hands the members of an object, or the elements of an array, to a closure, until it says to stop.
struct Items<'f, 'a>(&'f mut dyn FnMut(Option<Cow<'a, str>>, &'a str) -> bool);

impl<'a> DeserializeSeed<'a> for Items<'_, 'a> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Items<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            if !(self.0)(Some(name), value.get()) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element::<&RawValue>()? {
            if !(self.0)(None, value.get()) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// A member's name as serde_json reads it: borrowed, unless it is spelled with escapes.
struct Key<'a>(Cow<'a, str>);

impl<'a> serde::Deserialize<'a> for Key<'a> {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'a> Visitor<'a> for KeyVisitor {
            type Value = Key<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_borrowed_str<E>(self, name: &'a str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// How many members an object had before this one, and whether one of them has the same name.
struct Place {
    index: usize,
    collision: Option<DuplicateKind>,
}

/// The names of one object so far, as serde_json hands them over.
struct Names<'a> {
    list: [Cow<'a, str>; MAX_NAMES],
    len: usize,
    filter: Filter,
}

impl<'a> Names<'a> {
    fn new() -> Self {
        Self { list: [const { Cow::Borrowed("") }; MAX_NAMES], len: 0, filter: Filter::default() }
    }

    fn place(&mut self, name: &str) -> Place {
        let collision = if self.filter.note(Name::new(name)) { self.collision(name) } else { None };
        Place { index: self.len, collision }
    }

    fn collision(&self, name: &str) -> Option<DuplicateKind> {
        let mut earlier = self.list.iter().take(self.len);
        if earlier.clone().any(|seen| seen == name) {
            Some(DuplicateKind::Same)
        } else if earlier.any(|seen| seen.eq_ignore_ascii_case(name)) {
            Some(DuplicateKind::LetterCase)
        } else {
            None
        }
    }

    fn insert(&mut self, name: Cow<'a, str>) {
        if let Some(slot) = self.list.get_mut(self.len) {
            *slot = name;
            self.len = self.len.saturating_add(1);
        }
    }
}

/// Hands the JSON text of each element of an array to `each`.
pub(super) fn elements<'a>(json: &'a str, each: &mut dyn FnMut(&'a str)) -> Result<(), ParseError> {
    let mut take = |_: Option<Cow<'a, str>>, raw: &'a str| {
        each(raw);
        true
    };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = Items(&mut take).deserialize(&mut deserializer);
    read.map_err(|error| explain(Text::nested(json), json, &error))
}

/// One member of a JSON object, for display.
#[derive(Clone)]
pub struct Member<'a> {
    /// The member's name.
    pub name: Cow<'a, str>,
    /// The member's value.
    pub value: Claim<'a>,
}

/// Lists all members of a JSON object in their order, duplicates included, for display.
///
/// # Errors
/// `NotJson` or `NotObject`, with the offset in `json`.
pub fn members<'a>(json: &'a str) -> Result<Vec<Member<'a>>, ParseError> {
    let text = Text::nested(json);
    let mut list = Vec::new();
    let mut take = |name: Option<Cow<'a, str>>, raw: &'a str| {
        list.extend(name.map(|name| Member { name, value: Claim::present(raw) }));
        true
    };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    Items(&mut take)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| explain(text, json, &error))?;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Seen = Vec<(String, JsonType)>;

    impl<'a> Members<'a> for Seen {
        fn take(&mut self, name: Name<'_>, value: Claim<'a>) {
            self.push((name.text.to_owned(), value.json_type().unwrap()));
        }

        fn clear(&mut self) {
            Vec::clear(self);
        }
    }

    fn read(json: &str) -> Result<(Seen, Vec<Duplicate>), ParseError> {
        let mut reader = Reader::new(&Budget::DEFAULT);
        let mut seen = Vec::new();
        reader.object(Text::nested(json), &mut seen)?;
        Ok((seen, reader.into_duplicates()))
    }

    /// As `read`, but never by the scanner.
    fn read_any(json: &str) -> Result<(Seen, Vec<Duplicate>), ParseError> {
        let mut reader = Reader::new(&Budget::DEFAULT);
        let mut seen = Seen::new();
        reader.any_object(Text::nested(json), &mut |name, value| seen.take(Name::new(name), value))?;
        Ok((seen, reader.into_duplicates()))
    }

    fn duplicates(json: &str) -> Vec<(String, DuplicateKind)> {
        read(json).unwrap().1.into_iter().map(|d| (d.name, d.kind)).collect()
    }

    #[test]
    fn object_members_handed_over_in_order() {
        let (seen, duplicates) =
            read(r#" {"a":1,"b":"x","c":[],"d":{"a":null},"e":true,"f":null} "#).unwrap();
        let types: Vec<_> = seen.iter().map(|(_, t)| *t).collect();
        use JsonType::*;
        assert_eq!(types, [Number, String, Array, Object, Bool, Null]);
        assert!(duplicates.is_empty());
    }

    #[test]
    fn object_duplicate_found_at_every_level_and_spelling() {
        let same = |name: &str| vec![(name.to_owned(), DuplicateKind::Same)];
        assert_eq!(duplicates(r#"{"aud":1,"aud":2}"#), same("aud"));
        assert_eq!(duplicates(r#"{"aud":1,"a\u0075d":2}"#), same("aud"));
        assert_eq!(duplicates(r#"{"x":{"aud":1,"aud":1}}"#), same("aud"));
        assert_eq!(duplicates(r#"{"x":[{"aud":1,"b":[{"c":0,"c":0}]}]}"#), same("c"));
        assert_eq!(duplicates(r#"{"aud":1,"AUD":2}"#), vec![("AUD".to_owned(), DuplicateKind::LetterCase)]);
        assert!(duplicates(r#"{"aud":{"aud":{"aud":1}}}"#).is_empty());
    }

    #[test]
    fn object_duplicate_first_value_kept() {
        let (seen, _) = read(r#"{"aud":"x","aud":2}"#).unwrap();
        assert_eq!(seen, [("aud".to_owned(), JsonType::String)]);
    }

    #[test]
    fn object_malformed_named_with_its_place() {
        let error = |json: &str| read(json).unwrap_err();
        assert_eq!(error("").kind, ParseErrorKind::NotJson);
        assert_eq!(error("[1]").kind, ParseErrorKind::NotObject(JsonType::Array));
        assert_eq!(error("\"x\"").kind, ParseErrorKind::NotObject(JsonType::String));
        assert_eq!(error(r#"{"a":1} x"#), ParseError { kind: ParseErrorKind::TrailingBytes, at: 8 });
        assert_eq!(error(r#"{"a":1,}"#), ParseError { kind: ParseErrorKind::NotJson, at: 7 });
        assert_eq!(error("{\"a\":1,\n\"b\":01}"), ParseError { kind: ParseErrorKind::NotJson, at: 13 });
        assert_eq!(error(r#"{"a":"#).kind, ParseErrorKind::NotJson);
        assert_eq!(error("{\"a\":\"\u{1}\"}").kind, ParseErrorKind::NotJson);
    }

    proptest::proptest! {
        #[test]
        fn object_that_the_scanner_takes_is_what_the_general_reader_takes(
            json in r#"\{("([aAbB]{0,2}|[a-c]{9}|\\u0061)" ?: ?("[ -~]{0,12}"|[0-9]{1,4}|true|null|\[1,\{"b":2,"[bB]":3\}\]|\{\}|\[ \]|\[\[\[\[\[\[\[\[\]\]\]\]\]\]\]\]|[-0-9.e]{1,3})(,|, )?){0,5}\} ?"#
        ) {
            proptest::prop_assert_eq!(read(&json), read_any(&json));
        }
    }

    #[test]
    fn object_depth_bounded() {
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(7)).is_ok());
        assert_eq!(read(&nested(8)).unwrap_err().kind, ParseErrorKind::TooDeep { max: 8 });
        assert_eq!(read(&nested(100_000)).unwrap_err().kind, ParseErrorKind::TooDeep { max: 8 });
    }

    #[test]
    fn object_members_bounded() {
        let object = |n: usize| {
            let members: Vec<_> = (0..n).map(|i| format!("\"m{i}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(read(&object(64)).unwrap().0.len(), 64);
        assert_eq!(read(&object(65)).unwrap_err().kind, ParseErrorKind::TooManyMembers { max: 64 });
    }

    #[test]
    fn text_byte_order_mark_and_bad_utf8_refused() {
        let segment = super::super::Compact::split(b"aaaaaaaa.b.c", &Budget::DEFAULT).unwrap().header();
        let kind = |bytes: &'static [u8]| Text::of_segment(bytes, segment).map(|_| ()).unwrap_err();
        assert_eq!(kind(b"\xef\xbb\xbf{}"), ParseError { kind: ParseErrorKind::ByteOrderMark, at: 0 });
        assert_eq!(kind(b"{\"a\xff"), ParseError { kind: ParseErrorKind::NotUtf8, at: 4 });
    }

    #[test]
    fn ascii_takes_no_byte_beyond_at_any_place() {
        for len in 0..200 {
            let mut bytes = vec![b'a'; len];
            assert!(ascii(&bytes).is_none_or(|text| text.as_bytes() == bytes), "{len}");
            for at in 0..len {
                for byte in [0x80, 0xc3, 0xff] {
                    bytes[at] = byte;
                    assert_eq!(ascii(&bytes), None, "{byte} at {at} of {len}");
                }
                bytes[at] = b'a';
            }
        }
    }

    #[test]
    fn members_duplicates_listed() {
        let list = members(r#"{"a":1,"a":"2"}"#).unwrap();
        assert_eq!(list.len(), 2);
    }
}
