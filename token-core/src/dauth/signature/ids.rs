//! Whether every id of a document names one element.
//!
//! Follows SAML 1.1 core section 5.4.2, WS-Security 1.1 section 4, and XML Signature sections 4.2 to 4.5, of whose elements
//! Reference alone is not counted: Microsoft's own test tokens give it the id of the assertion.

use crate::dauth::defect::Defects;
use crate::dauth::names::{ds, saml, wsu, xenc};
use crate::dauth::xml::Node;
use crate::verdict::RuleId;

/// An attribute that is an id, or that some reader takes for one.
struct Id<'d> {
    value: &'d str,
    node: Node<'d>,
    /// Whether a schema of what stands in these messages says that it is one.
    is_declared: bool,
}

/// Notes every id that stands in a document twice: `DA-03`.
///
/// Ids are AssertionID of an assertion, `wsu:Id`, and Id of the elements of XML Signature and XML Encryption. An attribute
/// that is merely called so is a second one where its value is that of an id.
pub(in crate::dauth) fn check_ids(root: Node<'_>, defects: &mut Defects) {
    let mut ids: Vec<Id<'_>> = root.subtree().flat_map(ids_of).collect();
    // Stable, so that among equals document order stays.
    ids.sort_by_key(|id| id.value);
    for same in ids.chunk_by(|left, right| left.value == right.value) {
        let [_, later @ ..] = same else { continue };
        if later.is_empty() || !same.iter().any(|id| id.is_declared) {
            continue;
        }
        for id in later {
            defects.note(RuleId::Da03, "Id", id.node, "an id that no other element has", id.value);
        }
    }
}

fn ids_of<'d>(node: Node<'d>) -> impl Iterator<Item = Id<'d>> {
    let (namespace, local) = node.name();
    let of_xml_security = namespace == ds::NAMESPACE || namespace == xenc::NAMESPACE;
    let is_reference = node.is(ds::REFERENCE);
    let is_assertion = namespace == saml::NAMESPACE && local == saml::ASSERTION.local;
    let attributes =
        node.attributes().filter(|(_, name, _)| matches!(*name, "AssertionID" | "Id" | "ID" | "id"));
    attributes.filter(move |(namespace, ..)| !(is_reference && namespace.is_empty())).map(
        move |(namespace, name, value)| {
            let is_declared = match (namespace, name) {
                ("", "AssertionID") => is_assertion,
                ("", "Id") => of_xml_security,
                (wsu::NAMESPACE, "Id") => true,
                _ => false,
            };
            Id { value, node, is_declared }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::dauth::xml::Text;
    use crate::verdict::Part;

    fn duplicates(inside: &str) -> usize {
        let xml = format!(
            "<s:Envelope xmlns:s='urn:s' xmlns:ds='{}' xmlns:xenc='{}' xmlns:saml='{}' xmlns:wsu='{}'>{inside}</s:Envelope>",
            ds::NAMESPACE,
            xenc::NAMESPACE,
            saml::NAMESPACE,
            wsu::NAMESPACE
        );
        let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
        let tree = text.parse(&Budget::DEFAULT).unwrap();
        let mut defects = Defects::of(Part::Message);
        check_ids(tree.root().unwrap(), &mut defects);
        assert!(defects.iter().all(|defect| defect.check.rule == RuleId::Da03));
        defects.iter().count()
    }

    #[test]
    fn ids_that_are_unique_taken() {
        assert_eq!(duplicates("<saml:Assertion AssertionID='a'/><b wsu:Id='b'/><ds:Signature Id='c'/>"), 0);
        assert_eq!(duplicates("<saml:Assertion AssertionID='a'><ds:Reference Id='a'/></saml:Assertion>"), 0);
        assert_eq!(duplicates("<FolderId Id='x'/><FolderId Id='x'/><b wsu:Id='y'/><c AssertionID='x'/>"), 0);
        assert_eq!(duplicates("<saml:Assertion AssertionID='a'/><b Name='a'/><c wsu:Id='A'/>"), 0);
    }

    #[test]
    fn ids_that_stand_twice_noted() {
        for second in [
            "<saml:Assertion AssertionID='a'/>",
            "<b wsu:Id='a'/>",
            "<ds:Object Id='a'/>",
            "<ds:SignedInfo><ds:Reference wsu:Id='a'/></ds:SignedInfo>",
            "<xenc:EncryptedData Id='a'/>",
            "<b Id='a'/>",
            "<b ID='a'/>",
            "<b id='a'/>",
            "<b AssertionID='a'/>",
            "<b xmlns:x='urn:x' x:AssertionID='a'/>",
        ] {
            assert_eq!(duplicates(&format!("<saml:Assertion AssertionID='a'/>{second}")), 1, "{second}");
            assert_eq!(duplicates(&format!("{second}<saml:Assertion AssertionID='a'/>")), 1, "{second}");
        }
        assert_eq!(duplicates("<b wsu:Id='x'/><c wsu:Id='x'/><d wsu:Id='x'/><e wsu:Id='y'/><f Id='y'/>"), 3);
        assert_eq!(duplicates("<ds:Signature Id='x' wsu:Id='x'/>"), 1);
    }
}
