//! RS256 alone: the signature of a token over its bytes, on our backends and on the libraries behind them.

use aws_lc_rs::signature as aws;
use ring::signature as ring_signature;
use token_core::signature::{Backend, BadSignature, Question, RsaPublicKey, verify_batch};

use crate::contenders::Contender;
use crate::fixture::{Fixture, Shape, parts};
use crate::mint::public_key_der;

/// The contenders, first of them aws-lc-rs with a parsed key.
///
/// # Panics
/// If a library does not take the key.
#[must_use]
pub fn contenders(fixture: &Fixture) -> Vec<Contender<'_>> {
    let der = public_key_der();
    let parsed = aws::ParsedPublicKey::new(&aws::RSA_PKCS1_2048_8192_SHA256, &der);
    let parsed = parsed.unwrap_or_else(|error| panic!("the parsed key: {error}"));
    let unparsed = aws::UnparsedPublicKey::new(&aws::RSA_PKCS1_2048_8192_SHA256, der.clone());
    let by_ring = ring_signature::UnparsedPublicKey::new(&ring_signature::RSA_PKCS1_2048_8192_SHA256, der);
    let mut all = vec![
        each(fixture, "aws-lc-rs itself, parsed key".to_owned(), move |signed, signature| {
            parsed.verify_sig(signed, signature).is_ok()
        }),
        each(fixture, "aws-lc-rs itself, unparsed key".to_owned(), move |signed, signature| {
            unparsed.verify(signed, signature).is_ok()
        }),
        each(fixture, "ring itself".to_owned(), move |signed, signature| {
            by_ring.verify(signed, signature).is_ok()
        }),
    ];
    for backend in Backend::available() {
        let key = key_on(fixture, *backend);
        all.push(each(fixture, format!("prepared key on {backend}"), move |signed, signature| {
            key.verify_rs256(signed, signature).is_ok()
        }));
    }
    if Backend::Ifma.is_available() {
        all.push(eight_at_once(fixture));
    }
    all
}

/// The key of the tokens on a backend.
///
/// # Panics
/// If the backend does not take it.
#[must_use]
pub fn key_on(fixture: &Fixture, backend: Backend) -> RsaPublicKey {
    let Some(key) = fixture.keys().keys().first() else { panic!("no key") };
    key.rsa().with_backend(backend).unwrap_or_else(|error| panic!("{error}"))
}

/// The IFMA path, one by one and eight at once: what a call for eight costs in calls for one.
///
/// Nothing where the processor does not have the path.
#[must_use]
pub fn one_and_eight(fixture: &Fixture) -> Option<[Contender<'_>; 2]> {
    if !Backend::Ifma.is_available() {
        return None;
    }
    let key = key_on(fixture, Backend::Ifma);
    let one = move |signed: &[u8], signature: &[u8]| key.verify_rs256(signed, signature).is_ok();
    Some([each(fixture, "one by one".to_owned(), one), eight_at_once(fixture)])
}

fn each<'f>(
    fixture: &'f Fixture,
    name: String,
    accepts: impl Fn(&[u8], &[u8]) -> bool + 'f,
) -> Contender<'f> {
    let parts: Vec<_> = fixture.tokens(Shape::S2s).iter().map(|token| parts(token)).collect();
    Contender::new(name, move || {
        for (signed, signature) in &parts {
            assert!(accepts(signed, signature));
        }
    })
}

fn eight_at_once(fixture: &Fixture) -> Contender<'_> {
    let parts: Vec<_> = fixture.tokens(Shape::S2s).iter().map(|token| parts(token)).collect();
    let key = key_on(fixture, Backend::Ifma);
    Contender::new("prepared key on ifma, eight at once", move || {
        for eight in parts.chunks_exact(8) {
            let question = |at: usize| {
                let (signing_input, signature): &(_, Vec<u8>) = &eight[at];
                Question { key: &key, signing_input, signature }
            };
            let mut verdicts = [Err(BadSignature); 8];
            verify_batch(&std::array::from_fn::<_, 8, _>(question), &mut verdicts);
            assert!(verdicts.iter().all(Result::is_ok));
        }
    })
}
