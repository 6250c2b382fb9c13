//! The assertion, read and not verified: issuer, conditions, subjects, attributes, in the types that the rules judge.
//!
//! Follows SAML 1.1 core sections 2.3 and 2.4, ruling 13 (values) and ruling 16 (what stands there once).

use std::fmt;

use zeroize::Zeroizing;

use super::base64;
use super::defect::Defects;
use super::instant;
use super::names::{ds, saml, trust, trust2005};
use super::signature::Signature;
use super::xml::Node;
use crate::time::UnixTime;
use crate::verdict::RuleId;

/// Bytes of the longest id. 128: real ones are `uuid-` and a GUID.
const MAX_ID: usize = 128;

/// A SAML 1.1 assertion. Nothing in it was verified: only a `DauthValidator` says what may be believed.
#[derive(Debug)]
pub struct Assertion<'d> {
    id: Option<&'d str>,
    issuer: Option<&'d str>,
    issued: Option<UnixTime>,
    conditions: Conditions<'d>,
    subjects: Vec<Subject<'d>>,
    attributes: Vec<Attribute<'d>>,
    signature: Option<Signature<'d>>,
}

impl<'d> Assertion<'d> {
    /// Reads the element along its child paths; what is wrong with it goes to the defects.
    pub(super) fn read(node: Node<'d>, defects: &mut Defects) -> Self {
        let version = (node.attribute("MajorVersion"), node.attribute("MinorVersion"));
        if version != (Some("1"), Some("1")) {
            let seen = format!("{}.{}", version.0.unwrap_or("none"), version.1.unwrap_or("none"));
            defects.note(RuleId::Da22, "MajorVersion", node, "SAML 1.1", seen);
        }
        let id = required(node, "AssertionID", defects).filter(|id| {
            let sound = !id.is_empty() && id.len() <= MAX_ID;
            if !sound {
                let expected = format!("an id of 1 to {MAX_ID} bytes");
                defects.note(RuleId::Da22, "AssertionID", node, expected, format_args!("{} bytes", id.len()));
            }
            sound
        });
        let issuer = required(node, "Issuer", defects);
        let issued = required(node, "IssueInstant", defects)
            .and_then(|text| point_in_time(RuleId::Da22, "IssueInstant", node, text, defects));

        for child in node.all(saml::ADVICE) {
            defects.report(
                RuleId::Da25,
                "Advice",
                child,
                "nothing that is not understood",
                "an Advice element",
            );
        }
        let known = [
            saml::CONDITIONS,
            saml::ADVICE,
            saml::AUTHENTICATION_STATEMENT,
            saml::ATTRIBUTE_STATEMENT,
            ds::SIGNATURE,
        ];
        defects.refuse_others(RuleId::Da22, "Assertion", node, &known);
        if !node.has_only_elements() {
            defects.note(RuleId::Da22, "Assertion", node, "elements alone", "text between them");
        }

        let conditions = Conditions::read(node, defects);
        let mut subjects = Vec::new();
        if let Some(statement) = defects.at_most_one(RuleId::Da22, node, saml::AUTHENTICATION_STATEMENT) {
            subjects.extend(Subject::of_statement(statement, "AuthenticationStatement", defects));
        }
        let mut attributes = Vec::new();
        if let Some(statement) = defects.only(RuleId::Da22, node, saml::ATTRIBUTE_STATEMENT) {
            subjects.extend(Subject::of_statement(statement, "AttributeStatement", defects));
            attributes = statement.all(saml::ATTRIBUTE).map(|node| Attribute::read(node, defects)).collect();
            defects.refuse_others(
                RuleId::Da22,
                "AttributeStatement",
                statement,
                &[saml::SUBJECT, saml::ATTRIBUTE],
            );
        }
        let signature = Signature::read(node, id, defects);
        let assertion = Self { id, issuer, issued, conditions, subjects, attributes, signature };
        assertion.note_attributes(defects);
        assertion
    }

    /// Notes known attributes that stand there more than once, and reports those that are not known.
    fn note_attributes(&self, defects: &mut Defects) {
        for known in AttributeName::ALL {
            let mut found = self.attributes.iter().filter(|attribute| attribute.known == Some(*known));
            let Some(first) = found.next() else { continue };
            let others = found.count();
            if others > 0 {
                let seen = others.saturating_add(1);
                defects.note(RuleId::Da22, known.as_str(), first.node, "the attribute once", seen);
            }
            // A value that is no text was noted, and counts here.
            let values = first.node.all(saml::ATTRIBUTE_VALUE).count();
            if *known != AttributeName::EmailAddressList && values != 1 {
                defects.note(RuleId::Da22, known.as_str(), first.node, "one value", values);
            }
        }
        for attribute in self.attributes.iter().filter(|attribute| attribute.known.is_none()) {
            let seen = format_args!("{}/{}", attribute.namespace, attribute.name);
            defects.report(RuleId::Da25, "Attribute", attribute.node, "nothing that is not understood", seen);
        }
    }

    /// Returns the id, `AssertionID`.
    #[must_use]
    pub const fn id(&self) -> Option<&'d str> {
        self.id
    }

    /// Returns who issued it.
    #[must_use]
    pub const fn issuer(&self) -> Option<&'d str> {
        self.issuer
    }

    /// Returns when it was issued.
    #[must_use]
    pub const fn issued(&self) -> Option<UnixTime> {
        self.issued
    }

    /// Returns under which conditions it holds.
    #[must_use]
    pub const fn conditions(&self) -> &Conditions<'d> {
        &self.conditions
    }

    /// Returns the subjects of its statements: the authentication statement's first, if there is one.
    #[must_use]
    pub fn subjects(&self) -> &[Subject<'d>] {
        &self.subjects
    }

    /// Returns its attributes in their order.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute<'d>] {
        &self.attributes
    }

    /// Returns the only value of a known attribute that has one.
    #[must_use]
    pub fn value(&self, name: AttributeName) -> Option<&'d str> {
        let mut found = self.attributes.iter().filter(|attribute| attribute.known == Some(name));
        match (found.next().map(|attribute| attribute.values.as_slice()), found.next()) {
            (Some([value]), None) => Some(value),
            _ => None,
        }
    }

    /// Returns the key with which the holder proves itself, if all subjects that have one have the same.
    #[must_use]
    pub(super) fn proof_key(&self) -> Option<&[u8]> {
        let mut keys = self
            .subjects
            .iter()
            .filter_map(|subject| subject.confirmation.as_ref())
            .map(|confirmation| confirmation.proof_key.as_deref().map(Vec::as_slice));
        let first = keys.next()??;
        keys.all(|key| key == Some(first)).then_some(first)
    }

    /// Returns the issuer's signature, if there is one of the one shape.
    #[must_use]
    pub(super) const fn signature(&self) -> Option<&Signature<'d>> {
        self.signature.as_ref()
    }

    /// Returns how the signature's algorithms, its digest's and its key are named, for people.
    #[must_use]
    pub fn signed_with(&self) -> Option<SignedWith> {
        let signature = self.signature.as_ref()?;
        Some(SignedWith {
            method: signature.method()?.as_str(),
            digest: signature.digest_method()?.as_str(),
            key: signature.ski()?.clone(),
        })
    }
}

/// How an assertion says it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedWith {
    /// The signature's algorithm, as `rsa-sha256`.
    pub method: &'static str,
    /// The digest's algorithm, as `sha256`.
    pub digest: &'static str,
    /// The subject key identifier of the issuer's certificate.
    pub key: crate::keys::Ski,
}

/// Under which conditions an assertion holds.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Conditions<'d> {
    /// The first second at which it holds.
    pub not_before: Option<UnixTime>,
    /// The first second at which it holds no more.
    pub not_on_or_after: Option<UnixTime>,
    /// For whom it is meant.
    pub audience: Option<&'d str>,
}

impl<'d> Conditions<'d> {
    fn read(assertion: Node<'d>, defects: &mut Defects) -> Self {
        let Some(node) = defects.only(RuleId::Da22, assertion, saml::CONDITIONS) else {
            return Self::default();
        };
        let known = [saml::AUDIENCE_RESTRICTION, saml::DO_NOT_CACHE];
        defects.refuse_others(RuleId::Da22, "Conditions", node, &known);
        let mut time = |name: &'static str| {
            let Some(text) = node.attribute(name) else {
                defects.note(RuleId::Da08, name, node, "a time in UTC", "none");
                return None;
            };
            point_in_time(RuleId::Da08, name, node, text, defects)
        };
        let (not_before, not_on_or_after) = (time("NotBefore"), time("NotOnOrAfter"));
        let restriction = defects.only(RuleId::Da07, node, saml::AUDIENCE_RESTRICTION);
        let audience = restriction.and_then(|restriction| {
            defects.refuse_others(
                RuleId::Da07,
                "AudienceRestrictionCondition",
                restriction,
                &[saml::AUDIENCE],
            );
            let audience = defects.only(RuleId::Da07, restriction, saml::AUDIENCE)?;
            defects.text("Audience", audience)
        });
        Self { not_before, not_on_or_after, audience }
    }
}

/// Whom a statement is about.
#[derive(Debug)]
#[non_exhaustive]
pub struct Subject<'d> {
    /// The statement, by the name of its element.
    pub statement: &'static str,
    /// The name: an opaque value of the gateway's, not the user's address.
    pub name: Option<&'d str>,
    /// The name's format.
    pub format: Option<&'d str>,
    /// How the subject is confirmed.
    pub confirmation: Option<Confirmation<'d>>,
}

impl<'d> Subject<'d> {
    fn of_statement(statement: Node<'d>, element: &'static str, defects: &mut Defects) -> Option<Self> {
        if element == "AuthenticationStatement" {
            defects.refuse_others(RuleId::Da22, element, statement, &[saml::SUBJECT]);
        }
        let node = defects.only(RuleId::Da22, statement, saml::SUBJECT)?;
        let known = [saml::NAME_IDENTIFIER, saml::SUBJECT_CONFIRMATION];
        defects.refuse_others(RuleId::Da22, "Subject", node, &known);
        let identifier = defects.only(RuleId::Da11, node, saml::NAME_IDENTIFIER);
        let confirmation = defects.at_most_one(RuleId::Da10, node, saml::SUBJECT_CONFIRMATION);
        Some(Self {
            statement: element,
            name: identifier.and_then(|identifier| defects.text("NameIdentifier", identifier)),
            format: identifier.and_then(|identifier| identifier.attribute("Format")),
            confirmation: confirmation.map(|confirmation| Confirmation::read(confirmation, defects)),
        })
    }
}

/// How a subject is confirmed.
#[non_exhaustive]
pub struct Confirmation<'d> {
    /// The methods, as URIs.
    pub methods: Vec<&'d str>,
    proof_key: Option<Zeroizing<Vec<u8>>>,
}

impl<'d> Confirmation<'d> {
    fn read(node: Node<'d>, defects: &mut Defects) -> Self {
        let methods: Vec<_> = node
            .all(saml::CONFIRMATION_METHOD)
            .filter_map(|method| defects.text("ConfirmationMethod", method))
            .collect();
        let known = [saml::CONFIRMATION_METHOD, ds::KEY_INFO];
        defects.refuse_others(RuleId::Da10, "SubjectConfirmation", node, &known);
        let info = defects.at_most_one(RuleId::Da10, node, ds::KEY_INFO);
        Self { methods, proof_key: info.and_then(|info| proof_key(info, defects)) }
    }

    /// Returns how many bits the proof key has; nothing where there is none. The key itself is not shown.
    #[must_use]
    pub fn proof_key_bits(&self) -> Option<usize> {
        self.proof_key.as_ref().map(|key| key.len().saturating_mul(8))
    }
}

/// Shows no key.
impl fmt::Debug for Confirmation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmation").field("methods", &self.methods).finish_non_exhaustive()
    }
}

/// Reads the proof key, in the namespace of either version of WS-Trust.
fn proof_key(info: Node<'_>, defects: &mut Defects) -> Option<Zeroizing<Vec<u8>>> {
    let known = [trust::BINARY_SECRET, trust2005::BINARY_SECRET];
    defects.refuse_others(RuleId::Da10, "KeyInfo", info, &known);
    let mut secrets = info.elements().filter(|child| known.iter().any(|name| child.is(*name)));
    let (Some(secret), None) = (secrets.next(), secrets.next()) else {
        defects.note(RuleId::Da10, "BinarySecret", info, "exactly one proof key", "none, or several");
        return None;
    };
    let key = base64::decode(defects.text("BinarySecret", secret)?).map(Zeroizing::new);
    if key.is_none() {
        defects.note(RuleId::Da10, "BinarySecret", secret, "base64", "text that is not");
    }
    key
}

/// A named statement about the subject.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attribute<'d> {
    node: Node<'d>,
    /// The name.
    pub name: &'d str,
    /// The namespace of the name.
    pub namespace: &'d str,
    /// Which attribute it is, if the gateway is known to write it.
    pub known: Option<AttributeName>,
    /// The values, one run of text each.
    pub values: Vec<&'d str>,
}

impl<'d> Attribute<'d> {
    fn read(node: Node<'d>, defects: &mut Defects) -> Self {
        let name = required(node, "AttributeName", defects).unwrap_or_default();
        let namespace = required(node, "AttributeNamespace", defects).unwrap_or_default();
        defects.refuse_others(RuleId::Da22, "Attribute", node, &[saml::ATTRIBUTE_VALUE]);
        let known = AttributeName::ALL
            .iter()
            .copied()
            .find(|known| (known.as_str(), known.namespace()) == (name, namespace));
        let element = known.map_or("AttributeValue", AttributeName::as_str);
        let values =
            node.all(saml::ATTRIBUTE_VALUE).filter_map(|value| defects.text(element, value)).collect();
        Self { node, name, namespace, known, values }
    }
}

/// The attributes that the gateway is known to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttributeName {
    /// The requesting user's address, which decides.
    EmailAddress,
    /// The user's further addresses.
    EmailAddressList,
    /// The domain of the organisation that asked, which decides nothing.
    RequestorDomain,
    /// The offer for which the token was issued.
    Action,
    /// `True`: the token is for delegation.
    ThirdPartyRequested,
}

impl AttributeName {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::EmailAddress,
        Self::EmailAddressList,
        Self::RequestorDomain,
        Self::Action,
        Self::ThirdPartyRequested,
    ];

    /// Returns the name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailAddress => "EmailAddress",
            Self::EmailAddressList => "EmailAddressList",
            Self::RequestorDomain => "RequestorDomain",
            Self::Action => "action",
            Self::ThirdPartyRequested => "ThirdPartyRequested",
        }
    }

    /// Returns the namespace of the name.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::EmailAddress | Self::EmailAddressList => "http://schemas.xmlsoap.org/claims",
            Self::RequestorDomain | Self::ThirdPartyRequested => {
                "http://schemas.microsoft.com/ws/2006/04/identity/claims"
            }
            Self::Action => "http://schemas.xmlsoap.org/ws/2006/12/authorization/claims",
        }
    }
}

/// Reads an attribute without which an element is not SAML 1.1.
fn required<'d>(node: Node<'d>, name: &'static str, defects: &mut Defects) -> Option<&'d str> {
    let value = node.attribute(name);
    if value.is_none() {
        defects.note(RuleId::Da22, name, node, "the attribute", "none");
    }
    value
}

/// Reads a time, or notes that the text is none.
pub(super) fn point_in_time(
    rule: RuleId,
    element: &'static str,
    node: Node<'_>,
    text: &str,
    defects: &mut Defects,
) -> Option<UnixTime> {
    let time = instant::parse(text);
    if time.is_none() {
        defects.note(rule, element, node, "a time in UTC, as 2025-02-06T04:47:27Z", text);
    }
    time
}
