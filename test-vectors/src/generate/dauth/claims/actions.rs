//! DA-09 and DA-20: the offer that a token is for.

use super::case::*;
use crate::dauth::message::*;

pub(super) fn actions() -> Vec<Case> {
    let action = |action: &str| saying("action", action);
    let without = |name: &str| {
        assertion().edit(&["AttributeStatement"], |statement| {
            let keep: Vec<_> = ["EmailAddress", "RequestorDomain", "action", "ThirdPartyRequested"]
                .into_iter()
                .filter(|known| *known != name)
                .map(|known| statement.having("AttributeName", known).clone())
                .collect();
            statement.remove("Attribute");
            keep.into_iter().for_each(|attribute| statement.append(attribute));
        })
    };
    let tailspin = |offer: &str| {
        let mut assertion = action(offer);
        let value = value_of(&mut assertion, "EmailAddress");
        value.clear();
        *value = value.clone().text("user@tailspin.com");
        assertion
    };
    let unknown = |id: &str, comment: &str, text: &str| hits_first("DA-09", id, comment, action(text));
    [
        hits(
            &["DA-09", "DA-20"],
            "mailbox-move",
            "a token for moving mailboxes",
            action("MSExchange.MailboxMove"),
        ),
        hits(
            &["DA-09", "DA-20"],
            "autodiscover",
            "a token for autodiscover",
            action("MSExchange.Autodiscover"),
        ),
        unknown("messenger", "a token for another service", "Messenger.SignIn"),
        unknown("unknown", "an offer that nobody knows", "MSExchange.Everything"),
        unknown("case", "the offer in another letter case", "msexchange.mailtips"),
        unknown("longer", "an offer that begins like the own", "MSExchange.MailTips2"),
        unknown("space", "a space behind the offer", "MSExchange.MailTips "),
        unknown("two-in-one", "two offers in one text", "MSExchange.MailTips MSExchange.SharingRead"),
        hits_first("DA-09", "none", "no action", without("action")),
        hits_first("DA-12", "none", "no e-mail address", without("EmailAddress")),
        expecting(
            "da-09-free-busy",
            "another offer that the endpoint serves",
            action("MSExchange.SharingCalendarFreeBusy"),
            |vector| vector.offer("MSExchange.SharingCalendarFreeBusy").on("DA-09").on("DA-20"),
        ),
        hits(
            &["DA-20"],
            "mail-tips",
            "an offer that the relationship does not allow",
            tailspin("MSExchange.MailTips"),
        ),
        expecting(
            "da-20-free-busy",
            "the only offer that the relationship allows",
            tailspin("MSExchange.SharingCalendarFreeBusy"),
            |vector| {
                vector.offer("MSExchange.SharingCalendarFreeBusy").on("DA-20").facts(|facts| {
                    "user@tailspin.com".clone_into(&mut facts.email);
                    "tailspin.com".clone_into(&mut facts.domain);
                    "tailspin".clone_into(&mut facts.relationship);
                })
            },
        ),
    ]
    .into_iter()
    .map(|case| case.flag("D11"))
    .collect()
}
