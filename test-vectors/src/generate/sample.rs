//! The sample of the README: a two-layer token with its metadata document. Its policy is written by hand.

use serde_json::Value;

use crate::world::{ACS, metadata, t4_as_issued};

pub(crate) fn files() -> [(&'static str, String); 2] {
    let document: Value = serde_json::from_str(&metadata("Azure ACS", ACS, &["acs-previous", "acs-current"]))
        .expect("a document of ours");
    let document = serde_json::to_string_pretty(&document).expect("a document of ours");
    [("token.txt", t4_as_issued().compact() + "\n"), ("acs-metadata.json", document + "\n")]
}
