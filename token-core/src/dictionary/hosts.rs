//! Hosts of the Microsoft clouds: sign-in, Exchange, Autodiscover, Graph, token services.
//!
//! The table of clouds is that of CSS-Exchange.

use std::fmt;

/// A well-known host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Host {
    /// The host name, in lower case.
    pub name: &'static str,
    /// The cloud that it belongs to.
    pub cloud: Cloud,
    /// What it serves, in one sentence.
    pub sentence: &'static str,
    /// Where that is documented.
    pub source: &'static str,
}

/// A Microsoft cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// The public cloud, with GCC.
    Worldwide,
    /// US Government, GCC High.
    GccHigh,
    /// US Government, Department of Defense.
    DoD,
    /// Both clouds of the US Government.
    UsGovernment,
    /// China, operated by 21Vianet.
    China,
    /// France, Bleu.
    Bleu,
    /// Germany, Delos.
    Delos,
    /// Germany, the closed one of 2015.
    Germany,
}

impl Cloud {
    /// Names the cloud.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worldwide => "Worldwide and GCC",
            Self::GccHigh => "US Government, GCC High",
            Self::DoD => "US Government, DoD",
            Self::UsGovernment => "US Government",
            Self::China => "China, 21Vianet",
            Self::Bleu => "France, Bleu",
            Self::Delos => "Germany, Delos",
            Self::Germany => "Germany, closed",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Finds a host, in any letter case, with or without a port.
#[must_use]
pub fn host(name: &str) -> Option<&'static Host> {
    let name = name.split_once(':').map_or(name, |(name, _port)| name);
    ALL.iter().find(|known| known.name.eq_ignore_ascii_case(name))
}

/// Returns all hosts.
#[must_use]
pub const fn hosts() -> &'static [Host] {
    ALL
}

macro_rules! hosts {
    ($($name:literal $cloud:ident $sentence:literal $source:literal;)*) => {
        const ALL: &[Host] = &[$(Host {
            name: $name, cloud: Cloud::$cloud, sentence: $sentence, source: $source,
        },)*];
    };
}

hosts! {
    "login.microsoftonline.com" Worldwide "Signs users and applications in, and issues Entra's tokens." "CSS-Exchange";
    "outlook.office.com" Worldwide "Exchange Online." "CSS-Exchange";
    "outlook.office365.com" Worldwide "Exchange Online." "CSS-Exchange";
    "autodiscover-s.outlook.com" Worldwide "Autodiscover of Exchange Online, for servers." "CSS-Exchange";
    "graph.microsoft.com" Worldwide "Microsoft Graph." "CSS-Exchange";
    "login.windows.net" Worldwide "An older name of the sign-in host." "Exchange documentation";
    "sts.windows.net" Worldwide "Stands in the issuer of Entra's version 1.0 tokens; it is a name only." "Microsoft identity platform";
    "accounts.accesscontrol.windows.net" Worldwide "ACS: issues actor tokens and publishes their keys in metadata/json/1." "SharePoint add-in documentation; Exchange documentation";
    "graph.windows.net" Worldwide "Azure AD Graph, retired; the resource of CVE-2025-55241." "CVE-2025-55241";
    "nexus.microsoftonline-p.com" Worldwide "Publishes the federation gateway's metadata for DAuth." "Exchange documentation";
    "login.microsoftonline.us" UsGovernment "Signs users and applications in, for GCC High and DoD." "CSS-Exchange";
    "outlook.office365.us" GccHigh "Exchange Online." "CSS-Exchange";
    "autodiscover-s.office365.us" GccHigh "Autodiscover of Exchange Online, for servers." "CSS-Exchange";
    "graph.microsoft.us" GccHigh "Microsoft Graph." "CSS-Exchange";
    "outlook-dod.office365.us" DoD "Exchange Online." "CSS-Exchange";
    "autodiscover-s-dod.office365.us" DoD "Autodiscover of Exchange Online, for servers." "CSS-Exchange";
    "dod-graph.microsoft.us" DoD "Microsoft Graph." "CSS-Exchange";
    "login.partner.microsoftonline.cn" China "Signs users and applications in." "CSS-Exchange";
    "partner.outlook.cn" China "Exchange Online." "CSS-Exchange";
    "autodiscover-s.partner.outlook.cn" China "Autodiscover of Exchange Online, for servers." "CSS-Exchange";
    "microsoftgraph.chinacloudapi.cn" China "Microsoft Graph." "CSS-Exchange";
    "accounts.accesscontrol.chinacloudapi.cn" China "ACS: issues actor tokens." "SharePoint add-in documentation";
    "login.sovcloud-identity.fr" Bleu "Signs users and applications in." "CSS-Exchange";
    "outlook.sovcloud.fr" Bleu "Exchange Online." "CSS-Exchange";
    "autodiscover-s.outlook.sovcloud.fr" Bleu "Autodiscover of Exchange Online, for servers." "CSS-Exchange";
    "graph.svc.sovcloud.fr" Bleu "Microsoft Graph." "CSS-Exchange";
    "login.sovcloud-identity.de" Delos "Signs users and applications in." "CSS-Exchange";
    "outlook.sovcloud.de" Delos "Exchange Online." "CSS-Exchange";
    "autodiscover-s.outlook.sovcloud.de" Delos "Autodiscover of Exchange Online, for servers." "CSS-Exchange";
    "graph.svc.sovcloud.de" Delos "Microsoft Graph." "CSS-Exchange";
    "login.microsoftonline.de" Germany "Signed users in, in the German cloud that was closed in 2021." "SharePoint add-in documentation";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_found_with_port_and_in_any_letter_case() {
        assert_eq!(host("Outlook.Office365.com:443").map(|h| h.cloud), Some(Cloud::Worldwide));
        assert_eq!(host("login.microsoftonline.us").map(|h| h.cloud), Some(Cloud::UsGovernment));
        assert_eq!(host("login.microsoftonline.com.evil.test"), None);
    }
}
