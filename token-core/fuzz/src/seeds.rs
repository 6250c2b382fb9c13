//! Writes the corpora: every token of the vectors for `compact` and `review`, every key document for `key_document`.
//!
//! Run from `token-core`: `cargo run --manifest-path fuzz/Cargo.toml --bin seeds`.

use std::io::Result;
use std::path::Path;

fn main() -> Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in ["compact", "review", "key_document"] {
        std::fs::create_dir_all(corpus.join(target))?;
    }
    for (number, token) in test_vectors::all_tokens().iter().enumerate() {
        std::fs::write(corpus.join("compact").join(format!("vector-{number}")), token)?;
        std::fs::write(corpus.join("review").join(format!("vector-{number}")), token)?;
    }
    for (number, document) in test_vectors::all_key_documents().iter().enumerate() {
        std::fs::write(corpus.join("key_document").join(format!("vector-{number}")), document)?;
    }
    Ok(())
}
