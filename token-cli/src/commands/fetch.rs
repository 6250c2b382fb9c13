//! `s2s keys fetch`: fetches keys once, shows them, and pins them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use token_core::Policy;
use token_core::keys::refresh::{FetchError, KeyState, KeyStatus, Refresher, Sources};
use token_core::keys::{KeySet, Snapshot};
use token_core::policy::FetchSettings;

use super::trust;
use crate::args::{KeysFetch, PlainFormat};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, json};
use crate::redacted;
use crate::report::FetchedView;

pub(crate) fn run(args: &KeysFetch, console: &mut Console) -> Result<Exit, CliError> {
    let now = args.output.now();
    let roots: Vec<_> = args.root.iter().map(absolute).collect::<Result<_, _>>()?;
    let sources = match &args.policy {
        Some(path) => of_policy(&trust::policy(path)?, path, roots)?,
        None => of_urls(&args.urls, roots)?,
    };
    if sources.is_empty() {
        return Err(CliError::Nothing("the policy names no keys".to_owned()));
    }
    let Fetched { status, snapshot, keys } = once(sources)?;
    let exit = status.iter().map(exit_of).max().unwrap_or(Exit::Clean);
    if let Some(out) = &args.out {
        if snapshot.documents.is_empty() {
            console.error("nothing was fetched: the snapshot is not written");
        } else {
            std::fs::write(out, snapshot.to_json()).map_err(|error| {
                CliError::Io(format!("{}: cannot be written: {error}", redacted::path(out)))
            })?;
        }
    }
    let view = FetchedView::of(&status, &snapshot, &keys, now, args.warn.days);
    match args.output.format {
        PlainFormat::Text => console.write(&output::keys::fetched(&view, console.width()))?,
        PlainFormat::Json => {
            let (json, head) = json::Document::begin("keys fetch", "sources", now);
            console.write(&head)?;
            console.write(&json.member("shared", &view.shared))?;
            console.write(&json.finish(&view.sources, exit))?;
        }
    }
    Ok(exit)
}

/// Takes the sources of a policy; files stand beside it.
pub(super) fn of_policy(policy: &Policy, path: &Path, roots: Vec<String>) -> Result<Sources, CliError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let usage = |error: String| CliError::Usage(format!("{}: {error}", redacted::path(path)));
    let sources = Sources::of_policy(policy, folder).map_err(|error| usage(error.to_string()))?;
    Ok(sources.trusting(roots))
}

fn of_urls(urls: &[String], roots: Vec<String>) -> Result<Sources, CliError> {
    let mut sources = Sources::new(FetchSettings::default()).trusting(roots);
    for text in urls {
        let added = match text.split_once('=') {
            // An equals sign in the URL itself stands behind its scheme.
            Some((issuer, url)) if !issuer.contains("://") || issuer.contains("{tenantid}") => {
                url.contains("://").then(|| sources.add(issuer, url).map(|_| ()))
            }
            _ => text.contains("://").then(|| sources.add_of_any_issuer(text).map(|_| ())),
        };
        let shown = redacted::text(text);
        match added {
            Some(added) => added.map_err(|error| CliError::Usage(format!("{shown}: {error}")))?,
            None => {
                return Err(CliError::Usage(format!("{shown}: expected an https URL, found another text")));
            }
        }
    }
    Ok(sources)
}

/// Roots of arguments count from here, those of a policy from its folder.
fn absolute(path: &PathBuf) -> Result<String, CliError> {
    let shown = redacted::path(path);
    let absolute = std::path::absolute(path)
        .map_err(|error| CliError::Io(format!("{shown}: cannot be read: {error}")))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|_| CliError::Usage(format!("{shown}: expected a path in UTF-8")))
}

/// What one attempt at each source brought.
pub(super) struct Fetched {
    pub(super) status: Vec<KeyStatus>,
    pub(super) snapshot: Snapshot,
    keys: Arc<KeySet>,
}

/// Asks every source once.
pub(super) fn once(sources: Sources) -> Result<Fetched, CliError> {
    let failed = |error: String| CliError::Io(format!("keys cannot be fetched: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(error.to_string()))?;
    runtime.block_on(async {
        let refresher = Refresher::start(sources).map_err(|error| failed(error.to_string()))?;
        refresher.tried().await;
        Ok(Fetched { status: refresher.status(), snapshot: refresher.snapshot(), keys: refresher.keys() })
    })
}

/// How the attempt at one source ended: it could not be asked, or what it said is no good.
fn exit_of(status: &KeyStatus) -> Exit {
    match &status.last_error {
        None if status.state == KeyState::Fresh => Exit::Clean,
        Some(
            FetchError::Document(_)
            | FetchError::NoUsableKey { .. }
            | FetchError::NoJwks
            | FetchError::OtherIssuer { .. }
            | FetchError::Place(_)
            | FetchError::Unverified,
        ) => Exit::Invalid,
        _ => Exit::Failed,
    }
}
