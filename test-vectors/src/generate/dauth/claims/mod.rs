//! What a soundly signed assertion says, and whether it may say so: one file for each subject.

mod actions;
mod case;
mod confirmations;
mod form;
mod keys;
mod parties;
mod replay;
mod reports;
mod texts;
mod times;

use serde_json::json;
use test_vectors::DauthFile;

use self::case::Case;
use super::names::*;
use super::vector::{self, *};

/// In clear, and what depends on the policy.
pub(crate) fn file() -> (&'static str, DauthFile) {
    let mut groups = vec![group(
        "contoso.com, whose partner is fabrikam.com",
        policy(),
        cases().iter().map(Case::clear).collect(),
    )];
    groups.extend([
        group("contoso.com, at other times", policy(), times::times()),
        group("contoso.com, without skew", with("skew", json!(0)), times::without_skew()),
        group(
            "contoso.com, with a shorter life of mail tips",
            with("offers", json!({"MSExchange.MailTips": 60})),
            times::short_life(),
        ),
        group(
            "contoso.com, which wants the third party",
            with("require_third_party", json!(true)),
            reports::third_party(),
        ),
        group("contoso.com, where tokens are presented again", policy(), replay::replayed()),
        group(
            "contoso.com, which reports what is presented again",
            with("replay", json!("report")),
            replay::reported(),
        ),
        group(
            "contoso.com, which has two names",
            with("application_uris", json!([format!("http://{APPLICATION_URI}"), "mail.contoso.com"])),
            parties::two_names(),
        ),
    ]);
    groups.extend(keys::groups());
    ("dauth-claims", vector::file(groups))
}

/// The same inside encrypted tokens: what is said after the signature was verified is no secret.
pub(crate) fn encrypted_file() -> (&'static str, DauthFile) {
    let hidden = cases().iter().map(Case::encrypted).collect();
    let groups = vec![group("contoso.com, whose partner is fabrikam.com", policy(), hidden)];
    ("dauth-claims-encrypted", vector::file(groups))
}

fn cases() -> Vec<Case> {
    [
        parties::issuers(),
        parties::audiences(),
        actions::actions(),
        confirmations::confirmations(),
        texts::texts(),
        texts::addresses(),
        form::form(),
        reports::reports(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
