//! What a server says when it refuses a request: the 401 challenge, the diagnostics beside it, the codes in them.
//! Follows RFC 9110 section 11, RFC 6750 section 3 and [MS-XOAUTH] section 4.
//!
//! [`challenges_of_lines`] reads every challenge of a response; [`BearerChallenge`] gives the one for OAuth its types,
//! and writes one; [`Diagnostics`] and [`StsError`] read what comes with a refusal; [`diagnostic`] and [`aadsts`]
//! explain their codes; [`ChallengeReview`] judges what is offered, [`would_satisfy`] a token against a challenge;
//! [`repair`] mends what a word processor did to a pasted header.

mod bearer;
mod claims;
mod codes;
mod diagnostics;
mod error;
mod expected;
mod issuers;
mod lex;
mod parse;
mod repair;
mod rules;
mod sts;
#[cfg(test)]
mod tests;
mod text;
mod write;

pub use bearer::{BearerChallenge, NamedValue, NotBearer};
pub use claims::{Claims, ClaimsFault};
pub use codes::{Code, Family, aadsts, code, codes, diagnostic};
pub use diagnostics::{BackendDiagnostics, CategoryName, Diagnostics, DiagnosticsError};
pub use error::{ChallengeError, ChallengeErrorKind, Expected, Found};
pub use expected::BearerError;
pub use issuers::{IssuersSpelling, TrustedIssuerEntry, TrustedIssuers};
pub use lex::{Form, Param};
pub use parse::{
    Body, Challenge, Challenges, Lines, Params, Scheme, Token68, challenges, challenges_of_lines,
};
pub use repair::{Change, Repaired, repair};
pub use rules::{ChallengeReview, ChallengeVerdict, Service, Situation, Transport, would_satisfy};
pub use sts::{NotAnStsError, StsError, aadsts_codes};
pub use text::Text;
pub use write::{Shape, WriteError, WriteErrorKind};
