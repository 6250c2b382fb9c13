//! The one path from the bytes of a message to a verdict on the user it speaks for.
//!
//! [`DauthValidator::validate`] stops at the first finding that decides, [`DauthValidator::review`] lists them all; both
//! walk the same path with the same rules.

use std::fmt;
use std::hint::black_box;
use std::ops::ControlFlow;

use super::assertion::{Assertion, AttributeName};
use super::decrypt::{Decoy, DecoyMethod, OwnKeys, open};
use super::defect::Defects;
use super::encrypted::EncryptedToken;
use super::message::{Message, SecurityToken, note_strays};
use super::names::saml;
use super::policy::DauthPolicy;
use super::rules::{
    ClaimsJudged, Context, Verification, check_message, check_message_signature, check_opened, check_xml,
    choose_key, choose_own_key, judge_claims, judge_signed, report_no_keys, served_endpoint,
};
use super::signature::{AssertionVerified, BadAssertion, Signature, SignedPart, check_ids};
use super::xml::{Node, Text, Tree, XmlError};
use crate::budget::Budget;
use crate::keys::{Key, KeyChosen, KeySet, KeySource, Lookup, Ski};
use crate::time::UnixTime;
use crate::verdict::{
    Check, Collect, Evidence, FirstFailure, Outcome, Part, Rejection, Review, RuleId, Sink,
};

/// A message as it was received.
#[derive(Clone, Copy)]
pub struct Received<'m> {
    message: &'m [u8],
    path: Option<&'m str>,
}

impl<'m> Received<'m> {
    /// Takes the bytes of a message, or of the token that was cut out of one.
    #[must_use]
    pub const fn message(message: &'m [u8]) -> Self {
        Self { message, path: None }
    }

    /// Says at which path of the server the message arrived: it must be one of the policy's endpoints.
    #[must_use]
    pub const fn at(mut self, path: &'m str) -> Self {
        self.path = Some(path);
        self
    }
}

/// Shows no content.
impl fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("bytes", &self.message.len()).field("path", &self.path).finish()
    }
}

/// Judges messages of federated delegation under a policy, with the issuer's keys and the own private keys.
#[derive(Debug)]
pub struct DauthValidator<K> {
    policy: DauthPolicy,
    keys: K,
    own: OwnKeys,
    budget: Budget,
}

impl<K: KeySource> DauthValidator<K> {
    /// Makes a validator.
    ///
    /// The source has the certificates of the token issuer under its name in the policy; `own` the private keys of this
    /// organisation's certificates, without which encrypted tokens are indeterminate.
    #[must_use]
    pub fn new(policy: DauthPolicy, keys: K, own: OwnKeys) -> Self {
        Self { policy, keys, own, budget: Budget::DEFAULT }
    }

    /// Changes the bounds on what the input decides.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Returns the policy.
    #[must_use]
    pub const fn policy(&self) -> &DauthPolicy {
        &self.policy
    }

    /// Returns the own private keys.
    #[must_use]
    pub const fn own_keys(&self) -> &OwnKeys {
        &self.own
    }

    /// Accepts a message, or says why not.
    ///
    /// # Errors
    /// The first finding that decides the verdict; [`DauthValidator::review`] has the others.
    pub fn validate(&self, received: Received<'_>, now: UnixTime) -> Result<Delegation, Rejection> {
        let mut sink = FirstFailure::default();
        let accepted = self.judge(received, now, &mut sink);
        match (accepted, sink.into_finding()) {
            (ControlFlow::Continue(Some(delegation)), None) => Ok(delegation),
            (_, Some(finding)) => Err(Rejection::new(finding)),
            // No rule stopped the judgement, yet a proof is missing: no such path is known, and it must not be Valid.
            (_, None) => {
                let check = Check::new(RuleId::Da18, Part::Assertion);
                let evidence = Evidence::new("a verified signature", "no proof of one");
                Err(Rejection::new(check.finding(Outcome::Undecided, evidence)))
            }
        }
    }

    /// Judges a message and lists every check: passed, broken, or not run.
    pub fn review(&self, received: Received<'_>, now: UnixTime) -> Review {
        let mut sink = Collect::default();
        let accepted = matches!(self.judge(received, now, &mut sink), ControlFlow::Continue(Some(_)));
        Review::new(sink.0, self.policy.danger().sentences(), accepted)
    }

    /// Walks the path. Accepts only with a proof of each step in hand.
    fn judge<S: Sink + Default>(
        &self,
        received: Received<'_>,
        now: UnixTime,
        sink: &mut S,
    ) -> ControlFlow<(), Option<Delegation>> {
        let text = Text::scan(received.message, &self.budget);
        let tree = Tree::of_scanned(&text, &self.budget);
        check_xml(&tree, Part::Message, sink)?;
        let Ok(tree) = tree else { return ControlFlow::Continue(None) };
        let message = Message::read(&tree);
        let endpoint = served_endpoint(&message, received.path, &self.policy);
        let context = Context { policy: &self.policy, now, path: received.path, endpoint };
        check_message(&message, context, sink)?;
        let keys = self.keys.current();
        match message.token() {
            // Why there is none was said before.
            None => ControlFlow::Continue(None),
            Some(SecurityToken::Assertion(assertion)) => {
                let lookup = choose_key(assertion, &keys, context);
                let defects = message.token_defects();
                let verified = judge_signed(assertion, defects, lookup, context, verify, sink)?;
                self.conclude(&message, assertion, defects, verified, context, sink)
            }
            Some(SecurityToken::Encrypted(token)) => {
                self.judge_encrypted(&message, token, &keys, context, sink)
            }
        }
    }

    /// Opens an encrypted token and judges what is inside.
    fn judge_encrypted<S: Sink + Default>(
        &self,
        message: &Message<'_>,
        token: &EncryptedToken,
        keys: &KeySet,
        context: Context<'_>,
        sink: &mut S,
    ) -> ControlFlow<(), Option<Delegation>> {
        let Some((sealed, own)) = choose_own_key(token, message.token_defects(), &self.own, context, sink)?
        else {
            return ControlFlow::Continue(None);
        };
        let Some(some_key) = keys.of_issuer(context.policy.token_issuer().uri()).next() else {
            report_no_keys(sink)?;
            return ControlFlow::Continue(None);
        };

        // From here to `check_opened` nothing returns early: how long it takes must not tell what went wrong.
        let plaintext = open(sealed, own, &decoy(some_key, context), &self.budget, is_walkable);
        let text = Text::scan(plaintext.bytes(), &self.budget);
        let tree = Tree::of_scanned(&text, &self.budget);
        let mut defects = Defects::of(Part::Assertion);
        let assertion = tree.as_ref().ok().and_then(|tree| read_inside(tree, &mut defects));
        if plaintext.is_unread() {
            let _ = tree.as_ref().ok().and_then(Tree::root).map(is_walkable).map(black_box);
        }
        let lookup =
            assertion.as_ref().map_or(Lookup::NoId, |assertion| choose_key(assertion, keys, context));
        // A key that is not found costs as much as one that is.
        let named = if let Lookup::Found(key) = lookup { Some(key) } else { None };
        let rsa = named.as_deref().unwrap_or(some_key).rsa();
        let answer =
            assertion.as_ref().and_then(Assertion::signature).map(|signature| signature.verify_evenly(rsa));
        let mut inside = S::default();
        let verified =
            judge_inside(&tree, assertion.as_ref(), &defects, lookup, answer, context, &mut inside);
        if !inside.is_against() {
            // What speaks against an assertion is written down. Where nothing does, the padding may still.
            let bad = BadAssertion { shape: false, signature: true, digest: false };
            let _ = black_box(Evidence::new("a signature that holds", bad));
        }
        let verified = match verified {
            ControlFlow::Continue(verified) => {
                verified.filter(|_| bool::from(plaintext.is_real()) && !inside.is_against())
            }
            ControlFlow::Break(()) => None,
        };
        check_opened(verified.is_some(), sink)?;

        if let Some(sent) = plaintext.unwalkable() {
            let text = Text::scan(sent, &self.budget);
            let tree = Tree::of_scanned(&text, &self.budget);
            let mut defects = Defects::of(Part::Assertion);
            let assertion = tree.as_ref().ok().and_then(|tree| read_inside(tree, &mut defects));
            let _ = judge_inside(&tree, assertion.as_ref(), &defects, Lookup::NoId, None, context, sink)?;
        }
        match assertion.filter(|_| bool::from(plaintext.is_real())) {
            Some(assertion) => {
                sink.absorb(inside);
                self.conclude(message, &assertion, &defects, verified, context, sink)
            }
            None => ControlFlow::Continue(None),
        }
    }

    /// Judges the claims and the message signature, and puts the proofs together.
    fn conclude<S: Sink>(
        &self,
        message: &Message<'_>,
        assertion: &Assertion<'_>,
        defects: &Defects,
        verified: Option<(KeyChosen<'_>, AssertionVerified)>,
        context: Context<'_>,
        sink: &mut S,
    ) -> ControlFlow<(), Option<Delegation>> {
        let judged = judge_claims(assertion, defects, context, sink)?;
        let relationship = judged.as_ref().map(|judged| judged.relationship);
        let covered = check_message_signature(message, assertion, relationship, context, sink)?;
        let (Some(judged), Some((key, proof))) = (judged, verified) else {
            return ControlFlow::Continue(None);
        };
        ControlFlow::Continue(Some(Delegation::new(assertion, &judged, key, &proof, covered, context)))
    }
}

fn verify<'k>(signature: &Signature<'_>, key: KeyChosen<'k>) -> Verification<'k> {
    Verification { key, answer: signature.verify(key.rsa()) }
}

/// Makes what stands in for a plaintext that is none.
fn decoy(key: &Key, context: Context<'_>) -> Decoy {
    let method =
        if context.policy.danger().sha1_signatures { DecoyMethod::RsaSha1 } else { DecoyMethod::RsaSha256 };
    // Its key is found whatever the identifier: a key that is not found costs as much as one that is.
    let ski = Ski::of_public_key(key.rsa().modulus());
    Decoy::new(&ski, key.rsa().modulus().len(), method)
}

/// Whether what an encrypted token held can be judged to the end: it is an assertion with a signature to verify.
fn is_walkable(root: Node<'_>) -> bool {
    // Read whatever its name is.
    let is_verifiable = Assertion::read(root, &mut Defects::of(Part::Assertion))
        .signature()
        .is_some_and(Signature::is_verifiable);
    is_verifiable && root.is(saml::ASSERTION)
}

/// Reads what an encrypted token held: an assertion as a document of its own.
fn read_inside<'d>(tree: &'d Tree<'_>, defects: &mut Defects) -> Option<Assertion<'d>> {
    let root = tree.root()?;
    note_strays(root, Some(root), defects);
    check_ids(root, defects);
    root.is(saml::ASSERTION).then(|| Assertion::read(root, defects))
}

/// Judges what an encrypted token held, up to the issuer's signature.
fn judge_inside<'k, T, S: Sink>(
    tree: &Result<T, XmlError>,
    assertion: Option<&Assertion<'_>>,
    defects: &Defects,
    lookup: Lookup<'k>,
    answer: Option<Result<AssertionVerified, BadAssertion>>,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Option<(KeyChosen<'k>, AssertionVerified)>> {
    check_xml(tree, Part::Assertion, sink)?;
    let Some(assertion) = assertion else {
        let check = Check::new(RuleId::Da22, Part::Assertion);
        sink.check(check, false, || Evidence::new("a SAML 1.1 assertion", "another document"))?;
        return ControlFlow::Continue(None);
    };
    let verify = |signature: &Signature<'_>, key: KeyChosen<'k>| match answer {
        Some(answer) => Verification { key, answer },
        None => verify(signature, key),
    };
    judge_signed(assertion, defects, lookup, context, verify, sink)
}

/// What a message was accepted for: an offer, asked for on behalf of a user of another organisation.
///
/// Only an accepted message makes one. Its texts were signed by the token issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delegation {
    /// The requesting user's address, as the assertion spells it.
    pub email: String,
    /// The domain of that address, in lower case: what the relationship lists.
    pub domain: String,
    /// The offer, the assertion's `action`.
    pub offer: String,
    /// The own application URI for which the assertion was issued, as it spells it.
    pub audience: String,
    /// The organisation relationship that allows it.
    pub relationship: String,
    /// The domain of the organisation that asked for the token. It decides nothing.
    pub requestor_domain: Option<String>,
    /// The token issuer.
    pub issuer: String,
    /// The assertion's id.
    pub assertion_id: String,
    /// The subject key identifier of the issuer's certificate whose key verified the assertion.
    pub key: Option<Ski>,
    /// Until when the assertion can be used, skew included: how long a replay watch has to remember it.
    pub usable_until: UnixTime,
    /// Which parts of the message are signed with the proof key. The body never is.
    pub signed_parts: Vec<SignedPart>,
}

impl Delegation {
    fn new(
        assertion: &Assertion<'_>,
        judged: &ClaimsJudged<'_, '_>,
        key: KeyChosen<'_>,
        _proof: &AssertionVerified,
        signed_parts: Vec<SignedPart>,
        context: Context<'_>,
    ) -> Self {
        let (policy, conditions) = (context.policy, assertion.conditions());
        let life = policy.offers().of(judged.offer).unwrap_or_default();
        // Both ends must lie ahead for the assertion to be accepted once more, so the earlier one counts.
        let ends = [conditions.not_on_or_after, conditions.not_before.map(|from| from.plus(life))];
        let end = ends.into_iter().flatten().min().unwrap_or(context.now);
        Self {
            email: judged.email_as_spelled.to_owned(),
            domain: judged.email.domain().to_string(),
            offer: judged.offer.to_owned(),
            audience: judged.audience.to_owned(),
            relationship: judged.relationship.name().to_owned(),
            requestor_domain: assertion.value(AttributeName::RequestorDomain).map(str::to_owned),
            issuer: assertion.issuer().unwrap_or_default().to_owned(),
            assertion_id: assertion.id().unwrap_or_default().to_owned(),
            key: key.certificate().map(|certificate| certificate.ski.clone()),
            usable_until: end.plus(policy.skew()),
            signed_parts,
        }
    }
}
