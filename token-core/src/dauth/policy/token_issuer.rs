//! The gateway whose assertions are trusted, and where its keys are.
//!
//! Follows Exchange's documentation of federation trusts: one gateway, known by a name and by pinned certificates.

/// The token issuer that the policy trusts.
#[derive(Clone, Debug)]
pub struct TokenIssuer {
    uri: String,
    keys: Vec<String>,
    metadata_signed_by: Vec<String>,
}

impl TokenIssuer {
    /// The name of Microsoft's gateway.
    pub const MICROSOFT_ONLINE: &'static str = "urn:federation:MicrosoftOnline";

    /// Trusts a token issuer by its name, so far without keys.
    #[must_use]
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), keys: Vec::new(), metadata_signed_by: Vec::new() }
    }

    /// Notes where its keys are: files or URLs, for whoever loads them.
    #[must_use]
    pub fn keys_from(mut self, source: impl Into<String>) -> Self {
        self.keys.push(source.into());
        self
    }

    /// Adds a file with a certificate that may have signed its metadata; from the first one on, metadata that none of them
    /// signed give no keys.
    #[must_use]
    pub fn metadata_signed_by(mut self, certificate: impl Into<String>) -> Self {
        self.metadata_signed_by.push(certificate.into());
        self
    }

    /// Returns the name: the `Issuer` of its assertions, and the issuer under which its keys are kept in a key set.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns where its keys are.
    #[must_use]
    pub fn key_sources(&self) -> &[String] {
        &self.keys
    }

    /// Returns the files with the certificates one of which must have signed its metadata; empty: nobody need have.
    #[must_use]
    pub fn metadata_signers(&self) -> &[String] {
        &self.metadata_signed_by
    }

    /// Returns whether an `Issuer` names it; compared letter by letter.
    #[must_use]
    pub fn is_named_by(&self, issuer: &str) -> bool {
        self.uri == issuer
    }
}

impl Default for TokenIssuer {
    /// Microsoft's gateway of the worldwide cloud.
    fn default() -> Self {
        Self::new(Self::MICROSOFT_ONLINE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_named_letter_by_letter() {
        let issuer = TokenIssuer::default();
        assert!(issuer.is_named_by("urn:federation:MicrosoftOnline"));
        for other in
            ["urn:federation:microsoftonline", "urn:federation:MicrosoftOnline/", "", "uri:WindowsLiveID"]
        {
            assert!(!issuer.is_named_by(other), "{other}");
        }
    }
}
