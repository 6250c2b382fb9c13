//! The words of federated delegation: attributes of its assertions, offers, ways of confirmation, endpoints, answers.
//!
//! Follows the documents that each entry names.

use std::fmt;

/// A word of federated delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DelegationTerm {
    /// The word, in the documented letter case.
    pub name: &'static str,
    /// What kind of word it is.
    pub of: DelegationTermUse,
    /// What it says, in a sentence or two.
    pub sentence: &'static str,
    /// Where that is documented.
    pub source: &'static str,
}

/// What a word of federated delegation names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DelegationTermUse {
    /// An attribute of an assertion.
    Attribute,
    /// An offer: the value of the attribute `action`.
    Offer,
    /// A way in which the subject of an assertion is confirmed.
    Confirmation,
    /// A format of the subject's name.
    NameFormat,
    /// The end of an endpoint's path.
    Endpoint,
    /// An error code of `GetFederationInformation`.
    ErrorCode,
    /// A name that is known all over: a token issuer, an application URI.
    Party,
}

impl fmt::Display for DelegationTermUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attribute => "attribute of an assertion",
            Self::Offer => "offer of federated delegation",
            Self::Confirmation => "confirmation method",
            Self::NameFormat => "format of a subject's name",
            Self::Endpoint => "endpoint of federated delegation",
            Self::ErrorCode => "error code of GetFederationInformation",
            Self::Party => "party of federated delegation",
        })
    }
}

/// Finds a word of one use, letter by letter.
#[must_use]
pub fn delegation_term(of: DelegationTermUse, name: &str) -> Option<&'static DelegationTerm> {
    ALL.iter().find(|known| known.of == of && known.name == name)
}

/// Returns all words.
#[must_use]
pub const fn delegation_terms() -> &'static [DelegationTerm] {
    ALL
}

macro_rules! terms {
    ($($of:ident { $($name:literal $sentence:literal $source:literal;)* })*) => {
        const ALL: &[DelegationTerm] = &[$($(DelegationTerm {
            name: $name, of: DelegationTermUse::$of, sentence: $sentence, source: $source,
        },)*)*];
    };
}

terms! {
    Attribute {
        "EmailAddress" "Address of the user for whom the partner asks. Its domain decides which relationship counts." "Microsoft's test tokens; Exchange Team Blog 2017";
        "EmailAddressList" "Further addresses of the same user. They decide nothing here." "observed Exchange behaviour";
        "RequestorDomain" "Domain of the organisation that asked the gateway. It may differ from the user's, as outlook.com does for Exchange Online, and decides nothing." "Microsoft's test tokens";
        "action" "The offer: what the token may be used for, and for how long." "Microsoft's test tokens";
        "ThirdPartyRequested" "True marks a token that was issued for delegation, on behalf of a user of another organisation." "Microsoft's test tokens; observed Exchange behaviour";
    }
    Offer {
        "MSExchange.SharingInviteMessage" "Invitations to share a calendar or contacts." "observed Exchange behaviour";
        "MSExchange.SharingCalendarFreeBusy" "Free and busy times." "observed Exchange behaviour";
        "MSExchange.SharingRead" "Reading of a shared calendar or of shared contacts." "observed Exchange behaviour";
        "MSExchange.MailboxMove" "Moving of mailboxes." "observed Exchange behaviour";
        "MSExchange.Autodiscover" "Finding out where a user's services are." "observed Exchange behaviour";
        "MSExchange.XropLogon" "Logging on to public folders of another organisation." "observed Exchange behaviour";
        "MSExchange.MailTips" "Hints before a message is sent: out of office, mailbox full, many recipients." "Microsoft's test tokens; observed Exchange behaviour";
        "MSExchange.MailboxSearch" "Searching in mailboxes." "observed Exchange behaviour";
        "MSExchange.UserPhotoRetrieval" "Photos of users." "observed Exchange behaviour";
        "Messenger.SignIn" "Signing in to instant messaging. Exchange takes no token of this offer." "observed Exchange behaviour";
        "MSRMS.CertificationWS" "Certification by the rights management service. Exchange takes no token of this offer." "observed Exchange behaviour";
        "MSRMS.ServerLicensingWS" "Licences of the rights management service for servers. Exchange takes no token of this offer." "observed Exchange behaviour";
    }
    Confirmation {
        "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key" "Whoever uses the assertion has to prove that it holds the key inside; the gateway writes no other way." "WS-Security SAML token profile 1.1 section 3.5.1";
        "urn:oasis:names:tc:SAML:1.0:cm:bearer" "Whoever has the assertion may use it. No token of the gateway says so." "SAML 1.1 bindings section 4.1";
        "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches" "The sender vouches for the subject. Organisations write it when they ask the gateway; the gateway's own tokens do not have it." "WS-Security SAML token profile 1.1 section 3.5.2";
    }
    NameFormat {
        "http://schemas.xmlsoap.org/claims/upn" "Looks like a user principal name, and is a value that the gateway made up for this pair of organisations: not the user's." "Microsoft's test tokens";
        "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID" "An identifier that stays when the user is renamed, as organisations write it when they ask the gateway." "observed Exchange behaviour";
    }
    Endpoint {
        "/wssecurity" "Takes encrypted tokens; nothing proves that the sender holds the key, and nothing else is signed." "EWS Managed API";
        "/wssecurity/symmetrickey" "Takes encrypted tokens with a message signature: HMAC-SHA1 with the proof key over the timestamp." "EWS Managed API";
        "/wssecurity/x509cert" "Takes messages that are signed with a certificate, over timestamp and To." "EWS Managed API";
    }
    ErrorCode {
        "NoError" "The answer is complete." "EWS Managed API (AutodiscoverErrorCode)";
        "NotFederated" "The organisation that was asked has no federation trust." "EWS Managed API (AutodiscoverErrorCode)";
        "InvalidDomain" "The domain that was asked for is none of the organisation's." "EWS Managed API (AutodiscoverErrorCode)";
        "InvalidRequest" "The request could not be understood." "EWS Managed API (AutodiscoverErrorCode)";
        "InternalServerError" "The server failed." "EWS Managed API (AutodiscoverErrorCode)";
        "ServerBusy" "The server wants to be asked later." "EWS Managed API (AutodiscoverErrorCode)";
    }
    Party {
        "urn:federation:MicrosoftOnline" "The gateway that issues and signs the tokens of federated delegation, for the worldwide cloud." "Exchange documentation; Microsoft's test tokens";
        "outlook.com" "The application URI of Exchange Online." "Exchange Team Blog 2017; CSS-Exchange";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "dauth")]
    #[test]
    fn terms_every_attribute_and_offer_explained() {
        use crate::dauth::AttributeName;
        use crate::dauth::policy::Offer;

        let of = |of| -> Vec<_> { ALL.iter().filter(|t| t.of == of).map(|t| t.name).collect() };
        let attributes: Vec<_> = AttributeName::ALL.iter().map(|name| name.as_str()).collect();
        assert_eq!(of(DelegationTermUse::Attribute), attributes);
        let offers: Vec<_> = Offer::ALL.iter().map(|offer| offer.as_str()).collect();
        assert_eq!(of(DelegationTermUse::Offer), offers);
    }

    #[test]
    fn term_found_letter_by_letter_within_its_use() {
        let found = |of, name| delegation_term(of, name).is_some();
        assert!(found(DelegationTermUse::Attribute, "EmailAddress"));
        assert!(!found(DelegationTermUse::Attribute, "emailaddress"));
        assert!(!found(DelegationTermUse::Offer, "EmailAddress"));
    }
}
