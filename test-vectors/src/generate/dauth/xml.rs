//! Small trees of XML, written twice: as they are sent, in many styles, and in the canonical form that is digested.
//!
//! Follows Canonical XML 1.0 section 2.3 and Exclusive XML Canonicalization 1.0 section 3, for trees without xml: attributes.

/// A namespace, and the prefix that it usually has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ns {
    pub(crate) prefix: &'static str,
    pub(crate) uri: &'static str,
}

macro_rules! namespaces {
    ($($name:ident $prefix:literal $uri:literal;)*) => {
        $(pub(crate) const $name: Ns = Ns { prefix: $prefix, uri: $uri };)*
    };
}

namespaces! {
    NONE "" "";
    SAML "saml" "urn:oasis:names:tc:SAML:1.0:assertion";
    SAML2 "saml" "urn:oasis:names:tc:SAML:2.0:assertion";
    DS "" "http://www.w3.org/2000/09/xmldsig#";
    DS_PREFIXED "ds" "http://www.w3.org/2000/09/xmldsig#";
    EC "ec" "http://www.w3.org/2001/10/xml-exc-c14n#";
    XENC "xenc" "http://www.w3.org/2001/04/xmlenc#";
    XENC11 "xenc11" "http://www.w3.org/2009/xmlenc11#";
    WSSE "wsse" "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    O "o" "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    WSU "wsu" "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    WSA "wsa" "http://www.w3.org/2005/08/addressing";
    SOAP11 "soap" "http://schemas.xmlsoap.org/soap/envelope/";
    SOAP12 "soap" "http://www.w3.org/2003/05/soap-envelope";
    TRUST "trust" "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    TRUST2005 "t" "http://schemas.xmlsoap.org/ws/2005/02/trust";
    MESSAGES "m" "http://schemas.microsoft.com/exchange/services/2006/messages";
    AUTODISCOVER "" "http://schemas.microsoft.com/exchange/2010/Autodiscover";
    FOREIGN "x" "urn:example:foreign";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
    /// What is sent in one spelling and canonicalized in another: comments, CDATA, character references.
    As {
        sent: String,
        canonical: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    prefix: String,
    uri: String,
    local: String,
    attributes: Vec<Attribute>,
    declared: Vec<(String, String)>,
    children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Attribute {
    prefix: String,
    uri: String,
    local: String,
    value: String,
    /// How the value is sent, if not in its usual spelling.
    sent: Option<String>,
}

/// An element of a namespace, under its usual prefix.
pub(crate) fn el(ns: Ns, local: &str) -> Element {
    Element {
        prefix: ns.prefix.to_owned(),
        uri: ns.uri.to_owned(),
        local: local.to_owned(),
        attributes: Vec::new(),
        declared: Vec::new(),
        children: Vec::new(),
    }
}

impl Element {
    pub(crate) fn attr(self, local: &str, value: impl Into<String>) -> Self {
        self.attr_in(NONE, local, value)
    }

    /// Adds an attribute, or changes its value.
    pub(crate) fn attr_in(mut self, ns: Ns, local: &str, value: impl Into<String>) -> Self {
        self.set(ns, local, value);
        self
    }

    pub(crate) fn set(&mut self, ns: Ns, local: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|a| a.uri == ns.uri && a.local == local) {
            Some(attribute) => attribute.value = value,
            None => self.attributes.push(Attribute {
                prefix: ns.prefix.to_owned(),
                uri: ns.uri.to_owned(),
                local: local.to_owned(),
                value,
                sent: None,
            }),
        }
    }

    /// Sends the value of an attribute in another spelling than the usual.
    pub(crate) fn spell(&mut self, local: &str, sent: &str) {
        let attribute = self.attributes.iter_mut().find(|a| a.local == local).expect("the attribute");
        attribute.sent = Some(sent.to_owned());
    }

    pub(crate) fn without_attr(mut self, local: &str) -> Self {
        self.attributes.retain(|attribute| attribute.local != local);
        self
    }

    /// Sends the attributes in the opposite order.
    pub(crate) fn reverse_attributes(&mut self) {
        self.attributes.reverse();
    }

    pub(crate) fn child(mut self, child: Element) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    pub(crate) fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    pub(crate) fn node(mut self, sent: &str, canonical: &str) -> Self {
        self.push(sent, canonical);
        self
    }

    pub(crate) fn push(&mut self, sent: &str, canonical: &str) {
        self.children.push(Node::As { sent: sent.to_owned(), canonical: canonical.to_owned() });
    }

    pub(crate) fn comment(self, text: &str) -> Self {
        self.node(&format!("<!--{text}-->"), "")
    }

    /// Declares a namespace here, whether or not it is used here.
    pub(crate) fn declare(self, ns: Ns) -> Self {
        self.declare_as(ns.prefix, ns.uri)
    }

    pub(crate) fn declare_as(mut self, prefix: &str, uri: &str) -> Self {
        self.declared.push((prefix.to_owned(), uri.to_owned()));
        self
    }

    /// Uses another prefix for a namespace, here and below.
    pub(crate) fn with_prefix(mut self, uri: &str, prefix: &str) -> Self {
        self.each(&mut |element| {
            if element.uri == uri {
                prefix.clone_into(&mut element.prefix);
            }
            for attribute in element.attributes.iter_mut().filter(|attribute| attribute.uri == uri) {
                prefix.clone_into(&mut attribute.prefix);
            }
            for (declared, _) in element.declared.iter_mut().filter(|(_, known)| known == uri) {
                prefix.clone_into(declared);
            }
        });
        self
    }

    /// Moves everything in a namespace into another, here and below.
    pub(crate) fn with_namespace(mut self, from: &str, to: &str) -> Self {
        self.each(&mut |element| {
            if element.uri == from {
                to.clone_into(&mut element.uri);
            }
            for attribute in element.attributes.iter_mut().filter(|attribute| attribute.uri == from) {
                to.clone_into(&mut attribute.uri);
            }
            for (_, uri) in element.declared.iter_mut().filter(|(_, uri)| uri == from) {
                to.clone_into(uri);
            }
        });
        self
    }

    /// Calls a function for this element and all below it.
    pub(crate) fn each(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        for child in &mut self.children {
            if let Node::Element(element) = child {
                element.each(change);
            }
        }
    }

    /// The element at the end of a path of local names; of several siblings the first.
    pub(crate) fn at(&mut self, path: &[&str]) -> &mut Self {
        path.iter().fold(self, |element, local| element.nth(local, 0))
    }

    /// The child element of that local name with that number.
    pub(crate) fn nth(&mut self, local: &str, number: usize) -> &mut Self {
        self.elements_mut().filter(|child| child.local == local).nth(number).expect(local)
    }

    fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The child element with that value of an attribute.
    pub(crate) fn having(&mut self, attribute: &str, value: &str) -> &mut Self {
        let has = |element: &Self| element.value(attribute) == Some(value);
        self.elements_mut().find(|child| has(child)).expect(value)
    }

    pub(crate) fn value(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.local == attribute).map(|a| a.value.as_str())
    }

    /// Changes the element at the end of a path.
    pub(crate) fn edit(mut self, path: &[&str], change: impl FnOnce(&mut Self)) -> Self {
        change(self.at(path));
        self
    }

    /// Replaces the text of the element at the end of a path.
    pub(crate) fn put(self, path: &[&str], text: &str) -> Self {
        self.edit(path, |element| element.children = vec![Node::Text(text.to_owned())])
    }

    /// Removes every child of that local name.
    pub(crate) fn remove(&mut self, local: &str) {
        self.children.retain(|child| !matches!(child, Node::Element(element) if element.local == local));
    }

    pub(crate) fn clear(&mut self) {
        self.children.clear();
    }

    /// The text of an element that has nothing else.
    pub(crate) fn only_text(&self) -> String {
        match self.children.as_slice() {
            [Node::Text(text)] => text.clone(),
            _ => panic!("{} has one text", self.local),
        }
    }

    pub(crate) fn insert(&mut self, at: usize, child: Element) {
        self.children.insert(at, Node::Element(child));
    }

    pub(crate) fn append(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    /// The document as it is sent.
    pub(crate) fn sent(&self) -> String {
        self.sent_as(Style::PLAIN)
    }

    pub(crate) fn sent_as(&self, style: Style) -> String {
        let mut out = String::new();
        self.write(&mut out, style, &[(String::new(), String::new())]);
        out
    }

    fn write(&self, out: &mut String, style: Style, scope: &[(String, String)]) {
        let mut inner = scope.to_vec();
        let declarations = self.declarations(&mut inner);
        let quote = style.quote;
        let between = if style.lines { "\n  " } else { " " };
        out.push('<');
        out.push_str(&self.name());
        let declarations = declarations.iter().map(|(prefix, uri)| match prefix.as_str() {
            "" => format!("xmlns={quote}{uri}{quote}"),
            _ => format!("xmlns:{prefix}={quote}{uri}{quote}"),
        });
        let attributes = self.attributes.iter().map(|attribute| {
            let value = match &attribute.sent {
                Some(sent) => sent.clone(),
                None => escape_attribute(&attribute.value).replace('\'', "&apos;"),
            };
            format!("{}={quote}{value}{quote}", attribute.name())
        });
        let all: Vec<String> = if style.declarations_last {
            attributes.chain(declarations).collect()
        } else {
            declarations.chain(attributes).collect()
        };
        for attribute in all {
            out.push_str(between);
            out.push_str(&attribute);
        }
        if self.children.is_empty() && style.empty_tags {
            out.push_str(if style.lines { "\n/>" } else { "/>" });
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out, style, &inner),
                Node::Text(text) => out.push_str(&escape_text(text)),
                Node::As { sent, .. } => out.push_str(sent),
            }
        }
        out.push_str("</");
        out.push_str(&self.name());
        out.push_str(if style.lines { "\n>" } else { ">" });
    }

    /// What is declared here: what was asked for, and what is used here and not in scope. Changes the scope.
    fn declarations(&self, scope: &mut Vec<(String, String)>) -> Vec<(String, String)> {
        let used = std::iter::once((self.prefix.clone(), self.uri.clone()));
        let attributes = self.attributes.iter().filter(|a| !a.prefix.is_empty());
        let attributes = attributes.map(|a| (a.prefix.clone(), a.uri.clone()));
        let mut here: Vec<(String, String)> = self.declared.clone();
        for (prefix, uri) in used.chain(attributes) {
            let declared = here.iter().chain(scope.iter().rev()).find(|(known, _)| *known == prefix);
            if declared.is_none_or(|(_, known)| *known != uri) {
                here.push((prefix, uri));
            }
        }
        scope.extend(here.iter().cloned());
        here
    }

    fn name(&self) -> String {
        qualified(&self.prefix, &self.local)
    }

    /// The exclusive canonical form of this element as the apex of what is canonicalized.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        self.canonical_in(&Form::Exclusive, &[])
    }

    /// A canonical form; the scope is what the ancestors declare.
    pub(crate) fn canonical_in(&self, form: &Form, scope: &[(String, String)]) -> Vec<u8> {
        let mut out = String::new();
        self.write_canonical(&mut out, form, scope, &[(String::new(), String::new())]);
        out.into_bytes()
    }

    fn write_canonical(
        &self,
        out: &mut String,
        form: &Form,
        scope: &[(String, String)],
        rendered: &[(String, String)],
    ) {
        let mut inner = scope.to_vec();
        self.declarations(&mut inner);
        let used = |prefix: &str| {
            self.prefix == prefix
                || self.attributes.iter().any(|a| !a.prefix.is_empty() && a.prefix == prefix)
        };
        let mut prefixes: Vec<&String> = inner.iter().map(|(prefix, _)| prefix).collect();
        prefixes.sort();
        prefixes.dedup();
        let wanted = |prefix: &str| match form {
            Form::Exclusive => used(prefix),
            Form::ExclusiveBut(list) => used(prefix) || list.contains(&prefix),
            Form::Inclusive => true,
        };
        let mut rendered = rendered.to_vec();
        out.push('<');
        out.push_str(&self.name());
        let mut declarations = Vec::new();
        for prefix in prefixes.into_iter().filter(|prefix| wanted(prefix)) {
            let uri = last(&inner, prefix);
            if last(&rendered, prefix) != uri {
                declarations.push((prefix.clone(), uri.to_owned()));
            }
        }
        for (prefix, uri) in &declarations {
            match prefix.as_str() {
                "" => out.push_str(&format!(" xmlns=\"{uri}\"")),
                _ => out.push_str(&format!(" xmlns:{prefix}=\"{uri}\"")),
            }
        }
        rendered.extend(declarations);
        let mut attributes: Vec<_> = self.attributes.iter().collect();
        attributes.sort_by_key(|a| (&a.uri, &a.local));
        for attribute in attributes {
            out.push_str(&format!(" {}=\"{}\"", attribute.name(), escape_attribute(&attribute.value)));
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write_canonical(out, form, &inner, &rendered),
                Node::Text(text) => out.push_str(&escape_text(text)),
                Node::As { canonical, .. } => out.push_str(canonical),
            }
        }
        out.push_str(&format!("</{}>", self.name()));
    }
}

/// The value that a prefix has in a list of declarations; the empty one where it has none.
fn last<'s>(scope: &'s [(String, String)], prefix: &str) -> &'s str {
    scope.iter().rev().find(|(known, _)| known == prefix).map_or("", |(_, uri)| uri)
}

impl Attribute {
    fn name(&self) -> String {
        qualified(&self.prefix, &self.local)
    }
}

fn qualified(prefix: &str, local: &str) -> String {
    if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
}

fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#xD;")
}

fn escape_attribute(value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    value.replace('\t', "&#x9;").replace('\n', "&#xA;").replace('\r', "&#xD;")
}

/// How a tree is spelled where that makes no difference to its canonical form.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    quote: char,
    empty_tags: bool,
    lines: bool,
    declarations_last: bool,
}

impl Style {
    pub(crate) const PLAIN: Self =
        Self { quote: '"', empty_tags: true, lines: false, declarations_last: false };
    /// As different from the canonical form as can be.
    pub(crate) const ODD: Self = Self { quote: '\'', empty_tags: true, lines: true, declarations_last: true };
}

/// Which canonical form.
pub(crate) enum Form {
    Exclusive,
    /// Exclusive, but for these prefixes.
    ExclusiveBut(&'static [&'static str]),
    Inclusive,
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Ns = Ns { prefix: "a", uri: "urn:a" };
    const B: Ns = Ns { prefix: "b", uri: "urn:b" };

    #[test]
    fn canonical_unused_prefixes_left_out() {
        let inner =
            el(A, "i").declare(B).attr("z", "1").attr_in(B, "y", "\"<").attr("x", "").child(el(NONE, "e"));
        let expected =
            "<a:i xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" x=\"\" z=\"1\" b:y=\"&quot;&lt;\"><e></e></a:i>";
        assert_eq!(String::from_utf8(inner.canonical()).unwrap(), expected);
        let unused = el(A, "i").declare(B).child(el(B, "j")).child(el(A, "k"));
        let expected = "<a:i xmlns:a=\"urn:a\"><b:j xmlns:b=\"urn:b\"></b:j><a:k></a:k></a:i>";
        assert_eq!(String::from_utf8(unused.canonical()).unwrap(), expected);
        let inclusive = unused.canonical_in(&Form::Inclusive, &[("c".to_owned(), "urn:c".to_owned())]);
        let expected =
            "<a:i xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\"><b:j></b:j><a:k></a:k></a:i>";
        assert_eq!(String::from_utf8(inclusive).unwrap(), expected);
    }

    #[test]
    fn canonical_default_namespace_undone_where_none_is_used() {
        let outer = el(DS, "o").child(el(NONE, "n").child(el(DS, "p")));
        let expected = format!("<o xmlns=\"{0}\"><n xmlns=\"\"><p xmlns=\"{0}\"></p></n></o>", DS.uri);
        assert_eq!(String::from_utf8(outer.canonical()).unwrap(), expected);
    }

    #[test]
    fn sent_odd_style_differs_in_spelling_alone() {
        let tree = el(A, "i").attr("x", "1").child(el(A, "j"));
        assert_eq!(tree.sent(), "<a:i xmlns:a=\"urn:a\" x=\"1\"><a:j/></a:i>");
        assert_eq!(tree.sent_as(Style::ODD), "<a:i\n  x='1'\n  xmlns:a='urn:a'><a:j\n/></a:i\n>");
    }
}
