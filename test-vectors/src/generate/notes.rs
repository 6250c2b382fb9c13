//! What the flags mean.

use std::collections::BTreeMap;

use test_vectors::Note;

const RFC7515: &str = "https://www.rfc-editor.org/rfc/rfc7515";
const RFC7519: &str = "https://www.rfc-editor.org/rfc/rfc7519";
const RFC8725: &str = "https://www.rfc-editor.org/rfc/rfc8725";
const CVE: &str = "https://www.cve.org/CVERecord?id=";

/// The notes of the flags that are used.
pub(crate) fn of<'f>(flags: impl Iterator<Item = &'f String>) -> BTreeMap<String, Note> {
    flags.map(|flag| (flag.clone(), note(flag))).collect()
}

fn note(flag: &str) -> Note {
    let cve = |id: &str| format!("{CVE}{id}");
    let (description, links): (&str, Vec<String>) = match flag {
        "J1" => (
            "alg none, in any spelling, on a token that carries no actor token",
            vec![cve("CVE-2023-29357"), RFC8725.into()],
        ),
        "J2" => ("An outer token with alg none whose third part is not empty", vec![RFC7515.into()]),
        "J3" => (
            "A valid actor token of the attacker's tenant around a user of another tenant",
            vec![cve("CVE-2025-55241")],
        ),
        "J4" => (
            "A request assertion of the first-party principal that all on-premises Exchange servers share",
            vec![cve("CVE-2025-53786")],
        ),
        "J5" => ("A user's access token in the place of the actor token", vec![RFC8725.into()]),
        "J6" => ("Realms that differ between claims, or * as a realm inside a token", vec![]),
        "J7" => ("An outer token for another audience than its actor token", vec![]),
        "J8" => (
            "An outer issuer that is not the actor token's nameid, or differs from it in letter case",
            vec![],
        ),
        "J9" => ("A principal that receivers cut in different places", vec![]),
        "J10" => ("A thumbprint that does not belong to the key that signed", vec![RFC7515.into()]),
        "J11" => (
            "A key, or the place of a key, that the token brings along; a key id that is code",
            vec![RFC8725.into()],
        ),
        "J12" => {
            ("HS256 where RS256 is expected, keyed with something public or empty", vec![RFC8725.into()])
        }
        "J13" => ("Members that stand twice in one object", vec![RFC7519.into()]),
        "J14" => ("Actor tokens inside actor tokens, and deep nesting", vec![]),
        "J15" => (
            "appctx of another type, with members in another letter case, or with duplicates inside its text",
            vec![cve("CVE-2023-34362")],
        ),
        "J16" => ("A metadata location that the attacker chose", vec![cve("CVE-2023-34362")]),
        "J17" => ("Several published keys, of which the first is not the one that the token names", vec![]),
        "J18" => ("A signer's certificate outside its validity", vec![]),
        "J19" => (
            "Lifetimes beyond measure, and times in spellings that readers take differently",
            vec![RFC7519.into()],
        ),
        "J20" => ("A token that is presented again: it has no jti and lives for hours", vec![RFC8725.into()]),
        "J21" => ("A SharePoint proof token from outside", vec![cve("CVE-2023-29357")]),
        "J22" => ("A ver marker whose claims say otherwise", vec![]),
        "J23" => {
            ("Base64url with padding, white space, the standard alphabet or loose bits", vec![RFC7515.into()])
        }
        "J24" => (
            "An encrypted token, crit, or an unencoded payload",
            vec![
                "https://www.rfc-editor.org/rfc/rfc7516".into(),
                "https://www.rfc-editor.org/rfc/rfc7797".into(),
            ],
        ),
        "positive" => ("A token as its producer writes it", vec![]),
        "never-valid" => ("A kind of token that a third party can never verify", vec![]),
        "edge" => ("A value at the exact edge of what is accepted, on one side or the other", vec![]),
        "danger" => ("A relaxation of the policy", vec![]),
        "lenient-case" => ("A policy that takes identifiers in any letter case", vec![]),
        "sharepoint" => ("The habits of SharePoint", vec![]),
        "document" => ("A key document that is refused as a whole", vec![]),
        "skipped" => ("A key that is reported and skipped while the others stay", vec![]),
        _ => panic!("no note for the flag {flag}"),
    };
    Note { description: description.to_owned(), links }
}
