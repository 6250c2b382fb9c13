//! The codes that Exchange and SharePoint send in `x-ms-diagnostics`.
//! Follows the Exchange developer documentation; most of it is observed behaviour of one build, and newer builds may send more.

use super::{Code, Family, table};
use crate::verdict::RuleId;

const OBSERVED: &str = "observed, Exchange Server 2013";
const DOCUMENTED: &str = "Exchange developer documentation; observed, Exchange Server 2013";
const RECORDED: &str = "observed, Exchange Server 2013; recorded responses";
const SHAREPOINT: &str = "observed, SharePoint";

pub(super) const CODES: &[Code] = table! {
    2_000_000 Exchange "invalid_signature" [Key02, S2s10]
        meaning: "The signature does not verify with a key that Exchange holds for the issuer.",
        cause: "The certificate of the issuer was renewed and the metadata was not refreshed, or the token was altered on its way.",
        remedy: "Refresh the issuer's metadata (Set-AuthServer -RefreshAuthMetadata) and compare the x5t of the token with the published keys.",
        source: OBSERVED;
    2_000_001 Exchange "invalid_token" [Inp02, S2s02, S2s09, S2s18]
        meaning: "The token is malformed, its issuer is not known here, or a claim is missing.",
        cause: "No AuthServer or PartnerApplication matches the issuer and its realm, or the client built the outer token wrongly.",
        remedy: "Read the reason for the claim or the issuer, and compare it with Get-AuthServer and Get-PartnerApplication.",
        source: DOCUMENTED;
    2_000_002 Exchange "token_expired" [S2s25, S2s26]
        meaning: "The token has expired or is not valid yet.",
        cause: "The clocks of the two servers differ, or the client uses a token from its cache for too long.",
        remedy: "Compare the clocks with a common source, and let the client ask for a new token.",
        source: DOCUMENTED;
    2_000_003 Exchange "invalid_resource" [S2s08]
        meaning: "The audience of the token is not this server: another application id, host or realm.",
        cause: "A device before Exchange ends TLS and passes http on, or the client calls another host name than the one in its token.",
        remedy: "Compare the two values in the reason; publish the URL that clients call, or keep https up to Exchange.",
        source: RECORDED;
    2_000_004 Exchange "invalid_tenant" [S2s07]
        meaning: "The tenant, or realm, of the token belongs to no organisation here.",
        cause: "The realm of the AuthServer object or of the challenge is that of another tenant.",
        remedy: "Compare the realm of aud and iss with the tenant id and the organisation's accepted domains.",
        source: OBSERVED;
    2_000_005 Exchange "invalid_user" [S2s15]
        meaning: "The user of the token was not found, or more than one user was.",
        cause: "The user is not synchronised to this side of the hybrid, or differs in UPN, SMTP address, SID or NetId.",
        remedy: "Look up every user claim of the outer token on the refusing side; a mail user must exist there for each mailbox.",
        source: OBSERVED;
    2_000_006 Exchange "invalid_client" [S2s31]
        meaning: "The application that calls is not known here.",
        cause: "No enabled PartnerApplication has the application id of nameid, or it does not use the AuthServer.",
        remedy: "Compare nameid with Get-PartnerApplication; run the hybrid wizard again if the Exchange Online entry is missing.",
        source: OBSERVED;
    2_000_007 Exchange "internal_error" []
        meaning: "Exchange failed while it looked at the token.",
        cause: "The directory did not answer, or the token has a ver that this build does not know.",
        remedy: "Read the event log of the server that answered, and repeat the request.",
        source: OBSERVED;
    2_000_008 Exchange "invalid_grant" [S2s32, Ent05]
        meaning: "The token is good and does not permit this call: scope, protocol or permission.",
        cause: "The PartnerApplication lacks the ActAs or application permission, or the token has a scope for another protocol.",
        remedy: "Compare scp and roles of the token, and the permissions of the PartnerApplication, with the protocol that was called.",
        source: OBSERVED;
    2_000_009 Exchange "invalid_certificate" [S2s20]
        meaning: "Exchange could not sign, since it has no private key for the thumbprint of its own configuration.",
        cause: "The certificate of the AuthConfig expired, was removed, or was never copied to this server.",
        remedy: "Compare Get-AuthConfig with the certificates of every server and publish a new certificate if it is missing.",
        source: OBSERVED;
    3_001_000 SharePoint "" [S2s34]
        meaning: "The token has no appid.",
        cause: "A token of the ver-marked families was built without the application that calls.",
        remedy: "Ask the issuer for a token with appid, or look at who built it.",
        source: SHAREPOINT;
    3_001_003 SharePoint "" [S2s34]
        meaning: "The scope of the token is missing or not one that this application may use.",
        cause: "The application asked for a scope such as user_impersonation that SharePoint does not grant to it.",
        remedy: "Grant and request a scope that SharePoint lists for the application.",
        source: SHAREPOINT;
    3_001_004 SharePoint "" [S2s34]
        meaning: "The roles of the token do not fit its kind.",
        cause: "A token for an application alone has no roles, or one for a user has some.",
        remedy: "Grant an application permission for calls without a user, and a delegated one for calls with a user.",
        source: SHAREPOINT;
    3_005_004 SharePoint "invalid_client" [S2s02]
        meaning: "The header of the token names no algorithm that is allowed here.",
        cause: "A patched server was sent an unsigned token without an actor token, which is the exploit of CVE-2023-29357.",
        remedy: "Treat the caller as hostile unless it is your own test; genuine clients sign or carry a signed actor token.",
        source: "recorded responses of SharePoint Server 16.0.0.10417";
    4_000_000 Exchange "oauth_not_available" []
        meaning: "OAuth is not switched on for the domain of the user.",
        cause: "The request names a user (X-User-Identity) whose domain has no OAuth configuration in this organisation.",
        remedy: "Check the domain of the address, and finish the OAuth configuration of the hybrid for it.",
        source: RECORDED;
};
