//! Any bytes are a key document or an error; whatever becomes a key can be looked up and is sound.

#![no_main]

use libfuzzer_sys::fuzz_target;
use token_core::Budget;
use token_core::keys::{KeyDocument, KeyId, KeySetBuilder, Lookup};

const ISSUER: &str = "00000001-0000-0000-c000-000000000000@*";

fuzz_target!(|input: &[u8]| {
    let parsed = KeyDocument::parse(input, &Budget::DEFAULT);
    if let Err(error) = &parsed {
        assert!(!error.to_string().is_empty());
    }
    let loaded = KeySetBuilder::new(&Budget::DEFAULT).add(ISSUER, "fuzz", input).build();
    if parsed.is_err() {
        assert!(loaded.keys.keys().is_empty(), "a refused document gives no keys");
        assert!(!loaded.findings.is_empty(), "a refused document is reported");
    }
    for key in loaded.keys.keys() {
        assert!((2048..=8192).contains(&key.rsa().modulus_bits()));
        assert_eq!(key.rsa().exponent() % 2, 1);
        let id = KeyId { x5t: key.x5t(), x5t_s256: None, kid: None };
        if key.x5t().is_some() {
            assert!(matches!(loaded.keys.lookup(ISSUER, &id), Lookup::Found(_)));
            assert!(matches!(loaded.keys.lookup("another", &id), Lookup::NoKeysOfIssuer));
        }
    }
});
