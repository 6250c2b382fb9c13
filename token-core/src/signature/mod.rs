//! Signatures over the received bytes.

#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the backend enum that calls it is not here yet")
)]
pub(crate) mod ifma;
