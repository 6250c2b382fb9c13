//! The one path from bytes to verdict: decode, judge the claims, choose the key, verify the signature.
//!
//! [`Validator::validate`] stops at the first finding that decides, [`Validator::review`] lists them all; both walk the
//! same path with the same rules.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::budget::Budget;
#[cfg(feature = "fetch")]
use crate::keys::refresh::{Asking, Refresher};
use crate::keys::{KeyChosen, KeySet, KeySource, X5t};
use crate::policy::{Policy, TrustedIssuer};
use crate::s2s::rules::{
    ClaimsJudged, Context, KeyProof, judge_claims, judge_key, judge_signature, question,
};
use crate::s2s::{Kind, Scratch, Token, User};
use crate::signature::{BadSignature, Question, SignatureVerified, WINDOW, verify_some};
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
    /// Another one for each policy and budget: what was accepted under one says nothing under another.
    id: u64,
}

impl<K: KeySource> Validator<K> {
    /// Makes a validator.
    #[must_use]
    pub fn new(policy: Policy, keys: K) -> Self {
        Self { policy, keys, budget: Budget::DEFAULT, id: next_id() }
    }

    /// Changes the bounds on what the input decides.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self.id = next_id();
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
        let text = token.as_ref();
        let mut token = Token::new();
        token.read(text, &self.budget, scratch);
        let accepted = self.decide(&token, &self.keys, now)?;
        Ok(Validated { token, accepted, text })
    }

    fn decide<'v>(
        &'v self,
        token: &Token<'_>,
        source: &impl KeySource,
        now: UnixTime,
    ) -> Result<Accepted<'v>, Rejection> {
        let mut sink = FirstFailure::default();
        let accepted = self.judge(token, source, now, &mut sink);
        conclude(accepted, sink)
    }

    /// Accepts tokens, or says why not, each as [`Validator::validate`] does, and answers in their order.
    ///
    /// Signatures are verified eight at a time, those of one key together. `scratch` grows to the memory of the largest
    /// batch it was used for; beside it only the results are allocated, and a working list of bounded size. All tokens
    /// are judged with the same snapshot of the keys. Threads share a validator, each with a scratch of its own.
    pub fn validate_batch<'t, T: AsRef<[u8]>>(
        &'t self,
        tokens: &'t [T],
        scratch: &'t mut BatchScratch,
        now: UnixTime,
    ) -> Vec<Result<Validated<'t>, Rejection>> {
        let keys = self.keys.current();
        let mut results = Vec::with_capacity(tokens.len());
        let mut window = Vec::with_capacity(tokens.len().min(WINDOW));
        for (tokens, scratches) in
            tokens.chunks(WINDOW).zip(scratch.for_tokens(tokens.len()).chunks_mut(WINDOW))
        {
            window.extend(tokens.iter().map(|text| Unverified::new(text.as_ref())));
            for (unverified, scratch) in window.iter_mut().zip(scratches) {
                self.judge_unverified(unverified, scratch, &keys, now);
            }
            let under = Under::of(self, &keys);
            verify_window(&mut window, &mut results, under, self.context(now));
        }
        results
    }

    /// Judges everything of a token but its signature.
    fn judge_unverified<'t, 'k>(
        &'t self,
        unverified: &mut Unverified<'t, 'k>,
        scratch: &'t mut Scratch,
        keys: &'k KeySet,
        now: UnixTime,
    ) {
        let Unverified { token, judged, sink, text } = unverified;
        token.read(text, &self.budget, scratch);
        *judged = self.judge_unsigned(token, keys, &self.keys, now, sink);
    }

    pub(crate) const fn id(&self) -> u64 {
        self.id
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
        let keys = source.current();
        let judged = self.judge_unsigned(token, &keys, source, now, sink)?;
        let proof = judge_signature(token, judged.key, |question| question.verify(), sink)?;
        let context = self.context(now);
        ControlFlow::Continue(
            proof.and_then(|proof| Accepted::new(judged.claims, &proof, Under::of(self, &keys), context)),
        )
    }

    const fn context(&self, now: UnixTime) -> Context<'_> {
        Context { policy: &self.policy, budget: &self.budget, now }
    }

    /// Walks the path up to the signature.
    fn judge_unsigned<'v, 'k, S: Sink>(
        &'v self,
        token: &Token<'_>,
        keys: &'k KeySet,
        source: &impl KeySource,
        now: UnixTime,
        sink: &mut S,
    ) -> ControlFlow<(), Judged<'v, 'k>> {
        let context = self.context(now);
        let claims = judge_claims(token, context, sink)?;
        let key = judge_key(token, &claims, keys, source, context, sink)?;
        ControlFlow::Continue(Judged { claims, key })
    }
}

/// Numbers validators, for the whole process.
fn next_id() -> u64 {
    static IDS: AtomicU64 = AtomicU64::new(1);
    IDS.fetch_add(1, Ordering::Relaxed)
}

/// What is known of a token before its signature is verified.
struct Judged<'v, 'k> {
    claims: ClaimsJudged<'v>,
    key: Option<KeyChosen<'k>>,
}

/// A token of a batch that waits for its signature to be verified, or was refused already.
struct Unverified<'t, 'k> {
    token: Token<'t>,
    judged: ControlFlow<(), Judged<'t, 'k>>,
    sink: FirstFailure,
    text: &'t [u8],
}

impl<'t> Unverified<'t, '_> {
    /// Makes a place for a token of which nothing is known yet.
    fn new(text: &'t [u8]) -> Self {
        Self { token: Token::new(), judged: ControlFlow::Break(()), sink: FirstFailure::default(), text }
    }

    fn question(&self) -> Option<Question<'_>> {
        match &self.judged {
            ControlFlow::Continue(Judged { key: Some(key), .. }) => question(&self.token, key),
            _ => None,
        }
    }

    /// Takes the token out, with the verdict on its signature. It is large: this moves it once, to where the result goes.
    #[inline]
    fn take(
        &mut self,
        verdict: Result<SignatureVerified, BadSignature>,
        under: Under,
        context: Context<'_>,
    ) -> Result<Validated<'t>, Rejection> {
        let (token, sink) = (&self.token, &mut self.sink);
        let accepted = match std::mem::replace(&mut self.judged, ControlFlow::Break(())) {
            ControlFlow::Continue(Judged { claims, key }) => judge_signature(token, key, |_| verdict, sink)
                .map_continue(|proof| proof.and_then(|proof| Accepted::new(claims, &proof, under, context))),
            ControlFlow::Break(()) => ControlFlow::Break(()),
        };
        let accepted = conclude(accepted, std::mem::take(sink))?;
        Ok(Validated { token: std::mem::replace(&mut self.token, Token::new()), accepted, text: self.text })
    }
}

/// Verifies the signatures of a window, and moves its tokens to the results.
fn verify_window<'t>(
    window: &mut Vec<Unverified<'t, '_>>,
    results: &mut Vec<Result<Validated<'t>, Rejection>>,
    under: Under,
    context: Context<'_>,
) {
    let mut verdicts = [Err(BadSignature); WINDOW];
    {
        let mut questions: [Option<Question<'_>>; WINDOW] = [None; WINDOW];
        for (question, unverified) in questions.iter_mut().zip(window.iter()) {
            *question = unverified.question();
        }
        verify_some(&questions, &mut verdicts);
    }
    results.extend(
        window.iter_mut().zip(verdicts).map(|(unverified, verdict)| unverified.take(verdict, under, context)),
    );
    window.clear();
}

/// Memory for decoding batches, to be used again for the next one.
#[derive(Debug, Default)]
pub struct BatchScratch(Vec<Scratch>);

impl BatchScratch {
    /// Makes an empty scratch; it grows to one [`Scratch`] for each token of the largest batch it sees.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    fn for_tokens(&mut self, count: usize) -> &mut [Scratch] {
        if self.0.len() < count {
            self.0.resize_with(count, Scratch::new);
        }
        &mut self.0
    }
}

/// Makes a verdict of what was proven and what stopped the judgement.
fn conclude(
    accepted: ControlFlow<(), Option<Accepted<'_>>>,
    sink: FirstFailure,
) -> Result<Accepted<'_>, Rejection> {
    match (accepted, sink.into_finding()) {
        (ControlFlow::Continue(Some(accepted)), None) => Ok(accepted),
        (_, Some(finding)) => Err(Rejection::new(finding)),
        // No rule stopped the judgement, yet a proof is missing: no such path is known, and it must not be Valid.
        (_, None) => Err(Rejection::new(unproven())),
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
                let text = token.as_ref();
                Ok(Validated { token: Token::decode(text, &self.budget, scratch), accepted, text })
            }
        }
    }
}

fn unproven() -> Finding {
    let check = Check::new(RuleId::Key02, Part::Token);
    check.finding(Outcome::Undecided, Evidence::new("a verified signature", "no proof of one"))
}

/// Under what a token was accepted: the validator's id and the generation of its keys.
#[derive(Clone, Copy)]
struct Under {
    validator: u64,
    generation: u64,
}

impl Under {
    fn of<K>(validator: &Validator<K>, keys: &KeySet) -> Self {
        Self { validator: validator.id, generation: keys.generation() }
    }
}

/// What was proven. Made of nothing but the proofs of each step.
struct Accepted<'v> {
    issuer: &'v TrustedIssuer,
    x5t: Option<X5t>,
    under: Under,
    from: UnixTime,
    until: UnixTime,
}

impl<'v> Accepted<'v> {
    fn new(
        judged: ClaimsJudged<'v>,
        (key, _verified): &KeyProof<'_>,
        under: Under,
        context: Context<'_>,
    ) -> Option<Self> {
        let expires = judged.expires.map(|exp| exp.plus(context.policy.skew().exp));
        let certificate = key.certificate().filter(|_| context.policy.require_valid_certificate());
        let until = expires.into_iter().chain(certificate.map(|certificate| certificate.not_after)).min();
        // A token without a time at which it expires was not accepted; it would not be kept, either.
        let until = until.unwrap_or(context.now);
        Some(Self { issuer: judged.issuer?, x5t: key.x5t(), under, from: context.now, until })
    }
}

/// A token that was accepted: decoded, judged by every rule, and verified.
pub struct Validated<'t> {
    token: Token<'t>,
    accepted: Accepted<'t>,
    text: &'t [u8],
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

    /// Returns the bytes of the token.
    pub(crate) const fn text(&self) -> &'t [u8] {
        self.text
    }

    /// Returns the validator's id and the generation of the keys under which the token was accepted.
    pub(crate) const fn under(&self) -> (u64, u64) {
        (self.accepted.under.validator, self.accepted.under.generation)
    }

    /// Returns from when to when the same validator with the same keys accepts the token, both included.
    pub(crate) const fn holds(&self) -> (UnixTime, UnixTime) {
        (self.accepted.from, self.accepted.until)
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
