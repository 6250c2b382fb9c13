//! Federated delegation: SAML 1.1 assertions on behalf of a user, in the WS-Security header of a SOAP message.
//!
//! Follows SAML 1.1 core, WS-Security 1.1 with its SAML and X.509 token profiles, XML Signature and XML Encryption, in the
//! one shape that Microsoft's gateway and Exchange use; whatever else these allow is refused.
//!
//! A message walks through the module in this order:
//!
//! 1. [`xml`] scans the bytes and parses them.
//! 2. [`Message::read`] finds the envelope, what it is addressed to, and the one token in it.
//! 3. [`decrypt`] opens the token, if it is encrypted, with the private key that it names.
//! 4. [`Assertion`] is what the token says, with the issuer's signature over it.
//! 5. The rules judge it under a [`policy::DauthPolicy`], with the keys of a [`KeySource`](crate::keys::KeySource).
//! 6. [`DauthValidator::validate`] returns a [`Delegation`] or the first reason against it,
//!    [`DauthValidator::review`] every check.
//!
//! # Examples
//!
//! ```
//! use token_core::dauth::{DauthPolicy, DauthValidator, OwnKeys, Received};
//! use token_core::keys::KeySetBuilder;
//! use token_core::{Budget, UnixTime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let files = test_vectors::load_dauth()?;
//! # let mut all = files.iter().flat_map(|file| &file.test_groups).flat_map(|group| group.tests.iter().map(move |test| (group, test)));
//! # let (group, test) = all.find(|(_, test)| test.id == "dauth-sha1-message").ok_or("no such vector")?;
//! # let (policy, gateway, message) = (group.policy.to_string(), group.keys[0].bytes().ok_or("no key")?, test.bytes().ok_or("no bytes")?);
//! let policy = DauthPolicy::from_json(&policy)?;
//! let issuer = policy.token_issuer().uri();
//! let loaded = KeySetBuilder::new(&Budget::DEFAULT).add(issuer, "gateway.cer", &gateway).build();
//! let validator = DauthValidator::new(policy, loaded.keys, OwnKeys::new());
//!
//! let received = Received::message(&message).at("/ews/exchange.asmx/WSSecurity");
//! match validator.validate(received, UnixTime::from_secs(test.now)) {
//!     Ok(delegation) => println!("{} for {}, by {}", delegation.offer, delegation.email, delegation.relationship),
//!     Err(rejection) => println!("{rejection}: {}", rejection.finding().entry().remedy),
//! }
//! # assert!(validator.validate(received, UnixTime::from_secs(test.now)).is_ok());
//! # Ok(())
//! # }
//! ```

mod assertion;
mod base64;
pub mod decrypt;
mod defect;
mod encrypted;
pub mod federation_information;
mod instant;
mod message;
mod names;
pub mod policy;
mod replay;
mod rules;
pub(crate) mod signature;
mod validator;
pub mod xml;

pub use assertion::{Assertion, Attribute, AttributeName, Conditions, Confirmation, SignedWith, Subject};
pub use decrypt::{OwnKey, OwnKeyError, OwnKeys};
pub use encrypted::{Cipher, EncryptedToken, KeyTransport};
pub use message::{Envelope, Message, SecurityToken, SignedBySender, SoapVersion, Timestamp};
pub use policy::DauthPolicy;
pub use replay::AssertionWatch;
pub use signature::SignedPart;
pub use validator::{DauthValidator, Delegation, Received};
