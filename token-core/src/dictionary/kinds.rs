//! The kinds of tokens, each with what tells it apart and who signs it.
//!
//! Follows the documents that each entry names, and rulings 2 and 8.

use crate::s2s::Kind;

/// A kind of token, explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindEntry {
    /// The kind.
    pub kind: Kind,
    /// What it is for and what tells it apart, in a sentence or two.
    pub sentence: &'static str,
    /// Who signs it.
    pub signed_by: &'static str,
    /// Where that is documented.
    pub source: &'static str,
}

/// Explains a kind; the unknown kind has no entry.
#[must_use]
pub fn kind(kind: Kind) -> Option<&'static KindEntry> {
    ALL.iter().find(|known| known.kind == kind)
}

/// Returns all kinds in the order of their numbers.
#[must_use]
pub const fn kinds() -> &'static [KindEntry] {
    ALL
}

macro_rules! kinds {
    ($($kind:ident $signed_by:literal $sentence:literal $source:literal;)*) => {
        const ALL: &[KindEntry] = &[$(KindEntry {
            kind: Kind::$kind, sentence: $sentence, signed_by: $signed_by, source: $source,
        },)*];
    };
}

kinds! {
    RequestAssertion "the client server"
        "A server proves itself to the STS with it and asks for an actor token; its audience begins with the id of ACS."
        "Exchange Team Blog 2017";
    StsActor "ACS or Entra"
        "The STS vouches for an application: `iss` is ACS, `nameid` the application. Alone it is the access token of an application, inside an outer token it is the actor token."
        "[MS-XOAUTH] 3.2.5.6";
    SelfIssuedActor "a directly trusted server, or a high-trust add-in"
        "A server or add-in vouches for itself with a registered certificate, without any STS."
        "SharePoint add-in documentation";
    Outer "nobody"
        "An application names the user for whom it acts, around the actor token that says who the application is. Nobody but that application vouches for the user."
        "SharePoint add-in documentation; [MS-XOAUTH] 3.2.5.6";
    LowTrustUser "ACS"
        "A SharePoint add-in acts for a user: `nameid` is the user, `actor` the add-in."
        "SharePoint low-trust documentation";
    LowTrustApp "ACS"
        "A SharePoint add-in acts for itself: `nameid` is the add-in."
        "SharePoint low-trust documentation";
    Context "ACS, with the add-in's secret (HS256)"
        "SharePoint hands it to an add-in with a refresh token inside; only the holder of the add-in's secret can verify it."
        "SharePoint low-trust documentation";
    Identity "Exchange"
        "Exchange tells an Outlook add-in whose mailbox is open; all trust hangs on the metadata location in `amurl`, which the verifier must know before."
        "Outlook add-in documentation";
    Callback "Exchange"
        "An Outlook add-in's service comes back to Exchange with it, for a mailbox or an attachment."
        "observed Exchange behaviour";
    EntraV1 "Entra"
        "An Entra access token in the older form: `appid`, and an issuer at sts.windows.net."
        "Microsoft identity platform";
    EntraV2 "Entra"
        "An Entra access token in the newer form: `azp`, and an issuer at login.microsoftonline.com that ends with /v2.0."
        "Microsoft identity platform";
    Service "Entra, or nobody around an actor token"
        "A token that its `ver` marks as app_asserted_user_v1 or service_asserted_app_v1, the two types that Exchange announces in its challenges."
        "Exchange documentation; observed SharePoint behaviour";
    Proof "nobody"
        "SharePoint's own servers use such tokens among each other; one that comes from outside is the exploit of CVE-2023-29357."
        "CVE-2023-29357";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_every_kind_explained_in_order() {
        let explained: Vec<_> = kinds().iter().map(|entry| entry.kind).collect();
        assert_eq!(explained, Kind::ALL);
        assert_eq!(kind(Kind::Unknown), None);
    }
}
