//! Bounds on everything that the input decides: sizes, depths, counts.

/// Bounds that hold before any work is done on an input. Every number names its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Bytes of a compact token. 64 KiB: the largest request head that http.sys can be configured to take, which
    /// bounds what Exchange and SharePoint can ever receive in a header. Real tokens have 1 to 4 KiB.
    pub max_token: usize,
    /// Nested JSON objects and arrays in a header, in claims or in a key document. 8: the deepest real token, with
    /// `appctx` and `xms_*` objects, has 3; a key document has 4.
    pub max_depth: u8,
    /// Members of one JSON object. 64: Entra access tokens with all optional claims have about 45.
    pub max_members: usize,
    /// Bytes of a key document. 1 MiB: Entra's whole JWKS has 20 KiB, its federation metadata 150 KiB.
    pub max_document: usize,
    /// Keys of one key document. 64: Entra publishes about 10.
    pub max_keys: usize,
    /// Bytes of one DER certificate. 16 KiB: real auth certificates have 1 to 2 KiB.
    pub max_certificate: usize,
}

impl Budget {
    /// The bounds used where nothing else is said.
    pub const DEFAULT: Self = Self {
        max_token: 64 * 1024,
        max_depth: 8,
        max_members: 64,
        max_document: 1024 * 1024,
        max_keys: 64,
        max_certificate: 16 * 1024,
    };
}

impl Default for Budget {
    fn default() -> Self {
        Self::DEFAULT
    }
}
