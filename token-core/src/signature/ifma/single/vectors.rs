//! Numbers and sums of products in vectors, and what moves them.

use core::arch::{
    asm,
    x86_64::{
        __m256i, __m512i, _mm256_madd52hi_epu64, _mm256_madd52lo_epu64, _mm256_setzero_si256,
        _mm512_add_epi64, _mm512_alignr_epi64, _mm512_castsi512_si256, _mm512_madd52hi_epu64,
        _mm512_madd52lo_epu64, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_shuffle_i64x2,
        _mm512_unpackhi_epi64, _mm512_zextsi256_si512,
    },
};

use super::super::{big::Limbs, limbs::store};

/// Eight limbs.
pub(super) type Vector = __m512i;
/// Four limbs.
pub(super) type HalfVector = __m256i;
/// Limbs 0..40, of 52 bits each when the number is normalised.
pub(super) type Number = [Vector; 5];
/// Columns 0..80 of a product: sums of 64 bits, column c with the weight 2^(52 c).
pub(super) type Columns = [Vector; 10];

/// Lane l of `[s][v]` is limb `8 v + l - s`: a number that is shifted up by s limbs, for every s below `SHIFTS`.
#[repr(C, align(64))]
pub(super) struct Shifted<const SHIFTS: usize, const VECTORS: usize>(
    pub(super) [[[u64; 8]; VECTORS]; SHIFTS],
);

impl<const SHIFTS: usize, const VECTORS: usize> Shifted<SHIFTS, VECTORS> {
    /// Lays out the vectors from `first` on.
    pub(super) fn new(limbs: &Limbs, first: usize) -> Self {
        let limb = |at: usize, shift: usize| {
            at.checked_sub(shift).and_then(|at| limbs.get(at)).copied().unwrap_or(0)
        };
        Self(core::array::from_fn(|shift| {
            core::array::from_fn(|vector| {
                core::array::from_fn(|lane| limb(8 * (first + vector) + lane, shift))
            })
        }))
    }
}

/// Limbs in memory, eight to a vector.
#[repr(C, align(64))]
pub(super) struct Lanes<const VECTORS: usize = 5>(pub(super) [[u64; 8]; VECTORS]);

impl Lanes {
    pub(super) fn new(limbs: &Limbs) -> Self {
        Self(core::array::from_fn(|vector| core::array::from_fn(|lane| limbs[8 * vector + lane])))
    }
}

impl<const VECTORS: usize> Lanes<VECTORS> {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn of(vectors: &[Vector; VECTORS]) -> Self {
        let mut lanes = Self([[0; 8]; VECTORS]);
        for (lanes, vector) in lanes.0.iter_mut().zip(vectors) {
            store(lanes, *vector);
        }
        lanes
    }
}

/// Sums of products: of their lower halves, which belong to the columns of the lanes, and of their upper halves, which
/// belong one column up.
#[derive(Clone, Copy)]
pub(super) struct Halves<const VECTORS: usize> {
    pub(super) low: [Vector; VECTORS],
    pub(super) high: [Vector; VECTORS],
}

impl<const VECTORS: usize> Halves<VECTORS> {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn zero() -> Self {
        Self::onto([_mm512_setzero_si512(); VECTORS])
    }

    /// No products yet, to be added to these columns.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn onto(low: [Vector; VECTORS]) -> Self {
        Self { low, high: [_mm512_setzero_si512(); VECTORS] }
    }

    /// Adds the products of the lanes to vector `at`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn add(&mut self, at: usize, left: Vector, right: Vector) {
        self.low[at] = _mm512_madd52lo_epu64(self.low[at], left, right);
        self.high[at] = _mm512_madd52hi_epu64(self.high[at], left, right);
    }

    /// The same, and keeps the order in which it is called: a compiler that orders the multiplications by itself runs
    /// out of registers.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn add_in_order(&mut self, at: usize, left: Vector, right: Vector) {
        // SAFETY: computes with registers alone, and writes no flags.
        unsafe {
            asm!(
                "vpmadd52luq {low}, {left}, {right}",
                "vpmadd52huq {high}, {left}, {right}",
                low = inout(zmm_reg) self.low[at],
                high = inout(zmm_reg) self.high[at],
                left = in(zmm_reg) left,
                right = in(zmm_reg) right,
                options(nomem, nostack, preserves_flags),
            );
        }
    }

    /// The upper halves of the last lane, which belong to the first column after these.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn above(&self) -> Vector {
        one_up(_mm512_setzero_si512(), self.high[VECTORS - 1])
    }

    /// The columns; what is above the last lane is dropped.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn columns(self) -> [Vector; VECTORS] {
        let mut columns = self.low;
        let mut below = _mm512_setzero_si512();
        for (column, high) in columns.iter_mut().zip(self.high) {
            *column = _mm512_add_epi64(*column, one_up(high, below));
            below = high;
        }
        columns
    }

    /// The sums of both.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn with(mut self, other: &Self) -> Self {
        for at in 0..VECTORS {
            self.low[at] = _mm512_add_epi64(self.low[at], other.low[at]);
            self.high[at] = _mm512_add_epi64(self.high[at], other.high[at]);
        }
        self
    }
}

/// As `Halves`, of the lower halves of two vectors: at half the cost, where a processor multiplies 256 bits at a time.
pub(super) struct LowerHalves {
    low: [HalfVector; 2],
    high: [HalfVector; 2],
}

impl LowerHalves {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn zero() -> Self {
        Self { low: [_mm256_setzero_si256(); 2], high: [_mm256_setzero_si256(); 2] }
    }

    /// Adds the products of the lower four lanes to vector `at`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn add(&mut self, at: usize, left: Vector, right: Vector) {
        let (left, right) = (_mm512_castsi512_si256(left), _mm512_castsi512_si256(right));
        self.low[at] = _mm256_madd52lo_epu64(self.low[at], left, right);
        self.high[at] = _mm256_madd52hi_epu64(self.high[at], left, right);
    }

    /// The same sums, and none in the upper lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn widened(self) -> Halves<2> {
        let [low0, low1] = self.low;
        let [high0, high1] = self.high;
        Halves {
            low: [_mm512_zextsi256_si512(low0), _mm512_zextsi256_si512(low1)],
            high: [_mm512_zextsi256_si512(high0), _mm512_zextsi256_si512(high1)],
        }
    }
}

/// Moves every lane one up; the top lane of `below` comes in.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn one_up(vector: Vector, below: Vector) -> Vector {
    _mm512_alignr_epi64::<7>(vector, below)
}

/// The sum of all lanes, in lane 0.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn sum_in_lane0(vector: Vector) -> Vector {
    let halves = _mm512_add_epi64(vector, _mm512_shuffle_i64x2::<0b01_00_11_10>(vector, vector));
    let quarters = _mm512_add_epi64(halves, _mm512_shuffle_i64x2::<0b10_11_00_01>(halves, halves));
    _mm512_add_epi64(quarters, _mm512_unpackhi_epi64(quarters, quarters))
}

/// A limb in every lane, out of memory: a compiler that sees the vector which the limb was stored from would move it
/// about with the units that multiply.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn broadcast_from(limb: &u64) -> Vector {
    let lanes;
    // SAFETY: reads the eight bytes of a reference. Writes no memory and no flags.
    unsafe {
        asm!(
            "vpbroadcastq {lanes}, qword ptr [{limb}]",
            lanes = lateout(zmm_reg) lanes,
            limb = in(reg) limb,
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    lanes
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn broadcast(limb: u64) -> Vector {
    _mm512_set1_epi64(limb.cast_signed())
}
