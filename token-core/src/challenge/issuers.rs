//! The list of issuers that a challenge names as trusted.
//! Follows [MS-XOAUTH] section 4 (`trusted_issuers`) and [MS-SPS2SAUTH] 3.1.5 step 2 (`trustedissuers`).

use std::fmt;

use super::text::Text;

/// The issuers from which the server accepts tokens: `id@realm,https://sts.windows.net/*/`.
///
/// Empty where the server says `""`, as Lync does when it trusts nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedIssuers {
    /// The entries, in their order.
    pub entries: Vec<TrustedIssuerEntry>,
    /// How the name of the parameter is spelled.
    pub spelling: IssuersSpelling,
}

impl TrustedIssuers {
    /// Reads the value of the parameter. Entries that have neither form are kept as they are.
    #[must_use]
    pub fn parse(value: &str, spelling: IssuersSpelling) -> Self {
        let value = value.trim_matches([' ', '\t']);
        let entries = match value {
            "" => Vec::new(),
            list => list.split(',').map(TrustedIssuerEntry::parse).collect(),
        };
        Self { entries, spelling }
    }

    /// Returns the entries that name this principal, letter by letter, whatever their realm.
    pub fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a TrustedIssuerEntry> {
        self.entries.iter().filter(move |entry| match entry {
            TrustedIssuerEntry::Principal { name: own, .. } => own.as_str() == name,
            _ => false,
        })
    }
}

impl fmt::Display for TrustedIssuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{entry}")?;
        }
        Ok(())
    }
}

/// How a challenge spells the name of the parameter with the issuers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IssuersSpelling {
    /// `trusted_issuers`, as the servers write it.
    #[default]
    Underscored,
    /// `trustedissuers`, as [MS-SPS2SAUTH] prints it.
    Joined,
}

impl IssuersSpelling {
    /// Returns the name of the parameter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Underscored => "trusted_issuers",
            Self::Joined => "trustedissuers",
        }
    }
}

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustedIssuerEntry {
    /// An application, and the realm in which it may issue; `*` is the realm of whoever asks.
    Principal {
        /// The application id, as it is spelled.
        name: Text<'static>,
        /// The realm, `*` included; absent where the entry has no `@`.
        realm: Option<Text<'static>>,
    },
    /// An issuer that is named by a URL, with `*` for the tenant where it has one.
    Url(Text<'static>),
    /// Neither: several `@`, an empty name or realm, a slash, white space.
    Other(Text<'static>),
}

impl TrustedIssuerEntry {
    /// Reads one entry. White space around it is dropped.
    #[must_use]
    pub fn parse(entry: &str) -> Self {
        let entry = entry.trim_matches([' ', '\t']);
        let text = || Text::from(entry.to_owned());
        if entry.contains([' ', '\t']) {
            return Self::Other(text());
        }
        if entry.contains("://") {
            return Self::Url(text());
        }
        let (name, realm) = match entry.split_once('@') {
            Some((name, realm)) => (name, Some(realm)),
            None => (entry, None),
        };
        let sound = |part: &str| !part.is_empty() && !part.contains(['@', '/']);
        if !sound(name) || !realm.is_none_or(sound) {
            return Self::Other(text());
        }
        let owned = |part: &str| Text::from(part.to_owned());
        Self::Principal { name: owned(name), realm: realm.map(owned) }
    }

    /// Returns whether the entry stands for every tenant: `id@*`, or a URL with a path segment `*`.
    #[must_use]
    pub fn is_any_realm(&self) -> bool {
        match self {
            Self::Principal { realm, .. } => realm.as_ref().is_some_and(|realm| *realm == "*"),
            Self::Url(url) => url.as_str().split('/').any(|segment| segment == "*"),
            Self::Other(_) => false,
        }
    }

    /// Writes the entry as it stands in a challenge. Not safe to print.
    pub(super) fn push_to(&self, out: &mut String) {
        match self {
            Self::Principal { name, realm } => {
                out.push_str(name.as_str());
                if let Some(realm) = realm {
                    out.push('@');
                    out.push_str(realm.as_str());
                }
            }
            Self::Url(text) | Self::Other(text) => out.push_str(text.as_str()),
        }
    }
}

impl fmt::Display for TrustedIssuerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut raw = String::new();
        self.push_to(&mut raw);
        write!(f, "{}", Text::from(raw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(name: &str, realm: Option<&str>) -> TrustedIssuerEntry {
        let text = |part: &str| Text::from(part.to_owned());
        TrustedIssuerEntry::Principal { name: text(name), realm: realm.map(text) }
    }

    #[test]
    fn entry_forms_told_apart() {
        let other = |text: &str| TrustedIssuerEntry::Other(Text::from(text.to_owned()));
        for (entry, expected) in [
            ("a@*", principal("a", Some("*"))),
            ("a@contoso.com", principal("a", Some("contoso.com"))),
            (" a@b\t", principal("a", Some("b"))),
            ("a", principal("a", None)),
            ("https://sts.windows.net/*/", TrustedIssuerEntry::Url("https://sts.windows.net/*/".into())),
            ("a@b@c", other("a@b@c")),
            ("a@", other("a@")),
            ("@b", other("@b")),
            ("a/h@b", other("a/h@b")),
            ("a b@c", other("a b@c")),
            ("", other("")),
        ] {
            assert_eq!(TrustedIssuerEntry::parse(entry), expected, "{entry}");
        }
    }

    #[test]
    fn list_empty_value_has_no_entries() {
        for empty in ["", " \t"] {
            assert!(TrustedIssuers::parse(empty, IssuersSpelling::Joined).entries.is_empty());
        }
        assert_eq!(TrustedIssuers::parse("a,,b", IssuersSpelling::Joined).entries.len(), 3);
    }

    #[test]
    fn entry_wildcard_only_as_whole_realm_or_segment() {
        for (entry, any) in [
            ("a@*", true),
            ("a@*.contoso.com", false),
            ("*@b", false),
            ("https://sts.windows.net/*/", true),
            ("https://sts.windows.net/a*/", false),
        ] {
            assert_eq!(TrustedIssuerEntry::parse(entry).is_any_realm(), any, "{entry}");
        }
    }

    #[test]
    fn list_lookup_compares_letter_by_letter() {
        let list = TrustedIssuers::parse("a@*,A@*,a@b", IssuersSpelling::Underscored);
        assert_eq!(list.of("a").count(), 2);
    }
}
