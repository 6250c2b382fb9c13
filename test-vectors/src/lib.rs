//! Language-neutral test vectors for server-to-server tokens, and their loader.
//!
//! The vectors are the JSON files under `vectors/`, in the style of Wycheproof; `schemas/` describes them for other
//! languages. The files are well-formed JSON: only the tokens and key documents inside them are malformed, each in the
//! way that its comment says. Nothing here depends on the library that is tested.

mod dauth;
mod load;
mod model;
mod sample;

pub use dauth::{DauthFacts, DauthFile, DauthGroup, DauthMessages, DauthTest, OwnKeySource};
pub use load::{LoadError, load_all, load_dauth, load_key_documents};
pub use model::{
    Coverage, Covers, DocumentGroup, DocumentTest, File, Group, KeyFile, KeySource, Note, Test, UsableKey,
    Verdict,
};
pub use sample::{Sample, sample};
