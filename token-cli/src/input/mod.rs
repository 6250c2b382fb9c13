//! Where tokens come from: files, stdin, arguments; and in which wrapping.
//!
//! An input is read whole and within a bound, then cut into items with their line and byte, so that one broken item never
//! takes the others with it.

mod http;
mod json;
mod line;
mod readable;
mod response;
mod scan;
mod soap;
mod source;

use token_core::jose::AuthorizationError;

pub(crate) use readable::Readable;
pub(crate) use response::{Response, responses};
pub(crate) use soap::Soap;
pub(crate) use source::{Source, read_bytes, sources};

/// What one input holds.
pub(crate) struct Input {
    /// How reports name it: the path, `-` for stdin, `argument` for a token on the command line. Safe to print.
    pub(crate) name: String,
    pub(crate) items: Vec<Item>,
}

/// One token, or something else that can be looked at.
pub(crate) struct Item {
    /// The line, from 1; none for an argument.
    pub(crate) line: Option<usize>,
    /// The byte of the input at which the content begins.
    pub(crate) offset: usize,
    pub(crate) content: Content,
    /// What was done to the content before it could be read.
    pub(crate) notes: Vec<&'static str>,
}

/// What an item is. Not printable on purpose: it is the token.
pub(crate) enum Content {
    /// A compact token, or what stands in the place of one.
    Token(Vec<u8>),
    /// Header and payload as documentation prints them.
    Readable(Readable),
    /// A metadata document, JWKS or certificate.
    KeyDocument(Vec<u8>),
    /// A response with a challenge or with diagnostics.
    Response(Response),
    /// XML: a message of federated delegation, a token that was cut out of one, or an answer about federation.
    Soap(Soap),
    /// Something that must not be read as a token.
    Refused(AuthorizationError),
}

/// Why an input has no items.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Nothing {
    pub(crate) expected: &'static str,
    pub(crate) found: String,
    pub(crate) at: usize,
}

impl std::fmt::Display for Nothing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected {}, found {} at byte {}", self.expected, self.found, self.at)
    }
}

/// Cuts an input into items.
pub(crate) fn cut(source: &Source, bytes: Vec<u8>) -> Result<Input, Nothing> {
    let mut items = scan::scan(bytes)?;
    if matches!(source, Source::Argument(_)) {
        for item in &mut items {
            item.line = None;
        }
    }
    Ok(Input { name: source.name(), items })
}
