//! Messages of federated delegation for people: how they are addressed, who signed what, what is inside.
//!
//! Follows the layout of tokens: facts first, each part after that under a title of its own.

use super::page::{BAD, BOLD, DIM, DOUBTFUL, GOOD, NAME, PLAIN, Page, Row};
use super::text::{FACTS, labelled};
use crate::clock;
use crate::report::ProblemView;
use crate::report::dauth::{
    AssertionView, AttributeView, EncryptedView, Facts, FederationView, MessageView, Moment, SkiView,
    SoapView, State, SubjectView, TokenOfMessage,
};

/// Columns of the labels inside a part: `subject of statement`, cut.
const PART: usize = 14;

/// Columns of the parts that can be signed: `encrypted token`.
const SIGNED: usize = 15;

fn fact(page: &mut Page, label: &str, text: &str) {
    labelled(page, 2, label, FACTS, text, NAME);
}

fn part(page: &mut Page, label: &str, text: &str) {
    labelled(page, 4, label, PART, text, NAME);
}

fn part_meaning(page: &mut Page, text: &str) {
    page.text(4 + PART + 2, text, DIM);
}

/// What a verdict is about.
pub(super) fn facts(page: &mut Page, facts: Option<&Facts>, message: &MessageView) {
    fact(page, "kind", "message of federated delegation (dauth)");
    if let Some(facts) = facts {
        let rows = [
            ("on behalf of", &facts.email),
            ("offer", &facts.offer),
            ("audience", &facts.audience),
            ("relationship", &facts.relationship),
            ("requested by", &facts.requestor_domain),
        ];
        for (label, value) in rows {
            if let Some(value) = value {
                fact(page, label, value);
            }
        }
    }
    if let Some(path) = &message.path {
        fact(page, "endpoint", path);
    }
    if let Some(soap) = &message.soap {
        timestamp(page, soap);
    }
    if let Some(assertion) = message.assertion() {
        conditions(page, assertion);
    }
    match (&message.token, facts) {
        (Some(TokenOfMessage::Encrypted(token)), _) => encrypted_for(page, token),
        (None, _) => fact(page, "token", "none that could be read"),
        _ => {}
    }
    let Some(facts) = facts.filter(|facts| facts.relationship.is_some()) else { return };
    if let Some(until) = &facts.usable_until {
        fact(page, "usable until", until);
    }
    if message.soap.is_some() {
        let parts = facts.signed_parts.join(", ");
        let none = "nothing: TLS alone protects timestamp, addresses and body";
        fact(page, "signed by sender", if parts.is_empty() { none } else { &parts });
    }
}

fn encrypted_for(page: &mut Page, token: &EncryptedView) {
    let Some(recipient) = &token.recipient else { return };
    let opened = match &token.opened {
        State::Opened { .. } | State::OtherContent { .. } => "opened",
        State::DoesNotOpen => "does not open",
        State::NoKey => "no private key at hand",
        State::NotSupported => "cannot be opened",
    };
    fact(page, "encrypted for", &format!("{} ({opened})", recipient.base64));
}

/// A message that was looked at.
pub(super) fn message(page: &mut Page, message: &MessageView) {
    let size = format!("{} bytes", message.bytes);
    match &message.soap {
        Some(soap) => {
            fact(page, "message", &format!("{}, {size}", soap.version));
            addressing(page, soap);
        }
        None if message.token.is_some() => {
            fact(page, "message", &format!("none: the token alone, {size}"));
        }
        None => fact(page, "size", &size),
    }
    if let Some(path) = &message.path {
        fact(page, "endpoint", path);
        if let Some(meaning) = message.path_meaning {
            page.text(2 + FACTS + 2, meaning, DIM);
        }
    }
    problems(page, 2, &message.problems);
    if !message.signed.is_empty() {
        page.blank();
        page.line(2, &[("SIGNED BY", BOLD), ("  as the message says, not verified", DIM)]);
        for signed in &message.signed {
            let text = match (&signed.by, signed.remark) {
                (Some(by), _) => by.clone(),
                // Of the token it is not known; of everything else it is.
                (None, Some(remark)) if signed.part.ends_with("token") => remark.to_owned(),
                (None, remark) => format!("nobody{}", remark.map(|r| format!(": {r}")).unwrap_or_default()),
            };
            labelled(page, 4, signed.part, SIGNED, &text, NAME);
        }
    }
    match &message.token {
        Some(TokenOfMessage::Encrypted(token)) => encrypted(page, token),
        Some(TokenOfMessage::Assertion(assertion)) => self::assertion(page, assertion, "in clear"),
        None => {}
    }
}

fn addressing(page: &mut Page, soap: &SoapView) {
    let rows = [("to", &soap.to), ("action", &soap.action), ("message id", &soap.message_id)];
    for (label, value) in rows {
        if let Some(value) = value {
            fact(page, label, value);
        }
    }
    match &soap.operation {
        Some(operation) => {
            fact(page, "operation", &format!("{} ({})", operation.name, operation.namespace));
        }
        None if soap.body_omitted => {
            fact(page, "operation", "not looked at: the message is too long, its headers alone were read");
        }
        None => fact(page, "operation", "none: the body is empty"),
    }
    timestamp(page, soap);
    if soap.created.is_none() && soap.expires.is_none() {
        fact(page, "timestamp", "none");
    }
}

fn timestamp(page: &mut Page, soap: &SoapView) {
    let (Some(created), Some(expires)) = (&soap.created, &soap.expires) else { return };
    let life = expires.unix.checked_sub(created.unix).map(|secs| format!(" ({})", clock::span(secs)));
    fact(page, "timestamp", &format!("{} to {}{}", created.at, expires.at, life.unwrap_or_default()));
    state(page, 2, FACTS, &[("created", "created in the future:", created)], expires);
}

/// Says how far begin and end are from now.
fn state(page: &mut Page, indent: usize, column: usize, begins: &[(&str, &str, &Moment)], end: &Moment) {
    let mut said: Vec<_> = begins
        .iter()
        .map(|(past, future, at)| format!("{} {}", if at.is_past { past } else { future }, at.relative))
        .collect();
    said.push(format!("{} {}", if end.is_past { "expired" } else { "expires" }, end.relative));
    let style = if end.is_past { DOUBTFUL } else { PLAIN };
    page.row(&Row { indent, label: "", label_style: PLAIN, column, text: &said.join(", "), style });
}

fn conditions(page: &mut Page, assertion: &AssertionView) {
    let Some(span) = assertion.span() else { return };
    fact(page, "assertion", &span);
    if let (Some(from), Some(until)) = (&assertion.from, &assertion.until) {
        state(page, 2, FACTS, &[("began", "begins", from)], until);
    }
    if let Some((text, style)) = offer_life(assertion) {
        page.row(&Row { indent: 2, label: "", label_style: PLAIN, column: FACTS, text: &text, style });
    }
}

/// When the offer's life ends, which is mostly long before the conditions do.
fn offer_life(assertion: &AssertionView) -> Option<(String, anstyle::Style)> {
    let (until, secs) = (assertion.offer_until.as_ref()?, assertion.offer_seconds?);
    let ended = if until.is_past { "ended" } else { "ends" };
    let text = format!("the offer's life of {} {ended} {} ({})", clock::span(secs), until.at, until.relative);
    Some((text, if until.is_past { DOUBTFUL } else { PLAIN }))
}

fn key(page: &mut Page, label: &str, ski: &SkiView) {
    part(page, label, &format!("{} (base64)", ski.base64));
    part(page, "", &format!("{} (hexadecimal)", ski.hex));
}

fn encrypted(page: &mut Page, token: &EncryptedView) {
    page.blank();
    page.line(2, &[("ENCRYPTED TOKEN", BOLD)]);
    match &token.recipient {
        Some(recipient) => {
            key(page, "for the key", recipient);
            part_meaning(
                page,
                "Subject key identifier of the receiver's certificate, as the sender names it.",
            );
        }
        None => part(page, "for the key", "not named in the way that is known"),
    }
    let bytes = |bytes: Option<usize>| bytes.map(|bytes| format!(", {bytes} bytes")).unwrap_or_default();
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| "not named".to_owned());
    part(page, "session key", &format!("{}{}", named(&token.key_transport), bytes(token.key_bytes)));
    part(page, "token", &format!("{}{}", named(&token.cipher), bytes(token.data_bytes)));
    let (text, style) = match &token.opened {
        State::Opened { .. } => ("opened with the private key at hand", GOOD),
        State::OtherContent { .. } => ("opened, and what is inside is no assertion", BAD),
        State::DoesNotOpen => ("does not open with the private key at hand", BAD),
        State::NoKey => ("not opened: give the private key of that certificate by --decrypt-key", DOUBTFUL),
        State::NotSupported => ("cannot be opened: its form or its algorithms are not supported", BAD),
    };
    page.row(&Row { indent: 4, label: "state", label_style: NAME, column: PART, text, style });
    match &token.opened {
        State::Opened { assertion, problems } => {
            self::assertion(page, assertion, "opened");
            self::problems(page, 4, problems);
        }
        State::OtherContent { problems } => self::problems(page, 4, problems),
        _ => {
            let unknown = "who issued it, for whom and for what, until when, and whether it is signed at all";
            part(page, "not known", unknown);
        }
    }
}

fn assertion(page: &mut Page, assertion: &AssertionView, how: &str) {
    page.blank();
    page.line(2, &[("ASSERTION", BOLD), ("  ", PLAIN), (how, DIM)]);
    let none = || "none".to_owned();
    part(page, "id", assertion.id.as_deref().unwrap_or("none"));
    part(page, "issuer", assertion.issuer.as_deref().unwrap_or("none"));
    if let Some(meaning) = assertion.issuer_meaning {
        part_meaning(page, meaning);
    }
    if let Some(issued) = &assertion.issued {
        part(page, "issued", &format!("{} ({})", issued.at, issued.relative));
    }
    part(page, "conditions", &assertion.span().unwrap_or_else(none));
    if let (Some(from), Some(until)) = (&assertion.from, &assertion.until) {
        state(page, 4, PART, &[("began", "begins", from)], until);
    }
    if let Some((text, style)) = offer_life(assertion) {
        page.row(&Row { indent: 4, label: "", label_style: PLAIN, column: PART, text: &text, style });
    }
    part(page, "audience", assertion.audience.as_deref().unwrap_or("none"));
    if let Some(meaning) = assertion.audience_meaning {
        part_meaning(page, meaning);
    }
    match &assertion.signature {
        Some(signature) => {
            let text = format!("{} over {}, not verified", signature.method, signature.digest);
            part(page, "signature", &text);
            key(page, "signed with", &signature.key);
            part_meaning(page, "Subject key identifier of the token issuer's certificate.");
        }
        None => part(page, "signature", "none of the one shape that is known"),
    }
    for subject in &assertion.subjects {
        self::subject(page, subject);
    }
    if !assertion.attributes.is_empty() {
        page.line(4, &[("attributes", DIM)]);
    }
    let column =
        assertion.attributes.iter().map(|a| a.name.chars().count()).max().unwrap_or_default().min(20);
    for attribute in &assertion.attributes {
        self::attribute(page, attribute, column);
    }
}

fn subject(page: &mut Page, subject: &SubjectView) {
    page.line(4, &[("subject of the ", DIM), (subject.statement, DIM)]);
    let column = PART - 2;
    let mut row = |label: &str, text: &str| labelled(page, 6, label, column, text, NAME);
    row("name", subject.name.as_deref().unwrap_or("none"));
    if let Some(format) = &subject.format {
        row("format", format);
    }
    if let Some(meaning) = subject.format_meaning {
        page.text(6 + column + 2, meaning, DIM);
    }
    for method in &subject.confirmation {
        labelled(page, 6, "confirmation", column, &method.method, NAME);
        if let Some(meaning) = method.meaning {
            page.text(6 + column + 2, meaning, DIM);
        }
    }
    if let Some(bits) = subject.proof_key_bits {
        labelled(page, 6, "proof key", column, &format!("{bits} bits, never shown"), NAME);
    }
}

fn attribute(page: &mut Page, attribute: &AttributeView, column: usize) {
    let values = attribute.values.join(", ");
    let text = match attribute.meaning {
        Some(meaning) => format!("{values} ({})", meaning.trim_end_matches('.')),
        None => values,
    };
    labelled(page, 6, &attribute.name, column, &text, NAME);
    let explanation = match (attribute.explanation, attribute.source) {
        (Some(sentence), Some(source)) => format!("{sentence} ({source})"),
        _ => format!("Not in the dictionary; of the namespace {}.", attribute.namespace),
    };
    page.text(6 + column + 2, &explanation, DIM);
}

/// An answer to GetFederationInformation, member by member.
pub(super) fn federation(page: &mut Page, information: &FederationView) {
    fact(page, "kind", "answer to GetFederationInformation, signed by nobody");
    let mut explained = |label: &str, value: Option<&str>, meaning: Option<&str>| {
        fact(page, label, value.unwrap_or("none"));
        if let Some(meaning) = meaning {
            page.text(2 + FACTS + 2, meaning, DIM);
        }
    };
    explained("error code", information.error_code.as_deref(), information.error_meaning);
    if let Some(message) = &information.error_message {
        explained("error message", Some(message), None);
    }
    let uri = information.application_uri.as_deref();
    explained("application URI", uri, information.application_uri_meaning);
    for issuer in &information.token_issuers {
        explained("token issuer", issuer.uri.as_deref(), issuer.meaning);
        explained("asked at", issuer.endpoint.as_deref(), None);
    }
    if information.token_issuers.is_empty() {
        explained("token issuer", None, None);
    }
    let count = information.domains.len();
    explained("domains", Some(&count.to_string()), None);
    for domain in &information.domains {
        explained("", Some(domain), None);
    }
    problems(page, 2, &information.problems);
}

fn problems(page: &mut Page, indent: usize, problems: &[ProblemView]) {
    if !problems.is_empty() {
        page.blank();
    }
    for problem in problems {
        let (label, style) = if problem.broken { ("broken", BAD) } else { ("doubtful", DOUBTFUL) };
        let byte = problem.byte.filter(|_| problem.broken);
        let byte = byte.map(|byte| format!(", at byte {byte}")).unwrap_or_default();
        let text = format!("{}{byte} [{}]", problem.message, problem.rule);
        labelled(page, indent, label, label.len(), &text, style);
    }
}
