//! How keys are fetched: how often, for how long they are kept, which hosts may be asked. Plain data; fetching itself
//! is the feature `fetch`.
//!
//! `docs/keys.md` gives the reason for each default.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How keys are fetched and kept. The defaults suit a server that talks to Exchange, SharePoint and Entra.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchSettings {
    /// The longest time for which a document counts as fresh, whatever its server says. 1 h: a withdrawn key is
    /// accepted for that long at most.
    pub max_fresh: Duration,
    /// The shortest time for which a document counts as fresh, whatever its server says. 5 min, as
    /// Microsoft.IdentityModel waits at least between two refreshes.
    pub min_fresh: Duration,
    /// How long after its last confirmation a document is used while it cannot be fetched again. 24 h.
    pub keep_for: Duration,
    /// The shortest time from an attempt to the next one that an unknown key id causes. 30 s.
    pub cool_down: Duration,
    /// How long a key id that the issuer did not have causes no further attempt. 5 min.
    pub forget_unknown_after: Duration,
    /// The pause after the first failed attempt; it doubles with each further one. 5 s.
    pub first_retry: Duration,
    /// The longest pause between failed attempts. 5 min.
    pub max_retry: Duration,
    /// How long one document may take, from the name lookup to its last byte. 20 s.
    pub timeout: Duration,
    /// How long a connection may take to be made, TLS included. 5 s.
    pub connect_timeout: Duration,
    /// How long `validate_async` waits for a refresh after an unknown key id. Zero: it does not wait.
    pub wait: Duration,
    /// Hosts that may be asked beside those of the configured URLs: those to which a discovery document may point.
    pub hosts: Vec<String>,
    /// PEM files with roots that are trusted beside those of the system, for servers with a private authority.
    pub roots: Vec<String>,
    /// For a host, the SHA-256 digests of the public keys (SubjectPublicKeyInfo) one of which its certificate must have.
    pub pins: BTreeMap<String, Vec<SpkiPin>>,
    /// Whether the proxy variables of the environment are followed. Off: the environment is not part of the policy.
    pub proxy_from_environment: bool,
    /// The file in which the last good documents are kept for the next start.
    pub snapshot: Option<String>,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            max_fresh: Duration::from_secs(3600),
            min_fresh: Duration::from_secs(300),
            keep_for: Duration::from_secs(24 * 3600),
            cool_down: Duration::from_secs(30),
            forget_unknown_after: Duration::from_secs(300),
            first_retry: Duration::from_secs(5),
            max_retry: Duration::from_secs(300),
            timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(5),
            wait: Duration::ZERO,
            hosts: Vec::new(),
            roots: Vec::new(),
            pins: BTreeMap::new(),
            proxy_from_environment: false,
            snapshot: None,
        }
    }
}

impl FetchSettings {
    /// Checks that the times fit together.
    ///
    /// # Errors
    /// The first pair that does not, or a time that must not be zero.
    pub fn check(&self) -> Result<(), FetchSettingsError> {
        let positive = [
            ("min_fresh", self.min_fresh),
            ("cool_down", self.cool_down),
            ("forget_unknown_after", self.forget_unknown_after),
            ("first_retry", self.first_retry),
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
        ];
        if let Some((name, _)) = positive.into_iter().find(|(_, time)| time.is_zero()) {
            return Err(FetchSettingsError::Zero { name });
        }
        let ordered = [
            ("min_fresh", self.min_fresh, "max_fresh", self.max_fresh),
            // Else a document would be given up before it is due.
            ("max_fresh", self.max_fresh, "keep_for", self.keep_for),
            ("first_retry", self.first_retry, "max_retry", self.max_retry),
            ("max_retry", self.max_retry, "keep_for", self.keep_for),
        ];
        match ordered.into_iter().find(|(_, shorter, _, longer)| shorter > longer) {
            Some((shorter, _, longer, _)) => Err(FetchSettingsError::Order { shorter, longer }),
            None => Ok(()),
        }
    }
}

/// The SHA-256 digest of a public key, as RFC 7469 section 2.4 pins it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpkiPin([u8; 32]);

impl SpkiPin {
    /// Makes a pin of a digest.
    #[must_use]
    pub const fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Reads a pin as `sha256/` and standard base64, the form that openssl and browsers print; the prefix is optional.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        use base64::prelude::{BASE64_STANDARD, Engine};
        let text = text.strip_prefix("sha256/").unwrap_or(text);
        BASE64_STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// Returns the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SpkiPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use base64::prelude::{BASE64_STANDARD, Engine};
        write!(f, "sha256/{}", BASE64_STANDARD.encode(self.0))
    }
}

/// Why settings cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchSettingsError {
    /// A time is zero that must not be.
    Zero {
        /// The setting.
        name: &'static str,
    },
    /// A time is longer than one that must not be shorter.
    Order {
        /// The setting that must be the shorter or equal one.
        shorter: &'static str,
        /// The other.
        longer: &'static str,
    },
}

impl fmt::Display for FetchSettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero { name } => write!(f, "fetch.{name}: expected more than zero, found zero"),
            Self::Order { shorter, longer } => {
                write!(f, "fetch.{shorter}: expected at most {longer}, found more")
            }
        }
    }
}

impl std::error::Error for FetchSettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_defaults_fit_together() {
        assert_eq!(FetchSettings::default().check(), Ok(()));
    }

    #[test]
    fn check_times_that_contradict_each_other_named() {
        let with = |change: fn(&mut FetchSettings)| {
            let mut settings = FetchSettings::default();
            change(&mut settings);
            settings.check().unwrap_err().to_string()
        };
        let order = |shorter, longer| format!("fetch.{shorter}: expected at most {longer}, found more");
        assert_eq!(with(|s| s.max_fresh = Duration::from_secs(299)), order("min_fresh", "max_fresh"));
        assert_eq!(with(|s| s.keep_for = Duration::from_secs(3599)), order("max_fresh", "keep_for"));
        assert_eq!(with(|s| s.max_retry = Duration::from_secs(4)), order("first_retry", "max_retry"));
        assert_eq!(
            with(|s| s.cool_down = Duration::ZERO),
            "fetch.cool_down: expected more than zero, found zero"
        );
    }

    #[test]
    fn spki_pin_read_with_and_without_prefix() {
        let text = "sha256/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let pin = SpkiPin::parse(text).unwrap();
        assert_eq!(pin, SpkiPin::from_bytes([1; 32]));
        assert_eq!(SpkiPin::parse(text.trim_start_matches("sha256/")), Some(pin));
        assert_eq!(format!("{pin:?}"), text);
        assert_eq!(SpkiPin::parse("sha256/AQEB"), None);
        assert_eq!(SpkiPin::parse("sha1/AQEB"), None);
    }
}
