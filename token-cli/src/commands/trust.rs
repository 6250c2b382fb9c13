//! What a validation trusts: the policy of a file, and the keys of the issuers in it.
//!
//! A key document is bound to issuers of the policy by the policy itself, by `--keys ISSUER=FILE`, or by the issuer that it
//! declares; never to an issuer that it could not speak for.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use token_core::keys::{KeyDocument, KeySetBuilder, Snapshot};
use token_core::policy::TrustedIssuer;
use token_core::{Budget, Policy};

use super::validate::Trust;
use crate::console::Console;
use crate::error::CliError;
use crate::input;
use crate::redacted;
use crate::report::{FindingView, SnapshotView};

/// Reads a policy: JSON where the file is named so, else TOML.
pub(super) fn policy(path: &Path) -> Result<Policy, CliError> {
    let bytes = input::read_bytes(path.as_os_str())?;
    let name = redacted::path(path);
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        CliError::Usage(format!(
            "{name}: expected a policy in UTF-8, found another byte at {}",
            error.valid_up_to()
        ))
    })?;
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let read = if is_json { Policy::from_json(text) } else { Policy::from_toml(text) };
    read.map_err(|error| CliError::Usage(format!("{name}: {}", redacted::text(&error.to_string()))))
}

/// Loads the keys that the policy names, and those of `--keys`.
pub(super) fn keys(
    policy: &Policy,
    policy_path: &Path,
    arguments: &[OsString],
    fetch: bool,
    console: &Console,
) -> Result<Trust, CliError> {
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    let mut snapshots = Vec::new();
    // Files stand beside the policy that names them.
    let folder = policy_path.parent().unwrap_or(Path::new(""));
    for issuer in policy.issuers() {
        for source in issuer.key_sources() {
            if is_url(source) {
                if !fetch {
                    let source = redacted::text(source);
                    console.warning(&format!(
                        "{source}: not fetched: ask for it with --fetch, or give a snapshot of keys fetch to --keys"
                    ));
                }
                continue;
            }
            let document = input::read_bytes(folder.join(source).as_os_str())?;
            builder.add(issuer.name(), &redacted::text(source), &document);
        }
    }
    if fetch {
        self::fetch(policy, policy_path, &mut builder, console)?;
    }
    for argument in arguments {
        let (bound, file) = split(policy, argument)?;
        let name = redacted::path(Path::new(file));
        let document = input::read_bytes(file)?;
        if Snapshot::is_one(&document) {
            snapshots.push(pinned(policy, &mut builder, name, &document, console)?);
            continue;
        }
        match bound {
            Some(issuer) => {
                builder.add(issuer.name(), &name, &document);
            }
            None => bind(policy, &mut builder, &name, &document, console),
        }
    }
    let loaded = builder.build();
    Ok(Trust {
        keys: loaded.keys,
        findings: loaded.findings.iter().map(FindingView::of).collect(),
        snapshots,
    })
}

/// Fetches the documents at the policy's URLs, each for its issuer.
fn fetch(
    policy: &Policy,
    policy_path: &Path,
    builder: &mut KeySetBuilder,
    console: &Console,
) -> Result<(), CliError> {
    let sources = super::fetch::of_policy(policy, policy_path, Vec::new())?.without_files();
    if sources.is_empty() {
        console.warning("--fetch: the policy names no URL");
        return Ok(());
    }
    let fetched = super::fetch::once(sources)?;
    for status in &fetched.status {
        if let Some(error) = &status.last_error {
            let (source, error) = (redacted::text(&status.source), redacted::text(&error.to_string()));
            console.warning(&format!("{source}: {error}; it adds no keys"));
        }
    }
    fetched.snapshot.add_to(builder);
    Ok(())
}

/// Adds the documents of a snapshot, each for its issuer if the policy trusts that one.
fn pinned(
    policy: &Policy,
    builder: &mut KeySetBuilder,
    name: String,
    bytes: &[u8],
    console: &Console,
) -> Result<SnapshotView, CliError> {
    let snapshot = Snapshot::parse(bytes, &Budget::DEFAULT)
        .map_err(|error| CliError::Usage(format!("--keys {name}: {error}")))?;
    for document in &snapshot.documents {
        let url = redacted::text(&document.url);
        match policy.issuers().iter().find(|issuer| issuer.name() == document.issuer) {
            Some(issuer) => {
                builder.add(issuer.name(), &url, &document.body);
            }
            // Fetched for no issuer, it may still say for whom it speaks.
            None => bind(policy, builder, &url, &document.body, console),
        }
    }
    Ok(SnapshotView::of(name, bytes, &snapshot))
}

/// Takes `[ISSUER=]FILE` apart: what stands before an equals sign is an issuer only if the policy has it.
fn split<'p, 'a>(
    policy: &'p Policy,
    argument: &'a OsStr,
) -> Result<(Option<&'p TrustedIssuer>, &'a OsStr), CliError> {
    let shown = redacted::path(Path::new(argument));
    let Some(text) = argument.to_str() else { return Ok((None, argument)) };
    let named = policy.issuers().iter().find_map(|issuer| {
        let file = text.strip_prefix(issuer.name())?.strip_prefix('=')?;
        Some((issuer, file))
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
        let known: Vec<_> = policy.issuers().iter().map(TrustedIssuer::name).collect();
        let (issuer, known) = (redacted::text(issuer), known.join(", "));
        return Err(CliError::Usage(format!(
            "--keys {shown}: expected an issuer of the policy ({known}), found {issuer}"
        )));
    }
    Ok((None, argument))
}

fn is_url(source: &str) -> bool {
    source.contains("://")
}

/// Binds a document to every issuer for which it declares to speak.
fn bind(policy: &Policy, builder: &mut KeySetBuilder, name: &str, bytes: &[u8], console: &Console) {
    let document = match KeyDocument::parse(bytes, &Budget::DEFAULT) {
        Ok(document) => document,
        Err(error) => {
            console.warning(&format!("{name}: expected a key document, found {error}; it adds no keys"));
            return;
        }
    };
    let declared: Vec<&str> = document
        .declared_issuer()
        .into_iter()
        .chain(document.entries.iter().filter_map(|entry| entry.declared_issuer.as_deref()))
        .collect();
    let mut bound = false;
    for issuer in policy.issuers() {
        if declared.iter().any(|declared| issuer.covers(declared)) {
            builder.add_document(issuer.name(), name, &document);
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
        console.warning(&format!("{name}: {found}; it adds no keys"));
    }
}
