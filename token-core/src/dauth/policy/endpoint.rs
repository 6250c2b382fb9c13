//! The endpoints that take assertions: where they are, what they serve, and which proof they want.
//!
//! Follows WS-Addressing 1.0 (`wsa:To`) and the path suffixes of EWS's managed API; paths are compared in any letter case
//! (ruling 17).

use std::fmt;

use super::Offer;
use crate::policy::HttpsUrl;

/// How a message must prove that its sender holds the key of the assertion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageProof {
    /// Not at all: the assertion is encrypted, and TLS is relied on.
    #[default]
    None,
    /// By a message signature with the assertion's key.
    SymmetricKey,
    /// By a message signature with an X.509 certificate.
    X509,
}

impl MessageProof {
    /// All kinds of proof, the weakest first.
    pub const ALL: &'static [Self] = &[Self::None, Self::SymmetricKey, Self::X509];

    /// Returns the proof as policies spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SymmetricKey => "symmetric_key",
            Self::X509 => "x509",
        }
    }

    /// Finds a proof by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|proof| proof.as_str() == name)
    }

    /// Returns the proof that Exchange wants at a path, by its last segment in any letter case.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        match path.rsplit('/').next() {
            Some(last) if last.eq_ignore_ascii_case("symmetrickey") => Self::SymmetricKey,
            Some(last) if last.eq_ignore_ascii_case("x509cert") => Self::X509,
            _ => Self::None,
        }
    }
}

impl fmt::Display for MessageProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An endpoint that takes assertions.
#[derive(Clone, Debug)]
pub struct ServedEndpoint {
    path: String,
    urls: Vec<HttpsUrl>,
    /// Empty: every offer that Exchange takes.
    offers: Vec<String>,
    proof: MessageProof,
}

impl ServedEndpoint {
    /// The paths that Exchange serves where nothing else is said.
    pub const WELL_KNOWN: &'static [&'static str] = &[
        "/autodiscover/autodiscover.svc/wssecurity",
        "/autodiscover/autodiscover.svc/wssecurity/symmetrickey",
        "/autodiscover/autodiscover.svc/wssecurity/x509cert",
        "/ews/exchange.asmx/wssecurity",
        "/ews/exchange.asmx/wssecurity/symmetrickey",
        "/ews/exchange.asmx/wssecurity/x509cert",
    ];

    /// Serves a path, at any host, for every offer that Exchange takes, with the proof that the path's suffix stands for.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        let path = path.into();
        let proof = MessageProof::of_path(&path);
        Self { path, urls: Vec::new(), offers: Vec::new(), proof }
    }

    /// Adds a URL that `wsa:To` may name; from the first one on, other hosts and ports are refused.
    #[must_use]
    pub fn at(mut self, url: HttpsUrl) -> Self {
        self.urls.push(url);
        self
    }

    /// Adds an offer; from the first one on, others are refused.
    #[must_use]
    pub fn serving(mut self, offer: impl Into<String>) -> Self {
        self.offers.push(offer.into());
        self
    }

    /// Says which proof is required.
    #[must_use]
    pub fn proven_by(mut self, proof: MessageProof) -> Self {
        self.proof = proof;
        self
    }

    /// Returns the path as it was written.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the URLs that `wsa:To` may name; where there are none, it may name any host.
    #[must_use]
    pub fn urls(&self) -> &[HttpsUrl] {
        &self.urls
    }

    /// Returns the names of the offers that are served.
    pub fn offers(&self) -> impl Iterator<Item = &str> {
        let of_exchange = Offer::ALL.iter().filter(|offer| self.offers.is_empty() && offer.is_for_exchange());
        self.offers.iter().map(String::as_str).chain(of_exchange.map(|offer| offer.as_str()))
    }

    /// Returns which proof is required.
    #[must_use]
    pub const fn proof(&self) -> MessageProof {
        self.proof
    }

    /// Returns whether an offer is served, by its exact name.
    #[must_use]
    pub fn serves(&self, offer: &str) -> bool {
        self.offers().any(|served| served == offer)
    }

    /// Returns whether this is the endpoint of a request's path, in any letter case.
    #[must_use]
    pub fn is_at(&self, path: &str) -> bool {
        self.path.eq_ignore_ascii_case(path)
    }

    /// Returns whether an address, as in `wsa:To`, names this endpoint.
    ///
    /// It is an https URL with this path in any letter case and, where the endpoint has URLs, the host and port of one.
    #[must_use]
    pub fn is_named_by(&self, address: &str) -> bool {
        HttpsUrl::parse(address).is_ok_and(|address| {
            self.is_at(address.path())
                && (self.urls.is_empty() || self.urls.iter().any(|url| url.has_origin_of(&address)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> HttpsUrl {
        HttpsUrl::parse(text).unwrap()
    }

    #[test]
    fn proof_follows_the_suffix_unless_said_otherwise() {
        let proof = |path: &str| ServedEndpoint::new(path).proof();
        assert_eq!(proof("/EWS/Exchange.asmx/WSSecurity"), MessageProof::None);
        assert_eq!(proof("/EWS/Exchange.asmx/WSSecurity/SymmetricKey"), MessageProof::SymmetricKey);
        assert_eq!(proof("/ews/exchange.asmx/wssecurity/x509cert"), MessageProof::X509);
        assert_eq!(proof("/ews/symmetrickey/wssecurity"), MessageProof::None);
        let endpoint =
            ServedEndpoint::new("/ews/exchange.asmx/wssecurity").proven_by(MessageProof::SymmetricKey);
        assert_eq!(endpoint.proof(), MessageProof::SymmetricKey);
        for proof in MessageProof::ALL {
            assert_eq!(MessageProof::parse(proof.as_str()), Some(*proof));
        }
        assert_eq!(MessageProof::parse("bearer"), None);
    }

    #[test]
    fn offers_of_exchange_unless_listed() {
        let all = ServedEndpoint::new("/x");
        assert!(all.serves("MSExchange.MailTips") && all.serves("MSExchange.MailboxMove"));
        assert!(!all.serves("Messenger.SignIn") && !all.serves("msexchange.mailtips") && !all.serves(""));
        let one = ServedEndpoint::new("/x").serving(Offer::MailTips);
        assert!(one.serves("MSExchange.MailTips") && !one.serves("MSExchange.MailboxMove"));
    }

    #[test]
    fn address_compared_by_path_and_then_by_origin() {
        let path = "/ews/exchange.asmx/wssecurity";
        let anywhere = ServedEndpoint::new(path);
        let here = ServedEndpoint::new(path).at(url("https://mail.contoso.com/EWS/exchange.asmx/wssecurity"));
        for address in [
            "https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity",
            "https://MAIL.contoso.com:443/ews/exchange.asmx/wssecurity",
        ] {
            assert!(anywhere.is_named_by(address) && here.is_named_by(address), "{address}");
        }
        for address in [
            "https://mail.contoso.com.evil.test/EWS/Exchange.asmx/WSSecurity",
            "https://mail.contoso.com:444/EWS/Exchange.asmx/WSSecurity",
        ] {
            assert!(anywhere.is_named_by(address) && !here.is_named_by(address), "{address}");
        }
        for address in [
            "http://mail.contoso.com/EWS/Exchange.asmx/WSSecurity",
            "https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity/",
            "https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity/symmetrickey",
            "https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity?x",
            "https://mary@mail.contoso.com/EWS/Exchange.asmx/WSSecurity",
            "/EWS/Exchange.asmx/WSSecurity",
            "",
        ] {
            assert!(!anywhere.is_named_by(address) && !here.is_named_by(address), "{address}");
        }
    }
}
