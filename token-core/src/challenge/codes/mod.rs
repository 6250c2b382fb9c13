//! What the codes of a refusal mean, why they come in a hybrid deployment, and what to do about them.
//! Follows the Exchange developer documentation (`x-ms-diagnostics`) and the Entra error reference (AADSTS).

mod aadsts;
mod diagnostics;

use crate::verdict::RuleId;

/// One code that a server or a token service sends with a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The number, as it is sent.
    pub number: u32,
    /// Who sends it.
    pub family: Family,
    /// The short name: Exchange's category, or the name in the Entra error reference; empty where there is none.
    pub name: &'static str,
    /// What the code says, in one sentence.
    pub meaning: &'static str,
    /// What is usually behind it in a hybrid deployment.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Our rules that look at the same thing; empty where none does.
    pub rules: &'static [RuleId],
    /// Where the code is described.
    pub source: &'static str,
}

/// Who sends a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Exchange, in `x-ms-diagnostics`.
    Exchange,
    /// SharePoint, in `x-ms-diagnostics`.
    SharePoint,
    /// Entra, as an AADSTS code in the body of a refused token request.
    Entra,
}

impl Family {
    /// Says where the code is found.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exchange => "x-ms-diagnostics of Exchange",
            Self::SharePoint => "x-ms-diagnostics of SharePoint",
            Self::Entra => "AADSTS error of the token service",
        }
    }
}

/// Finds a code as people write it: a number, or a number behind `AADSTS` in any letter case.
#[must_use]
pub fn code(text: &str) -> Option<&'static Code> {
    const PREFIX: &str = "AADSTS";
    match text.split_at_checked(PREFIX.len()) {
        Some((prefix, digits)) if prefix.eq_ignore_ascii_case(PREFIX) => aadsts(digits.parse().ok()?),
        _ => {
            let number = text.parse().ok()?;
            diagnostic(number).or_else(|| aadsts(number))
        }
    }
}

/// Finds a code of `x-ms-diagnostics`.
#[must_use]
pub fn diagnostic(code: u32) -> Option<&'static Code> {
    find(diagnostics::CODES, code)
}

/// Finds an AADSTS code by its number.
#[must_use]
pub fn aadsts(code: u32) -> Option<&'static Code> {
    find(aadsts::CODES, code)
}

/// Returns all codes: those of Exchange, of SharePoint, of Entra, each in the order of their numbers.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    diagnostics::CODES.iter().chain(aadsts::CODES)
}

/// The tables are in the order of their numbers; a test holds them to it.
fn find(codes: &'static [Code], number: u32) -> Option<&'static Code> {
    let index = codes.binary_search_by_key(&number, |code| code.number).ok()?;
    codes.get(index)
}

/// Makes the entries of a table, so that they read as one.
macro_rules! table {
    ($($number:literal $family:ident $name:literal [$($rule:ident),*]
        meaning: $meaning:literal,
        cause: $cause:literal,
        remedy: $remedy:literal,
        source: $source:expr;
    )*) => {
        &[$(Code {
            number: $number,
            family: Family::$family,
            name: $name,
            meaning: $meaning,
            cause: $cause,
            remedy: $remedy,
            rules: &[$(RuleId::$rule),*],
            source: $source,
        }),*]
    };
}
use table;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_found_with_and_without_prefix() {
        assert_eq!(code("aadsts500011").map(|code| code.number), Some(500_011));
        assert_eq!(code("500011").map(|code| code.family), Some(Family::Entra));
        assert_eq!(code("2000003").map(|code| code.family), Some(Family::Exchange));
        assert_eq!(code("AADSTS2000003"), None);
        assert_eq!(code("AADSTS"), None);
    }

    #[test]
    fn tables_ordered_without_duplicates() {
        for table in [diagnostics::CODES, aadsts::CODES] {
            assert!(table.windows(2).all(|pair| pair[0].number < pair[1].number));
        }
    }

    #[test]
    fn tables_have_every_code_of_the_specification() {
        let diagnostics =
            (2_000_000..=2_000_009).chain([4_000_000, 3_001_000, 3_001_003, 3_001_004, 3_005_004]);
        assert!(diagnostics.into_iter().all(|code| diagnostic(code).is_some()));
        let entra = [
            500_011, 50_001, 50_003, 50_006, 50_012, 50_013, 500_133, 50_020, 50_027, 50_034, 50_048, 50_053,
            50_057, 50_126, 50_059, 50_128, 50_076, 50_079, 50_158, 53_000, 53_001, 53_002, 53_003, 53_004,
            50_105, 50_107, 50_169, 65_001, 650_052, 650_056, 650_057, 67_003, 70_001, 7_000_112, 700_016,
            700_027, 700_030, 7_000_215, 7_000_222, 90_002, 90_022, 90_038, 900_432, 900_384, 500_014,
        ];
        assert!(entra.into_iter().all(|code| aadsts(code).is_some()));
    }

    #[test]
    fn lookup_finds_the_code_and_no_other() {
        for code in codes() {
            let found = match code.family {
                Family::Entra => aadsts(code.number),
                Family::Exchange | Family::SharePoint => diagnostic(code.number),
            };
            assert_eq!(found, Some(code));
        }
        assert_eq!((diagnostic(50_012), aadsts(2_000_001), diagnostic(0)), (None, None, None));
    }

    #[test]
    fn codes_of_time_and_audience_mirror_our_rules() {
        assert_eq!(diagnostic(2_000_002).unwrap().rules, [RuleId::S2s25, RuleId::S2s26]);
        assert_eq!(diagnostic(2_000_003).unwrap().rules, [RuleId::S2s08]);
        assert_eq!(aadsts(90_022).unwrap().rules, [RuleId::S2s29]);
    }

    #[test]
    fn texts_are_sentences() {
        for code in codes() {
            for text in [code.meaning, code.cause, code.remedy] {
                let first = text.chars().next().unwrap();
                assert!(text.ends_with('.') && !first.is_ascii_lowercase(), "{}: {text}", code.number);
                assert!(!text.contains(". "), "{}: one sentence: {text}", code.number);
            }
            assert!(!code.source.is_empty());
        }
    }

    #[test]
    fn sharepoint_numbers_fit_their_hexadecimal_spelling() {
        assert_eq!(
            [0x2D_CAA8, 0x2D_CAAB, 0x2D_CAAC, 0x2D_DA4C],
            [3_001_000, 3_001_003, 3_001_004, 3_005_004]
        );
    }
}
