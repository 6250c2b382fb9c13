//! The header of a token: the few members that have a meaning here, and the ones that must not be there.
//!
//! Follows RFC 7515 section 4 and ruling 4.

use super::claim::Claim;
use super::json::Members;
use super::name::Name;

/// Members that change how a token is processed, or that bring a key along: each is refused.
const REFUSED: [&str; 9] = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc", "cty"];

/// A token's header.
#[derive(Clone, Debug, Default)]
pub struct Header<'a> {
    /// `alg`, the algorithm that the token claims.
    pub alg: Claim<'a>,
    /// `typ`, the type of the token.
    pub typ: Claim<'a>,
    /// `kid`, the id of the key.
    pub kid: Claim<'a>,
    /// `x5t`, base64url of the SHA-1 of the signer's certificate.
    pub x5t: Claim<'a>,
    /// `x5t#S256`, base64url of the SHA-256 of the signer's certificate.
    pub x5t_s256: Claim<'a>,
    /// `nonce`, which Microsoft puts into tokens that third parties cannot verify.
    pub nonce: Claim<'a>,
    /// In a token that is accepted there is nothing here.
    refused: Vec<(&'static str, Claim<'a>)>,
    other: Vec<String>,
}

impl<'a> Header<'a> {
    /// Lists the members that are refused wherever they stand, with their values, in the order of the header.
    ///
    /// `cty` is in the list only where it is something else than `JWT`.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, Claim<'a>)> {
        self.refused.iter().copied()
    }

    /// Lists the names of members that have no meaning here, safe to print.
    #[must_use]
    pub fn other(&self) -> &[String] {
        &self.other
    }

    /// Returns whether `alg` is `none` in any letter case, empty, or not a string: spellings of "not signed".
    #[must_use]
    pub fn claims_no_signature(&self) -> bool {
        self.alg.text().is_none_or(|alg| alg.is_empty() || alg.eq_ignore_ascii_case("none"))
    }
}

impl<'a> Members<'a> for Header<'a> {
    fn take(&mut self, name: Name<'_>, claim: Claim<'a>) {
        let name = name.text;
        let slot = match name {
            "alg" => &mut self.alg,
            "typ" => &mut self.typ,
            "kid" => &mut self.kid,
            "x5t" => &mut self.x5t,
            "x5t#S256" => &mut self.x5t_s256,
            "nonce" => &mut self.nonce,
            "cty" if claim.is_ignoring_case("JWT") => return,
            _ => {
                match REFUSED.iter().find(|refused| **refused == name) {
                    Some(name) => self.refused.push((name, claim)),
                    None => self.other.push(crate::redact::printable(name)),
                }
                return;
            }
        };
        *slot = claim;
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::jose::{Reader, Text};

    fn read(json: &str) -> Header<'_> {
        let mut header = Header::default();
        Reader::new(&Budget::DEFAULT).object(Text::nested(json), &mut header).unwrap();
        header
    }

    #[test]
    fn header_of_a_real_token_read() {
        let header = read(r#"{"typ":"JWT","alg":"RS256","x5t":"XqrnFEfsS55_vMBpHvF0pTnqeaM"}"#);
        assert!(header.alg.is("RS256") && header.typ.is("JWT") && header.x5t.is_present());
        assert_eq!(header.refused().count(), 0);
        assert!(header.other().is_empty());
    }

    #[test]
    fn header_refused_members_listed() {
        let header = read(r#"{"alg":"RS256","crit":[],"jku":"https://x","b64":false,"x":1}"#);
        let names: Vec<_> = header.refused().map(|(name, _)| name).collect();
        assert_eq!(names, ["crit", "jku", "b64"]);
        assert_eq!(header.other(), ["x"]);
    }

    #[test]
    fn header_cty_jwt_is_harmless() {
        assert_eq!(read(r#"{"cty":"JWT"}"#).refused().count(), 0);
        assert_eq!(read(r#"{"cty":"text"}"#).refused().count(), 1);
    }

    #[test]
    fn claims_no_signature_every_spelling_of_none() {
        for json in [
            r#"{}"#,
            r#"{"alg":"none"}"#,
            r#"{"alg":"NonE"}"#,
            r#"{"alg":""}"#,
            r#"{"alg":null}"#,
            r#"{"alg":0}"#,
        ] {
            assert!(read(json).claims_no_signature(), "{json}");
        }
        assert!(!read(r#"{"alg":"HS256"}"#).claims_no_signature());
    }
}
