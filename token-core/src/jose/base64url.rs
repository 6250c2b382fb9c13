//! Canonical base64url without padding, decoded 64 characters at a time where the processor can, else four.
//!
//! Follows RFC 4648 sections 3.5 and 5 as RFC 7515 section 2 uses them. It says yes or no; what is wrong with a text
//! that is refused, the crate `base64` says, with which the tests compare every answer.

use crate::signature::decode_base64url;

/// A bit that no group of four decoded characters has.
const FOREIGN: u32 = 1 << 24;

/// For each place in a group and each byte the bits that it contributes, or `FOREIGN`.
static TABLES: [[u32; 256]; 4] = [table(18), table(12), table(6), table(0)];

#[allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler alone, which checks all of it"
)]
const fn table(shift: u32) -> [u32; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut table = [FOREIGN; 256];
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = (value as u32) << shift;
        value += 1;
    }
    table
}

/// Decodes into the front of `buffer`. Returns how many bytes came out, or nothing if the text is not canonical.
///
/// A buffer that is too short is an error too; `base64::decoded_len_estimate` is enough.
pub(crate) fn decode(text: &[u8], buffer: &mut [u8]) -> Option<usize> {
    decode_base64url(text, buffer).or_else(|| decode_by_fours(text, buffer))
}

fn decode_by_fours(text: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let (groups, rest) = text.as_chunks::<4>();
    let whole = groups.len().checked_mul(3)?;
    let (front, back) = buffer.split_at_mut_checked(whole)?;
    let (places, _) = front.as_chunks_mut::<3>();
    let mut seen = 0;
    for (group, place) in groups.iter().zip(places) {
        let bits = bits(*group);
        seen |= bits;
        let [_, a, b, c] = bits.to_be_bytes();
        *place = [a, b, c];
    }
    let (bits, unused, len) = match *rest {
        [] => (0, 0, 0),
        [a, b] => (bits([a, b, b'A', b'A']), 0xffff, 1),
        [a, b, c] => (bits([a, b, c, b'A']), 0xff, 2),
        _ => return None,
    };
    // Bits that encode nothing must be zero: else one value has several spellings.
    if (seen | bits) & FOREIGN != 0 || bits & unused != 0 {
        return None;
    }
    for (place, byte) in back.get_mut(..len)?.iter_mut().zip(bits.to_be_bytes().iter().skip(1)) {
        *place = *byte;
    }
    whole.checked_add(len)
}

fn bits(group: [u8; 4]) -> u32 {
    let [a, b, c, d] = group.map(usize::from);
    let [first, second, third, fourth] = &TABLES;
    // No index is above 255, so nothing is ever absent.
    let of = |table: &[u32; 256], index: usize| table.get(index).copied().unwrap_or(FOREIGN);
    of(first, a) | of(second, b) | of(third, c) | of(fourth, d)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn ours(text: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = vec![0; base64::decoded_len_estimate(text.len())];
        let len = decode(text, &mut buffer)?;
        buffer.truncate(len);
        Some(buffer)
    }

    fn theirs(text: &[u8]) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(text).ok()
    }

    #[test]
    fn decode_every_short_text_agrees_with_the_crate() {
        for first in 0..=255 {
            assert_eq!(ours(&[first]), theirs(&[first]));
            for second in 0..=255 {
                assert_eq!(ours(&[first, second]), theirs(&[first, second]));
                for tail in [b"A".as_slice(), b"B", b"AA", b"AE", b"-A", b"_D", b"A=", b"AAA"] {
                    let text = [&[first, second], tail].concat();
                    assert_eq!(ours(&text), theirs(&text), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn decode_foreign_byte_anywhere_refused() {
        for at in 0..198 {
            for foreign in [0, b'+', b'/', b'=', b'@', b'[', b'`', b'{', 0x7f, 0x80, 0xc1, 0xff] {
                let mut text = vec![b'A'; 198];
                text[at] = foreign;
                assert_eq!(ours(&text), None, "{at}");
            }
        }
    }

    #[test]
    fn decode_buffer_too_short_refused() {
        assert_eq!(decode(b"YWJj", &mut [0; 2]), None);
        assert_eq!(decode(b"YWI", &mut [0; 1]), None);
        assert_eq!(decode(b"YWI", &mut [0; 2]), Some(2));
        assert_eq!(decode(b"", &mut []), Some(0));
    }

    #[test]
    fn decode_every_byte_at_every_place_of_a_step_agrees_with_the_crate() {
        for at in 0..64 {
            for byte in 0..=255 {
                let mut text = *b"The-quick-brown-fox_jumps-over-the-lazy-dog_0123456789-ABCDEFGHI";
                text[at] = byte;
                assert_eq!(ours(&text), theirs(&text), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn decode_touches_nothing_behind_what_it_decodes() {
        for len in 0..300 {
            let text = vec![b'z'; len];
            let mut buffer = vec![0x55; 400];
            if let Some(decoded) = decode(&text, &mut buffer) {
                assert!(buffer[decoded..].iter().all(|byte| *byte == 0x55), "{len}");
            }
        }
    }

    proptest! {
        #[test]
        fn decode_what_was_encoded_gives_it_back(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(ours(URL_SAFE_NO_PAD.encode(&bytes).as_bytes()), Some(bytes));
        }

        #[test]
        fn decode_any_text_agrees_with_the_crate(text in "[A-Za-z0-9_+/=. -]{0,80}") {
            prop_assert_eq!(ours(text.as_bytes()), theirs(text.as_bytes()));
        }
    }
}
