use num_bigint::BigUint;

use super::{
    super::{
        big::{Constants, LIMB_MASK},
        cases::{Random, limb_shapes, moduli, supported, value},
        limbs::load,
    },
    Key,
    product::{multiply, square_lower, square_upper},
    reduce::{Lower, normalise, reduce},
    vectors::{Columns, Lanes, Number, Vector},
};

#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn load_number(lanes: &[[u64; 8]; 5]) -> Number {
    let [first, second, third, fourth, fifth] = lanes;
    [load(first), load(second), load(third), load(fourth), load(fifth)]
}

#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn number(vectors: &Number) -> BigUint {
    value(Lanes::of(vectors).0.into_iter().flatten())
}

#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn square(number: &Number) -> Columns {
    let ([a, b, c, d, e, f], above) = square_lower(number);
    let [g, h, i, j] = square_upper(number, above);
    [a, b, c, d, e, f, g, h, i, j]
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
        assert_eq!(product(&square(&load_number(&lanes.0))), &left * &left);
        assert_eq!(product(&multiply(&load_number(&lanes.0), &right_lanes)), left * right);
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
            let [low @ .., high0, high1, high2, high3, high4]: Columns = columns;
            let reduced = reduce(&key, &Lower::of(low), [high0, high1, high2, high3, high4]);
            let total = product(&columns);
            let quotient = &total * value(constants.negated_inverse) % &radix;
            let expected = (total + quotient * BigUint::from_bytes_be(&modulus)) / &radix;
            assert_eq!(number(&reduced), expected, "round {round}");
            assert!(Lanes::of(&reduced).0.iter().flatten().all(|limb| *limb <= LIMB_MASK));
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
        assert_eq!(Lanes::of(&[carry]).0[0], [1, 0, 0, 0, 0, 0, 0, 0]);
    }
    let (limbs, carry) = normalise(vectors(|_| u64::MAX));
    let carry = BigUint::from(Lanes::of(&[carry]).0[0][0]);
    assert_eq!(number(&limbs) + (carry << 2080), value([u64::MAX; 40]));
}

#[test]
fn normalise_full_limbs_carries_to_the_end() {
    if supported() {
        // SAFETY: `supported` checked the target features.
        unsafe { check_normalise() }
    }
}
