//! Canonical base64url, 64 characters at a time.
//!
//! Follows RFC 4648 sections 3.5 and 5. It may only say yes to what the plain decoder says yes to, with the same bytes;
//! whatever it does not decode the plain one judges.

use core::arch::x86_64::{
    __m512i, _mm512_loadu_si512, _mm512_madd_epi16, _mm512_maddubs_epi16, _mm512_mask_loadu_epi8,
    _mm512_mask_storeu_epi8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutex2var_epi8,
    _mm512_permutexvar_epi8, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_storeu_si512, _mm512_test_epi8_mask,
};

/// Characters that are decoded at once, and the bytes they become.
const STEP: usize = 64;
const DECODED: usize = 48;

/// The value of each ASCII character, or a set top bit.
static VALUES: [[u8; 64]; 2] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut values = [[0x80; 64]; 2];
    let mut value = 0;
    while value < alphabet.len() {
        let character = alphabet[value] as usize;
        values[character / 64][character % 64] = value as u8;
        value += 1;
    }
    values
};

/// Takes bytes 2, 1 and 0 of each group of four: the groups are numbers of 24 bits, least byte first.
static PACK: [u8; 64] = {
    let mut pack = [0; 64];
    let mut at = 0;
    while at < DECODED {
        pack[at] = (at / 3 * 4 + 2 - at % 3) as u8;
        at += 1;
    }
    pack
};

/// Decodes a whole text into the front of the buffer, and returns how many bytes came out.
///
/// Returns nothing if the text is not canonical, or the room too small.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn decode(text: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let (low, high, pack) = (load(&VALUES[0]), load(&VALUES[1]), load(&PACK));
    let rest = match text.len() % 4 {
        1 => return None,
        rest => rest.saturating_sub(1),
    };
    let len = text.len() / 4 * 3 + rest;
    let (mut text, mut room) = (text, buffer.get_mut(..len)?);
    let mut seen = _mm512_setzero_si512();
    let (mut last, mut last_len) = (seen, 0);
    while !text.is_empty() {
        let (step, rest) = text.split_at(text.len().min(STEP));
        let characters = match step.first_chunk() {
            Some(step) => load(step),
            None => load_some(step, b'A'),
        };
        // The permutation looks at seven bits; the eighth is foreign, as is the mark of a character without value.
        let values = _mm512_permutex2var_epi8(low, characters, high);
        seen = _mm512_or_si512(seen, _mm512_or_si512(values, characters));
        // Pairs of 6 bits become 12, pairs of 12 become 24.
        let pairs = _mm512_maddubs_epi16(values, _mm512_set1_epi16(0x0140));
        let groups = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x0001_1000));
        last = _mm512_permutexvar_epi8(pack, groups);
        last_len = room.len().min(DECODED);
        match room.first_chunk_mut() {
            // The next step overwrites what is too much.
            Some(room) => store(room, last),
            None => store_some(&mut room[..last_len], last),
        }
        (text, room) = (rest, &mut room[last_len..]);
    }
    // Bits that encode nothing must be zero: else one value has several spellings.
    let unused = _mm512_test_epi8_mask(last, last) & first(DECODED) & !first(last_len);
    (_mm512_movepi8_mask(seen) == 0 && unused == 0).then_some(len)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: the source is a reference to 64 initialised bytes; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Loads fewer than 64 bytes, and others behind them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn load_some(bytes: &[u8], fill: u8) -> __m512i {
    let fill = _mm512_set1_epi8(fill as i8);
    // SAFETY: the mask has a bit for each byte of the slice, and no other; what it hides is not read.
    unsafe { _mm512_mask_loadu_epi8(fill, first(bytes.len()), bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(bytes: &mut [u8; 64], vector: __m512i) {
    // SAFETY: the place is a reference to 64 bytes; the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), vector) }
}

/// Stores as many of the first bytes as there is room for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn store_some(bytes: &mut [u8], vector: __m512i) {
    // SAFETY: the mask has a bit for each byte of the slice, and no other.
    unsafe { _mm512_mask_storeu_epi8(bytes.as_mut_ptr().cast(), first(bytes.len()), vector) }
}

/// A bit for each of the first `len` bytes of a vector, all of them at most.
const fn first(len: usize) -> u64 {
    if len < 64 { (1 << len) - 1 } else { !0 }
}
