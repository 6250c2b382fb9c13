//! One signature: the 40 limbs of a number lie side by side in five registers.
//!
//! A multiplication modulo n is three plain products with Montgomery's full-width reduction (q = T * -n^-1 mod R,
//! then (T + q * n) / R), so nothing waits for one quotient digit after the other. The bounds are in the parent module.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_alignr_epi64, _mm512_and_si512, _mm512_cmpgt_epu64_mask,
    _mm512_cmpneq_epu64_mask, _mm512_loadu_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_maskz_mov_epi64, _mm512_or_si512, _mm512_permutex2var_epi64, _mm512_set1_epi64, _mm512_setr_epi64,
    _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srli_epi64, _mm512_storeu_si512,
    _mm512_unpackhi_epi64,
};

use super::big::{Constants, DIGEST_LIMBS, LIMB_MASK, LIMBS, Limbs, digest_limbs, limbs_from_bytes};

/// Eight limbs.
type Vector = __m512i;
/// Limbs 0..40, of 52 bits each when the number is normalised.
type Number = [Vector; 5];
/// Columns 0..80 of a product: sums of 64 bits, column c with the weight 2^(52 c).
type Columns = [Vector; 10];

/// Lane l of `[s][v]` is limb `8 v + l - s`: a number that is shifted up by s limbs, for every s below `SHIFTS`.
#[repr(C, align(64))]
struct Shifted<const SHIFTS: usize, const VECTORS: usize>([[[u64; 8]; VECTORS]; SHIFTS]);

impl<const SHIFTS: usize, const VECTORS: usize> Shifted<SHIFTS, VECTORS> {
    /// Lays out the vectors from `first` on.
    fn new(limbs: &Limbs, first: usize) -> Self {
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

/// Forty limbs in memory.
#[repr(C, align(64))]
struct Lanes([[u64; 8]; 5]);

impl Lanes {
    fn new(limbs: &Limbs) -> Self {
        Self(core::array::from_fn(|vector| core::array::from_fn(|lane| limbs[8 * vector + lane])))
    }
}

/// A modulus, laid out for this file.
pub(super) struct Key {
    /// -n^-1 mod R: only what stays below R when it is shifted.
    negated_inverse: Shifted<8, 5>,
    /// n: vectors 1 to 5, as vector 0 reaches no column above R.
    modulus_high: Shifted<8, 5>,
    modulus: Lanes,
    /// Limb `39 - i` of n in place i: with limb i of q the products of column 39.
    modulus_reversed: Lanes,
    /// Limb `38 - i` of n in place i: with limb i of q the products of column 38.
    modulus_reversed_below: Lanes,
    digest_factor: Shifted<DIGEST_LIMBS, 6>,
    padding_term: Lanes,
}

impl Key {
    pub(super) fn new(constants: &Constants) -> Self {
        let reversed = |from: usize| {
            core::array::from_fn(|at| from.checked_sub(at).map_or(0, |at| constants.modulus[at]))
        };
        Self {
            negated_inverse: Shifted::new(&constants.negated_inverse, 0),
            modulus_high: Shifted::new(&constants.modulus, 1),
            modulus: Lanes::new(&constants.modulus),
            modulus_reversed: Lanes::new(&reversed(LIMBS - 1)),
            modulus_reversed_below: Lanes::new(&reversed(LIMBS - 2)),
            digest_factor: Shifted::new(&constants.digest_factor, 0),
            padding_term: Lanes::new(&constants.padding_term),
        }
    }
}

/// Says whether `signature`^65537 is the encoded message of `digest` modulo n. The signature is below n.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
pub(super) fn verify(key: &Key, signature: &[u8; 256], digest: &[u8; 32]) -> bool {
    let signature = Lanes::new(&limbs_from_bytes(signature));
    let mut power = load_number(&signature);
    for _ in 0..16 {
        power = reduce(key, &square(&power));
    }
    let mut columns = multiply(&power, &signature);
    for (column, term) in columns.iter_mut().zip(&key.padding_term.0) {
        *column = _mm512_add_epi64(*column, load(term));
    }
    add_digest(&mut columns, key, digest);
    let remainder = reduce(key, &columns);

    let (mut not_zero, mut not_modulus) = (0, 0);
    for (limbs, modulus) in remainder.iter().zip(&key.modulus.0) {
        not_zero |= _mm512_cmpneq_epu64_mask(*limbs, _mm512_setzero_si512());
        not_modulus |= _mm512_cmpneq_epu64_mask(*limbs, load(modulus));
    }
    not_zero == 0 || not_modulus == 0
}

/// Adds digest * `digest_factor`.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn add_digest(columns: &mut Columns, key: &Key, digest: &[u8; 32]) {
    let mut high = [_mm512_setzero_si512(); 6];
    for (limb, factors) in digest_limbs(digest).iter().zip(&key.digest_factor.0) {
        let limb = broadcast(*limb);
        for ((low, high), factor) in columns.iter_mut().zip(&mut high).zip(factors) {
            let factor = load(factor);
            *low = _mm512_madd52lo_epu64(*low, factor, limb);
            *high = _mm512_madd52hi_epu64(*high, factor, limb);
        }
    }
    // The upper halves belong one column up. Column 48 stays empty: the product has 45 limbs.
    let mut below = _mm512_setzero_si512();
    for (low, high) in columns.iter_mut().zip(high) {
        *low = _mm512_add_epi64(*low, one_up(high, below));
        below = high;
    }
}

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
fn square(number: &Number) -> Columns {
    let zero = _mm512_setzero_si512();
    // Lane m: column 2m, column 2m + 1, column 2m + 2.
    let (mut even, mut odd, mut next) = ([zero; 5], [zero; 5], [zero; 5]);

    // Adds, for each listed vector v, up[v - k] * down[v + d] to the columns of the two halves.
    macro_rules! products {
        ($low:ident, $high:ident, $up:ident, $down:ident, $($vector:literal - $k:literal + $d:literal),*) => {$(
            $low[$vector] = _mm512_madd52lo_epu64($low[$vector], $up[$vector - $k], $down[$vector + $d]);
            $high[$vector] = _mm512_madd52hi_epu64($high[$vector], $up[$vector - $k], $down[$vector + $d]);
        )*};
    }
    // Shifts by r, r + 8 and r + 16 of `up` against those of `down`, as far as they meet.
    macro_rules! far {
        ($low:ident, $high:ident, $up:ident, $down:ident) => {
            products!($low, $high, $up, $down, 2 - 2 + 3);
            near!($low, $high, $up, $down);
        };
    }
    macro_rules! near {
        ($low:ident, $high:ident, $up:ident, $down:ident) => {
            products!($low, $high, $up, $down, 0 - 0 + 1, 1 - 0 + 1, 2 - 0 + 1, 3 - 0 + 1, 4 - 0 + 1);
            products!($low, $high, $up, $down, 1 - 1 + 2, 2 - 1 + 2, 3 - 1 + 2);
        };
    }

    let up0 = [number[0], number[1], number[2], number[3], number[4], zero];
    let up7 = shifted!(number, 1);
    products!(even, odd, up0, up0, 1 - 1 + 1, 2 - 1 + 1, 3 - 1 + 1, 2 - 2 + 2);
    far!(odd, next, up0, up7);
    products!(odd, next, up7, up0, 0 - 0 + 1, 1 - 0 + 1, 2 - 0 + 1, 3 - 0 + 1, 1 - 1 + 2, 2 - 1 + 2);
    let up1 = shifted!(number, 7);
    near!(even, odd, up7, up1);
    far!(even, odd, up1, up7);
    let up6 = shifted!(number, 2);
    far!(odd, next, up1, up6);
    near!(odd, next, up6, up1);
    let up2 = shifted!(number, 6);
    near!(even, odd, up6, up2);
    far!(even, odd, up2, up6);
    let up5 = shifted!(number, 3);
    far!(odd, next, up2, up5);
    near!(odd, next, up5, up2);
    let up3 = shifted!(number, 5);
    near!(even, odd, up5, up3);
    far!(even, odd, up3, up5);
    let up4 = shifted!(number, 4);
    far!(odd, next, up3, up4);
    near!(odd, next, up4, up3);
    near!(even, odd, up4, up4);

    let lower = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    let upper = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    let mut columns = [zero; 10];
    let mut below = zero;
    for vector in 0..5 {
        // Each product of two different limbs counts twice, the squares of the limbs once.
        let limbs = number[vector];
        let even = _mm512_add_epi64(even[vector], one_up(next[vector], below));
        let even = _mm512_madd52lo_epu64(_mm512_slli_epi64::<1>(even), limbs, limbs);
        let odd = _mm512_madd52hi_epu64(_mm512_slli_epi64::<1>(odd[vector]), limbs, limbs);
        below = next[vector];
        columns[2 * vector] = _mm512_permutex2var_epi64(even, lower, odd);
        columns[2 * vector + 1] = _mm512_permutex2var_epi64(even, upper, odd);
    }
    columns
}

/// The columns of left * right.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn multiply(left: &Number, right: &Lanes) -> Columns {
    let zero = _mm512_setzero_si512();
    let (mut low, mut high) = ([zero; 10], [zero; 10]);
    macro_rules! shift {
        ($shift:literal, $shifted:expr) => {{
            let shifted = $shifted;
            for (block, limbs) in right.0.iter().enumerate() {
                let limb = broadcast(limbs[$shift]);
                for (at, left) in shifted.into_iter().enumerate().take(10 - block) {
                    low[block + at] = _mm512_madd52lo_epu64(low[block + at], left, limb);
                    high[block + at] = _mm512_madd52hi_epu64(high[block + at], left, limb);
                }
            }
        }};
    }
    shift!(0, [left[0], left[1], left[2], left[3], left[4], zero]);
    shift!(1, shifted!(left, 7));
    shift!(2, shifted!(left, 6));
    shift!(3, shifted!(left, 5));
    shift!(4, shifted!(left, 4));
    shift!(5, shifted!(left, 3));
    shift!(6, shifted!(left, 2));
    shift!(7, shifted!(left, 1));
    let mut below = zero;
    for (low, high) in low.iter_mut().zip(high) {
        *low = _mm512_add_epi64(*low, one_up(high, below));
        below = high;
    }
    low
}

/// (T + q * n) / R for the T of the columns and the q below R that makes the division exact; normalised.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn reduce(key: &Key, columns: &Columns) -> Number {
    let zero = _mm512_setzero_si512();
    let [low0, low1, low2, low3, low4, high0, high1, high2, high3, high4] = *columns;
    let (remainder, carry) = normalise([low0, low1, low2, low3, low4]);

    // q = (T mod R) * -n^-1 mod R
    let (mut low, mut high) = ([zero; 5], [zero; 5]);
    let limbs = store_number(&remainder);
    for (shift, inverse) in key.negated_inverse.0.iter().enumerate() {
        let inverse = load_number_from(inverse);
        for (block, limbs) in limbs.0.iter().enumerate() {
            let limb = broadcast(limbs[shift]);
            for at in block..5 {
                low[at] = _mm512_madd52lo_epu64(low[at], inverse[at - block], limb);
                high[at] = _mm512_madd52hi_epu64(high[at], inverse[at - block], limb);
            }
        }
    }
    let (quotient, _) = normalise(with_upper_halves(low, zero, high));

    // Columns 0..40 of T + q * n are a multiple of R, and those below 39 hold less than 2^7 times the weight of column
    // 39: what is carried out is column 39, rounded up to whole limbs.
    let mask = _mm512_set1_epi64(LIMB_MASK.cast_signed());
    let mut column39 = _mm512_maskz_mov_epi64(0x80, _mm512_add_epi64(remainder[4], mask));
    let (mut from38, mut column40) = (zero, carry);
    for (at, quotient) in quotient.iter().enumerate() {
        let modulus = load(&key.modulus_reversed.0[at]);
        column39 = _mm512_madd52lo_epu64(column39, *quotient, modulus);
        column40 = _mm512_madd52hi_epu64(column40, *quotient, modulus);
        from38 = _mm512_madd52hi_epu64(from38, *quotient, load(&key.modulus_reversed_below.0[at]));
    }
    let column39 = sum_in_lane0(_mm512_add_epi64(column39, from38));
    let column40 = _mm512_add_epi64(_mm512_srli_epi64::<52>(column39), sum_in_lane0(column40));

    // T / R + q * n / R
    let (mut low, mut high) = ([high0, high1, high2, high3, high4], [zero; 5]);
    let limbs = store_number(&quotient);
    for (shift, modulus) in key.modulus_high.0.iter().enumerate() {
        let modulus = load_number_from(modulus);
        for (block, limbs) in limbs.0.iter().enumerate() {
            let limb = broadcast(limbs[shift]);
            for at in 0..=block {
                // Vector 5 - block + at of the shifted modulus meets column 40 + 8 * at.
                low[at] = _mm512_madd52lo_epu64(low[at], modulus[4 - block + at], limb);
                high[at] = _mm512_madd52hi_epu64(high[at], modulus[4 - block + at], limb);
            }
        }
    }
    low[0] = _mm512_add_epi64(low[0], _mm512_maskz_mov_epi64(1, column40));
    normalise(with_upper_halves(low, zero, high)).0
}

/// Carries until every limb has 52 bits; the second part holds, in lane 0, what left the top limb.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn normalise(mut sums: [Vector; 5]) -> (Number, Vector) {
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

/// Adds to each column the upper halves of the column below; `below` holds those below the first vector in lane 7.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn with_upper_halves(low: [Vector; 5], mut below: Vector, high: [Vector; 5]) -> [Vector; 5] {
    let mut sums = low;
    for (sum, high) in sums.iter_mut().zip(high) {
        *sum = _mm512_add_epi64(*sum, one_up(high, below));
        below = high;
    }
    sums
}

/// Moves every lane one up; the top lane of `below` comes in.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn one_up(vector: Vector, below: Vector) -> Vector {
    _mm512_alignr_epi64::<7>(vector, below)
}

/// The sum of all lanes, in lane 0.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn sum_in_lane0(vector: Vector) -> Vector {
    let halves = _mm512_add_epi64(vector, _mm512_shuffle_i64x2::<0b01_00_11_10>(vector, vector));
    let quarters = _mm512_add_epi64(halves, _mm512_shuffle_i64x2::<0b10_11_00_01>(halves, halves));
    _mm512_add_epi64(quarters, _mm512_unpackhi_epi64(quarters, quarters))
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn broadcast(limb: u64) -> Vector {
    _mm512_set1_epi64(limb.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn load_number(lanes: &Lanes) -> Number {
    load_number_from(&lanes.0)
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn load_number_from(vectors: &[[u64; 8]; 5]) -> Number {
    [load(&vectors[0]), load(&vectors[1]), load(&vectors[2]), load(&vectors[3]), load(&vectors[4])]
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn store_number(number: &Number) -> Lanes {
    let mut lanes = Lanes([[0; 8]; 5]);
    for (lanes, vector) in lanes.0.iter_mut().zip(number) {
        // SAFETY: the destination is a unique reference to 64 bytes; the instruction asks for no alignment.
        unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), *vector) }
    }
    lanes
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn load(lanes: &[u64; 8]) -> Vector {
    // SAFETY: the source is a reference to 64 initialised bytes; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::{
        super::{
            big::{Constants, LIMB_MASK},
            tests::{Random, limb_shapes, moduli, supported, value},
        },
        Columns, Key, Lanes, Number, Vector, load, load_number, multiply, normalise, reduce, square,
        store_number,
    };

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn number(vectors: &Number) -> BigUint {
        value(store_number(vectors).0.into_iter().flatten())
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn product(columns: &Columns) -> BigUint {
        let [low @ .., high0, high1, high2, high3, high4] = *columns;
        number(&low) + (number(&[high0, high1, high2, high3, high4]) << 2080)
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn vectors<const N: usize>(mut column: impl FnMut(usize) -> u64) -> [Vector; N] {
        let mut at = 0..;
        core::array::from_fn(|_| load(&core::array::from_fn(|_| column(at.next().unwrap()))))
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn check_products() {
        let shapes = limb_shapes(&mut Random(21), 64);
        for (left, right) in shapes.iter().zip(shapes.iter().skip(7).chain(&shapes)) {
            let (lanes, right_lanes) = (Lanes::new(left), Lanes::new(right));
            let (left, right) = (value(*left), value(*right));
            assert_eq!(product(&square(&load_number(&lanes))), &left * &left);
            assert_eq!(product(&multiply(&load_number(&lanes), &right_lanes)), left * right);
        }
    }

    #[test]
    fn products_any_limbs_are_those_of_plain_arithmetic() {
        if supported() {
            // SAFETY: `supported` checked the target features.
            unsafe { check_products() }
        }
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn check_reduce() {
        let mut random = Random(22);
        let radix = BigUint::from(1_u8) << 2080;
        for modulus in moduli() {
            let constants = Constants::new(&modulus).unwrap();
            let key = Key::new(&constants);
            for round in 0..40 {
                let columns = vectors(|at| {
                    // As large as a column gets, small enough at the top for a result below R.
                    let bits = if at < 78 { 59 } else { 0 };
                    let full = [LIMB_MASK, 1 << 52, (1 << 59) - 1, 0][random.below(4)];
                    let sum = match round {
                        // A carry that goes through every limb.
                        0 => LIMB_MASK + u64::from(at == 0 || at == 40),
                        1..16 => full,
                        _ => random.next(),
                    };
                    sum & ((1 << bits) - 1)
                });
                let reduced = reduce(&key, &columns);
                let total = product(&columns);
                let quotient = &total * value(constants.negated_inverse) % &radix;
                let expected = (total + quotient * BigUint::from_bytes_be(&modulus)) / &radix;
                assert_eq!(number(&reduced), expected, "round {round}");
                assert!(store_number(&reduced).0.iter().flatten().all(|limb| *limb <= LIMB_MASK));
            }
        }
    }

    #[test]
    fn reduce_any_columns_is_the_exact_quotient() {
        if supported() {
            // SAFETY: `supported` checked the target features.
            unsafe { check_reduce() }
        }
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn check_normalise() {
        for start in 0..40 {
            // One too much at `start`, and only full limbs above: one round of carries is not enough.
            let sums = vectors(|at| if at >= start { LIMB_MASK + u64::from(at == start) } else { 0 });
            let (limbs, carry) = normalise(sums);
            assert_eq!(number(&limbs), BigUint::ZERO);
            assert_eq!(store_number(&[carry; 5]).0[0], [1, 0, 0, 0, 0, 0, 0, 0]);
        }
        let (limbs, carry) = normalise(vectors(|_| u64::MAX));
        let carry = BigUint::from(store_number(&[carry; 5]).0[0][0]);
        assert_eq!(number(&limbs) + (carry << 2080), value([u64::MAX; 40]));
    }

    #[test]
    fn normalise_full_limbs_carries_to_the_end() {
        if supported() {
            // SAFETY: `supported` checked the target features.
            unsafe { check_normalise() }
        }
    }
}
