//! The assertion of the gateway and the SOAP message around it, as the vectors change them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::names::*;
use super::random;
use super::xml::*;
use crate::world::{MINUTE, NOW};

pub(crate) const DAY: u64 = 24 * 60 * MINUTE;
/// When the usual assertion was issued.
pub(crate) const ISSUED: u64 = NOW - 60;
/// When its conditions end: after fifteen days and three minutes, as those of the gateway do.
pub(crate) const ENDS: u64 = ISSUED + 15 * DAY + 180;
pub(crate) const ASSERTION_ID: &str = "uuid-5f6f1e3c-7b0a-4c1d-9e2f-0a1b2c3d4e5f";

/// A time as the gateway writes it.
pub(crate) fn instant(seconds: u64) -> String {
    let (days, rest) = (seconds / DAY, seconds % DAY);
    // Days since 0000-03-01 give year and month without tables.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

/// The proof key of the usual assertion: 192 bits, as the gateway chooses it.
pub(crate) fn proof_key() -> Vec<u8> {
    random::bytes("assertion", "proof key", 24)
}

pub(crate) fn name_identifier(name: &str) -> Element {
    el(SAML, "NameIdentifier").attr("Format", UPN).text(name)
}

/// The subject confirmation with a proof key.
pub(crate) fn confirmation() -> Element {
    let secret = el(TRUST, "BinarySecret").text(STANDARD.encode(proof_key()));
    el(SAML, "SubjectConfirmation")
        .child(el(SAML, "ConfirmationMethod").text(HOLDER_OF_KEY))
        .child(el(DS, "KeyInfo").child(secret))
}

pub(crate) fn attribute(name: &str, namespace: &str, value: &str) -> Element {
    el(SAML, "Attribute")
        .attr("AttributeName", name)
        .attr("AttributeNamespace", namespace)
        .child(el(SAML, "AttributeValue").text(value))
}

/// The usual assertion, not signed yet.
pub(crate) fn assertion() -> Element {
    let conditions = el(SAML, "Conditions")
        .attr("NotBefore", instant(ISSUED))
        .attr("NotOnOrAfter", instant(ENDS))
        .child(el(SAML, "AudienceRestrictionCondition").child(el(SAML, "Audience").text(AUDIENCE)));
    let authentication = el(SAML, "AuthenticationStatement")
        .attr("AuthenticationMethod", PASSWORD)
        .attr("AuthenticationInstant", instant(ISSUED))
        .child(el(SAML, "Subject").child(name_identifier(NAME)).child(confirmation()));
    let attributes = el(SAML, "AttributeStatement")
        .child(el(SAML, "Subject").child(name_identifier(NAME)))
        .child(attribute("EmailAddress", CLAIMS, EMAIL))
        .child(attribute("RequestorDomain", IDENTITY, "outlook.com"))
        .child(attribute("action", AUTHORIZATION, "MSExchange.MailTips"))
        .child(attribute("ThirdPartyRequested", IDENTITY, "True"));
    el(SAML, "Assertion")
        .attr("MajorVersion", "1")
        .attr("MinorVersion", "1")
        .attr("AssertionID", ASSERTION_ID)
        .attr("Issuer", ISSUER)
        .attr("IssueInstant", instant(ISSUED))
        .child(conditions)
        .child(authentication)
        .child(attributes)
}

/// The conditions of an assertion, with other times.
pub(crate) fn during(not_before: u64, not_on_or_after: u64) -> Element {
    assertion().edit(&["Conditions"], |conditions| {
        conditions.set(NONE, "NotBefore", instant(not_before));
        conditions.set(NONE, "NotOnOrAfter", instant(not_on_or_after));
    })
}

/// The value of an attribute of the statement.
pub(crate) fn value_of<'a>(assertion: &'a mut Element, attribute: &str) -> &'a mut Element {
    assertion.at(&["AttributeStatement"]).having("AttributeName", attribute).at(&["AttributeValue"])
}

/// The usual assertion with another value of an attribute.
pub(crate) fn saying(attribute: &str, value: &str) -> Element {
    let mut assertion = assertion();
    let element = value_of(&mut assertion, attribute);
    element.clear();
    *element = element.clone().text(value);
    assertion
}

pub(crate) fn timestamp(created: u64, expires: u64) -> Element {
    el(WSU, "Timestamp")
        .attr_in(WSU, "Id", "_0")
        .child(el(WSU, "Created").text(instant(created)))
        .child(el(WSU, "Expires").text(instant(expires)))
}

/// A SOAP message with what stands in its security header.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) soap: Ns,
    pub(crate) action: Option<String>,
    pub(crate) to: Option<Element>,
    pub(crate) security: Vec<Element>,
    pub(crate) body: Element,
}

pub(crate) fn to(url: &str) -> Element {
    el(WSA, "To").attr_in(SOAP11, "mustUnderstand", "1").text(url)
}

/// A message as the published clients write it: the timestamp, then these.
pub(crate) fn message(security: impl IntoIterator<Item = Element>) -> Message {
    let timestamp = timestamp(NOW - 10, NOW - 10 + 5 * MINUTE);
    Message {
        soap: SOAP11,
        action: Some(GET_MAIL_TIPS.to_owned()),
        to: Some(to(EWS)),
        security: std::iter::once(timestamp).chain(security).collect(),
        body: el(MESSAGES, "GetMailTips").child(el(MESSAGES, "SendingAs").text(EMAIL)),
    }
}

impl Message {
    pub(crate) fn to(mut self, url: &str) -> Self {
        self.to = Some(to(url));
        self
    }

    /// The envelope; the namespaces of the headers are declared there, as the published clients do.
    pub(crate) fn envelope(&self) -> Element {
        let must = |element: Element| element.attr_in(self.soap, "mustUnderstand", "1");
        let reply = el(WSA, "ReplyTo").child(el(WSA, "Address").text(ANONYMOUS));
        let action = self.action.iter().map(|action| must(el(WSA, "Action").text(action)));
        let to = self.to.iter().map(|to| {
            let to = to.clone().without_attr("mustUnderstand");
            must(to)
        });
        let security = must(el(WSSE, "Security")).children(self.security.iter().cloned());
        let header = el(self.soap, "Header").children(action).child(reply).children(to).child(security);
        el(self.soap, "Envelope")
            .declare(self.soap)
            .declare(WSA)
            .declare(WSSE)
            .declare(WSU)
            .declare(XENC)
            .declare(DS_PREFIXED)
            .child(header)
            .child(el(self.soap, "Body").child(self.body.clone()))
    }

    pub(crate) fn sent(&self) -> String {
        self.envelope().sent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_known_times_written_as_dates() {
        assert_eq!(instant(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(instant(951_782_400), "2000-02-29T00:00:00.000Z");
        assert_eq!(instant(NOW), "2025-11-24T16:00:00.000Z");
        assert_eq!(instant(1_767_225_599), "2025-12-31T23:59:59.000Z");
    }
}
