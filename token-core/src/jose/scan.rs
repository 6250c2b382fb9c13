//! Reads a JSON object in one pass, where it is as plain as that of nearly every token.
//!
//! Follows RFC 8259, a part of it: names and strings without escapes, whole numbers, literals, and objects and arrays of
//! such. An object that is written otherwise, or wrongly, that breaks a bound or has a name twice, is left to the general
//! reader altogether, so that this decides nothing: it is the same members, sooner.
//!
//! All quotes are searched first. Where no string has an escape, they are where strings begin and end, so that the pass
//! goes from quote to quote and looks only at what stands between strings.

use super::json::MAX_NAMES;
use super::name::{Filter, Name};
use crate::budget::Budget;
use crate::signature::find_quotes;

/// Room for the quotes of a large token, with 60 members and 200 groups (Entra writes no more), and for the 64 more that
/// `find_quotes` asks for.
const MAX_QUOTES: usize = 704;

/// Memory for the places of quotes, to be used again for the next object.
#[derive(Debug)]
pub(super) struct Quotes([u16; MAX_QUOTES]);

impl Quotes {
    pub(super) const fn new() -> Self {
        Self([0; MAX_QUOTES])
    }
}

/// Reads an object and hands each of its members to `take`: its name, and the text of its value.
///
/// Returns nothing if the general reader must look at it; what was taken until then means nothing.
pub(super) fn object<'a>(
    json: &'a str,
    budget: &Budget,
    places: &mut Quotes,
    take: &mut impl FnMut(Name<'a>, &'a str),
) -> Option<()> {
    let quotes = quotes(json.as_bytes(), &mut places.0)?;
    let mut cursor = Cursor { json, at: 0, quotes };
    cursor.expect(b'{')?;
    cursor.members(1, budget, take)?;
    cursor.skip_blanks();
    cursor.rest().is_empty().then_some(())
}

/// A place in the text.
struct Cursor<'a, 'q> {
    json: &'a str,
    at: usize,
    /// Where the quotes stand that were not taken.
    quotes: &'q [u16],
}

impl<'a> Cursor<'a, '_> {
    /// Returns the next byte.
    #[inline]
    fn byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Takes so many bytes of those that are left.
    #[inline]
    const fn advance(&mut self, by: usize) {
        self.at = self.at.wrapping_add(by);
    }

    #[cold]
    fn skip_blanks(&mut self) {
        self.advance(self.rest().iter().take_while(|byte| **byte == b' ').count());
    }

    /// Takes a byte that is not blank, and the blanks before it.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        if self.byte()? == b' ' {
            self.skip_blanks();
        }
        let byte = self.byte()?;
        self.advance(1);
        Some(byte)
    }

    /// Takes this byte, and the blanks before it.
    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        if self.byte()? != byte {
            self.skip_blanks();
            if self.byte()? != byte {
                return None;
            }
        }
        self.advance(1);
        Some(())
    }

    /// Takes a string that begins here, and says where its quotes stand.
    #[inline]
    fn string(&mut self) -> Option<(usize, usize)> {
        let ([open, close], rest) = self.quotes.split_first_chunk()?;
        let (open, close) = (usize::from(*open), usize::from(*close));
        if open != self.at {
            return None;
        }
        self.quotes = rest;
        self.at = close.wrapping_add(1);
        Some((open, close))
    }

    /// Takes a string, and the blanks before it.
    #[inline]
    fn string_behind_blanks(&mut self) -> Option<(usize, usize)> {
        self.string().or_else(|| {
            self.skip_blanks();
            self.string()
        })
    }

    /// Takes the members of an object at nesting level `depth`, whose brace was taken.
    #[inline]
    fn members(
        &mut self,
        depth: u8,
        budget: &Budget,
        take: &mut impl FnMut(Name<'a>, &'a str),
    ) -> Option<()> {
        if depth > budget.max_depth {
            return None;
        }
        if self.byte()? != b'"' && self.expect(b'}').is_some() {
            return Some(());
        }
        let mut starts = [0; MAX_NAMES];
        let starts = starts.get_mut(..budget.max_members.min(MAX_NAMES))?;
        let mut filter = Filter::default();
        for number in 0_usize.. {
            let (open, close) = self.string_behind_blanks()?;
            let start = open.wrapping_add(1);
            let name = Name::new(self.json.get(start..close)?);
            *starts.get_mut(number)? = u16::try_from(start).ok()?;
            if filter.note(name) && is_like_one_at(starts.get(..number)?, self.json, name) {
                return None;
            }
            self.expect(b':')?;
            let value = match self.string() {
                Some((open, _)) => open,
                None => {
                    self.skip_blanks();
                    let at = self.at;
                    self.value(depth, budget)?;
                    at
                }
            };
            take(name, self.json.get(value..self.at)?);
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
        None
    }

    /// Takes a value.
    #[inline(never)]
    fn value(&mut self, depth: u8, budget: &Budget) -> Option<()> {
        let first = self.byte()?;
        if first == b'"' {
            self.string()?;
            return Some(());
        }
        self.advance(1);
        match first {
            b'0'..=b'9' => self.digits(first)?,
            b'{' => self.members(depth.checked_add(1)?, budget, &mut |_, _| {})?,
            b'[' => self.elements(depth.checked_add(1)?, budget)?,
            b't' => self.literal(b"rue")?,
            b'f' => self.literal(b"alse")?,
            b'n' => self.literal(b"ull")?,
            _ => return None,
        }
        Some(())
    }

    /// Takes the elements of an array at nesting level `depth`, whose bracket was taken.
    fn elements(&mut self, depth: u8, budget: &Budget) -> Option<()> {
        if depth > budget.max_depth {
            return None;
        }
        if self.expect(b']').is_some() {
            return Some(());
        }
        loop {
            if self.string_behind_blanks().is_none() {
                self.value(depth, budget)?;
            }
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Takes a whole number whose first digit was taken. What else a number may have is nothing that may follow one.
    fn digits(&mut self, first: u8) -> Option<()> {
        let more = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.advance(more);
        (first != b'0' || more == 0).then_some(())
    }

    fn literal(&mut self, rest: &[u8]) -> Option<()> {
        self.rest().starts_with(rest).then(|| self.advance(rest.len()))
    }
}

/// Whether a name is the same as one of those that begin at these places, be it in another letter case.
#[cold]
fn is_like_one_at(starts: &[u16], json: &str, name: Name<'_>) -> bool {
    starts.iter().filter_map(|start| json.get(usize::from(*start)..)).any(|text| {
        // A name ends with a quote, and has none inside.
        text.split_at_checked(name.text.len())
            .is_some_and(|(earlier, rest)| rest.starts_with('"') && earlier.eq_ignore_ascii_case(name.text))
    })
}

/// Finds all quotes of a text, and returns where they stand.
///
/// Returns nothing if there is a backslash or a control character in it, or more quotes than room.
#[inline]
fn quotes<'q>(text: &[u8], places: &'q mut [u16]) -> Option<&'q [u16]> {
    let len = find_quotes(text, places).unwrap_or_else(|| plain_quotes(text, places))?;
    places.get(..len)
}

/// As `find_quotes`, on any processor.
fn plain_quotes(text: &[u8], places: &mut [u16]) -> Option<usize> {
    u16::try_from(text.len()).ok()?;
    let mut places = places.iter_mut();
    let room = places.len();
    let (blocks, rest) = text.as_chunks();
    let mut last = [b' '; BLOCK];
    last.get_mut(..rest.len())?.copy_from_slice(rest);
    let mut start = 0_u16;
    for block in blocks.iter().chain(std::iter::once(&last)) {
        let mut quotes = plain_quotes_of(block)?;
        while quotes != 0 {
            *places.next()? = start.checked_add(u16::try_from(quotes.trailing_zeros()).ok()?)?;
            quotes &= quotes.wrapping_sub(1);
        }
        // Wraps behind the last block alone.
        start = start.wrapping_add(64);
    }
    room.checked_sub(places.len())
}

/// Bytes that are searched for quotes at once: a bit for each.
const BLOCK: usize = 64;

/// Finds the quotes of a block: a bit for each, the lowest for the first byte.
fn plain_quotes_of(block: &[u8; BLOCK]) -> Option<u64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    // What is below the blank may only stand between strings, where no known producer writes it.
    let special = |byte: &u8| (*byte < b' ') | (*byte == b'\\');
    if block.iter().fold(0_u8, |found, byte| found | u8::from(special(byte))) != 0 {
        return None;
    }
    let mut quotes = 0;
    for (word, shift) in block.as_chunks().0.iter().zip([0, 8, 16, 24, 32, 40, 48, 56]) {
        // A quote becomes zero; adding 0x7f to the lower seven bits sets the top bit of all that is not zero.
        let others = u64::from_le_bytes(*word) ^ ONES.wrapping_mul(0x22);
        let zero = !((others & !TOPS).wrapping_add(!TOPS) | others) & TOPS;
        // The multiplication gathers the top bits of eight bytes in the highest one.
        quotes |= ((zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << shift;
    }
    Some(quotes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    type Member<'a> = (&'a str, &'a str);

    fn ours(json: &str) -> Option<Vec<Member<'_>>> {
        let mut members = Vec::new();
        object(json, &Budget::DEFAULT, &mut Quotes::new(), &mut |name, value| {
            members.push((name.text, value));
        })?;
        Some(members)
    }

    /// The members as serde_json cuts them; the names of these tests have no escapes.
    fn theirs(json: &str) -> Option<Vec<Member<'_>>> {
        struct Members;
        impl<'a> serde::de::Visitor<'a> for Members {
            type Value = Vec<Member<'a>>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<&str>()? {
                    members.push((name, map.next_value::<&RawValue>()?.get()));
                }
                Ok(members)
            }
        }
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let members = serde::Deserializer::deserialize_map(&mut deserializer, Members).ok()?;
        deserializer.end().ok()?;
        Some(members)
    }

    #[test]
    fn object_of_a_token_cut() {
        let json = r#" {"aud": "a/b@c" , "nbf":1764000000,"exp":"1","x":{"y":[1,"}"]},"t":true,"n":null, "f":false} "#;
        assert_eq!(ours(json), theirs(json));
        assert_eq!(ours(json).unwrap().len(), 7);
        assert_eq!(ours(json).unwrap()[3], ("x", r#"{"y":[1,"}"]}"#));
    }

    #[test]
    fn object_that_is_not_plain_left_alone() {
        for json in [
            "",
            "{",
            "[]",
            "{\"a\":1",
            "{\"a\":01}",
            "{\"a\":1.0}",
            "{\"a\":-1}",
            "{\"a\":1e1}",
            "{\"a\":1}x",
            "{\"a\":1,}",
            "{\"a\"}",
            "{\"a\":\"\\u0061\"}",
            "{\"\\u0061\":1}",
            "{\"a\":\"\n\"}",
            "{\"a\":tru}",
            "{\"a\":[}",
            "{\"a\":truex}",
            "{,}",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"bb\":2,\"A\":3}",
            "{\"a\":{\"b\":1,\"b\":2}}",
            "{\"\":1,\"\":2}",
            "{\"a\":[1,]}",
            "{\"a\":[[[[[[[[]]]]]]]]}",
            "{\"a\":\n1}",
            "{'a':1}",
            "{\"a\":\"b}",
        ] {
            assert_eq!(ours(json), None, "{json}");
        }
        let many = |count: usize| {
            let members: Vec<_> = (0..count).map(|i| format!("\"{i}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(ours(&many(MAX_NAMES)).unwrap().len(), MAX_NAMES);
        assert_eq!(ours(&many(MAX_NAMES + 1)), None);
    }

    #[test]
    fn quotes_found_at_every_place_of_every_length() {
        let mut places = [0; MAX_QUOTES];
        for len in 0..200 {
            for at in 0..len {
                let mut text = vec![b'!'; len];
                text[at] = b'"';
                assert_eq!(quotes(&text, &mut places), Some([u16::try_from(at).unwrap()].as_slice()));
                for special in [b'\n', b'\\', 0, 0x1f] {
                    text[at] = special;
                    assert_eq!(quotes(&text, &mut places), None, "{special} at {at} of {len}");
                }
            }
            assert_eq!(quotes(&vec![b'x'; len], &mut places), Some([].as_slice()));
        }
    }

    #[test]
    fn quotes_without_room_or_beyond_what_is_counted_left_alone() {
        type Find = fn(&[u8], &mut [u16]) -> Option<usize>;
        let found = |text: &[u8], places: &mut [u16]| quotes(text, places).map(<[u16]>::len);
        let both: [Find; 2] = [plain_quotes, found];
        for find in both {
            assert_eq!(find(&[b'"'; 1000], &mut [0; MAX_QUOTES]), None);
            assert_eq!(find(&[b'"'; 640], &mut [0; MAX_QUOTES]), Some(640));
            let mut long = vec![b' '; 1 << 16];
            long.push(b'"');
            assert_eq!(find(&long, &mut [0; MAX_QUOTES]), None);
        }
    }

    #[test]
    fn string_ends_found_at_every_place_and_with_every_byte() {
        for before in 0..20 {
            for byte in 0..=0x7f_u8 {
                let json =
                    format!("{{\"a\":\"{}{}{}\"}}", "x".repeat(before), char::from(byte), "y".repeat(9));
                if let Some(members) = ours(&json) {
                    assert_eq!(Some(members), theirs(&json), "{json}");
                } else {
                    assert!(byte < 0x20 || matches!(byte, b'"' | b'\\'), "{json}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn quotes_found_by_vectors_are_those_found_without(
            mut bytes in prop::collection::vec(prop_oneof![Just(b'"'), b' '..=0x5b, 0x5d..=0xff_u8], 1..400),
            at in any::<prop::sample::Index>(),
            any in any::<u8>(),
        ) {
            *at.get_mut(&mut bytes) = any;
            let (mut theirs, mut ours) = ([0; MAX_QUOTES], [0; MAX_QUOTES]);
            let plain = plain_quotes(&bytes, &mut theirs).and_then(|len| theirs.get(..len));
            prop_assert_eq!(quotes(&bytes, &mut ours), plain);
            let naive: Vec<_> = (0..).zip(&bytes).filter(|(_, byte)| **byte == b'"').map(|(at, _)| at).collect();
            let special = bytes.iter().any(|byte| *byte < b' ' || *byte == b'\\');
            prop_assert_eq!(plain, (!special).then_some(naive.as_slice()));
        }

        #[test]
        fn what_is_cut_is_what_serde_json_cuts(json in r#"\{("[a-c\u{e9}\u{1f600}]{0,9}" ?: ?("[ -~]{0,12}"|[0-9]{1,4}|true|null|\[1,\{"b":2\}\]|\{\}|[-0-9.e]{1,3}),?){1,4}\} ?"#) {
            if let Some(members) = ours(&json) {
                prop_assert_eq!(Some(members), theirs(&json));
            }
        }
    }
}
