//! Reads a JSON object in one pass, where it is as plain as that of nearly every token.
//!
//! Follows RFC 8259, a part of it: names and strings without escapes, whole numbers, literals, and objects and arrays of
//! such. An object that is written otherwise, or wrongly, that breaks a bound or has a name twice, is left to the general
//! reader altogether, so that this decides nothing: it is the same members, sooner.
//!
//! Sixty-four bytes at a time are searched for quotes. Where no string has an escape, the quotes are where strings begin
//! and end, so that the pass goes from quote to quote and looks only at what stands between strings.

use super::json::MAX_NAMES;
use crate::budget::Budget;
use crate::signature::find_quotes;

/// Bytes that are searched for quotes at once: a bit for each.
const BLOCK: usize = 64;

/// Reads an object and hands each of its members to `take`: its name, and the text of its value.
///
/// Returns nothing if the general reader must look at it; what was taken until then means nothing.
pub(super) fn object<'a>(
    json: &'a str,
    budget: &Budget,
    take: &mut impl FnMut(&'a str, &'a str),
) -> Option<()> {
    let mut cursor = Cursor { json, at: 0, block: 0, quotes: quotes(json.as_bytes(), 0)? };
    let mut names = Names { budget, starts: [0; MAX_NAMES], len: 0 };
    cursor.expect(b'{')?;
    cursor = cursor.members(1, &mut names, take)?;
    cursor.peek().is_none().then_some(())
}

/// A place in the text. A copy of it fits into registers, so it is handed over and back.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    json: &'a str,
    at: usize,
    /// Where the block begins whose quotes these are, but for those that were taken.
    block: usize,
    quotes: u64,
}

impl<'a> Cursor<'a> {
    /// Moves to the next byte that is not blank, and returns it.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.json.as_bytes().get(self.at)? {
                b' ' => self.advance(1),
                byte => return Some(byte),
            }
        }
    }

    /// Takes the next byte that is not blank.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.advance(1);
        Some(byte)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    #[inline]
    fn advance(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    fn rest(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Takes the next quote, and says where it stands.
    #[inline]
    fn quote(&mut self) -> Option<usize> {
        while self.quotes == 0 {
            self.block = self.block.saturating_add(BLOCK);
            self.quotes = quotes(self.json.as_bytes(), self.block)?;
        }
        let at = self.block.saturating_add(usize::try_from(self.quotes.trailing_zeros()).ok()?);
        self.quotes &= self.quotes.wrapping_sub(1);
        Some(at)
    }

    /// Takes the string that begins here, and says where its quotes stand.
    #[inline]
    fn string(&mut self) -> Option<(usize, usize)> {
        self.peek()?;
        let (open, close) = (self.quote()?, self.quote()?);
        if open != self.at {
            return None;
        }
        self.at = close.saturating_add(1);
        Some((open, close))
    }

    /// Takes the members of an object at nesting level `depth`, whose brace was taken.
    fn members(
        mut self,
        depth: u8,
        names: &mut Names<'_>,
        take: &mut impl FnMut(&'a str, &'a str),
    ) -> Option<Self> {
        if depth > names.budget.max_depth {
            return None;
        }
        if self.peek()? == b'}' {
            self.advance(1);
            return Some(self);
        }
        let around = names.len;
        let mut filter = Filter::default();
        loop {
            let (open, close) = self.string()?;
            let start = open.saturating_add(1);
            let name = self.json.get(start..close)?;
            if filter.note(name) && names.has_one_like(name, self.json, around) {
                return None;
            }
            names.insert(start, around)?;
            self.expect(b':')?;
            let value = if self.peek()? == b'"' {
                let (open, close) = self.string()?;
                self.json.get(open..=close)?
            } else {
                let start = self.at;
                self = self.other(depth, names)?;
                self.json.get(start..self.at)?
            };
            take(name, value);
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        names.len = around;
        Some(self)
    }

    /// Takes a value that is not a string.
    fn other(mut self, depth: u8, names: &mut Names<'_>) -> Option<Self> {
        match self.next()? {
            first @ b'0'..=b'9' => self.digits(first)?,
            b'{' => self = self.members(depth.checked_add(1)?, names, &mut |_, _| {})?,
            b'[' => self = self.elements(depth.checked_add(1)?, names)?,
            b't' => self.literal(b"rue")?,
            b'f' => self.literal(b"alse")?,
            b'n' => self.literal(b"ull")?,
            _ => return None,
        }
        Some(self)
    }

    /// Takes the elements of an array at nesting level `depth`, whose bracket was taken.
    fn elements(mut self, depth: u8, names: &mut Names<'_>) -> Option<Self> {
        if depth > names.budget.max_depth {
            return None;
        }
        if self.peek()? == b']' {
            self.advance(1);
            return Some(self);
        }
        loop {
            if self.peek()? == b'"' {
                self.string()?;
            } else {
                self = self.other(depth, names)?;
            }
            match self.next()? {
                b',' => {}
                b']' => return Some(self),
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

/// The names of the objects around a place.
struct Names<'b> {
    budget: &'b Budget,
    /// Where they begin.
    starts: [u32; MAX_NAMES],
    len: usize,
}

impl Names<'_> {
    /// Adds a name to those of the object whose first name has the number `first`.
    #[inline]
    fn insert(&mut self, start: usize, first: usize) -> Option<()> {
        if self.len.saturating_sub(first) >= self.budget.max_members {
            return None;
        }
        *self.starts.get_mut(self.len)? = u32::try_from(start).ok()?;
        self.len = self.len.saturating_add(1);
        Some(())
    }

    /// Whether a name from the one numbered `first` on is the same, be it in another letter case.
    fn has_one_like(&self, name: &str, json: &str, first: usize) -> bool {
        let earlier = self.starts.get(first..self.len).unwrap_or_default();
        earlier.iter().filter_map(|start| json.get(usize::try_from(*start).ok()?..)).any(|text| {
            // A name ends with a quote, and has none inside.
            text.split_at_checked(name.len())
                .is_some_and(|(earlier, rest)| rest.starts_with('"') && earlier.eq_ignore_ascii_case(name))
        })
    }
}

/// Finds the quotes of the block that begins at `start`: a bit for each, the lowest for the first byte.
///
/// Returns nothing if there is no such block, or something special in it.
#[inline(never)]
fn quotes(text: &[u8], start: usize) -> Option<u64> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    if let Some(block) = rest.first_chunk() {
        return quotes_of(block);
    }
    match text.last_chunk() {
        // Reaches back into the block before.
        Some(block) => Some(quotes_of(block)? >> BLOCK.saturating_sub(rest.len())),
        None => {
            let mut block = [b' '; BLOCK];
            block.get_mut(..rest.len())?.copy_from_slice(rest);
            quotes_of(&block)
        }
    }
}

#[inline]
fn quotes_of(block: &[u8; BLOCK]) -> Option<u64> {
    find_quotes(block).unwrap_or_else(|| plain_quotes_of(block))
}

/// As `find_quotes`, on any processor.
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

/// What tells most new names from all earlier ones of their object without comparing.
///
/// One bit for each (length, first, last byte) seen, in any letter case and folded to 512: a name with a bit of its own
/// is new.
#[derive(Default)]
pub(super) struct Filter([u64; 8]);

impl Filter {
    /// Takes note of a name, and returns whether an earlier one may be like it, be it in another letter case.
    pub(super) fn note(&mut self, name: &str) -> bool {
        let (Some(first), Some(last)) = (name.as_bytes().first(), name.as_bytes().last()) else {
            return true;
        };
        // Letters differ from those of the other case in bit 5.
        let (first, last) = (usize::from(first & 0x1f), usize::from(last & 0x1f));
        let hash = first ^ last << 4 ^ name.len().wrapping_mul(59);
        let bit = 1_u64 << (hash & 63);
        let Some(word) = self.0.get_mut(hash >> 6 & 7) else { return true };
        let seen = *word & bit != 0;
        *word |= bit;
        seen
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    type Member<'a> = (&'a str, &'a str);

    fn ours(json: &str) -> Option<Vec<Member<'_>>> {
        let mut members = Vec::new();
        object(json, &Budget::DEFAULT, &mut |name, value| members.push((name, value)))?;
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
        for len in 0..200 {
            for at in 0..len {
                let mut text = vec![b'!'; len];
                text[at] = b'"';
                for start in (0..len).step_by(BLOCK) {
                    let expected = if (start..start + BLOCK).contains(&at) { 1 << (at - start) } else { 0 };
                    assert_eq!(quotes(&text, start), Some(expected), "{at} of {len} from {start}");
                }
                text[at] = b'\n';
                assert_eq!(quotes(&text, at / BLOCK * BLOCK), None);
            }
            assert_eq!(quotes(&vec![b'x'; len], len), None);
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
            mut bytes in prop::collection::vec(prop_oneof![Just(b'"'), b' '..=0xff], BLOCK),
            at in 0..BLOCK,
            any in any::<u8>(),
        ) {
            bytes[at] = any;
            let block = bytes.first_chunk().unwrap();
            prop_assert_eq!(quotes_of(block), plain_quotes_of(block));
        }

        #[test]
        fn what_is_cut_is_what_serde_json_cuts(json in r#"\{("[a-c\u{e9}\u{1f600}]{0,9}" ?: ?("[ -~]{0,12}"|[0-9]{1,4}|true|null|\[1,\{"b":2\}\]|\{\}|[-0-9.e]{1,3}),?){1,4}\} ?"#) {
            if let Some(members) = ours(&json) {
                prop_assert_eq!(Some(members), theirs(&json));
            }
        }
    }
}
