//! Reads WS-Federation metadata: the signing keys of the token service, or the federation gateway, that it describes.
//!
//! Follows WS-Federation 1.2 section 3.1 and SAML 2.0 metadata section 2.4.1. The reader is strict and
//! bounded. Where the document's own signature was not checked, its keys count as of an unverified source.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, QName, ResolveResult};

use super::document::{DocumentError, DocumentErrorKind, DocumentFormat, KeyDocument};
use super::entry::{EntryDefect, KeyEntry};
use super::pem;
#[cfg(feature = "dauth")]
use super::{document::DocumentProof, thumbprint::X5tS256};
use crate::budget::Budget;
#[cfg(feature = "dauth")]
use crate::dauth::signature::verify_metadata;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// The role in which SAML 2.0 relying parties publish their keys.
const SERVICE_PROVIDER: &str = "SPSSODescriptor";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const FEDERATION: &str = "http://docs.oasis-open.org/wsfed/federation/200706";
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Nested elements. 32: the deepest part of Entra's metadata, the address inside an endpoint reference, has 9.
const MAX_DEPTH: usize = 32;

/// Whether a text begins like XML.
pub(super) fn is_xml(text: &str) -> bool {
    text.trim_ascii_start().starts_with('<')
}

#[cfg(feature = "dauth")]
impl KeyDocument {
    /// Reads WS-Federation metadata whose own signature is made with a pinned certificate.
    ///
    /// A certificate is pinned by its SHA-256 thumbprint, see [`X5tS256::of_certificate`]. The signature covers the whole
    /// document but for itself.
    ///
    /// # Errors
    /// [`DocumentErrorKind::NotSigned`], [`DocumentErrorKind::UnknownSigner`] and [`DocumentErrorKind::BadSignature`];
    /// otherwise as [`KeyDocument::parse`].
    pub fn parse_signed(bytes: &[u8], pinned: &[X5tS256], budget: &Budget) -> Result<Self, DocumentError> {
        let document = Self::parse(bytes, budget)?;
        if document.format != DocumentFormat::Federation {
            return Err(DocumentErrorKind::NotSigned.into());
        }
        let verified = verify_metadata(bytes, pinned, budget)?;
        Ok(Self { proof: Some(DocumentProof { is_sha1: verified.is_sha1() }), ..document })
    }
}

/// Reads a document.
pub(super) fn parse(text: &str, budget: &Budget) -> Result<KeyDocument, DocumentError> {
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_comments = true;
    let mut metadata = Metadata {
        document: KeyDocument::new(DocumentFormat::Federation),
        open: Vec::new(),
        key: KeyDescriptor::default(),
        has_root: false,
    };
    loop {
        let before = reader.buffer_position();
        let at = |kind| match kind {
            DocumentErrorKind::NotRecognised => kind.into(),
            _ => DocumentError { kind, at: usize::try_from(before).ok() },
        };
        let event = reader.read_event().map_err(|_| at(DocumentErrorKind::NotXml))?;
        match event {
            Event::Start(element) => metadata.open(&element, &reader, budget).map_err(at)?,
            Event::End(_) => metadata.close(budget).map_err(at)?,
            Event::Text(text) => metadata.text(&text.xml10_content()).map_err(at)?,
            Event::CData(_) | Event::GeneralRef(_) | Event::PI(_) => metadata.other_content().map_err(at)?,
            Event::Comment(_) => metadata.comment(),
            Event::Decl(_) if before == 0 => {}
            Event::DocType(_) => return Err(at(DocumentErrorKind::Doctype)),
            Event::Eof if metadata.has_root && metadata.open.is_empty() => return Ok(metadata.document),
            // An XML declaration that is not at the start, and elements without their end.
            Event::Decl(_) | Event::Empty(_) | Event::Eof => return Err(at(DocumentErrorKind::NotXml)),
        }
    }
}

/// What is known of an open element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Entity,
    /// The role of a token service.
    Role,
    KeyDescriptor,
    KeyInfo,
    X509Data,
    Certificate,
    /// Anything else, and everything inside it.
    Other,
}

impl Element {
    /// Recognises an element by its name and the one around it: a key counts only at its place.
    fn of(parent: Option<Self>, namespace: &str, name: &str) -> Self {
        match (parent, namespace, name) {
            (None, METADATA, "EntityDescriptor") => Self::Entity,
            (Some(Self::Entity), METADATA, "RoleDescriptor" | SERVICE_PROVIDER) => Self::Role,
            (Some(Self::Role), METADATA, "KeyDescriptor") => Self::KeyDescriptor,
            (Some(Self::KeyDescriptor), SIGNATURE, "KeyInfo") => Self::KeyInfo,
            (Some(Self::KeyInfo), SIGNATURE, "X509Data") => Self::X509Data,
            (Some(Self::X509Data), SIGNATURE, "X509Certificate") => Self::Certificate,
            _ => Self::Other,
        }
    }
}

/// A key that is being read.
#[derive(Default)]
struct KeyDescriptor {
    usage: Option<String>,
    certificates: usize,
    text: String,
    /// Whether anything but one run of text stands in a certificate: parsers differ in what its text then is.
    is_mixed: bool,
}

struct Metadata {
    document: KeyDocument,
    open: Vec<Element>,
    key: KeyDescriptor,
    has_root: bool,
}

impl Metadata {
    fn open(
        &mut self,
        element: &BytesStart<'_>,
        reader: &NsReader<&[u8]>,
        budget: &Budget,
    ) -> Result<(), DocumentErrorKind> {
        if self.open.len() >= MAX_DEPTH {
            return Err(DocumentErrorKind::TooDeep { max: u8::try_from(MAX_DEPTH).unwrap_or(u8::MAX) });
        }
        let (namespace, name) = reader.resolver().resolve_element(element.name());
        let namespace = known(namespace)?;
        let parent = self.open.last().copied();
        let mut this = Element::of(parent, namespace, name.into_inner());
        if parent.is_none() {
            if self.has_root {
                return Err(DocumentErrorKind::TrailingBytes);
            }
            if this != Element::Entity {
                return Err(DocumentErrorKind::NotRecognised);
            }
            self.has_root = true;
        }
        let attributes = Attributes::of(element, reader, budget)?;
        match this {
            Element::Entity => self.document.declared_issuer = attributes.entity_id,
            Element::Role if !(attributes.is_token_service || self.is_gateway(name.into_inner())) => {
                this = Element::Other;
            }
            Element::KeyDescriptor => {
                self.key = KeyDescriptor { usage: attributes.usage, ..KeyDescriptor::default() };
            }
            Element::Certificate => self.key.certificates = self.key.certificates.saturating_add(1),
            _ if parent == Some(Element::Certificate) => self.key.is_mixed = true,
            _ => {}
        }
        self.open.push(this);
        Ok(())
    }

    /// Whether a role of this name is that of Microsoft's federation gateway, which publishes the keys that sign its tokens as
    /// a service provider, under a name that nobody else has.
    fn is_gateway(&self, role: &str) -> bool {
        let entity = self.document.declared_issuer.as_deref();
        role == SERVICE_PROVIDER && entity.is_some_and(|entity| entity.starts_with("urn:federation:"))
    }

    fn close(&mut self, budget: &Budget) -> Result<(), DocumentErrorKind> {
        if self.open.pop() == Some(Element::KeyDescriptor) {
            if self.document.entries.len() >= budget.max_keys {
                return Err(DocumentErrorKind::TooManyKeys { max: budget.max_keys });
            }
            self.document.entries.push(std::mem::take(&mut self.key).entry(budget));
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), DocumentErrorKind> {
        match self.open.last() {
            None if text.trim_ascii().is_empty() => Ok(()),
            None => Err(DocumentErrorKind::TrailingBytes),
            Some(Element::Certificate) => {
                self.key.is_mixed |= !self.key.text.is_empty();
                self.key.text.push_str(text);
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    fn other_content(&mut self) -> Result<(), DocumentErrorKind> {
        self.comment();
        if self.open.is_empty() { Err(DocumentErrorKind::NotXml) } else { Ok(()) }
    }

    fn comment(&mut self) {
        self.key.is_mixed |= self.open.last() == Some(&Element::Certificate);
    }
}

impl KeyDescriptor {
    fn entry(self, budget: &Budget) -> KeyEntry {
        const MEMBER: &str = "X509Certificate";
        let mut entry = match (self.certificates, pem::decode_base64(&self.text)) {
            (0, _) => KeyEntry::new(Err(EntryDefect::Missing { member: MEMBER })),
            (1, Some(der)) if !self.is_mixed => KeyEntry::of_certificate(&der, budget),
            (1, _) => KeyEntry::new(Err(EntryDefect::NotBase64 { member: MEMBER })),
            // Which of them is the key's is not said: XML Signature 1.1 section 4.5.4 gives them no order.
            _ => KeyEntry::new(Err(EntryDefect::Several { member: MEMBER })),
        };
        // Without `use` a key serves every purpose (SAML 2.0 metadata section 2.4.1.1).
        if let Some(usage) = self.usage.as_deref().filter(|usage| *usage != "signing") {
            entry.key = Err(EntryDefect::other_use("use", usage));
        }
        entry.usage = self.usage;
        entry
    }
}

/// The attributes that matter.
#[derive(Default)]
struct Attributes {
    entity_id: Option<String>,
    usage: Option<String>,
    is_token_service: bool,
}

impl Attributes {
    fn of(
        element: &BytesStart<'_>,
        reader: &NsReader<&[u8]>,
        budget: &Budget,
    ) -> Result<Self, DocumentErrorKind> {
        let mut read = Self::default();
        for (index, attribute) in element.attributes().enumerate() {
            if index >= budget.max_members {
                return Err(DocumentErrorKind::TooManyMembers { max: budget.max_members });
            }
            // An attribute twice is an error of this iterator.
            let attribute = attribute.map_err(|_| DocumentErrorKind::NotXml)?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|_| DocumentErrorKind::NotXml)?;
            match (known(namespace)?, name.into_inner()) {
                ("", "entityID") => read.entity_id = Some(value.into_owned()),
                ("", "use") => read.usage = Some(value.into_owned()),
                (INSTANCE, "type") => {
                    let (namespace, name) = reader.resolver().resolve_element(QName(value.trim_ascii()));
                    read.is_token_service =
                        known(namespace)? == FEDERATION && name.into_inner() == "SecurityTokenServiceType";
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

/// Returns the name of a namespace; empty for none.
fn known(namespace: ResolveResult<'_>) -> Result<&str, DocumentErrorKind> {
    match namespace {
        ResolveResult::Bound(Namespace(name)) => Ok(name),
        ResolveResult::Unbound => Ok(""),
        ResolveResult::Unknown(_) => Err(DocumentErrorKind::NotXml),
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};
    use proptest::prelude::*;

    use super::*;
    use crate::keys::testdata::{A_CERT, B_CERT, C_CERT, x5t};

    fn key(usage: &str, certificates: &str) -> String {
        format!(
            "<KeyDescriptor{usage}><KeyInfo xmlns=\"{SIGNATURE}\"><X509Data>{certificates}</X509Data></KeyInfo></KeyDescriptor>"
        )
    }

    fn certificate(der: &[u8]) -> String {
        format!("<X509Certificate>{}</X509Certificate>", BASE64_STANDARD.encode(der))
    }

    fn role(kind: &str, keys: &str) -> String {
        format!(
            "<RoleDescriptor xmlns:xsi=\"{INSTANCE}\" xmlns:fed=\"{FEDERATION}\" xsi:type=\"fed:{kind}\">{keys}</RoleDescriptor>"
        )
    }

    /// A document in Entra's shape: a signature, the token service, and an application's role.
    fn entity(token_service: &str) -> String {
        let signature = format!(
            "<Signature xmlns=\"{SIGNATURE}\"><KeyInfo><X509Data>{}</X509Data></KeyInfo></Signature>",
            certificate(C_CERT)
        );
        let other = role("ApplicationServiceType", &key(" use=\"signing\"", &certificate(B_CERT)));
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><EntityDescriptor xmlns=\"{METADATA}\" ID=\"_1\" \
             entityID=\"https://sts.windows.net/{{tenantid}}/\">{signature}{}{other}</EntityDescriptor>",
            role("SecurityTokenServiceType", token_service)
        )
    }

    fn read(text: &str) -> Result<KeyDocument, DocumentErrorKind> {
        KeyDocument::parse(text.as_bytes(), &Budget::DEFAULT).map_err(|error| error.kind)
    }

    fn only(keys: &str) -> Result<(), EntryDefect> {
        let mut document = read(&entity(keys)).unwrap();
        assert_eq!(document.entries.len(), 1);
        document.entries.remove(0).key.map(|_| ())
    }

    #[test]
    fn federation_signing_keys_of_the_token_service_alone_read() {
        let keys = key(" use=\"signing\"", &certificate(A_CERT)) + &key("", &certificate(B_CERT));
        let document = read(&entity(&keys)).unwrap();
        assert_eq!(document.format, DocumentFormat::Federation);
        assert_eq!(document.declared_issuer(), Some("https://sts.windows.net/{tenantid}/"));
        let found: Vec<_> = document.entries.iter().map(|entry| entry.x5t().unwrap().to_string()).collect();
        assert_eq!(found, [x5t(A_CERT), x5t(B_CERT)]);
        assert!(document.entries.iter().all(|entry| entry.key.is_ok()));
    }

    #[test]
    fn federation_keys_of_a_service_provider_read_for_the_gateway_alone() {
        let keys = key(" use=\"signing\"", &certificate(A_CERT)) + &key("", &certificate(B_CERT));
        let entity = |name: &str, role: &str| {
            format!(
                "<EntityDescriptor xmlns=\"{METADATA}\" ID=\"_1\" entityID=\"{name}\"><{role} \
                 protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}</{role}></EntityDescriptor>"
            )
        };
        let count = |text: String| read(&text).map(|document| document.entries.len());
        assert_eq!(count(entity("urn:federation:MicrosoftOnline", "SPSSODescriptor")), Ok(2));
        assert_eq!(count(entity("https://adfs.contoso.com/adfs/services/trust", "SPSSODescriptor")), Ok(0));
        assert_eq!(count(entity("urn:federation:MicrosoftOnline", "IDPSSODescriptor")), Ok(0));
    }

    #[test]
    fn federation_keys_marked_as_of_an_unverified_source() {
        let build = |document: &str| {
            let mut builder = crate::keys::KeySetBuilder::new(&Budget::DEFAULT);
            builder.add("https://sts.windows.net/{tenantid}/", "document", document.as_bytes());
            builder.build().keys.keys()[0].is_of_unverified_source()
        };
        assert!(build(&entity(&key("", &certificate(A_CERT)))));
        assert!(!build(&crate::keys::testdata::pem("CERTIFICATE", A_CERT)));
    }

    #[test]
    fn federation_defects_of_a_key_told_apart() {
        assert_eq!(only(&key(" use=\"signing\"", &certificate(A_CERT))), Ok(()));
        let encryption = only(&key(" use=\"encryption\"", &certificate(A_CERT)));
        assert_eq!(encryption, Err(EntryDefect::other_use("use", "encryption")));
        let member = "X509Certificate";
        assert_eq!(only(&key("", "")), Err(EntryDefect::Missing { member }));
        let two = certificate(A_CERT) + &certificate(B_CERT);
        assert_eq!(only(&key("", &two)), Err(EntryDefect::Several { member }));
        for inside in ["<!-- x -->", "<?x y?>", "<![CDATA[]]>", "&#65;", "<b/>", "%"] {
            let text = certificate(A_CERT).replace("</", &format!("{inside}</"));
            assert_eq!(only(&key("", &text)), Err(EntryDefect::NotBase64 { member }), "{inside}");
        }
    }

    #[test]
    fn federation_elements_of_other_namespaces_or_places_not_read() {
        let keys = key(" use=\"signing\"", &certificate(A_CERT));
        let none = |text: String| {
            assert!(read(&text).unwrap().entries.iter().all(|entry| entry.key.is_err()));
        };
        assert!(only(&keys).is_ok());
        none(entity(&keys.replace(SIGNATURE, "urn:other")));
        none(entity(&keys.replace("<KeyDescriptor", "<KeyDescriptor xmlns=\"urn:other\"")));
        none(entity(&keys).replace(FEDERATION, "urn:other"));
        none(entity(&keys).replace("fed:Sec", "xsi:Sec"));
        none(entity(&format!("<Extensions>{keys}</Extensions>")));
    }

    #[test]
    fn federation_broken_or_dangerous_documents_refused() {
        let good = entity(&key("", &certificate(A_CERT)));
        assert!(read(&good).is_ok());
        let cases = [
            (good.replace("?>", "?><!DOCTYPE x [<!ENTITY a \"b\">]>"), DocumentErrorKind::Doctype),
            (good.replace("</EntityDescriptor>", ""), DocumentErrorKind::NotXml),
            (good.replace("</KeyInfo>", "</KeyData>"), DocumentErrorKind::NotXml),
            (good.replace("ID=\"_1\"", "ID=\"_1\" ID=\"_2\""), DocumentErrorKind::NotXml),
            (good.replace("fed:Sec", "undeclared:Sec"), DocumentErrorKind::NotXml),
            (good.replace("ID=\"_1\"", "ID=\"&undefined;\""), DocumentErrorKind::NotXml),
            (good.replace("EntityDescriptor", "EntitiesDescriptor"), DocumentErrorKind::NotRecognised),
            (good.replace(METADATA, "urn:other"), DocumentErrorKind::NotRecognised),
            (format!("{good}<x/>"), DocumentErrorKind::TrailingBytes),
            (format!("{good} x"), DocumentErrorKind::TrailingBytes),
            (entity(&"<x>".repeat(40)), DocumentErrorKind::TooDeep { max: 32 }),
            (entity(&key("", "").repeat(65)), DocumentErrorKind::TooManyKeys { max: 64 }),
            (
                good.replace("ID=", &((0..65).map(|n| format!("a{n}=\"\" ")).collect::<String>() + "ID=")),
                DocumentErrorKind::TooManyMembers { max: 64 },
            ),
        ];
        for (text, kind) in cases {
            assert_ne!(text, good);
            assert_eq!(read(&text).map(|_| ()), Err(kind), "{}", text.chars().take(200).collect::<String>());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn federation_damaged_never_panics(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = entity(&key("", &certificate(A_CERT))).into_bytes();
            for (index, byte) in damage {
                let index = index.index(bytes.len());
                bytes[index] = byte;
            }
            let _ = KeyDocument::parse(&bytes, &Budget::DEFAULT);
        }
    }
}
