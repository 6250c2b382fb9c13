//! The one path from bytes to verdict: decode, judge the claims, choose the key, verify the signature.
//!
//! [`Validator::validate`] stops at the first finding that decides, [`Validator::review`] lists them all; both walk the
//! same path with the same rules.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use crate::budget::Budget;
#[cfg(feature = "fetch")]
use crate::keys::refresh::{Asking, Refresher};
use crate::keys::{KeySource, X5t};
use crate::policy::{Policy, TrustedIssuer};
use crate::s2s::rules::{ClaimsJudged, Context, KeyProof, judge_claims, judge_key};
use crate::s2s::{Kind, Scratch, Token, User};
use crate::time::UnixTime;
use crate::verdict::{
    Check, Collect, Evidence, Finding, FirstFailure, Outcome, Part, Rejection, Review, RuleId, Sink,
};

/// Judges tokens under a policy, with the keys of a source.
#[derive(Clone, Debug)]
pub struct Validator<K> {
    policy: Policy,
    keys: K,
    budget: Budget,
}

impl<K: KeySource> Validator<K> {
    /// Makes a validator.
    #[must_use]
    pub const fn new(policy: Policy, keys: K) -> Self {
        Self { policy, keys, budget: Budget::DEFAULT }
    }

    /// Changes the bounds on what the input decides.
    #[must_use]
    pub const fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Returns the policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the source of keys.
    #[must_use]
    pub const fn keys(&self) -> &K {
        &self.keys
    }

    /// Accepts a token, or says why not.
    ///
    /// Takes the compact token's bytes and nothing around them, memory to decode into, and the time of judgement. The
    /// result borrows from both; nothing is allocated for a token that is accepted.
    ///
    /// # Errors
    /// The first finding that decides the verdict; [`Validator::review`] has the others.
    pub fn validate<'t>(
        &'t self,
        token: &'t (impl AsRef<[u8]> + ?Sized),
        scratch: &'t mut Scratch,
        now: UnixTime,
    ) -> Result<Validated<'t>, Rejection> {
        let token = Token::decode(token.as_ref(), &self.budget, scratch);
        let accepted = self.decide(&token, &self.keys, now)?;
        Ok(Validated { token, accepted })
    }

    fn decide<'v>(
        &'v self,
        token: &Token<'_>,
        source: &impl KeySource,
        now: UnixTime,
    ) -> Result<Accepted<'v>, Rejection> {
        let mut sink = FirstFailure::default();
        let accepted = self.judge(token, source, now, &mut sink);
        match (accepted, sink.into_finding()) {
            (ControlFlow::Continue(Some(accepted)), None) => Ok(accepted),
            (_, Some(finding)) => Err(Rejection::new(finding)),
            // No rule stopped the judgement, yet a proof is missing: no such path is known, and it must not be Valid.
            (_, None) => Err(Rejection::new(unproven())),
        }
    }

    /// Judges a token and lists every check: passed, broken, or not run.
    pub fn review(&self, token: impl AsRef<[u8]>, now: UnixTime) -> Review {
        let mut scratch = Scratch::new();
        let token = Token::decode(token.as_ref(), &self.budget, &mut scratch);
        let mut sink = Collect::default();
        // The snapshot alone, not its source: a review goes on past broken rules, and must not cause a fetch.
        let keys = self.keys.current();
        let accepted = matches!(self.judge(&token, &*keys, now, &mut sink), ControlFlow::Continue(Some(_)));
        Review::new(sink.0, self.policy.danger().sentences(), accepted)
    }

    /// Walks the path. Accepts only with a proof of each step in hand.
    fn judge<'v, S: Sink>(
        &'v self,
        token: &Token<'_>,
        source: &impl KeySource,
        now: UnixTime,
        sink: &mut S,
    ) -> ControlFlow<(), Option<Accepted<'v>>> {
        let context = Context { policy: &self.policy, budget: &self.budget, now };
        let judged = judge_claims(token, context, sink)?;
        let keys = source.current();
        let proof = judge_key(token, &judged, &keys, source, context, sink)?;
        ControlFlow::Continue(proof.and_then(|proof| Accepted::new(judged, &proof)))
    }
}

#[cfg(feature = "fetch")]
impl Validator<Refresher> {
    /// Accepts a token like [`Validator::validate`], but waits for a refresh if the token names an unknown key.
    ///
    /// It waits for one refresh at most, no longer than the sources' [`wait`](crate::policy::FetchSettings::wait)
    /// says, and only if one is under way or about to begin: an id that has asked lately, or a source that may not
    /// be asked within that time, makes nobody wait. `now` stays the time of judgement. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As for [`Validator::validate`].
    pub async fn validate_async<'t>(
        &'t self,
        token: &'t (impl AsRef<[u8]> + ?Sized),
        scratch: &'t mut Scratch,
        now: UnixTime,
    ) -> Result<Validated<'t>, Rejection> {
        let (decided, pending) = {
            let token = Token::decode(token.as_ref(), &self.budget, scratch);
            let asking = Asking::new(&self.keys);
            let decided = self.decide(&token, &asking, now);
            (decided, asking.into_pending())
        };
        match (decided, pending) {
            (Err(_), Some(pending)) => {
                pending.wait().await;
                self.validate(token, scratch, now)
            }
            (Err(rejection), None) => Err(rejection),
            (Ok(accepted), _) => {
                // The same bytes decode to the same token; the first one had to go before anything could be awaited.
                Ok(Validated { token: Token::decode(token.as_ref(), &self.budget, scratch), accepted })
            }
        }
    }
}

fn unproven() -> Finding {
    let check = Check::new(RuleId::Key02, Part::Token);
    check.finding(Outcome::Undecided, Evidence::new("a verified signature", "no proof of one"))
}

/// What was proven. Made of nothing but the proofs of each step.
struct Accepted<'v> {
    issuer: &'v TrustedIssuer,
    x5t: Option<X5t>,
}

impl<'v> Accepted<'v> {
    fn new(judged: ClaimsJudged<'v>, (key, _verified): &KeyProof<'_>) -> Option<Self> {
        Some(Self { issuer: judged.issuer?, x5t: key.x5t() })
    }
}

/// A token that was accepted: decoded, judged by every rule, and verified.
pub struct Validated<'t> {
    token: Token<'t>,
    accepted: Accepted<'t>,
}

impl<'t> Validated<'t> {
    /// Returns the token with its layers and claims.
    #[must_use]
    pub const fn token(&self) -> &Token<'t> {
        &self.token
    }

    /// Returns what kind of token it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.token.kind()
    }

    /// Returns the application that acts: a principal or, for Entra, an application id.
    #[must_use]
    pub fn acting_application(&self) -> Option<Cow<'t, str>> {
        self.token.acting_application()
    }

    /// Returns the user on whose behalf the application acts; nobody vouches for it but the application.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<User<'t>> {
        self.token.on_behalf_of()
    }

    /// Returns the tenant.
    #[must_use]
    pub fn tenant(&self) -> Option<Cow<'t, str>> {
        self.token.tenant()
    }

    /// Returns the issuer, as the policy names it.
    #[must_use]
    pub const fn issuer(&self) -> &'t TrustedIssuer {
        self.accepted.issuer
    }

    /// Returns the thumbprint of the certificate whose key verified the token, if the key has a certificate.
    #[must_use]
    pub const fn x5t(&self) -> Option<X5t> {
        self.accepted.x5t
    }

    /// Returns the time after which no layer may be used any more, without skew.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.token.expires()
    }
}

/// Shows who acts for whom, and nothing of the token's text.
impl fmt::Debug for Validated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validated")
            .field("kind", &self.kind())
            .field("issuer", &self.issuer().name())
            .field("x5t", &self.x5t())
            .finish_non_exhaustive()
    }
}
