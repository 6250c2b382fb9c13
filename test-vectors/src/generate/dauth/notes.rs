//! What the flags mean.

use std::collections::BTreeMap;

use test_vectors::Note;

const XMLDSIG: &str = "https://www.w3.org/TR/xmldsig-core1/";
const XMLENC: &str = "https://www.w3.org/TR/xmlenc-core1/";
const C14N: &str = "https://www.w3.org/TR/xml-exc-c14n/";
const SAML: &str = "https://docs.oasis-open.org/security/saml/v1.1/";

/// The notes of the flags that are used.
pub(crate) fn of<'f>(flags: impl Iterator<Item = &'f String>) -> BTreeMap<String, Note> {
    flags.map(|flag| (flag.clone(), note(flag))).collect()
}

fn note(flag: &str) -> Note {
    let (description, link) = match flag {
        "D1" => (
            "A signed assertion wrapped: moved under another element, doubled, or its id given to another",
            "https://www.usenix.org/conference/usenixsecurity12/technical-sessions/presentation/somorovsky",
        ),
        "D2" => ("A signature stripped, or one that refers to nothing", XMLDSIG),
        "D3" => ("A key that comes with the message", XMLDSIG),
        "D4" => (
            "A comment, a CDATA section or a processing instruction inside a value",
            "https://www.kb.cert.org/vuls/id/475445",
        ),
        "D5" => (
            "Document types, entities, and documents that cost more to read than to write",
            "https://cwe.mitre.org/data/definitions/776.html",
        ),
        "D6" => {
            ("Namespaces that look alike, and SAML of another version", "https://www.w3.org/TR/xml-names/")
        }
        "D7" => ("Another canonicalization, or prefixes that are canonicalized inclusively", C14N),
        "D8" => (
            "An algorithm that is weaker or of another kind",
            "https://www.cve.org/CVERecord?id=CVE-2009-0217",
        ),
        "D9" => ("A bearer or sender-vouches assertion, or one without a proof key", SAML),
        "D10" => ("A captured assertion, used again within its fifteen days", SAML),
        "D11" => ("A token for one offer, used for another", ""),
        "D12" => ("A token for another organisation, for a longer name, or for two audiences", SAML),
        "D13" => ("A domain compared by its end, or the requestor's domain in its place", ""),
        "D14" => ("An e-mail address that readers cut differently", "https://www.rfc-editor.org/rfc/rfc5321"),
        "D15" => ("An encrypted token made to find out keys or plaintext", XMLENC),
        "D16" => ("A timestamp that is missing, too long or not signed", ""),
        "D17" => ("A gateway certificate that is stale or not the gateway's", ""),
        "D18" => ("A message to one endpoint, sent to another", ""),
        "positive" => ("A message as its producer writes it", ""),
        "spelling" => ("Another spelling of the same document: its canonical form is the same", C14N),
        "edge" => ("A value at the exact edge of what is accepted, on one side or the other", ""),
        "danger" => ("A relaxation of the policy", ""),
        "legacy-3des" => ("Triple DES: for readers that still have it", XMLENC),
        "encrypted" => {
            ("What is broken stands inside an encrypted token, so the answer may not say what it is", XMLENC)
        }
        _ => panic!("no note for the flag {flag}"),
    };
    let links = if link.is_empty() { Vec::new() } else { vec![link.to_owned()] };
    Note { description: description.to_owned(), links }
}
