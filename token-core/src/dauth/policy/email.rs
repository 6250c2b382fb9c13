//! Domains and e-mail addresses, read so strictly that no two readers can cut them differently.
//!
//! Follows RFC 5321 section 4.1.2 without its quoted strings and address literals, and RFC 5890 section 2.3.2.1 for
//! international names, which are taken in their `xn--` form alone.

use std::fmt;

/// The longest domain name, in bytes (RFC 5321 section 4.5.3.1.2 has 255; RFC 1035 leaves 253 of it without the root).
const MAX_DOMAIN: usize = 253;
/// The longest label of a domain, in bytes (RFC 1035 section 2.3.4).
const MAX_LABEL: usize = 63;
/// The longest local part, in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;

/// A domain, in lower case. Two domains are the same only as a whole: no suffix, no wildcard.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

impl Domain {
    /// Reads a domain, in any letter case.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, DomainDefect> {
        if text.is_empty() {
            return Err(DomainDefect::Empty);
        }
        if !text.is_ascii() {
            return Err(DomainDefect::NotAscii);
        }
        if text.ends_with('.') {
            return Err(DomainDefect::TrailingDot);
        }
        if text.len() > MAX_DOMAIN {
            return Err(DomainDefect::TooLong);
        }
        for label in text.split('.') {
            if label.is_empty() {
                return Err(DomainDefect::EmptyLabel);
            }
            if !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
                return Err(DomainDefect::Character);
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(DomainDefect::Hyphen);
            }
            if label.len() > MAX_LABEL {
                return Err(DomainDefect::TooLong);
            }
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// Returns the domain in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Why a text is not a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DomainDefect {
    /// Nothing is there.
    Empty,
    /// It has characters outside ASCII: an international name that is not in its `xn--` form.
    NotAscii,
    /// It ends with a dot.
    TrailingDot,
    /// Two dots stand side by side, or one at the beginning.
    EmptyLabel,
    /// It has a character other than letters, digits, hyphens and dots: a scheme, an `@`, a wildcard, a port.
    Character,
    /// A label begins or ends with a hyphen.
    Hyphen,
    /// It is longer than 253 bytes, or a label longer than 63.
    TooLong,
}

impl fmt::Display for DomainDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty domain",
            Self::NotAscii => "a domain with characters outside ASCII",
            Self::TrailingDot => "a domain that ends with a dot",
            Self::EmptyLabel => "a domain with an empty label",
            Self::Character => "a domain with characters other than letters, digits, hyphens and dots",
            Self::Hyphen => "a domain whose label begins or ends with a hyphen",
            Self::TooLong => "a domain that is too long",
        })
    }
}

impl std::error::Error for DomainDefect {}

/// An e-mail address with one reading: a plain local part, one `@`, a domain.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    local_part: String,
    domain: Domain,
}

impl EmailAddress {
    /// Reads an e-mail address.
    ///
    /// The local part is RFC 5321's Dot-string: letters, digits, ``!#$%&'*+-/=?^_`{|}~``, and dots between them.
    ///
    /// # Errors
    /// The first defect.
    pub fn parse(text: &str) -> Result<Self, EmailDefect> {
        if text.is_empty() {
            return Err(EmailDefect::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(EmailDefect::Control);
        }
        if text.chars().any(char::is_whitespace) {
            return Err(EmailDefect::WhiteSpace);
        }
        // A quoted local part may hold an `@`, so it is named before these are counted.
        if text.contains('"') {
            return Err(EmailDefect::Quoted);
        }
        let (local_part, domain) = text.split_once('@').ok_or(EmailDefect::NoAt)?;
        if domain.contains('@') {
            return Err(EmailDefect::SeveralAt);
        }
        let is_atext = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atext);
        if local_part.len() > MAX_LOCAL_PART || !local_part.split('.').all(is_atom) {
            return Err(EmailDefect::LocalPart);
        }
        let domain = Domain::parse(domain).map_err(EmailDefect::Domain)?;
        Ok(Self { local_part: local_part.to_owned(), domain })
    }

    /// Returns what stands before the `@`, as it was written.
    #[must_use]
    pub fn local_part(&self) -> &str {
        &self.local_part
    }

    /// Returns the domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local_part, self.domain)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not an e-mail address with one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmailDefect {
    /// Nothing is there.
    Empty,
    /// It has a control character, NUL among them.
    Control,
    /// It has white space.
    WhiteSpace,
    /// It has a quotation mark: a quoted local part, which may hold anything.
    Quoted,
    /// It has no `@`.
    NoAt,
    /// It has more than one `@`.
    SeveralAt,
    /// What stands before the `@` is empty, too long, has misplaced dots, or characters that addresses do not have.
    LocalPart,
    /// What stands behind the `@` is not a domain.
    Domain(DomainDefect),
}

impl fmt::Display for EmailDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "nothing",
            Self::Control => "a control character",
            Self::WhiteSpace => "white space",
            Self::Quoted => "a quotation mark",
            Self::NoAt => "no @",
            Self::SeveralAt => "more than one @",
            Self::LocalPart => {
                "a local part that is empty, too long or has characters that addresses do not have"
            }
            Self::Domain(defect) => return defect.fmt(f),
        })
    }
}

impl std::error::Error for EmailDefect {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_plain_address_read() {
        let address = EmailAddress::parse("Mary.O'Neil+x@Sub.Contoso.COM").unwrap();
        assert_eq!(address.local_part(), "Mary.O'Neil+x");
        assert_eq!(address.domain().as_str(), "sub.contoso.com");
        assert_eq!(address.to_string(), "Mary.O'Neil+x@sub.contoso.com");
        assert!(EmailAddress::parse("a@xn--mller-kva.test").is_ok());
    }

    #[test]
    fn email_each_defect_named() {
        let cases = [
            ("", EmailDefect::Empty),
            ("mary@contoso.com\0.evil.test", EmailDefect::Control),
            ("mary@contoso.com\r\nx", EmailDefect::Control),
            ("mary @contoso.com", EmailDefect::WhiteSpace),
            ("mary@contoso.com\u{2003}", EmailDefect::WhiteSpace),
            ("\"mary@contoso.com\"@evil.test", EmailDefect::Quoted),
            ("\"mary\"@contoso.com", EmailDefect::Quoted),
            ("mary", EmailDefect::NoAt),
            ("mary@contoso.com@evil.test", EmailDefect::SeveralAt),
            ("mary@@contoso.com", EmailDefect::SeveralAt),
            ("@contoso.com", EmailDefect::LocalPart),
            (".mary@contoso.com", EmailDefect::LocalPart),
            ("ma..ry@contoso.com", EmailDefect::LocalPart),
            ("<mary@contoso.com", EmailDefect::LocalPart),
            ("smtp:mary@contoso.com", EmailDefect::LocalPart),
            ("mary\u{ff20}contoso.com@evil.test", EmailDefect::LocalPart),
            ("mary@", EmailDefect::Domain(DomainDefect::Empty)),
            ("mary@contoso.com.", EmailDefect::Domain(DomainDefect::TrailingDot)),
            ("mary@.contoso.com", EmailDefect::Domain(DomainDefect::EmptyLabel)),
            ("mary@contoso..com", EmailDefect::Domain(DomainDefect::EmptyLabel)),
            ("mary@m\u{fc}ller.test", EmailDefect::Domain(DomainDefect::NotAscii)),
            ("mary@contoso\u{3002}com", EmailDefect::Domain(DomainDefect::NotAscii)),
            ("mary@[192.0.2.1]", EmailDefect::Domain(DomainDefect::Character)),
            ("mary@contoso.com>", EmailDefect::Domain(DomainDefect::Character)),
            ("mary@con_toso.com", EmailDefect::Domain(DomainDefect::Character)),
            ("mary@-contoso.com", EmailDefect::Domain(DomainDefect::Hyphen)),
        ];
        for (text, defect) in cases {
            assert_eq!(EmailAddress::parse(text), Err(defect), "{text:?}");
        }
    }

    #[test]
    fn email_of_greatest_length_read_and_of_one_more_refused() {
        let label = "a".repeat(MAX_LABEL);
        let address = |local: usize, label: &str| format!("{}@{label}.test", "m".repeat(local));
        assert!(EmailAddress::parse(&address(MAX_LOCAL_PART, &label)).is_ok());
        assert_eq!(EmailAddress::parse(&address(MAX_LOCAL_PART + 1, &label)), Err(EmailDefect::LocalPart));
        let too_long = Err(EmailDefect::Domain(DomainDefect::TooLong));
        assert_eq!(EmailAddress::parse(&address(1, &format!("{label}a"))), too_long);
        assert_eq!(EmailAddress::parse(&address(1, &format!("{label}.{label}.{label}.{label}"))), too_long);
    }

    #[test]
    fn domain_scheme_wildcard_and_port_refused() {
        for text in ["http://contoso.com", "*.contoso.com", "a@contoso.com", "contoso.com:25", "contoso com"]
        {
            assert_eq!(Domain::parse(text), Err(DomainDefect::Character), "{text}");
        }
        assert_eq!(Domain::parse("Contoso.Com").unwrap().as_str(), "contoso.com");
    }
}
