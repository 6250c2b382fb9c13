//! What a partner's autodiscover service says about its federation: the answer to `GetFederationInformation`.
//!
//! Follows [MS-OXWSADISC] 3.1.4.3. The answer comes without a signature, so that nothing in it is trusted: it is compared
//! with the policy.

mod rules;

use std::fmt;

use super::defect::Defects;
use super::names::{autodiscover, soap11, soap12};
use super::xml::{Name, Node, TextDefect, Tree};
use crate::budget::Budget;
use crate::verdict::{Finding, Part, RuleId};

pub use rules::{review, review_for, review_message};

/// Domains of one answer that are read. 5000: as many as a tenant may have.
const MAX_DOMAINS: usize = 5000;
/// Token issuers of one answer that are read. 16: real answers have one or two.
const MAX_TOKEN_ISSUERS: usize = 16;

/// An answer to `GetFederationInformation`, as it was read and not yet judged.
///
/// # Examples
/// ```
/// use token_core::dauth::federation_information::FederationInformation;
/// use token_core::dauth::xml::Text;
/// use token_core::Budget;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let answer = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
///   <GetFederationInformationResponseMessage xmlns="http://schemas.microsoft.com/exchange/2010/Autodiscover"><Response>
///     <ErrorCode>NoError</ErrorCode><ErrorMessage/><ApplicationUri>outlook.com</ApplicationUri>
///   </Response></GetFederationInformationResponseMessage></s:Body></s:Envelope>"#;
/// let text = Text::scan(answer.as_bytes(), &Budget::DEFAULT)?;
/// let tree = text.parse(&Budget::DEFAULT)?;
/// let information = FederationInformation::read(&tree).ok_or("another message")?;
/// assert_eq!(information.application_uri(), Some("outlook.com"));
/// # Ok(())
/// # }
/// ```
pub struct FederationInformation<'d> {
    error_code: Option<&'d str>,
    error_message: Option<&'d str>,
    application_uri: Option<&'d str>,
    domains: Vec<&'d str>,
    token_issuers: Vec<AnnouncedIssuer<'d>>,
    defects: Defects,
}

/// A token issuer that the partner announces.
#[derive(Clone, Copy, Default)]
pub struct AnnouncedIssuer<'d> {
    /// Where tokens are asked for.
    pub endpoint: Option<&'d str>,
    /// Its name.
    pub uri: Option<&'d str>,
}

impl<'d> FederationInformation<'d> {
    /// Returns bounds within which an answer is read: as the given ones, with room for as many domains as a tenant may have.
    #[must_use]
    pub const fn budget(budget: &Budget) -> Budget {
        // A domain is one piece and at most 253 bytes; the rest is for what surrounds them.
        Budget { max_xml: 2 * 1024 * 1024, max_xml_pieces: 4 * MAX_DOMAINS, ..*budget }
    }

    /// Reads an answer; nothing where the document is another message.
    #[must_use]
    pub fn read(tree: &'d Tree<'_>) -> Option<Self> {
        let envelope = tree.root()?;
        let (_, _, body) = [
            (soap11::ENVELOPE, soap11::HEADER, soap11::BODY),
            (soap12::ENVELOPE, soap12::HEADER, soap12::BODY),
        ]
        .into_iter()
        .find(|(name, ..)| envelope.is(*name))?;
        let message =
            envelope.all(body).find_map(|body| body.all(autodiscover::FEDERATION_RESPONSE).next())?;

        let mut defects = Defects::of(Part::Federation);
        if let Some(body) = defects.only(RuleId::Da21, envelope, body) {
            defects.only(RuleId::Da21, body, autodiscover::FEDERATION_RESPONSE);
            defects.refuse_others(RuleId::Da21, "Body", body, &[autodiscover::FEDERATION_RESPONSE]);
        }
        let mut information = Self {
            error_code: None,
            error_message: None,
            application_uri: None,
            domains: Vec::new(),
            token_issuers: Vec::new(),
            defects,
        };
        information.fill(message);
        Some(information)
    }

    fn fill(&mut self, message: Node<'d>) {
        let defects = &mut self.defects;
        let Some(response) = defects.only(RuleId::Da31, message, autodiscover::RESPONSE) else { return };
        let code = defects.only(RuleId::Da31, response, autodiscover::ERROR_CODE);
        self.error_code = code.and_then(|node| defects.text(autodiscover::ERROR_CODE.local, node));
        self.error_message = value(defects, RuleId::Da31, response, autodiscover::ERROR_MESSAGE);
        self.application_uri = value(defects, RuleId::Da32, response, autodiscover::APPLICATION_URI);
        if let Some(list) = defects.at_most_one(RuleId::Da33, response, autodiscover::DOMAINS) {
            let entries = bounded(defects, list, autodiscover::DOMAIN, MAX_DOMAINS);
            let domains = entries.filter_map(|node| defects.text(autodiscover::DOMAIN.local, node));
            self.domains = domains.collect();
        }
        if let Some(list) = defects.at_most_one(RuleId::Da30, response, autodiscover::TOKEN_ISSUERS) {
            let entries = bounded(defects, list, autodiscover::TOKEN_ISSUER, MAX_TOKEN_ISSUERS);
            let issuers = entries.map(|node| AnnouncedIssuer {
                endpoint: value(defects, RuleId::Da30, node, autodiscover::ENDPOINT),
                uri: value(defects, RuleId::Da30, node, autodiscover::URI),
            });
            self.token_issuers = issuers.collect();
        }
    }

    /// Returns the error code: `NoError`, `NotFederated` and the like.
    #[must_use]
    pub const fn error_code(&self) -> Option<&'d str> {
        self.error_code
    }

    /// Returns the error message.
    #[must_use]
    pub const fn error_message(&self) -> Option<&'d str> {
        self.error_message
    }

    /// Returns the partner's application URI.
    #[must_use]
    pub const fn application_uri(&self) -> Option<&'d str> {
        self.application_uri
    }

    /// Returns the partner's domains, as they are spelled.
    #[must_use]
    pub fn domains(&self) -> &[&'d str] {
        &self.domains
    }

    /// Returns what is wrong with the shape of the answer, before any rule is asked.
    #[must_use]
    pub fn problems(&self) -> Vec<Finding> {
        self.defects.iter().map(|defect| defect.check.finding(defect.outcome, defect.evidence())).collect()
    }

    /// Returns the token issuers that the partner announces.
    #[must_use]
    pub fn token_issuers(&self) -> &[AnnouncedIssuer<'d>] {
        &self.token_issuers
    }
}

/// The text of an element that may be absent or empty: `xsi:nil` says the same.
fn value<'d>(defects: &mut Defects, rule: RuleId, parent: Node<'d>, name: Name) -> Option<&'d str> {
    let node = defects.at_most_one(rule, parent, name)?;
    if node.text() == Err(TextDefect::Empty) {
        return None;
    }
    defects.text(name.local, node)
}

/// The entries of a list, no more than may be; notes where there are more.
fn bounded<'d>(
    defects: &mut Defects,
    list: Node<'d>,
    name: Name,
    max: usize,
) -> impl Iterator<Item = Node<'d>> + use<'d> {
    let entries = list.all(name).count();
    if entries > max {
        defects.note(RuleId::Da01, name.local, list, format!("at most {max}"), entries);
    }
    list.all(name).take(max)
}

/// Shows how much there is, and none of it: nobody vouches for what is in an answer.
impl fmt::Debug for FederationInformation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FederationInformation")
            .field("domains", &self.domains.len())
            .field("token_issuers", &self.token_issuers.len())
            .finish_non_exhaustive()
    }
}

/// Shows what is there, and none of it.
impl fmt::Debug for AnnouncedIssuer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnnouncedIssuer")
            .field("endpoint", &self.endpoint.is_some())
            .field("uri", &self.uri.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dauth::xml::Text;

    const SOAP11: &str = soap11::NAMESPACE;

    fn read<R>(xml: &str, check: impl FnOnce(Option<FederationInformation<'_>>) -> R) -> R {
        let budget = FederationInformation::budget(&Budget::DEFAULT);
        let text = Text::scan(xml.as_bytes(), &budget).unwrap();
        let tree = text.parse(&budget).unwrap();
        check(FederationInformation::read(&tree))
    }

    fn message(response: &str) -> String {
        format!(
            "<GetFederationInformationResponseMessage xmlns='{}'>{response}</GetFederationInformationResponseMessage>",
            autodiscover::NAMESPACE
        )
    }

    fn envelope(soap: &str, inner: &str) -> String {
        format!("<s:Envelope xmlns:s='{soap}'><s:Header/>{inner}</s:Envelope>")
    }

    fn answer(members: &str) -> String {
        envelope(SOAP11, &format!("<s:Body>{}</s:Body>", message(&format!("<Response>{members}</Response>"))))
    }

    /// The rules and elements of the defects of an answer.
    fn defects(xml: &str) -> Vec<(RuleId, &'static str)> {
        let list = |information: FederationInformation<'_>| {
            information.defects.iter().map(|d| (d.check.rule, d.check.location.claim.unwrap())).collect()
        };
        read(xml, |information| list(information.unwrap()))
    }

    const MEMBERS: &str = "<ErrorCode>NoError</ErrorCode><ErrorMessage/><ApplicationUri>outlook.com</ApplicationUri>\
        <Domains><Domain>fabrikam.com</Domain><Domain>Fabrikam.onmicrosoft.com</Domain></Domains>\
        <TokenIssuers><TokenIssuer><Endpoint>https://login.microsoftonline.com/extSTS.srf</Endpoint>\
        <Uri>urn:federation:MicrosoftOnline</Uri></TokenIssuer></TokenIssuers>";

    #[test]
    fn read_real_shape_gives_every_member() {
        read(&answer(MEMBERS), |information| {
            let information = information.unwrap();
            assert_eq!(information.error_code(), Some("NoError"));
            assert_eq!(information.error_message(), None);
            assert_eq!(information.application_uri(), Some("outlook.com"));
            assert_eq!(information.domains(), ["fabrikam.com", "Fabrikam.onmicrosoft.com"]);
            let [issuer] = information.token_issuers() else { panic!("one issuer") };
            assert_eq!(issuer.uri, Some("urn:federation:MicrosoftOnline"));
            assert_eq!(issuer.endpoint, Some("https://login.microsoftonline.com/extSTS.srf"));
            assert_eq!(information.defects.iter().count(), 0);
            let debug = format!("{information:?}{issuer:?}");
            assert!(!debug.contains("fabrikam") && !debug.contains("login"), "{debug}");
        });
    }

    #[test]
    fn read_answer_told_from_other_messages() {
        let soap12 = envelope(soap12::NAMESPACE, &format!("<s:Body>{}</s:Body>", message("<Response/>")));
        read(&soap12, |information| assert!(information.is_some()));
        let other_namespace =
            answer(MEMBERS).replace("exchange/2010/Autodiscover", "exchange/2010/autodiscover");
        let outside = envelope(SOAP11, &format!("<s:Body/>{}", message("<Response/>")));
        let nested = envelope(SOAP11, &format!("<s:Body><x>{}</x></s:Body>", message("<Response/>")));
        let mixed =
            answer(MEMBERS).replace("<s:Envelope", "<s:Envelope xmlns:t='urn:t'").replace("s:Body", "t:Body");
        for xml in ["<x/>", &message("<Response/>"), &other_namespace, &outside, &nested, &mixed] {
            read(xml, |information| assert!(information.is_none(), "{xml}"));
        }
    }

    #[test]
    fn read_second_of_what_stands_once_noted() {
        let body = |inner: &str| format!("<s:Body>{inner}</s:Body>");
        let good = message(&format!("<Response>{MEMBERS}</Response>"));
        let two_bodies = envelope(SOAP11, &(body(&good) + &body("")));
        assert_eq!(defects(&two_bodies), [(RuleId::Da21, "Body")]);
        let two_messages = envelope(SOAP11, &body(&good.repeat(2)));
        assert_eq!(defects(&two_messages), [(RuleId::Da21, "GetFederationInformationResponseMessage")]);
        let fault_beside = envelope(SOAP11, &body(&format!("{good}<s:Fault/>")));
        assert_eq!(defects(&fault_beside), [(RuleId::Da21, "Body")]);
        let two_responses = envelope(SOAP11, &body(&message("<Response/><Response/>")));
        assert_eq!(defects(&two_responses), [(RuleId::Da31, "Response")]);
        for (member, rule) in [
            ("ErrorCode", RuleId::Da31),
            ("ErrorMessage", RuleId::Da31),
            ("ApplicationUri", RuleId::Da32),
            ("Domains", RuleId::Da33),
            ("TokenIssuers", RuleId::Da30),
        ] {
            assert_eq!(defects(&answer(&format!("{MEMBERS}<{member}/>"))), [(rule, member)]);
        }
    }

    #[test]
    fn read_values_that_are_not_one_text_noted_and_absent() {
        let with = |from: &str, to: &str| answer(&MEMBERS.replace(from, to));
        for (xml, element) in [
            (with("outlook.com", "outlook.com<!---->.evil.test"), "ApplicationUri"),
            (with("NoError", "<![CDATA[NoError]]>"), "ErrorCode"),
            (with("<Domain>fabrikam.com", "<Domain><b/>"), "Domain"),
            (with("https://login", "<!---->https://login"), "Endpoint"),
            (with("urn:federation", "urn:<!---->federation"), "Uri"),
        ] {
            assert_eq!(defects(&xml), [(RuleId::Da11, element)]);
        }
        read(&with("outlook.com", "outlook.com<!---->.evil.test"), |information| {
            assert_eq!(information.unwrap().application_uri(), None);
        });
    }

    #[test]
    fn read_lists_bounded() {
        let domains = |count: usize| {
            answer(&format!(
                "<ErrorCode>NoError</ErrorCode><Domains>{}</Domains>",
                "<Domain>a</Domain>".repeat(count)
            ))
        };
        assert_eq!(defects(&domains(MAX_DOMAINS)), []);
        assert_eq!(defects(&domains(MAX_DOMAINS + 1)), [(RuleId::Da01, "Domain")]);
        let issuers = |count: usize| {
            let entries = "<TokenIssuer/>".repeat(count);
            answer(&format!("<ErrorCode>NoError</ErrorCode><TokenIssuers>{entries}</TokenIssuers>"))
        };
        assert_eq!(defects(&issuers(MAX_TOKEN_ISSUERS)), []);
        assert_eq!(defects(&issuers(MAX_TOKEN_ISSUERS + 1)), [(RuleId::Da01, "TokenIssuer")]);
        read(&issuers(MAX_TOKEN_ISSUERS + 1), |information| {
            assert_eq!(information.unwrap().token_issuers().len(), MAX_TOKEN_ISSUERS);
        });
    }
}
