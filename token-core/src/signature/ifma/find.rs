//! Quotes, dots, separators and bytes outside ASCII: what is to be found in a token, 64 bytes at a time.
//!
//! Follows RFC 8259 section 7 and RFC 7515 section 3.1. It says what the plain searches in `jose::scan`, `jose::compact` and
//! `s2s::principal` say, and the standard library of text.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_castsi512_si256, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask,
    _mm512_cvtepu8_epi16, _mm512_extracti64x4_epi64, _mm512_maskz_compress_epi8, _mm512_movepi8_mask,
    _mm512_or_si512, _mm512_permutex2var_epi8, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_storeu_si512,
    _mm512_test_epi8_mask,
};

use super::base64url::{load, load_some};

/// Bytes that are looked at together.
const STEP: usize = 64;

/// The numbers of the bytes of a step.
static NUMBERS: [u8; STEP] = {
    let mut numbers = [0; STEP];
    let mut at = 0;
    while at < STEP {
        numbers[at] = at as u8;
        at += 1;
    }
    numbers
};

/// Writes the places of all quotes to the front of `places`, and returns how many there are.
///
/// Returns nothing if a backslash or control character is there, or less room than for all quotes and 64 more.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
pub(super) fn quotes(text: &[u8], places: &mut [u16]) -> Option<usize> {
    u16::try_from(text.len()).ok()?;
    let numbers = load(&NUMBERS);
    let (mut start, mut found, mut special) = (0_u16, 0, 0);
    for step in text.chunks(STEP) {
        let bytes = load_step(step, b' ');
        let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8));
        special |= is(b'\\') | _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(b' ' as i8));
        let quotes = is(b'"');
        let count = quotes.count_ones() as usize;
        let (low, high) = places.get_mut(found..)?.first_chunk_mut::<STEP>()?.split_at_mut(HALF);
        let (low, high) = (low.first_chunk_mut()?, high.first_chunk_mut()?);
        let numbers = _mm512_maskz_compress_epi8(quotes, numbers);
        let widened = |half| _mm512_add_epi16(_mm512_cvtepu8_epi16(half), _mm512_set1_epi16(start as i16));
        store(low, widened(_mm512_castsi512_si256(numbers)));
        if count > HALF {
            store(high, widened(_mm512_extracti64x4_epi64::<1>(numbers)));
        }
        found += count;
        start = start.wrapping_add(STEP as u16);
    }
    (special == 0).then_some(found)
}

/// Numbers of 16 bits in a vector.
const HALF: usize = STEP / 2;

#[inline]
#[target_feature(enable = "avx512f")]
fn store(places: &mut [u16; HALF], numbers: __m512i) {
    // SAFETY: the place is a reference to 64 bytes; the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(places.as_mut_ptr().cast(), numbers) }
}

/// Finds the two dots of a text, if it has exactly two.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn two_dots(text: &[u8]) -> Option<[usize; 2]> {
    let mut places = [0; 2];
    let mut room = places.iter_mut();
    for (number, step) in text.chunks(STEP).enumerate() {
        let mut dots = _mm512_cmpeq_epi8_mask(load_step(step, b' '), _mm512_set1_epi8(b'.' as i8));
        while dots != 0 {
            *room.next()? = number * STEP + dots.trailing_zeros() as usize;
            dots &= dots - 1;
        }
    }
    room.next().is_none().then_some(places)
}

/// Takes bytes as text if all of them are ASCII.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn ascii(bytes: &[u8]) -> Option<&str> {
    let beyond = bytes.chunks(STEP).fold(0, |found, step| found | _mm512_movepi8_mask(load_step(step, b' ')));
    // SAFETY: no byte has its top bit set, and what is ASCII is UTF-8.
    (beyond == 0).then(|| unsafe { str::from_utf8_unchecked(bytes) })
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_step(step: &[u8], fill: u8) -> __m512i {
    match step.first_chunk() {
        Some(step) => load(step),
        None => load_some(step, fill),
    }
}

/// For each ASCII character: nothing for what names, hosts and realms are made of, `SEPARATES` or `FOREIGN`.
static CLASSES: [[u8; STEP]; 2] = {
    let mut classes = [[0; STEP]; 2];
    let mut character = 0;
    while character < 2 * STEP {
        let byte = character as u8;
        classes[character / STEP][character % STEP] = match byte {
            b'@' | b'/' | b':' => SEPARATES,
            b'-' | b'.' | b'_' => 0,
            _ if byte.is_ascii_alphanumeric() => 0,
            _ => FOREIGN,
        };
        character += 1;
    }
    classes
};
const SEPARATES: u8 = 1;
const FOREIGN: u8 = 0x80;

/// Finds the separators of a principal: a bit for each byte, the lowest for the first.
///
/// Returns nothing if there is anything in the text that a principal has not, or more than 128 bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn separators(text: &[u8]) -> Option<u128> {
    let (low, high) = (load(&CLASSES[0]), load(&CLASSES[1]));
    let mut steps = text.chunks(STEP);
    let mut foreign = 0;
    let mut next = || {
        let bytes = load_step(steps.next().unwrap_or_default(), b'-');
        let classes = _mm512_permutex2var_epi8(low, bytes, high);
        // The permutation looks at seven bits; the eighth is foreign, too.
        foreign |= _mm512_movepi8_mask(_mm512_or_si512(classes, bytes));
        u128::from(_mm512_test_epi8_mask(classes, _mm512_set1_epi8(SEPARATES as i8)))
    };
    let found = next() | next() << STEP;
    (foreign == 0 && steps.next().is_none()).then_some(found)
}
