//! XML as this crate reads it: scanned for what no message needs, then parsed, then canonicalized.
//!
//! Follows XML 1.0 (fifth edition), Namespaces in XML 1.0 and Exclusive XML Canonicalization 1.0. The parser and the
//! canonicalization are crates; the scan before them keeps away what they take and should not, or take slowly.

mod canonical;
mod scan;
mod tree;

use std::fmt;

pub(super) use canonical::{CanonicalTooLong, canonicalize};
pub use scan::Text;
pub use tree::Tree;
pub(super) use tree::{Name, Node, TextDefect, parse_in_vain};

/// Why a text is not taken as XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// At which byte of the input, from 0.
    pub at: usize,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// It is longer than the budget allows.
    TooLong {
        /// Bytes that it may have.
        max: usize,
    },
    /// It is not UTF-8.
    NotUtf8,
    /// It says that it is in another encoding than UTF-8, or of another version than XML 1.0.
    Encoding,
    /// It is not well-formed XML.
    NotWellFormed,
    /// It has a document type declaration.
    Doctype,
    /// It has a processing instruction.
    ProcessingInstruction,
    /// Its elements are nested deeper than the budget allows.
    TooDeep {
        /// Levels that it may have.
        max: usize,
    },
    /// An element has more attributes than the budget allows.
    TooManyAttributes {
        /// Attributes that an element may have.
        max: usize,
    },
    /// An element declares more namespaces than the budget allows.
    TooManyNamespaces {
        /// Namespaces that an element may declare.
        max: usize,
    },
    /// It has more elements, attributes, comments and CDATA sections than the budget allows, and no SOAP body that could
    /// be left out.
    TooManyPieces {
        /// How many it may have, all together.
        max: usize,
    },
    /// A prefix is declared for no namespace, or a namespace has a name of more than 256 bytes, or one with a reference.
    Namespace,
    /// An element stands behind the body of a message that is too long to be parsed as a whole.
    BehindBody,
}

impl XmlErrorKind {
    const fn at(self, at: usize) -> XmlError {
        XmlError { kind: self, at }
    }
}

impl fmt::Display for XmlErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { max } => write!(f, "more than {max} bytes"),
            Self::NotUtf8 => f.write_str("bytes that are not UTF-8"),
            Self::Encoding => {
                f.write_str("a declaration of another encoding or version than UTF-8 and XML 1.0")
            }
            Self::NotWellFormed => f.write_str("XML that is not well-formed"),
            Self::Doctype => f.write_str("a document type declaration"),
            Self::ProcessingInstruction => f.write_str("a processing instruction"),
            Self::TooDeep { max } => write!(f, "more than {max} nested elements"),
            Self::TooManyAttributes { max } => write!(f, "more than {max} attributes of one element"),
            Self::TooManyNamespaces { max } => {
                write!(f, "more than {max} namespace declarations of one element")
            }
            Self::TooManyPieces { max } => {
                write!(f, "more than {max} elements, attributes, comments and CDATA sections")
            }
            Self::Namespace => {
                f.write_str("a namespace declaration that is empty, too long, or has a reference in it")
            }
            Self::BehindBody => f.write_str("an element behind the SOAP body"),
        }
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.kind)
    }
}

impl std::error::Error for XmlError {}

/// The byte at which the parser found an error, of the line and column that it tells.
fn place(error: &uppsala::XmlError, text: &str) -> usize {
    let (line, column) = match error {
        uppsala::XmlError::WellFormedness(error) => (error.line, error.column),
        uppsala::XmlError::Namespace(error) => (error.line, error.column),
        uppsala::XmlError::Parse(error) => (error.line, error.column),
        _ => return text.len(),
    };
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before.saturating_add(column.saturating_sub(1)).min(text.len())
}
