//! The real binary, end to end: exit codes, both streams, and everything that people and programs see.

// The server that the library's tests use, and its authority.
#[allow(dead_code, reason = "the library's tests need more of it")]
#[path = "../../../token-core/tests/refresh/authority.rs"]
mod authority;
mod dauth;
mod documentation;
mod exit_codes;
mod fetch;
mod formats;
mod input;
mod keys;
mod proxy;
mod redaction;
mod run;
#[allow(dead_code, reason = "the library's tests need more of it")]
#[path = "../../../token-core/tests/refresh/server.rs"]
mod server;
mod terminal;
