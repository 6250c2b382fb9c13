//! Which cryptography `jsonwebtoken` 11 uses.
//!
//! It knows one provider for the whole process, and none by itself once both are compiled in. The one installed here
//! hands each call on to aws-lc-rs, or within [`on_rust_crypto`] to RustCrypto, which costs the read of one byte.

#[cfg(feature = "peers")]
mod both {
    use std::cell::Cell;
    use std::sync::LazyLock;

    use jsonwebtoken::crypto::{CryptoProvider, aws_lc, rust_crypto};

    thread_local! {
        static ON_RUST_CRYPTO: Cell<bool> = const { Cell::new(false) };
    }

    static SWITCH: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
        signer_factory: |algorithm, key| (chosen().signer_factory)(algorithm, key),
        verifier_factory: |algorithm, key| (chosen().verifier_factory)(algorithm, key),
        key_utils: aws_lc::DEFAULT_PROVIDER.key_utils.clone(),
    });

    fn chosen() -> &'static CryptoProvider {
        if ON_RUST_CRYPTO.get() { &rust_crypto::DEFAULT_PROVIDER } else { &aws_lc::DEFAULT_PROVIDER }
    }

    pub(super) fn install() {
        // The second call and every later one find it installed.
        let _ = SWITCH.install_default();
    }

    /// Runs `work` with RustCrypto in this thread.
    pub(crate) fn on_rust_crypto<T>(work: impl FnOnce() -> T) -> T {
        ON_RUST_CRYPTO.set(true);
        let result = work();
        ON_RUST_CRYPTO.set(false);
        result
    }
}

#[cfg(feature = "peers")]
pub(crate) use both::on_rust_crypto;

/// Lets both be used; to be called before `jsonwebtoken` 11 is.
pub(crate) fn install() {
    #[cfg(feature = "peers")]
    both::install();
}
