//! Names of members with a hash, by which they are told apart without comparing.
//!
//! For RFC 7519 section 4, which demands names that are unique; those that differ in letter case alone are reported, too.

/// The name of a member.
#[derive(Clone, Copy)]
pub(crate) struct Name<'n> {
    pub(crate) text: &'n str,
    hash: u32,
}

impl<'n> Name<'n> {
    #[inline]
    pub(crate) const fn new(text: &'n str) -> Self {
        Self { text, hash: hash(text.as_bytes()) }
    }

    /// Returns so many bits of the hash. Nothing but time rests on them: names with the same hash are compared.
    #[inline]
    pub(crate) const fn bits<const BITS: u32>(self) -> u32 {
        self.hash >> u32::BITS.saturating_sub(BITS)
    }
}

/// Mixes the length of a name, its first two bytes and its last two, in any ASCII letter case. The upper bits are best.
#[inline]
const fn hash(name: &[u8]) -> u32 {
    // Letters differ from those of the other case in bit 5.
    const CASELESS: u32 = 0x1f1f_1f1f;
    // With it no two of the claims that are known have the same six bits at the top.
    const MULTIPLIER: u32 = 0x8684_35e1;
    let letters = match (name.first_chunk(), name.last_chunk()) {
        (Some([a, b]), Some([y, z])) => u32::from_le_bytes([*a, *b, *y, *z]),
        _ => 0,
    };
    let [len, ..] = name.len().to_le_bytes();
    ((letters & CASELESS) ^ u32::from_le_bytes([len, 0, 0, 0]).wrapping_shl(5)).wrapping_mul(MULTIPLIER)
}

/// The names that an object has so far, as bits of their hashes: a name with a bit of its own is new.
#[derive(Default)]
pub(super) struct Filter([u64; 16]);

impl Filter {
    /// Takes note of a name, and returns whether an earlier one may be like it, be it in another letter case.
    #[inline]
    pub(super) fn note(&mut self, name: Name<'_>) -> bool {
        let bit = 1_u64 << (name.bits::<10>() & 63);
        let Some(word) = usize::try_from(name.bits::<4>()).ok().and_then(|word| self.0.get_mut(word)) else {
            return true;
        };
        let seen = *word & bit != 0;
        *word |= bit;
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_same_in_any_letter_case() {
        for name in ["", "a", "ab", "abc", "unique_name", "x5t#S256", "\u{e9}x\u{c9}"] {
            assert_eq!(
                hash(name.to_ascii_uppercase().as_bytes()),
                hash(name.to_ascii_lowercase().as_bytes())
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn filter_notes_every_name_that_is_like_an_earlier_one(
            names in proptest::collection::vec("[a-cA-C\u{e9}_@`]{0,4}", 0..20)
        ) {
            let mut filter = Filter::default();
            for (at, name) in names.iter().enumerate() {
                let is_like = names.iter().take(at).any(|earlier| earlier.eq_ignore_ascii_case(name));
                proptest::prop_assert!(filter.note(Name::new(name)) || !is_like);
            }
        }
    }
}
