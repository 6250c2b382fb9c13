//! Decodes, explains and validates the tokens with which Microsoft servers talk to each other.
//!
//! A hybrid Exchange or SharePoint server proves itself with an *actor token*, a JWT signed by a security token
//! service or by itself; when it acts for a user it wraps that into an unsigned *outer token*. This crate judges both
//! as one, by rules that each name the clause they rest on.
//!
//! A token walks through the crate in this order:
//!
//! 1. [`jose`] splits and decodes the compact form: canonical base64url, strict JSON.
//! 2. [`s2s`] tells its kind, its layers, and the principals it names.
//! 3. The rules judge what it says, under a [`policy::Policy`].
//! 4. [`keys`] finds the one key that its issuer publishes under the id it names.
//! 5. [`signature`] verifies RS256 over the bytes as they were received.
//! 6. [`Validator::validate`] returns a [`Validated`] or the first reason against it, [`Validator::review`] every check.
//!
//! There is no I/O, no clock and no panic in here: `now` is an argument, keys are a [`keys::KeySource`], and everything
//! that the input decides is bounded by a [`Budget`]. The one exception is `keys::refresh` (feature `fetch`), which keeps
//! the keys of such a source up to date in the background. Nothing that can be printed holds a token.
//!
//! # Examples
//!
//! ```
//! use token_core::keys::KeySetBuilder;
//! use token_core::{Budget, Policy, Scratch, UnixTime, Validator};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sample = test_vectors::sample("outer-actor-2025").ok_or("no sample")?;
//! # let (token, metadata, now) = (&sample.token, sample.metadata.as_bytes(), sample.now);
//! # let policy_text = std::fs::read_to_string(&sample.policy_path)?;
//! let policy = Policy::from_toml(&policy_text)?;
//! let acs = policy.issuers().first().ok_or("a policy without issuers")?.name();
//! let loaded = KeySetBuilder::new(&Budget::DEFAULT).add(acs, "acs-metadata.json", metadata).build();
//! let validator = Validator::new(policy, loaded.keys);
//!
//! let mut scratch = Scratch::new();
//! match validator.validate(token, &mut scratch, UnixTime::from_secs(now)) {
//!     Ok(valid) => println!("{:?} acts for {:?}", valid.acting_application(), valid.on_behalf_of()),
//!     Err(rejection) => println!("{rejection}: {}", rejection.finding().entry().remedy),
//! }
//! # assert!(validator.validate(token, &mut scratch, UnixTime::from_secs(now)).is_ok());
//! # Ok(())
//! # }
//! ```

mod budget;
pub mod cache;
pub mod challenge;
#[cfg(feature = "dauth")]
pub mod dauth;
pub mod dictionary;
pub mod endpoint;
pub mod jose;
pub mod keys;
mod memory;
pub mod policy;
pub mod redact;
mod replay;
pub mod s2s;
pub mod signature;
mod time;
mod validator;
pub mod verdict;

pub use budget::Budget;
pub use cache::Cache;
pub use policy::Policy;
pub use replay::ReplayWatch;
pub use s2s::{Scratch, Token};
pub use time::UnixTime;
pub use validator::{BatchScratch, Validated, Validator};
pub use verdict::{Finding, Rejection, Review, RuleId, Verdict};
