//! Named samples: whole requests with their files, as a reader of the README uses them.

use std::path::{Path, PathBuf};

/// A request with everything that is needed to judge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The compact token.
    pub token: String,
    /// Where the token stands.
    pub token_path: PathBuf,
    /// The key document of the issuer, metadata/json/1.
    pub metadata: String,
    /// Where the key document stands.
    pub metadata_path: PathBuf,
    /// Where the policy stands, in TOML; it names the key document relative to itself.
    pub policy_path: PathBuf,
    /// A time at which the token is valid, in seconds since 1970.
    pub now: u64,
}

/// Reads a sample by its name.
///
/// `outer-actor-2025`: an unsigned outer token around an actor token of the STS, in the shape seen since 2025. Returns
/// nothing for other names, and where the files of the repository are not at hand.
#[must_use]
pub fn sample(name: &str) -> Option<Sample> {
    if name != "outer-actor-2025" {
        return None;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
    let (token_path, metadata_path) = (folder.join("token.txt"), folder.join("acs-metadata.json"));
    let token = std::fs::read_to_string(&token_path).ok()?.trim_end().to_owned();
    let metadata = std::fs::read_to_string(&metadata_path).ok()?;
    // 2025-11-24T16:00:00Z, the generator's time.
    const NOW: u64 = 1_764_000_000;
    Some(Sample {
        token,
        token_path,
        metadata,
        metadata_path,
        policy_path: folder.join("policy.toml"),
        now: NOW,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_named_one_is_there() {
        let sample = sample("outer-actor-2025").unwrap();
        assert_eq!(sample.token.matches('.').count(), 2);
        assert!(sample.metadata.contains("keyvalue") && sample.policy_path.exists());
        assert!(super::sample("other").is_none());
    }
}
