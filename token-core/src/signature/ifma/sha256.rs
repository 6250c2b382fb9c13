//! SHA-256 with the SHA extensions, one message or four side by side.
//!
//! Follows FIPS 180-4, 5.1.1, 5.3.3 and 6.2. A round waits four cycles for the round before; four messages fill the gap.
//! Of AVX-512 it takes the sixteen registers more: with sixteen in all, four messages would go through memory.

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_loadu_si128, _mm_set_epi32,
    _mm_set_epi64x, _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32,
    _mm_shuffle_epi8, _mm_shuffle_epi32,
};

/// The constants K of FIPS 180-4, 4.2.2: four rounds in a row.
const ROUNDS: [[u32; 4]; 16] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
    [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
    [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
    [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
    [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
    [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
    [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
    [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
    [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
    [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
    [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
    [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
    [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];

/// Bytes of a block.
const BLOCK: usize = 64;

/// The digests of N messages.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1,avx,avx512f,avx512vl")]
pub(super) fn digest<const N: usize>(messages: [&[u8]; N]) -> [[u8; 32]; N] {
    let mut ends = [[[0; BLOCK]; 2]; N];
    for (end, message) in ends.iter_mut().zip(messages) {
        write_end(end, message);
    }
    let messages: [_; N] = core::array::from_fn(|at| Message::new(messages[at], &ends[at]));
    let mut states = [State::initial(); N];
    // Side by side as long as all have blocks, then each by itself.
    let common = messages.iter().map(Message::blocks).min().unwrap_or(0);
    for at in 0..common {
        compress(&mut states, core::array::from_fn(|message| messages[message].block(at)));
    }
    for (state, message) in states.iter_mut().zip(&messages) {
        for at in common..message.blocks() {
            compress(core::array::from_mut(state), [message.block(at)]);
        }
    }
    states.map(|state| state.to_bytes())
}

/// Writes the rest of a message, the padding and the length to the first, or to both, of the two last blocks.
fn write_end(end: &mut [[u8; BLOCK]; 2], message: &[u8]) {
    let (_, rest) = message.as_chunks::<BLOCK>();
    end[0][..rest.len()].copy_from_slice(rest);
    end[0][rest.len()] = 0x80;
    end[ends(rest) - 1][BLOCK - 8..].copy_from_slice(&(8 * message.len() as u64).to_be_bytes());
}

/// How many blocks take the rest of a message with a padding of one bit, spelt as a byte, and eight bytes of length.
const fn ends(rest: &[u8]) -> usize {
    if rest.len() + 9 <= BLOCK { 1 } else { 2 }
}

/// A message in blocks: those it fills, and those that were written for its end.
struct Message<'m> {
    full: &'m [[u8; BLOCK]],
    end: &'m [[u8; BLOCK]],
}

impl<'m> Message<'m> {
    fn new(message: &'m [u8], end: &'m [[u8; BLOCK]; 2]) -> Self {
        let (full, rest) = message.as_chunks();
        Self { full, end: &end[..ends(rest)] }
    }

    fn blocks(&self) -> usize {
        self.full.len() + self.end.len()
    }

    fn block(&self, at: usize) -> &[u8; BLOCK] {
        self.full.get(at).unwrap_or_else(|| &self.end[at - self.full.len()])
    }
}

/// The eight working variables as the round instruction holds them, highest lane first: (a, b, e, f) and (c, d, g, h).
#[derive(Clone, Copy)]
struct State {
    abef: __m128i,
    cdgh: __m128i,
}

impl State {
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1,avx,avx512f,avx512vl")]
    fn initial() -> Self {
        let word = u32::cast_signed;
        Self {
            abef: _mm_set_epi32(word(0x6a09_e667), word(0xbb67_ae85), word(0x510e_527f), word(0x9b05_688c)),
            cdgh: _mm_set_epi32(word(0x3c6e_f372), word(0xa54f_f53a), word(0x1f83_d9ab), word(0x5be0_cd19)),
        }
    }

    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1,avx,avx512f,avx512vl")]
    fn to_bytes(self) -> [u8; 32] {
        let words = [
            _mm_extract_epi32::<3>(self.abef),
            _mm_extract_epi32::<2>(self.abef),
            _mm_extract_epi32::<3>(self.cdgh),
            _mm_extract_epi32::<2>(self.cdgh),
            _mm_extract_epi32::<1>(self.abef),
            _mm_extract_epi32::<0>(self.abef),
            _mm_extract_epi32::<1>(self.cdgh),
            _mm_extract_epi32::<0>(self.cdgh),
        ];
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *bytes = word.to_be_bytes();
        }
        bytes
    }
}

/// Takes one block into each state.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1,avx,avx512f,avx512vl")]
fn compress<const N: usize>(states: &mut [State; N], blocks: [&[u8; BLOCK]; N]) {
    let big_endian = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let before = *states;
    // The last sixteen words of the message schedule.
    let mut schedule = [[_mm_setzero_si128(); 4]; N];
    macro_rules! four_rounds {
        ($($at:literal)*) => {$(
            for ((state, words), block) in states.iter_mut().zip(&mut schedule).zip(blocks) {
                words[$at % 4] = if $at < 4 {
                    _mm_shuffle_epi8(load(&block.as_chunks().0[$at % 4]), big_endian)
                } else {
                    let newest = words[($at + 3) % 4];
                    let sum = _mm_sha256msg1_epu32(words[$at % 4], words[($at + 1) % 4]);
                    let sum = _mm_add_epi32(sum, _mm_alignr_epi8::<4>(newest, words[($at + 2) % 4]));
                    _mm_sha256msg2_epu32(sum, newest)
                };
                let [first, second, third, fourth] = ROUNDS[$at].map(u32::cast_signed);
                let keyed = _mm_add_epi32(words[$at % 4], _mm_set_epi32(fourth, third, second, first));
                state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, keyed);
                state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32::<0x0e>(keyed));
            }
        )*};
    }
    four_rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for (state, before) in states.iter_mut().zip(before) {
        state.abef = _mm_add_epi32(state.abef, before.abef);
        state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
    }
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1,avx,avx512f,avx512vl")]
fn load(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the source is a reference to 16 initialised bytes; the instruction asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}
