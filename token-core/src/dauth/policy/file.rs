//! The `dauth` table of policy files. Unknown members are errors: a misspelled rule must not be a missing one.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny};

use super::{
    ApplicationUri, DauthDanger, DauthPolicy, DauthPolicyError, Domain, MessageProof, Relationship,
    SecondSight, ServedEndpoint, TokenIssuer,
};
use crate::keys::X5tS256;
use crate::policy::source::{self, Halves};
use crate::policy::{HttpsUrl, PolicyFileError};
use crate::redact::printable;

impl DauthPolicy {
    /// Reads the policy from the `dauth` table of a TOML text; `docs/policy.md` lists its members.
    ///
    /// What stands beside that table is the policy for server-to-server tokens, which is not read here.
    ///
    /// # Errors
    /// The first member that is unknown, missing or malformed, with its place in the text.
    pub fn from_toml(text: &str) -> Result<Self, PolicyFileError> {
        let file: File = source::read_toml(text).map_err(|error| of_dauth(error, source::read_toml(text)))?;
        file.dauth.into_policy()
    }

    /// Reads the policy from the `dauth` member of a JSON text, with the same members as in TOML.
    ///
    /// # Errors
    /// The first member that is unknown, missing or malformed, with its place in the text.
    pub fn from_json(text: &str) -> Result<Self, PolicyFileError> {
        let file: File = source::read_json(text).map_err(|error| of_dauth(error, source::read_json(text)))?;
        file.dauth.into_policy()
    }
}

/// Says of a file without the table that it is so, not where it would have ended.
fn of_dauth(error: PolicyFileError, halves: Result<Halves, PolicyFileError>) -> PolicyFileError {
    if halves.is_ok_and(|halves| halves.lacks_dauth()) {
        return PolicyFileError::of_other_half(
            "expected the table dauth, which says whose assertions are accepted; found none",
        );
    }
    error
}

impl From<DauthPolicyError> for PolicyFileError {
    fn from(error: DauthPolicyError) -> Self {
        Self::of_whole(error.to_string())
    }
}

/// A policy file: one table, and the members of the other policy by name, so that a misspelled `dauth` is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the other policy's members are known here by their names alone")]
struct File {
    dauth: DauthTable,
    audience: Option<IgnoredAny>,
    issuer: Option<IgnoredAny>,
    profile: Option<IgnoredAny>,
    letter_case: Option<IgnoredAny>,
    skew: Option<IgnoredAny>,
    maximum_lifetime: Option<IgnoredAny>,
    minimum_key_bits: Option<IgnoredAny>,
    require_valid_certificate: Option<IgnoredAny>,
    challenge: Option<IgnoredAny>,
    fetch: Option<IgnoredAny>,
    danger: Option<IgnoredAny>,
}

/// Times in seconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DauthTable {
    #[serde(deserialize_with = "application_uris")]
    application_uris: Vec<ApplicationUri>,
    token_issuer: TokenIssuerTable,
    relationship: Vec<RelationshipTable>,
    #[serde(default)]
    endpoint: Vec<EndpointTable>,
    #[serde(default)]
    offers: BTreeMap<String, u64>,
    skew: Option<u64>,
    #[serde(default)]
    require_timestamp: bool,
    maximum_timestamp: Option<u64>,
    #[serde(default)]
    require_third_party: bool,
    #[serde(default)]
    require_valid_certificate: bool,
    minimum_key_bits: Option<u32>,
    #[serde(default)]
    replay: SecondSightName,
    #[serde(default)]
    danger: DangerTable,
}

impl DauthTable {
    fn into_policy(self) -> Result<DauthPolicy, PolicyFileError> {
        let none = |member: &str| {
            PolicyFileError::of_whole(format!("dauth.{member}: expected at least one, found none"))
        };
        let mut uris = self.application_uris.into_iter();
        let mut relationships = self.relationship.into_iter();
        let uri = uris.next().ok_or_else(|| none("application_uris"))?;
        let relationship = relationships.next().ok_or_else(|| none("relationship"))?;
        let mut builder = DauthPolicy::builder()
            .application_uri(uri)
            .token_issuer(self.token_issuer.into())
            .relationship(relationship.into());
        for uri in uris {
            builder = builder.application_uri(uri);
        }
        for relationship in relationships {
            builder = builder.relationship(relationship.into());
        }
        for endpoint in self.endpoint {
            builder = builder.endpoint(endpoint.into());
        }
        for (offer, secs) in self.offers {
            builder = builder.offer_life(offer, Duration::from_secs(secs));
        }
        if self.require_timestamp {
            builder = builder.require_timestamp();
        }
        if self.require_third_party {
            builder = builder.require_third_party();
        }
        if self.require_valid_certificate {
            builder = builder.require_valid_certificate();
        }
        let time = |given: Option<u64>, default| given.map_or(default, Duration::from_secs);
        Ok(builder
            .skew(time(self.skew, DauthPolicy::SKEW))
            .maximum_timestamp(time(self.maximum_timestamp, DauthPolicy::MAXIMUM_TIMESTAMP))
            .minimum_key_bits(self.minimum_key_bits.unwrap_or(DauthPolicy::MINIMUM_KEY_BITS))
            .replay(self.replay.into())
            .danger(self.danger.into())
            .build()?)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenIssuerTable {
    uri: Option<String>,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    metadata_signed_by: Vec<String>,
}

impl From<TokenIssuerTable> for TokenIssuer {
    fn from(table: TokenIssuerTable) -> Self {
        let mut issuer = table.uri.map_or_else(Self::default, Self::new);
        for source in table.keys {
            issuer = issuer.keys_from(source);
        }
        for certificate in table.metadata_signed_by {
            issuer = issuer.metadata_signed_by(certificate);
        }
        issuer
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelationshipTable {
    name: String,
    #[serde(deserialize_with = "domains")]
    domains: Vec<Domain>,
    offers: Vec<String>,
    #[serde(default, deserialize_with = "application_uri")]
    application_uri: Option<ApplicationUri>,
    #[serde(default, deserialize_with = "thumbprints")]
    message_certificates: Vec<X5tS256>,
}

impl From<RelationshipTable> for Relationship {
    fn from(table: RelationshipTable) -> Self {
        let mut relationship = Self::new(table.name);
        for domain in table.domains {
            relationship = relationship.domain(domain);
        }
        for offer in table.offers {
            relationship = relationship.allowing(offer);
        }
        for certificate in table.message_certificates {
            relationship = relationship.signing_messages_with(certificate);
        }
        match table.application_uri {
            Some(uri) => relationship.known_as(uri),
            None => relationship,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointTable {
    path: String,
    #[serde(default, deserialize_with = "urls")]
    urls: Vec<HttpsUrl>,
    #[serde(default)]
    offers: Vec<String>,
    #[serde(default, deserialize_with = "proof")]
    proof: Option<MessageProof>,
}

impl From<EndpointTable> for ServedEndpoint {
    fn from(table: EndpointTable) -> Self {
        let mut endpoint = Self::new(table.path);
        for url in table.urls {
            endpoint = endpoint.at(url);
        }
        for offer in table.offers {
            endpoint = endpoint.serving(offer);
        }
        match table.proof {
            Some(proof) => endpoint.proven_by(proof),
            None => endpoint,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SecondSightName {
    #[default]
    Refuse,
    Report,
}

impl From<SecondSightName> for SecondSight {
    fn from(name: SecondSightName) -> Self {
        match name {
            SecondSightName::Refuse => Self::Refuse,
            SecondSightName::Report => Self::Report,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DangerTable {
    sha1_signatures: bool,
    triple_des: bool,
}

impl From<DangerTable> for DauthDanger {
    fn from(table: DangerTable) -> Self {
        let DangerTable { sha1_signatures, triple_des } = table;
        Self { sha1_signatures, triple_des }
    }
}

fn application_uris<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ApplicationUri>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| ApplicationUri::parse(text).map_err(de::Error::custom)).collect()
}

fn application_uri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ApplicationUri>, D::Error> {
    ApplicationUri::parse(&String::deserialize(deserializer)?).map(Some).map_err(de::Error::custom)
}

fn domains<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Domain>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let domain = |text: &String| {
        Domain::parse(text).map_err(|defect| {
            de::Error::custom(format!(
                "expected a domain like contoso.com, found {defect}: {}",
                printable(text)
            ))
        })
    };
    texts.iter().map(domain).collect()
}

fn thumbprints<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<X5tS256>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let thumbprint = |text: &String| {
        let parsed = X5tS256::parse(text).map(|(thumbprint, _)| thumbprint);
        parsed.map_err(|error| {
            de::Error::custom(format!("expected the SHA-256 thumbprint of a certificate, found {error}"))
        })
    };
    texts.iter().map(thumbprint).collect()
}

fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<HttpsUrl>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let url = |text: &String| {
        HttpsUrl::parse(text)
            .map_err(|error| de::Error::custom(format!("expected an https URL, found {error}")))
    };
    texts.iter().map(url).collect()
}

fn proof<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<MessageProof>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let unknown = || {
        let known: Vec<_> = MessageProof::ALL.iter().map(|proof| proof.as_str()).collect();
        de::Error::custom(format!("expected a proof ({}), found `{}`", known.join(", "), printable(&text)))
    };
    MessageProof::parse(&text).map(Some).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    const SMALL: &str = r#"[dauth]
application_uris = ["FYDIBOHF25SPDLT.contoso.com"]

[dauth.token_issuer]
keys = ["gateway-metadata.xml"]

[[dauth.relationship]]
name = "Fabrikam"
domains = ["Fabrikam.com"]
offers = ["MSExchange.MailTips"]
"#;

    const S2S: &str = r#"
letter_case = "lenient"
[audience]
application = "00000002-0000-0ff1-ce00-000000000000"
[[issuer]]
id = "00000001-0000-0000-c000-000000000000@*"
kinds = ["sts-actor"]
[skew]
nbf = 1
"#;

    fn error(text: &str) -> String {
        DauthPolicy::from_toml(text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn from_toml_small_table_has_the_defaults() {
        let policy = DauthPolicy::from_toml(SMALL).unwrap();
        assert_eq!(policy.token_issuer().uri(), TokenIssuer::MICROSOFT_ONLINE);
        assert_eq!(policy.token_issuer().key_sources(), ["gateway-metadata.xml"]);
        assert_eq!(policy.relationships()[0].domains()[0].as_str(), "fabrikam.com");
        assert_eq!(policy.skew(), DauthPolicy::SKEW);
        assert_eq!(policy.endpoints().len(), ServedEndpoint::WELL_KNOWN.len());
        assert!(policy.danger().sentences().is_empty());
    }

    #[test]
    fn from_toml_every_member_read() {
        let text = format!(
            r#"{}
[[dauth.relationship]]
name = "Exchange Online"
domains = ["tailspin.test"]
offers = ["Fabrikam.Read"]
application_uri = "http://outlook.com"
[[dauth.endpoint]]
path = "/EWS/Exchange.asmx/WSSecurity"
urls = ["https://mail.contoso.com/ews/exchange.asmx/wssecurity"]
offers = ["MSExchange.MailTips"]
proof = "symmetric_key"
[dauth.offers]
"Fabrikam.Read" = 60
[dauth.danger]
sha1_signatures = true
triple_des = true
"#,
            SMALL.replace(
                "\n\n[dauth.token_issuer]",
                "\nskew = 1\nrequire_timestamp = true\nmaximum_timestamp = 2\nrequire_third_party = true\n\
                 require_valid_certificate = true\nminimum_key_bits = 3072\nreplay = \"report\"\n\
                 [dauth.token_issuer]\nuri = \"urn:g\"\nmetadata_signed_by = [\"g.cer\"]"
            )
        );
        let policy = DauthPolicy::from_toml(&text).unwrap();
        assert_eq!(policy.skew(), Duration::from_secs(1));
        assert_eq!(policy.maximum_timestamp(), Duration::from_secs(2));
        assert!(
            policy.require_timestamp() && policy.require_third_party() && policy.require_valid_certificate()
        );
        assert_eq!(policy.minimum_key_bits(), 3072);
        assert_eq!(policy.replay(), SecondSight::Report);
        assert_eq!(policy.token_issuer().uri(), "urn:g");
        assert_eq!(policy.token_issuer().metadata_signers(), ["g.cer"]);
        assert_eq!(policy.relationships()[1].application_uri().unwrap().as_str(), "outlook.com");
        let [endpoint] = policy.endpoints() else { panic!("one endpoint") };
        assert_eq!((endpoint.proof(), endpoint.urls().len()), (MessageProof::SymmetricKey, 1));
        assert!(!endpoint.serves("MSExchange.SharingRead"));
        assert_eq!(policy.offers().of("Fabrikam.Read"), Some(Duration::from_secs(60)));
        assert_eq!(policy.danger().sentences().len(), 2);
    }

    #[test]
    fn from_toml_beside_the_other_policy_read_by_both() {
        let both = format!("{S2S}\n{SMALL}");
        assert_eq!(DauthPolicy::from_toml(&both).unwrap().skew(), DauthPolicy::SKEW);
        assert_eq!(Policy::from_toml(&both).unwrap().skew().nbf, Duration::from_secs(1));
        assert_eq!(
            error(S2S),
            "expected the table dauth, which says whose assertions are accepted; found none"
        );
    }

    #[test]
    fn from_toml_unknown_member_refused_with_its_place() {
        let message = error(&SMALL.replace("application_uris", "application_uri"));
        assert!(
            message.starts_with("line 2, column 1: unknown field `application_uri`, expected"),
            "{message}"
        );
        let message = error(&SMALL.replace("domains =", "domain ="));
        assert!(message.starts_with("line 9, column 1: unknown field `domain`, expected"), "{message}");
        for table in ["[dauth.danger]\nsha1 = true", "[[dauth.endpoint]]\nurl = 1", "[dauht]"] {
            assert!(error(&format!("{SMALL}{table}")).contains(": unknown field `"), "{table}");
        }
        assert!(error(&SMALL.replace("keys =", "key =")).contains("unknown field `key`"));
    }

    #[test]
    fn from_toml_malformed_values_explained_with_their_place() {
        let with = |from: &str, to: &str| error(&SMALL.replace(from, to));
        let message = with("Fabrikam.com", "*.fabrikam.com");
        assert!(message.starts_with("line 9, column 11: expected a domain"), "{message}");
        for domain in ["https://fabrikam.com", "a@fabrikam.com", "fabrikam.com.", "m\u{fc}ller.test", ""] {
            assert!(with("Fabrikam.com", domain).contains("expected a domain"), "{domain}");
        }
        assert!(with("[\"FYDIBOHF25SPDLT.contoso.com\"]", "[]").contains("at least one"));
        assert!(with("FYDIBOHF25SPDLT.contoso.com", "*").contains("a wildcard"));
        assert!(with("MSExchange.MailTips", "MSExchange.Mail").contains("found MSExchange.Mail"));
        assert!(with("[dauth.token_issuer]", "[dauth.endpoint]").contains("expected a sequence"));
        let endpoint = |member: &str| error(&format!("{SMALL}[[dauth.endpoint]]\npath = '/x'\n{member}"));
        assert!(endpoint("proof = 'bearer'").contains("(none, symmetric_key, x509), found `bearer`"));
        assert!(endpoint("urls = ['http://a.test/x']").contains("not an https URL"));
        assert!(endpoint("urls = ['https://a.test/y']").contains("URLs with this path"));
    }

    #[test]
    fn from_json_same_members_and_place() {
        let json = r#"{"audience": 1, "dauth": {"application_uris": ["outlook.com"], "token_issuer": {},
            "relationship": [{"name": "a", "domains": ["a.test"], "offers": ["MSExchange.MailTips"]}],
            "skew": 0}}"#;
        assert_eq!(DauthPolicy::from_json(json).unwrap().skew(), Duration::ZERO);
        let error = DauthPolicy::from_json(&json.replace("\"skew\"", "\"skews\"")).map(|_| ()).unwrap_err();
        assert_eq!(error.line(), Some(3));
        assert!(error.to_string().contains("unknown field `skews`"), "{error}");
    }
}
