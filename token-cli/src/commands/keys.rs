//! `s2s keys show`: what key documents hold, and which keys are usable.

use std::path::Path;

use token_core::Budget;
use token_core::keys::Snapshot;

use crate::args::{KeysShow, PlainFormat};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input;
use crate::output::{documents, json};
use crate::redacted;
use crate::report::{DocumentView, Place};

pub(crate) fn run(args: &KeysShow, console: &mut Console) -> Result<Exit, CliError> {
    let now = args.output.now();
    let mut worst = Exit::Clean;
    let mut documents = Vec::new();
    for file in &args.files {
        let name = redacted::path(Path::new(file));
        let bytes = match input::read_bytes(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                console.error(&error.to_string());
                worst = worst.max(error.exit());
                continue;
            }
        };
        for (input, bytes) in documents_of(name, bytes)? {
            let place = Place { input, line: None, offset: 0 };
            let document = DocumentView::read(place, &bytes, now, args.warn.days);
            // A discovery document has no keys by nature: it says where they are.
            let clean = document.error.is_none() && (document.usable() > 0 || document.jwks_uri.is_some());
            worst = worst.max(if clean { Exit::Clean } else { Exit::Invalid });
            documents.push(document);
        }
    }
    match args.output.format {
        PlainFormat::Text => {
            for (index, document) in documents.iter().enumerate() {
                console.write(if index > 0 { "\n" } else { "" })?;
                console.write(&documents::document(document, console.width()))?;
            }
        }
        PlainFormat::Json => console.write(&json::whole("keys show", "documents", &documents, now, worst))?,
    }
    Ok(worst)
}

/// The documents of a snapshot, or the one document that a file is.
fn documents_of(name: String, bytes: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>, CliError> {
    if !Snapshot::is_one(&bytes) {
        return Ok(vec![(name, bytes)]);
    }
    let snapshot = Snapshot::parse(&bytes, &Budget::DEFAULT)
        .map_err(|error| CliError::Nothing(format!("{name}: {error}")))?;
    let documents = snapshot.documents.into_iter();
    Ok(documents.map(|pinned| (format!("{name}: {}", redacted::text(&pinned.url)), pinned.body)).collect())
}
