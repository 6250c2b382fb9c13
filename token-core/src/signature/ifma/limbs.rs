//! Limbs in vectors: loaded, stored, transposed, and signatures cut into them, forty at once.
//!
//! Two limbs are thirteen bytes: a limb begins at a byte or in the middle of one, so each lane takes the eight bytes that
//! hold its limb, least byte first, and shifts them by nothing or by four bits.

use core::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_loadu_si512, _mm512_maskz_permutexvar_epi8, _mm512_set1_epi64,
    _mm512_setr_epi64, _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_srlv_epi64, _mm512_storeu_si512,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

use super::{base64url, big::LIMB_MASK};

/// Bytes of eight limbs.
const STRIDE: usize = 52;
/// Bytes that are loaded for them.
const WINDOW: usize = 64;

/// Which byte of the window goes to which byte of the vector. Those that the mask leaves out are zero.
struct Places {
    bytes: [u8; WINDOW],
    mask: u64,
}

impl Places {
    /// For a window whose byte `last` is the one in which the first limb begins.
    const fn new(last: usize) -> Self {
        let (mut bytes, mut mask) = ([0; WINDOW], 0);
        let mut at = 0;
        while at < WINDOW {
            // Lane l begins 6.5 * l bytes above the first limb.
            let above = at / 8 * 13 / 2 + at % 8;
            if above <= last {
                bytes[at] = (last - above) as u8;
                mask |= 1 << at;
            }
            at += 1;
        }
        Self { bytes, mask }
    }
}

/// The limbs of a number of 256 bytes, big-endian; the top limbs are zero.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn from_bytes(bytes: &[u8; 256]) -> [__m512i; 5] {
    /// The window of all vectors but the last ends with the byte in which the first limb begins.
    static INSIDE: Places = Places::new(WINDOW - 1);
    /// That of the last one begins with the number.
    static TOP: Places = Places::new(256 - 4 * STRIDE - 1);
    let window = |end: usize, places: &Places| {
        // There always is one.
        let Some(window) = bytes[..end].last_chunk() else { return _mm512_setzero_si512() };
        let lanes = _mm512_maskz_permutexvar_epi8(
            places.mask,
            base64url::load(&places.bytes),
            base64url::load(window),
        );
        let shifted = _mm512_srlv_epi64(lanes, _mm512_setr_epi64(0, 4, 0, 4, 0, 4, 0, 4));
        _mm512_and_si512(shifted, _mm512_set1_epi64(LIMB_MASK.cast_signed()))
    };
    [
        window(256, &INSIDE),
        window(256 - STRIDE, &INSIDE),
        window(256 - 2 * STRIDE, &INSIDE),
        window(256 - 3 * STRIDE, &INSIDE),
        window(WINDOW, &TOP),
    ]
}

/// Lane r of vector c becomes lane c of vector r.
#[target_feature(enable = "avx512f")]
pub(super) fn transpose(rows: [__m512i; 8]) -> [__m512i; 8] {
    let [a, b, c, d, e, f, g, h] = rows;
    // Lane 2 i of each pair of rows, and lane 2 i + 1.
    let even = [(a, b), (c, d), (e, f), (g, h)].map(|(left, right)| _mm512_unpacklo_epi64(left, right));
    let odd = [(a, b), (c, d), (e, f), (g, h)].map(|(left, right)| _mm512_unpackhi_epi64(left, right));
    let [even0, even1, even2, even3] = quarters(even);
    let [odd0, odd1, odd2, odd3] = quarters(odd);
    [even0, odd0, even1, odd1, even2, odd2, even3, odd3]
}

/// Quarter r of vector c becomes quarter c of vector r.
#[inline]
#[target_feature(enable = "avx512f")]
fn quarters([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    const LOWER: i32 = 0b01_00_01_00;
    const UPPER: i32 = 0b11_10_11_10;
    const EVEN: i32 = 0b10_00_10_00;
    const ODD: i32 = 0b11_01_11_01;
    let (low, high) = (_mm512_shuffle_i64x2::<LOWER>(a, b), _mm512_shuffle_i64x2::<UPPER>(a, b));
    let (low_after, high_after) = (_mm512_shuffle_i64x2::<LOWER>(c, d), _mm512_shuffle_i64x2::<UPPER>(c, d));
    [
        _mm512_shuffle_i64x2::<EVEN>(low, low_after),
        _mm512_shuffle_i64x2::<ODD>(low, low_after),
        _mm512_shuffle_i64x2::<EVEN>(high, high_after),
        _mm512_shuffle_i64x2::<ODD>(high, high_after),
    ]
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load(limbs: &[u64; 8]) -> __m512i {
    // SAFETY: the source is a reference to 64 initialised bytes; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(limbs.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store(limbs: &mut [u64; 8], vector: __m512i) {
    // SAFETY: the destination is a unique reference to 64 bytes; the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(limbs.as_mut_ptr().cast(), vector) }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            big::limbs_from_bytes,
            cases::{Random, supported},
        },
        __m512i, from_bytes, store, transpose,
    };

    fn lanes<const N: usize>(vectors: [__m512i; N]) -> [[u64; 8]; N] {
        vectors.map(|vector| {
            let mut lanes = [0; 8];
            // SAFETY: the caller made sure of the processor.
            unsafe { store(&mut lanes, vector) }
            lanes
        })
    }

    #[test]
    fn from_bytes_any_number_is_cut_as_by_plain_arithmetic() {
        if !supported() {
            return;
        }
        let mut random = Random(31);
        let ends = [[0; 256], [0xff; 256], core::array::from_fn(|at| at as u8)];
        let some = core::iter::repeat_with(|| core::array::from_fn(|_| random.next() as u8));
        for bytes in ends.into_iter().chain(some.take(100)) {
            // SAFETY: `supported` checked the target features.
            let limbs = lanes(unsafe { from_bytes(&bytes) });
            assert_eq!(limbs.as_flattened(), limbs_from_bytes(&bytes));
        }
    }

    #[test]
    fn transpose_each_lane_changes_place_with_its_vector() {
        if !supported() {
            return;
        }
        let rows: [[u64; 8]; 8] =
            core::array::from_fn(|row| core::array::from_fn(|lane| (8 * row + lane) as u64));
        // SAFETY: as above; a vector is eight lanes.
        let columns = lanes(unsafe { transpose(core::mem::transmute::<[[u64; 8]; 8], [__m512i; 8]>(rows)) });
        for (row, lanes) in rows.iter().enumerate() {
            for (lane, number) in lanes.iter().enumerate() {
                assert_eq!(columns[lane][row], *number);
            }
        }
    }
}
