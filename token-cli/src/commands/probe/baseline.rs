//! Baselines: the records of a run, kept as JSON that stays the same as long as the servers do, and what drifted since.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use token_core::endpoint::{ServerRecord, drift};

use super::probed::Probed;
use crate::error::CliError;
use crate::redacted;

/// The format of the file; another one is refused, never guessed at.
const FORMAT: &str = "s2s-probe-baseline/1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    servers: Vec<ServerRecord>,
}

/// Reads a baseline.
pub(super) fn read(path: &Path) -> Result<Vec<ServerRecord>, CliError> {
    let bytes = crate::input::read_bytes(path.as_os_str())?;
    let wrong = |why: String| CliError::Usage(format!("--baseline {}: {why}", redacted::path(path)));
    let file: File = serde_json::from_slice(&bytes).map_err(|error| {
        wrong(format!("expected a file that --save wrote, found: {}", redacted::text(&error.to_string())))
    })?;
    if file.format != FORMAT {
        return Err(wrong(format!("expected the format {FORMAT}, found {}", redacted::text(&file.format))));
    }
    Ok(file.servers)
}

/// Writes a baseline: servers by URL, so that the order of arguments does not matter, and without the names of front and
/// back ends, which change from request to request and are not compared. The file is replaced as a whole.
pub(super) fn save(path: &Path, servers: &[ServerRecord]) -> Result<(), CliError> {
    let mut servers = servers.to_vec();
    servers.sort_by(|a, b| a.url.cmp(&b.url));
    for answer in
        servers.iter_mut().flat_map(|server| &mut server.paths).filter_map(|path| path.answer.as_mut())
    {
        answer.headers.clear();
    }
    let mut text =
        serde_json::to_string_pretty(&File { format: FORMAT.to_owned(), servers }).unwrap_or_default();
    text.push('\n');
    let mut name = path.file_name().unwrap_or(OsStr::new("baseline")).to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    let error = |error: std::io::Error| {
        CliError::Io(format!("--save {}: cannot be written: {error}", redacted::path(path)))
    };
    // A run that is cut off leaves the old file as it was.
    fs::write(&beside, text).map_err(error)?;
    fs::rename(&beside, path).map_err(error)
}

/// Adds what changed since the baseline; servers of the baseline that were not probed stand at the end.
pub(super) fn compare(probed: &mut Vec<Probed>, baseline: &[ServerRecord]) {
    for server in &mut *probed {
        let before = baseline.iter().find(|before| before.url == server.record.url);
        let nothing = ServerRecord { url: server.record.url.clone(), ..ServerRecord::default() };
        let review = drift(before.unwrap_or(&nothing), &server.record);
        server.take(&review, None);
    }
    for before in baseline {
        if probed.iter().any(|server| server.record.url == before.url) {
            continue;
        }
        let record = ServerRecord { url: before.url.clone(), ..ServerRecord::default() };
        let review = drift(before, &record);
        let mut missing = Probed::new(record, Some("it was not probed".to_owned()));
        missing.take(&review, None);
        probed.push(missing);
    }
}
