//! CHL-01 and CHL-02: the header can be read, in one way.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::check;
use crate::challenge::bearer::canonical;
use crate::challenge::error::ChallengeError;
use crate::challenge::parse::{Body, Challenge, Scheme};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Reports what the parser could not read.
///
/// Follows RFC 9110 section 11.6.1.
///
/// # Findings
/// `CHL-01`, at the byte of the header line.
pub(super) fn check_error<S: Sink>(error: ChallengeError, sink: &mut S) -> Flow {
    let at = Check::new(RuleId::Chl01, Part::Challenge).at(Some(error.at));
    sink.record(at, Outcome::Refused, || Evidence::new("challenges as in RFC 9110 section 11.6.1", error))
}

/// Checks the form of one challenge.
///
/// Follows RFC 9110 section 11.2, and RFC 6750 section 3: Bearer has parameters, never a token68.
///
/// # Findings
/// `CHL-01`, `CHL-02`.
pub(super) fn check_form<S: Sink>(index: usize, challenge: &Challenge<'_>, sink: &mut S) -> Flow {
    let has_token68 = matches!(challenge.body(), Body::Token68(_));
    let fits = challenge.scheme() != Scheme::Bearer || !has_token68;
    sink.check(check(RuleId::Chl01, index), fits, || {
        let expected = if fits { "one reading" } else { "parameters after Bearer" };
        Evidence::new(expected, challenge)
    })?;

    let mut names = BTreeSet::new();
    let twice = challenge.params().find(|param| !names.insert(canonical(param.name())));
    let bare = challenge.deviations().next();
    sink.check(check(RuleId::Chl02, index), twice.is_none() && bare.is_none(), || match (twice, bare) {
        (Some(twice), _) => Evidence::new("each parameter once", format_args!("a second {}", twice.name())),
        (None, Some(bare)) => {
            Evidence::new("a token or a quoted string", format_args!("{} without quotes", bare.name()))
        }
        (None, None) => {
            Evidence::new("each parameter once, quoted where it must be", challenge.scheme_name())
        }
    })?;
    ControlFlow::Continue(())
}
