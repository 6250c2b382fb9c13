//! Writes a Bearer challenge the way Exchange or SharePoint would.
//! Follows RFC 9110 sections 5.6.4 and 11.6.1 and the character sets of RFC 6750 section 3.

use std::collections::BTreeSet;
use std::fmt;

use super::bearer::{BearerChallenge, canonical, is_known, split_types};
use super::issuers::{IssuersSpelling, TrustedIssuers};
use super::lex::is_tchar;
use super::text::Text;

/// Whose habits the written challenge follows. What it says is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// `client_id` first, a space after each comma.
    #[default]
    Exchange,
    /// `realm` first, no spaces: SharePoint's own client reads the 36 characters after `Bearer realm="`.
    SharePoint,
}

impl BearerChallenge {
    /// Writes the value of a `WWW-Authenticate` line, such that reading it gives this challenge again.
    ///
    /// # Errors
    /// A [`WriteError`] names the parameter that cannot be written: control characters and non-ASCII text never are,
    /// so no value can add a line or a header to a response.
    pub fn to_header_value(&self, shape: Shape) -> Result<String, WriteError> {
        if let Some(twice) = self.duplicates.first() {
            return Err(WriteError::new(twice.name.as_str(), WriteErrorKind::Duplicate));
        }
        let mut out = Writer {
            out: "Bearer".to_owned(),
            separator: if shape == Shape::Exchange { ", " } else { "," },
            names: BTreeSet::new(),
        };
        if shape == Shape::SharePoint {
            out.text("realm", self.realm.as_ref(), Charset::Quotable)?;
        }
        out.text("client_id", self.client_id.as_ref(), Charset::Quotable)?;
        if let Some(issuers) = &self.trusted_issuers {
            out.issuers(issuers)?;
        }
        if let Some(types) = &self.token_types {
            let joined = types.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
            if split_types(&joined) != *types {
                return Err(WriteError::new("token_types", WriteErrorKind::Ambiguous));
            }
            out.param("token_types", &joined, Charset::Quotable)?;
        }
        out.text("authorization_uri", self.authorization_uri.as_ref(), Charset::Quotable)?;
        out.text("issuer_kind", self.issuer_kind.as_ref(), Charset::Quotable)?;
        if shape == Shape::Exchange {
            out.text("realm", self.realm.as_ref(), Charset::Quotable)?;
        }
        out.text("scope", self.scope.as_ref(), Charset::Error)?;
        out.text("error", self.error.as_ref(), Charset::Error)?;
        out.text("error_description", self.error_description.as_ref(), Charset::Error)?;
        out.text("error_uri", self.error_uri.as_ref(), Charset::Uri)?;
        out.text("claims", self.claims.as_ref().map(super::claims::Claims::raw), Charset::Quotable)?;
        for unknown in &self.unknown {
            let name = unknown.name.as_str();
            if name.is_empty() || !name.bytes().all(is_tchar) {
                return Err(WriteError::new(name, WriteErrorKind::NotAName));
            }
            if is_known(&canonical(name)) {
                return Err(WriteError::new(name, WriteErrorKind::Duplicate));
            }
            out.param(name, unknown.value.as_str(), Charset::Quotable)?;
        }
        if out.names.is_empty() {
            return Err(WriteError::new("", WriteErrorKind::Empty));
        }
        Ok(out.out)
    }
}

struct Writer {
    out: String,
    separator: &'static str,
    names: BTreeSet<String>,
}

impl Writer {
    fn text(
        &mut self,
        name: &str,
        value: Option<&Text<'static>>,
        charset: Charset,
    ) -> Result<(), WriteError> {
        value.map_or(Ok(()), |value| self.param(name, value.as_str(), charset))
    }

    fn issuers(&mut self, issuers: &TrustedIssuers) -> Result<(), WriteError> {
        let name: &'static str = issuers.spelling.as_str();
        let mut value = String::new();
        for (index, entry) in issuers.entries.iter().enumerate() {
            if index > 0 {
                value.push(',');
            }
            entry.push_to(&mut value);
        }
        // A comma inside an entry, or a realm inside a name, would be read as something else.
        if TrustedIssuers::parse(&value, issuers.spelling) != *issuers {
            return Err(WriteError::new(IssuersSpelling::default().as_str(), WriteErrorKind::Ambiguous));
        }
        self.param(name, &value, Charset::Quotable)
    }

    fn param(&mut self, name: &str, value: &str, charset: Charset) -> Result<(), WriteError> {
        if let Some(bad) = value.chars().find(|c| !charset.has(*c)) {
            return Err(WriteError::new(name, WriteErrorKind::Character(bad)));
        }
        let first = self.names.is_empty();
        if !self.names.insert(canonical(name)) {
            return Err(WriteError::new(name, WriteErrorKind::Duplicate));
        }
        self.out.push_str(if first { " " } else { self.separator });
        self.out.push_str(name);
        self.out.push_str("=\"");
        for c in value.chars() {
            if matches!(c, '"' | '\\') {
                self.out.push('\\');
            }
            self.out.push(c);
        }
        self.out.push('"');
        Ok(())
    }
}

/// Which characters a value may have.
#[derive(Clone, Copy)]
enum Charset {
    /// Visible ASCII and the space; quotes and backslashes are escaped.
    Quotable,
    /// RFC 6750 section 3, `error` and `error_description`: no quotes and backslashes even when escaped.
    Error,
    /// RFC 6750 section 3, `error_uri`: as for errors, and no space.
    Uri,
}

impl Charset {
    const fn has(self, c: char) -> bool {
        match self {
            Self::Quotable => matches!(c, ' '..='~'),
            Self::Error => matches!(c, ' '..='~') && !matches!(c, '"' | '\\'),
            Self::Uri => matches!(c, '!'..='~') && !matches!(c, '"' | '\\'),
        }
    }
}

/// Says which parameter of a challenge cannot be written, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteError {
    /// The name of the parameter; empty where the challenge as a whole is meant.
    pub param: Text<'static>,
    /// What is wrong with it.
    pub kind: WriteErrorKind,
}

impl WriteError {
    fn new(param: &str, kind: WriteErrorKind) -> Self {
        Self { param: Text::from(param.to_owned()), kind }
    }
}

/// Why a parameter cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteErrorKind {
    /// The challenge has no parameters, where RFC 6750 section 3 requires one.
    Empty,
    /// The value has a character that must not stand there.
    Character(char),
    /// The name is not a token.
    NotAName,
    /// The name occurs twice.
    Duplicate,
    /// The entries of the list would be read back as other entries.
    Ambiguous,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("challenge")?;
        if self.param != "" {
            write!(f, " parameter {}", self.param)?;
        }
        match self.kind {
            WriteErrorKind::Empty => f.write_str(": expected at least one parameter, found none"),
            WriteErrorKind::Character(c) => {
                write!(f, ": expected characters that a header may carry there, found U+{:04X}", u32::from(c))
            }
            WriteErrorKind::NotAName => f.write_str(": expected a token as its name, found other characters"),
            WriteErrorKind::Duplicate => f.write_str(": expected the name once, found it twice"),
            WriteErrorKind::Ambiguous => {
                f.write_str(": expected entries that read back as they are, found others")
            }
        }
    }
}

impl std::error::Error for WriteError {}
