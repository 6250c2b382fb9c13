//! Whether the issuer that a document or key declares can be the issuer that it was loaded for.
//!
//! Follows what is published: `name@*` in metadata/json/1, `{tenantid}` in Entra's discovery. Issuers are compared
//! letter by letter.

/// What Entra writes for the tenant in an issuer that stands for all of them.
const TENANT: &str = "{tenantid}";

/// Whether two spellings of an issuer can mean the same one: equal, or equal but for a wildcard on either
/// side.
///
/// An issuer that is loaded as a URL although the document declares a principal is the `amurl` of an identity
/// token: nothing in such a document repeats that URL, so nothing can be said against it.
pub(super) fn can_be(declared: &str, loaded_for: &str) -> bool {
    match (is_url(declared), is_url(loaded_for)) {
        (true, true) => declared == loaded_for || fits(declared, loaded_for) || fits(loaded_for, declared),
        (false, false) => same_principal(declared, loaded_for),
        (false, true) => true,
        (true, false) => false,
    }
}

fn is_url(issuer: &str) -> bool {
    issuer.contains("://")
}

/// Whether a URL is a template with one path segment or host label in the place of the tenant.
fn fits(template: &str, url: &str) -> bool {
    let Some((before, after)) = template.split_once(TENANT) else { return false };
    url.strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after))
        .is_some_and(|tenant| !tenant.is_empty() && !tenant.contains(['/', '?', '#']))
}

fn same_principal(left: &str, right: &str) -> bool {
    match (left.split_once('@'), right.split_once('@')) {
        (Some((left, left_realm)), Some((right, right_realm))) => {
            left == right && (left_realm == right_realm || left_realm == "*" || right_realm == "*")
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::can_be;

    const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";

    #[test]
    fn principal_with_wildcard_realm_can_be_any_realm_of_the_name() {
        let at = |realm: &str| format!("{EXCHANGE}@{realm}");
        assert!(can_be(&at("*"), &at("contoso.com")));
        assert!(can_be(&at("contoso.com"), &at("*")));
        assert!(can_be(&at("contoso.com"), &at("contoso.com")));
        assert!(!can_be(&at("contoso.com"), &at("fabrikam.com")));
        assert!(!can_be("00000003-0000-0ff1-ce00-000000000000@*", &at("*")));
        assert!(!can_be(EXCHANGE, &at("*")));
        assert!(can_be(EXCHANGE, EXCHANGE));
    }

    #[test]
    fn url_with_tenant_template_can_be_any_tenant() {
        let template = "https://sts.windows.net/{tenantid}/";
        let tenant = "https://sts.windows.net/b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8/";
        assert!(can_be(template, tenant) && can_be(tenant, template) && can_be(template, template));
        assert!(!can_be(template, "https://sts.windows.net/"));
        assert!(!can_be(template, "https://sts.windows.net//"));
        assert!(!can_be(template, "https://sts.windows.net/a/b/"));
        assert!(!can_be(template, "https://sts.windows.net.example/a/"));
        assert!(!can_be(template, "https://login.microsoftonline.com/{tenantid}/v2.0"));
        assert!(!can_be(tenant, "https://sts.windows.net/00000000-7ced-4ce8-aa0b-df0e2869d3c8/"));
    }

    #[test]
    fn url_and_principal_comparable_only_for_an_amurl() {
        assert!(can_be(&format!("{EXCHANGE}@*"), "https://mail.contoso.com/autodiscover/metadata/json/1"));
        assert!(!can_be("https://sts.windows.net/{tenantid}/", &format!("{EXCHANGE}@*")));
    }
}
