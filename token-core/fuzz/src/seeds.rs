//! Writes the corpora: every token of the vectors for `compact` and `review`, every key document for `key_document`,
//! every message of federated delegation for `dauth`, every challenge for `challenge`.
//!
//! Run from `token-core`: `cargo run --manifest-path fuzz/Cargo.toml --bin seeds`.

use std::error::Error;
use std::path::Path;

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in ["compact", "review", "key_document", "dauth", "challenge"] {
        std::fs::create_dir_all(corpus.join(target))?;
    }
    let files = test_vectors::load_all()?;
    let groups = || files.iter().flat_map(|file| &file.test_groups);
    for test in groups().flat_map(|group| &group.tests) {
        for target in ["compact", "review"] {
            std::fs::write(corpus.join(target).join(&test.id), &test.token)?;
        }
    }
    for (number, source) in groups().flat_map(|group| &group.keys).enumerate() {
        let document = source.bytes().ok_or("a key document without bytes")?;
        std::fs::write(corpus.join("key_document").join(format!("group-{number}")), document)?;
    }
    let documents = test_vectors::load_key_documents()?;
    for test in documents.iter().flat_map(|file| &file.test_groups).flat_map(|group| &group.tests) {
        for (number, source) in test.documents.iter().enumerate() {
            let document = source.bytes().ok_or("a key document without bytes")?;
            std::fs::write(corpus.join("key_document").join(format!("{}-{number}", test.id)), document)?;
        }
    }
    let delegation = test_vectors::load_dauth()?;
    for test in delegation.iter().flat_map(|file| &file.test_groups).flat_map(|group| &group.tests) {
        let message = test.bytes().ok_or("a test without a message")?;
        // Beyond what the fuzzer is told to try.
        if message.len() <= 1 << 16 {
            std::fs::write(corpus.join("dauth").join(&test.id), message)?;
        }
    }
    for (name, lines) in challenges()? {
        std::fs::write(corpus.join("challenge").join(name), lines)?;
    }
    Ok(())
}

/// The challenges of the vectors, each with the lines of a response as the target takes them apart.
fn challenges() -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors/vectors/challenges.json");
    let file: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let mut all = Vec::new();
    for (list, member) in [("samples", "lines"), ("challenges", "lines"), ("tokens", "challenge")] {
        for vector in file[list].as_array().ok_or("a list of vectors is not there")? {
            let lines: Vec<_> = match &vector[member] {
                Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
                Value::String(line) => vec![line.as_str()],
                _ => return Err(format!("{list} {}: a vector without {member}", vector["id"]).into()),
            };
            all.push((format!("{list}-{}", vector["id"]), lines.join("\n")));
        }
    }
    Ok(all)
}
