//! Policies from TOML and JSON. Unknown members are errors: a misspelled rule must not be a missing one.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny};

use super::source::{self, Halves};
use super::{
    Audience, ChallengeExpectations, Cloud, Danger, FetchSettings, HttpsUrl, IssuerId, LetterCase, Policy,
    PolicyError, PolicyFileError, Profile, Skew, SpkiPin, TrustedIssuer,
};
use crate::s2s::Kind;

impl Policy {
    /// Reads a policy from TOML; `docs/policy.md` lists its members.
    ///
    /// # Errors
    /// The first member that is unknown, missing or malformed, with its place in the text.
    pub fn from_toml(text: &str) -> Result<Self, PolicyFileError> {
        let file: File = source::read_toml(text).map_err(|error| of_s2s(error, source::read_toml(text)))?;
        file.into_policy()
    }

    /// Reads a policy from JSON, with the same members as in TOML.
    ///
    /// # Errors
    /// The first member that is unknown, missing or malformed, with its place in the text.
    pub fn from_json(text: &str) -> Result<Self, PolicyFileError> {
        let file: File = source::read_json(text).map_err(|error| of_s2s(error, source::read_json(text)))?;
        file.into_policy()
    }
}

/// Says of a file that is about federated delegation alone that it is so, not which member it lacks.
fn of_s2s(error: PolicyFileError, halves: Result<Halves, PolicyFileError>) -> PolicyFileError {
    if halves.is_ok_and(|halves| halves.has_dauth_alone()) {
        return PolicyFileError::of_other_half(
            "expected audience and issuer, which say whose server-to-server tokens are accepted; found dauth alone",
        );
    }
    error
}

impl From<PolicyError> for PolicyFileError {
    fn from(error: PolicyError) -> Self {
        Self::of_whole(error.to_string())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    audience: AudienceTable,
    issuer: Vec<IssuerTable>,
    #[serde(default)]
    profile: ProfileName,
    #[serde(default)]
    letter_case: LetterCaseName,
    #[serde(default)]
    skew: SkewTable,
    #[serde(default)]
    maximum_lifetime: BTreeMap<KindName, u64>,
    #[serde(default = "default_key_bits")]
    minimum_key_bits: u32,
    #[serde(default)]
    require_valid_certificate: bool,
    #[serde(default)]
    challenge: ChallengeTable,
    #[serde(default)]
    fetch: FetchTable,
    #[serde(default)]
    danger: DangerTable,
    /// Federated delegation has a policy of its own, which reads and checks this table.
    #[serde(default, rename = "dauth")]
    _dauth: IgnoredAny,
}

const fn default_key_bits() -> u32 {
    Policy::MINIMUM_KEY_BITS
}

impl File {
    fn into_policy(self) -> Result<Policy, PolicyFileError> {
        let mut issuers = self.issuer.into_iter();
        let Some(first) = issuers.next() else {
            return Err(PolicyFileError::of_whole("issuer: expected at least one, found none"));
        };
        let mut builder = Policy::builder().audience(self.audience.into()).issuer(first.into());
        for issuer in issuers {
            builder = builder.issuer(issuer.into());
        }
        for (KindName(kind), secs) in self.maximum_lifetime {
            builder = builder.maximum_lifetime(kind, Duration::from_secs(secs));
        }
        if self.require_valid_certificate {
            builder = builder.require_valid_certificate();
        }
        Ok(builder
            .profile(self.profile.into())
            .letter_case(self.letter_case.into())
            .skew(self.skew.into())
            .minimum_key_bits(self.minimum_key_bits)
            .challenge(self.challenge.into())
            .fetch(self.fetch.into())
            .danger(self.danger.into())
            .build()?)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AudienceTable {
    application: Option<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    realms: Vec<String>,
    #[serde(default, deserialize_with = "urls")]
    urls: Vec<HttpsUrl>,
}

impl From<AudienceTable> for Audience {
    fn from(table: AudienceTable) -> Self {
        let AudienceTable { application, hosts, realms, urls } = table;
        Self { application, hosts, realms, urls }
    }
}

fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<HttpsUrl>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let url = |text: String| {
        HttpsUrl::parse(&text).map_err(|e| de::Error::custom(format!("expected an https URL, found {e}")))
    };
    texts.into_iter().map(url).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerTable {
    #[serde(deserialize_with = "issuer_id")]
    id: IssuerId,
    kinds: Vec<KindName>,
    #[serde(default)]
    applications: Vec<String>,
    #[serde(default)]
    users: bool,
    #[serde(default)]
    keys: Vec<String>,
    failover: Option<String>,
}

impl From<IssuerTable> for TrustedIssuer {
    fn from(table: IssuerTable) -> Self {
        let mut issuer = Self::new(table.id);
        for KindName(kind) in table.kinds {
            issuer = issuer.issues(kind);
        }
        for application in table.applications {
            issuer = issuer.acting(application);
        }
        for source in table.keys {
            issuer = issuer.keys_from(source);
        }
        if let Some(url) = table.failover {
            issuer = issuer.failing_over_to(url);
        }
        if table.users { issuer.for_users() } else { issuer }
    }
}

fn issuer_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IssuerId, D::Error> {
    IssuerId::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct KindName(Kind);

impl<'de> Deserialize<'de> for KindName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Kind::parse(&text).map(Self).ok_or_else(|| {
            let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
            de::Error::custom(format!(
                "expected a kind of token ({}), found `{}`",
                known.join(", "),
                crate::redact::printable(&text)
            ))
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProfileName {
    #[default]
    Exchange,
    SharePoint,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Exchange => Self::Exchange,
            ProfileName::SharePoint => Self::SharePoint,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LetterCaseName {
    #[default]
    Exact,
    Lenient,
}

impl From<LetterCaseName> for LetterCase {
    fn from(name: LetterCaseName) -> Self {
        match name {
            LetterCaseName::Exact => Self::Exact,
            LetterCaseName::Lenient => Self::Lenient,
        }
    }
}

/// Seconds, for each claim.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SkewTable {
    nbf: Option<u64>,
    exp: Option<u64>,
}

impl From<SkewTable> for Skew {
    fn from(table: SkewTable) -> Self {
        let default = Self::default();
        Self {
            nbf: table.nbf.map_or(default.nbf, Duration::from_secs),
            exp: table.exp.map_or(default.exp, Duration::from_secs),
        }
    }
}

/// Times in seconds.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FetchTable {
    max_fresh: Option<u64>,
    min_fresh: Option<u64>,
    keep_for: Option<u64>,
    cool_down: Option<u64>,
    forget_unknown_after: Option<u64>,
    first_retry: Option<u64>,
    max_retry: Option<u64>,
    timeout: Option<u64>,
    connect_timeout: Option<u64>,
    wait: Option<u64>,
    hosts: Vec<String>,
    roots: Vec<String>,
    #[serde(deserialize_with = "pins")]
    pins: BTreeMap<String, Vec<SpkiPin>>,
    proxy_from_environment: bool,
    snapshot: Option<String>,
}

impl From<FetchTable> for FetchSettings {
    fn from(table: FetchTable) -> Self {
        let default = Self::default();
        let time = |given: Option<u64>, default| given.map_or(default, Duration::from_secs);
        Self {
            max_fresh: time(table.max_fresh, default.max_fresh),
            min_fresh: time(table.min_fresh, default.min_fresh),
            keep_for: time(table.keep_for, default.keep_for),
            cool_down: time(table.cool_down, default.cool_down),
            forget_unknown_after: time(table.forget_unknown_after, default.forget_unknown_after),
            first_retry: time(table.first_retry, default.first_retry),
            max_retry: time(table.max_retry, default.max_retry),
            timeout: time(table.timeout, default.timeout),
            connect_timeout: time(table.connect_timeout, default.connect_timeout),
            wait: time(table.wait, default.wait),
            hosts: table.hosts,
            roots: table.roots,
            pins: table.pins,
            proxy_from_environment: table.proxy_from_environment,
            snapshot: table.snapshot,
        }
    }
}

fn pins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Vec<SpkiPin>>, D::Error> {
    let texts = BTreeMap::<String, Vec<String>>::deserialize(deserializer)?;
    let pin = |text: &String| {
        SpkiPin::parse(text).ok_or_else(|| {
            de::Error::custom("expected sha256/ and 32 bytes as standard base64, found another text")
        })
    };
    texts
        .into_iter()
        .map(|(host, texts)| Ok((host, texts.iter().map(pin).collect::<Result<_, _>>()?)))
        .collect()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ChallengeTable {
    oauth_only: bool,
    #[serde(deserialize_with = "cloud")]
    cloud: Cloud,
    authorization_hosts: Vec<String>,
}

fn cloud<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cloud, D::Error> {
    let text = String::deserialize(deserializer)?;
    Cloud::parse(&text).ok_or_else(|| {
        let known: Vec<_> = Cloud::ALL.iter().map(|cloud| cloud.as_str()).collect();
        let found = crate::redact::printable(&text);
        de::Error::custom(format!("expected a cloud ({}), found `{found}`", known.join(", ")))
    })
}

impl From<ChallengeTable> for ChallengeExpectations {
    fn from(table: ChallengeTable) -> Self {
        let ChallengeTable { oauth_only, cloud, authorization_hosts } = table;
        Self { oauth_only, cloud, authorization_hosts }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DangerTable {
    sole_key_without_id: bool,
    outer_audience_may_differ: bool,
    any_application: bool,
    keys_over_http: bool,
}

impl From<DangerTable> for Danger {
    fn from(table: DangerTable) -> Self {
        let DangerTable { sole_key_without_id, outer_audience_may_differ, any_application, keys_over_http } =
            table;
        Self { sole_key_without_id, outer_audience_may_differ, any_application, keys_over_http }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        [audience]
        application = "00000002-0000-0ff1-ce00-000000000000"
        hosts = ["mail.contoso.com"]
        realms = ["contoso.com"]

        [[issuer]]
        id = "00000001-0000-0000-c000-000000000000@*"
        kinds = ["sts-actor"]
    "#;

    fn error(text: &str) -> String {
        Policy::from_toml(text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn from_toml_small_policy_has_the_defaults() {
        let policy = Policy::from_toml(SMALL).unwrap();
        assert_eq!(policy.skew(), Skew::default());
        assert_eq!(policy.minimum_key_bits(), 2048);
        assert_eq!(policy.profile(), Profile::Exchange);
        assert!(policy.danger().sentences().is_empty());
        assert!(!policy.issuers()[0].allows_users());
    }

    #[test]
    fn from_toml_unknown_member_refused_with_its_place() {
        let text = SMALL.replace("hosts =", "host =");
        let message = error(&text);
        assert!(message.starts_with("line 4, column 9: unknown field `host`, expected one of"), "{message}");
        assert!(error(&format!("{SMALL}\nuser = true")).contains("unknown field `user`"));
        assert!(error(&format!("{SMALL}\n[danger]\nall = true")).contains("unknown field `all`"));
    }

    #[test]
    fn from_toml_dauth_table_left_to_its_own_reader() {
        assert!(Policy::from_toml(&format!("{SMALL}\n[dauth]\nwhatever = [1]")).is_ok());
        assert_eq!(
            error("[dauth]\napplication_uris = ['outlook.com']"),
            "expected audience and issuer, which say whose server-to-server tokens are accepted; found dauth alone"
        );
        let json = Policy::from_json(r#"{"dauth": {}}"#).map(|_| ()).unwrap_err();
        assert!(json.to_string().ends_with("found dauth alone") && json.line().is_none());
        // With another half of it there, what lacks is named.
        assert!(error("[audience]\napplication = 'a'\n[dauth]").contains("missing field `issuer`"));
        assert!(error("").contains("missing field `audience`"));
    }

    #[test]
    fn from_toml_malformed_values_explained() {
        assert!(
            error(&SMALL.replace("sts-actor", "sts"))
                .contains("expected a kind of token (request-assertion,")
        );
        assert!(error(&SMALL.replace("000@*", "000@a@b")).contains("several \"@\""));
        assert!(error(&SMALL.replace("[\"sts-actor\"]", "[]")).contains("at least one kind"));
        assert!(error(&SMALL.replace("sts-actor", "outer")).contains("set `users`"));
        assert!(error(&SMALL.replace("sts-actor", "context")).contains("never be verified"));
        assert!(error(&SMALL.replace("\"contoso.com\"", "\"*\"")).contains("without wildcards"));
        assert!(
            error(&format!("minimum_key_bits = 1024\n{SMALL}")).contains("expected 2048 or more, found 1024")
        );
        assert!(error("[audience]\napplication = 'a'").contains("missing field `issuer`"));
    }

    #[test]
    fn from_toml_challenge_members_read_and_checked() {
        let policy = Policy::from_toml(SMALL).unwrap();
        assert_eq!(policy.challenge(), &ChallengeExpectations::default());
        let with = |members: &str| format!("{SMALL}\n[challenge]\n{members}");
        let policy = Policy::from_toml(&with("oauth_only = true\ncloud = 'china'")).unwrap();
        assert!(policy.challenge().oauth_only);
        assert_eq!(policy.challenge().sign_in_hosts().next(), Some("login.partner.microsoftonline.cn"));
        let policy = Policy::from_toml(&with("authorization_hosts = ['adfs.contoso.com']")).unwrap();
        assert_eq!(policy.challenge().sign_in_hosts().collect::<Vec<_>>(), ["adfs.contoso.com"]);
        assert!(error(&with("oauth = true")).contains("unknown field `oauth`"));
        assert!(error(&with("cloud = 'mars'")).contains("expected a cloud (worldwide, us-government"));
        for host in ["https://a", "a:1", "a/b", "a b", ""] {
            assert!(
                error(&with(&format!("authorization_hosts = ['{host}']"))).contains("host names"),
                "{host}"
            );
        }
    }

    #[test]
    fn from_toml_fetch_settings_read_checked_and_never_misspelled() {
        let with = |table: &str| format!("{SMALL}\n{table}");
        let text = with(
            "keys = ['https://a.test/metadata/json/1']\nfailover = 'https://b.test/metadata/json/1'\n\
             [fetch]\nmax_fresh = 1800\nhosts = ['c.test']\nsnapshot = 'keys.json'\n\
             [fetch.pins]\n'a.test' = ['sha256/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=']\n\
             [danger]\nkeys_over_http = true",
        );
        let policy = Policy::from_toml(&text).unwrap();
        assert_eq!(policy.issuers()[0].failover(), Some("https://b.test/metadata/json/1"));
        assert_eq!(policy.fetch().max_fresh, Duration::from_secs(1800));
        assert_eq!(policy.fetch().keep_for, FetchSettings::default().keep_for);
        assert_eq!(policy.fetch().pins["a.test"], [SpkiPin::from_bytes([1; 32])]);
        assert!(policy.danger().sentences()[0].starts_with("keys_over_http"));
        assert!(error(&with("[fetch]\nretries = 1")).contains("unknown field `retries`"));
        assert!(
            error(&with("[fetch]\nkeep_for = 60")).contains("fetch.max_fresh: expected at most keep_for")
        );
        assert!(error(&with("[fetch]\npins = { 'a.test' = ['AQE='] }")).contains("32 bytes"));
        assert!(error(&with("keys = ['a', 'b']\nfailover = 'https://b.test/'")).contains("found several"));
    }

    #[test]
    fn from_json_same_members_and_place() {
        let json = r#"{"audience":{"application":"a","realms":["r"]},
            "issuer":[{"id":"https://sts.windows.net/{tenantid}/","kinds":["T9"],"users":true}],
            "profile":"sharepoint","letter_case":"lenient","skew":{"exp":0},
            "maximum_lifetime":{"entra-v1":3600},"danger":{"any_application":true}}"#;
        let policy = Policy::from_json(json).unwrap();
        assert_eq!(policy.profile(), Profile::SharePoint);
        assert_eq!(policy.skew().exp, Duration::ZERO);
        assert_eq!(policy.lifetimes().maximum(Kind::EntraV1), Duration::from_secs(3600));
        assert_eq!(policy.danger().sentences().len(), 1);
        let error = Policy::from_json("{\n\"x\":1}").map(|_| ()).unwrap_err();
        assert_eq!(error.line(), Some(2));
        assert!(error.to_string().contains("unknown field `x`"), "{error}");
    }
}
