//! A provider that none of us wrote: `oidc-provider` from npm, whose discovery, keys and tokens are fetched and validated.
//!
//! It is dressed as Entra (a tenant in the issuer, `tid`, `ver`, `azp`, `roles`), so that its access tokens are T10 and
//! walk the whole path. Needs Node with npm; is left out without them, but not where `CI` is set.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use token_core::keys::refresh::{KeyState, Refresher, Sources};
use token_core::policy::{Audience, HttpsUrl, IssuerId, Policy, TrustedIssuer};
use token_core::s2s::Kind;
use token_core::{RuleId, Scratch, UnixTime, Validator};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::authority::Authority;
use crate::{PATIENCE, only, tried, unhurried, until};

const TENANT: &str = "b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8";
const APPLICATION: &str = "11111111-2222-3333-4444-555555555555";
const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("../data/oidc-provider/package.json")),
    ("package-lock.json", include_str!("../data/oidc-provider/package-lock.json")),
    ("provider.js", include_str!("../data/oidc-provider/provider.js")),
];

/// Installs the provider as its lock file says, once for each target folder.
fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc-provider");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let is_current = |(name, text): &(&str, &str)| {
        std::fs::read_to_string(folder.join(name)).is_ok_and(|existing| existing == *text)
    };
    if FILES.iter().all(is_current) && folder.join("node_modules/.package-lock.json").exists() {
        return Ok(folder);
    }
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).map_err(|error| error.to_string())?;
    }
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("npm cannot be started: {error}"))?;
    if npm.status.success() {
        Ok(folder)
    } else {
        Err(format!("npm ci failed: {}", String::from_utf8_lossy(&npm.stderr)))
    }
}

struct Provider {
    _process: Child,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    fn start(folder: &Path, authority: &Authority) -> Result<Self, String> {
        let (certificate, key) = authority.leaf("localhost").pem();
        let files = [("server.pem", certificate), ("server.key", key)];
        let [certificate, key] = files.map(|(name, text)| {
            std::fs::write(authority.file(name), text).unwrap();
            authority.file(name)
        });
        let mut process = tokio::process::Command::new("node")
            .args(["provider.js", &certificate, &key, &authority.pem_file(), TENANT])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("node cannot be started: {error}"))?;
        let orders = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Ok(Self { _process: process, orders, lines })
    }

    /// Reads until a line of JSON; the provider also writes advice.
    async fn answer(&mut self, member: &str) -> Value {
        let read = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the provider has ended");
                if let Ok(mut value) = serde_json::from_str::<Value>(&line) {
                    return value[member].take();
                }
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("the provider does not answer")
    }

    async fn token(&mut self, order: &str) -> String {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        self.answer("token").await.as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oidc_provider_of_npm_discovered_fetched_and_its_tokens_validated() {
    let authority = Authority::new();
    let started = tokio::task::spawn_blocking(install).await.unwrap();
    let mut provider = match started.and_then(|folder| Provider::start(&folder, &authority)) {
        Ok(provider) => provider,
        Err(reason) if std::env::var_os("CI").is_none() => {
            println!("skipped: {reason}");
            return;
        }
        Err(reason) => panic!("{reason}"),
    };
    let port = provider.answer("port").await.as_u64().unwrap();
    let template = format!("https://localhost:{port}/{{tenantid}}/v2.0");
    let settings = unhurried(&authority);
    let policy = Policy::builder()
        .audience(
            Audience::default().url(HttpsUrl::parse("https://mail.contoso.com/").unwrap()).realm(TENANT),
        )
        .issuer(
            TrustedIssuer::new(IssuerId::parse(&template).unwrap())
                .issues(Kind::EntraV2)
                .acting(APPLICATION)
                .keys_from(format!(
                    "https://localhost:{port}/{TENANT}/v2.0/.well-known/openid-configuration"
                )),
        )
        .fetch(settings)
        .build()
        .unwrap();
    let sources = Sources::of_policy(&policy, Path::new("")).unwrap();
    let refresher = Refresher::start(sources).unwrap();
    tried(&refresher).await;
    let status = only(&refresher);
    assert_eq!(status.state, KeyState::Fresh, "{:?}", status.last_error);
    assert_eq!(status.document, Some(format!("https://localhost:{port}/{TENANT}/v2.0/jwks")));

    let validator = Validator::new(policy, refresher.clone());
    let validate = |token: &str| {
        // The provider writes its own times: they are read from the token, not from a clock.
        let payload = token.split('.').nth(1).unwrap();
        let payload = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload).unwrap();
        let issued = serde_json::from_slice::<Value>(&payload).unwrap()["iat"].as_u64().unwrap();
        let mut scratch = Scratch::new();
        let result = validator.validate(token, &mut scratch, UnixTime::from_secs(issued + 1));
        result
            .map(|valid| (valid.kind(), valid.tenant().map(String::from)))
            .map_err(|rejection| rejection.rule())
    };
    let valid = Ok((Kind::EntraV2, Some(TENANT.to_owned())));
    let old = provider.token("token").await;
    assert_eq!(validate(&old), valid);

    // Its key changes, and a token says so before the next refresh is due.
    let token = provider.token("rotate").await;
    assert_eq!(validate(&token), Err(RuleId::S2s10));
    until("the new key", || validate(&token) == valid).await;
    assert_eq!(only(&refresher).counters.failures, 0);

    // Both keys are published now; each verifies its own signature alone.
    assert_eq!(validate(&old), valid);
    let (message, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = old.rsplit_once('.').unwrap();
    assert_eq!(validate(&format!("{message}.{signature}")), Err(RuleId::Key02));
}
