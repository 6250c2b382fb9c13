//! Any bytes decode without a panic; what is decoded lies within the input, and nothing of it is printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use token_core::{Budget, Scratch, Token};

fuzz_target!(|input: &[u8]| {
    let mut scratch = Scratch::new();
    let token = Token::decode(input, &Budget::DEFAULT, &mut scratch);
    assert!(token.layers().count() <= 2, "one level, never deeper");
    for (_, problem) in token.problems() {
        assert!(problem.at <= input.len(), "a place within the input");
        assert!(!problem.to_string().is_empty());
    }
    for layer in token.layers() {
        assert!(layer.signing_input().len() <= input.len());
        if layer.problems().is_empty() {
            assert!(layer.header().is_some() && layer.claims().is_some() && layer.signature().is_some());
        }
    }
    let _ = (token.acting_application(), token.on_behalf_of(), token.tenant());
    // A run of 24 characters of the input in Debug output would be a leak: names in there are ours and shorter.
    let shown = format!("{token:?}");
    if let Ok(text) = std::str::from_utf8(input) {
        for part in text.split('.').filter(|part| part.len() >= 24) {
            let start: String = part.chars().take(24).collect();
            assert!(!shown.contains(&start), "Debug shows the token");
        }
    }
});
