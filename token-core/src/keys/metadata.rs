//! Reads metadata/json/1, the JSON security metadata of Exchange, SharePoint, Skype and ACS.
//!
//! Follows the Outlook documentation and what producers write: member names in any letter case, certificates as base64 of DER or of PEM text, `keyinfo`
//! optional.

use super::document::{DocumentError, DocumentErrorKind, DocumentFormat, Endpoint, KeyDocument};
use super::document_json::{Names, Node};
use super::entry::{EntryDefect, KeyEntry};
use super::pem;
use super::thumbprint::{X5t, X5tS256};
use crate::budget::Budget;

/// Whether an object is a metadata/json/1 document: it has a member, or an entry with a member, that JWKS has
/// not.
pub(super) fn is_metadata(document: &Node) -> bool {
    let entries = document.any_case("keys").and_then(Node::as_array).unwrap_or_default();
    document.any_case("serviceName").is_some()
        || document.any_case("allowedAudiences").is_some()
        || entries.iter().any(|entry| entry.any_case("keyvalue").is_some())
}

/// Reads a document whose member names are different from each other in any letter case.
pub(super) fn parse(document: &Node, budget: &Budget) -> Result<KeyDocument, DocumentError> {
    let text = |name| document.any_case(name).and_then(Node::as_str).map(str::to_owned);
    let list = |name| document.any_case(name).and_then(Node::as_array).unwrap_or_default();
    let entries = KeyDocument::entries_of(document.any_case("keys"), budget)?;
    let declared_issuer = match document.any_case("issuer") {
        None | Some(Node::Null) => None,
        Some(Node::String(issuer)) => Some(issuer.clone()),
        Some(_) => return Err(DocumentErrorKind::WrongType { member: "issuer" }.into()),
    };
    Ok(KeyDocument {
        declared_issuer,
        name: text("name"),
        service_name: text("serviceName"),
        realm: text("realm"),
        allowed_audiences: list("allowedAudiences")
            .iter()
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect(),
        endpoints: list("endpoints").iter().map(endpoint).collect(),
        entries: entries.iter().map(|entry| self::entry(entry, budget)).collect(),
        ..KeyDocument::new(DocumentFormat::Metadata)
    })
}

fn endpoint(node: &Node) -> Endpoint {
    let text = |name| node.any_case(name).and_then(Node::as_str).map(str::to_owned);
    Endpoint { location: text("location"), protocol: text("protocol"), usage: text("usage") }
}

fn entry(node: &Node, budget: &Budget) -> KeyEntry {
    let usage = node.any_case("usage");
    let mut entry = match certificate(node) {
        Ok(der) => KeyEntry::of_certificate(&der, budget),
        Err(defect) => KeyEntry::new(Err(defect)),
    };
    match usage {
        None | Some(Node::Null) => {}
        Some(Node::String(usage)) => {
            if usage != "signing" {
                entry.key = Err(EntryDefect::other_use("usage", usage));
            }
            entry.usage = Some(usage.clone());
        }
        Some(_) => entry.key = Err(EntryDefect::WrongType { member: "usage" }),
    }
    let info = node.any_case("keyinfo");
    let declared = |name| info.and_then(|info| info.any_case(name)).and_then(Node::as_str);
    entry.declared_x5t = declared("x5t").map(X5t::parse);
    entry.declared_x5t_s256 = declared("x5t#S256").map(X5tS256::parse);
    entry
}

/// Finds the certificate of an entry, as DER.
fn certificate(node: &Node) -> Result<Vec<u8>, EntryDefect> {
    if !node.is_object() {
        return Err(EntryDefect::WrongType { member: "keys" });
    }
    let value = node.any_case("keyvalue").ok_or(EntryDefect::Missing { member: "keyvalue" })?;
    if !value.is_object() {
        return Err(EntryDefect::WrongType { member: "keyvalue" });
    }
    match value.any_case("type") {
        Some(Node::String(kind)) if kind.eq_ignore_ascii_case("x509Certificate") => {}
        Some(Node::String(kind)) => return Err(EntryDefect::unknown("keyvalue.type", kind)),
        Some(_) => return Err(EntryDefect::WrongType { member: "keyvalue.type" }),
        None => return Err(EntryDefect::Missing { member: "keyvalue.type" }),
    }
    let text = match value.any_case("value") {
        Some(Node::String(text)) => text,
        Some(_) => return Err(EntryDefect::WrongType { member: "keyvalue.value" }),
        None => return Err(EntryDefect::Missing { member: "keyvalue.value" }),
    };
    let not_base64 = EntryDefect::NotBase64 { member: "keyvalue.value" };
    let bytes = pem::decode_base64(text).ok_or_else(|| not_base64.clone())?;
    match std::str::from_utf8(&bytes) {
        Ok(text) if pem::is_pem(text) => pem::only_certificate(text).ok_or(not_base64),
        _ => Ok(bytes),
    }
}

impl Node {
    fn any_case(&self, name: &str) -> Option<&Self> {
        self.member(name, Names::AnyCase)
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};
    use serde_json::{Value, json};

    use super::*;
    use crate::keys::certificate::CertificateDefect;
    use crate::keys::testdata::{A_CERT, B_CERT, SHORT_CERT, metadata, metadata_entry, pem as pem_text, x5t};
    use crate::keys::thumbprint::{Spelling, ThumbprintError};
    use crate::signature::KeyDefect;

    fn read(document: &Value) -> KeyDocument {
        KeyDocument::parse(document.to_string().as_bytes(), &Budget::DEFAULT).unwrap()
    }

    fn read_entry(entry: Value) -> KeyEntry {
        read(&metadata(&[entry])).entries.remove(0)
    }

    fn refused(document: &str) -> DocumentErrorKind {
        KeyDocument::parse(document.as_bytes(), &Budget::DEFAULT).unwrap_err().kind
    }

    #[test]
    fn metadata_everything_read() {
        let document = read(&metadata(&[metadata_entry(A_CERT), metadata_entry(B_CERT)]));
        assert_eq!(document.format, DocumentFormat::Metadata);
        assert_eq!(document.declared_issuer(), Some("00000002-0000-0ff1-ce00-000000000000@*"));
        assert_eq!(document.service_name.as_deref(), Some("00000002-0000-0ff1-ce00-000000000000"));
        assert_eq!((document.name.as_deref(), document.realm.as_deref()), (Some("Exchange"), Some("*")));
        assert_eq!(document.allowed_audiences, ["00000002-0000-0ff1-ce00-000000000000@*"]);
        assert_eq!(document.endpoints[0].protocol.as_deref(), Some("OAuth2"));
        assert_eq!(document.endpoints[0].usage.as_deref(), Some("metadata"));
        let keys: Vec<_> = document.entries.iter().map(|entry| entry.x5t().unwrap().to_string()).collect();
        assert_eq!(keys, [x5t(A_CERT), x5t(B_CERT)]);
        assert!(document.entries.iter().all(|entry| entry.key.is_ok()));
    }

    #[test]
    fn metadata_names_in_other_letter_case_read() {
        let text = metadata(&[metadata_entry(A_CERT)]).to_string();
        let text = text
            .replace("\"keyvalue\"", "\"keyValue\"")
            .replace("\"keys\"", "\"Keys\"")
            .replace("\"x5t\"", "\"X5T\"");
        let document = KeyDocument::parse(text.as_bytes(), &Budget::DEFAULT).unwrap();
        assert_eq!(document.format, DocumentFormat::Metadata);
        assert!(document.entries[0].key.is_ok());
        assert!(document.entries[0].declared_x5t.is_some());
    }

    #[test]
    fn metadata_two_spellings_of_one_name_refused() {
        let text = metadata(&[metadata_entry(A_CERT)]).to_string();
        let twice = text.replace("\"realm\":\"*\"", "\"realm\":\"*\",\"Realm\":\"contoso.com\"");
        assert_ne!(text, twice);
        assert_eq!(refused(&twice), DocumentErrorKind::DuplicateMember);
        let inside = text.replace("\"usage\":\"signing\"", "\"usage\":\"signing\",\"USAGE\":\"other\"");
        assert_ne!(text, inside);
        assert_eq!(refused(&inside), DocumentErrorKind::DuplicateMember);
    }

    #[test]
    fn certificate_as_base64_of_pem_read() {
        let mut entry = metadata_entry(A_CERT);
        entry["keyvalue"]["value"] = json!(BASE64_STANDARD.encode(pem_text("CERTIFICATE", A_CERT)));
        let entry = read_entry(entry);
        assert_eq!(entry.x5t().unwrap().to_string(), x5t(A_CERT));
        assert!(entry.key.is_ok());
    }

    #[test]
    fn certificate_as_base64_of_two_pem_blocks_or_of_a_private_key_not_used() {
        let of_text = |text: String| {
            let mut entry = metadata_entry(A_CERT);
            entry["keyvalue"]["value"] = json!(BASE64_STANDARD.encode(text));
            read_entry(entry).key
        };
        let two = [pem_text("CERTIFICATE", A_CERT), pem_text("CERTIFICATE", B_CERT)].concat();
        let defect = Err(EntryDefect::NotBase64 { member: "keyvalue.value" });
        assert_eq!(of_text(two), defect);
        assert_eq!(of_text(pem_text("PRIVATE KEY", A_CERT)), defect);
    }

    #[test]
    fn keyinfo_optional_and_the_thumbprint_computed() {
        let mut entry = metadata_entry(A_CERT);
        entry.as_object_mut().unwrap().remove("keyinfo");
        let entry = read_entry(entry);
        assert_eq!(entry.declared_x5t, None);
        assert_eq!(entry.x5t().unwrap().to_string(), x5t(A_CERT));
    }

    #[test]
    fn declared_thumbprint_kept_but_never_served_under() {
        let mut entry = metadata_entry(A_CERT);
        entry["keyinfo"]["x5t"] = json!(x5t(B_CERT));
        let read = read_entry(entry.clone());
        assert_eq!(read.declared_x5t, Some(X5t::parse(&x5t(B_CERT))));
        assert_eq!(read.x5t(), Some(X5t::of_certificate(A_CERT)));
        entry["keyinfo"]["x5t"] = json!(format!("{}=", x5t(A_CERT)));
        assert_eq!(
            read_entry(entry.clone()).declared_x5t,
            Some(Ok((X5t::of_certificate(A_CERT), Spelling::Padded)))
        );
        entry["keyinfo"]["x5t"] = json!("241655D884092F2670D24729FC739C0454F24B01");
        assert_eq!(read_entry(entry).declared_x5t, Some(Err(ThumbprintError::Hex { digits: 40 })));
    }

    #[test]
    fn usage_other_than_signing_not_used_but_shown() {
        let mut entry = metadata_entry(A_CERT);
        entry["usage"] = json!("encryption");
        let entry = read_entry(entry);
        assert_eq!(entry.key, Err(EntryDefect::other_use("usage", "encryption")));
        assert!(entry.certificate.is_some());
    }

    #[test]
    fn defects_of_an_entry_told_apart() {
        let with = |path: &str, value: Value| {
            let mut entry = metadata_entry(A_CERT);
            *entry.pointer_mut(path).unwrap() = value;
            read_entry(entry).key.unwrap_err()
        };
        assert_eq!(with("", json!(7)), EntryDefect::WrongType { member: "keys" });
        assert_eq!(with("", json!({})), EntryDefect::Missing { member: "keyvalue" });
        assert_eq!(with("/usage", json!(["signing"])), EntryDefect::WrongType { member: "usage" });
        assert_eq!(with("/keyvalue", json!("x")), EntryDefect::WrongType { member: "keyvalue" });
        assert_eq!(with("/keyvalue/type", json!("rsa")), EntryDefect::unknown("keyvalue.type", "rsa"));
        assert_eq!(with("/keyvalue/value", json!(1)), EntryDefect::WrongType { member: "keyvalue.value" });
        assert_eq!(with("/keyvalue/value", json!("%")), EntryDefect::NotBase64 { member: "keyvalue.value" });
        assert_eq!(
            with("/keyvalue/value", json!("AAAA")),
            EntryDefect::Certificate(CertificateDefect::Malformed)
        );
        let short = json!(BASE64_STANDARD.encode(SHORT_CERT));
        assert_eq!(
            with("/keyvalue/value", short),
            EntryDefect::Key(KeyDefect::ModulusTooShort { bits: 1024 })
        );
    }

    #[test]
    fn members_of_another_type_refuse_the_document_where_it_matters() {
        let mut document = metadata(&[]);
        document["issuer"] = json!(1);
        assert_eq!(refused(&document.to_string()), DocumentErrorKind::WrongType { member: "issuer" });
        document["issuer"] = json!(null);
        assert_eq!(read(&document).declared_issuer(), None);
        document["keys"] = json!({});
        assert_eq!(refused(&document.to_string()), DocumentErrorKind::WrongType { member: "keys" });
    }
}
