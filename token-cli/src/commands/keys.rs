//! `s2s keys show`: what key documents hold, and which keys are usable.

use std::path::Path;

use crate::args::{KeysShow, PlainFormat};
use crate::clock;
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input;
use crate::output::{json, text};
use crate::redacted;
use crate::report::{DocumentView, Place};

pub(crate) fn run(args: &KeysShow, console: &mut Console) -> Result<Exit, CliError> {
    let now = clock::now(args.at);
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
        let place = Place { input: name, line: None, offset: 0 };
        let document = DocumentView::read(place, &bytes, now, args.warn_days);
        // A discovery document has no keys by nature: it says where they are.
        let clean = document.error.is_none() && (document.usable() > 0 || document.jwks_uri.is_some());
        worst = worst.max(if clean { Exit::Clean } else { Exit::Invalid });
        documents.push(document);
    }
    match args.format {
        PlainFormat::Text => {
            for (index, document) in documents.iter().enumerate() {
                console.write(if index > 0 { "\n" } else { "" })?;
                console.write(&text::document(document, console.width()))?;
            }
        }
        PlainFormat::Json => {
            let (mut json, head) = json::Document::begin("keys show", "documents", now);
            console.write(&head)?;
            for document in &documents {
                console.write(&json.item(document))?;
            }
            console.write(&json.end(None, worst))?;
        }
    }
    Ok(worst)
}
