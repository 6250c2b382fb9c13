//! One signature: the 40 limbs of a number lie side by side in five registers.
//!
//! A multiplication modulo n is three plain products with Montgomery's full-width reduction (q = T * -n^-1 mod R,
//! then (T + q * n) / R), so nothing waits for one quotient digit after the other. The bounds are in the parent module.

use core::arch::{
    asm,
    x86_64::{
        __m256i, __m512i, _mm256_setzero_si256, _mm512_add_epi64, _mm512_alignr_epi64, _mm512_and_si512,
        _mm512_castsi512_si256, _mm512_cmpgt_epu64_mask, _mm512_cmpneq_epu64_mask, _mm512_inserti64x4,
        _mm512_loadu_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_maskz_mov_epi64,
        _mm512_or_si512, _mm512_permutex2var_epi64, _mm512_set1_epi64, _mm512_setr_epi64,
        _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srli_epi64,
        _mm512_storeu_si512, _mm512_unpackhi_epi64, _mm512_zextsi256_si512,
    },
};

use super::{
    big::{Constants, DIGEST_LIMBS, LIMB_MASK, LIMBS, Limbs, digest_limbs},
    limbs,
};

/// Eight limbs.
type Vector = __m512i;
/// Four limbs.
type HalfVector = __m256i;
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

/// Limbs in memory, eight to a vector.
#[repr(C, align(64))]
struct Lanes<const VECTORS: usize = 5>([[u64; 8]; VECTORS]);

impl Lanes {
    fn new(limbs: &Limbs) -> Self {
        Self(core::array::from_fn(|vector| core::array::from_fn(|lane| limbs[8 * vector + lane])))
    }
}

impl<const VECTORS: usize> Lanes<VECTORS> {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn of(vectors: &[Vector; VECTORS]) -> Self {
        let mut lanes = Self([[0; 8]; VECTORS]);
        for (lanes, vector) in lanes.0.iter_mut().zip(vectors) {
            // SAFETY: the destination is a unique reference to 64 bytes; the instruction asks for no alignment.
            unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), *vector) }
        }
        lanes
    }
}

/// Sums of products: of their lower halves, which belong to the columns of the lanes, and of their upper halves, which
/// belong one column up.
#[derive(Clone, Copy)]
struct Halves<const VECTORS: usize> {
    low: [Vector; VECTORS],
    high: [Vector; VECTORS],
}

impl<const VECTORS: usize> Halves<VECTORS> {
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn zero() -> Self {
        Self::onto([_mm512_setzero_si512(); VECTORS])
    }

    /// No products yet, to be added to these columns.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn onto(low: [Vector; VECTORS]) -> Self {
        Self { low, high: [_mm512_setzero_si512(); VECTORS] }
    }

    /// Adds the products of the lanes to vector `at`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn add(&mut self, at: usize, left: Vector, right: Vector) {
        self.low[at] = _mm512_madd52lo_epu64(self.low[at], left, right);
        self.high[at] = _mm512_madd52hi_epu64(self.high[at], left, right);
    }

    /// Adds the products of the lanes with one limb to vector `at`.
    ///
    /// The limb comes from memory with each multiplication, which costs nothing: a compiler that sees the vector it was
    /// stored from would move it about with the units that multiply. It also keeps the order in which this is called.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn add_limb(&mut self, at: usize, left: Vector, limb: &u64) {
        // SAFETY: reads the eight bytes of a reference. Writes no memory and no flags.
        unsafe {
            asm!(
                "vpmadd52luq {low}, {left}, qword ptr [{limb}]{{1to8}}",
                "vpmadd52huq {high}, {left}, qword ptr [{limb}]{{1to8}}",
                low = inout(zmm_reg) self.low[at],
                high = inout(zmm_reg) self.high[at],
                left = in(zmm_reg) left,
                limb = in(reg) limb,
                options(nostack, preserves_flags, readonly),
            );
        }
    }

    /// The upper halves of the last lane, which belong to the first column after these.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn above(&self) -> Vector {
        one_up(_mm512_setzero_si512(), self.high[VECTORS - 1])
    }

    /// The columns; what is above the last lane is dropped.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
    fn columns(self) -> [Vector; VECTORS] {
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
    fn with(mut self, other: &Self) -> Self {
        for at in 0..VECTORS {
            self.low[at] = _mm512_add_epi64(self.low[at], other.low[at]);
            self.high[at] = _mm512_add_epi64(self.high[at], other.high[at]);
        }
        self
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
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi")]
pub(super) fn verify(key: &Key, signature: &[u8; 256], digest: &[u8; 32]) -> bool {
    let signature = limbs::from_bytes(signature);
    let mut power = signature;
    for _ in 0..16 {
        power = reduce(key, &square(&power));
    }
    let mut columns = multiply(&power, &Lanes::of(&signature));
    for (column, term) in columns.iter_mut().zip(&key.padding_term.0) {
        *column = _mm512_add_epi64(*column, load(term));
    }
    add_digest(&mut columns, key, digest);
    let remainder = reduce(key, &columns);

    let differences = remainder.iter().zip(&key.modulus.0).fold(0, |differences, (limbs, modulus)| {
        differences | _mm512_cmpneq_epu64_mask(*limbs, load(modulus))
    });
    differences == 0
}

/// Adds digest * `digest_factor`.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn add_digest(columns: &mut Columns, key: &Key, digest: &[u8; 32]) {
    // Six vectors hold 45 limbs, and the upper halves of the last one.
    let [low @ .., _, _, _, _] = *columns;
    let mut sums = Halves::onto(low);
    for (limb, factors) in digest_limbs(digest).iter().zip(&key.digest_factor.0) {
        for (at, factor) in factors.iter().enumerate() {
            sums.add(at, load(factor), broadcast(*limb));
        }
    }
    columns[..6].copy_from_slice(&sums.columns());
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

/// The columns of number^2.
///
/// Limbs i < j are multiplied in lane (i + j) / 2: the number shifted up by e limbs times the number shifted down by e
/// (even i + j) or e + 1 (odd). No lane is wasted on products that belong to another column, and nothing is broadcast.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn square(number: &Number) -> Columns {
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
fn multiply(left: &Number, right: &Lanes) -> Columns {
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

/// (T + q * n) / R for the T of the columns and the q below R that makes the division exact; normalised.
///
/// q comes in two parts, so that the one is carried and stored while the other is computed.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn reduce(key: &Key, columns: &Columns) -> Number {
    let [low @ .., high0, high1, high2, high3, high4] = *columns;
    let (remainder, carry) = normalise(low);
    let limbs = Lanes::of(&remainder);

    // q = (T mod R) * -n^-1 mod R
    let sums = low_product::<0, 3>(&limbs, &key.negated_inverse, _mm512_setzero_si512());
    let (lower, above) = normalise(sums.columns());
    let lower = Lanes::of(&lower);
    let sums = low_product::<3, 2>(&limbs, &key.negated_inverse, _mm512_add_epi64(above, sums.above()));
    let (upper, _) = normalise(sums.columns());
    let upper = Lanes::of(&upper);

    // T / R + q * n / R
    let mut sums = [Halves::onto([high0, high1, high2, high3, high4]), Halves::zero()];
    add_high_product::<0, 3>(&mut sums, &lower, &key.modulus_high);
    let column40 = carry_into_column40(key, &remainder, carry, lower.0.iter().chain(&upper.0));
    add_high_product::<3, 2>(&mut sums, &upper, &key.modulus_high);
    let mut columns = sums[0].with(&sums[1]).columns();
    columns[0] = _mm512_add_epi64(columns[0], column40);
    normalise(columns).0
}

/// Vectors `FIRST..FIRST + VECTORS` of the lower 40 columns of a product, onto `below` in the first of them.
///
/// Odd and even shifts have sums of their own: a processor that starts two multiplications per cycle would wait for one.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn low_product<const FIRST: usize, const VECTORS: usize>(
    left: &Lanes,
    right: &Shifted<8, 5>,
    below: Vector,
) -> Halves<VECTORS> {
    let zero = _mm512_setzero_si512();
    let mut sums = [Halves::zero(), Halves::zero()];
    for block in FIRST..FIRST + VECTORS {
        // Of the vector in which they begin, limbs 4 to 7 of a block reach the upper half alone: lanes that a shift by
        // four less has in the lower half.
        let rows = [&right.0[0][0], &right.0[1][0], &right.0[2][0], &right.0[3][0]];
        let (low, high) = half_products(rows, &left.0[block][4..]);
        sums[0].low[block - FIRST] = _mm512_inserti64x4::<1>(zero, low);
        sums[0].high[block - FIRST] = _mm512_inserti64x4::<1>(zero, high);
    }
    sums[1].low[0] = below;
    each_shift!(SHIFT, {
        for block in 0..FIRST + VECTORS {
            for at in FIRST.max(block + SHIFT / 4)..FIRST + VECTORS {
                let right = load(&right.0[SHIFT][at - block]);
                sums[SHIFT % 2].add_limb(at - FIRST, right, &left.0[block][SHIFT]);
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
            // Vector 5 - block + at of the shifted number meets column 40 + 8 * at.
            for at in 0..block + SHIFT.saturating_sub(1) / 4 {
                let right = load(&right.0[SHIFT][4 - block + at]);
                sums[SHIFT % 2].add_limb(at, right, &left[SHIFT]);
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
        // SAFETY: reads the eight bytes of a reference. Writes no memory and no flags.
        unsafe {
            asm!(
                "vpmadd52luq {low}, {row}, qword ptr [{limb}]{{1to4}}",
                "vpmadd52huq {high}, {row}, qword ptr [{limb}]{{1to4}}",
                low = inout(ymm_reg) low,
                high = inout(ymm_reg) high,
                row = in(ymm_reg) _mm512_castsi512_si256(load(row)),
                limb = in(reg) limb,
                options(nostack, preserves_flags, readonly),
            );
        }
    }
    (low, high)
}

/// What columns 0..40 of T + q * n carry into column 40, in lane 0, with what T mod R carried there.
///
/// They are a multiple of R, and those below 39 hold less than 2^7 times the weight of column 39: what is carried out is
/// column 39, rounded up to whole limbs.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512ifma")]
fn carry_into_column40<'q>(
    key: &Key,
    remainder: &Number,
    carry: Vector,
    quotient: impl Iterator<Item = &'q [u64; 8]>,
) -> Vector {
    let mask = _mm512_set1_epi64(LIMB_MASK.cast_signed());
    let mut column39 = _mm512_maskz_mov_epi64(0x80, _mm512_add_epi64(remainder[4], mask));
    let (mut from38, mut column40) = (_mm512_setzero_si512(), carry);
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
fn normalise<const VECTORS: usize>(mut sums: [Vector; VECTORS]) -> ([Vector; VECTORS], Vector) {
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
            cases::{Random, limb_shapes, moduli, supported, value},
        },
        Columns, Key, Lanes, Number, Vector, load, multiply, normalise, reduce, square,
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
                let reduced = reduce(&key, &columns);
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
}
