//! Base64 as XML writes it: the standard alphabet, padded, with white space anywhere.
//!
//! Follows XML Schema part 2 section 3.2.16 and RFC 4648 section 4. Loose trailing bits are refused: one value has one
//! spelling but for white space.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Decodes a value; nothing where it is not base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    if text.bytes().any(|byte| is_space(&byte)) {
        let packed: Vec<u8> = text.bytes().filter(|byte| !is_space(byte)).collect();
        return BASE64_STANDARD.decode(packed).ok();
    }
    BASE64_STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_with_white_space_decoded() {
        assert_eq!(decode("AQ ID\r\n\tBA=="), Some(vec![1, 2, 3, 4]));
        assert_eq!(decode(""), Some(vec![]));
    }

    #[test]
    fn base64_of_other_alphabets_or_loose_bits_refused() {
        for text in ["AQI", "AQ-D", "AR==", "AQ==x", "AQ==\u{a0}"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
