//! What the processor does with 64 bytes of a token at a time, where it has the instructions.
//!
//! None of this has to do with signatures: it stands here because only this folder may hold `unsafe`, and processors with
//! AVX-512 IFMA have the instructions for bytes, too. Every function may answer `None`, and says else what the plain code says
//! that is asked then.

use super::{base64url, find};

/// Decodes canonical base64url into the front of the buffer, and returns how many bytes came out.
///
/// Returns nothing if the text is not canonical, either.
pub(crate) fn decode_base64url(text: &[u8], buffer: &mut [u8]) -> Option<usize> {
    // SAFETY: the target features are checked before the call.
    if are_available() { unsafe { base64url::decode(text, buffer) } } else { None }
}

/// Writes the places of all quotes of a text of JSON to the front of `places`, and returns how many there are.
///
/// The inner `None` stands for a backslash, a control character, or too little room: [`find::quotes`] says how much it takes.
pub(crate) fn find_quotes(text: &[u8], places: &mut [u16]) -> Option<Option<usize>> {
    // SAFETY: the target features are checked before the call.
    are_available().then(|| unsafe { find::quotes(text, places) })
}

/// Finds the two dots of a text, if it has exactly two.
pub(crate) fn find_two_dots(text: &[u8]) -> Option<[usize; 2]> {
    // SAFETY: the target features are checked before the call.
    if are_available() { unsafe { find::two_dots(text) } } else { None }
}

/// Finds the separators of a principal as [`find::separators`] does.
pub(crate) fn find_separators(text: &[u8]) -> Option<u128> {
    // SAFETY: the target features are checked before the call.
    if are_available() { unsafe { find::separators(text) } } else { None }
}

/// Takes bytes as text if all of them are ASCII.
pub(crate) fn ascii(bytes: &[u8]) -> Option<&str> {
    // SAFETY: the target features are checked before the call.
    if are_available() { unsafe { find::ascii(bytes) } } else { None }
}

/// The features that `base64url` and `find` name. The standard library asks the processor once.
fn are_available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2")
}
