//! The canonical form of one element: what a signature is made over.
//!
//! Follows Exclusive XML Canonicalization 1.0 section 3, without comments and without an InclusiveNamespaces PrefixList, for
//! the one case that is needed: an element with all that is in it, but for one element that is left out.

use uppsala::{Attribute, Document, Element, NodeId, NodeKind};

use memchr::{memchr, memchr3};

use super::Node;

/// Bytes of canonical form that are kept before they are passed on. 8 KiB: a whole assertion.
const CHUNK: usize = 8 * 1024;

/// The canonical form is much longer than the document, as no real one is: a long namespace name that is declared once can
/// have to be written for each element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dauth) struct CanonicalTooLong;

/// Writes the canonical form of `apex`, leaving out `without`, in pieces.
///
/// # Errors
/// [`CanonicalTooLong`] beyond four times the document and 1 KiB. The pieces up to there were written.
pub(in crate::dauth) fn canonicalize(
    apex: Node<'_>,
    without: Option<Node<'_>>,
    write: &mut dyn FnMut(&[u8]),
) -> Result<(), CanonicalTooLong> {
    let document = apex.document();
    let mut canonical = Canonical {
        document,
        left: document.input_text().len().saturating_mul(4).saturating_add(1024),
        pending: Vec::with_capacity(CHUNK),
        write,
        rendered: Vec::new(),
        attributes: Vec::new(),
    };
    canonical.walk(apex.id(), without.map(Node::id))?;
    canonical.flush()
}

struct Canonical<'d, 'w> {
    document: &'d Document<'d>,
    /// Bytes that may still be written.
    left: usize,
    pending: Vec<u8>,
    write: &'w mut dyn FnMut(&[u8]),
    /// Prefixes and their namespaces as the elements around have rendered them, the innermost last.
    rendered: Vec<(&'d str, &'d str)>,
    /// Those of one element, kept for its memory.
    attributes: Vec<&'d Attribute<'d>>,
}

impl<'d> Canonical<'d, '_> {
    /// Walks the tree without recursion.
    fn walk(&mut self, apex: NodeId, without: Option<NodeId>) -> Result<(), CanonicalTooLong> {
        let document = self.document;
        // How many prefixes were rendered around each of the open elements.
        let mut open: Vec<usize> = Vec::new();
        let mut next = Some(apex);
        while let Some(id) = next {
            let mut children = None;
            match document.node_kind(id) {
                _ if Some(id) == without => {}
                Some(NodeKind::Element(element)) => {
                    if self.pending.len() >= CHUNK {
                        self.flush()?;
                    }
                    open.push(self.rendered.len());
                    self.start(element);
                    children = document.first_child(id);
                    if children.is_none() {
                        self.end(element, open.pop());
                    }
                }
                Some(NodeKind::Text(text) | NodeKind::CData(text)) => self.text(text),
                Some(NodeKind::ProcessingInstruction(instruction)) => {
                    self.put(&["<?", &instruction.target]);
                    if let Some(data) = instruction.data.as_deref().filter(|data| !data.is_empty()) {
                        self.put(&[" "]);
                        self.escape(data, |rest| memchr(b'\r', rest));
                    }
                    self.put(&["?>"]);
                }
                _ => {}
            }
            next = children;
            let mut done = id;
            while next.is_none() && done != apex {
                next = document.next_sibling(done);
                if next.is_none() {
                    let Some(parent) = document.parent(done) else { break };
                    if let Some(element) = document.element(parent) {
                        self.end(element, open.pop());
                    }
                    done = parent;
                }
            }
        }
        Ok(())
    }

    fn start(&mut self, element: &'d Element<'d>) {
        let around = self.rendered.len();
        self.attributes.clear();
        self.attributes.extend(&element.attributes);
        let by_name = |attribute: &&'d Attribute<'d>| {
            (attribute.name.namespace_uri.as_deref().unwrap_or(""), &*attribute.name.local_name)
        };
        self.attributes.sort_unstable_by_key(by_name);

        self.put(&["<"]);
        self.name(element);
        self.render(element.name.prefix.as_deref(), element.name.namespace_uri.as_deref());
        for attribute in &element.attributes {
            if let Some(prefix) = attribute.name.prefix.as_deref() {
                self.render(Some(prefix), attribute.name.namespace_uri.as_deref());
            }
        }
        if let Some(new) = self.rendered.get_mut(around..) {
            new.sort_unstable();
        }
        for index in around..self.rendered.len() {
            let Some((prefix, namespace)) = self.rendered.get(index).copied() else { break };
            self.put(&[" xmlns", if prefix.is_empty() { "" } else { ":" }, prefix, "=\""]);
            self.value(namespace);
        }
        for index in 0..self.attributes.len() {
            let Some(attribute) = self.attributes.get(index).copied() else { break };
            self.put(&[" "]);
            if let Some(prefix) = &attribute.name.prefix {
                self.put(&[prefix, ":"]);
            }
            self.put(&[&attribute.name.local_name, "=\""]);
            self.value(&attribute.value);
        }
        self.put(&[">"]);
    }

    fn end(&mut self, element: &Element<'_>, around: Option<usize>) {
        self.put(&["</"]);
        self.name(element);
        self.put(&[">"]);
        self.rendered.truncate(around.unwrap_or_default());
    }

    /// Notes a prefix that an element uses for rendering, unless the innermost rendering around it says the same.
    fn render(&mut self, prefix: Option<&'d str>, namespace: Option<&'d str>) {
        let (prefix, namespace) = (prefix.unwrap_or(""), namespace.unwrap_or(""));
        let innermost = self.rendered.iter().rev().find(|(other, _)| *other == prefix);
        let is_rendered = match innermost {
            Some((_, other)) => *other == namespace,
            None => prefix.is_empty() && namespace.is_empty(),
        };
        if !is_rendered && prefix != "xml" {
            self.rendered.push((prefix, namespace));
        }
    }

    fn name(&mut self, element: &Element<'_>) {
        if let Some(prefix) = &element.name.prefix {
            self.put(&[prefix, ":"]);
        }
        self.put(&[&element.name.local_name]);
    }

    fn text(&mut self, text: &str) {
        if memchr(b'\r', text.as_bytes()).is_none() {
            self.escape(text, |rest| memchr3(b'&', b'<', b'>', rest));
        } else {
            self.escape(text, |rest| rest.iter().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'\r')));
        }
    }

    /// Writes the value of an attribute and the quote that ends it.
    fn value(&mut self, value: &str) {
        if memchr3(b'\t', b'\n', b'\r', value.as_bytes()).is_none() {
            self.escape(value, |rest| memchr3(b'&', b'<', b'"', rest));
        } else {
            let is_special = |byte: &u8| matches!(byte, b'&' | b'<' | b'"' | b'\t' | b'\n' | b'\r');
            self.escape(value, |rest| rest.iter().position(is_special));
        }
        self.put(&["\""]);
    }

    /// Writes a text with references in place of what `find` finds.
    fn escape(&mut self, text: &str, find: impl Fn(&[u8]) -> Option<usize>) {
        let mut rest = text.as_bytes();
        while let Some(at) = find(rest) {
            let (before, special) = rest.split_at_checked(at).unwrap_or((rest, b""));
            let Some((special, behind)) = special.split_first() else { break };
            self.pending.extend_from_slice(before);
            self.pending.extend_from_slice(match special {
                b'&' => b"&amp;",
                b'<' => b"&lt;",
                b'>' => b"&gt;",
                b'"' => b"&quot;",
                b'\t' => b"&#x9;",
                b'\n' => b"&#xA;",
                _ => b"&#xD;",
            });
            rest = behind;
        }
        self.pending.extend_from_slice(rest);
    }

    fn put(&mut self, texts: &[&str]) {
        for text in texts {
            self.pending.extend_from_slice(text.as_bytes());
        }
    }

    fn flush(&mut self) -> Result<(), CanonicalTooLong> {
        self.left = self.left.checked_sub(self.pending.len()).ok_or(CanonicalTooLong)?;
        (self.write)(&self.pending);
        self.pending.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bergshamra_c14n::{C14nMode, canonicalize_doc};
    use bergshamra_xml::NodeSet;
    use proptest::prelude::*;

    use super::super::Text;
    use super::*;
    use crate::budget::Budget;

    fn ours(apex: Node<'_>, without: Option<Node<'_>>) -> String {
        let mut all = Vec::new();
        canonicalize(apex, without, &mut |piece| all.extend_from_slice(piece)).unwrap();
        String::from_utf8(all).unwrap()
    }

    /// What the crate says, which serves any set of nodes.
    fn theirs(apex: Node<'_>, without: Option<Node<'_>>) -> String {
        fn remove(nodes: &mut NodeSet, document: &Document<'_>, id: NodeId) {
            nodes.remove_id(id);
            document.children_iter(id).for_each(|child| remove(nodes, document, child));
        }
        let document = apex.document();
        let mut nodes = NodeSet::tree_without_comments(apex.id(), document);
        if let Some(without) = without {
            remove(&mut nodes, document, without.id());
        }
        let none: &[&str] = &[];
        String::from_utf8(canonicalize_doc(document, C14nMode::Exclusive, Some(&nodes), none).unwrap())
            .unwrap()
    }

    fn with_root<R>(xml: &str, read: impl FnOnce(Node<'_>) -> R) -> R {
        let text = Text::scan(xml.as_bytes(), &Budget::DEFAULT).unwrap();
        let tree = text.parse(&Budget::DEFAULT).unwrap();
        read(tree.root().unwrap())
    }

    #[test]
    fn canonical_form_written_as_the_specification_says() {
        let cases = [
            ("<a/>", "<a></a>"),
            ("<a c='1' b = \"2\" ></a >", "<a b=\"2\" c=\"1\"></a>"),
            ("<a><!-- x -->y<![CDATA[<&]]></a>", "<a>y&lt;&amp;</a>"),
            (
                "<a b='&#9;&#10;&#13;&lt;&quot;>&amp;'>\r\n&#13;&gt;\"</a>",
                "<a b=\"&#x9;&#xA;&#xD;&lt;&quot;>&amp;\">\n&#xD;&gt;\"</a>",
            ),
            ("<a b='\t1\r\n2'/>", "<a b=\" 1 2\"></a>"),
            (
                "<p:a xmlns:q='urn:q' xmlns:p='urn:p' xmlns='urn:d'><b q:c=''/></p:a>",
                "<p:a xmlns:p=\"urn:p\"><b xmlns=\"urn:d\" xmlns:q=\"urn:q\" q:c=\"\"></b></p:a>",
            ),
            (
                "<a xmlns='urn:d'><b xmlns=''><c xmlns='urn:d'/></b></a>",
                "<a xmlns=\"urn:d\"><b xmlns=\"\"><c xmlns=\"urn:d\"></c></b></a>",
            ),
            (
                "<a xmlns:z='urn:1' xmlns:y='urn:2' z:k='' y:k='' k='' xml:lang='de'/>",
                "<a xmlns:y=\"urn:2\" xmlns:z=\"urn:1\" k=\"\" xml:lang=\"de\" z:k=\"\" y:k=\"\"></a>",
            ),
        ];
        for (xml, expected) in cases {
            with_root(xml, |root| assert_eq!(ours(root, None), expected, "{xml}"));
        }
    }

    #[test]
    fn canonical_form_of_a_part_takes_what_is_declared_around_it() {
        let xml = "<p:a xmlns:p='urn:p' xmlns='urn:d' xml:lang='de'>x<p:b> <c/><d>y</d> </p:b>z</p:a>";
        with_root(xml, |root| {
            let b = root.elements().next().unwrap();
            let d = b.elements().last().unwrap();
            assert_eq!(ours(b, Some(d)), "<p:b xmlns:p=\"urn:p\"> <c xmlns=\"urn:d\"></c> </p:b>");
            assert_eq!(ours(d, None), "<d xmlns=\"urn:d\">y</d>");
        });
    }

    #[test]
    fn canonical_form_much_longer_than_its_document_refused() {
        let long = "x".repeat(10_000);
        let xml = format!("<a xmlns:p='urn:{long}'>{}</a>", "<p:b/>".repeat(100));
        // The scan would not let it pass.
        let tree = crate::dauth::xml::Tree::of(uppsala::parse(&xml).unwrap());
        let mut written = 0;
        let result = canonicalize(tree.root().unwrap(), None, &mut |piece| written += piece.len());
        assert_eq!(result, Err(CanonicalTooLong));
        assert!(written < 5 * xml.len());
        let quotes = format!("<a>{}</a>", "&gt;>".repeat(20_000));
        with_root(&quotes, |root| assert!(canonicalize(root, None, &mut |_| ()).is_ok()));
    }

    const PREFIXES: [&str; 4] = ["", "p:", "q:", "r:"];

    /// An element; `u` in a text is its place for a text, so that all of XML's spellings occur.
    fn element() -> impl Strategy<Value = String> {
        let declaration = (0..4_usize, 0..3_usize).prop_map(|(prefix, uri)| match prefix {
            0 => format!(" xmlns='{}'", ["", "urn:1", "urn:2"][uri]),
            _ => format!(" xmlns:{}='{}'", ["", "p", "q", "r"][prefix], ["urn:0", "urn:1", "urn:2"][uri]),
        });
        let attribute = (0..4_usize, "[abk]", "(x|&#9;|&#13;|&amp;|\"| |\t|\r\n|>|\u{e4}){0,4}")
            .prop_map(|(prefix, name, value)| format!(" {}{name}='{value}'", PREFIXES[prefix]));
        let start = (
            0..4_usize,
            "[abc]",
            prop::collection::vec(declaration, 0..4),
            prop::collection::vec(attribute, 0..4),
        );
        let text = "(x|&lt;|&#13;|&#x20ac;|>|\"|'|\r\n|\r|\t|<!-- y -->|<!\\[CDATA\\[<&\\]\\]>|<\\?t d\\?>|\u{20ac}){0,4}";
        let leaf = (start.clone(), text).prop_map(|(start, text)| written(start, &text));
        leaf.prop_recursive(5, 40, 5, move |inner| {
            (start.clone(), prop::collection::vec((inner, text), 0..5)).prop_map(|(start, children)| {
                let inside: String = children.into_iter().flat_map(|(child, text)| [child, text]).collect();
                written(start, &inside)
            })
        })
    }

    fn written(start: (usize, String, Vec<String>, Vec<String>), inside: &str) -> String {
        let (prefix, name, mut declarations, mut attributes) = start;
        for list in [&mut declarations, &mut attributes] {
            list.sort();
            list.dedup_by_key(|item| item.split('=').next().unwrap().to_owned());
        }
        let name = format!("{}{name}", PREFIXES[prefix]);
        format!("<{name}{}{}>{inside}</{name}>", declarations.concat(), attributes.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn canonical_form_is_that_of_the_crate(
            inside in element(),
            apex in any::<prop::sample::Index>(),
            without in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let xml = format!("<r:r xmlns:p='urn:0' xmlns:q='urn:1' xmlns:r='urn:2'>{inside}</r:r>");
            // Two prefixes of one namespace can make an attribute occur twice.
            let Ok(document) = uppsala::parse(&xml) else { return Ok(()) };
            let tree = crate::dauth::xml::Tree::of(document);
            let all: Vec<_> = tree.root().unwrap().subtree().collect();
            let apex = all[apex.index(all.len())];
            let inner: Vec<_> = apex.subtree().skip(1).collect();
            let without = without.filter(|_| !inner.is_empty()).map(|without| inner[without.index(inner.len())]);
            prop_assert_eq!(ours(apex, without), theirs(apex, without), "{}", xml);
        }
    }
}
