//! The shape of the vector files of federated delegation, as `schemas/dauth-vectors-v1.schema.json` describes it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::model::{Covers, KeySource, Note, Verdict};

/// A file of vectors of federated delegation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DauthFile {
    /// Which schema the file follows: [`DauthFile::SCHEMA`].
    pub schema: String,
    /// What the flags of the tests mean.
    pub notes: BTreeMap<String, Note>,
    /// Tests that share a policy and keys.
    pub test_groups: Vec<DauthGroup>,
}

impl DauthFile {
    /// The schema of vectors of federated delegation.
    pub const SCHEMA: &'static str = "dauth-vectors-v1.schema.json";
}

/// Tests that share a policy and keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DauthGroup {
    /// What the tests have in common.
    pub name: String,
    /// What kind of message the tests have.
    pub messages: DauthMessages,
    /// The policy of the receiving server, with its member `dauth`.
    pub policy: serde_json::Value,
    /// The certificates of the token issuers that the server has, each in PEM.
    pub keys: Vec<KeySource>,
    /// The server's own keys, with which tokens are decrypted.
    pub own_keys: Vec<OwnKeySource>,
    /// The tests.
    pub tests: Vec<DauthTest>,
}

/// What kind of message a test has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DauthMessages {
    /// A SOAP message with a token, or a token alone.
    Token,
    /// A response to GetFederationInformation; the policy's relationship says what is expected of it.
    FederationInformation,
}

/// A key of the server's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnKeySource {
    /// A name for messages.
    pub source: String,
    /// The private key: PKCS #8 in PEM.
    pub private_key: String,
    /// Its certificate in PEM.
    pub certificate: String,
}

/// One message, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DauthTest {
    /// A stable name, unique among all files.
    pub id: String,
    /// What is special about the message.
    pub comment: String,
    /// Attacks (`D1` to `D18`) and other notes of the file.
    pub flags: Vec<String>,
    /// Which rules the test shows.
    pub covers: Vec<Covers>,
    /// The message, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The message in standard base64, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_base64: Option<String>,
    /// The path to which the message was sent, where that is known beside the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The time of judgement, in seconds since 1970.
    pub now: u64,
    /// What is to be done with it.
    pub verdict: Verdict,
    /// The first rule that decides the verdict; null for a valid message.
    pub rule: Option<String>,
    /// Every rule that is not kept, errors and warnings, sorted. Absent where it depends on how far a reader goes on after
    /// the first: in messages that are broken in several ways at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Vec<String>>,
    /// What a valid message says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<DauthFacts>,
    /// How often the message is presented; once if absent. The verdict is that of the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presented: Option<u32>,
}

impl DauthTest {
    /// Returns the message's bytes; nothing where the vector has not exactly one sound spelling of them.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match (&self.message, &self.message_base64) {
            (Some(text), None) => Some(text.clone().into_bytes()),
            (None, Some(text)) => STANDARD.decode(text).ok(),
            _ => None,
        }
    }
}

/// What a valid message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DauthFacts {
    /// The e-mail address, as the assertion spells it.
    pub email: String,
    /// Its domain, in lower case.
    pub domain: String,
    /// The offer: the assertion's action.
    pub offer: String,
    /// The audience, as the assertion spells it.
    pub audience: String,
    /// The name of the organisation relationship that has the domain.
    pub relationship: String,
}
