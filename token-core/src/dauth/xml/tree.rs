//! A parsed document, read by expanded names along child paths. Nothing here searches by local name or by id.
//!
//! Follows Namespaces in XML 1.0 section 6 and ruling 13: a value is exactly one run of text.

use std::fmt;

use uppsala::{NodeId, NodeKind, Parser};

use super::{Text, XmlError, XmlErrorKind};
use crate::budget::Budget;

/// The expanded name of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) struct Name {
    pub(in crate::dauth) namespace: &'static str,
    pub(in crate::dauth) local: &'static str,
}

/// A well-formed document within the budget. It says nothing about what the document means.
pub struct Tree<'t> {
    document: uppsala::Document<'t>,
    body_omitted: bool,
}

impl<'t> Tree<'t> {
    /// Builds the tree of a text that the scan let pass; what the scan refused stays refused.
    ///
    /// # Errors
    /// That of the scan, else as [`Text::parse`].
    pub fn of_scanned(scanned: &'t Result<Text<'_>, XmlError>, budget: &Budget) -> Result<Self, XmlError> {
        scanned.as_ref().map_err(|error| *error)?.parse(budget)
    }

    /// Parses what the scan let pass.
    pub(super) fn parse(text: &'t Text<'_>, budget: &Budget) -> Result<Self, XmlError> {
        let document = parse(text.as_str(), budget)?;
        Ok(Self { document, body_omitted: text.body_omitted() })
    }

    /// Makes a tree of what the scan did not see.
    #[cfg(test)]
    pub(super) const fn of(document: uppsala::Document<'t>) -> Self {
        Self { document, body_omitted: false }
    }

    /// Returns the document element.
    pub(in crate::dauth) fn root(&self) -> Option<Node<'_>> {
        let id = self.document.document_element()?;
        Some(Node { document: &self.document, id })
    }

    /// Returns whether the message was too long to be parsed as a whole, so that its body is not in the tree.
    #[must_use]
    pub const fn body_omitted(&self) -> bool {
        self.body_omitted
    }
}

/// Has the parser read a text, for nothing but the time that it takes. It need not be one that the scan would let pass.
pub(in crate::dauth) fn parse_in_vain(text: &[u8], budget: &Budget) {
    if let Ok(text) = std::str::from_utf8(text) {
        let _ = std::hint::black_box(parse(text, budget));
    }
}

fn parse<'t>(text: &'t str, budget: &Budget) -> Result<uppsala::Document<'t>, XmlError> {
    // The scan has bounded the depth and refused every DOCTYPE; the parser is told so again.
    let depth = u32::try_from(budget.max_xml_depth).unwrap_or(u32::MAX);
    let parser = Parser::new().with_forbid_dtd(true).with_max_depth(depth);
    let not_well_formed =
        |error| XmlError { kind: XmlErrorKind::NotWellFormed, at: super::place(&error, text) };
    parser.parse(text).map_err(not_well_formed)
}

/// Shows no content.
impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("body_omitted", &self.body_omitted).finish_non_exhaustive()
    }
}

/// One element of a tree.
#[derive(Clone, Copy)]
pub(in crate::dauth) struct Node<'d> {
    document: &'d uppsala::Document<'d>,
    id: NodeId,
}

impl<'d> Node<'d> {
    /// Returns whether this is an element of that name.
    pub(in crate::dauth) fn is(self, name: Name) -> bool {
        self.element().is_some_and(|element| element.matches_name_ns(name.namespace, name.local))
    }

    /// Returns the namespace and the local name, as the document spells them.
    pub(in crate::dauth) fn name(self) -> (&'d str, &'d str) {
        self.element().map_or(("", ""), |element| {
            (element.name.namespace_uri.as_deref().unwrap_or(""), &element.name.local_name)
        })
    }

    /// Returns the child elements in document order.
    pub(in crate::dauth) fn elements(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        let children = document.children_iter(self.id).filter(|id| document.element(*id).is_some());
        children.map(move |id| Self { document, id })
    }

    /// Returns the child elements of one name.
    pub(in crate::dauth) fn all(self, name: Name) -> impl Iterator<Item = Self> {
        self.elements().filter(move |child| child.is(name))
    }

    /// Returns this element and all below it, in document order.
    pub(in crate::dauth) fn subtree(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        let mut next = Some(self.id);
        let all = std::iter::from_fn(move || {
            let current = next?;
            next = document.first_child(current).or_else(|| {
                let mut id = current;
                while id != self.id {
                    if let Some(sibling) = document.next_sibling(id) {
                        return Some(sibling);
                    }
                    id = document.parent(id)?;
                }
                None
            });
            Some(current)
        });
        all.filter(|id| document.element(*id).is_some()).map(move |id| Self { document, id })
    }

    /// Returns the element around this one.
    pub(in crate::dauth) fn parent(self) -> Option<Self> {
        let id = self.document.parent(self.id)?;
        self.document.element(id).map(|_| Self { document: self.document, id })
    }

    /// Returns the value of an attribute without a namespace.
    pub(in crate::dauth) fn attribute(self, local: &str) -> Option<&'d str> {
        self.attributes()
            .find(|(namespace, name, _)| namespace.is_empty() && *name == local)
            .map(|(.., value)| value)
    }

    /// Returns the value of an attribute in a namespace.
    pub(in crate::dauth) fn attribute_in(self, name: Name) -> Option<&'d str> {
        self.attributes()
            .find(|(namespace, local, _)| *namespace == name.namespace && *local == name.local)
            .map(|(.., value)| value)
    }

    /// Returns the attributes as namespace, local name and value; namespace declarations are not among them.
    pub(in crate::dauth) fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str, &'d str)> {
        self.element().into_iter().flat_map(|element| &element.attributes).map(|attribute| {
            let namespace = attribute.name.namespace_uri.as_deref().unwrap_or("");
            (namespace, &*attribute.name.local_name, &*attribute.value)
        })
    }

    /// Returns the text of a value element: exactly one run of text, and nothing beside it.
    pub(in crate::dauth) fn text(self) -> Result<&'d str, TextDefect> {
        let mut children = self.document.children_iter(self.id).map(|id| self.document.node_kind(id));
        let text = match children.next() {
            None => return Err(TextDefect::Empty),
            Some(Some(NodeKind::Text(text))) => &**text,
            Some(Some(NodeKind::Element(_))) => return Err(TextDefect::Element),
            Some(_) => return Err(TextDefect::NotText),
        };
        match children.next() {
            None => Ok(text),
            Some(Some(NodeKind::Element(_))) => Err(TextDefect::Element),
            Some(_) => Err(TextDefect::NotText),
        }
    }

    /// Returns whether nothing but white space, comments and elements stands in this element.
    pub(in crate::dauth) fn has_only_elements(self) -> bool {
        self.document.children_iter(self.id).all(|id| match self.document.node_kind(id) {
            Some(NodeKind::Text(text)) => text.bytes().all(|byte| byte.is_ascii_whitespace()),
            Some(NodeKind::Element(_) | NodeKind::Comment(_)) => true,
            _ => false,
        })
    }

    /// Returns the byte of the scanned text at which the element starts.
    pub(in crate::dauth) fn at(self) -> usize {
        self.document.node_range(self.id).map_or(0, |range| range.start)
    }

    /// Returns the element as it is spelled in the scanned text.
    #[cfg(test)]
    pub(in crate::dauth) fn source(self) -> &'d str {
        self.document.node_source(self.id).unwrap_or("")
    }

    pub(super) fn document(self) -> &'d uppsala::Document<'d> {
        self.document
    }

    pub(super) fn id(self) -> NodeId {
        self.id
    }

    fn element(self) -> Option<&'d uppsala::Element<'d>> {
        self.document.element(self.id)
    }
}

impl PartialEq for Node<'_> {
    /// Whether both are the same element of the same tree.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.id == other.id
    }
}

/// Shows the name alone: what is inside may be a token.
impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({:?})", crate::redact::printable(self.name().1))
    }
}

/// Why an element is not one run of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) enum TextDefect {
    /// Nothing is in it.
    Empty,
    /// An element is in it.
    Element,
    /// A comment, a CDATA section or a processing instruction is in it.
    NotText,
}

impl fmt::Display for TextDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "nothing",
            Self::Element => "an element inside",
            Self::NotText => "a comment, a CDATA section or a processing instruction inside",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Name = Name { namespace: "urn:a", local: "a" };

    fn with_root<R>(xml: &str, read: impl FnOnce(Node<'_>) -> R) -> R {
        let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
        let tree = text.parse(&Budget::DEFAULT).unwrap();
        read(tree.root().unwrap())
    }

    #[test]
    fn node_found_by_expanded_name_alone() {
        with_root("<x xmlns:p='urn:a'><p:a/><a xmlns='urn:a'/><a/><p:b><p:a/></p:b></x>", |root| {
            assert_eq!(root.all(A).count(), 2);
            assert_eq!(root.subtree().filter(|node| node.is(A)).count(), 3);
            assert_eq!(root.subtree().count(), 6);
            let b = root.elements().last().unwrap();
            assert_eq!(b.subtree().count(), 2);
            assert_eq!(b.parent(), Some(root));
        });
    }

    #[test]
    fn attribute_of_a_namespace_told_from_one_without() {
        with_root("<x xmlns:p='urn:a' p:a='1' a='2' b='3'/>", |root| {
            assert_eq!(root.attribute("a"), Some("2"));
            assert_eq!(root.attribute_in(A), Some("1"));
            assert_eq!(root.attribute("c"), None);
        });
    }

    #[test]
    fn text_other_than_one_run_refused() {
        let text = |inner: &str| with_root(&format!("<x>{inner}</x>"), |root| root.text().map(str::to_owned));
        assert_eq!(text("a&amp;b&#99;"), Ok("a&bc".to_owned()));
        assert_eq!(text(""), Err(TextDefect::Empty));
        assert_eq!(text("<b/>"), Err(TextDefect::Element));
        for inner in ["a<!---->b", "<!---->a", "<![CDATA[a]]>", "a<![CDATA[]]>"] {
            assert_eq!(text(inner), Err(TextDefect::NotText), "{inner}");
        }
    }
}
