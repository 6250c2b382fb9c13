//! The encrypted token as it stands in the message: for whom it is, with which algorithms, and how long.
//!
//! Follows XML Encryption 1.1 sections 3 and 5 and the WS-Security X.509 token profile 1.1 section 3.2.1, in the one
//! shape that gateways write. What is read here everybody can see who sees the message.

use std::fmt;

use super::base64;
use super::defect::Defects;
use super::names::{ds, wsse, xenc, xenc11};
use super::xml::{Name, Node};
use crate::keys::Ski;
use crate::redact::printable;
use crate::verdict::RuleId;

const RULE: RuleId = RuleId::Da16;

/// How the session key is encrypted for its recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyTransport {
    /// RSA-OAEP with the digest SHA-1, and MGF1 with SHA-1.
    OaepSha1,
    /// RSA-OAEP with the digest SHA-256, and MGF1 with SHA-256.
    OaepSha256,
    /// RSA-OAEP with another pair of digests; both algorithms, safe to print. Not supported.
    OaepOther {
        /// The digest of the label.
        digest: String,
        /// The mask generation function.
        mask: String,
    },
    /// RSAES-PKCS1-v1_5, whose padding is an oracle. Never supported.
    Pkcs1,
    /// Another algorithm, safe to print.
    Unknown(String),
}

impl KeyTransport {
    /// Returns whether a session key that is encrypted in this way can be decrypted.
    #[must_use]
    pub const fn is_supported(&self) -> bool {
        matches!(self, Self::OaepSha1 | Self::OaepSha256)
    }
}

impl fmt::Display for KeyTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OaepSha1 => f.write_str("RSA-OAEP with SHA-1"),
            Self::OaepSha256 => f.write_str("RSA-OAEP with SHA-256"),
            Self::OaepOther { digest, mask } => {
                write!(f, "RSA-OAEP with the digest {digest} and the mask {mask}")
            }
            Self::Pkcs1 => f.write_str("RSA with PKCS #1 v1.5 padding"),
            Self::Unknown(uri) => f.write_str(uri),
        }
    }
}

/// How the token is encrypted with the session key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cipher {
    /// AES-128 in CBC mode.
    Aes128Cbc,
    /// AES-256 in CBC mode: what Exchange asks the gateway for.
    Aes256Cbc,
    /// AES-128 in GCM mode.
    Aes128Gcm,
    /// AES-256 in GCM mode.
    Aes256Gcm,
    /// Triple DES in CBC mode. Supported only with the feature `legacy-3des`.
    TripleDesCbc,
    /// Another algorithm, safe to print.
    Unknown(String),
}

impl Cipher {
    fn of(uri: &str) -> Self {
        match uri {
            xenc::AES128_CBC => Self::Aes128Cbc,
            xenc::AES256_CBC => Self::Aes256Cbc,
            xenc::AES128_GCM => Self::Aes128Gcm,
            xenc::AES256_GCM => Self::Aes256Gcm,
            xenc::TRIPLEDES_CBC => Self::TripleDesCbc,
            other => Self::Unknown(printable(other)),
        }
    }

    /// Returns whether a token that is encrypted in this way can be decrypted.
    #[must_use]
    pub const fn is_supported(&self) -> bool {
        match self {
            Self::Aes128Cbc | Self::Aes256Cbc | Self::Aes128Gcm | Self::Aes256Gcm => true,
            Self::TripleDesCbc => cfg!(feature = "legacy-3des"),
            Self::Unknown(_) => false,
        }
    }

    /// Returns whether a changed ciphertext is noticed by the cipher itself, so that it is no oracle.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes256Gcm)
    }

    /// Returns what a ciphertext of the cipher can be: bytes before the first block of text and after the last, and
    /// those of a block.
    const fn layout(&self) -> Option<Layout> {
        match self {
            // XML Encryption 1.1 section 5.2: the initialization vector, then at least one block for the padding.
            Self::Aes128Cbc | Self::Aes256Cbc => Some(Layout { shortest: 32, block: 16 }),
            Self::TripleDesCbc => Some(Layout { shortest: 16, block: 8 }),
            // Section 5.2.4: a vector of 96 bits in front, a tag of 128 behind.
            Self::Aes128Gcm | Self::Aes256Gcm => Some(Layout { shortest: 28, block: 1 }),
            Self::Unknown(_) => None,
        }
    }
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes128Cbc => "AES-128 in CBC mode",
            Self::Aes256Cbc => "AES-256 in CBC mode",
            Self::Aes128Gcm => "AES-128 in GCM mode",
            Self::Aes256Gcm => "AES-256 in GCM mode",
            Self::TripleDesCbc => "triple DES in CBC mode",
            Self::Unknown(uri) => uri,
        })
    }
}

struct Layout {
    shortest: usize,
    block: usize,
}

/// An encrypted token: what can be seen of it without a key. What is broken is absent.
///
/// What it holds cannot be known from here: not who issued the token, not for whom, not whether it is signed. Nor is
/// the recipient more than a claim: anybody can encrypt to a public key.
pub struct EncryptedToken {
    recipient: Option<Ski>,
    key_transport: Option<KeyTransport>,
    cipher: Option<Cipher>,
    wrapped_key: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
}

impl EncryptedToken {
    /// Reads an `xenc:EncryptedData`, and notes everything in it that is not of the one shape, or not supported.
    pub(super) fn read(node: Node<'_>, defects: &mut Defects) -> Self {
        match node.attribute("Type") {
            Some(xenc::ELEMENT) => {}
            found => defects.note(RULE, "Type", node, xenc::ELEMENT, found.unwrap_or("none")),
        }
        const CHILDREN: &[Name] = &[xenc::ENCRYPTION_METHOD, ds::KEY_INFO, xenc::CIPHER_DATA];
        only_these(defects, "EncryptedData", node, CHILDREN);

        let cipher = defects.only(RULE, node, xenc::ENCRYPTION_METHOD).and_then(|m| cipher(m, defects));
        let key = defects.only(RULE, node, ds::KEY_INFO).and_then(|info| {
            only_these(defects, "KeyInfo", info, &[xenc::ENCRYPTED_KEY]);
            defects.only(RULE, info, xenc::ENCRYPTED_KEY)
        });
        let data = cipher_value(node, defects).filter(|data| fits(data, cipher.as_ref(), node, defects));
        let mut token = Self { recipient: None, key_transport: None, cipher, wrapped_key: None, data };
        if let Some(key) = key {
            token.read_key(key, defects);
        }
        token
    }

    fn read_key(&mut self, node: Node<'_>, defects: &mut Defects) {
        const CHILDREN: &[Name] = &[xenc::ENCRYPTION_METHOD, ds::KEY_INFO, xenc::CIPHER_DATA];
        only_these(defects, "EncryptedKey", node, CHILDREN);
        let method = defects.only(RULE, node, xenc::ENCRYPTION_METHOD);
        self.key_transport = method.and_then(|method| key_transport(method, defects));
        self.recipient = defects.only(RULE, node, ds::KEY_INFO).and_then(|info| recipient(info, defects));
        self.wrapped_key = cipher_value(node, defects);
    }

    /// Returns the subject key identifier of the certificate for which the session key is encrypted.
    #[must_use]
    pub const fn recipient(&self) -> Option<&Ski> {
        self.recipient.as_ref()
    }

    /// Returns how the session key is encrypted.
    #[must_use]
    pub const fn key_transport(&self) -> Option<&KeyTransport> {
        self.key_transport.as_ref()
    }

    /// Returns how the token is encrypted.
    #[must_use]
    pub const fn cipher(&self) -> Option<&Cipher> {
        self.cipher.as_ref()
    }

    /// Returns the bytes of the encrypted session key: as many as the recipient's modulus has.
    #[must_use]
    pub fn key_len(&self) -> Option<usize> {
        self.wrapped_key.as_ref().map(Vec::len)
    }

    /// Returns the bytes of the ciphertext, initialization vector and padding or tag included.
    #[must_use]
    pub fn data_len(&self) -> Option<usize> {
        self.data.as_ref().map(Vec::len)
    }

    /// Returns what there is to open, if nothing is missing and both algorithms are supported.
    pub(super) fn sealed(&self) -> Option<Sealed<'_>> {
        let transport = self.key_transport.as_ref().filter(|transport| transport.is_supported())?;
        let cipher = self.cipher.as_ref().filter(|cipher| cipher.is_supported())?;
        Some(Sealed { transport, cipher, key: self.wrapped_key.as_ref()?, data: self.data.as_ref()? })
    }
}

/// Shows no ciphertext.
impl fmt::Debug for EncryptedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedToken")
            .field("recipient", &self.recipient)
            .field("key_transport", &self.key_transport)
            .field("cipher", &self.cipher)
            .field("key_len", &self.key_len())
            .field("data_len", &self.data_len())
            .finish()
    }
}

/// A token of the one shape, with supported algorithms.
#[derive(Clone, Copy)]
pub(super) struct Sealed<'t> {
    pub(super) transport: &'t KeyTransport,
    pub(super) cipher: &'t Cipher,
    pub(super) key: &'t [u8],
    pub(super) data: &'t [u8],
}

/// Notes every other child, and text between the children.
fn only_these(defects: &mut Defects, element: &'static str, node: Node<'_>, names: &[Name]) {
    defects.refuse_others(RULE, element, node, names);
    if !node.has_only_elements() {
        defects.note(RULE, element, node, "elements alone", "text between them");
    }
}

fn algorithm<'d>(node: Node<'d>, element: &'static str, defects: &mut Defects) -> Option<&'d str> {
    let uri = node.attribute("Algorithm");
    if uri.is_none() {
        defects.note(RULE, element, node, "the attribute Algorithm", "none");
    }
    uri
}

fn cipher(method: Node<'_>, defects: &mut Defects) -> Option<Cipher> {
    only_these(defects, "EncryptionMethod", method, &[]);
    let cipher = Cipher::of(algorithm(method, "EncryptionMethod", defects)?);
    if !cipher.is_supported() {
        const EXPECTED: &str = if cfg!(feature = "legacy-3des") {
            "AES-128 or AES-256 in CBC or GCM mode, or triple DES"
        } else {
            "AES-128 or AES-256 in CBC or GCM mode"
        };
        defects.note(RULE, "EncryptionMethod", method, EXPECTED, &cipher);
    }
    Some(cipher)
}

fn key_transport(method: Node<'_>, defects: &mut Defects) -> Option<KeyTransport> {
    let transport = match algorithm(method, "EncryptionMethod", defects)? {
        // Section 5.5.2: the mask is MGF1 with SHA-1, and nothing in the element says otherwise.
        xenc::RSA_OAEP_MGF1P => {
            only_these(defects, "EncryptionMethod", method, &[ds::DIGEST_METHOD]);
            oaep(oaep_digest(method, defects)?, xenc::MGF1_SHA1)
        }
        xenc::RSA_OAEP => {
            only_these(defects, "EncryptionMethod", method, &[ds::DIGEST_METHOD, xenc11::MGF]);
            let digest = oaep_digest(method, defects)?;
            oaep(digest, parameter(method, xenc11::MGF, xenc::MGF1_SHA1, defects)?)
        }
        xenc::RSA_1_5 => KeyTransport::Pkcs1,
        other => KeyTransport::Unknown(printable(other)),
    };
    if !transport.is_supported() {
        const EXPECTED: &str = "RSA-OAEP with SHA-1 in both places, or with SHA-256 in both";
        defects.note(RULE, "EncryptionMethod", method, EXPECTED, &transport);
    }
    Some(transport)
}

fn oaep_digest<'d>(method: Node<'d>, defects: &mut Defects) -> Option<&'d str> {
    parameter(method, ds::DIGEST_METHOD, ds::SHA1, defects)
}

/// Returns the algorithm of a parameter; absent, it is the default of section 5.5.2.
fn parameter<'d>(
    method: Node<'d>,
    name: Name,
    default: &'static str,
    defects: &mut Defects,
) -> Option<&'d str> {
    if method.all(name).next().is_none() {
        return Some(default);
    }
    let node = defects.only(RULE, method, name)?;
    only_these(defects, name.local, node, &[]);
    algorithm(node, name.local, defects)
}

fn oaep(digest: &str, mask: &str) -> KeyTransport {
    match (digest, mask) {
        (ds::SHA1, xenc::MGF1_SHA1) => KeyTransport::OaepSha1,
        (ds::SHA256, xenc::MGF1_SHA256) => KeyTransport::OaepSha256,
        _ => KeyTransport::OaepOther { digest: printable(digest), mask: printable(mask) },
    }
}

fn recipient(info: Node<'_>, defects: &mut Defects) -> Option<Ski> {
    only_these(defects, "KeyInfo", info, &[wsse::SECURITY_TOKEN_REFERENCE]);
    let reference = defects.only(RULE, info, wsse::SECURITY_TOKEN_REFERENCE)?;
    only_these(defects, "SecurityTokenReference", reference, &[wsse::KEY_IDENTIFIER]);
    let identifier = defects.only(RULE, reference, wsse::KEY_IDENTIFIER)?;
    let mut attribute = |name: &'static str, expected: &'static str, found: Option<&str>| {
        let found = found.unwrap_or("none");
        if found != expected {
            defects.note(RULE, name, identifier, expected, found);
        }
        found == expected
    };
    // WS-Security 1.0 section 7.3: an identifier is base64 where nothing is said.
    let is_base64 =
        attribute("EncodingType", wsse::BASE64, identifier.attribute("EncodingType").or(Some(wsse::BASE64)));
    let is_ski = attribute("ValueType", wsse::X509_SKI, identifier.attribute("ValueType"));
    let text = text("KeyIdentifier", identifier, defects)?;
    if !(is_ski && is_base64) {
        return None;
    }
    let ski = base64::decode(text).and_then(|bytes| Ski::from_bytes(&bytes));
    if ski.is_none() {
        defects.note(RULE, "KeyIdentifier", identifier, "1 to 64 bytes in base64", "something else");
    }
    ski
}

/// Returns the one run of text of an element: another one is no value of this shape.
fn text<'d>(element: &'static str, node: Node<'d>, defects: &mut Defects) -> Option<&'d str> {
    node.text().map_err(|defect| defects.note(RULE, element, node, "exactly one run of text", defect)).ok()
}

/// Returns the ciphertext that stands in an element; a reference to one elsewhere is not followed.
fn cipher_value(node: Node<'_>, defects: &mut Defects) -> Option<Vec<u8>> {
    let data = defects.only(RULE, node, xenc::CIPHER_DATA)?;
    only_these(defects, "CipherData", data, &[xenc::CIPHER_VALUE]);
    let value = defects.only(RULE, data, xenc::CIPHER_VALUE)?;
    let bytes = base64::decode(text("CipherValue", value, defects)?);
    if bytes.is_none() {
        defects.note(RULE, "CipherValue", value, "base64", "something else");
    }
    bytes
}

/// Whether a ciphertext has a length that the cipher can make. Everybody can see that: it tells nothing of the text.
fn fits(data: &[u8], cipher: Option<&Cipher>, node: Node<'_>, defects: &mut Defects) -> bool {
    let Some(Layout { shortest, block }) = cipher.and_then(Cipher::layout) else { return true };
    let fits = data.len() >= shortest && data.len().is_multiple_of(block);
    if !fits {
        let expected = match block {
            1 => format!("at least {shortest} bytes"),
            _ => format!("at least {shortest} bytes, in blocks of {block}"),
        };
        defects.note(RULE, "CipherValue", node, expected, format_args!("{} bytes", data.len()));
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::dauth::defect::Defect;
    use crate::dauth::xml::Text;
    use crate::verdict::Part;

    const KEY_METHOD: &str = "<x:EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'></x:EncryptionMethod>";

    const METHOD: &str = "<x:EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#aes256-cbc'/>";

    const REFERENCE: &str = "<d:KeyInfo><o:SecurityTokenReference><o:KeyIdentifier ValueType='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier'>BwcHBwcHBwcHBwcHBwcHBwcHBwc=</o:KeyIdentifier></o:SecurityTokenReference></d:KeyInfo>";

    /// A token with 6 bytes for the session key, and 32 zero bytes for the ciphertext.
    fn token() -> String {
        format!(
            "<x:EncryptedData xmlns:x='{}' xmlns:d='{}' xmlns:o='{}' xmlns:y='{}' Type='{}'>{METHOD}<d:KeyInfo>\
             <x:EncryptedKey Id='k'>{KEY_METHOD}{REFERENCE}<x:CipherData><x:CipherValue>AAAAAAAA</x:CipherValue>\
             </x:CipherData></x:EncryptedKey></d:KeyInfo><x:CipherData>\n\
             <x:CipherValue>AAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAA=</x:CipherValue></x:CipherData></x:EncryptedData>",
            xenc::NAMESPACE,
            ds::NAMESPACE,
            wsse::NAMESPACE,
            xenc11::NAMESPACE,
            xenc::ELEMENT,
        )
    }

    /// Reads a token, and returns with it what is wrong, each as rule, expectation and sight.
    fn read(xml: &str) -> (EncryptedToken, Vec<String>) {
        let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
        let tree = text.parse(&Budget::DEFAULT).unwrap();
        let mut defects = Defects::of(Part::Encrypted);
        let token = EncryptedToken::read(tree.root().unwrap(), &mut defects);
        let say = |defect: &Defect| format!("{}: {}, {}", defect.check.rule, defect.expected, defect.seen);
        (token, defects.iter().map(say).collect())
    }

    /// Reads a token in which one text is replaced.
    fn changed(from: &str, to: &str) -> (EncryptedToken, Vec<String>) {
        let (whole, token) = (token(), token().replacen(from, to, 1));
        assert_ne!(whole, token, "{from} is not in the token");
        read(&token)
    }

    #[test]
    fn token_of_the_one_shape_read() {
        let (token, defects) = read(&token());
        assert_eq!(defects, [""; 0]);
        assert_eq!(token.recipient().unwrap().as_bytes(), [7; 20]);
        assert_eq!(token.key_transport(), Some(&KeyTransport::OaepSha1));
        assert_eq!(token.cipher(), Some(&Cipher::Aes256Cbc));
        assert_eq!((token.key_len(), token.data_len()), (Some(6), Some(32)));
        assert_eq!(token.sealed().unwrap().data, [0; 32]);
        assert!(!format!("{token:?}").contains("AAAA"));
    }

    #[test]
    fn token_of_another_shape_refused() {
        let cases = [
            ("#Element'", "#Content'"),
            (" Type='http://www.w3.org/2001/04/xmlenc#Element'", ""),
            (METHOD, ""),
            (METHOD, &METHOD.repeat(2)),
            ("<d:KeyInfo>", "<d:KeyInfo><d:KeyName>a</d:KeyName>"),
            ("<d:KeyInfo>", "<d:KeyInfo>text"),
            ("<d:KeyInfo>", "<d:KeyInfo><d:RetrievalMethod URI='#k'/>"),
            ("<d:KeyInfo>", "<d:KeyInfo><x:EncryptedKey/>"),
            ("<d:KeyInfo><x:EncryptedKey Id='k'>", "<d:KeyInfo><x:AgreementMethod/><x:EncryptedKey>"),
            ("<x:CipherValue>AAAAAAAA</x:CipherValue>", "<x:CipherReference URI='http://a.example/'/>"),
            ("<x:CipherValue>AAAAAAAA</x:CipherValue>", "<x:CipherValue>not base64</x:CipherValue>"),
            (
                "<x:CipherValue>AAAAAAAA</x:CipherValue>",
                "<x:CipherValue>AAAA</x:CipherValue><x:CipherValue>AAAA</x:CipherValue>",
            ),
            (KEY_METHOD, ""),
            (REFERENCE, ""),
            (REFERENCE, &REFERENCE.repeat(2)),
            ("#X509SubjectKeyIdentifier", "#ThumbprintSHA1"),
            ("<o:KeyIdentifier ", "<o:KeyIdentifier EncodingType='urn:hex' "),
            (">BwcHBwcHBwcHBwcHBwcHBwcHBwc=<", ">BwcHBwcHBwcHBwcHBwcHBwcHBwd=<"),
            ("<o:SecurityTokenReference>", "<o:SecurityTokenReference><o:Reference URI='#a'/>"),
            ("</x:EncryptedData>", "<x:EncryptionProperties/></x:EncryptedData>"),
            ("</x:EncryptedKey>", "<x:ReferenceList/></x:EncryptedKey>"),
        ];
        for (from, to) in cases {
            let (_, defects) = changed(from, to);
            assert!(defects.iter().any(|defect| defect.starts_with("DA-16: ")), "{to}: {defects:?}");
        }
    }

    #[test]
    fn token_with_comment_in_value_refused() {
        for value in ["AAAAAAAA<", "BwcHBwcHBwcHBwcHBwcHBwcHBwc=<"] {
            let (token, defects) = changed(value, &format!("<!---->{value}"));
            assert!(defects[0].starts_with("DA-16: exactly one run of text"), "{defects:?}");
            assert!(token.key_len().is_none() || token.recipient().is_none());
        }
    }

    #[test]
    fn token_with_other_key_transport_named() {
        const OAEP11: &str = "'http://www.w3.org/2009/xmlenc11#rsa-oaep'>";
        const SHA256: &str = "<d:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>";
        const SHA1: &str = "<d:DigestMethod Algorithm='http://www.w3.org/2000/09/xmldsig#sha1'/>";
        const MGF1_SHA256: &str = "<y:MGF Algorithm='http://www.w3.org/2009/xmlenc11#mgf1sha256'/>";
        const MGF1_SHA1: &str = "<y:MGF Algorithm='http://www.w3.org/2009/xmlenc11#mgf1sha1'/>";
        let with = |method: &str| {
            let (token, defects) = changed("'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'>", method);
            (token.sealed().is_some(), token.key_transport.unwrap(), defects)
        };
        let mgf1p = "'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'>";
        for (method, transport) in [
            (format!("{mgf1p}{SHA1}"), KeyTransport::OaepSha1),
            (OAEP11.to_owned(), KeyTransport::OaepSha1),
            (format!("{OAEP11}{SHA1}{MGF1_SHA1}"), KeyTransport::OaepSha1),
            (format!("{OAEP11}{SHA256}{MGF1_SHA256}"), KeyTransport::OaepSha256),
        ] {
            assert_eq!(with(&method), (true, transport, vec![]), "{method}");
        }
        for method in [
            format!("{mgf1p}{SHA256}"),
            format!("{OAEP11}{SHA256}"),
            format!("{OAEP11}{SHA256}{MGF1_SHA1}"),
            format!("{OAEP11}{SHA1}{MGF1_SHA256}"),
        ] {
            let (is_supported, transport, defects) = with(&method);
            assert!(!is_supported && matches!(transport, KeyTransport::OaepOther { .. }), "{method}");
            assert!(defects[0].contains("RSA-OAEP with the digest"), "{defects:?}");
        }
        assert_eq!(with("'http://www.w3.org/2001/04/xmlenc#rsa-1_5'>").1, KeyTransport::Pkcs1);
        assert!(!with("'http://www.w3.org/2001/04/xmlenc#rsa-1_5'>").0);
        let unknown = with("'http://www.w3.org/2001/04/xmlenc#kw-aes256'>");
        assert_eq!(unknown.1.to_string(), "http://www.w3.org/2001/04/xmlenc#kw-aes256");
        // What the label is must not be the sender's choice, nor stand where nobody reads it.
        for extra in
            ["<x:OAEPparams>AAAA</x:OAEPparams>", "<y:MGF Algorithm='a'/>", "<x:KeySize>256</x:KeySize>"]
        {
            assert!(!with(&format!("{mgf1p}{extra}")).2.is_empty(), "{extra}");
        }
    }

    #[test]
    fn token_with_other_cipher_named() {
        let with = |cipher: &str| {
            let (token, defects) = changed("#aes256-cbc", cipher);
            (token.cipher.unwrap(), defects)
        };
        let (cipher, defects) = with("#aes192-cbc");
        assert_eq!(cipher.to_string(), "http://www.w3.org/2001/04/xmlenc#aes192-cbc");
        assert!(defects[0].starts_with("DA-16: AES-128 or AES-256"), "{defects:?}");
        let (cipher, defects) = with("#tripledes-cbc");
        assert_eq!(cipher, Cipher::TripleDesCbc);
        assert_eq!(defects.is_empty(), cfg!(feature = "legacy-3des"));
        assert!(!cipher.is_authenticated() && Cipher::Aes128Gcm.is_authenticated());
    }

    #[test]
    fn ciphertext_of_an_impossible_length_refused() {
        const DATA: &str = "AAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAA=";
        for (data, seen) in [("AAAA", "3 bytes"), ("", "nothing"), (&"AAAA".repeat(11), "33 bytes")] {
            let (token, defects) = changed(DATA, data);
            assert!(token.sealed().is_none());
            assert!(defects[0].ends_with(seen), "{defects:?}");
        }
    }
}
