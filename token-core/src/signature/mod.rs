//! Signatures over the received bytes.

#[expect(dead_code, unused_imports, reason = "the backend enum that calls it is not here yet")]
pub(crate) mod ifma;
