//! DA-05, DA-18 and DA-24: the keys and certificates of the gateway with which assertions are verified.

use serde_json::json;
use test_vectors::DauthGroup;

use crate::dauth::message::*;
use crate::dauth::names::*;
use crate::dauth::signature::*;
use crate::dauth::vector::*;

/// The gateway's certificates: expired, none at all, of unusual lengths.
pub(super) fn groups() -> Vec<DauthGroup> {
    let mut groups = vec![
        with_keys(
            group(
                "contoso.com, with an expired certificate of the gateway",
                policy(),
                vec![
                    Vector::new(
                        "da-24-expired",
                        "signed with a key whose certificate has expired",
                        expired(),
                    )
                    .flag("D17")
                    .reports(&["DA-24"])
                    .on("DA-24"),
                ],
            ),
            &["gateway-expired"],
        ),
        with_keys(
            group(
                "contoso.com, where the gateway's certificate must be valid",
                with("require_valid_certificate", json!(true)),
                vec![
                    Vector::new(
                        "da-24-expired-required",
                        "an expired certificate where it must be valid",
                        expired(),
                    )
                    .flag("D17")
                    .hit(&["DA-24"]),
                    Vector::new(
                        "da-24-current-required",
                        "a valid certificate where it must be",
                        sha256().apply(assertion()).sent(),
                    )
                    .flag("D17")
                    .near(&["DA-24"]),
                ],
            ),
            &["gateway-expired", "gateway-current"],
        ),
        with_keys(
            group(
                "contoso.com, without certificates of the gateway",
                policy(),
                vec![
                    Vector::new("da-05-no-keys", "a sound assertion, and no key to verify it with", {
                        sha256().apply(assertion()).sent()
                    })
                    .flag("D17")
                    .indeterminate(&["DA-05"])
                    .on("DA-05"),
                ],
            ),
            &[],
        ),
    ];
    groups.extend(lengths_of_keys());
    groups
}

/// Issuers' keys that are too short, and unusual ones that are not.
fn lengths_of_keys() -> [DauthGroup; 3] {
    let by = |id: &str, comment: &str, key: &'static str| {
        Vector::new(id, comment, sha256().by(key).apply(assertion()).sent()).flag("D17")
    };
    [
        with_keys(
            group(
                "contoso.com, with a key of 1024 bits alone",
                policy(),
                vec![
                    by("da-05-short-alone", "signed with a key too short to be used", "short-1024")
                        .indeterminate(&["DA-05"])
                        .on("DA-05"),
                ],
            ),
            &["short-1024"],
        ),
        with_keys(
            group(
                "contoso.com, with a key of 1024 bits beside another",
                policy(),
                vec![
                    by("da-05-short", "signed with the shorter of two keys", "short-1024").hit(&["DA-05"]),
                    by("da-05-long-enough", "signed with the longer of two keys", GATEWAY).near(&["DA-05"]),
                ],
            ),
            &["short-1024", GATEWAY],
        ),
        with_keys(
            group(
                "contoso.com, with unusual keys",
                policy(),
                vec![
                    by("da-18-long-key", "signed with a key of 3072 bits", "long-3072").near(&["DA-18"]),
                    by("da-18-exponent-3", "signed with a key whose exponent is 3", "exponent-3")
                        .near(&["DA-18"]),
                ],
            ),
            &["long-3072", "exponent-3"],
        ),
    ]
}

fn expired() -> String {
    sha256().by("gateway-expired").apply(assertion()).sent()
}
