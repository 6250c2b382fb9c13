//! One line: a token alone, behind `Bearer`, behind `Authorization:`, or as the value of a form.
//!
//! Follows RFC 6750 section 2.1 and ruling 12: the scheme in any letter case, one or more spaces.

use token_core::jose::{AuthorizationError, authorization};

/// Members of forms and JSON answers that hold a token, in the order in which SharePoint's own library tries them.
pub(super) const TOKEN_MEMBERS: [&str; 9] = [
    "AppContext",
    "AppContextToken",
    "AccessToken",
    "SPAppToken",
    "access_token",
    "id_token",
    "assertion",
    "client_assertion",
    "token",
];

/// What a line holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// Blank, or a comment.
    Skip,
    /// Something in the place of a token.
    Token(&'t [u8]),
    /// Nothing that could be a token: what it is instead.
    Other(&'static str),
}

/// Reads one line.
pub(super) fn parse(line: &[u8]) -> Line<'_> {
    let line = line.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return Line::Skip;
    }
    if let Some(value) = header_value(line, "authorization") {
        return credentials(value);
    }
    if has_scheme(line, "Bearer") {
        return credentials(line);
    }
    if let Some(token) = form_value(line) {
        return Line::Token(token);
    }
    Line::Token(line)
}

/// Whether bytes can be meant as a token: they begin like base64url of a JSON object, or have two dots and no blanks.
pub(crate) fn looks_like_token(text: &[u8]) -> bool {
    /// The shortest token with a header of its own, `{"alg":"none"}`, and two claims.
    const SHORTEST: usize = 40;
    // `{"`, `{ ` and a brace with a line break.
    let begins_like_json = [&b"eyJ"[..], b"eyA", b"ewo", b"ew0"].iter().any(|begin| text.starts_with(begin));
    let dots = text.iter().filter(|b| **b == b'.').count();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.=+/".contains(b);
    begins_like_json
        || (text.len() >= SHORTEST && dots >= 2 && text.iter().all(plain))
        || header_value(text, "authorization").is_some()
        || has_scheme(text, "Bearer")
}

/// The value of a header line with this name.
pub(super) fn header_value<'t>(line: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    let rest = rest.trim_ascii_start().strip_prefix(b":")?;
    found.eq_ignore_ascii_case(name.as_bytes()).then(|| rest.trim_ascii())
}

/// The token of an `Authorization` value.
pub(super) fn credentials(value: &[u8]) -> Line<'_> {
    match std::str::from_utf8(value).map(|value| authorization([value])) {
        Ok(Ok(token)) => Line::Token(token.as_bytes()),
        Ok(Err(AuthorizationError::Empty)) => {
            Line::Other("an empty Bearer, which asks for a challenge and carries no token")
        }
        // Not text: the token's own check names the byte.
        Err(_) if has_scheme(value, "Bearer") => Line::Token(value["Bearer".len()..].trim_ascii()),
        _ => Line::Other("an Authorization of another scheme than Bearer"),
    }
}

fn has_scheme(value: &[u8], scheme: &str) -> bool {
    value.split_at_checked(scheme.len()).is_some_and(|(found, rest)| {
        found.eq_ignore_ascii_case(scheme.as_bytes()) && rest.first().is_none_or(u8::is_ascii_whitespace)
    })
}

/// The token among the values of a form, `name=value&name=value`.
fn form_value(line: &[u8]) -> Option<&[u8]> {
    line.split(|b| *b == b'&').find_map(|pair| {
        let at = pair.iter().position(|b| *b == b'=')?;
        let (name, value) = (&pair[..at], &pair[at + 1..]);
        let known = TOKEN_MEMBERS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
        (known && looks_like_token(value)).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &[u8] = b"eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0.";

    #[test]
    fn parse_token_in_each_wrapping() {
        for wrapped in [
            "%",
            "  %\r",
            "Bearer %",
            "bEARER   %",
            "Authorization: Bearer %",
            "AUTHORIZATION :bearer %",
            "grant_type=x&assertion=%&resource=y",
            "SPAppToken=%",
        ] {
            let line = wrapped.replace('%', std::str::from_utf8(TOKEN).unwrap());
            assert_eq!(parse(line.as_bytes()), Line::Token(TOKEN), "{wrapped}");
        }
    }

    #[test]
    fn parse_blank_and_comment_skipped() {
        assert_eq!(parse(b" \r"), Line::Skip);
        assert_eq!(parse(b"# eyJ"), Line::Skip);
    }

    #[test]
    fn parse_other_credentials_named() {
        assert!(
            matches!(parse(b"Authorization: Bearer"), Line::Other(what) if what.contains("empty Bearer"))
        );
        assert!(matches!(parse(b"Bearer "), Line::Other(_)));
        assert!(
            matches!(parse(b"Authorization: Basic YTpi"), Line::Other(what) if what.contains("another scheme"))
        );
    }

    #[test]
    fn parse_broken_line_kept_for_the_judge() {
        assert_eq!(parse(b"hello"), Line::Token(b"hello"));
        assert!(!looks_like_token(b"hello") && !looks_like_token(b"hello.world.txt"));
        assert!(looks_like_token(TOKEN) && looks_like_token(b"Bearer x"));
    }
}
