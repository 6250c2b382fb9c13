//! Montgomery's reduction, of forty limbs at once; its bounds are in the documentation of the module `ifma`.

use core::arch::x86_64::{
    _mm256_madd52hi_epu64, _mm256_madd52lo_epu64, _mm256_setzero_si256, _mm512_add_epi64, _mm512_and_si512,
    _mm512_castsi512_si256, _mm512_cmpgt_epu64_mask, _mm512_inserti64x4, _mm512_madd52hi_epu64,
    _mm512_madd52lo_epu64, _mm512_maskz_mov_epi64, _mm512_or_si512, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_srli_epi64, _mm512_zextsi256_si512,
};

use super::{
    super::{big::LIMB_MASK, limbs::load},
    Key,
    vectors::{HalfVector, Halves, Lanes, Number, Shifted, Vector, broadcast_from, one_up, sum_in_lane0},
};

/// The body for each of the eight shifts in turn: a loop over them would keep sums that depend on the shift in memory.
macro_rules! each_shift {
    ($shift:ident, $body:block) => {
        each_shift!($shift, $body, 0 1 2 3 4 5 6 7)
    };
    ($shift:ident, $body:block, $($value:literal)*) => {
        $({
            const $shift: usize = $value;
            $body
        })*
    };
}

/// Columns 0..40 of a T: T mod R, normalised, and what they carry out.
pub(super) struct Lower {
    limbs: Lanes,
    top: Vector,
    carry: Vector,
}

impl Lower {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    pub(super) fn of(columns: [Vector; 5]) -> Self {
        let (limbs, carry) = normalise(columns);
        Self { limbs: Lanes::of(&limbs), top: limbs[4], carry }
    }
}

/// (T + q * n) / R for a T and the q below R that makes the division exact; normalised.
///
/// q comes in two parts, so that the one is carried and stored while the other is computed.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn reduce(key: &Key, lower: &Lower, upper: [Vector; 5]) -> Number {
    // q = (T mod R) * -n^-1 mod R
    let sums = low_product::<0, 3>(&lower.limbs, &key.negated_inverse);
    let (quotient, above) = normalise(sums.columns());
    let above = _mm512_add_epi64(above, sums.above());
    let first = Lanes::of(&quotient);
    let mut columns = low_product::<3, 2>(&lower.limbs, &key.negated_inverse).columns();
    columns[0] = _mm512_add_epi64(columns[0], above);
    let (quotient, _) = normalise(columns);
    let second = Lanes::of(&quotient);

    // T / R + q * n / R
    let mut sums = [Halves::onto(upper), Halves::zero()];
    add_high_product::<0, 3>(&mut sums, &first, &key.modulus_high);
    let column40 = carry_into_column40(key, lower, first.0.iter().chain(&second.0));
    add_high_product::<3, 2>(&mut sums, &second, &key.modulus_high);
    let mut columns = sums[0].with(&sums[1]).columns();
    columns[0] = _mm512_add_epi64(columns[0], column40);
    normalise(columns).0
}

/// Vectors `FIRST..FIRST + VECTORS` of the lower 40 columns of a product, without what comes up from those before.
///
/// Odd and even shifts have sums of their own: a processor that starts two multiplications per cycle would wait for one.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn low_product<const FIRST: usize, const VECTORS: usize>(
    left: &Lanes,
    right: &Shifted<8, 5>,
) -> Halves<VECTORS> {
    let zero = _mm512_setzero_si512();
    let mut sums = [Halves::zero(), Halves::zero()];
    for block in FIRST..FIRST + VECTORS {
        // Of the vector in which they begin, limbs 4 to 7 of a block reach the upper half alone: lanes that a shift by
        // four less has in the lower half.
        let rows = [&right.0[0][0], &right.0[1][0], &right.0[2][0], &right.0[3][0]];
        let (low, high) = half_products(rows, &left.0[block][4..]);
        sums[1].low[block - FIRST] = _mm512_inserti64x4::<1>(zero, low);
        sums[1].high[block - FIRST] = _mm512_inserti64x4::<1>(zero, high);
    }
    each_shift!(SHIFT, {
        for block in 0..FIRST + VECTORS {
            let limb = broadcast_from(&left.0[block][SHIFT]);
            for at in FIRST.max(block + SHIFT / 4)..FIRST + VECTORS {
                let right = load(&right.0[SHIFT][at - block]);
                sums[SHIFT % 2].add_in_order(at - FIRST, right, limb);
            }
        }
    });
    sums[0].with(&sums[1])
}

/// Adds the products of blocks `FIRST..FIRST + BLOCKS` of a number, as far as they reach columns 40 to 79; shifts as above.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn add_high_product<const FIRST: usize, const BLOCKS: usize>(
    sums: &mut [Halves<5>; 2],
    left: &Lanes<BLOCKS>,
    right: &Shifted<8, 5>,
) {
    for (block, left) in (FIRST..).zip(&left.0) {
        // Of the vector in which they end, limbs 1 to 4 of a block reach the lower half alone, limb 0 nothing.
        let rows = [&right.0[1][4], &right.0[2][4], &right.0[3][4], &right.0[4][4]];
        let (low, high) = half_products(rows, &left[1..5]);
        sums[1].low[block] = _mm512_zextsi256_si512(low);
        sums[1].high[block] = _mm512_zextsi256_si512(high);
    }
    each_shift!(SHIFT, {
        for (block, left) in (FIRST..).zip(&left.0) {
            let limb = broadcast_from(&left[SHIFT]);
            // Vector 5 - block + at of the shifted number meets column 40 + 8 * at.
            for at in 0..block + SHIFT.saturating_sub(1) / 4 {
                let right = load(&right.0[SHIFT][4 - block + at]);
                sums[SHIFT % 2].add_in_order(at, right, limb);
            }
        }
    });
}

/// The lower and the upper halves of what the lower half of each row and its limb have for products, in sum: at half
/// the cost of whole vectors, where a processor multiplies 256 bits at a time.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn half_products(rows: [&[u64; 8]; 4], limbs: &[u64]) -> (HalfVector, HalfVector) {
    let (mut low, mut high) = (_mm256_setzero_si256(), _mm256_setzero_si256());
    for (row, limb) in rows.into_iter().zip(limbs) {
        let row = _mm512_castsi512_si256(load(row));
        let limb = _mm512_castsi512_si256(broadcast_from(limb));
        low = _mm256_madd52lo_epu64(low, row, limb);
        high = _mm256_madd52hi_epu64(high, row, limb);
    }
    (low, high)
}

/// What columns 0..40 of T + q * n carry into column 40, in lane 0, with what T mod R carried there.
///
/// They are a multiple of R, and those below 39 hold less than 2^7 times the weight of column 39: what is carried out is
/// column 39, rounded up to whole limbs.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn carry_into_column40<'q>(key: &Key, lower: &Lower, quotient: impl Iterator<Item = &'q [u64; 8]>) -> Vector {
    let mask = _mm512_set1_epi64(LIMB_MASK.cast_signed());
    let mut column39 = _mm512_maskz_mov_epi64(0x80, _mm512_add_epi64(lower.top, mask));
    let (mut from38, mut column40) = (_mm512_setzero_si512(), lower.carry);
    for (at, quotient) in quotient.enumerate() {
        let (quotient, modulus) = (load(quotient), load(&key.modulus_reversed.0[at]));
        column39 = _mm512_madd52lo_epu64(column39, quotient, modulus);
        column40 = _mm512_madd52hi_epu64(column40, quotient, modulus);
        from38 = _mm512_madd52hi_epu64(from38, quotient, load(&key.modulus_reversed_below.0[at]));
    }
    let column39 = sum_in_lane0(_mm512_add_epi64(column39, from38));
    let column40 = _mm512_add_epi64(_mm512_srli_epi64::<52>(column39), sum_in_lane0(column40));
    _mm512_maskz_mov_epi64(1, column40)
}

/// Carries until every limb has 52 bits; the second part holds, in lane 0, what left the top limb.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn normalise<const VECTORS: usize>(mut sums: [Vector; VECTORS]) -> ([Vector; VECTORS], Vector) {
    let zero = _mm512_setzero_si512();
    let mask = _mm512_set1_epi64(LIMB_MASK.cast_signed());
    let mut carried_out = zero;
    loop {
        let mut below = zero;
        let mut all = zero;
        for sum in &mut sums {
            let carry = _mm512_srli_epi64::<52>(*sum);
            *sum = _mm512_add_epi64(_mm512_and_si512(*sum, mask), one_up(carry, below));
            all = _mm512_or_si512(all, *sum);
            below = carry;
        }
        carried_out = _mm512_add_epi64(carried_out, one_up(zero, below));
        // One round leaves a carry in one of 2^44 cases: a branch that is predicted, and out of the critical path.
        if _mm512_cmpgt_epu64_mask(all, mask) == 0 {
            return (sums, carried_out);
        }
    }
}
