//! Eight signatures at once: lane l of every vector belongs to signature l, under its own key.
//!
//! Products and reductions go by blocks of eight limbs. Sixteen running columns stay in registers throughout; the blocks
//! are assembly because a compiler that schedules the same intrinsics spills hundreds of them.

use core::arch::{
    asm,
    x86_64::{
        __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epu64_mask, _mm512_madd52hi_epu64,
        _mm512_madd52lo_epu64, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srli_epi64,
    },
};

use super::{
    big::{Constants, LIMB_MASK, Limbs, digest_limbs},
    limbs::{self, load, store},
};

/// One limb, or one column of 64 bits, of each of eight numbers.
type Vector = __m512i;
/// Sixteen columns in registers: as many as the product of two blocks has.
type Running = [Vector; 16];

/// Eight limbs of eight numbers.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Block([[u64; 8]; 8]);

const ZERO: Block = Block([[0; 8]; 8]);
/// Blocks of a number.
const BLOCKS: usize = 5;
/// Blocks of a product.
const PRODUCT_BLOCKS: usize = 2 * BLOCKS;

/// Limbs 0..40 of eight numbers.
type Numbers = [Block; BLOCKS];
/// Columns 0..80 of eight products.
type Columns = [Block; PRODUCT_BLOCKS];

/// Eight moduli, laid out for this file.
pub(super) struct Key {
    modulus: Numbers,
    digest_factor: Numbers,
    padding_term: Numbers,
    /// -n^-1 mod 2^52.
    negated_inverse: [u64; 8],
}

impl Key {
    /// The same modulus in all lanes.
    pub(super) fn new(constants: &Constants) -> Self {
        let everywhere = |limbs: &Limbs| {
            let mut numbers = [ZERO; BLOCKS];
            for lane in 0..8 {
                set_lane(&mut numbers, lane, limbs);
            }
            numbers
        };
        Self {
            modulus: everywhere(&constants.modulus),
            digest_factor: everywhere(&constants.digest_factor),
            padding_term: everywhere(&constants.padding_term),
            negated_inverse: [constants.negated_inverse[0]; 8],
        }
    }

    /// Lane l of keys\[l\] in lane l.
    pub(super) fn mixed(keys: [&Self; 8]) -> Self {
        let gather = |part: fn(&Self) -> &Numbers| {
            core::array::from_fn(|block| {
                Block(core::array::from_fn(|limb| {
                    core::array::from_fn(|lane| part(keys[lane])[block].0[limb][lane])
                }))
            })
        };
        Self {
            modulus: gather(|key| &key.modulus),
            digest_factor: gather(|key| &key.digest_factor),
            padding_term: gather(|key| &key.padding_term),
            negated_inverse: core::array::from_fn(|lane| keys[lane].negated_inverse[lane]),
        }
    }
}

/// Bit l says whether `signatures[l]`^65537 is the encoded message of `digests[l]` modulo n. Signatures are below n.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi")]
pub(super) fn verify(key: &Key, signatures: [&[u8; 256]; 8], digests: &[[u8; 32]; 8]) -> u8 {
    let bases = lay_out(signatures);
    let mut hashes = [ZERO];
    for (lane, digest) in digests.iter().enumerate() {
        set_lane(&mut hashes, lane, &digest_limbs(digest));
    }
    let [hashes] = hashes;

    let mut columns = [ZERO; PRODUCT_BLOCKS];
    let mut powers = bases;
    for _ in 0..16 {
        square(&mut columns, &powers);
        reduce(&mut powers, &columns, key);
    }
    multiply(&mut columns, &powers, &bases);
    add_target(&mut columns, &hashes, key);
    reduce(&mut powers, &columns, key);

    let mut equal = 0xff;
    for (remainder, modulus) in powers.iter().zip(&key.modulus) {
        for (limb, expected) in remainder.0.iter().zip(&modulus.0) {
            equal &= _mm512_cmpeq_epu64_mask(load(limb), load(expected));
        }
    }
    equal
}

/// Signature l in lane l.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi")]
fn lay_out(signatures: [&[u8; 256]; 8]) -> Numbers {
    let mut numbers = [ZERO; BLOCKS];
    let limbs = signatures.map(|signature| limbs::from_bytes(signature));
    for (at, block) in numbers.iter_mut().enumerate() {
        let columns = limbs::transpose(limbs.map(|vectors| vectors[at]));
        for (limb, column) in block.0.iter_mut().zip(columns) {
            store(limb, column);
        }
    }
    numbers
}

fn set_lane(blocks: &mut [Block], lane: usize, limbs: &[u64]) {
    for (vector, limb) in blocks.iter_mut().flat_map(|block| &mut block.0).zip(limbs) {
        vector[lane] = *limb;
    }
}

/// columns = numbers^2
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn square(columns: &mut Columns, numbers: &Numbers) {
    let mut running = [_mm512_setzero_si512(); 16];
    for (at, column) in columns.iter_mut().enumerate() {
        // Blocks i < j with i + j = at, then the pairs within the block that meets itself.
        for low in (at + 1).saturating_sub(BLOCKS)..at.div_ceil(2) {
            add_product(&mut running, &numbers[low], &numbers[at - low]);
        }
        if at % 2 == 0 {
            add_own_pairs(&mut running, &numbers[at / 2]);
        }
        // Products of two different limbs count twice, squares once.
        for half in 0..4 {
            let limb = 4 * at + half;
            let limb = load(&numbers[limb / 8].0[limb % 8]);
            let even = _mm512_madd52lo_epu64(_mm512_slli_epi64::<1>(running[2 * half]), limb, limb);
            let odd = _mm512_madd52hi_epu64(_mm512_slli_epi64::<1>(running[2 * half + 1]), limb, limb);
            store(&mut column.0[2 * half], even);
            store(&mut column.0[2 * half + 1], odd);
        }
        advance(&mut running, &ZERO);
    }
}

/// columns = left * right
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn multiply(columns: &mut Columns, left: &Numbers, right: &Numbers) {
    let mut running = [_mm512_setzero_si512(); 16];
    for (at, column) in columns.iter_mut().enumerate() {
        for block in (at + 1).saturating_sub(BLOCKS)..BLOCKS.min(at + 1) {
            add_product(&mut running, &left[block], &right[at - block]);
        }
        for (column, sum) in column.0.iter_mut().zip(&running) {
            store(column, *sum);
        }
        advance(&mut running, &ZERO);
    }
}

/// Adds `padding_term` + digest * `digest_factor`.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn add_target(columns: &mut Columns, digests: &Block, key: &Key) {
    let mut running = [_mm512_setzero_si512(); 16];
    for (at, column) in columns.iter_mut().enumerate().take(BLOCKS + 1) {
        if let Some(factor) = key.digest_factor.get(at) {
            add_product(&mut running, digests, factor);
        }
        let term = key.padding_term.get(at).unwrap_or(&ZERO);
        for ((column, term), sum) in column.0.iter_mut().zip(&term.0).zip(&running) {
            let total = _mm512_add_epi64(_mm512_add_epi64(load(column), load(term)), *sum);
            store(column, total);
        }
        advance(&mut running, &ZERO);
    }
}

/// result = (T + q * n) / R for the T of the columns and the q below R that makes the division exact; normalised.
///
/// The digits of q stand in the result until the limbs take their places: a block of q is last used for the block of the
/// result before its own.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn reduce(result: &mut Numbers, columns: &Columns, key: &Key) {
    let inverse = load(&key.negated_inverse);
    let mask = _mm512_set1_epi64(LIMB_MASK.cast_signed());
    let mut running = [_mm512_setzero_si512(); 16];
    for (running, column) in running.iter_mut().zip(columns[0].0.iter().chain(&columns[1].0)) {
        *running = load(column);
    }
    for at in 0..BLOCKS {
        for (block, quotient) in result[..at].iter().enumerate() {
            add_product(&mut running, quotient, &key.modulus[at - block]);
        }
        clear_block(&mut result[at], &mut running, &key.modulus[0], inverse, mask);
        advance(&mut running, &columns[at + 2]);
    }
    let mut carry = _mm512_setzero_si512();
    for at in 0..BLOCKS {
        for (block, quotient) in result.iter().enumerate().skip(at + 1) {
            add_product(&mut running, quotient, &key.modulus[BLOCKS + at - block]);
        }
        for (limb, sum) in result[at].0.iter_mut().zip(&running) {
            let sum = _mm512_add_epi64(*sum, carry);
            store(limb, _mm512_and_si512(sum, mask));
            carry = _mm512_srli_epi64::<52>(sum);
        }
        advance(&mut running, columns.get(BLOCKS + at + 2).unwrap_or(&ZERO));
    }
}

/// Goes eight columns up: the next eight come in.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn advance(running: &mut Running, next: &Block) {
    running.copy_within(8.., 0);
    for (running, next) in running[8..].iter_mut().zip(&next.0) {
        *running = load(next);
    }
}

/// `zmm$sum += lower half of zmm$left * zmm$right`, lane by lane.
macro_rules! low {
    ($sum:literal, $left:literal, $right:literal) => {
        concat!("vpmadd52luq zmm", $sum, ", zmm", $left, ", zmm", $right, "\n")
    };
}

/// `zmm$sum += upper half of zmm$left * zmm$right`, lane by lane.
macro_rules! high {
    ($sum:literal, $left:literal, $right:literal) => {
        concat!("vpmadd52huq zmm", $sum, ", zmm", $left, ", zmm", $right, "\n")
    };
}

/// One limb of the right block, in `zmm$limb`, times the left block, in zmm16 to zmm23: lower halves to the columns from
/// `$c0`, upper halves to those from `$c1`.
macro_rules! product_row {
    ($limb:literal,
     $c0:literal $c1:literal $c2:literal $c3:literal $c4:literal $c5:literal $c6:literal $c7:literal $c8:literal) => {
        concat!(
            low!($c0, 16, $limb),
            low!($c1, 17, $limb),
            low!($c2, 18, $limb),
            low!($c3, 19, $limb),
            low!($c4, 20, $limb),
            low!($c5, 21, $limb),
            low!($c6, 22, $limb),
            low!($c7, 23, $limb),
            high!($c1, 16, $limb),
            high!($c2, 17, $limb),
            high!($c3, 18, $limb),
            high!($c4, 19, $limb),
            high!($c5, 20, $limb),
            high!($c6, 21, $limb),
            high!($c7, 22, $limb),
            high!($c8, 23, $limb),
        )
    };
}

/// running += left * right
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn add_product(running: &mut Running, left: &Block, right: &Block) {
    // SAFETY: reads 64 bytes at each of left + 0, 64, .. 448 and right + 0, 64, .. 448: both blocks, which are 512 bytes
    // and aligned to 64. Writes no memory and no flags.
    unsafe {
        asm!(
            "vmovdqa64 zmm16, [{left}]",
            "vmovdqa64 zmm17, [{left} + 64]",
            "vmovdqa64 zmm18, [{left} + 128]",
            "vmovdqa64 zmm19, [{left} + 192]",
            "vmovdqa64 zmm20, [{left} + 256]",
            "vmovdqa64 zmm21, [{left} + 320]",
            "vmovdqa64 zmm22, [{left} + 384]",
            "vmovdqa64 zmm23, [{left} + 448]",
            "vmovdqa64 zmm24, [{right}]",
            product_row!(24, 0 1 2 3 4 5 6 7 8),
            "vmovdqa64 zmm25, [{right} + 64]",
            product_row!(25, 1 2 3 4 5 6 7 8 9),
            "vmovdqa64 zmm24, [{right} + 128]",
            product_row!(24, 2 3 4 5 6 7 8 9 10),
            "vmovdqa64 zmm25, [{right} + 192]",
            product_row!(25, 3 4 5 6 7 8 9 10 11),
            "vmovdqa64 zmm24, [{right} + 256]",
            product_row!(24, 4 5 6 7 8 9 10 11 12),
            "vmovdqa64 zmm25, [{right} + 320]",
            product_row!(25, 5 6 7 8 9 10 11 12 13),
            "vmovdqa64 zmm24, [{right} + 384]",
            product_row!(24, 6 7 8 9 10 11 12 13 14),
            "vmovdqa64 zmm25, [{right} + 448]",
            product_row!(25, 7 8 9 10 11 12 13 14 15),
            left = in(reg) left,
            right = in(reg) right,
            out("zmm16") _, out("zmm17") _, out("zmm18") _, out("zmm19") _,
            out("zmm20") _, out("zmm21") _, out("zmm22") _, out("zmm23") _,
            out("zmm24") _, out("zmm25") _,
            inout("zmm0") running[0], inout("zmm1") running[1],
            inout("zmm2") running[2], inout("zmm3") running[3],
            inout("zmm4") running[4], inout("zmm5") running[5],
            inout("zmm6") running[6], inout("zmm7") running[7],
            inout("zmm8") running[8], inout("zmm9") running[9],
            inout("zmm10") running[10], inout("zmm11") running[11],
            inout("zmm12") running[12], inout("zmm13") running[13],
            inout("zmm14") running[14], inout("zmm15") running[15],
            options(nostack, preserves_flags, readonly),
        );
    }
}

/// Adds the product of each two different limbs of a block, once.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn add_own_pairs(running: &mut Running, block: &Block) {
    for high in 1..8 {
        let right = load(&block.0[high]);
        for low in 0..high {
            running[low + high] = _mm512_madd52lo_epu64(running[low + high], load(&block.0[low]), right);
        }
        for low in 0..high {
            running[low + high + 1] =
                _mm512_madd52hi_epu64(running[low + high + 1], load(&block.0[low]), right);
        }
    }
}

/// Finds the quotient digit that clears column `$c0` (to zmm24), adds its product with the modulus (zmm16 to zmm23) to
/// the columns above, and carries column `$c0` out: with the lower half of the lowest product its sum is a multiple of
/// 2^52, so the carry is what was there before, rounded up. zmm26 is -n^-1, zmm27 is 2^52 - 1, zmm25 is spent.
macro_rules! clear_row {
    ($c0:literal $c1:literal $c2:literal $c3:literal $c4:literal $c5:literal $c6:literal $c7:literal $c8:literal) => {
        concat!(
            "vpxorq zmm24, zmm24, zmm24\n",
            low!(24, $c0, 26),
            concat!("vpaddq zmm25, zmm", $c0, ", zmm27\n"),
            "vpsrlq zmm25, zmm25, 52\n",
            concat!("vpaddq zmm", $c1, ", zmm", $c1, ", zmm25\n"),
            low!($c1, 24, 17),
            "vpxorq zmm25, zmm25, zmm25\n",
            high!(25, 24, 16),
            low!($c2, 24, 18),
            low!($c3, 24, 19),
            low!($c4, 24, 20),
            low!($c5, 24, 21),
            low!($c6, 24, 22),
            low!($c7, 24, 23),
            concat!("vpaddq zmm", $c1, ", zmm", $c1, ", zmm25\n"),
            high!($c2, 24, 17),
            high!($c3, 24, 18),
            high!($c4, 24, 19),
            high!($c5, 24, 20),
            high!($c6, 24, 21),
            high!($c7, 24, 22),
            high!($c8, 24, 23),
        )
    };
}

/// Finds the eight quotient digits that clear the lower eight columns, and adds their product with the lowest block of
/// the modulus to the upper eight, carries included. The lower eight columns are spent.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn clear_block(quotient: &mut Block, running: &mut Running, modulus: &Block, inverse: Vector, mask: Vector) {
    // SAFETY: reads 64 bytes at each of modulus + 0, 64, .. 448 and writes 64 bytes at each of quotient + 0, 64, .. 448:
    // both blocks, which are 512 bytes and aligned to 64; the quotient is a unique reference. Writes no flags.
    unsafe {
        asm!(
            "vmovdqa64 zmm16, [{modulus}]",
            "vmovdqa64 zmm17, [{modulus} + 64]",
            "vmovdqa64 zmm18, [{modulus} + 128]",
            "vmovdqa64 zmm19, [{modulus} + 192]",
            "vmovdqa64 zmm20, [{modulus} + 256]",
            "vmovdqa64 zmm21, [{modulus} + 320]",
            "vmovdqa64 zmm22, [{modulus} + 384]",
            "vmovdqa64 zmm23, [{modulus} + 448]",
            clear_row!(0 1 2 3 4 5 6 7 8),
            "vmovdqa64 [{quotient}], zmm24",
            clear_row!(1 2 3 4 5 6 7 8 9),
            "vmovdqa64 [{quotient} + 64], zmm24",
            clear_row!(2 3 4 5 6 7 8 9 10),
            "vmovdqa64 [{quotient} + 128], zmm24",
            clear_row!(3 4 5 6 7 8 9 10 11),
            "vmovdqa64 [{quotient} + 192], zmm24",
            clear_row!(4 5 6 7 8 9 10 11 12),
            "vmovdqa64 [{quotient} + 256], zmm24",
            clear_row!(5 6 7 8 9 10 11 12 13),
            "vmovdqa64 [{quotient} + 320], zmm24",
            clear_row!(6 7 8 9 10 11 12 13 14),
            "vmovdqa64 [{quotient} + 384], zmm24",
            clear_row!(7 8 9 10 11 12 13 14 15),
            "vmovdqa64 [{quotient} + 448], zmm24",
            modulus = in(reg) modulus,
            quotient = in(reg) &raw mut *quotient,
            in("zmm26") inverse,
            in("zmm27") mask,
            out("zmm16") _, out("zmm17") _, out("zmm18") _, out("zmm19") _,
            out("zmm20") _, out("zmm21") _, out("zmm22") _, out("zmm23") _,
            out("zmm24") _, out("zmm25") _,
            inout("zmm0") running[0] => _, inout("zmm1") running[1] => _,
            inout("zmm2") running[2] => _, inout("zmm3") running[3] => _,
            inout("zmm4") running[4] => _, inout("zmm5") running[5] => _,
            inout("zmm6") running[6] => _, inout("zmm7") running[7] => _,
            inout("zmm8") running[8], inout("zmm9") running[9],
            inout("zmm10") running[10], inout("zmm11") running[11],
            inout("zmm12") running[12], inout("zmm13") running[13],
            inout("zmm14") running[14], inout("zmm15") running[15],
            options(nostack, preserves_flags),
        );
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::{
        super::{
            big::{Constants, LIMBS, Limbs},
            cases::{Random, limb_shapes, moduli, supported, value},
        },
        BLOCKS, Block, Key, PRODUCT_BLOCKS, ZERO, multiply, reduce, set_lane, square,
    };

    fn lanes(limbs: &[Limbs; 8]) -> [Block; BLOCKS] {
        let mut blocks = [ZERO; BLOCKS];
        for (lane, limbs) in limbs.iter().enumerate() {
            set_lane(&mut blocks, lane, limbs);
        }
        blocks
    }

    fn lane(blocks: &[Block], lane: usize) -> BigUint {
        value(blocks.iter().flat_map(|block| &block.0).map(|limb| limb[lane]))
    }

    #[test]
    fn products_any_limbs_are_those_of_plain_arithmetic() {
        if !supported() {
            return;
        }
        let shapes = limb_shapes(&mut Random(11), 64);
        for (left, right) in shapes.as_chunks::<8>().0.iter().zip(shapes[4..].as_chunks::<8>().0) {
            let (mut squares, mut products) = ([ZERO; PRODUCT_BLOCKS], [ZERO; PRODUCT_BLOCKS]);
            // SAFETY: `supported` checked the target features.
            unsafe {
                square(&mut squares, &lanes(left));
                multiply(&mut products, &lanes(left), &lanes(right));
            }
            for at in 0..8 {
                let (left, right) = (value(left[at]), value(right[at]));
                assert_eq!(lane(&squares, at), &left * &left);
                assert_eq!(lane(&products, at), left * right);
            }
        }
    }

    #[test]
    fn reduce_any_columns_is_the_exact_quotient() {
        if !supported() {
            return;
        }
        let moduli = moduli();
        let constants: Vec<_> = moduli.iter().map(|modulus| Constants::new(modulus).unwrap()).collect();
        let keys: Vec<_> = constants.iter().map(Key::new).collect();
        let key = Key::mixed(core::array::from_fn(|lane| &keys[lane % keys.len()]));
        let mut random = Random(12);
        for round in 0..40 {
            let mut columns = [ZERO; PRODUCT_BLOCKS];
            for (at, column) in columns.iter_mut().flat_map(|block| &mut block.0).enumerate() {
                // As large as a column gets, small enough at the top for a result below R.
                let bits = if at < 78 { 59 } else { 0 };
                for lane in column {
                    let full = [(1 << 52) - 1, 1 << 52, (1 << 59) - 1, 0][random.below(4)];
                    *lane = if round < 8 { full } else { random.next() } & ((1 << bits) - 1);
                }
            }
            let mut reduced = [ZERO; BLOCKS];
            // SAFETY: `supported` checked the target features.
            unsafe { reduce(&mut reduced, &columns, &key) }
            for at in 0..8 {
                let modulus = BigUint::from_bytes_be(&moduli[at % moduli.len()]);
                let radix = BigUint::from(1_u8) << 2080;
                let inverse = value(constants[at % keys.len()].negated_inverse);
                let (total, reduced) = (lane(&columns, at), lane(&reduced, at));
                let quotient = &total * inverse % &radix;
                assert_eq!(reduced, (total + quotient * modulus) / radix);
            }
            let limbs = reduced.iter().flat_map(|block| &block.0);
            assert_eq!(limbs.clone().count(), LIMBS);
            assert!(limbs.flatten().all(|limb| *limb < 1 << 52));
        }
    }
}
