//! What a layer says of itself, read once for all rules.

use std::borrow::Cow;

use crate::jose::{Claim, TimeClaim};
use crate::s2s::{Claims, Kind, Layer, Principal};
use crate::verdict::{Check, Part, RuleId};

/// The texts of the claims that name principals. They are borrowed, unless spelled with escapes.
pub(super) struct Texts<'a> {
    aud: Option<Cow<'a, str>>,
    iss: Option<Cow<'a, str>>,
    nameid: Option<Cow<'a, str>>,
    actor: Option<Cow<'a, str>>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(layer: &Layer<'a>) -> Self {
        let text =
            |claim: fn(&Claims<'a>) -> Claim<'a>| layer.claims().and_then(|claims| claim(claims).text());
        Self {
            aud: text(|claims| claims.aud),
            iss: text(|claims| claims.iss),
            nameid: text(|claims| claims.nameid),
            actor: text(|claims| claims.actor),
        }
    }
}

/// A claim that is to be a principal: its text, and its one reading if it has one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Named<'t> {
    pub(super) text: Option<&'t str>,
    pub(super) principal: Option<Principal<'t>>,
}

impl<'t> Named<'t> {
    fn of(text: Option<&'t Cow<'_, str>>) -> Self {
        let text = text.map(|text| &**text);
        // No URL is a principal, as the slow path of the parser would find out, too.
        let other = text.filter(|text| !text.starts_with("https://"));
        Self { text, principal: other.and_then(|text| Principal::parse(text).ok()) }
    }

    pub(super) fn realm(&self) -> Option<&'t str> {
        self.principal.and_then(|principal| principal.realm)
    }

    pub(super) fn text_or_absent(&self) -> &'t str {
        self.text.unwrap_or("nothing")
    }
}

/// One layer as the rules see it.
pub(super) struct Facts<'t, 'a> {
    pub(super) part: Part,
    pub(super) kind: Kind,
    /// Absent where the claims could not be decoded; a finding about the bytes then stands before all others.
    pub(super) claims: Option<&'t Claims<'a>>,
    pub(super) aud: Named<'t>,
    pub(super) iss: Named<'t>,
    pub(super) nameid: Named<'t>,
    pub(super) actor: Named<'t>,
    pub(super) nbf: TimeClaim,
    pub(super) exp: TimeClaim,
}

impl<'t, 'a> Facts<'t, 'a> {
    pub(super) fn of(layer: &'t Layer<'a>, kind: Kind, texts: &'t Texts<'_>) -> Self {
        Self {
            part: layer.part(),
            kind,
            claims: layer.claims(),
            aud: Named::of(texts.aud.as_ref()),
            iss: Named::of(texts.iss.as_ref()),
            nameid: Named::of(texts.nameid.as_ref()),
            actor: Named::of(texts.actor.as_ref()),
            nbf: layer.claims().map_or(TimeClaim::Absent, |claims| claims.nbf.time()),
            exp: layer.claims().map_or(TimeClaim::Absent, |claims| claims.exp.time()),
        }
    }

    pub(super) const fn check(&self, rule: RuleId) -> Check {
        Check::new(rule, self.part)
    }

    /// The claim, or its absence also where the claims could not be decoded.
    pub(super) fn claim(&self, of: impl Fn(&Claims<'a>) -> Claim<'a>) -> Claim<'a> {
        self.claims.map_or(Claim::ABSENT, of)
    }

    /// Whether the audience of this kind is a principal, and not a URL or an application id.
    pub(super) const fn has_principal_audience(&self) -> bool {
        !matches!(self.kind, Kind::Identity | Kind::EntraV1 | Kind::EntraV2 | Kind::Unknown)
    }

    /// The claims of this kind that must be principals, by name.
    pub(super) fn principals(&self) -> impl Iterator<Item = (&'static str, &Named<'t>)> {
        let [aud, iss] = [("aud", &self.aud), ("iss", &self.iss)];
        let named = match self.kind {
            Kind::RequestAssertion | Kind::StsActor | Kind::SelfIssuedActor | Kind::LowTrustApp => {
                [Some(aud), Some(iss), Some(("nameid", &self.nameid))]
            }
            // The nameid of an outer token and of a callback token is the user's.
            Kind::Outer | Kind::Context | Kind::Callback => [Some(aud), Some(iss), None],
            Kind::LowTrustUser => [Some(aud), Some(iss), Some(("actor", &self.actor))],
            Kind::Identity => [Some(iss), None, None],
            Kind::Service if matches!(self.part, Part::Outer) => [Some(aud), Some(iss), None],
            _ => [None; 3],
        };
        named.into_iter().flatten().filter(|(_, named)| named.text.is_some())
    }
}
