//! The national clouds and the hosts at which their users sign in.
//!
//! Follows spec 5.3 (`Get-CloudServiceEndpoint`); an issuer of one cloud does not know the tenants of another.

/// A national cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// Worldwide, GCC included.
    #[default]
    Worldwide,
    /// GCC High and DoD.
    UsGovernment,
    /// China, run by 21Vianet.
    China,
    /// France, run by Bleu.
    France,
    /// Germany, run by Delos.
    Germany,
}

impl Cloud {
    /// All clouds, the worldwide one first.
    pub const ALL: &'static [Self] =
        &[Self::Worldwide, Self::UsGovernment, Self::China, Self::France, Self::Germany];

    /// Returns the name as policies spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worldwide => "worldwide",
            Self::UsGovernment => "us-government",
            Self::China => "china",
            Self::France => "france",
            Self::Germany => "germany",
        }
    }

    /// Finds a cloud by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cloud| cloud.as_str() == name)
    }

    /// Returns the hosts at which users sign in, in lower case; the one in use first, then older names of it.
    #[must_use]
    pub const fn sign_in_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Worldwide => &["login.microsoftonline.com", "login.windows.net"],
            Self::UsGovernment => &["login.microsoftonline.us"],
            Self::China => &["login.partner.microsoftonline.cn"],
            Self::France => &["login.sovcloud-identity.fr"],
            Self::Germany => &["login.sovcloud-identity.de"],
        }
    }

    /// Finds the cloud whose users sign in at a host, in any letter case.
    #[must_use]
    pub fn of_sign_in_host(host: &str) -> Option<Self> {
        let has = |cloud: &Self| cloud.sign_in_hosts().iter().any(|own| own.eq_ignore_ascii_case(host));
        Self::ALL.iter().copied().find(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloud_names_and_hosts_find_their_cloud_alone() {
        for cloud in Cloud::ALL {
            assert_eq!(Cloud::parse(cloud.as_str()), Some(*cloud));
            for host in cloud.sign_in_hosts() {
                assert_eq!(Cloud::of_sign_in_host(&host.to_ascii_uppercase()), Some(*cloud));
                assert!(crate::dictionary::host(host).is_some(), "{host} is not in the dictionary");
            }
        }
        assert_eq!(
            (Cloud::parse("mars"), Cloud::of_sign_in_host("login.windows.net.evil.test")),
            (None, None)
        );
    }
}
