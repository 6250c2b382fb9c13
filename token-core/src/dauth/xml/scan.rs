//! The linear scan before any tree is built: bounds, and what no message needs.
//!
//! Follows XML 1.0 (fifth edition) sections 2.8, 2.11, 3.1, 3.3.3 and 4.3.3, and Namespaces in XML 1.0 section 2.3. It finds where
//! markup begins and ends, and refuses by that alone; whether the rest is well-formed the parser decides.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use memchr::{memchr, memchr3, memmem};

use super::{Tree, XmlError, XmlErrorKind};
use crate::budget::Budget;

/// Bytes of a namespace's name. 256: the longest in these messages has 84.
const MAX_NAMESPACE: usize = 256;

/// A text that the scan let pass.
///
/// It is the input, but for two things. Literal tabs and line ends in attribute values are spaces, as XML 1.0 section
/// 3.3.3 wants and the parser does not; a value that becomes shorter, since CR LF is one line end, is followed by as many
/// spaces more, so that every byte outside of such a value keeps its place. And a message beyond `max_xml` or
/// `max_xml_pieces` ends with the start tag of its SOAP body, see [`Tree::body_omitted`].
pub struct Text<'t> {
    text: Cow<'t, str>,
    body_omitted: bool,
}

impl<'t> Text<'t> {
    /// Scans the bytes of a document, once, without building anything.
    ///
    /// One byte order mark of UTF-8 is allowed at the start; an XML declaration may only say version 1.0 and UTF-8.
    ///
    /// # Errors
    /// The first [`XmlErrorKind`], with its place.
    pub fn scan(bytes: &'t [u8], budget: &Budget) -> Result<Self, XmlError> {
        if bytes.len() > budget.max_message {
            return Err(XmlErrorKind::TooLong { max: budget.max_message }.at(budget.max_message));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|error| XmlErrorKind::NotUtf8.at(error.valid_up_to()))?;
        let mut scanner = Scanner::new(text, budget);
        scanner.run()?;
        scanner.finish()
    }

    /// Builds the tree of the document.
    ///
    /// # Errors
    /// [`XmlErrorKind::NotWellFormed`], with its place.
    pub fn parse(&self, budget: &Budget) -> Result<Tree<'_>, XmlError> {
        Tree::parse(self, budget)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) const fn body_omitted(&self) -> bool {
        self.body_omitted
    }
}

/// Shows no content.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text of {} bytes", self.text.len())
    }
}

/// Where the body of an envelope begins.
#[derive(Clone, Copy)]
struct Body<'t> {
    name: &'t [u8],
    /// Behind its start tag.
    end: usize,
    is_empty: bool,
    /// Pieces up to there.
    pieces: usize,
}

/// The name of an attribute, and the place of its value.
type Attribute<'t> = (&'t [u8], Range<usize>);

struct Scanner<'t, 'b> {
    text: &'t str,
    budget: &'b Budget,
    at: usize,
    depth: usize,
    pieces: usize,
    root: &'t [u8],
    body: Option<Body<'t>>,
    /// Where an element stands beside the body and behind it.
    behind_body: Option<usize>,
    /// The attribute values with literal white space other than spaces.
    spaced: Vec<Range<usize>>,
}

impl<'t, 'b> Scanner<'t, 'b> {
    fn new(text: &'t str, budget: &'b Budget) -> Self {
        Self {
            text,
            budget,
            at: 0,
            depth: 0,
            pieces: 0,
            root: b"",
            body: None,
            behind_body: None,
            spaced: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<(), XmlError> {
        if self.rest().starts_with("\u{feff}".as_bytes()) {
            self.skip(3);
        }
        if matches!(self.rest(), [b'<', b'?', b'x', b'm', b'l', b' ' | b'\t' | b'\r' | b'\n', ..]) {
            self.declaration()?;
        }
        while let Some(before) = memchr(b'<', self.rest()) {
            self.skip(before);
            match self.rest() {
                [_, b'/', ..] => self.end_tag()?,
                [_, b'!', b'-', b'-', ..] => self.section(4, b"-->")?,
                [_, b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => self.section(9, b"]]>")?,
                [_, b'!', ..] => return Err(self.error(XmlErrorKind::Doctype)),
                [_, b'?', ..] => return Err(self.error(XmlErrorKind::ProcessingInstruction)),
                _ => self.start_tag()?,
            }
        }
        self.at = self.text.len();
        if self.depth == 0 { Ok(()) } else { Err(self.error(XmlErrorKind::NotWellFormed)) }
    }

    /// Takes the whole text, or what stands before the contents of its body.
    fn finish(self) -> Result<Text<'t>, XmlError> {
        let (max, max_pieces) = (self.budget.max_xml, self.budget.max_xml_pieces);
        if self.text.len() <= max && self.pieces <= max_pieces {
            return Ok(Text { text: self.spaced_text(self.text), body_omitted: false });
        }
        let Some(body) = self.body.filter(|body| body.end <= max && body.pieces <= max_pieces) else {
            return Err(match self.text.len() {
                length if length > max => XmlErrorKind::TooLong { max }.at(max),
                length => XmlErrorKind::TooManyPieces { max: max_pieces }.at(length),
            });
        };
        if let Some(at) = self.behind_body {
            return Err(XmlErrorKind::BehindBody.at(at));
        }
        let mut text = self.spaced_text(self.text.get(..body.end).unwrap_or_default()).into_owned();
        for name in [(!body.is_empty).then_some(body.name), Some(self.root)].into_iter().flatten() {
            text.push_str("</");
            text.push_str(&String::from_utf8_lossy(name));
            text.push('>');
        }
        Ok(Text { text: Cow::Owned(text), body_omitted: true })
    }

    /// Makes spaces of literal white space in attribute values.
    fn spaced_text(&self, text: &'t str) -> Cow<'t, str> {
        if self.spaced.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut spaced = String::with_capacity(text.len());
        let mut done = 0;
        for value in self.spaced.iter().filter(|value| value.end < text.len()) {
            spaced.push_str(text.get(done..value.start).unwrap_or_default());
            let mut shorter: usize = 0;
            let mut after_return = false;
            for character in text.get(value.clone()).unwrap_or_default().chars() {
                match character {
                    '\n' if after_return => shorter = shorter.saturating_add(1),
                    '\t' | '\n' | '\r' => spaced.push(' '),
                    _ => spaced.push(character),
                }
                after_return = character == '\r';
            }
            // The quote that ends the value; spaces behind it mean nothing.
            done = value.end.saturating_add(1);
            spaced.push_str(text.get(value.end..done).unwrap_or_default());
            spaced.extend(std::iter::repeat_n(' ', shorter));
        }
        spaced.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(spaced)
    }

    /// Steps over the XML declaration: it can only say what is so anyway.
    fn declaration(&mut self) -> Result<(), XmlError> {
        let at = self.at;
        self.skip(5);
        while let Some((name, value)) = self.attribute()? {
            let value = self.slice(value);
            let is_taken = match name {
                b"version" => value == b"1.0",
                b"encoding" => value.eq_ignore_ascii_case(b"utf-8"),
                _ => true,
            };
            if !is_taken {
                return Err(XmlErrorKind::Encoding.at(at));
            }
        }
        self.expect(b"?>")
    }

    /// Steps over a comment or a CDATA section.
    fn section(&mut self, opening: usize, end: &[u8]) -> Result<(), XmlError> {
        self.piece()?;
        let inside = self.rest().get(opening..).unwrap_or_default();
        let Some(length) = memmem::find(inside, end) else {
            return Err(self.error(XmlErrorKind::NotWellFormed));
        };
        self.skip(opening.saturating_add(length).saturating_add(end.len()));
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), XmlError> {
        self.depth = self.depth.checked_sub(1).ok_or_else(|| self.error(XmlErrorKind::NotWellFormed))?;
        let length = memchr(b'>', self.rest()).ok_or_else(|| self.error(XmlErrorKind::NotWellFormed))?;
        self.skip(length.saturating_add(1));
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), XmlError> {
        let at = self.at;
        self.piece()?;
        if self.depth >= self.budget.max_xml_depth {
            return Err(self.error(XmlErrorKind::TooDeep { max: self.budget.max_xml_depth }));
        }
        self.skip(1);
        let name = self.name()?;
        let mut is_body = self.depth == 1 && is_body_of(self.root, name);
        let (mut attributes, mut namespaces) = (0_usize, 0_usize);
        while let Some((attribute, value)) = self.attribute()? {
            self.piece()?;
            let declared = match attribute {
                b"xmlns" => Some(&b""[..]),
                _ => attribute.strip_prefix(b"xmlns:"),
            };
            let Some(prefix) = declared else {
                attributes = attributes.saturating_add(1);
                if attributes > self.budget.max_xml_attributes {
                    let max = self.budget.max_xml_attributes;
                    return Err(XmlErrorKind::TooManyAttributes { max }.at(at));
                }
                continue;
            };
            namespaces = namespaces.saturating_add(1);
            if namespaces > self.budget.max_xml_namespaces {
                return Err(XmlErrorKind::TooManyNamespaces { max: self.budget.max_xml_namespaces }.at(at));
            }
            // A reference would have the parser copy the name for every element in its scope, and a long name would be
            // written as often by whoever says or canonicalizes what they are.
            let uri = self.slice(value);
            let is_undeclared = uri.is_empty() && !prefix.is_empty();
            if is_undeclared || uri.len() > MAX_NAMESPACE || memchr(b'&', uri).is_some() {
                return Err(XmlErrorKind::Namespace.at(at));
            }
            is_body &= prefix != split(name).0;
        }
        let is_empty = self.rest().first() == Some(&b'/');
        self.expect(if is_empty { b"/>" } else { b">" })?;
        match self.depth {
            0 => self.root = name,
            1 if self.body.is_some() => self.behind_body = self.behind_body.or(Some(at)),
            _ if is_body => self.body = Some(Body { name, end: self.at, is_empty, pieces: self.pieces }),
            _ => {}
        }
        if !is_empty {
            self.depth = self.depth.saturating_add(1);
        }
        Ok(())
    }

    /// Steps over white space and an attribute, and returns its name and the place of its value; nothing at the end of
    /// the tag.
    fn attribute(&mut self) -> Result<Option<Attribute<'t>>, XmlError> {
        let is_apart = self.white_space();
        if matches!(self.rest().first(), None | Some(b'>' | b'/' | b'?')) {
            return Ok(None);
        }
        if !is_apart {
            return Err(self.error(XmlErrorKind::NotWellFormed));
        }
        let name = self.name()?;
        self.white_space();
        self.expect(b"=")?;
        self.white_space();
        let quote = match self.rest().first() {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(self.error(XmlErrorKind::NotWellFormed)),
        };
        self.skip(1);
        let length = memchr(quote, self.rest()).ok_or_else(|| self.error(XmlErrorKind::NotWellFormed))?;
        let value = self.at..self.at.saturating_add(length);
        // Beyond the bound nothing is parsed, so that nothing needs to be mended.
        if memchr3(b'\t', b'\n', b'\r', self.slice(value.clone())).is_some()
            && self.pieces <= self.budget.max_xml_pieces
        {
            self.spaced.push(value.clone());
        }
        self.skip(length.saturating_add(1));
        Ok(Some((name, value)))
    }

    /// Steps over a name, of whose colons there is at most one, and that inside.
    fn name(&mut self) -> Result<&'t [u8], XmlError> {
        let rest = self.rest();
        let is_end = |byte: &u8| NAME_END.get(usize::from(*byte)).copied().unwrap_or(true);
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let (prefix, local) = split(name);
        let is_plain = !local.is_empty() && memchr(b':', local).is_none();
        if !is_plain || (prefix.is_empty() && name.starts_with(b":")) {
            return Err(self.error(XmlErrorKind::NotWellFormed));
        }
        self.skip(length);
        Ok(name)
    }

    fn white_space(&mut self) -> bool {
        let length =
            self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.skip(length);
        length > 0
    }

    fn expect(&mut self, bytes: &[u8]) -> Result<(), XmlError> {
        if !self.rest().starts_with(bytes) {
            return Err(self.error(XmlErrorKind::NotWellFormed));
        }
        self.skip(bytes.len());
        Ok(())
    }

    /// Counts a piece; without a body to omit, too many are the end.
    fn piece(&mut self) -> Result<(), XmlError> {
        self.pieces = self.pieces.saturating_add(1);
        if self.pieces > self.budget.max_xml_pieces && self.body.is_none() {
            return Err(self.error(XmlErrorKind::TooManyPieces { max: self.budget.max_xml_pieces }));
        }
        Ok(())
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn slice(&self, range: Range<usize>) -> &'t [u8] {
        self.text.as_bytes().get(range).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    const fn error(&self, kind: XmlErrorKind) -> XmlError {
        kind.at(self.at)
    }
}

/// Which bytes end a name: white space and what markup is made of.
#[allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "computed when the crate is built, of nothing but what stands here"
)]
const NAME_END: [bool; 256] = {
    let mut ends = [false; 256];
    let marks = b" \t\r\n=/><?\"'";
    let mut at = 0;
    while at < marks.len() {
        ends[marks[at] as usize] = true;
        at += 1;
    }
    ends
};

/// Splits a name into prefix and local name.
fn split(name: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b':', name) {
        Some(colon) => {
            (name.get(..colon).unwrap_or_default(), name.get(colon.saturating_add(1)..).unwrap_or_default())
        }
        None => (b"", name),
    }
}

/// Whether a child of the root is the body of an envelope, as far as spelling tells: whoever reads the tree still
/// compares namespaces.
fn is_body_of(root: &[u8], name: &[u8]) -> bool {
    let ((root_prefix, root), (prefix, local)) = (split(root), split(name));
    root == b"Envelope" && local == b"Body" && prefix == root_prefix
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALL: Budget = Budget { max_xml: 200, ..Budget::DEFAULT };

    fn scan(text: &str) -> Result<String, XmlErrorKind> {
        within(text, &Budget::DEFAULT).map(|(text, _)| text)
    }

    fn within(text: &str, budget: &Budget) -> Result<(String, bool), XmlErrorKind> {
        let text = Text::scan(text.as_bytes(), budget).map_err(|error| error.kind)?;
        Ok((text.as_str().to_owned(), text.body_omitted()))
    }

    fn nested(depth: usize) -> String {
        "<a>".repeat(depth) + &"</a>".repeat(depth)
    }

    fn with_attributes(count: usize) -> String {
        format!("<a{}/>", (0..count).map(|n| format!(" a{n}=''")).collect::<String>())
    }

    fn with_namespaces(count: usize) -> String {
        format!("<a{}/>", (0..count).map(|n| format!(" xmlns:a{n}='urn:a'")).collect::<String>())
    }

    #[test]
    fn text_without_literal_white_space_borrowed() {
        for text in [
            "<a/>",
            "<?xml version='1.0' encoding=\"UTF-8\" standalone='yes' ?>\n<a b='c > d' e='\"'>f\n</a >\n<!-- < -->",
            "\u{feff}<a><![CDATA[ <b> & ]]><!-- - <?x?> --></a>",
            "<p:a xmlns:p='urn:a' p:b=\"\" xmlns=''\n>]]&gt;</p:a>",
        ] {
            let scanned = Text::scan(text.as_bytes(), &Budget::DEFAULT).unwrap();
            assert!(matches!(scanned.text, Cow::Borrowed(same) if same == text), "{text}");
            assert!(scanned.parse(&Budget::DEFAULT).is_ok(), "{text}");
        }
    }

    #[test]
    fn white_space_in_attribute_values_becomes_spaces_in_place() {
        assert_eq!(scan("<a b='1\t2\n3\r4' c=\"\n\">\n\t</a>").unwrap(), "<a b='1 2 3 4' c=\" \">\n\t</a>");
        assert_eq!(scan("<a b='1\r\n2\r\r\n' c='&#10;'/>").unwrap(), "<a b='1 2  '   c='&#10;'/>");
        assert_eq!(scan("<a b='\r\n'/>").unwrap(), "<a b=' ' />");
        assert_eq!(scan("<a xmlns='\r\n'>\u{e4}</a>").unwrap(), "<a xmlns=' ' >\u{e4}</a>");
    }

    #[test]
    fn declarations_of_other_encodings_or_versions_refused() {
        let with = |inside: &str| scan(&format!("<?xml {inside}?><a/>"));
        assert!(with("version='1.0' encoding='utf-8'").is_ok());
        for inside in ["version='1.1'", "version='1.0' encoding='utf-16'", "version='1.0' encoding='latin1'"]
        {
            assert_eq!(with(inside), Err(XmlErrorKind::Encoding), "{inside}");
        }
        assert_eq!(Text::scan(b"<a>\xe4</a>", &Budget::DEFAULT).unwrap_err(), XmlErrorKind::NotUtf8.at(3));
        assert_eq!(
            Text::scan(b"\xff\xfe<\0a\0/\0>\0", &Budget::DEFAULT).unwrap_err().kind,
            XmlErrorKind::NotUtf8
        );
    }

    #[test]
    fn doctypes_and_instructions_refused_wherever_they_stand() {
        let laughs = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><a>&c;</a>";
        assert_eq!(scan(laughs), Err(XmlErrorKind::Doctype));
        assert_eq!(scan("<a><!ENTITY b 'c'></a>"), Err(XmlErrorKind::Doctype));
        for text in ["<?x?><a/>", "<a><?x y?></a>", "<a/><?x?>", " <?xml version='1.0'?><a/>", "<?xml?><a/>"]
        {
            assert_eq!(scan(text), Err(XmlErrorKind::ProcessingInstruction), "{text}");
        }
    }

    #[test]
    fn bounds_exact() {
        assert!(scan(&nested(48)).is_ok());
        assert_eq!(scan(&nested(49)), Err(XmlErrorKind::TooDeep { max: 48 }));
        assert_eq!(scan(&"<a>".repeat(1_000_000)), Err(XmlErrorKind::TooDeep { max: 48 }));
        assert!(scan(&with_attributes(64)).is_ok());
        assert_eq!(scan(&with_attributes(65)), Err(XmlErrorKind::TooManyAttributes { max: 64 }));
        assert_eq!(scan(&with_attributes(60_000)), Err(XmlErrorKind::TooManyAttributes { max: 64 }));
        assert!(scan(&with_namespaces(32)).is_ok());
        assert_eq!(scan(&with_namespaces(33)), Err(XmlErrorKind::TooManyNamespaces { max: 32 }));
        assert!(scan(&format!("<a>{}</a>", "<b/>".repeat(2047))).is_ok());
        assert_eq!(
            scan(&format!("<a>{}</a>", "<b/>".repeat(2048))),
            Err(XmlErrorKind::TooManyPieces { max: 2048 })
        );
        for piece in ["<!---->", "<![CDATA[]]>"] {
            let text = format!("<a>{}</a>", piece.repeat(2048));
            assert_eq!(scan(&text), Err(XmlErrorKind::TooManyPieces { max: 2048 }), "{piece}");
        }
    }

    #[test]
    fn namespace_declarations_that_cost_or_confuse_refused() {
        for text in ["<a xmlns:p=''/>", "<a xmlns:p='urn:&amp;'/>", "<a xmlns='urn:&#97;'/>"] {
            assert_eq!(scan(text), Err(XmlErrorKind::Namespace), "{text}");
        }
        assert!(scan("<a xmlns=''/>").is_ok());
        let named = |length: usize| scan(&format!("<a xmlns='{}'/>", "x".repeat(length)));
        assert!(named(256).is_ok());
        assert_eq!(named(257), Err(XmlErrorKind::Namespace));
    }

    #[test]
    fn markup_that_is_not_well_formed_refused() {
        for text in [
            "<a",
            "<a>",
            "<a></a",
            "</a>",
            "<a/></a>",
            "<a b/>",
            "<a b=c/>",
            "<a b='/>",
            "<a b='c'd='e'/>",
            "<a / >",
            "<>",
            "< a/>",
            "<:a/>",
            "<a:/>",
            "<a:b:c/>",
            "<a :b=''/>",
            "<a><!-- </a>",
            "<a><![CDATA[</a>",
            "<",
        ] {
            assert_eq!(scan(text), Err(XmlErrorKind::NotWellFormed), "{text}");
        }
    }

    /// An envelope with a header of some bytes and a body of some bytes.
    fn envelope(header: usize, body: usize) -> String {
        format!(
            "<s:Envelope xmlns:s='urn:s'><s:Header>{}</s:Header><s:Body a='b\tc'>{}</s:Body>\n</s:Envelope>\n",
            "h".repeat(header),
            "<b/>".repeat(body / 4)
        )
    }

    #[test]
    fn body_of_a_long_message_omitted() {
        let (text, omitted) = within(&envelope(20, 400), &SMALL).unwrap();
        let header = "h".repeat(20);
        let expected = format!(
            "<s:Envelope xmlns:s='urn:s'><s:Header>{header}</s:Header><s:Body a='b c'></s:Body></s:Envelope>"
        );
        assert_eq!((text.as_str(), omitted), (expected.as_str(), true));
        assert!(!within(&envelope(20, 40), &SMALL).unwrap().1);
        assert!(within(&envelope(20, 3_000_000), &Budget::DEFAULT).unwrap().1);
        let few = Budget { max_xml_pieces: 5, ..Budget::DEFAULT };
        assert!(within(&envelope(20, 40), &few).unwrap().1);
    }

    #[test]
    fn body_that_is_empty_or_has_another_prefix_omitted_likewise() {
        let spaces = " ".repeat(300);
        let empty = format!("<Envelope><Header/><Body/>{spaces}</Envelope>");
        assert_eq!(within(&empty, &SMALL), Ok(("<Envelope><Header/><Body/></Envelope>".to_owned(), true)));
        for other in ["x:Body", "body", "Body xmlns='urn:x'", "Fault"] {
            let text = format!("<Envelope><Header/><{other}>{spaces}</Body></Envelope>");
            assert_eq!(within(&text, &SMALL), Err(XmlErrorKind::TooLong { max: 200 }), "{other}");
        }
        let inside = format!("<Envelope><Header><Body>{spaces}</Body></Header></Envelope>");
        assert_eq!(within(&inside, &SMALL), Err(XmlErrorKind::TooLong { max: 200 }));
    }

    #[test]
    fn long_message_refused_where_its_body_begins_too_late_or_does_not_end_it() {
        assert_eq!(within(&envelope(200, 0), &SMALL), Err(XmlErrorKind::TooLong { max: 200 }));
        let behind = envelope(20, 400).replace("</s:Body>", "</s:Body><s:Header/>");
        assert_eq!(within(&behind, &SMALL), Err(XmlErrorKind::BehindBody));
        let doctype = envelope(20, 400).replace("</s:Body>", "<!DOCTYPE a></s:Body>");
        assert_eq!(within(&doctype, &SMALL), Err(XmlErrorKind::Doctype));
        let deep = envelope(20, 400).replace("</s:Body>", &(nested(60) + "</s:Body>"));
        assert_eq!(within(&deep, &SMALL), Err(XmlErrorKind::TooDeep { max: 48 }));
        assert_eq!(
            within(&envelope(20, 20_000_000), &Budget::DEFAULT),
            Err(XmlErrorKind::TooLong { max: 4 * 1024 * 1024 })
        );
    }

    #[test]
    fn size_bound_exact() {
        let fill = |length: usize| format!("<a>{}</a>", "x".repeat(length - 7));
        assert!(within(&fill(200), &SMALL).is_ok());
        assert_eq!(within(&fill(201), &SMALL), Err(XmlErrorKind::TooLong { max: 200 }));
    }

    proptest! {
        #[test]
        fn scan_never_panics_and_keeps_places(
            parts in prop::collection::vec(prop::sample::select(vec![
                "<a", "<p:a", ">", "/>", "</a>", " b=", "'", "\"", "\t", "\r\n", "\r", " xmlns:p='u'", "<!--", "-->",
                "<![CDATA[", "]]>", "x", "\u{e4}", "<?xml version='1.0'", "?>", "<a b='\r\n'>", "&amp;",
            ]), 0..40),
        ) {
            let text = parts.concat();
            if let Ok(scanned) = Text::scan(text.as_bytes(), &Budget::DEFAULT) {
                prop_assert_eq!(scanned.as_str().len(), text.len());
                let _ = scanned.parse(&Budget::DEFAULT);
            }
        }
    }
}
