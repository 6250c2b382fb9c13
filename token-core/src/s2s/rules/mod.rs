//! The rules for server-to-server tokens, each written once, for `validate` and `review` alike.
//!
//! One file for each subject. The order below is the order of judgement: what the token says of itself, then whether
//! the policy agrees, then the time; the key and the signature come last, since they cost the most (see
//! ARCHITECTURE.md, deviations).

mod actor;
mod audience;
mod entra;
mod facts;
mod form;
mod identity;
mod input;
mod issuer;
mod key;
mod marker;
mod names;
mod time;
mod user;

use super::token::Token;
use crate::budget::Budget;
use crate::policy::{Policy, TrustedIssuer};
use crate::time::UnixTime;
use crate::verdict::Sink;

use facts::{Facts, Texts};
pub(crate) use key::{KeyProof, judge_key, judge_signature, question};

/// What every rule may look at beside the token.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) policy: &'c Policy,
    pub(crate) budget: &'c Budget,
    pub(crate) now: UnixTime,
}

/// The proof that every rule about the claims was run and that none of them stopped the judgement.
///
/// Only [`judge_claims`] makes one. It does not say that the claims are true: that takes the signature.
#[derive(Debug)]
#[must_use]
pub(crate) struct ClaimsJudged<'c> {
    /// The issuer that the policy trusts for this token; absent only where a finding says so.
    pub(crate) issuer: Option<&'c TrustedIssuer>,
    /// The earliest end of a layer.
    pub(crate) expires: Option<UnixTime>,
    _private: (),
}

/// Runs every rule that needs no key.
pub(crate) fn judge_claims<'c, S: Sink>(
    token: &Token<'_>,
    context: Context<'c>,
    sink: &mut S,
) -> std::ops::ControlFlow<(), ClaimsJudged<'c>> {
    input::check_bytes(token, sink)?;
    form::check_form(token, sink)?;
    marker::check_markers(token, sink)?;

    let signed_texts = Texts::of(token.signed());
    let signed = Facts::of(token.signed(), token.signed_kind(), &signed_texts);
    let outer_texts = token.outer().map(Texts::of);
    let outer = token.outer().zip(outer_texts.as_ref());
    let outer = outer.map(|(layer, texts)| Facts::of(layer, token.kind(), texts));
    let sides = || outer.iter().chain(std::iter::once(&signed));

    identity::check_location(&signed, context, sink)?;
    for side in sides() {
        names::check_principals(side, &signed, context, sink)?;
    }
    let issuer = issuer::check_issuer(&signed, context, sink)?;
    issuer::check_kind(outer.as_ref(), &signed, issuer, sink)?;
    entra::check_tenant(&signed, issuer, context, sink)?;
    identity::check_identity(&signed, context, sink)?;
    for side in sides() {
        audience::check_audience(side, context, sink)?;
        time::check_times(side, context, sink)?;
    }
    actor::check_actor(&signed, outer.as_ref(), issuer, context, sink)?;
    if let Some(outer) = &outer {
        actor::check_binding(outer, &signed, context, sink)?;
        time::check_nesting(outer, &signed, sink)?;
        user::check_user(outer, context, sink)?;
    }
    names::check_realms(&signed, outer.as_ref(), context, sink)?;
    for side in sides() {
        names::check_letter_case(side, context, sink)?;
    }
    let expires = sides().filter_map(|side| side.exp.value()).min();
    std::ops::ControlFlow::Continue(ClaimsJudged { issuer, expires, _private: () })
}
