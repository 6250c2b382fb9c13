//! The attacks that are known: each with the rules that stop it, and where it is described.
//!
//! `J` are those on server-to-server tokens and challenges, `D` those on federated delegation. The names are stable.

use super::rule::{Attack, RuleId};

impl Attack {
    /// All attacks of the list, in its order.
    pub const ALL: &'static [Self] = {
        use RuleId::*;
        &[
            Self {
                id: "J1",
                title: "An unsigned token without an actor token, also spelled None, NONE or with alg missing",
                rules: &[S2s01, S2s02],
                reference: "CVE-2023-29357; RFC 8725 section 2.1",
            },
            Self {
                id: "J2",
                title: "An unsigned outer token with bytes in its signature part",
                rules: &[S2s02],
                reference: "RFC 7515 section 6",
            },
            Self {
                id: "J3",
                title: "An actor token of one tenant around a user of another",
                rules: &[S2s07],
                reference: "CVE-2025-55241",
            },
            Self {
                id: "J4",
                title: "Tokens asked for with the shared first-party Exchange principal",
                rules: &[S2s35],
                reference: "CVE-2025-53786",
            },
            Self {
                id: "J5",
                title: "A user's token used as actor token",
                rules: &[S2s04],
                reference: "SharePoint S2S library, commit a746e636",
            },
            Self {
                id: "J6",
                title: "Realms that differ, or a wildcard realm in a token",
                rules: &[S2s07, S2s30],
                reference: "[MS-XOAUTH] 3.2.5.6",
            },
            Self {
                id: "J7",
                title: "An outer token for another audience than its actor token",
                rules: &[S2s06],
                reference: "[MS-XOAUTH] 3.2.5.6",
            },
            Self {
                id: "J8",
                title: "An outer issuer that is not the actor, or differs in letter case",
                rules: &[S2s05],
                reference: "[MS-XOAUTH] 3.2.5.6",
            },
            Self {
                id: "J9",
                title: "A principal that parsers cut differently: several @ or /, percent signs, look-alikes, trailing dots, ports",
                rules: &[S2s08, S2s29],
                reference: "[MS-XOAUTH] 3.2.5.6; AADSTS90022",
            },
            Self {
                id: "J10",
                title: "The thumbprint of a trusted certificate over another key, or an unknown thumbprint",
                rules: &[S2s10, Key02],
                reference: "RFC 7515 section 4.1.7",
            },
            Self {
                id: "J11",
                title: "A key brought along in jwk, jku, x5u or x5c, or an injected kid",
                rules: &[S2s01, S2s10],
                reference: "RFC 8725 section 3.10",
            },
            Self {
                id: "J12",
                title: "HS256 with the public key or an empty key",
                rules: &[S2s01],
                reference: "RFC 8725 section 2.1",
            },
            Self {
                id: "J13",
                title: "Duplicate JSON members, also in another letter case or spelled with escapes",
                rules: &[S2s16],
                reference: "RFC 7519 section 4",
            },
            Self {
                id: "J14",
                title: "Actor tokens inside actor tokens",
                rules: &[S2s03, Inp06],
                reference: "RFC 8725 section 2.4",
            },
            Self {
                id: "J15",
                title: "appctx of another type, with other member names, or with duplicates inside",
                rules: &[Exi04, S2s16, S2s17],
                reference: "CVE-2023-34362",
            },
            Self {
                id: "J16",
                title: "A metadata location chosen by the attacker",
                rules: &[Exi01],
                reference: "CVE-2023-34362",
            },
            Self {
                id: "J17",
                title: "A receiver that takes the first key of the document",
                rules: &[Key02, S2s10],
                reference: "Outlook add-in samples",
            },
            Self {
                id: "J18",
                title: "An expired or not yet valid signing certificate",
                rules: &[S2s20],
                reference: "RFC 5280 section 4.1.2.5",
            },
            Self {
                id: "J19",
                title: "Lifetimes that are too long, times in milliseconds, negative or padded",
                rules: &[S2s11, S2s17, S2s27],
                reference: "RFC 7519 section 2",
            },
            Self {
                id: "J20",
                title: "A token that is presented again",
                rules: &[S2s36],
                reference: "RFC 8725 section 2.7",
            },
            Self {
                id: "J21",
                title: "A SharePoint proof token from outside",
                rules: &[S2s33],
                reference: "CVE-2023-29357",
            },
            Self {
                id: "J22",
                title: "A ver marker whose claims say otherwise",
                rules: &[S2s34],
                reference: "observed SharePoint rules",
            },
            Self {
                id: "J23",
                title: "Padding, white space, the standard alphabet or loose bits in base64url",
                rules: &[Inp03],
                reference: "RFC 7515 section 2",
            },
            Self {
                id: "J24",
                title: "Encrypted tokens, crit, and unencoded payloads",
                rules: &[Inp07, S2s01],
                reference: "RFC 7516; RFC 7797",
            },
            Self {
                id: "J26",
                title: "A challenge that was downgraded on its way: issuers stripped or added, another sign-in host, no Bearer",
                rules: &[Chl03, Chl05, Chl06, Chl08, Chl10],
                reference: "Exchange documentation (a device that answers in front)",
            },
            Self {
                id: "D1",
                title: "An assertion wrapped: moved under another element, a second one put in its place, ids doubled, an ancestor signed",
                rules: &[Da02, Da03, Da21],
                reference: "McIntosh and Austel 2005; Somorovsky and others 2012 (signature wrapping)",
            },
            Self {
                id: "D2",
                title: "A signature stripped, or without a reference",
                rules: &[Da02],
                reference: "XML Signature section 4.3",
            },
            Self {
                id: "D3",
                title: "A key that comes with the message: X509Data, KeyValue, BinarySecurityToken",
                rules: &[Da05, Da02],
                reference: "XML Signature section 4.4",
            },
            Self {
                id: "D4",
                title: "A comment, CDATA section or processing instruction inside a value",
                rules: &[Da11, Da01],
                reference: "CERT VU#475445",
            },
            Self {
                id: "D5",
                title: "External entities, entity expansion, documents of great depth or with huge attributes",
                rules: &[Da01],
                reference: "CWE-611; CWE-776",
            },
            Self {
                id: "D6",
                title: "Namespaces that look alike, or SAML of another version",
                rules: &[Da21, Da22, Da03],
                reference: "Namespaces in XML 1.0",
            },
            Self {
                id: "D7",
                title: "Another canonicalization, or prefixes that are canonicalized inclusively",
                rules: &[Da02, Da04],
                reference: "Exclusive XML Canonicalization 1.0 section 4",
            },
            Self {
                id: "D8",
                title: "An algorithm that is weaker or of another kind: HMAC with the public key, truncated HMAC, MD5",
                rules: &[Da04, Da19],
                reference: "CVE-2009-0217",
            },
            Self {
                id: "D9",
                title: "A bearer or sender-vouches assertion, or one without proof key",
                rules: &[Da10],
                reference: "SAML 1.1 core section 2.4.2.3",
            },
            Self {
                id: "D10",
                title: "A captured assertion, used again within its fifteen days",
                rules: &[Da08, Da14],
                reference: "observed gateway assertion of 2025",
            },
            Self {
                id: "D11",
                title: "A token for one offer, used for another",
                rules: &[Da09, Da20],
                reference: "observed Exchange rules",
            },
            Self {
                id: "D12",
                title: "A token for another organisation, for a longer name, or for two audiences",
                rules: &[Da07],
                reference: "SAML 1.1 core section 2.3.2.1.3",
            },
            Self {
                id: "D13",
                title: "A domain that is compared by its end, or the requestor's domain in its place",
                rules: &[Da12],
                reference: "Exchange documentation (organization relationships)",
            },
            Self {
                id: "D14",
                title: "An e-mail address that readers cut differently",
                rules: &[Da12, Da11],
                reference: "RFC 5321 section 4.1.2",
            },
            Self {
                id: "D15",
                title: "An encrypted token made to find out keys or plaintext: bad padding, rsa-1_5, another recipient, nested encryption",
                rules: &[Da16, Da03],
                reference: "Jager and Somorovsky 2011; Bleichenbacher 1998",
            },
            Self {
                id: "D16",
                title: "A timestamp that is missing, too long or not signed",
                rules: &[Da15, Da19],
                reference: "WS-Security 1.1 section 10",
            },
            Self {
                id: "D17",
                title: "A gateway certificate that is stale or of an unverified source",
                rules: &[Da24, Da05],
                reference: "WS-Federation 1.2 section 3.1.1",
            },
            Self {
                id: "D18",
                title: "A message to one endpoint, sent to another",
                rules: &[Da17],
                reference: "WS-Addressing 1.0 SOAP binding section 3",
            },
        ]
    };
}
