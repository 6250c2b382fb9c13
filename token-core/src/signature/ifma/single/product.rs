//! Squares and products of forty limbs.

use core::arch::x86_64::{
    _mm512_add_epi64, _mm512_alignr_epi64, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_permutex2var_epi64, _mm512_setr_epi64, _mm512_setzero_si512, _mm512_slli_epi64,
};

use super::vectors::{Columns, Halves, Lanes, Number, broadcast, one_up};

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

/// The columns of number^2.
///
/// Limbs i < j are multiplied in lane (i + j) / 2: the number shifted up by e limbs times the number shifted down by e
/// (even i + j) or e + 1 (odd). No lane is wasted on products that belong to another column, and nothing is broadcast.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn square(number: &Number) -> Columns {
    let zero = _mm512_setzero_si512();
    // Lane m: columns 2m and 2m + 1; columns 2m + 1 and 2m + 2.
    let (mut even, mut odd) = (Halves::<5>::zero(), Halves::<5>::zero());

    // Adds up[v - k] * down[v + d] to each listed vector v.
    macro_rules! products {
        ($sums:ident, $up:ident, $down:ident, $($vector:literal - $k:literal + $d:literal),*) => {
            $($sums.add($vector, $up[$vector - $k], $down[$vector + $d]);)*
        };
    }
    // Shifts by r and r + 8 of `up` against those of `down`, as far as they meet.
    macro_rules! near {
        ($sums:ident, $up:ident, $down:ident) => {
            products!($sums, $up, $down, 0 - 0 + 1, 1 - 0 + 1, 2 - 0 + 1, 3 - 0 + 1, 4 - 0 + 1);
            products!($sums, $up, $down, 1 - 1 + 2, 2 - 1 + 2, 3 - 1 + 2);
        };
    }
    // The same and r + 16.
    macro_rules! far {
        ($sums:ident, $up:ident, $down:ident) => {
            products!($sums, $up, $down, 2 - 2 + 3);
            near!($sums, $up, $down);
        };
    }

    let up0 = [number[0], number[1], number[2], number[3], number[4], zero];
    let up7 = shifted!(number, 1);
    products!(even, up0, up0, 1 - 1 + 1, 2 - 1 + 1, 3 - 1 + 1, 2 - 2 + 2);
    far!(odd, up0, up7);
    products!(odd, up7, up0, 0 - 0 + 1, 1 - 0 + 1, 2 - 0 + 1, 3 - 0 + 1, 1 - 1 + 2, 2 - 1 + 2);
    let up1 = shifted!(number, 7);
    near!(even, up7, up1);
    far!(even, up1, up7);
    let up6 = shifted!(number, 2);
    far!(odd, up1, up6);
    near!(odd, up6, up1);
    let up2 = shifted!(number, 6);
    near!(even, up6, up2);
    far!(even, up2, up6);
    let up5 = shifted!(number, 3);
    far!(odd, up2, up5);
    near!(odd, up5, up2);
    let up3 = shifted!(number, 5);
    near!(even, up5, up3);
    far!(even, up3, up5);
    let up4 = shifted!(number, 4);
    far!(odd, up3, up4);
    near!(odd, up4, up3);
    near!(even, up4, up4);

    let lower = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    let upper = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    let mut columns = [zero; 10];
    let mut below = zero;
    for (at, limbs) in number.iter().enumerate() {
        // Each product of two different limbs counts twice, the squares of the limbs once.
        let first = _mm512_slli_epi64::<1>(_mm512_add_epi64(even.low[at], one_up(odd.high[at], below)));
        let second = _mm512_slli_epi64::<1>(_mm512_add_epi64(even.high[at], odd.low[at]));
        let first = _mm512_madd52lo_epu64(first, *limbs, *limbs);
        let second = _mm512_madd52hi_epu64(second, *limbs, *limbs);
        below = odd.high[at];
        columns[2 * at] = _mm512_permutex2var_epi64(first, lower, second);
        columns[2 * at + 1] = _mm512_permutex2var_epi64(first, upper, second);
    }
    columns
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
                // The sixth vector of the last block is above column 79, and zero.
                for (at, left) in (block..10).zip(shifted) {
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
