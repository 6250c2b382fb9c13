//! An assertion of nobody, which is read and verified where there is none, so that failure takes as long as success.
//!
//! Follows XML Encryption 1.1 section 6.1 in the way that RFC 5246 section 7.4.7.1 answers bad session keys: go on as if
//! nothing had happened, with something that can never be accepted.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::dauth::names::{ds, saml, wsse};
use crate::keys::Ski;

/// How the decoy says it is signed: as the issuer's real assertions are, so that the same digests are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) enum DecoyMethod {
    /// rsa-sha1 with a sha1 digest, where the policy allows them.
    RsaSha1,
    /// rsa-sha256 with a sha256 digest.
    RsaSha256,
}

/// A synthetic assertion of the gateway's shape, as long as wanted. Nobody signed it.
pub(in crate::dauth) struct Decoy {
    before: String,
    after: String,
}

/// One more value of the list that makes a decoy longer.
const VALUE: &str = "<saml:AttributeValue>somebody@decoy.example</saml:AttributeValue>";

/// The fourth attribute, in the place of ThirdPartyRequested: the shortest decoy has as many elements as the usual assertion.
const LIST: &str = "<saml:Attribute AttributeName=\"EmailAddressList\" \
    AttributeNamespace=\"http://schemas.xmlsoap.org/claims\"><saml:AttributeValue>";

impl Decoy {
    /// Makes a decoy whose signature names the key under an identifier, and is as long as the key's modulus.
    ///
    /// The key is one of the token issuer's, any: only if the validator has it is the RSA operation done.
    pub(in crate::dauth) fn new(ski: &Ski, modulus_len: usize, method: DecoyMethod) -> Self {
        let (signature_method, digest_method, digest_len) = match method {
            DecoyMethod::RsaSha1 => (ds::RSA_SHA1, ds::SHA1, 20),
            DecoyMethod::RsaSha256 => (ds::RSA_SHA256, ds::SHA256, 32),
        };
        // A leading zero keeps the number below every modulus: a larger one is refused before it is raised to anything.
        // That it is a signature has the odds of guessing one; the caller does not rely on it.
        let mut signature = vec![0x5a; modulus_len];
        if let Some(first) = signature.first_mut() {
            *first = 0;
        }
        let statement = |confirmation: &str, content: &str| {
            format!(
                "<saml:Subject><saml:NameIdentifier Format=\"http://schemas.xmlsoap.org/claims/upn\">\
                 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=@decoy.example</saml:NameIdentifier>\
                 {confirmation}</saml:Subject>{content}"
            )
        };
        let attribute = |name: &str, namespace: &str, value: &str| {
            format!(
                "<saml:Attribute AttributeName=\"{name}\" AttributeNamespace=\"{namespace}\">\
                 <saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
            )
        };
        const IDENTITY: &str = "http://schemas.microsoft.com/ws/2006/04/identity/claims";
        const AUTHORIZATION: &str = "http://schemas.xmlsoap.org/ws/2006/12/authorization/claims";
        const ID: &str = "uuid-00000000-0000-4000-8000-000000000000";
        let confirmation = format!(
            "<saml:SubjectConfirmation><saml:ConfirmationMethod>{}</saml:ConfirmationMethod>\
             <KeyInfo xmlns=\"{}\"><trust:BinarySecret \
             xmlns:trust=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
             </trust:BinarySecret></KeyInfo></saml:SubjectConfirmation>",
            saml::HOLDER_OF_KEY,
            ds::NAMESPACE,
        );
        let before = format!(
            "<saml:Assertion MajorVersion=\"1\" MinorVersion=\"1\" AssertionID=\"{ID}\" Issuer=\"urn:decoy\" \
             IssueInstant=\"2000-01-01T00:00:00.000Z\" xmlns:saml=\"{}\">\
             <saml:Conditions NotBefore=\"2000-01-01T00:00:00.000Z\" NotOnOrAfter=\"2000-01-16T00:03:00.000Z\">\
             <saml:AudienceRestrictionCondition><saml:Audience>http://decoy.example</saml:Audience>\
             </saml:AudienceRestrictionCondition></saml:Conditions>\
             <saml:AuthenticationStatement AuthenticationMethod=\"urn:oasis:names:tc:SAML:1.0:am:password\" \
             AuthenticationInstant=\"2000-01-01T00:00:00.000Z\">{}</saml:AuthenticationStatement>\
             <saml:AttributeStatement>{}{LIST}",
            saml::NAMESPACE,
            statement(&confirmation, ""),
            statement(
                "",
                &[
                    attribute("EmailAddress", "http://schemas.xmlsoap.org/claims", "somebody@decoy.example"),
                    attribute("RequestorDomain", IDENTITY, "decoy.example"),
                    attribute("action", AUTHORIZATION, "MSExchange.MailTips"),
                ]
                .concat(),
            ),
        );
        let after = format!(
            "</saml:Attribute></saml:AttributeStatement><Signature xmlns=\"{}\"><SignedInfo>\
             <CanonicalizationMethod Algorithm=\"{exclusive}\"></CanonicalizationMethod>\
             <SignatureMethod Algorithm=\"{signature_method}\"></SignatureMethod><Reference URI=\"#{ID}\"><Transforms>\
             <Transform Algorithm=\"{}\"></Transform><Transform Algorithm=\"{exclusive}\"></Transform></Transforms>\
             <DigestMethod Algorithm=\"{digest_method}\"></DigestMethod><DigestValue>{}</DigestValue></Reference>\
             </SignedInfo><SignatureValue>{}</SignatureValue><KeyInfo><o:SecurityTokenReference xmlns:o=\"{}\">\
             <o:KeyIdentifier ValueType=\"{}\" EncodingType=\"{}\">{ski}</o:KeyIdentifier></o:SecurityTokenReference>\
             </KeyInfo></Signature></saml:Assertion>",
            ds::NAMESPACE,
            ds::ENVELOPED,
            BASE64_STANDARD.encode(vec![0_u8; digest_len]),
            BASE64_STANDARD.encode(&signature),
            wsse::NAMESPACE,
            wsse::X509_SKI,
            wsse::BASE64,
            exclusive = ds::EXCLUSIVE,
        );
        Self { before, after }
    }

    /// Returns the decoy, exactly so many bytes long, or as short as it can be.
    pub(super) fn text(&self, len: usize) -> Zeroizing<Vec<u8>> {
        const FIRST_END: &str = "</saml:AttributeValue>";
        let fixed = [self.before.len(), FIRST_END.len(), self.after.len()].into_iter().sum::<usize>();
        let room = len.saturating_sub(fixed);
        let (values, rest) = (room.checked_div(VALUE.len()).unwrap_or(0), room.checked_rem(VALUE.len()));
        let mut text = Zeroizing::new(Vec::with_capacity(len.max(fixed)));
        text.extend_from_slice(self.before.as_bytes());
        text.extend(std::iter::repeat_n(b'x', rest.unwrap_or(0)));
        text.extend_from_slice(FIRST_END.as_bytes());
        for _ in 0..values {
            text.extend_from_slice(VALUE.as_bytes());
        }
        text.extend_from_slice(self.after.as_bytes());
        text
    }
}

/// Shows only how long it is at least.
impl fmt::Debug for Decoy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decoy of {} bytes or more", self.text(0).len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::dauth::xml::Text;

    fn decoy() -> Decoy {
        Decoy::new(&Ski::from_bytes(&[7; 20]).unwrap(), 256, DecoyMethod::RsaSha1)
    }

    #[test]
    fn decoy_of_any_length_is_an_assertion() {
        let decoy = decoy();
        let shortest = decoy.text(0).len();
        for len in (0..20_000).step_by(37) {
            let text = decoy.text(len);
            assert_eq!(text.len(), len.max(shortest));
            let text = Text::scan(&text, &Budget::DEFAULT).unwrap();
            let tree = text.parse(&Budget::DEFAULT).unwrap();
            let root = tree.root().unwrap();
            assert!(root.is(saml::ASSERTION));
            assert_eq!(root.all(ds::SIGNATURE).count(), 1);
        }
    }

    #[test]
    fn decoy_names_the_key_it_was_made_for() {
        let decoy = decoy();
        let text = decoy.text(0);
        let text = std::str::from_utf8(&text).unwrap();
        assert!(text.contains(">BwcHBwcHBwcHBwcHBwcHBwcHBwc=</o:KeyIdentifier>"));
        let (_, value) = text.split_once("<SignatureValue>").unwrap();
        let value = value.split_once('<').unwrap().0;
        let value = BASE64_STANDARD.decode(value).unwrap();
        assert_eq!((value.len(), value[0]), (256, 0));
    }
}
