//! Who takes part in the comparison. Everybody goes through the same tokens and asserts the verdict.

use token_core::{BatchScratch, Scratch};

use crate::bare;
use crate::fixture::{DISTINCT, Fixture, Shape, now};
use crate::peers::peers;

/// One contender: a name, and a run over all tokens that fails on a wrong verdict.
pub struct Contender<'f> {
    /// The name in the table.
    pub name: String,
    /// Goes once through all tokens.
    pub run: Box<dyn FnMut() + 'f>,
    /// Whether it must not allocate.
    pub borrows: bool,
}

impl<'f> Contender<'f> {
    pub(crate) fn new(name: impl Into<String>, run: impl FnMut() + 'f) -> Self {
        Self { name: name.into(), run: Box::new(run), borrows: false }
    }

    fn that_borrows(mut self, borrows: bool) -> Self {
        self.borrows = borrows;
        self
    }
}

/// Contenders that are compared with the first of them.
pub struct Group<'f> {
    /// The heading.
    pub name: &'static str,
    /// Who takes part.
    pub contenders: Vec<Contender<'f>>,
}

/// All groups, in the order of the table.
#[must_use]
pub fn groups(fixture: &Fixture) -> Vec<Group<'_>> {
    let mut s2s = peers_on(fixture, Shape::S2sNumbers);
    ours_on(fixture, Shape::S2s, "", &mut s2s);
    ours_on(fixture, Shape::TwoLayer, ", two layers", &mut s2s);
    batches(fixture, Shape::S2s, &mut s2s);
    cached(fixture, Shape::S2s, "", &mut s2s);
    cached(fixture, Shape::TwoLayer, ", two layers", &mut s2s);
    bad_signatures(fixture, &mut s2s);
    let mut entra = peers_on(fixture, Shape::Entra);
    ours_on(fixture, Shape::Entra, "", &mut entra);
    batches(fixture, Shape::Entra, &mut entra);
    cached(fixture, Shape::Entra, "", &mut entra);
    vec![
        Group { name: "S2S token", contenders: s2s },
        Group { name: "Entra token", contenders: entra },
        Group {
            name: "bare RS256 of the S2S token, against aws-lc-rs with a parsed key",
            contenders: bare::contenders(fixture),
        },
    ]
}

fn peers_on(fixture: &Fixture, shape: Shape) -> Vec<Contender<'_>> {
    let (tokens, (audience, issuer)) = (fixture.tokens(shape), fixture.names(shape));
    let peers = peers(fixture.keys(), &audience, &issuer).into_iter();
    peers
        .map(|peer| {
            Contender::new(peer.name, move || {
                for token in tokens {
                    assert!(peer.accepts(token), "{}", peer.name);
                }
            })
        })
        .collect()
}

fn ours_on<'f>(fixture: &'f Fixture, shape: Shape, what: &str, to: &mut Vec<Contender<'f>>) {
    let tokens = fixture.tokens(shape);
    for (backend, validator) in fixture.validators() {
        let mut scratch = Scratch::new();
        let run = move || {
            for token in tokens {
                assert!(validator.validate(token, &mut scratch, now()).is_ok());
            }
        };
        // ring allocates for each signature by itself.
        let borrows = backend.as_str() != "ring";
        to.push(Contender::new(format!("validate on {backend}{what}"), run).that_borrows(borrows));
    }
}

fn batches<'f>(fixture: &'f Fixture, shape: Shape, to: &mut Vec<Contender<'f>>) {
    let (tokens, validator) = (fixture.tokens(shape), fixture.validator());
    let Some((backend, _)) = fixture.validators().first() else { return };
    for size in [4, 8, 64, DISTINCT] {
        let mut scratch = BatchScratch::new();
        to.push(Contender::new(format!("validate_batch of {size} on {backend}"), move || {
            for tokens in tokens.chunks(size) {
                assert!(validator.validate_batch(tokens, &mut scratch, now()).iter().all(Result::is_ok));
            }
        }));
    }
}

fn cached<'f>(fixture: &'f Fixture, shape: Shape, what: &str, to: &mut Vec<Contender<'f>>) {
    let (tokens, cache, validator) = (fixture.tokens(shape), fixture.cache(shape), fixture.validator());
    let run = move || {
        for token in tokens {
            assert!(cache.get(validator, token.as_bytes(), now()).is_some());
        }
    };
    to.push(Contender::new(format!("cached hit{what}"), run).that_borrows(true));
}

fn bad_signatures<'f>(fixture: &'f Fixture, to: &mut Vec<Contender<'f>>) {
    let tokens = fixture.tokens(Shape::BadSignature);
    for (backend, validator) in fixture.validators() {
        let mut scratch = Scratch::new();
        to.push(Contender::new(format!("bad signature on {backend}"), move || {
            for token in tokens {
                assert!(validator.validate(token, &mut scratch, now()).is_err());
            }
        }));
    }
}
