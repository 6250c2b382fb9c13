//! Cuts the text of a JSON object into its members, where it is as plain as that of nearly every token.
//!
//! Follows RFC 8259, a part of it: names and strings without escapes, whole numbers, literals; what is nested serde_json
//! cuts out. An object that is written otherwise, or wrongly, is left to serde_json altogether, so that this decides
//! nothing: it is the same list of members, sooner.

use serde_json::value::RawValue;

/// The most members that are cut out: as many names as are compared with each other.
pub(super) const MAX_MEMBERS: usize = super::json::MAX_NAMES;

/// A member's name and the text of its value.
pub(super) type Member<'a> = (&'a str, &'a str);

/// Cuts an object into `members`, and returns how many it has; nothing if serde_json must look at it.
pub(super) fn object<'a>(json: &'a str, members: &mut [Member<'a>; MAX_MEMBERS]) -> Option<usize> {
    let mut cursor = Cursor { json, at: 0 };
    cursor.expect(b'{')?;
    let mut slots = members.iter_mut();
    let mut len: usize = 0;
    loop {
        let name = cursor.string()?;
        cursor.expect(b':')?;
        let raw = cursor.value()?;
        // One member too many is serde_json's to report.
        *slots.next()? = (name, raw);
        len = len.checked_add(1)?;
        match cursor.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    cursor.skip_white_space();
    (cursor.at == json.len()).then_some(len)
}

/// A place in the text.
struct Cursor<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    fn skip_white_space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', ..] = self.rest() {
            self.advance(1);
        }
    }

    /// Takes the next byte that is not white space.
    fn next(&mut self) -> Option<u8> {
        self.skip_white_space();
        let byte = *self.rest().first()?;
        self.advance(1);
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// Takes a string, and returns what stands between the quotes.
    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let start = self.at;
        self.skip_to_quote()?;
        let text = self.json.get(start..self.at);
        self.advance(1);
        text
    }

    /// Moves to the quote that ends a string without escapes and control characters.
    fn skip_to_quote(&mut self) -> Option<()> {
        let (words, _) = self.rest().as_chunks::<8>();
        for word in words {
            let special = special_bytes(u64::from_le_bytes(*word));
            if special != 0 {
                // One bit in each byte: the lowest one is that of the first byte.
                self.advance(usize::try_from(special.trailing_zeros().checked_div(8)?).ok()?);
                return matches!(self.rest(), [b'"', ..]).then_some(());
            }
            self.advance(8);
        }
        loop {
            match *self.rest().first()? {
                b'"' => return Some(()),
                b'\\' | 0..0x20 => return None,
                _ => self.advance(1),
            }
        }
    }

    /// Takes a value, and returns its text.
    fn value(&mut self) -> Option<&'a str> {
        self.skip_white_space();
        let start = self.at;
        match *self.rest().first()? {
            b'"' => {
                self.string()?;
            }
            b'0'..=b'9' => self.digits()?,
            b'{' | b'[' => self.nested()?,
            b't' => self.literal(b"true")?,
            b'f' => self.literal(b"false")?,
            b'n' => self.literal(b"null")?,
            _ => return None,
        }
        self.json.get(start..self.at)
    }

    /// Takes a whole number: no sign, fraction, exponent or leading zero.
    fn digits(&mut self) -> Option<()> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 1 && self.rest().first() == Some(&b'0') {
            return None;
        }
        self.advance(digits);
        // What else a number may have, and what may not follow one, is not for here.
        matches!(self.rest(), [b',' | b'}' | b' ' | b'\t' | b'\n' | b'\r', ..]).then_some(())
    }

    fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.rest().starts_with(literal).then(|| self.advance(literal.len()))
    }

    fn nested(&mut self) -> Option<()> {
        let text = self.json.get(self.at..)?;
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        values.next()?.ok()?;
        self.advance(values.byte_offset());
        Some(())
    }
}

/// Sets the top bit of each byte that is a quote, a backslash or a control character; above the first such byte it may
/// set others, too.
const fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    // Made zero, the byte that is searched borrows from its top bit, which no other byte without that bit does.
    let quote = word ^ ONES.wrapping_mul(0x22);
    let backslash = word ^ ONES.wrapping_mul(0x5c);
    let control = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word;
    (quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash | control) & TOPS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(json: &str) -> Option<Vec<Member<'_>>> {
        let mut members = [("", ""); MAX_MEMBERS];
        let len = object(json, &mut members)?;
        Some(members[..len].to_vec())
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
            "{}",
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
            "{'a':1}",
            "{\"a\":\"b}",
        ] {
            assert_eq!(ours(json), None, "{json}");
        }
        let many = |count: usize| {
            let members: Vec<_> = (0..count).map(|i| format!("\"{i}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(ours(&many(MAX_MEMBERS)).unwrap().len(), MAX_MEMBERS);
        assert_eq!(ours(&many(MAX_MEMBERS + 1)), None);
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
        fn what_is_cut_is_what_serde_json_cuts(json in r#"\{("[a-c\u{e9}\u{1f600}]{0,9}" ?: ?("[ -~]{0,12}"|[0-9]{1,4}|true|null|\[1,\{"b":2\}\]|\{\}|[-0-9.e]{1,3}),?){1,4}\} ?"#) {
            if let Some(members) = ours(&json) {
                prop_assert_eq!(Some(members), theirs(&json));
            }
        }
    }
}
