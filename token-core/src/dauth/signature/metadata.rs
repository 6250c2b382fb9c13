//! The signature that a token service puts into its own metadata.
//!
//! Follows SAML 2.0 metadata section 3 and SAML 2.0 core section 5.4: the document element has an ID, and one Signature as its
//! child, which covers all of it. Of the certificate that comes with it only its thumbprint counts.

use super::assertion::sole_child;
use super::shape::{DigestMethod, Profile, Shape, SignatureMethod};
use crate::budget::Budget;
use crate::dauth::base64;
use crate::dauth::defect::Defects;
use crate::dauth::names::ds;
use crate::dauth::xml::{Name, Node, Text, XmlError, XmlErrorKind};
use crate::keys::{DocumentError, DocumentErrorKind, KeyDocument, X5tS256};
use crate::signature::RsaPublicKey;
use crate::verdict::{Part, RuleId};

const PROFILE: Profile = Profile {
    shape: RuleId::Key10,
    algorithm: RuleId::Key10,
    methods: &[SignatureMethod::RsaSha256, SignatureMethod::RsaSha1],
    transforms: &[ds::ENVELOPED, ds::EXCLUSIVE],
    max_references: 1,
};

const X509_DATA: Name = Name { namespace: ds::NAMESPACE, local: "X509Data" };
const X509_CERTIFICATE: Name = Name { namespace: ds::NAMESPACE, local: "X509Certificate" };

/// Elements, attributes, comments and CDATA sections. 16384: Entra's metadata, which lists a thousand claim types, has 6000.
const MAX_PIECES: usize = 16 * 1024;

/// Proves that a pinned certificate's key signed a metadata document: only [`verify_metadata`] makes this value.
pub(crate) struct MetadataVerified {
    is_sha1: bool,
}

impl MetadataVerified {
    /// Returns whether SHA-1 has a part in the signature.
    pub(crate) const fn is_sha1(&self) -> bool {
        self.is_sha1
    }
}

/// Verifies the signature of a metadata document, whose certificate has one of these thumbprints.
pub(crate) fn verify_metadata(
    document: &[u8],
    pinned: &[X5tS256],
    budget: &Budget,
) -> Result<MetadataVerified, DocumentError> {
    let budget = Budget {
        max_message: budget.max_document,
        max_xml: budget.max_document,
        max_xml_pieces: MAX_PIECES,
        ..*budget
    };
    let text = Text::scan(document, &budget).map_err(document_error)?;
    let tree = text.parse(&budget).map_err(document_error)?;
    let root = tree.root().ok_or(DocumentErrorKind::NotXml)?;
    let at = |kind: DocumentErrorKind, node: Node<'_>| DocumentError { kind, at: Some(node.at()) };

    let mut signatures = root.all(ds::SIGNATURE);
    let (Some(node), None) = (signatures.next(), signatures.next()) else {
        return Err(at(DocumentErrorKind::NotSigned, root));
    };
    let mut defects = Defects::of(Part::KeyDocument);
    let shape = Shape::read(node, &PROFILE, &mut defects);
    let [reference] = shape.references.as_slice() else {
        return Err(at(DocumentErrorKind::NotSigned, node));
    };
    if defects.iter().next().is_some() || reference.id != root.attribute("ID") {
        return Err(at(DocumentErrorKind::NotSigned, node));
    }
    let key = shape
        .key_info
        .and_then(|info| signer(info, pinned, &budget))
        .ok_or_else(|| at(DocumentErrorKind::UnknownSigner, node))?;

    let (signature, digest) = (shape.verify_rsa(&key), reference.verify(root, Some(node)));
    if signature.is_err() || digest.is_err() {
        return Err(at(DocumentErrorKind::BadSignature, node));
    }
    let methods = (shape.method, reference.method);
    let is_sha1 = methods != (Some(SignatureMethod::RsaSha256), Some(DigestMethod::Sha256));
    Ok(MetadataVerified { is_sha1 })
}

/// Returns the key of the one certificate in KeyInfo, if it is a pinned one: then it is the same certificate.
fn signer(info: Node<'_>, pinned: &[X5tS256], budget: &Budget) -> Option<RsaPublicKey> {
    let data = sole_child(info).filter(|child| child.is(X509_DATA))?;
    let certificate = sole_child(data).filter(|child| child.is(X509_CERTIFICATE))?;
    let der = base64::decode(certificate.text().ok()?)?;
    if !pinned.contains(&X5tS256::of_certificate(&der)) {
        return None;
    }
    let mut document = KeyDocument::parse(&der, budget).ok()?;
    document.entries.pop()?.key.ok()
}

/// Says of a document what the scan or the parser said of its text.
fn document_error(error: XmlError) -> DocumentError {
    let kind = match error.kind {
        XmlErrorKind::TooLong { max } => DocumentErrorKind::TooLarge { max },
        XmlErrorKind::NotUtf8 | XmlErrorKind::Encoding => DocumentErrorKind::NotUtf8,
        XmlErrorKind::Doctype => DocumentErrorKind::Doctype,
        XmlErrorKind::TooDeep { max } => {
            DocumentErrorKind::TooDeep { max: u8::try_from(max).unwrap_or(u8::MAX) }
        }
        XmlErrorKind::TooManyAttributes { max }
        | XmlErrorKind::TooManyNamespaces { max }
        | XmlErrorKind::TooManyPieces { max } => DocumentErrorKind::TooManyMembers { max },
        _ => DocumentErrorKind::NotXml,
    };
    DocumentError { kind, at: Some(error.at) }
}
