//! Tokens, keys and validators for everybody who takes part. Everybody goes through the same tokens.

use std::sync::OnceLock;

use token_core::cache::Bounds;
use token_core::keys::KeySet;
use token_core::signature::Backend;
use token_core::{Cache, Scratch, UnixTime, Validator};

use crate::mint::{Mint, RESOURCE, TENANT};
use crate::{NOW, ours};

/// How many distinct tokens a contender goes through, so that no cache of one token can help it.
pub const DISTINCT: usize = 1024;

/// What tokens there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An actor token of the STS, with times as strings.
    S2s,
    /// The same with times as numbers, for peers that read no strings there.
    S2sNumbers,
    /// An Entra access token of version 1.0.
    Entra,
    /// An unsigned outer token around an actor token.
    TwoLayer,
    /// An actor token with the signature of another one.
    BadSignature,
    /// An actor token that names a key which nobody publishes.
    UnknownKey,
}

impl Shape {
    const COUNT: usize = 6;

    /// The shapes that are accepted, with their names.
    pub const ACCEPTED: [(Self, &'static str); 3] =
        [(Self::S2s, "s2s"), (Self::TwoLayer, "two-layer"), (Self::Entra, "entra")];
}

/// Tokens, made when they are first asked for, and what judges them.
pub struct Fixture {
    count: usize,
    mint: Mint,
    stranger: Mint,
    tokens: [OnceLock<Vec<String>>; Shape::COUNT],
    keys: KeySet,
    validators: Vec<(Backend, Validator<KeySet>)>,
}

impl Fixture {
    /// Makes a fixture of [`DISTINCT`] tokens of each shape.
    #[must_use]
    pub fn new() -> Self {
        Self::of(DISTINCT)
    }

    /// Makes a fixture of so many tokens of each shape.
    #[must_use]
    pub fn of(count: usize) -> Self {
        Self {
            count,
            mint: Mint::new(ours::x5t()),
            stranger: Mint::new("AAECAwQFBgcICQoLDA0ODxAREhM".to_owned()),
            tokens: [const { OnceLock::new() }; Shape::COUNT],
            keys: ours::keys(),
            validators: Backend::available().iter().map(|b| (*b, ours::validator_on(*b))).collect(),
        }
    }

    /// The tokens of a shape.
    #[must_use]
    pub fn tokens(&self, shape: Shape) -> &[String] {
        let number = shape as usize;
        self.tokens[number].get_or_init(|| match shape {
            Shape::BadSignature => self.with_signatures_of_neighbours(),
            _ => (0..self.count).map(|number| self.mint(shape, number)).collect(),
        })
    }

    fn mint(&self, shape: Shape, number: usize) -> String {
        match shape {
            Shape::S2s | Shape::BadSignature => self.mint.actor(number),
            Shape::S2sNumbers => self.mint.actor_with_numbers(number),
            Shape::Entra => self.mint.entra(number),
            Shape::TwoLayer => self.mint.outer(number),
            Shape::UnknownKey => self.stranger.actor(number),
        }
    }

    fn with_signatures_of_neighbours(&self) -> Vec<String> {
        let tokens = self.tokens(Shape::S2s);
        let parts = |token: &'_ str| token.rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned()));
        let others = tokens.iter().cycle().skip(1);
        let pairs =
            tokens.iter().zip(others).filter_map(|(token, other)| Some((parts(token)?, parts(other)?)));
        pairs.map(|((signed, _), (_, signature))| format!("{signed}.{signature}")).collect()
    }

    /// Audience and issuer of a shape's tokens, as a peer has to be told them.
    #[must_use]
    pub fn names(&self, shape: Shape) -> (String, String) {
        match shape {
            Shape::Entra => (RESOURCE.to_owned(), format!("https://sts.windows.net/{TENANT}/")),
            _ => (
                format!("00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@{TENANT}"),
                format!("00000001-0000-0000-c000-000000000000@{TENANT}"),
            ),
        }
    }

    /// The keys of all tokens but those of [`Shape::UnknownKey`].
    #[must_use]
    pub const fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// A validator on each backend of this build that this processor has, the default one first.
    #[must_use]
    pub fn validators(&self) -> &[(Backend, Validator<KeySet>)] {
        &self.validators
    }

    /// The validator on the default backend.
    #[must_use]
    pub fn validator(&self) -> &Validator<KeySet> {
        &self.validators[0].1
    }

    /// A cache that holds all tokens of a shape.
    #[must_use]
    pub fn cache(&self, shape: Shape) -> Cache {
        let cache = Cache::new(Bounds { entries: 8 * DISTINCT, bytes: 64 << 20 });
        let mut scratch = Scratch::new();
        for token in self.tokens(shape) {
            assert!(cache.validate(self.validator(), token, &mut scratch, now()).is_ok());
        }
        cache
    }
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

/// When everything is judged: within the validity of all tokens.
#[must_use]
pub const fn now() -> UnixTime {
    UnixTime::from_secs(NOW)
}

/// When all tokens have expired.
#[must_use]
pub const fn too_late() -> UnixTime {
    UnixTime::from_secs(NOW + 86_400)
}

/// The signed bytes and the signature of a token.
///
/// # Panics
/// If it has none.
#[must_use]
pub fn parts(token: &str) -> (&[u8], Vec<u8>) {
    use base64::Engine;
    let Some((signed, signature)) = token.rsplit_once('.') else { panic!("no signature") };
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature);
    (signed.as_bytes(), signature.unwrap_or_else(|error| panic!("the signature: {error}")))
}
