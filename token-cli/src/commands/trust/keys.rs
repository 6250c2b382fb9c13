//! The keys of the issuers in a policy.
//!
//! A key document is bound to issuers of the policy by the policy itself, by `--keys ISSUER=FILE`, or by the issuer that it
//! declares; never to an issuer that it could not speak for.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use token_core::Budget;
use token_core::dauth::policy::TokenIssuer;
use token_core::keys::refresh::Sources;
use token_core::keys::{DocumentFormat, KeyDocument, KeySetBuilder, Snapshot, X5tS256};
use token_core::policy::{FetchSettings, TrustedIssuer};

use super::{Policies, Trust, is_url};
use crate::commands::fetch;
use crate::console::Console;
use crate::error::CliError;
use crate::input;
use crate::redacted;
use crate::report::{FindingView, SnapshotView};

/// An issuer of either half of the policy.
#[derive(Clone, Copy)]
enum Issuer<'p> {
    OfTokens(&'p TrustedIssuer),
    OfAssertions(&'p TokenIssuer),
}

impl<'p> Issuer<'p> {
    fn all(policies: &'p Policies) -> Vec<Self> {
        let tokens = policies.tokens.iter().flat_map(token_core::Policy::issuers).map(Self::OfTokens);
        let gateway = policies.delegation.iter().map(|policy| Self::OfAssertions(policy.token_issuer()));
        tokens.chain(gateway).collect()
    }

    fn name(self) -> &'p str {
        match self {
            Self::OfTokens(issuer) => issuer.name(),
            Self::OfAssertions(issuer) => issuer.uri(),
        }
    }

    fn key_sources(self) -> &'p [String] {
        match self {
            Self::OfTokens(issuer) => issuer.key_sources(),
            Self::OfAssertions(issuer) => issuer.key_sources(),
        }
    }

    /// Whether a document that declares this issuer speaks for it.
    fn covers(self, declared: &str) -> bool {
        match self {
            Self::OfTokens(issuer) => issuer.covers(declared),
            Self::OfAssertions(issuer) => issuer.is_named_by(declared),
        }
    }
}

/// Loads the keys that the policies name, and those of `--keys`.
pub(in crate::commands) fn keys(
    policies: &Policies,
    policy_path: &Path,
    arguments: &[OsString],
    fetch: bool,
    console: &Console,
) -> Result<Trust, CliError> {
    // Files stand beside the policy that names them.
    let folder = policy_path.parent().unwrap_or(Path::new(""));
    let issuers = Issuer::all(policies);
    let signers = signers(policies, folder)?;
    let builder = KeySetBuilder::new(&Budget::DEFAULT);
    let mut loader = Loader { issuers: &issuers, signers, builder, console };
    for issuer in &issuers {
        for source in issuer.key_sources() {
            if !is_url(source) {
                let document = input::read_bytes(folder.join(source).as_os_str())?;
                loader.add(*issuer, &redacted::text(source), &document, From::File);
            } else if !fetch {
                let source = redacted::text(source);
                console.warning(&format!(
                    "{source}: not fetched: ask for it with --fetch, or give a snapshot of keys fetch to --keys"
                ));
            }
        }
    }
    if fetch {
        loader.fetch(policies, policy_path)?;
    }
    let mut snapshots = Vec::new();
    for argument in arguments {
        snapshots.extend(loader.argument(argument)?);
    }
    let loaded = loader.builder.build();
    Ok(Trust {
        keys: loaded.keys,
        findings: loaded.findings.iter().map(FindingView::of).collect(),
        snapshots,
    })
}

/// Reads the certificates that may sign the metadata of the gateway.
fn signers(policies: &Policies, folder: &Path) -> Result<Vec<X5tS256>, CliError> {
    let files = policies.delegation.iter().flat_map(|policy| policy.token_issuer().metadata_signers());
    let mut signers = Vec::new();
    for file in files {
        let path = folder.join(file);
        let bytes = input::read_bytes(path.as_os_str())?;
        let document = KeyDocument::parse(&bytes, &Budget::DEFAULT);
        let certificates: Vec<_> = document
            .iter()
            .flat_map(|document| &document.entries)
            .filter_map(|entry| Some(entry.certificate.as_ref()?.x5t_s256))
            .collect();
        if certificates.is_empty() {
            let name = redacted::path(&path);
            return Err(CliError::Usage(format!(
                "{name}: expected a certificate that signs metadata (metadata_signed_by), found none"
            )));
        }
        signers.extend(certificates);
    }
    Ok(signers)
}

/// Where a document is from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// A file that the user chose.
    File,
    /// The network, now or when a snapshot was taken.
    Url,
}

/// Binds documents to issuers.
struct Loader<'l> {
    issuers: &'l [Issuer<'l>],
    /// Who may sign the gateway's metadata; empty: nobody need have.
    signers: Vec<X5tS256>,
    builder: KeySetBuilder,
    console: &'l Console,
}

impl<'l> Loader<'l> {
    /// Adds a document to an issuer's keys; metadata of the gateway only if its signer is pinned, where one is.
    fn add(&mut self, issuer: Issuer<'_>, source: &str, bytes: &[u8], from: From) {
        let is_pinned = matches!(issuer, Issuer::OfAssertions(_)) && !self.signers.is_empty();
        let is_metadata = || {
            KeyDocument::parse(bytes, &Budget::DEFAULT)
                .is_ok_and(|document| document.format == DocumentFormat::Federation)
        };
        // Who answers for a URL must not get around the pin with a bare certificate.
        if is_pinned && (from == From::Url || is_metadata()) {
            self.builder.add_signed(issuer.name(), source, bytes, &self.signers);
        } else {
            self.builder.add(issuer.name(), source, bytes);
        }
    }

    /// Fetches the documents at the policies' URLs, each for its issuer.
    fn fetch(&mut self, policies: &Policies, policy_path: &Path) -> Result<(), CliError> {
        let mut sources = match &policies.tokens {
            Some(policy) => fetch::of_policy(policy, policy_path, Vec::new())?.without_files(),
            None => Sources::new(FetchSettings::default()),
        };
        for issuer in self.issuers.iter().filter(|issuer| matches!(issuer, Issuer::OfAssertions(_))) {
            for source in issuer.key_sources().iter().filter(|source| is_url(source)) {
                sources.add(issuer.name(), source).map_err(|error| {
                    CliError::Usage(format!(
                        "{}: {}: {error}",
                        redacted::path(policy_path),
                        redacted::text(source)
                    ))
                })?;
            }
        }
        if sources.is_empty() {
            self.console.warning("--fetch: the policy names no URL");
            return Ok(());
        }
        let fetched = fetch::once(sources)?;
        for status in &fetched.status {
            if let Some(error) = &status.last_error {
                let (source, error) = (redacted::text(&status.source), redacted::text(&error.to_string()));
                self.console.warning(&format!("{source}: {error}; it adds no keys"));
            }
        }
        for document in &fetched.snapshot.documents {
            if let Some(issuer) = self.named(&document.issuer) {
                self.add(issuer, &redacted::text(&document.url), &document.body, From::Url);
            }
        }
        Ok(())
    }

    fn named(&self, name: &str) -> Option<Issuer<'l>> {
        self.issuers.iter().copied().find(|issuer| issuer.name() == name)
    }

    /// Adds what an argument of `--keys` names; returns the snapshot, if it is one.
    fn argument(&mut self, argument: &OsStr) -> Result<Option<SnapshotView>, CliError> {
        let (bound, file) = self.split(argument)?;
        let name = redacted::path(Path::new(file));
        let document = input::read_bytes(file)?;
        if Snapshot::is_one(&document) {
            return self.pinned(name, &document).map(Some);
        }
        match bound {
            Some(issuer) => self.add(issuer, &name, &document, From::File),
            None => self.bind(&name, &document, From::File),
        }
        Ok(None)
    }

    /// Adds the documents of a snapshot, each for its issuer if the policy trusts that one.
    fn pinned(&mut self, name: String, bytes: &[u8]) -> Result<SnapshotView, CliError> {
        let snapshot = Snapshot::parse(bytes, &Budget::DEFAULT)
            .map_err(|error| CliError::Usage(format!("--keys {name}: {error}")))?;
        for document in &snapshot.documents {
            let url = redacted::text(&document.url);
            match self.named(&document.issuer) {
                Some(issuer) => self.add(issuer, &url, &document.body, From::Url),
                // Fetched for no issuer, it may still say for whom it speaks.
                None => self.bind(&url, &document.body, From::Url),
            }
        }
        Ok(SnapshotView::of(name, bytes, &snapshot))
    }

    /// Takes `[ISSUER=]FILE` apart: what stands before an equals sign is an issuer only if the policy has it.
    fn split<'a>(&self, argument: &'a OsStr) -> Result<(Option<Issuer<'l>>, &'a OsStr), CliError> {
        let shown = redacted::path(Path::new(argument));
        let Some(text) = argument.to_str() else { return Ok((None, argument)) };
        let named = self.issuers.iter().find_map(|issuer| {
            let file = text.strip_prefix(issuer.name())?.strip_prefix('=')?;
            Some((*issuer, file))
        });
        let file = named.map_or(text, |(_, file)| file);
        if is_url(file) && !Path::new(file).exists() {
            return Err(CliError::Usage(format!(
                "--keys {shown}: expected a file, found a URL: name it in the policy for --fetch, or pin it with keys fetch --out"
            )));
        }
        if let Some((issuer, file)) = named {
            return Ok((Some(issuer), OsStr::new(file)));
        }
        if let Some((issuer, _)) = text.split_once('=')
            && !Path::new(argument).exists()
        {
            let known: Vec<_> = self.issuers.iter().map(|issuer| issuer.name()).collect();
            let (issuer, known) = (redacted::text(issuer), known.join(", "));
            return Err(CliError::Usage(format!(
                "--keys {shown}: expected an issuer of the policy ({known}), found {issuer}"
            )));
        }
        Ok((None, argument))
    }

    /// Binds a document to every issuer for which it declares to speak.
    fn bind(&mut self, name: &str, bytes: &[u8], from: From) {
        let document = match KeyDocument::parse(bytes, &Budget::DEFAULT) {
            Ok(document) => document,
            Err(error) => {
                let message = format!("{name}: expected a key document, found {error}; it adds no keys");
                self.console.warning(&message);
                return;
            }
        };
        let declared: Vec<&str> = document
            .declared_issuer()
            .into_iter()
            .chain(document.entries.iter().filter_map(|entry| entry.declared_issuer.as_deref()))
            .collect();
        let mut bound = false;
        for issuer in self.issuers {
            if declared.iter().any(|declared| issuer.covers(declared)) {
                self.add(*issuer, name, bytes, from);
                bound = true;
            }
        }
        if !bound {
            let found = match declared.first() {
                Some(declared) => format!(
                    "it declares the issuer {}, which the policy does not trust",
                    redacted::text(declared)
                ),
                None => "it declares no issuer: bind it with --keys ISSUER=FILE".to_owned(),
            };
            self.console.warning(&format!("{name}: {found}; it adds no keys"));
        }
    }
}
