//! The token of a request: the one `Authorization` line and what stands in it.
//!
//! Follows RFC 6750 section 2.1, RFC 9110 sections 11.4 and 11.6.2, and ruling 12.

use std::fmt;

use crate::verdict::RuleId;

/// Finds the token in the values of a request's `Authorization` lines.
///
/// Takes every such value of the request, in order: the scheme in any letter case, one or more spaces, the token.
///
/// # Errors
/// What breaks `INP-09`: no such line, several, another scheme, or the empty `Bearer` that starts the flow.
pub fn authorization<'h>(values: impl IntoIterator<Item = &'h str>) -> Result<&'h str, AuthorizationError> {
    let mut values = values.into_iter();
    let Some(value) = values.next() else { return Err(AuthorizationError::Absent) };
    let others = values.count();
    if others > 0 {
        return Err(AuthorizationError::Several { found: others.saturating_add(1) });
    }
    let value = value.trim_matches([' ', '\t']);
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = token.trim_start_matches(' ');
    if !scheme.eq_ignore_ascii_case("Bearer") {
        Err(AuthorizationError::OtherScheme)
    } else if token.is_empty() {
        Err(AuthorizationError::Empty)
    } else {
        Ok(token)
    }
}

/// Why a request has no one token. Holds nothing of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// There is no such line.
    Absent,
    /// There are several: one reader may judge the first and another use the last.
    Several {
        /// How many.
        found: usize,
    },
    /// The scheme is not Bearer.
    OtherScheme,
    /// The scheme is Bearer, and nothing follows: a client that asks for the challenge.
    Empty,
}

impl AuthorizationError {
    /// Returns the rule that this breaks.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::Inp09
    }

    /// Says what should have stood there.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        "one line \"Authorization: Bearer …\""
    }

    /// Says what was found.
    #[must_use]
    pub fn found(self) -> String {
        match self {
            Self::Absent => "no Authorization line".into(),
            Self::Several { found } => format!("{found} of them"),
            Self::OtherScheme => "another scheme".into(),
            Self::Empty => "an empty Bearer".into(),
        }
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected(), self.found())
    }
}

impl std::error::Error for AuthorizationError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorization_scheme_in_any_case_and_more_spaces() {
        assert_eq!(authorization(["Bearer a.b.c"]), Ok("a.b.c"));
        assert_eq!(authorization(["bEARER   a.b.c "]), Ok("a.b.c"));
    }

    #[test]
    fn authorization_everything_else_named() {
        assert_eq!(authorization([]), Err(AuthorizationError::Absent));
        assert_eq!(authorization(["Bearer"]), Err(AuthorizationError::Empty));
        assert_eq!(authorization(["Bearer "]), Err(AuthorizationError::Empty));
        assert_eq!(authorization(["Basic YTpi"]), Err(AuthorizationError::OtherScheme));
        assert_eq!(authorization(["Bearera.b.c"]), Err(AuthorizationError::OtherScheme));
        let twice = authorization(["Bearer a.b.c", "Bearer a.b.c"]);
        assert_eq!(twice, Err(AuthorizationError::Several { found: 2 }));
        assert_eq!(
            twice.unwrap_err().to_string(),
            "expected one line \"Authorization: Bearer …\", found 2 of them"
        );
    }
}
