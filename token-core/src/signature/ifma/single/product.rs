//! Squares and products of forty limbs.

use core::arch::x86_64::{
    _mm512_add_epi64, _mm512_alignr_epi64, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_permutex2var_epi64, _mm512_setr_epi64, _mm512_setzero_si512, _mm512_slli_epi64,
};

use super::vectors::{Columns, Halves, Lanes, LowerHalves, Number, Vector, broadcast, one_up};

/// A number shifted up by `8 - $lanes` limbs, in six vectors.
macro_rules! shifted {
    ($number:expr, $lanes:literal) => {{
        let [first, second, third, fourth, fifth] = *$number;
        let zero = _mm512_setzero_si512();
        [
            _mm512_alignr_epi64::<$lanes>(first, zero),
            _mm512_alignr_epi64::<$lanes>(second, first),
            _mm512_alignr_epi64::<$lanes>(third, second),
            _mm512_alignr_epi64::<$lanes>(fourth, third),
            _mm512_alignr_epi64::<$lanes>(fifth, fourth),
            _mm512_alignr_epi64::<$lanes>(zero, fifth),
        ]
    }};
}

/// Adds up[v - k] * down[v + d] for each listed vector v to sums that begin with vector `$first`.
macro_rules! products {
    ($sums:expr, from $first:literal, $up:ident, $down:ident, $($vector:literal - $k:literal + $d:literal),*) => {
        $($sums.add($vector - $first, $up[$vector - $k], $down[$vector + $d]);)*
    };
}

/// The products of a number's limbs i < j, for its square: each in lane m = (i + j) / 2.
///
/// They are the number shifted up by e limbs times the number shifted down by e (even i + j) or e + 1 (odd). No lane is
/// wasted on products that belong to another column, and nothing is broadcast. Each step meets the shifts e = r, r + 8
/// and, if it is a `$far` one, r + 16: whole vectors more.
macro_rules! meet {
    ($number:ident, $even:ident, $odd:ident, $near:ident, $far:ident) => {
        let up0 = [$number[0], $number[1], $number[2], $number[3], $number[4], _mm512_setzero_si512()];
        let up7 = shifted!($number, 1);
        $far!($odd, up0, up7);
        $near!($odd, up7, up0);
        let up1 = shifted!($number, 7);
        $near!($even, up7, up1);
        $far!($even, up1, up7);
        let up6 = shifted!($number, 2);
        $far!($odd, up1, up6);
        $near!($odd, up6, up1);
        let up2 = shifted!($number, 6);
        $near!($even, up6, up2);
        $far!($even, up2, up6);
        let up5 = shifted!($number, 3);
        $far!($odd, up2, up5);
        $near!($odd, up5, up2);
        let up3 = shifted!($number, 5);
        $near!($even, up5, up3);
        $far!($even, up3, up5);
        let up4 = shifted!($number, 4);
        $far!($odd, up3, up4);
        $near!($odd, up4, up3);
        $near!($even, up4, up4);
    };
}

/// Columns 0..48 of number^2, and what goes up from there.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn square_lower(number: &Number) -> ([Vector; 6], Vector) {
    macro_rules! near {
        ($sums:ident, $up:ident, $down:ident) => {
            products!($sums, from 0, $up, $down, 0 - 0 + 1, 1 - 0 + 1, 2 - 0 + 1, 1 - 1 + 2, 2 - 1 + 2);
        };
    }
    macro_rules! far {
        ($sums:ident, $up:ident, $down:ident) => {
            products!($sums, from 0, $up, $down, 2 - 2 + 3);
            near!($sums, $up, $down);
        };
    }
    let zero = _mm512_setzero_si512();
    // Lane m: columns 2m and 2m + 1; columns 2m + 1 and 2m + 2.
    let (mut even, mut odd) = (Halves::<3>::zero(), Halves::<3>::zero());
    products!(even, from 0, number, number, 1 - 1 + 1, 2 - 1 + 1, 2 - 2 + 2);
    meet!(number, even, odd, near, far);

    let [columns0, columns8] = columns_of_square(number[0], &even, &odd, 0, zero);
    let [columns16, columns24] = columns_of_square(number[1], &even, &odd, 1, odd.high[0]);
    let [columns32, columns40] = columns_of_square(number[2], &even, &odd, 2, odd.high[1]);
    ([columns0, columns8, columns16, columns24, columns32, columns40], odd.high[2])
}

/// Columns 48..80 of number^2, with what comes up to them.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn square_upper(number: &Number, below: Vector) -> [Vector; 4] {
    macro_rules! far {
        ($sums:ident, $up:ident, $down:ident) => {
            products!($sums.whole, from 3, $up, $down, 3 - 0 + 1, 4 - 0 + 1, 3 - 1 + 2);
        };
    }
    macro_rules! near {
        ($sums:ident, $up:ident, $down:ident) => {
            products!($sums.whole, from 3, $up, $down, 3 - 0 + 1);
            products!($sums.half, from 3, $up, $down, 4 - 0 + 1, 3 - 1 + 2);
        };
    }
    let (mut even, mut odd) = (UpperSums::zero(), UpperSums::zero());
    products!(even.whole, from 3, number, number, 3 - 1 + 1);
    meet!(number, even, odd, near, far);
    let (even, odd) = (even.whole.with(&even.half.widened()), odd.whole.with(&odd.half.widened()));

    let [columns48, columns56] = columns_of_square(number[3], &even, &odd, 0, below);
    let [columns64, columns72] = columns_of_square(number[4], &even, &odd, 1, odd.high[0]);
    [columns48, columns56, columns64, columns72]
}

/// Sums of products for vectors 3 and 4.
struct UpperSums {
    whole: Halves<2>,
    /// Those of shifts of 4 and more: the upper half of the vector in which the number ends has none.
    half: LowerHalves,
}

impl UpperSums {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn zero() -> Self {
        Self { whole: Halves::zero(), half: LowerHalves::zero() }
    }
}

/// The sixteen columns of a square that vector `at` of the sums stands for, where these are limbs of the number.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn columns_of_square<const VECTORS: usize>(
    limbs: Vector,
    even: &Halves<VECTORS>,
    odd: &Halves<VECTORS>,
    at: usize,
    below: Vector,
) -> [Vector; 2] {
    let lower = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    let upper = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    // Each product of two different limbs counts twice, the squares of the limbs once.
    let first = _mm512_slli_epi64::<1>(_mm512_add_epi64(even.low[at], one_up(odd.high[at], below)));
    let second = _mm512_slli_epi64::<1>(_mm512_add_epi64(even.high[at], odd.low[at]));
    let first = _mm512_madd52lo_epu64(first, limbs, limbs);
    let second = _mm512_madd52hi_epu64(second, limbs, limbs);
    [_mm512_permutex2var_epi64(first, lower, second), _mm512_permutex2var_epi64(first, upper, second)]
}

/// The columns of left * right.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn multiply(left: &Number, right: &Lanes) -> Columns {
    let mut sums = Halves::<10>::zero();
    macro_rules! shift {
        ($shift:literal, $shifted:expr) => {{
            let shifted = $shifted;
            for (block, limbs) in right.0.iter().enumerate() {
                let limb = broadcast(limbs[$shift]);
                for (at, left) in (block..).zip(shifted) {
                    sums.add(at, left, limb);
                }
            }
        }};
    }
    shift!(0, [left[0], left[1], left[2], left[3], left[4], _mm512_setzero_si512()]);
    shift!(1, shifted!(left, 7));
    shift!(2, shifted!(left, 6));
    shift!(3, shifted!(left, 5));
    shift!(4, shifted!(left, 4));
    shift!(5, shifted!(left, 3));
    shift!(6, shifted!(left, 2));
    shift!(7, shifted!(left, 1));
    sums.columns()
}
