//! The quotes of 64 bytes of JSON, at once.
//!
//! Follows RFC 8259 section 7. It stands here for the reasons that `base64url` gives, and says what the plain search in
//! `jose::scan` says.

use core::arch::x86_64::{_mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_set1_epi8};

use super::base64url::load;

/// Finds the quotes, a bit for each, the lowest for the first byte; nothing if a backslash or control character is there.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn find(block: &[u8; 64]) -> Option<u64> {
    let bytes = load(block);
    let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8));
    let special = is(b'\\') | _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(b' ' as i8));
    (special == 0).then_some(is(b'"'))
}
