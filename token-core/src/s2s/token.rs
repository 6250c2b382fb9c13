//! A token with its layers, decoded and not verified; and the facts that it claims.
//!
//! Follows [MS-XOAUTH] 3.2.5.6: an unsigned outer token around a signed actor token, one level deep.

use std::borrow::Cow;
use std::fmt;

use super::kind::Kind;
use super::layer::Layer;
use super::principal::Principal;
use crate::budget::Budget;
use crate::jose::{Claim, JsonType, ParseError, ParseErrorKind};
use crate::time::UnixTime;
use crate::verdict::Part;

/// Memory for decoding, to be used again for the next token. Nothing of a token stays readable in it for others.
#[derive(Default)]
pub struct Scratch {
    buffer: Vec<u8>,
}

impl Scratch {
    /// Makes an empty scratch; it grows with the tokens it sees, up to twice the budget's `max_token`.
    #[must_use]
    pub const fn new() -> Self {
        Self { buffer: Vec::new() }
    }

    /// Returns a buffer that is enough for a token of `len` bytes and the actor token inside it.
    fn buffer_for(&mut self, len: usize) -> &mut [u8] {
        // Decoding takes at most 3 bytes for each 4 characters, rounded up in each of three parts, and the actor
        // token is at most as long as the decoded outer claims: len * 3/4 + len * 9/16 < 2 * len.
        const ROUNDING: usize = 32;
        let needed = len.saturating_mul(2).saturating_add(ROUNDING);
        if self.buffer.len() < needed {
            self.buffer.resize(needed, 0);
        }
        &mut self.buffer
    }
}

/// Shows no content.
impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scratch of {} bytes", self.buffer.len())
    }
}

/// A decoded token. Nothing in it was verified: only a `Validator` says what may be believed.
#[derive(Debug)]
pub struct Token<'a> {
    kind: Kind,
    layer: Layer<'a>,
    actor: Option<Layer<'a>>,
    actor_kind: Option<Kind>,
}

impl<'a> Token<'a> {
    /// Decodes a compact token as far as it can be decoded.
    ///
    /// Takes the token's bytes and nothing around them. What is broken is absent, and named by
    /// [`Token::problems`]; an actor token is decoded one level deep.
    #[must_use]
    pub fn decode(token: &'a [u8], budget: &Budget, scratch: &'a mut Scratch) -> Self {
        let mut decoded = Self::new();
        decoded.read(token, budget, scratch);
        decoded
    }

    /// Makes a token of which nothing is known yet.
    pub(crate) const fn new() -> Self {
        Self { kind: Kind::Unknown, layer: Layer::new(Part::Token), actor: None, actor_kind: None }
    }

    /// Decodes a token into this new one: in its place, since it is large.
    pub(crate) fn read(&mut self, token: &'a [u8], budget: &Budget, scratch: &'a mut Scratch) {
        // A token over the budget is refused by its length alone, and needs no memory.
        let len = if token.len() > budget.max_token { 0 } else { token.len() };
        let buffer = scratch.buffer_for(len);
        let layer = &mut self.layer;
        let rest = layer.decode(token, budget, buffer);
        let inner = layer.claims().map_or(Claim::ABSENT, |claims| claims.actortoken);
        match inner.text() {
            Some(Cow::Borrowed(text)) => {
                let actor = self.actor.insert(Layer::new(Part::Actor));
                actor.decode(text.as_bytes(), budget, rest);
                self.actor_kind = Some(Kind::of(actor));
            }
            // Spelled with escapes: the received bytes are not the token's.
            Some(Cow::Owned(_)) => {
                layer.problems.push(ParseError { kind: ParseErrorKind::EscapedActorToken, at: 0 });
            }
            None => {}
        }
        if inner.json_type() == Some(JsonType::String) {
            layer.part = Part::Outer;
        }
        self.kind = Kind::of(layer);
    }

    /// Returns what kind of token this is, by its shape.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns what kind the layer is whose signature counts: the actor token's if there is one.
    #[must_use]
    pub fn signed_kind(&self) -> Kind {
        self.actor_kind.unwrap_or(self.kind)
    }

    /// Returns the kind of one of the token's layers.
    pub(crate) fn kind_of(&self, layer: &Layer<'_>) -> Kind {
        if layer.part() == Part::Actor { self.signed_kind() } else { self.kind }
    }

    /// Returns the layers from the outside in: one, or the outer token and its actor token.
    pub fn layers(&self) -> impl Iterator<Item = &Layer<'a>> {
        std::iter::once(&self.layer).chain(&self.actor)
    }

    /// Returns the layer whose signature counts: the actor token if there is one, else the only layer.
    #[must_use]
    pub fn signed(&self) -> &Layer<'a> {
        self.actor.as_ref().unwrap_or(&self.layer)
    }

    /// Returns the outer token, if this token carries an actor token that could be taken out of it.
    #[must_use]
    pub fn outer(&self) -> Option<&Layer<'a>> {
        self.actor.as_ref().map(|_| &self.layer)
    }

    /// Returns the outermost layer.
    #[must_use]
    pub const fn outermost(&self) -> &Layer<'a> {
        &self.layer
    }

    /// Returns what could not be decoded, with the layer in which it stands.
    pub fn problems(&self) -> impl Iterator<Item = (Part, ParseError)> {
        self.layers().flat_map(|layer| layer.problems().iter().map(|problem| (layer.part(), *problem)))
    }

    /// Returns the earliest end of a layer, without skew, as the token claims it.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.layers().filter_map(|layer| layer.claims()?.exp.time().value()).min()
    }

    /// Returns the application that acts, as the token claims it: a principal or, for Entra, an application id.
    #[must_use]
    pub fn acting_application(&self) -> Option<Cow<'a, str>> {
        let claims = self.signed().claims()?;
        match self.signed_kind() {
            Kind::RequestAssertion => claims.iss.text(),
            Kind::LowTrustUser => claims.actor.text(),
            Kind::EntraV1 | Kind::Service => claims.appid.text(),
            Kind::EntraV2 => claims.azp.text(),
            Kind::Context => claims.appctxsender.text(),
            Kind::Identity => claims.iss.text(),
            _ => claims.nameid.text(),
        }
    }

    /// Returns the user on whose behalf the application acts, as the token claims it.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<User<'a>> {
        User::of(self)
    }

    /// Returns the tenant that the token claims: `tid` in the kinds where a rule judges it, else the issuer's realm.
    #[must_use]
    pub fn tenant(&self) -> Option<Cow<'a, str>> {
        let claims = self.signed().claims()?;
        if self.signed_kind().is_entra() {
            return claims.tid.text();
        }
        match claims.iss.text()? {
            Cow::Borrowed(text) => Principal::parse(text).ok()?.realm.map(Cow::Borrowed),
            Cow::Owned(text) => Principal::parse(&text).ok()?.realm.map(|realm| Cow::Owned(realm.to_owned())),
        }
    }
}

/// The user for whom an application acts, as the token claims it: every key that it gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct User<'a> {
    /// `nameid`: a SID, a NetId or another key, in the name space of `nii`.
    pub nameid: Option<Cow<'a, str>>,
    /// `nii`, the name space of `nameid`.
    pub nii: Option<Cow<'a, str>>,
    /// `upn`, the user principal name.
    pub upn: Option<Cow<'a, str>>,
    /// `smtp`, the mail address.
    pub smtp: Option<Cow<'a, str>>,
    /// `sip`, the SIP address.
    pub sip: Option<Cow<'a, str>>,
    /// `oid`, the object id, in Entra tokens.
    pub oid: Option<Cow<'a, str>>,
    /// `msexchuid`, the mailbox, in identity tokens.
    pub mailbox: Option<Cow<'a, str>>,
}

impl<'a> User<'a> {
    fn of(token: &Token<'a>) -> Option<Self> {
        let claims = token.layer.claims()?;
        let user = match token.kind {
            Kind::Outer => Self {
                nameid: claims.nameid.text(),
                nii: claims.nii.text(),
                upn: claims.upn.text(),
                smtp: claims.smtp.text(),
                sip: claims.sip.text(),
                ..Self::default()
            },
            Kind::LowTrustUser => {
                Self { nameid: claims.nameid.text(), nii: claims.identityprovider.text(), ..Self::default() }
            }
            Kind::Identity | Kind::Callback => {
                let context = claims.app_context(&Budget::DEFAULT)?;
                Self { mailbox: context.msexchuid, smtp: context.smtp, ..Self::default() }
            }
            // Without scopes an Entra token is an application's own.
            Kind::EntraV1 | Kind::EntraV2 | Kind::Service if claims.scp.is_present() => Self {
                oid: claims.oid.text(),
                upn: claims.upn.text(),
                nameid: claims.nameid.text(),
                ..Self::default()
            },
            _ => return None,
        };
        (user != Self::default()).then_some(user)
    }

    /// Returns the same user with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> User<'static> {
        let own = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        User {
            nameid: own(self.nameid),
            nii: own(self.nii),
            upn: own(self.upn),
            smtp: own(self.smtp),
            sip: own(self.sip),
            oid: own(self.oid),
            mailbox: own(self.mailbox),
        }
    }

    /// Returns the keys that are given, each with the name of its claim, the most readable first.
    pub fn keys(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let keys = [
            ("upn", &self.upn),
            ("smtp", &self.smtp),
            ("sip", &self.sip),
            ("nameid", &self.nameid),
            ("oid", &self.oid),
            ("msexchuid", &self.mailbox),
        ];
        keys.into_iter().filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
    }
}
