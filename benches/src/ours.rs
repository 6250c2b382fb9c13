//! Our side: a validator that accepts the minted tokens, on a backend of choice.

use token_core::keys::{KeySet, KeySetBuilder};
use token_core::signature::Backend;
use token_core::{Budget, Policy, Validator};

use crate::mint::{RESOURCE, TENANT};

/// The certificate of the test vectors' STS.
pub const CERTIFICATE: &[u8] = include_bytes!("../../test-vectors/keys/acs-current.cert.pem");

/// The STS, as key documents and policies name it.
pub const ACS: &str = "00000001-0000-0000-c000-000000000000@*";
const ENTRA: &str = "https://sts.windows.net/{tenantid}/";

/// The keys of both issuers, on the default backend.
#[must_use]
pub fn keys() -> KeySet {
    keys_on(Backend::default())
}

/// The thumbprint of the certificate, as tokens carry it.
#[must_use]
pub fn x5t() -> String {
    keys().keys().first().and_then(token_core::keys::Key::x5t).map(|x5t| x5t.to_string()).unwrap_or_default()
}

/// The keys of both issuers, prepared for a backend.
#[must_use]
pub fn keys_on(backend: Backend) -> KeySet {
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    builder.backend(backend).add(ACS, "bench", CERTIFICATE).add(ENTRA, "bench", CERTIFICATE);
    builder.build().keys
}

/// A validator for the minted tokens, on the default backend.
#[must_use]
pub fn validator() -> Validator<KeySet> {
    validator_on(Backend::default())
}

/// A validator for the minted tokens, on a backend.
///
/// # Panics
/// If the policy below is wrong.
#[must_use]
pub fn validator_on(backend: Backend) -> Validator<KeySet> {
    let policy = format!(
        r#"
        [audience]
        application = "00000002-0000-0ff1-ce00-000000000000"
        hosts = ["mail.contoso.com"]
        realms = ["{TENANT}"]
        urls = ["{RESOURCE}"]

        [[issuer]]
        id = "{ACS}"
        kinds = ["sts-actor"]
        applications = ["00000002-0000-0ff1-ce00-000000000000"]
        users = true

        [[issuer]]
        id = "{ENTRA}"
        kinds = ["entra-v1"]
        applications = ["d3590ed6-52b3-4102-aeff-aad2292ab01c"]
        users = true
        "#
    );
    let policy = Policy::from_toml(&policy).unwrap_or_else(|e| panic!("the bench's policy: {e}"));
    Validator::new(policy, keys_on(backend))
}
