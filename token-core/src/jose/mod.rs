//! Compact tokens and the JSON inside them: bytes in, borrowed text out. Knows nothing of Microsoft.
//!
//! Follows RFC 7515 (compact serialization, header), RFC 7519 (claims) and RFC 8259 (JSON), each in its strict reading.

mod authorization;
pub(crate) mod base64url;
mod claim;
mod compact;
mod error;
mod header;
mod json;
mod name;
mod scan;

pub use authorization::{AuthorizationError, authorization};
pub use claim::{Claim, JsonType, TimeAnomaly, TimeClaim, TimeSpelling};
pub use compact::{Compact, Segment};
pub use error::{ParseError, ParseErrorKind};
pub use header::Header;
pub use json::{Duplicate, DuplicateKind, Member, members};
pub(crate) use json::{Members, Reader, Text};
pub(crate) use name::Name;
