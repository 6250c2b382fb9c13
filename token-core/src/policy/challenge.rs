//! What the 401 challenges of the resource server are expected to say, beyond its audience and its issuers.
//!
//! Follows spec 3 and 5.3; the default expects nothing that a server of the worldwide cloud does not do.

use super::cloud::Cloud;

/// What challenges are expected to offer, and where they may send users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChallengeExpectations {
    /// Whether Bearer alone may be offered. Off by default: most servers offer Negotiate and NTLM as well.
    pub oauth_only: bool,
    /// The cloud of the tenant; the worldwide one by default.
    pub cloud: Cloud,
    /// The hosts to which `authorization_uri` may point, in place of those of the cloud: one's own AD FS.
    pub authorization_hosts: Vec<String>,
}

impl ChallengeExpectations {
    /// Expects Bearer alone.
    #[must_use]
    pub fn oauth_only(mut self) -> Self {
        self.oauth_only = true;
        self
    }

    /// Names the cloud of the tenant.
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Adds a host to which users may be sent; from the first one on, those of the cloud no longer count.
    #[must_use]
    pub fn authorization_host(mut self, host: impl Into<String>) -> Self {
        self.authorization_hosts.push(host.into());
        self
    }

    /// Returns the hosts to which users may be sent.
    pub fn sign_in_hosts(&self) -> impl Iterator<Item = &str> {
        let of_cloud: &[&str] =
            if self.authorization_hosts.is_empty() { self.cloud.sign_in_hosts() } else { &[] };
        self.authorization_hosts.iter().map(String::as_str).chain(of_cloud.iter().copied())
    }
}
