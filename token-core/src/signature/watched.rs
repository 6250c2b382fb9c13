//! A key on the IFMA path, under the eyes of the reviewed backend: checked at load, and each time it refuses.
//!
//! Follows RFC 8017 section 8.2.2, whose answer is the reviewed backend's: the path may be faster, never different.
//!
//! An acceptance of the path stands: it is equality with the whole encoded message, which the module `ifma` argues and
//! its tests hold. A refusal is decided again. If the reviewed backend accepts, that acceptance stands, the disagreement
//! is counted and reported once, and the path is off for this key for as long as it lives.
//!
//! # What the check at load shows
//!
//! `PreparedKey::new` has shown that both exponentiations accept with this key what they must accept. Here the reviewed
//! backend is asked: it and the path must agree on a built-in signature of OpenSSL, which both must accept, and with
//! this key on signatures at the ends of the range and inside, which both must refuse. It cannot be shown that they
//! agree on a valid signature of this key, since only the holder of its private key can make one: the first refusal
//! that is wrong is found when it happens.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::ifma::{self, PreparedKey};
use super::{BadSignature, Components, Reviewed};

/// The only exponent of the path, which is that of all keys met in practice.
const EXPONENT: u64 = 65537;

/// How often the reviewed backend accepted what the path had refused, in this process.
static DISAGREEMENTS: AtomicU64 = AtomicU64::new(0);

pub(super) fn disagreements() -> u64 {
    DISAGREEMENTS.load(Ordering::Relaxed)
}

/// A key prepared for the path, and whether it is still used.
pub(super) struct Watched {
    fast: PreparedKey,
    off: AtomicBool,
}

impl Watched {
    /// Prepares a key of RSA-2048 and exponent 65537, if the processor has the path and the key passes the check.
    pub(super) fn load(components: &Components, reviewed: &Reviewed) -> Option<Self> {
        let modulus = <&[u8; 256]>::try_from(&*components.modulus).ok()?;
        if components.exponent != EXPONENT {
            return None;
        }
        let fast = PreparedKey::new(modulus)?;
        (known_answer_holds() && agree(modulus, &fast, reviewed)).then(|| Self::new(fast))
    }

    pub(super) const fn new(fast: PreparedKey) -> Self {
        Self { fast, off: AtomicBool::new(false) }
    }

    /// Returns the prepared key, unless the path was switched off for it.
    pub(super) fn on(&self) -> Option<&PreparedKey> {
        // The flag stands alone: nothing else is read because of it.
        (!self.off.load(Ordering::Relaxed)).then_some(&self.fast)
    }

    /// Decides a refusal of the path again.
    pub(super) fn decide_again(
        &self,
        components: &Components,
        reviewed: impl FnOnce() -> Result<(), BadSignature>,
    ) -> Result<(), BadSignature> {
        reviewed()?;
        DISAGREEMENTS.fetch_add(1, Ordering::Relaxed);
        // Several threads can have asked before the path was off; the first of them reports.
        if !self.off.swap(true, Ordering::Relaxed) {
            report(components);
        }
        Ok(())
    }
}

/// Says that a key's path was switched off. The subscriber, if there is one, decides what becomes of it.
#[cfg(feature = "tracing")]
fn report(components: &Components) {
    let modulus: String = components.modulus.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    tracing::error!(
        target: "token_core::signature",
        modulus_begins = modulus,
        "the IFMA path refused a signature that the reviewed backend accepts; it is off for this key"
    );
}

#[cfg(not(feature = "tracing"))]
fn report(_: &Components) {}

/// Whether the path and the reviewed backend agree on signatures that are, but for luck, nobody's.
fn agree(modulus: &[u8; 256], fast: &PreparedKey, reviewed: &Reviewed) -> bool {
    let message = b"no message of any token";
    let digest = ifma::sha256(message);
    refusals(modulus)
        .iter()
        .all(|signature| fast.verify(signature, &digest) == reviewed.verify(message, signature).is_ok())
}

/// 0, 1, n - 1, n, 2^2048 - 1, and two numbers without a pattern.
fn refusals(modulus: &[u8; 256]) -> [[u8; 256]; 7] {
    let mut one = [0; 256];
    let mut below = *modulus;
    if let (Some(last), Some(lowest)) = (one.last_mut(), below.last_mut()) {
        *last = 1;
        // The modulus is odd.
        *lowest &= 0xfe;
    }
    let pattern = |start: &[u8]| {
        let mut bytes = [0; 256];
        let mut seed = ifma::sha256(start);
        for chunk in bytes.chunks_exact_mut(32) {
            chunk.copy_from_slice(&seed);
            seed = ifma::sha256(&seed);
        }
        // Below every modulus of 2048 bits.
        if let Some(highest) = bytes.first_mut() {
            *highest &= 0x7f;
        }
        bytes
    };
    [[0; 256], one, below, *modulus, [0xff; 256], pattern(modulus), pattern(&below)]
}

/// Whether a signature that OpenSSL made is accepted by the path and by the reviewed backend, and a flipped one refused.
///
/// It concerns the processor and the build, not a key, and is asked once.
fn known_answer_holds() -> bool {
    const MODULUS: &[u8; 256] = include_bytes!("known/modulus.bin");
    const SIGNATURE: &[u8; 256] = include_bytes!("known/signature.bin");
    const MESSAGE: &[u8] = include_bytes!("known/message.txt");
    static HOLDS: LazyLock<bool> = LazyLock::new(|| {
        let components = Components { modulus: (*MODULUS).into(), modulus_bits: 2048, exponent: EXPONENT };
        let (Some(fast), Ok(reviewed)) =
            (PreparedKey::new(MODULUS), Reviewed::prepare(&components, super::Backend::reviewed()))
        else {
            return false;
        };
        let digest = ifma::sha256(MESSAGE);
        let mut flipped = *SIGNATURE;
        if let Some(last) = flipped.last_mut() {
            *last ^= 1;
        }
        let lanes = [SIGNATURE, &flipped, SIGNATURE, &flipped, &flipped, SIGNATURE, &flipped, SIGNATURE];
        fast.verify(SIGNATURE, &digest)
            && reviewed.verify(MESSAGE, SIGNATURE).is_ok()
            && !fast.verify(&flipped, &digest)
            && reviewed.verify(MESSAGE, &flipped).is_err()
            && ifma::verify_batch([&fast; 8], lanes, &[digest; 8]) == 0b1010_0101
            && ifma::sha256_x4([MESSAGE; 4]) == [digest; 4]
    });
    *HOLDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{Backend, Question, RsaPublicKey, SignatureVerified, verify_batch};

    const A: &[u8] = include_bytes!("../../tests/data/keys/a.spki.der");
    const A_SIGNATURE: &[u8] = include_bytes!("../../tests/data/keys/a.sig");
    const MESSAGE: &[u8] = include_bytes!("../../tests/data/keys/message.txt");

    /// Key A, whose path computes with another modulus: it refuses what it must accept.
    fn faulty() -> Option<RsaPublicKey> {
        let mut key = RsaPublicKey::from_spki_der(A).unwrap().with_backend(Backend::Ifma).unwrap();
        let other = include_bytes!("../../tests/data/keys/c.spki.der");
        let other = RsaPublicKey::from_spki_der(other).unwrap();
        let mut fast = *<&[u8; 256]>::try_from(other.modulus()).unwrap();
        // Above the modulus of A, so that the range check is not what refuses.
        fast[0] = 0xff;
        key.fast = Some(Watched::new(PreparedKey::new(&fast)?).into());
        Some(key)
    }

    #[test]
    fn refusal_decided_again_counted_and_switched_off() {
        let Some(key) = faulty() else { return };
        assert_eq!(key.backend(), Backend::Ifma);
        let before = disagreements();
        // A refusal that is right leaves the path on.
        assert_eq!(key.verify_rs256(b"another message", A_SIGNATURE), Err(BadSignature));
        assert_eq!(key.backend(), Backend::Ifma);
        // The one that is wrong does not reach the caller.
        assert_eq!(key.verify_rs256(MESSAGE, A_SIGNATURE), Ok(SignatureVerified(())));
        // Other tests count, too.
        assert!(disagreements() > before);
        assert_eq!(key.backend(), Backend::reviewed());
        // Clones share the switch; nothing is counted any more.
        assert_eq!(key.clone().backend(), Backend::reviewed());
        assert_eq!(key.verify_rs256(MESSAGE, A_SIGNATURE), Ok(SignatureVerified(())));
        assert_eq!(key.verify_rs256(b"another message", A_SIGNATURE), Err(BadSignature));
    }

    #[test]
    fn refusal_in_a_batch_decided_again_and_switched_off() {
        let Some(key) = faulty() else { return };
        let right = Question { key: &key, signing_input: MESSAGE, signature: A_SIGNATURE };
        let wrong = Question { signing_input: b"another message", ..right };
        let mut verdicts = [Err(BadSignature); 16];
        let questions: Vec<_> = (0..16).map(|i| if i % 3 == 0 { wrong } else { right }).collect();
        verify_batch(&questions, &mut verdicts);
        for (index, verdict) in verdicts.into_iter().enumerate() {
            assert_eq!(verdict.is_err(), index % 3 == 0, "{index}");
        }
        assert_eq!(key.backend(), Backend::reviewed());
    }

    #[cfg(feature = "tracing")]
    #[test]
    fn report_reaches_the_subscriber_once() {
        use std::sync::Arc;
        use tracing::{Event, Metadata, Subscriber, span};

        struct Counter(Arc<AtomicU64>);
        impl Subscriber for Counter {
            fn enabled(&self, metadata: &Metadata<'_>) -> bool {
                metadata.target() == "token_core::signature"
            }
            fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
                span::Id::from_u64(1)
            }
            fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
            fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
            fn event(&self, _: &Event<'_>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
            fn enter(&self, _: &span::Id) {}
            fn exit(&self, _: &span::Id) {}
        }

        let Some(key) = faulty() else { return };
        let count = Arc::new(AtomicU64::new(0));
        tracing::subscriber::with_default(Counter(Arc::clone(&count)), || {
            for _ in 0..3 {
                assert_eq!(key.verify_rs256(MESSAGE, A_SIGNATURE), Ok(SignatureVerified(())));
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn switch_thrown_by_a_disagreement_alone() {
        let Some(key) = faulty() else { return };
        let watched = key.fast.as_ref().unwrap();
        let reviewed = || Ok(());
        assert!(watched.on().is_some());
        assert_eq!(watched.decide_again(&key.components, || Err(BadSignature)), Err(BadSignature));
        assert!(watched.on().is_some());
        for _ in 0..3 {
            assert_eq!(watched.decide_again(&key.components, reviewed), Ok(()));
            assert!(watched.on().is_none());
        }
    }

    #[test]
    fn check_at_load_refuses_a_path_that_accepts_too_much() {
        let key = RsaPublicKey::from_spki_der(A).unwrap();
        let modulus = <&[u8; 256]>::try_from(key.modulus()).unwrap();
        let digest = ifma::sha256(b"no message of any token");
        let Some(sound) = PreparedKey::new(modulus) else { return };
        assert!(agree(modulus, &sound, &key.reviewed));
        // With 0 the sum is 0, and the path takes only n for it: no fault makes it accept that.
        let [_, signatures @ ..] = refusals(modulus);
        for signature in signatures.iter().filter(|signature| *signature < modulus) {
            let faulty = PreparedKey::accepting(modulus, signature, &digest).unwrap();
            assert!(faulty.verify(signature, &digest));
            assert!(!agree(modulus, &faulty, &key.reviewed));
        }
    }

    #[test]
    fn known_answer_holds_where_the_path_exists() {
        assert_eq!(known_answer_holds(), Backend::Ifma.is_available());
    }

    #[test]
    fn load_only_for_2048_bits_and_65537() {
        let fast = |spki: &[u8]| {
            let key = RsaPublicKey::from_spki_der(spki).unwrap().with_backend(Backend::Ifma).unwrap();
            key.backend() == Backend::Ifma
        };
        assert_eq!(fast(A), Backend::Ifma.is_available());
        assert!(!fast(include_bytes!("../../tests/data/keys/c.spki.der")), "exponent 3");
        assert!(!fast(include_bytes!("../../tests/data/keys/d.spki.der")), "4096 bits");
    }
}
