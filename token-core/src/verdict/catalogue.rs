//! The catalogue: every rule with its severity, clause, reason and remedy.
//!
//! Identifiers are stable and never reused. `INP` judges the bytes, `S2S` the server-to-server tokens, `EXI` the
//! Exchange identity token, `ENT` the Entra tokens, `KEY` keys and key documents, `CHL` 401 challenges, the
//! endpoints that give them, and their drift, `DA` the assertions of federated delegation and the messages around them.

use super::rule::{Rule, Severity};

macro_rules! catalogue {
    ($($variant:ident $id:literal $severity:ident
        title: $title:literal,
        clause: $clause:literal,
        why: $why:literal,
        remedy: $remedy:literal;
    )*) => {
        /// The stable identifier of a rule, printed everywhere as `S2S-05` and the like.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum RuleId { $(#[doc = $title] $variant,)* }

        impl RuleId {
            /// All rules, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the identifier as it is printed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// Returns the catalogue's entry.
            #[must_use]
            pub const fn rule(self) -> &'static Rule {
                match self {
                    $(Self::$variant => &Rule {
                        id: Self::$variant,
                        title: $title,
                        severity: Severity::$severity,
                        clause: $clause,
                        why: $why,
                        remedy: $remedy,
                    },)*
                }
            }
        }
    };
}

catalogue! {
    Inp01 "INP-01" Error
        title: "The token is not larger than the budget allows",
        clause: "RFC 8725 section 2.4; budget: `max_token`",
        why: "A token without a bound is a cheap way to spend the verifier's time and memory.",
        remedy: "Capture the token again; if it really is this large, raise `max_token` in the budget.";
    Inp02 "INP-02" Error
        title: "The token has exactly three parts, separated by two dots",
        clause: "RFC 7515 section 3.1 (compact serialization)",
        why: "Libraries that ignore further dots accept many spellings of one token, which defeats replay lists.",
        remedy: "Copy the whole token, and nothing but the token.";
    Inp03 "INP-03" Error
        title: "Each part is canonical base64url without padding",
        clause: "RFC 7515 section 2; RFC 4648 sections 3.5 and 5",
        why: "Padding, the standard alphabet, white space or loose trailing bits give one token many spellings.",
        remedy: "Use the token as it was received; a token that was issued so comes from a broken encoder.";
    Inp04 "INP-04" Error
        title: "Header and claims are UTF-8 without a byte order mark",
        clause: "RFC 7515 section 3; RFC 8259 section 8.1",
        why: "Decoders that replace bad bytes read other claims than those that were signed.",
        remedy: "Report it to the issuer: its encoder does not write UTF-8.";
    Inp05 "INP-05" Error
        title: "Header and claims are one JSON object each, with nothing after it",
        clause: "RFC 7515 section 4; RFC 7519 section 7.2; RFC 8259 section 2",
        why: "Lenient JSON readers disagree about what such a token says.",
        remedy: "Capture the token again; it may have been cut or altered on its way.";
    Inp06 "INP-06" Error
        title: "Header and claims stay within the budget's depth and number of members",
        clause: "RFC 8259 section 9; budget: `max_depth`, `max_members`",
        why: "Deep nesting exhausts the stack of recursive readers; floods of members exhaust hash tables.",
        remedy: "No real token comes near these bounds: treat the sender as hostile.";
    Inp07 "INP-07" Error
        title: "The token is a signed token, not an encrypted one",
        clause: "RFC 7516 section 3.1 (five parts)",
        why: "A JWE can only be read by its recipient; to treat it as a JWS is to verify nothing.",
        remedy: "Decrypt it where its key is; server-to-server tokens are signed, never encrypted.";
    Inp08 "INP-08" Error
        title: "The actor token is spelled without JSON escapes",
        clause: "RFC 7515 section 3.1; RFC 8725 section 2.6",
        why: "A compact token needs no escapes; their only use is to hide it from filters.",
        remedy: "Treat the sender as hostile: no known producer writes such a token.";

    Inp09 "INP-09" Error
        title: "The request has one Authorization line, with the scheme Bearer and one token",
        clause: "RFC 6750 section 2.1; RFC 9110 section 11.6.2; ruling 12",
        why: "Of two such lines the proxy may judge the first and the server read the second.",
        remedy: "Send the token in one Authorization line; look at what added the other.";

    S2s01 "S2S-01" Error
        title: "The signed token uses RS256 and names no key of its own",
        clause: "[MS-XOAUTH] 3.2.5.6; RFC 8725 sections 3.1, 3.2 and 3.10; RFC 7515 section 4.1.11 (crit)",
        why: "Whoever lets the token choose the algorithm or bring its key lets the attacker sign.",
        remedy: "Refuse the token; a genuine issuer signs with RS256 and a header of typ, alg, x5t and kid.";
    S2s02 "S2S-02" Error
        title: "An unsigned token has alg none exactly, an empty third part, and carries an actor token",
        clause: "[MS-XOAUTH] 3.2.5.6; RFC 8725 section 3.2",
        why: "The unsigned outer token is worth only what the actor token inside it vouches for (CVE-2023-29357).",
        remedy: "Refuse the token; nobody vouches for what it says.";
    S2s03 "S2S-03" Error
        title: "There is one actor token, one level deep",
        clause: "[MS-XOAUTH] 3.2.5.6; RFC 8725 section 3.11",
        why: "An actor token inside an actor token stays unverified in every known receiver.",
        remedy: "Refuse the token; the actor token must have no actortoken, actor or appctx claim.";
    S2s04 "S2S-04" Error
        title: "The actor token speaks for an application, not for a user",
        clause: "[MS-XOAUTH] 3.2.5.6; RFC 8725 section 3.12",
        why: "A user's own access token used as actor token would let any user act for all users.",
        remedy: "Refuse the token; ask the issuer for an application token without user claims.";
    S2s05 "S2S-05" Error
        title: "The outer token was issued by the application that the actor token names",
        clause: "[MS-XOAUTH] 3.2.5.6: iss of the outer token equals nameid of the actor token, case-sensitively",
        why: "Without this binding any stolen actor token fits any outer token.",
        remedy: "Make the client write the actor token's nameid into the outer token's iss, letter by letter.";
    S2s06 "S2S-06" Error
        title: "Outer token and actor token are meant for the same audience",
        clause: "[MS-XOAUTH] 3.2.5.6; SharePoint add-in documentation, table 1",
        why: "Exchange does not compare them, so an actor token for one resource could be replayed at another.",
        remedy: "Make the client use one audience for both layers; `danger` can allow a difference.";
    S2s07 "S2S-07" Error
        title: "All principals of the request belong to one tenant",
        clause: "[MS-XOAUTH] 3.2.5.6; CVE-2025-55241",
        why: "An actor token of the attacker's tenant around a user of another tenant took over any tenant.",
        remedy: "Treat as an attack unless two realms of one organisation are configured inconsistently.";
    S2s08 "S2S-08" Error
        title: "The audience is this server: its application id, its host, its realm",
        clause: "[MS-XOAUTH] 3.2.5.6: aud has client_id, hostname and realm; RFC 7519 section 4.1.3",
        why: "A token for another server would otherwise be accepted here.",
        remedy: "Compare aud with the policy; behind TLS off-load the host or port may have been rewritten.";
    S2s09 "S2S-09" Error
        title: "The issuer is one that the policy trusts",
        clause: "[MS-XOAUTH] 3.2.5.6: iss identifies a trusted STS; RFC 8725 section 3.8",
        why: "A wildcard realm means \"the realm of the audience\", not \"any realm\".",
        remedy: "Add the issuer to the policy if you trust it; in Exchange see Get-AuthServer.";
    S2s10 "S2S-10" Error
        title: "The token names a key, and this issuer has that key",
        clause: "RFC 7515 sections 4.1.4, 4.1.7 and 4.1.8; RFC 8725 section 3.8",
        why: "Receivers that try every key accept tokens whose header lies about the key.",
        remedy: "Refresh the issuer's metadata; a key that is not published there does not sign for the issuer.";
    S2s11 "S2S-11" Error
        title: "The token has a validity that is not longer than its kind allows",
        clause: "RFC 7519 sections 4.1.4 and 4.1.5; ruling 2 (maximum lifetimes)",
        why: "A token cannot be revoked: its lifetime is the time that a theft pays.",
        remedy: "Shorten the lifetime at the issuer, or raise the maximum for this kind in the policy.";
    S2s12 "S2S-12" Warning
        title: "The outer token is valid only while its actor token is",
        clause: "derived from [MS-XOAUTH] 3.2.5.6",
        why: "An outer token that outlives its actor token claims more than anybody vouched for.",
        remedy: "Let the client cut the outer token's lifetime to that of the actor token.";
    S2s13 "S2S-13" Error
        title: "An actor token inside an outer token is trusted for delegation",
        clause: "SharePoint add-in documentation, table 2 (trustedfordelegation)",
        why: "SharePoint requires the claim before an application may act for a user; Exchange ignores it.",
        remedy: "Issue the actor token with trustedfordelegation \"true\", or review why it acts for users.";
    S2s14 "S2S-14" Warning
        title: "An application token that acts for nobody is not trusted for delegation",
        clause: "SharePoint add-in documentation, table 2",
        why: "Such a token can be wrapped into an outer token for any user by whoever steals it.",
        remedy: "Leave the claim out of tokens for application-only calls.";
    S2s15 "S2S-15" Error
        title: "The outer token names one user, in the form that its nii announces",
        clause: "SharePoint add-in documentation, table 1 (nameid, nii); ruling 9",
        why: "Exchange searches all given attributes with OR: several families can name several users.",
        remedy: "Send one user key; nameid is a SID for Active Directory, a NetId for Entra.";
    S2s16 "S2S-16" Error
        title: "No JSON object has two members of the same name",
        clause: "RFC 7519 section 4; RFC 7515 section 4",
        why: "Of two members some readers take the first and some the last: two servers see two tokens.",
        remedy: "Treat as an attack: no known producer writes duplicate members.";
    S2s17 "S2S-17" Error
        title: "Every known claim has its JSON type",
        clause: "[MS-SPS2SAUTH] 3.1.5; RFC 7519 section 4.1; ruling 3",
        why: "Exchange ignores a claim of another type, SharePoint converts it: the same bytes mean two things.",
        remedy: "Correct the producer; the finding says the expected and the seen type.";
    S2s18 "S2S-18" Error
        title: "The claims that this kind of token must have are there",
        clause: "[MS-XOAUTH] 3.2.5.6; RFC 7519 section 4.1; Outlook identity token documentation",
        why: "A claim that is absent cannot be checked, and libraries accept its absence by default.",
        remedy: "Correct the producer; the finding names the claim.";
    S2s19 "S2S-19" Warning
        title: "GUIDs and principals are lower case",
        clause: "[MS-SPS2SAUTH] 3.1.5 step 3",
        why: "SharePoint compares them letter by letter.",
        remedy: "Write identifiers in lower case.";
    S2s20 "S2S-20" Warning
        title: "The signer's certificate is within its validity",
        clause: "RFC 5280 section 4.1.2.5; Exchange hybrid documentation (auth certificate)",
        why: "Self-signed auth certificates need no chain, but an expired one was forgotten by somebody.",
        remedy: "Renew the certificate and publish it; `require_valid_certificate` refuses such tokens.";
    S2s21 "S2S-21" Error
        title: "The header's typ is absent or says JWT",
        clause: "RFC 7519 section 5.1; RFC 8725 section 3.11",
        why: "Another type is a token of another protocol, meant for another reader.",
        remedy: "Check which service the token was issued for.";
    S2s22 "S2S-22" Error
        title: "The header has no nonce",
        clause: "ruling 4; no public specification",
        why: "A token with a nonce is meant for a service that hashes the nonce before it verifies: third parties cannot verify it.",
        remedy: "Ask for a token for your own resource; one for Microsoft Graph is Graph's alone to verify.";
    S2s23 "S2S-23" Warning
        title: "The header has only typ, alg, x5t, x5t#S256 and kid",
        clause: "ruling 4; RFC 7515 section 4",
        why: "Other members have no meaning here and are often the first trace of a probe.",
        remedy: "Look at who produced the token.";
    S2s24 "S2S-24" Warning
        title: "An unsigned outer token names no key",
        clause: "RFC 7515 section 6; ruling 4",
        why: "A key for a signature that is not there points to a token whose signature was stripped.",
        remedy: "Look at who produced the token.";
    S2s25 "S2S-25" Error
        title: "The token has not expired",
        clause: "RFC 7519 section 4.1.4 (exp); ruling 1",
        why: "An expired token is a replayed one, or the clocks differ.",
        remedy: "Ask for a new token; compare the clocks of both servers.";
    S2s26 "S2S-26" Error
        title: "The token is valid already",
        clause: "RFC 7519 section 4.1.5 (nbf); ruling 1",
        why: "A token from the future comes from a wrong clock or was made in advance.",
        remedy: "Compare the clocks of both servers; the policy's skew bridges small differences.";
    S2s27 "S2S-27" Error
        title: "Times are whole seconds since 1970, spelled in the one way their kind uses",
        clause: "RFC 7519 section 2 (NumericDate); ruling 1",
        why: "Signs, fractions, exponents, milliseconds and overflows are read differently by every library.",
        remedy: "Correct the producer; the finding names the anomaly.";
    S2s28 "S2S-28" Error
        title: "The policy lists this kind of token for this issuer",
        clause: "ruling 8; RFC 8725 section 3.12",
        why: "A token of another kind was issued for another purpose, under other rules.",
        remedy: "List the kind in the policy if this issuer is meant to issue it.";
    S2s29 "S2S-29" Error
        title: "Principals are a name, a host and a realm, in ASCII, with one reading",
        clause: "[MS-XOAUTH] 3.2.5.6; AADSTS90022; ruling 7",
        why: "Exchange cuts at the last @ in one place and at the first in another: such a name means two things.",
        remedy: "Correct the producer; treat several @ or / as an attack.";
    S2s30 "S2S-30" Error
        title: "No realm inside a token is a wildcard",
        clause: "ruling 7; [MS-XOAUTH] 3.2.5.6",
        why: "`*` belongs into metadata and challenges; in a token it would stand for every tenant.",
        remedy: "Treat as an attack.";
    S2s31 "S2S-31" Error
        title: "The policy allows this application to act",
        clause: "ruling 9; Exchange documentation (PartnerApplication)",
        why: "An issuer vouches for every application of the tenant, not only for the one you expect.",
        remedy: "Add the application to the issuer's `applications` if it is meant to call.";
    S2s32 "S2S-32" Error
        title: "The policy allows a user to be asserted",
        clause: "Exchange documentation (ActAsPermissions); ruling 9",
        why: "An application that may call as itself need not be allowed to call as every user.",
        remedy: "Set `users = true` for the issuer if its applications are meant to act for users.";
    S2s33 "S2S-33" Error
        title: "The token is not a SharePoint proof token",
        clause: "CVE-2023-29357",
        why: "Proof tokens are SharePoint's own; from outside they are the exploit.",
        remedy: "Treat as an attack; patch SharePoint and search its logs for X-PROOF_TOKEN.";
    S2s34 "S2S-34" Error
        title: "The ver marker fits the claims",
        clause: "observed SharePoint rules; ruling 8",
        why: "app_asserted_user_v1 needs scp and no roles, service_asserted_app_v1 roles and no scp; other values select another code path.",
        remedy: "Refuse the token; look at who produced it.";
    S2s35 "S2S-35" Warning
        title: "The request assertion is not issued by the shared first-party Exchange principal",
        clause: "CVE-2025-53786; dedicated Exchange hybrid application (2025)",
        why: "Whoever owns one on-premises Exchange server can ask for tokens of that principal.",
        remedy: "Configure the dedicated hybrid application and remove the key credentials of the shared principal.";
    S2s36 "S2S-36" Warning
        title: "The token was not presented before",
        clause: "RFC 8725 section 2.7; attack J20",
        why: "S2S tokens have no jti and live for hours: a copy is as good as the original.",
        remedy: "Legitimate clients reuse tokens; look for the same token from two addresses.";
    S2s37 "S2S-37" Warning
        title: "The thumbprint in the header is spelled as base64url without padding",
        clause: "RFC 7515 section 4.1.7; ruling 5",
        why: "Some clients leave the padding on; it is compared as bytes, and worth knowing.",
        remedy: "Correct the producer's encoder.";

    Exi01 "EXI-01" Error
        title: "The metadata location of the token is one that the policy lists",
        clause: "Outlook documentation, validate an identity token; CVE-2023-34362",
        why: "Whoever follows the amurl of a token lets the attacker bring his own keys.",
        remedy: "List the amurl of your Exchange in the policy; treat every other as an attack.";
    Exi02 "EXI-02" Error
        title: "The identity token is of version ExIdTok.V1",
        clause: "Outlook documentation, inside the identity token",
        why: "Another version follows other rules.",
        remedy: "Check which kind of token the add-in asked for.";
    Exi03 "EXI-03" Error
        title: "The audience of the identity token is the add-in's URL",
        clause: "Outlook documentation, validate an identity token; ruling 11",
        why: "A token for one add-in must not sign a user in to another.",
        remedy: "Compare aud with the URL in the add-in's manifest.";
    Exi04 "EXI-04" Error
        title: "The members of appctx are spelled as documented",
        clause: "Outlook documentation, inside the identity token; CVE-2023-34362 (Version)",
        why: "A reader that ignores letter case accepts a second set of claims beside the first.",
        remedy: "Refuse the token; genuine ones have msexchuid, version and amurl.";

    Ent01 "ENT-01" Error
        title: "The issuer is the policy's template with the token's tenant in it",
        clause: "Microsoft identity platform, access token validation; ruling 10",
        why: "Keys are shared by all tenants: only iss and tid tell them apart.",
        remedy: "Check which tenant issued the token.";
    Ent02 "ENT-02" Error
        title: "The tenant is one that the policy names",
        clause: "Microsoft identity platform, access token validation; ruling 10",
        why: "Every tenant of the cloud gets its tokens signed with the same keys.",
        remedy: "Add the tenant to the policy's realms if it is yours.";
    Ent03 "ENT-03" Error
        title: "The version claim fits the issuer",
        clause: "Microsoft identity platform, access token claims (ver)",
        why: "Version 1.0 and 2.0 name their claims differently; a mixture is not from Entra.",
        remedy: "Check the token's issuer and the version that the resource asks for.";
    Ent04 "ENT-04" Error
        title: "The audience is this resource, as URL or application id",
        clause: "RFC 7519 section 4.1.3; ruling 10",
        why: "Entra issues tokens for every resource of the tenant; only aud says which one is meant.",
        remedy: "Compare aud with the policy; behind TLS off-load the scheme or host may differ.";
    Ent05 "ENT-05" Error
        title: "The token has either scopes or roles",
        clause: "Microsoft identity platform, access token claims (scp, roles); ruling 10",
        why: "With neither it grants nothing, or is an id token; with both it is not from Entra.",
        remedy: "Ask for an access token; application-only tokens need a role.";

    Key01 "KEY-01" Error
        title: "Keys of the issuer are at hand",
        clause: "ruling 5",
        why: "Without a key nothing can be said about the signature, neither good nor bad.",
        remedy: "Give the issuer's metadata document, or wait until it was fetched.";
    Key02 "KEY-02" Error
        title: "The signature verifies with the key that the token names",
        clause: "RFC 7515 section 5.2; RFC 8017 section 8.2.2 (RSASSA-PKCS1-v1_5)",
        why: "Everything else in the token is only a claim.",
        remedy: "Treat as forged or altered; if all tokens fail, the key document is not the issuer's.";
    Key03 "KEY-03" Error
        title: "The key is as long as the policy requires",
        clause: "NIST SP 800-131A; RFC 8725 section 3.5",
        why: "Short moduli have been factored.",
        remedy: "Renew the issuer's certificate with at least 2048 bits.";
    Key10 "KEY-10" Error
        title: "The key document is well-formed and within bounds",
        clause: "RFC 8259; RFC 7517 section 5; ruling 6",
        why: "A document that was cut or altered must not replace a good one.",
        remedy: "Fetch it again; look at what answered in the issuer's place.";
    Key11 "KEY-11" Warning
        title: "The entry holds a key that can be read",
        clause: "RFC 5280 section 4.1; RFC 7517 section 4",
        why: "One bad entry is skipped; it must not take the others with it.",
        remedy: "Report it to the issuer.";
    Key12 "KEY-12" Warning
        title: "The declared thumbprint is that of the certificate",
        clause: "RFC 7515 section 4.1.7; ruling 5",
        why: "A declared thumbprint that is believed lets one key answer to another's name.",
        remedy: "The key serves under its true thumbprint; report it to the issuer.";
    Key13 "KEY-13" Warning
        title: "The key is an RSA key of 2048 to 8192 bits with a sound exponent",
        clause: "RFC 8017 section 3.1; RFC 7518 section 3.3; NIST SP 800-56B",
        why: "Short moduli and exponent 1 or even make signatures forgeable; huge ones make verifying slow.",
        remedy: "Replace the key.";
    Key14 "KEY-14" Warning
        title: "The key does not have the shape of the ROCA weakness",
        clause: "CVE-2017-15361",
        why: "Such a key can be factored from its public part.",
        remedy: "Replace the key and the device that made it.";
    Key15 "KEY-15" Warning
        title: "The key is meant for signatures with RS256",
        clause: "RFC 7517 sections 4.2, 4.3 and 4.4",
        why: "A key published for encryption, or for another algorithm, was not meant to vouch for tokens.",
        remedy: "Report it to the issuer.";
    Key16 "KEY-16" Warning
        title: "No two keys of an issuer have the same id",
        clause: "RFC 7517 section 4.5",
        why: "With two keys of one id it is chance which one verifies.",
        remedy: "Report it to the issuer; neither key is used.";
    Key17 "KEY-17" Warning
        title: "The document is that of the issuer it was given for",
        clause: "OpenID Connect Discovery section 4.3; RFC 8414 section 3.3",
        why: "A key vouches only for its own issuer.",
        remedy: "Check the URL or the file that was given for this issuer.";
    Key18 "KEY-18" Warning
        title: "The thumbprint in the key document is spelled as base64url without padding",
        clause: "RFC 7517 section 4.8; ruling 5",
        why: "Thumbprints are compared as bytes; another spelling is worth knowing.",
        remedy: "Report it to the issuer.";

    Chl01 "CHL-01" Error
        title: "The challenges follow the grammar",
        clause: "RFC 9110 sections 11.3 and 11.6.1",
        why: "What cannot be read in one way is read in different ways by clients, proxies and monitors.",
        remedy: "Look at which device wrote the header; Exchange and SharePoint write readable ones.";
    Chl02 "CHL-02" Warning
        title: "Each parameter occurs once, and is quoted where the grammar asks for it",
        clause: "RFC 9110 sections 5.6.4 and 11.2",
        why: "Of two values one client takes the first and another the last.",
        remedy: "Find the device that adds the second parameter; the unquoted `href` of Lync is known and harmless.";
    Chl03 "CHL-03" Error
        title: "A Bearer challenge is offered",
        clause: "[MS-XOAUTH] section 4; RFC 6750 section 3; attack J26",
        why: "Without it no server ever sends a token, and clients fall back to passwords.",
        remedy: "Compare with the answer of the server itself: a device in front may answer in its place; switch OAuth on for the virtual directory.";
    Chl04 "CHL-04" Error
        title: "The resource is the application that the policy expects",
        clause: "[MS-XOAUTH] section 4 (client_id); [MS-SPS2SAUTH] 3.1.5 step 2",
        why: "The client asks for a token for this id: a foreign one sends its token to somebody else's audience.",
        remedy: "Compare the id with the policy's `application`; look at who answered.";
    Chl05 "CHL-05" Error
        title: "Every issuer that the challenge trusts is one of the policy's",
        clause: "[MS-XOAUTH] section 4 (trusted_issuers); attack J26",
        why: "Whoever runs a foreign issuer signs tokens that the server accepts.",
        remedy: "Remove the AuthServer object that nobody knows, or add the issuer to the policy.";
    Chl06 "CHL-06" Error
        title: "Every issuer of the policy is offered",
        clause: "[MS-XOAUTH] section 4 (trusted_issuers); attack J26",
        why: "A client that finds no issuer it knows asks for no token at all.",
        remedy: "Enable the AuthServer object of the issuer; look at devices that rewrite the header.";
    Chl07 "CHL-07" Warning
        title: "The issuer has a realm, where the policy has one tenant",
        clause: "[MS-XOAUTH] section 4 (trusted_issuers); ruling 7",
        why: "`@*` leaves it to later checks to tell tenants apart.",
        remedy: "Set the realm of the AuthServer object to the tenant id.";
    Chl08 "CHL-08" Error
        title: "Users are sent to a sign-in host that is known",
        clause: "Exchange documentation (hybrid modern authentication, authorization_uri); attack J26",
        why: "Users type their passwords where authorization_uri sends them.",
        remedy: "Treat as an attack, unless it is your own AD FS: then list its host in `challenge.authorization_hosts`.";
    Chl09 "CHL-09" Error
        title: "Users are sent to the cloud of the tenant",
        clause: "CSS-Exchange, Get-CloudServiceEndpoint (hosts per cloud); AADSTS900432",
        why: "A tenant does not exist in another national cloud: nobody can sign in there.",
        remedy: "Correct the AuthServer object, or `challenge.cloud` of the policy.";
    Chl10 "CHL-10" Error
        title: "No scheme for passwords is offered beside Bearer, where the policy says OAuth only",
        clause: "Exchange documentation (authentication policies); attack J26",
        why: "Basic, Digest, NTLM and Negotiate open the same door with a password or a relayed handshake.",
        remedy: "Switch the scheme off at the virtual directory, or drop `challenge.oauth_only` where it must stay.";
    Chl11 "CHL-11" Error
        title: "Basic is not offered over plain HTTP",
        clause: "RFC 7617 section 4",
        why: "The password goes over the network in clear.",
        remedy: "Require TLS for the virtual directory; behind TLS off-load judge the outside.";
    Chl12 "CHL-12" Error
        title: "All Bearer challenges of a response say the same",
        clause: "[MS-XOAUTH] section 4; RFC 9110 section 11.6.1",
        why: "Clients take the first or the last: one of the two was not written by the server.",
        remedy: "Compare with the answer of the server itself, without the devices in between.";
    Chl13 "CHL-13" Warning
        title: "The challenge reports no error",
        clause: "RFC 6750 section 3.1",
        why: "An error says that a token came and was refused; an anonymous request has none to refuse.",
        remedy: "Read x-ms-diagnostics with it: `s2s challenge --diagnose`.";
    Chl14 "CHL-14" Error
        title: "The MRS proxy offers Negotiate or NTLM",
        clause: "Exchange documentation (MRSProxy, hybrid mailbox moves)",
        why: "Mailbox moves sign in with Windows authentication; without it they fail.",
        remedy: "Switch Windows authentication on for EWS, and check that no device removes it.";
    Chl15 "CHL-15" Warning
        title: "The claims that the challenge demands are one JSON object with one reading",
        clause: "OpenID Connect Core section 5.5; RFC 8259 section 4; RFC 7493 section 2.3",
        why: "Clients pass the demand on without looking: of two members of one name the issuer may take the other one.",
        remedy: "Compare with the answer of the server itself; look at devices that rewrite the header.";

    Chl20 "CHL-20" Error
        title: "The token's issuer is one that the challenge trusts",
        clause: "[MS-XOAUTH] 3.2.5.6 and section 4 (trusted_issuers)",
        why: "The server looks its issuers up by id and realm; another issuer's signature means nothing to it.",
        remedy: "Ask the issuer that the challenge names, or add an AuthServer object for the token's one.";
    Chl21 "CHL-21" Error
        title: "The token is meant for the challenge's client_id",
        clause: "[MS-XOAUTH] 3.2.5.6 (aud begins with client_id)",
        why: "A server refuses tokens for others (2000003, invalid_resource).",
        remedy: "Build the audience as client_id/host@realm from this challenge.";
    Chl22 "CHL-22" Error
        title: "The token is meant for the challenge's realm",
        clause: "[MS-SPS2SAUTH] 3.1.5 step 2",
        why: "The realm of the resource is the part of aud after `@`; another one is another tenant's resource.",
        remedy: "Take the realm from the challenge.";
    Chl23 "CHL-23" Error
        title: "The token is of a kind that the challenge takes",
        clause: "Exchange documentation (token_types); ruling 8",
        why: "Marked service tokens are taken only by servers that announce them; request assertions and add-in tokens by none.",
        remedy: "Send an actor token, alone or in an outer token, or a kind that `token_types` lists.";
    Chl24 "CHL-24" Error
        title: "The token has the claims that the challenge demands",
        clause: "OpenID Connect Core section 5.5.1 (essential, value, values); Microsoft documentation (claims challenges)",
        why: "A server that demands claims refuses every token without them, however sound it is.",
        remedy: "Ask the issuer for a new token, and pass the value of `claims` on to it as it was sent.";

    Chl30 "CHL-30" Error
        title: "TLS 1.0 and 1.1 are refused",
        clause: "RFC 8996",
        why: "Both rest on MD5 and SHA-1, and Entra and Exchange Online speak neither.",
        remedy: "Switch both off in SCHANNEL, and at every device in front.";
    Chl31 "CHL-31" Error
        title: "The certificate is trusted, current, and the host's own",
        clause: "RFC 5280 section 6; RFC 9525 section 6",
        why: "A client that must look away from a bad certificate looks away from an attacker's too.",
        remedy: "Renew the certificate, complete its chain, or give your own root with `--ca-file`.";
    Chl32 "CHL-32" Warning
        title: "The certificate stays valid for another 30 days",
        clause: "RFC 5280 section 4.1.2.5",
        why: "Hybrid mail flow and calls stop on the day it expires.",
        remedy: "Renew it, and run the hybrid wizard where it is bound.";
    Chl33 "CHL-33" Error
        title: "The path asks for authentication",
        clause: "RFC 9110 section 15.5.2",
        why: "A path that answers anonymous requests with content is open to everybody.",
        remedy: "Look at the authentication methods of the virtual directory, and at devices that answer in its place.";

    Chl40 "CHL-40" Error
        title: "The schemes that are offered are those of the baseline",
        clause: "attack J26",
        why: "A scheme that appears is a new way in; one that vanishes breaks whoever used it.",
        remedy: "Find the change; if it was meant, save a new baseline.";
    Chl41 "CHL-41" Error
        title: "The Bearer challenge says what it said in the baseline",
        clause: "attack J26",
        why: "An issuer, a sign-in host or a client_id that changes changes who is trusted.",
        remedy: "Find the change; if it was meant, save a new baseline.";
    Chl42 "CHL-42" Error
        title: "The path answers as in the baseline",
        clause: "attack J26; RFC 9110 section 15",
        why: "A path that was closed and opens, or the other way round, is a change of configuration.",
        remedy: "Find the change; if it was meant, save a new baseline.";
    Chl43 "CHL-43" Error
        title: "TLS is as strong as in the baseline",
        clause: "RFC 8996; RFC 9325",
        why: "A device that was put in front, or a setting that was undone, shows as an older version first.",
        remedy: "Find the change; if it was meant, save a new baseline.";
    Chl44 "CHL-44" Error
        title: "The certificate is that of the baseline",
        clause: "RFC 5280 section 4.1",
        why: "A new certificate is a renewal, or somebody else who answers.",
        remedy: "Compare issuer and names with the renewal that you know of; if it was meant, save a new baseline.";
    Chl45 "CHL-45" Error
        title: "The targets that answer are those of the baseline",
        clause: "attack J26",
        why: "What does not answer is not watched.",
        remedy: "Probe the same targets and paths as before; if the change was meant, save a new baseline.";
    Da01 "DA-01" Error
        title: "The message is well-formed XML in UTF-8, without DOCTYPE or processing instructions, and within the budget",
        clause: "SOAP 1.1 section 3; SOAP 1.2 part 1 section 5; XML 1.0 section 2; budget: `max_message`, `max_xml` and those beside them",
        why: "Document types expand entities and fetch files; depth, attributes and size without a bound cost the receiver its memory.",
        remedy: "Capture the message again, unchanged; a peer that sends a DOCTYPE is to be treated as hostile.";
    Da02 "DA-02" Error
        title: "The assertion has one signature of exactly one shape: its direct child, over this assertion, with two transforms",
        clause: "XML Signature sections 4.3 and 4.4; SAML 1.1 core section 5.4; ruling 15",
        why: "Every freedom in the shape of a signature was used to make a verifier check one element and an application read another.",
        remedy: "Do not use the message; if a known gateway writes this shape, report it as a case to be ruled on.";
    Da03 "DA-03" Error
        title: "There is one token in the message, where it belongs, and its ids are unique",
        clause: "SAML 1.1 core section 5.4.2; WS-Security 1.1 section 4; XML Signature section 8.1",
        why: "A second assertion, or a second element of the same id, is how signature wrapping moves what was signed out of sight.",
        remedy: "Do not use the message: no honest sender writes a second token.";
    Da04 "DA-04" Error
        title: "The signature's algorithms are allowed by the policy",
        clause: "XML Signature section 6; RFC 8017 section 8.2; ruling 15; policy: `dauth.danger.sha1_signatures`",
        why: "An algorithm that the message chooses is the attacker's; SHA-1 no longer resists collisions, though Microsoft's gateway still signs with it.",
        remedy: "If the peer is Microsoft's gateway, which signs with rsa-sha1, allow it by name in the policy; anything else must not be used.";
    Da05 "DA-05" Error
        title: "The signature names its key by subject key identifier, and the policy's issuer has it",
        clause: "WS-Security X.509 token profile 1.1 section 3.2.1; ruling 15",
        why: "A key that comes with the message proves nothing: only pinned certificates of the issuer do.",
        remedy: "Give the tool the gateway's current and previous certificates; a key that is embedded in a message is never one of them.";
    Da06 "DA-06" Error
        title: "The assertion was issued by a token issuer that the policy trusts",
        clause: "SAML 1.1 core section 2.3.2 (Issuer); policy: `dauth.token_issuer`",
        why: "A key vouches for its own issuer and for nobody else.",
        remedy: "Compare the issuer with `Get-FederationTrust`; a gateway of another cloud has another name.";
    Da07 "DA-07" Error
        title: "The assertion is meant for one of this organisation's application URIs, and for nothing else",
        clause: "SAML 1.1 core section 2.3.2.1.3 (AudienceRestrictionCondition); ruling 16; policy: `dauth.application_uris`",
        why: "A token for another organisation, or for a name that merely begins like ours, was not issued for this server.",
        remedy: "Compare with `Get-FederatedOrganizationIdentifier`; do not add application URIs that are not yours.";
    Da08 "DA-08" Error
        title: "The assertion is used within its conditions and within the life of its offer",
        clause: "SAML 1.1 core section 2.3.2.1 (NotBefore, NotOnOrAfter); ruling 14; policy: `dauth.offers`, `dauth.skew`",
        why: "The conditions of a real assertion last for fifteen days; only the offer's life limits replay.",
        remedy: "Check the clocks of both sides; an old assertion is refused for good.";
    Da09 "DA-09" Error
        title: "The assertion's action is an offer that this endpoint serves",
        clause: "WS-Federation 1.2 section 9 (authorization claims); observed Exchange rules; policy: `dauth.endpoint`",
        why: "A token for mail tips must not move mailboxes.",
        remedy: "Compare the action with the endpoint; if the endpoint serves the offer, add it to the policy.";
    Da10 "DA-10" Error
        title: "The subject is confirmed as holder of a key, and the assertion holds that key",
        clause: "SAML 1.1 core section 2.4.2.3; WS-Security SAML token profile 1.1 section 3.5.1",
        why: "A bearer or sender-vouches assertion is worth as much to a thief as to its owner.",
        remedy: "Do not accept it; the gateway issues holder-of-key assertions alone.";
    Da11 "DA-11" Error
        title: "Values are one run of text each, and all statements are about the same subject",
        clause: "SAML 1.1 core section 2.4.2.2 (NameIdentifier); ruling 13",
        why: "A comment inside a value makes one reader see `mary@contoso.com` where another sees `mary@contoso.com.evil.example`.",
        remedy: "Do not use the message: no gateway writes comments, CDATA or entities of that kind into values.";
    Da12 "DA-12" Error
        title: "The assertion names one e-mail address, of a domain that an organisation relationship lists",
        clause: "Exchange documentation (organization relationships); policy: `dauth.relationship`",
        why: "Trust between organisations is by domain, compared as a whole: `evilcontoso.com` is not `contoso.com`.",
        remedy: "Compare with `Get-OrganizationRelationship`; the requestor's domain is shown beside it and decides nothing.";
    Da13 "DA-13" Warning
        title: "The assertion is marked as requested by a third party",
        clause: "observed Exchange rules; ruling 17; policy: `dauth.require_third_party`",
        why: "Delegation tokens carry `ThirdPartyRequested`; a token without it was asked for in another way.",
        remedy: "Find out which flow asked for the token; the policy can refuse it.";
    Da14 "DA-14" Error
        title: "The assertion was not presented before",
        clause: "WS-Security SAML token profile 1.1 section 6.3; SAML 1.1 core section 2.3.2.1.5",
        why: "Whoever captured a message can send it again for as long as its conditions hold.",
        remedy: "Find out who sent it twice; a client that sends the same token with each request needs another watch, or none.";
    Da15 "DA-15" Error
        title: "The message's timestamp is present, current and short",
        clause: "WS-Security 1.1 section 10; ruling 17; policy: `dauth.require_timestamp`, `dauth.skew`",
        why: "The timestamp is what limits the life of a captured message, though only where it is signed.",
        remedy: "Check the clocks; a client that writes long timestamps should be told not to.";
    Da16 "DA-16" Error
        title: "The encrypted token opens with an own key, and what is inside is a signed assertion",
        clause: "XML Encryption 1.1 sections 4.4, 5 and 6.1; ruling 18",
        why: "Whatever goes wrong between the session key and the signature is one answer: each difference would be an oracle.",
        remedy: "Check with which certificate the sender encrypts, and that its private key is at hand; the answer cannot be more exact.";
    Da17 "DA-17" Error
        title: "The message is addressed to this endpoint, and its action is what its body asks for",
        clause: "WS-Addressing 1.0 SOAP binding section 3; ruling 17; policy: `dauth.endpoint`",
        why: "A message to another endpoint that is replayed here asks for something its sender did not.",
        remedy: "Compare `wsa:To` with the endpoint's URL, and `wsa:Action` with the first element of the body.";
    Da18 "DA-18" Error
        title: "The issuer's signature holds over the assertion as it was received",
        clause: "XML Signature section 3.2; RFC 8017 section 8.2.2; Exclusive XML Canonicalization 1.0",
        why: "Without it anybody could have written the assertion.",
        remedy: "Make sure the capture is byte for byte what was sent: a pretty-printed assertion no longer verifies.";
    Da19 "DA-19" Error
        title: "The message signature holds and covers what its endpoint requires",
        clause: "WS-Security 1.1 section 8; WS-Security SAML token profile 1.1 section 3.5.1; policy: `dauth.endpoint`",
        why: "Holder-of-key means that the sender proves the key; without that proof the assertion is a bearer token.",
        remedy: "Find out which endpoint the message was meant for: only `/wssecurity/symmetrickey` and `/wssecurity/x509cert` carry such a signature.";
    Da20 "DA-20" Error
        title: "The organisation relationship allows the offer",
        clause: "Exchange documentation (FreeBusyAccessEnabled, MailTipsAccessEnabled and the like); policy: `dauth.relationship.offers`",
        why: "A partner that may see free and busy times may not therefore read calendars.",
        remedy: "Compare with `Get-OrganizationRelationship`, and add the offer if it is meant to be allowed.";
    Da21 "DA-21" Error
        title: "The message is one SOAP envelope with one security header",
        clause: "SOAP 1.1 section 4; SOAP 1.2 part 1 section 5; WS-Security 1.1 section 5",
        why: "Readers disagree which of two headers counts.",
        remedy: "Do not use the message: no client of Exchange writes two.";
    Da22 "DA-22" Error
        title: "The assertion is SAML 1.1 with what every issued assertion has, once each",
        clause: "SAML 1.1 core sections 2.3 and 2.4; ruling 16",
        why: "Two Conditions, or two attributes of one name, are read differently by different readers; a condition that is not understood must not be ignored.",
        remedy: "Compare with an assertion of the gateway; see which element is missing or too many.";
    Da23 "DA-23" Warning
        title: "The token is encrypted with algorithms that leave no oracle",
        clause: "XML Encryption 1.1 section 6.1 and its security considerations; RFC 8017 section 7.2",
        why: "AES-CBC without authentication lets whoever can ask the receiver many times find out the plaintext, if its answers differ.",
        remedy: "The gateway chooses the algorithm; make sure that the receiver answers all failures alike.";
    Da24 "DA-24" Warning
        title: "The issuer's certificate is within its validity and comes from a verified source",
        clause: "RFC 5280 section 4.1.2.5; WS-Federation 1.2 section 3.1.1; policy: `dauth.require_valid_certificate`",
        why: "An expired certificate, or one from metadata whose signature nobody checked, was pinned by habit.",
        remedy: "Fetch the gateway's metadata again and verify its signature with a pinned certificate.";
    Da25 "DA-25" Warning
        title: "Nothing in the assertion is unknown to this tool",
        clause: "SAML 1.1 core sections 2.3.2.1 and 2.4.4",
        why: "What is not understood may have been put there for another reader.",
        remedy: "See what it is; if the gateway writes it, the tool should learn it.";
    Da30 "DA-30" Error
        title: "The federation information names a token issuer that the policy trusts",
        clause: "[MS-OXWSADISC] 3.1.4.3 (GetFederationInformation); policy: `dauth.token_issuer`",
        why: "Whoever answers for the partner's autodiscover name decides which gateway is asked for tokens.",
        remedy: "Compare `TokenIssuerUris` with `Get-FederationInformation -DomainName …` from another network.";
    Da31 "DA-31" Error
        title: "The federation information is an answer without an error",
        clause: "[MS-OXWSADISC] 3.1.4.3 (ErrorCode)",
        why: "`NotFederated` and its kin leave the relationship without a target.",
        remedy: "See what the error code says; the partner's organisation may not be federated.";
    Da32 "DA-32" Error
        title: "The federation information's application URI is the one that the policy expects",
        clause: "[MS-OXWSADISC] 3.1.4.3 (ApplicationUri); policy: `dauth.relationship.application_uri`",
        why: "The application URI is the audience of the tokens that will be sent there.",
        remedy: "Compare with the relationship's `TargetApplicationUri`.";
    Da33 "DA-33" Warning
        title: "The federation information lists the domains of the relationship",
        clause: "[MS-OXWSADISC] 3.1.4.3 (Domains); policy: `dauth.relationship.domains`",
        why: "A domain that the partner no longer lists is trusted without the partner knowing.",
        remedy: "Compare with the relationship's `DomainNames`.";
}
