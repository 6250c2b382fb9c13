//! The headers in which Exchange and SharePoint say why they refused a token.
//! Follows the Exchange developer documentation (`x-ms-diagnostics`) and observed headers.

use std::fmt;

use super::codes::{self, Code};
use super::text::Text;
use crate::budget::Budget;

/// The value of `x-ms-diagnostics`: `2000003;reason="…";error_category="invalid_resource"`.
///
/// Quotes and semicolons inside the reason are not escaped by the servers. So the code ends at the first `;`, the
/// category is what stands after the last `;`, and the reason is all between them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostics<'h> {
    /// The code.
    pub code: u32,
    /// The text for people. Not every server sends one.
    pub reason: Option<Text<'h>>,
    /// The category, and the name under which it was sent.
    pub category: Option<(CategoryName, Text<'h>)>,
    /// What stands between code and category and is not `reason="…"`.
    pub rest: Option<Text<'h>>,
}

impl<'h> Diagnostics<'h> {
    /// Reads the value of the header.
    ///
    /// # Errors
    /// [`DiagnosticsError`], where the value does not begin with a number, or is longer than `max_header`.
    ///
    /// # Examples
    /// ```
    /// use token_core::Budget;
    /// use token_core::challenge::Diagnostics;
    /// use token_core::verdict::RuleId;
    ///
    /// let value = r#"2000003;reason="not "here"";error_category="invalid_resource""#;
    /// let diagnostics = Diagnostics::parse(value, &Budget::DEFAULT)?;
    /// assert_eq!(diagnostics.reason.as_ref().map(|reason| reason.as_str()), Some(r#"not "here""#));
    /// assert_eq!(diagnostics.explain().map(|code| code.rules), Some(&[RuleId::S2s08][..]));
    /// # Ok::<(), token_core::challenge::DiagnosticsError>(())
    /// ```
    pub fn parse(value: &'h str, budget: &Budget) -> Result<Self, DiagnosticsError> {
        if value.len() > budget.max_header {
            return Err(DiagnosticsError::TooLong { limit: budget.max_header });
        }
        let (code, rest) = value.split_once(';').unwrap_or((value, ""));
        let code = code.trim();
        // `parse` would take a sign.
        let digits = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
        let code = Some(code).filter(|_| digits).and_then(|code| code.parse().ok());
        let code = code.ok_or(DiagnosticsError::NoCode)?;
        let (between, category) = split_category(rest);
        let between = between.trim().trim_end_matches(';').trim_end();
        let (reason, rest) = match strip_name(between, "reason").and_then(unquote) {
            Some(reason) => (Some(reason.into()), None),
            None => (None, Some(between).filter(|text| !text.is_empty()).map(Text::from)),
        };
        Ok(Self { code, reason, category, rest })
    }

    /// Returns what is known about the code.
    #[must_use]
    pub fn explain(&self) -> Option<&'static Code> {
        codes::diagnostic(self.code)
    }
}

/// Under which name a category was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CategoryName {
    /// `error_category`: Exchange.
    ErrorCategory,
    /// `error_type`: Exchange, in the developer documentation.
    ErrorType,
    /// `category`: SharePoint.
    Category,
}

impl CategoryName {
    const ALL: [Self; 3] = [Self::ErrorCategory, Self::ErrorType, Self::Category];

    /// Returns the name as the servers spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ErrorCategory => "error_category",
            Self::ErrorType => "error_type",
            Self::Category => "category",
        }
    }
}

fn split_category(rest: &str) -> (&str, Option<(CategoryName, Text<'_>)>) {
    let trimmed = rest.trim_end().trim_end_matches(';').trim_end();
    let (before, last) = trimmed.rsplit_once(';').unwrap_or(("", trimmed));
    let category = CategoryName::ALL.into_iter().find_map(|name| {
        let value = strip_name(last.trim_start(), name.as_str()).and_then(unquote)?;
        // A quote in here would mean that the semicolon was one of the reason's.
        (!value.contains('"')).then(|| (name, Text::from(value)))
    });
    match category {
        Some(_) => (before, category),
        None => (rest, None),
    }
}

fn strip_name<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (head, tail) = text.split_at_checked(name.len())?;
    let value = head.eq_ignore_ascii_case(name).then_some(tail)?;
    value.trim_start().strip_prefix('=').map(str::trim_start)
}

fn unquote(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// Why a value is not that of `x-ms-diagnostics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiagnosticsError {
    /// It does not begin with a number of 32 bits.
    NoCode,
    /// It is longer than the budget's `max_header`.
    TooLong {
        /// The budget's number.
        limit: usize,
    },
}

impl fmt::Display for DiagnosticsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCode => f.write_str("x-ms-diagnostics, byte 0: expected a number, found something else"),
            Self::TooLong { limit } => {
                write!(f, "x-ms-diagnostics: expected at most {limit} bytes, found more")
            }
        }
    }
}

impl std::error::Error for DiagnosticsError {}

/// The value of `x-ms-diagnostics-from-backend`: the name of an error and a message, `Name|message`.
///
/// It is what the mailbox server said to the front end that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackendDiagnostics<'h> {
    /// The name of the error.
    pub name: Text<'h>,
    /// The message, where there is one.
    pub message: Option<Text<'h>>,
}

impl<'h> BackendDiagnostics<'h> {
    /// Reads the value of the header; every text is one.
    #[must_use]
    pub fn parse(value: &'h str) -> Self {
        let (name, message) = match value.split_once('|') {
            Some((name, message)) => (name, Some(message.trim().into())),
            None => (value, None),
        };
        Self { name: name.trim().into(), message }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Parts<'a> = (u32, Option<&'a str>, Option<(CategoryName, &'a str)>, Option<&'a str>);

    fn check(value: &str, expected: Parts<'_>) {
        let read = Diagnostics::parse(value, &Budget::DEFAULT).unwrap();
        let category = read.category.as_ref().map(|(name, text)| (*name, text.as_str()));
        let rest = read.rest.as_ref().map(Text::as_str);
        assert_eq!((read.code, read.reason.as_ref().map(Text::as_str), category, rest), expected, "{value}");
    }

    #[test]
    fn diagnostics_of_exchange_read() {
        use CategoryName::{ErrorCategory, ErrorType};
        check(
            r#"2000003;reason="The hostname component of the audience claim value is invalid. Expected 'https://mail.contoso.com'. Actual 'http://mail.contoso.com'.";error_category="invalid_resource""#,
            (
                2_000_003,
                Some(
                    "The hostname component of the audience claim value is invalid. Expected 'https://mail.contoso.com'. Actual 'http://mail.contoso.com'.",
                ),
                Some((ErrorCategory, "invalid_resource")),
                None,
            ),
        );
        check(
            r#"2000001; error_type="invalid_token""#,
            (2_000_001, None, Some((ErrorType, "invalid_token")), None),
        );
        check("4000000", (4_000_000, None, None, None));
    }

    #[test]
    fn diagnostics_of_sharepoint_read() {
        check(
            r#"3005004;reason="The token does not contain valid algorithm in header.";category="invalid_client""#,
            (
                3_005_004,
                Some("The token does not contain valid algorithm in header."),
                Some((CategoryName::Category, "invalid_client")),
                None,
            ),
        );
    }

    #[test]
    fn diagnostics_unescaped_quotes_stay_in_the_reason() {
        check(
            r#"2000001;reason="The issuer "a@b"; 'c' is unknown; x="y"";error_category="invalid_token""#,
            (
                2_000_001,
                Some(r#"The issuer "a@b"; 'c' is unknown; x="y""#),
                Some((CategoryName::ErrorCategory, "invalid_token")),
                None,
            ),
        );
    }

    #[test]
    fn diagnostics_category_inside_the_reason_not_taken() {
        check(
            r#"2000001;reason="said ;category="x"""#,
            (2_000_001, Some(r#"said ;category="x""#), None, None),
        );
    }

    #[test]
    fn diagnostics_odd_spelling_read() {
        check(
            " 2000002 ; Reason = \"late\" ; ERROR_CATEGORY = \"token_expired\" ; ",
            (2_000_002, Some("late"), Some((CategoryName::ErrorCategory, "token_expired")), None),
        );
        check(r#"2000002;reason="cut off"#, (2_000_002, None, None, Some(r#"reason="cut off"#)));
        check(r#"2000002;other=1"#, (2_000_002, None, None, Some("other=1")));
    }

    #[test]
    fn diagnostics_without_code_refused() {
        for value in ["", ";reason=\"x\"", "+2000001", "2000001x", "99999999999", "0x2DDA4C"] {
            assert_eq!(Diagnostics::parse(value, &Budget::DEFAULT), Err(DiagnosticsError::NoCode), "{value}");
        }
    }

    #[test]
    fn diagnostics_over_budget_refused() {
        let long = format!("1;{}", " ".repeat(Budget::DEFAULT.max_header));
        assert!(matches!(Diagnostics::parse(&long, &Budget::DEFAULT), Err(DiagnosticsError::TooLong { .. })));
    }

    #[test]
    fn backend_diagnostics_split_at_the_first_bar() {
        let read = BackendDiagnostics::parse("OAuthInvalid|token|x");
        assert_eq!((read.name.as_str(), read.message.unwrap().as_str()), ("OAuthInvalid", "token|x"));
        assert_eq!(BackendDiagnostics::parse("OAuthInvalid").message, None);
    }

    proptest! {
        #[test]
        fn diagnostics_any_reason_survives(reason in "[ -~]{0,40}", code: u32) {
            let value = format!("{code};reason=\"{reason}\";error_category=\"invalid_token\"");
            let read = Diagnostics::parse(&value, &Budget::DEFAULT).unwrap();
            prop_assert_eq!(read.code, code);
            prop_assert_eq!(read.reason, Some(Text::from(reason)));
            prop_assert!(read.category.is_some());
        }

        #[test]
        fn diagnostics_any_text_does_not_panic(value in "\\PC{0,60}|[0-9;=\" a-z_]{0,60}") {
            let _ = Diagnostics::parse(&value, &Budget::DEFAULT);
            let _ = BackendDiagnostics::parse(&value);
        }
    }
}
