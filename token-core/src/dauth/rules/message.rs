//! DA-21, DA-03, DA-15 and DA-17: the envelope, the one token, the timestamp, and to whom the message is addressed.
//!
//! Follows SOAP 1.1 section 4, WS-Security 1.1 sections 5 and 10, WS-Addressing 1.0 and ruling 17.

use super::{Context, check_shape};
use crate::dauth::message::{Envelope, Message, Timestamp};
use crate::dauth::policy::{DauthPolicy, ServedEndpoint};
use crate::policy::HttpsUrl;
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// The namespaces of the operations that Exchange serves with such tokens.
const OPERATIONS: [&str; 2] = [
    "http://schemas.microsoft.com/exchange/services/2006/messages",
    "http://schemas.microsoft.com/exchange/2010/Autodiscover",
];

/// Finds the endpoint that a message is for: by the path at which it arrived, else by its `wsa:To`.
pub(in crate::dauth) fn served_endpoint<'p>(
    message: &Message<'_>,
    path: Option<&str>,
    policy: &'p DauthPolicy,
) -> Option<&'p ServedEndpoint> {
    match path {
        Some(path) => policy.endpoint_at(path),
        None => policy.endpoint_named_by(message.envelope()?.to()?),
    }
}

/// Judges everything of a message but its token.
///
/// # Findings
/// `DA-21`, `DA-03`, `DA-15`, `DA-17`, `DA-25`.
pub(in crate::dauth) fn check_message<S: Sink>(
    message: &Message<'_>,
    context: Context<'_>,
    sink: &mut S,
) -> Flow {
    check_shape(RuleId::Da21, Part::Message, message.defects(), sink)?;
    if context.path.is_some() {
        // What stands alone was cut out of a message; nobody sends it.
        let check = Check::new(RuleId::Da21, Part::Message).claim("Envelope");
        let is_message = message.envelope().is_some();
        sink.check(check, is_message, || {
            Evidence::new("a SOAP envelope", if is_message { "one" } else { "a token without a message" })
        })?;
    }
    check_shape(RuleId::Da03, Part::Message, message.defects(), sink)?;
    check_shape(RuleId::Da11, Part::Message, message.defects(), sink)?;
    if let Some(envelope) = message.envelope() {
        check_shape(RuleId::Da15, Part::Message, message.defects(), sink)?;
        if !message.defects().breaks(RuleId::Da15) {
            check_timestamp(envelope.timestamp(), context, sink)?;
        }
        check_shape(RuleId::Da17, Part::Message, message.defects(), sink)?;
        if !message.defects().breaks(RuleId::Da17) {
            check_addressing(envelope, context, sink)?;
            check_operation(envelope, message.body_omitted(), sink)?;
        }
    }
    check_shape(RuleId::Da25, Part::Message, message.defects(), sink)
}

fn check_timestamp<S: Sink>(timestamp: Option<&Timestamp>, context: Context<'_>, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::Da15, Part::Message).claim("Timestamp");
    let Some(timestamp) = timestamp else {
        let outcome = Outcome::of_required(false, context.policy.require_timestamp());
        return sink.record(check, outcome, || Evidence::new("a timestamp", "none"));
    };
    // Whichever is missing was noted where it was read.
    let (Some(created), Some(expires)) = (timestamp.created, timestamp.expires) else {
        return Flow::Continue(());
    };
    let (now, skew) = (context.now, context.policy.skew());
    let check = Check::new(RuleId::Da15, Part::Message);
    sink.check(check.claim("Created"), created <= now.plus(skew), || {
        Evidence::new(format!("{now} or earlier, with {} s of skew", skew.as_secs()), created)
    })?;
    sink.check(check.claim("Expires"), expires > now.minus(skew), || {
        Evidence::new(format!("later than {now}, with {} s of skew", skew.as_secs()), expires)
    })?;
    let order = Outcome::refuse_unless(created < expires);
    sink.record(check.claim("Expires"), order, || Evidence::new(format!("later than {created}"), expires))?;
    let maximum = context.policy.maximum_timestamp();
    let life = expires.since(created).unwrap_or_default();
    sink.record(check.claim("Timestamp"), Outcome::report_unless(life <= maximum), || {
        Evidence::new(
            format!("a life of at most {} s", maximum.as_secs()),
            format_args!("{} s", life.as_secs()),
        )
    })
}

/// Judges where the message was sent: to this endpoint, by path and by `wsa:To`.
fn check_addressing<S: Sink>(envelope: &Envelope<'_>, context: Context<'_>, sink: &mut S) -> Flow {
    if let Some(path) = context.path {
        let check = Check::new(RuleId::Da17, Part::Message).claim("path");
        sink.check(check, context.endpoint.is_some(), || {
            let known: Vec<_> = context.policy.endpoints().iter().map(ServedEndpoint::path).collect();
            Evidence::new(known.join(" or "), path)
        })?;
    }
    let check = Check::new(RuleId::Da17, Part::Message).claim("To");
    let Some(to) = envelope.to() else {
        return sink.record(check, Outcome::Reported, || Evidence::new("the endpoint's URL", "none"));
    };
    let fits = context.endpoint.is_some_and(|endpoint| endpoint.is_named_by(to));
    sink.check(check, fits, || {
        let expected = match context.endpoint {
            Some(endpoint) if endpoint.urls().is_empty() => {
                format!("an https URL with the path {}", endpoint.path())
            }
            Some(endpoint) => endpoint.urls().iter().map(HttpsUrl::as_str).collect::<Vec<_>>().join(" or "),
            None => "the https URL of one of the policy's endpoints".to_owned(),
        };
        Evidence::new(expected, to)
    })
}

/// Judges whether the action is that of the body's first element.
fn check_operation<S: Sink>(envelope: &Envelope<'_>, body_omitted: bool, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::Da17, Part::Message).claim("Action");
    let Some(action) = envelope.action() else {
        return sink.record(check, Outcome::Reported, || Evidence::new("the action of the body", "none"));
    };
    if body_omitted {
        return sink.record(check, Outcome::Reported, || {
            Evidence::new("the action of the body", "a body that is too long to be looked at")
        });
    }
    let (namespace, element) = envelope.operation().unwrap_or_default();
    let fits = action.rsplit_once('/').is_some_and(|(before, operation)| {
        let ending = element.strip_prefix(operation);
        matches!(ending, Some("" | "Request" | "RequestMessage"))
            && !operation.is_empty()
            && OPERATIONS.contains(&namespace)
            && before.starts_with(namespace)
    });
    sink.check(check, fits, || {
        let expected = format!("the action of the body's {{{namespace}}}{element}");
        Evidence::new(expected, action)
    })
}
