//! DA-06 and DA-07: who issued an assertion, and for whom.

use super::case::*;
use crate::dauth::message::*;
use crate::dauth::names::*;
use crate::dauth::vector::*;
use crate::dauth::xml::*;
use crate::world::NOW;

pub(super) fn issuers() -> Vec<Case> {
    let issuer = |issuer: &str| assertion().attr("Issuer", issuer);
    let case = |id: &str, comment: &str, text: &str| hits_first("DA-06", id, comment, issuer(text)).secret();
    // The issuer is judged before its key is looked up, so that an encrypted token does not tell it.
    vec![
        case("other", "another issuer, in an assertion that the gateway signed", "urn:federation:fabrikam"),
        case("case", "the issuer in another letter case", "urn:federation:microsoftonline"),
        case("longer", "an issuer that begins like the gateway", "urn:federation:MicrosoftOnline.evil.test"),
        case("space", "a space behind the issuer", "urn:federation:MicrosoftOnline "),
        case("own", "the receiver's own application URI as issuer", AUDIENCE),
        case("empty", "an empty issuer", ""),
    ]
}

pub(super) fn audience(audience: &str) -> Element {
    assertion().put(&["Conditions", "AudienceRestrictionCondition", "Audience"], audience)
}

pub(super) fn audiences() -> Vec<Case> {
    let restriction = || el(SAML, "AudienceRestrictionCondition").child(el(SAML, "Audience").text(AUDIENCE));
    let other =
        || el(SAML, "AudienceRestrictionCondition").child(el(SAML, "Audience").text("http://other.test"));
    let conditions = |change: &dyn Fn(&mut Element)| assertion().edit(&["Conditions"], change);
    let bad = |id: &str, comment: &str, text: &str| hits(&["DA-07"], id, comment, audience(text));
    [
        bad("other", "a token for another organisation", "http://FYDIBOHF25SPDLT.fabrikam.com"),
        bad("longer", "an audience that begins like the own", &format!("{AUDIENCE}.evil.test")),
        bad("shorter", "the domain alone", "contoso.com"),
        bad("slash", "a slash behind the audience", &format!("{AUDIENCE}/")),
        bad("path", "a path behind the audience", &format!("{AUDIENCE}/x")),
        bad("port", "a port behind the audience", &format!("{AUDIENCE}:80")),
        bad("user", "the own audience before an @", &format!("{AUDIENCE}@evil.test")),
        bad("case", "the audience in another letter case", "http://fydibohf25spdlt.contoso.com"),
        bad("scheme-case", "the scheme in another letter case", &format!("HTTP://{APPLICATION_URI}")),
        bad("https", "another scheme", &format!("https://{APPLICATION_URI}")),
        bad("scheme-twice", "the scheme twice", &format!("http://{AUDIENCE}")),
        bad("space", "a space behind the audience", &format!("{AUDIENCE} ")),
        bad("line", "line ends around the audience", &format!("\n{AUDIENCE}\n")),
        bad("two-in-one", "two audiences in one text", &format!("{AUDIENCE} http://other.test")),
        hits(&["DA-07"], "two", "two audiences, of which the first is the own", {
            assertion().edit(&["Conditions", "AudienceRestrictionCondition"], |restriction| {
                restriction.append(el(SAML, "Audience").text("http://other.test"));
            })
        }),
        hits(&["DA-07"], "two-restrictions", "two restrictions, of which the first is the own", {
            conditions(&|c| c.append(other()))
        }),
        hits(&["DA-07"], "same-twice", "the own restriction twice", conditions(&|c| c.append(restriction()))),
        hits(&["DA-07"], "none", "no restriction", conditions(&Element::clear)),
        hits(&["DA-07"], "empty-restriction", "a restriction without an audience", {
            assertion().edit(&["Conditions", "AudienceRestrictionCondition"], Element::clear)
        }),
        hits_first("DA-11", "audience-empty", "an empty audience", {
            assertion().edit(&["Conditions", "AudienceRestrictionCondition", "Audience"], Element::clear)
        })
        .secret(),
        expecting(
            "da-07-no-scheme",
            "the audience without its scheme",
            audience(APPLICATION_URI),
            |vector| vector.facts(|facts| APPLICATION_URI.clone_into(&mut facts.audience)).on("DA-07"),
        ),
    ]
    .into_iter()
    .map(|case| case.flag("D12"))
    .collect()
}

pub(super) fn two_names() -> Vec<Vector> {
    let named = |id: &str, comment: &str, text: &'static str| {
        bare(id, comment, audience(text), NOW)
            .facts(|facts| text.clone_into(&mut facts.audience))
            .near(&["DA-07"])
            .flag("D12")
    };
    vec![
        named("da-07-policy-scheme", "an audience without the scheme that the policy has", APPLICATION_URI),
        named("da-07-policy-second", "the second of two names", "http://mail.contoso.com"),
        bare(
            "da-07-policy-both",
            "both names at once",
            {
                audience(AUDIENCE).edit(&["Conditions", "AudienceRestrictionCondition"], |restriction| {
                    restriction.append(el(SAML, "Audience").text("mail.contoso.com"));
                })
            },
            NOW,
        )
        .flag("D12")
        .hit(&["DA-07"]),
    ]
}
