//! Claims, header members and members of `appctx`, each with what it says and who writes it.
//!
//! Follows the claim tables of Exchange, SharePoint, Outlook identity tokens and Entra, and RFC 7515 section 4.

use std::fmt;

/// A claim, a header member, or a member of `appctx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// The name, in the documented letter case.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it says, in a sentence or two.
    pub sentence: &'static str,
    /// Where that is documented.
    pub source: &'static str,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the header.
    Header,
    /// Among the claims.
    Claim,
    /// Inside `appctx`.
    AppContext,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header member",
            Self::Claim => "claim",
            Self::AppContext => "member of appctx",
        })
    }
}

/// Finds a claim by its name; a member of `appctx` where no claim has the name.
///
/// Names are compared letter by letter; one that differs in letter case alone is found by [`members`].
#[must_use]
pub fn claim(name: &str) -> Option<&'static Member> {
    let at = |place| ALL.iter().find(move |known| known.place == place && known.name == name);
    at(Place::Claim).or_else(|| at(Place::AppContext))
}

/// Finds a header member by its name.
#[must_use]
pub fn header_member(name: &str) -> Option<&'static Member> {
    ALL.iter().find(|known| known.place == Place::Header && known.name == name)
}

/// Returns all members: of headers, of claims, of `appctx`.
#[must_use]
pub const fn members() -> &'static [Member] {
    ALL
}

macro_rules! members {
    ($($place:ident { $($name:literal $sentence:literal $source:literal;)* })*) => {
        const ALL: &[Member] = &[$($(Member {
            name: $name, place: Place::$place, sentence: $sentence, source: $source,
        },)*)*];
    };
}

members! {
    Header {
        "typ" "Type of the token: JWT, or absent." "RFC 7519 5.1";
        "alg" "Algorithm of the signature: RS256, or none in an unsigned outer token." "RFC 7515 4.1.1";
        "x5t" "Which certificate signed: base64url of its SHA-1 thumbprint." "RFC 7515 4.1.7";
        "x5t#S256" "Which certificate signed: base64url of its SHA-256 thumbprint." "RFC 7515 4.1.8";
        "kid" "Which key signed; Entra and newer ACS tokens repeat the x5t here." "RFC 7515 4.1.4";
        "nonce" "Marks a token that only its own service, mostly Microsoft Graph, can verify." "ruling 4; not documented";
        "crit" "Names extensions that a reader must understand; no such token is genuine here." "RFC 7515 4.1.11";
        "b64" "Says that the payload is not encoded; no such token is genuine here." "RFC 7797 3";
        "jwk" "A key that the token brings along; to believe it is to let the attacker sign." "RFC 7515 4.1.3";
        "jku" "Where the token says that its key is; to follow it is to let the attacker sign." "RFC 7515 4.1.2";
        "x5u" "Where the token says that its certificate is; to follow it is to let the attacker sign." "RFC 7515 4.1.5";
        "x5c" "Certificates that the token brings along; to believe them is to let the attacker sign." "RFC 7515 4.1.6";
        "zip" "Compression of an encrypted token; it has no meaning in a signed one." "RFC 7516 4.1.3";
        "enc" "Encryption of an encrypted token; it has no meaning in a signed one." "RFC 7516 4.1.2";
        "cty" "Type of the content; anything but JWT is another protocol." "RFC 7515 4.1.10";
    }
    Claim {
        "aud" "Whom the token is for: application id, host and realm; at Entra a URL or an application id." "[MS-XOAUTH] 3.2.5.6";
        "iss" "Who issued the token: a principal, or the URL of Entra's tenant. In an outer token it must be the actor token's nameid." "[MS-XOAUTH] 3.2.5.6";
        "nbf" "Not valid before this time, in seconds since 1970." "RFC 7519 4.1.5";
        "exp" "Not valid after this time, in seconds since 1970." "RFC 7519 4.1.4";
        "iat" "Issued at this time, in seconds since 1970." "RFC 7519 4.1.6";
        "nameid" "Who is named: in an actor token the acting application, in an outer token the user." "[MS-XOAUTH] 3.2.5.6";
        "identityprovider" "Who vouches for nameid: the issuer itself, or the user's identity provider." "Exchange Team Blog 2017; SharePoint add-in documentation";
        "actortoken" "The signed token that says which application acts, inside the unsigned outer token." "SharePoint add-in documentation";
        "actor" "The add-in that acts for the user in nameid." "SharePoint low-trust documentation";
        "appctx" "Context of an add-in, as an object or as JSON text: mailbox, version and metadata location." "Outlook add-in documentation";
        "appctxsender" "Who wrote the context: SharePoint, Exchange or another service, with its realm." "SharePoint low-trust documentation";
        "trustedfordelegation" "Whether the application may act for users: \"true\" inside an outer token, absent otherwise." "SharePoint add-in documentation, table 2";
        "isbrowserhostedapp" "Whether the add-in runs in a browser, or was called by an event." "SharePoint low-trust documentation";
        "refreshtoken" "A secret with which the add-in gets access tokens; never shown without --reveal." "SharePoint low-trust documentation";
        "nii" "Name space of the user's nameid: urn:office:idp:activedirectory means a SID, urn:federation:MicrosoftOnline a NetId." "SharePoint add-in documentation, table 1";
        "upn" "User principal name of the user." "observed Exchange behaviour; ROADtools";
        "smtp" "Mail address of the user." "observed Exchange behaviour; ROADtools";
        "sip" "SIP address of the user." "observed Exchange behaviour";
        "unique_name" "A readable name of the user, not unique despite its name." "Microsoft identity platform";
        "altsecid" "Another identifier of the user, of a consumer account." "observed behaviour";
        "idtyp" "Whether the token is for a user or for an application (app)." "Microsoft identity platform";
        "scp" "What the user delegated to the application; its presence means that the application acts for a user." "Microsoft identity platform";
        "roles" "What the application itself was granted, like full_access_as_app." "Microsoft identity platform";
        "appid" "The client application." "Microsoft identity platform, version 1.0";
        "appidacr" "How the client proved itself: 0 not at all, 1 by a secret, 2 by a certificate." "Microsoft identity platform, version 1.0";
        "azp" "The client application." "Microsoft identity platform, version 2.0";
        "azpacr" "How the client proved itself: 0 not at all, 1 by a secret, 2 by a certificate." "Microsoft identity platform, version 2.0";
        "clientappid" "The client application behind the one that acts." "observed proof-of-possession tokens";
        "oid" "Object id of the user or the service principal in the directory." "Microsoft identity platform";
        "sub" "The subject: in application tokens the same as oid, in user tokens a value for this application alone." "Microsoft identity platform";
        "tid" "Tenant id: the directory that the token is of." "Microsoft identity platform";
        "ver" "Version of the token, or a marker of a service token; S2S actor tokens have none." "Microsoft identity platform";
        "idp" "Identity provider that signed the subject in, where it is not the issuer." "Microsoft identity platform";
        "puid" "The user's NetId, 16 hex digits." "observed Exchange behaviour";
        "primarysid" "The user's SID in the on-premises directory." "observed Exchange behaviour";
        "onprem_sid" "The user's SID in the on-premises directory." "Microsoft identity platform";
        "email" "Mail address of the user, which the user may have chosen." "Microsoft identity platform";
        "name" "A readable name of the user." "Microsoft identity platform";
        "given_name" "Given name of the user." "Microsoft identity platform";
        "family_name" "Family name of the user." "Microsoft identity platform";
        "preferred_username" "The name that the user signs in with; it can change." "Microsoft identity platform, version 2.0";
        "groups" "Groups of the user, by object id." "Microsoft identity platform";
        "wids" "Directory roles of the user, by template id." "Microsoft identity platform";
        "acct" "Whether the user is a member (0) or a guest (1) of the tenant." "Microsoft identity platform";
        "acr" "How strongly the user authenticated (version 1.0)." "Microsoft identity platform";
        "acrs" "Authentication contexts that the user satisfied." "Microsoft identity platform";
        "amr" "How the user authenticated: pwd, mfa, rsa and others." "Microsoft identity platform";
        "auth_time" "When the user authenticated, in seconds since 1970." "Microsoft identity platform";
        "ipaddr" "Address from which the user or application signed in." "Microsoft identity platform";
        "deviceid" "The device that the user signed in with." "Microsoft identity platform";
        "aio" "Internal to Entra; opaque." "Microsoft identity platform";
        "rh" "Internal to Entra, for the revalidation of tokens; opaque." "Microsoft identity platform";
        "uti" "Identifier of the token in Entra's logs." "Microsoft identity platform";
        "sid" "Identifier of the sign-in session." "Microsoft identity platform";
        "nonce" "Value that binds an id token to its request." "OpenID Connect Core 2";
        "jti" "Identifier of the token; S2S tokens have none." "RFC 7519 4.1.7";
        "cnf" "Key whose possession the presenter must prove." "RFC 7800 3.1";
        "tenant_region_scope" "Region of the tenant." "Microsoft identity platform";
        "xms_spcu" "Seen in actor tokens of 2025 with the value true; its meaning is not documented." "Black Hat USA 2025";
        "xms_cc" "What the client is capable of, like cp1 for claims challenges." "Microsoft identity platform";
        "xms_tcdt" "When the tenant was created, in seconds since 1970." "observed; not documented";
        "xms_tdbr" "Region in which the tenant's data is." "observed; not documented";
        "xms_mirid" "Azure resource of the managed identity." "Microsoft identity platform";
        "xms_az_rid" "Azure resource of the managed identity." "observed; not documented";
        "xms_st" "Identifiers of the subject for another application, as an object." "observed; not documented";
        "xms_pl" "Language that the user prefers." "Microsoft identity platform";
        "xms_tpl" "Language that the tenant prefers." "Microsoft identity platform";
        "xms_idrel" "How the subject is related to the tenant." "observed; not documented";
        "xms_ftd" "Internal to Entra; opaque." "observed; not documented";
        "xms_act_fct" "Facts about the actor, as numbers; not documented." "observed; not documented";
        "xms_sub_fct" "Facts about the subject, as numbers; not documented." "observed; not documented";
        "xms_ssm" "Whether the session is managed; not documented." "observed; not documented";
        "msexchcallback" "Version of an Exchange callback token: ExCallback.V1, MsExtension.V1 or MsOabDownload.V1." "observed Exchange behaviour";
        "msexchprot" "Protocol that a callback token may be used with: ews, owa or oab." "observed Exchange behaviour";
        "endpointurl" "Hash of the URL that a SharePoint proof token is for; from outside it is an attack." "CVE-2023-29357";
        "endpointurlLength" "How many characters of the URL a proof token covers, chosen by the token itself." "CVE-2023-29357";
        "isloopback" "Marks SharePoint's own proof tokens; from outside it is an attack." "CVE-2023-29357";
        "isuser" "Marks SharePoint's own proof tokens; from outside it is an attack." "CVE-2023-29357";
        "at" "The access token inside a proof-of-possession token." "Microsoft token provider in a public repository";
        "m" "HTTP method that a proof-of-possession token is for." "Microsoft token provider in a public repository";
        "p" "Path that a proof-of-possession token is for." "Microsoft token provider in a public repository";
        "ts" "When a proof-of-possession token was made." "Microsoft token provider in a public repository";
    }
    AppContext {
        "msexchuid" "The mailbox: with amurl it names the user for an add-in." "Outlook add-in documentation";
        "version" "Version of the identity token: ExIdTok.V1." "Outlook add-in documentation";
        "amurl" "Where the keys are published; it must be known before, never followed." "Outlook add-in documentation; CVE-2023-34362";
        "scope" "What a callback token may do, like one attachment." "observed Exchange behaviour";
        "CacheKey" "Identifies the user and the add-in, for caching tokens." "SharePoint low-trust documentation";
        "SecurityTokenServiceUri" "Where the add-in gets access tokens." "SharePoint low-trust documentation";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s2s::Claims;

    #[test]
    fn claim_found_letter_by_letter() {
        assert_eq!(claim("nameid").map(|m| m.place), Some(Place::Claim));
        assert_eq!(claim("amurl").map(|m| m.place), Some(Place::AppContext));
        assert_eq!(claim("Nameid"), None);
        assert_eq!(header_member("x5t#S256").map(|m| m.place), Some(Place::Header));
        assert_eq!(header_member("aud"), None);
    }

    #[test]
    fn claims_of_the_library_all_explained() {
        let claims = Claims::default();
        let known =
            members().iter().filter(|m| m.place == Place::Claim && claims.named(m.name).is_some()).count();
        assert_eq!(known, 36, "a claim of s2s::Claims lacks an entry, or this number is to be raised");
    }
}
