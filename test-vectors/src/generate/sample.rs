//! The samples of the documentation: a two-layer token with its metadata document, and a message of federated delegation. Their
//! policies are written by hand.

use serde_json::Value;

use crate::dauth;
use crate::world::{ACS, metadata, t4_as_issued};

pub(crate) fn files() -> [(&'static str, String); 3] {
    let document: Value = serde_json::from_str(&metadata("Azure ACS", ACS, &["acs-previous", "acs-current"]))
        .expect("a document of ours");
    let document = serde_json::to_string_pretty(&document).expect("a document of ours");
    [
        ("token.txt", t4_as_issued().compact() + "\n"),
        ("acs-metadata.json", document + "\n"),
        ("dauth-request.txt", dauth::sample()),
    ]
}
