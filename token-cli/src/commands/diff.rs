//! `s2s keys diff`: which keys appeared, which left, which will expire.

use std::ffi::OsStr;
use std::path::Path;

use token_core::Budget;
use token_core::keys::{KeyDocument, KeySet, KeySetBuilder, Snapshot};

use crate::args::{KeysDiff, PlainFormat};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input;
use crate::output::{self, json};
use crate::redacted;
use crate::report::DiffView;

pub(crate) fn run(args: &KeysDiff, console: &mut Console) -> Result<Exit, CliError> {
    let now = args.output.now();
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let diff = DiffView::of(&old, &new, now, args.warn.days);
    let exit = if !diff.appeared.is_empty() || !diff.left.is_empty() {
        Exit::Invalid
    } else if !diff.expiring.is_empty() {
        Exit::Indeterminate
    } else {
        Exit::Clean
    };
    match args.output.format {
        PlainFormat::Text => console.write(&output::keys::diff(&diff, console.width()))?,
        PlainFormat::Json => {
            let (json, head) = json::Document::begin("keys diff", "expiring", now);
            console.write(&head)?;
            console.write(&json.member("appeared", &diff.appeared))?;
            console.write(&json.member("left", &diff.left))?;
            console.write(&json.member("unchanged", &diff.unchanged))?;
            console.write(&json.finish(&diff.expiring, exit))?;
        }
    }
    Ok(exit)
}

/// Reads the usable keys of a snapshot, each under its issuer, or of a document, under the issuer that it declares.
fn read(file: &OsStr) -> Result<KeySet, CliError> {
    let name = redacted::path(Path::new(file));
    let bytes = input::read_bytes(file)?;
    let nothing = |error: &dyn std::fmt::Display| CliError::Nothing(format!("{name}: {error}"));
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    if Snapshot::is_one(&bytes) {
        Snapshot::parse(&bytes, &Budget::DEFAULT).map_err(|error| nothing(&error))?.add_to(&mut builder);
    } else {
        let document = KeyDocument::parse(&bytes, &Budget::DEFAULT)
            .map_err(|error| nothing(&format!("expected a snapshot or a key document, found {error}")))?;
        let issuer = document.declared_issuer().unwrap_or("no declared issuer").to_owned();
        builder.add_document(&issuer, &name, &document);
    }
    Ok(builder.build().keys)
}
