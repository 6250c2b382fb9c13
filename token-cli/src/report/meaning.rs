//! What a value stands for, where the dictionary knows it: applications, realms, hosts.

use token_core::dictionary::{self, ApplicationUse};
use token_core::s2s::Principal;

/// Says what the well-known parts of a principal, a URL, a GUID or a host are.
pub(crate) fn meaning(value: &str) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(rest) = value.strip_prefix("https://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        parts.extend(host_meaning(host));
    } else if let Ok(principal) = Principal::parse(value) {
        let application = dictionary::application(principal.name);
        parts.extend(application.map(|known| match known.of {
            ApplicationUse::Application => known.name.to_owned(),
            other => format!("{} ({})", known.name, other.as_str()),
        }));
        parts.extend(principal.host.and_then(host_meaning));
        let realm = principal.realm.and_then(dictionary::application);
        parts.extend(realm.map(|known| format!("realm: {}", known.name)));
        if parts.is_empty() && principal.host.is_none() && principal.realm.is_none() {
            parts.extend(host_meaning(principal.name));
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn host_meaning(host: &str) -> Option<String> {
    let known = dictionary::host(host)?;
    Some(format!("{} ({})", known.sentence.trim_end_matches('.'), known.cloud))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaning_of_each_known_part() {
        let said = |value| meaning(value).unwrap_or_default();
        assert_eq!(said("00000002-0000-0ff1-ce00-000000000000@contoso.com"), "Exchange");
        assert_eq!(
            said("00000002-0000-0ff1-ce00-000000000000/outlook.office365.com@contoso.com"),
            "Exchange, Exchange Online (Worldwide and GCC)"
        );
        assert!(
            said("https://sts.windows.net/b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8/")
                .ends_with("(Worldwide and GCC)")
        );
        assert_eq!(said("alice@contoso.com"), "");
        assert_eq!(said("not a principal"), "");
    }
}
