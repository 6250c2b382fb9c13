//! The shape of the vector files, as `schemas/*.json` describe it. Unknown members are errors.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A file of token vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct File {
    /// Which schema the file follows: [`File::SCHEMA`].
    pub schema: String,
    /// What the flags of the tests mean.
    pub notes: BTreeMap<String, Note>,
    /// Tests that share a policy and keys.
    pub test_groups: Vec<Group>,
}

impl File {
    /// The schema of token vectors.
    pub const SCHEMA: &'static str = "token-vectors-v1.schema.json";
}

/// What a flag means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The attack, the mistake, or the property that the tests with this flag are about.
    pub description: String,
    /// Where it is described.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
}

/// Tests that share a policy and keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What the tests have in common.
    pub name: String,
    /// The policy of the receiving server.
    pub policy: serde_json::Value,
    /// The key documents that the server has.
    pub keys: Vec<KeySource>,
    /// The tests.
    pub tests: Vec<Test>,
}

/// A key document, and the issuer whose keys it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeySource {
    /// The issuer, spelled as in the policy.
    pub issuer: String,
    /// A name for messages.
    pub source: String,
    /// The document, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The document in standard base64, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_base64: Option<String>,
}

impl KeySource {
    /// Returns the document's bytes; nothing where the vector has not exactly one sound spelling of them.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match (&self.document, &self.document_base64) {
            (Some(text), None) => Some(text.clone().into_bytes()),
            (None, Some(text)) => STANDARD.decode(text).ok(),
            _ => None,
        }
    }
}

/// One token, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Test {
    /// A stable name, unique among all files.
    pub id: String,
    /// What is special about the token.
    pub comment: String,
    /// Attacks (`J1` to `J24`) and other notes of the file.
    pub flags: Vec<String>,
    /// Which rules the test shows.
    pub covers: Vec<Covers>,
    /// The compact token.
    pub token: String,
    /// The time of judgement, in seconds since 1970.
    pub now: u64,
    /// What kind of token it is by its shape.
    pub kind: String,
    /// What is to be done with it.
    pub verdict: Verdict,
    /// The first rule that decides the verdict; null for a valid token.
    pub rule: Option<String>,
    /// Every rule that is not kept, errors and warnings, sorted.
    pub broken: Vec<String>,
    /// The acting application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The user's keys by the name of their claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<BTreeMap<String, String>>,
    /// The tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// How often the token is presented; once if absent. The verdict is that of the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presented: Option<u32>,
}

/// A rule that a test shows, and from which side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covers {
    /// The rule.
    pub rule: String,
    /// From which side.
    #[serde(rename = "as")]
    pub coverage: Coverage,
}

/// From which side a test shows a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// The rule is broken.
    Hit,
    /// The rule is kept, by little.
    NearMiss,
}

/// What is to be done with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It may be believed.
    Valid,
    /// It breaks a rule.
    Invalid,
    /// Nobody signed it.
    Unsigned,
    /// It could not be verified for want of keys.
    Indeterminate,
}

impl Verdict {
    /// Returns the verdict as the files spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unsigned => "unsigned",
            Self::Indeterminate => "indeterminate",
        }
    }
}

/// A file of key document vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyFile {
    /// Which schema the file follows: [`KeyFile::SCHEMA`].
    pub schema: String,
    /// What the flags of the tests mean.
    pub notes: BTreeMap<String, Note>,
    /// Tests that belong together.
    pub test_groups: Vec<DocumentGroup>,
}

impl KeyFile {
    /// The schema of key document vectors.
    pub const SCHEMA: &'static str = "key-document-vectors-v1.schema.json";
}

/// Tests that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentGroup {
    /// What the tests have in common.
    pub name: String,
    /// The tests.
    pub tests: Vec<DocumentTest>,
}

/// Key documents of one issuer, and what is to be said about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentTest {
    /// A stable name, unique among all files.
    pub id: String,
    /// What is special about the documents.
    pub comment: String,
    /// Notes of the file.
    pub flags: Vec<String>,
    /// Which rules the test shows.
    pub covers: Vec<Covers>,
    /// The documents, in the order in which they are loaded.
    pub documents: Vec<KeySource>,
    /// Every rule that is not kept, errors and warnings, sorted.
    pub broken: Vec<String>,
    /// The keys that may verify signatures, in their order.
    pub usable: Vec<UsableKey>,
}

/// A key that may verify signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsableKey {
    /// The thumbprint under which it serves.
    pub x5t: Option<String>,
    /// The id that the document declares.
    pub kid: Option<String>,
}
