//! Writes the vector files: `generate` writes them anew, `generate --check` fails where they would change.
//!
//! The expected values are written by hand from the specification and the rulings; nothing here asks the library that
//! is tested.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool of the developers")]

mod algorithm;
mod choice;
mod dauth;
mod documents;
mod entra;
mod form;
mod identity;
mod input;
mod keys;
mod kinds;
mod layers;
mod marker;
mod names;
mod notes;
mod object;
mod policies;
mod replay;
mod sample;
mod time;
mod token;
mod vector;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        _ => {
            eprintln!("usage: generate [--check]");
            return ExitCode::from(2);
        }
    };
    let mut changed = 0;
    for (path, text) in files() {
        if std::fs::read_to_string(&path).is_ok_and(|committed| committed == text) {
            continue;
        }
        changed += 1;
        if check {
            eprintln!("{}: differs from what the generator writes", path.display());
        } else if let Err(error) = std::fs::write(&path, text) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    println!("{changed} file(s) {}", if check { "differ" } else { "written" });
    if check && changed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Every file that the generator is responsible for, with its text.
fn files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let vectors = [
        kinds::file(),
        input::file(),
        form::file(),
        names::file(),
        layers::file(),
        time::file(),
        marker::file(),
        choice::file(),
        identity::file(),
        entra::file(),
        policies::file(),
        replay::file(),
    ];
    let vectors = vectors.into_iter().map(|(name, file)| (name, vector::json(&file)));
    let documents = std::iter::once(("key-documents", vector::json(&documents::file())));
    let dauth = dauth::files().into_iter().map(|(name, file)| (name, vector::json(&file)));
    let vectors = vectors.chain(documents).chain(dauth);
    let vectors = vectors.map(|(name, text)| (folder.join(format!("vectors/{name}.json")), text));
    let samples = sample::files().into_iter().map(|(name, text)| (folder.join("sample").join(name), text));
    vectors.chain(samples).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn files_committed_ones_are_those_that_the_generator_writes() {
        for (path, text) in super::files() {
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                committed == text,
                "{}: run `cargo run -p test-vectors --features generate`",
                path.display()
            );
        }
    }

    #[test]
    fn files_generated_twice_are_identical() {
        assert!(super::files() == super::files());
    }
}
