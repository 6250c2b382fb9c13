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
    /// Bytes of all values of one response header field together. 64 KiB: the longest response head that .NET's
    /// HTTP client takes by default, so no challenge that the usual clients can answer is longer. Real ones have
    /// less than 1 KiB.
    pub max_header: usize,
    /// Challenges of one response. 32: Exchange offers at most five schemes (Bearer, Negotiate, NTLM, Digest, Basic).
    pub max_challenges: usize,
    /// Parameters of one challenge. 32: the longest real challenge, SharePoint Online's with claims, has 6.
    pub max_params: usize,
    /// Bytes of the JSON body of a refused token request. 64 KiB: real ones have 1 to 2 KiB.
    pub max_error_body: usize,
    /// Bytes of a SOAP message. 4 MiB: what ASP.NET takes by default, so a longer one never reached a service that
    /// was not configured for it.
    pub max_message: usize,
    /// Bytes of XML that are parsed: of a longer message only what stands before its body. 256 KiB: real messages of
    /// federated delegation have 6 to 20 KiB, their headers 6 KiB.
    pub max_xml: usize,
    /// Nested XML elements. 48: the deepest real message, with its token decrypted, has 12.
    pub max_xml_depth: usize,
    /// Attributes of one XML element, namespace declarations not counted. 64: real ones have at most 6.
    pub max_xml_attributes: usize,
    /// Namespace declarations of one XML element. 32: real envelopes have at most 8.
    pub max_xml_namespaces: usize,
    /// Elements, attributes, comments and CDATA sections of the XML that is parsed, all together; of a message with more
    /// only what stands before its body. 2048: a tree of as many takes about 1 MB; the header of a real message has 150.
    pub max_xml_pieces: usize,
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
        max_header: 64 * 1024,
        max_challenges: 32,
        max_params: 32,
        max_error_body: 64 * 1024,
        max_message: 4 * 1024 * 1024,
        max_xml: 256 * 1024,
        max_xml_depth: 48,
        max_xml_attributes: 64,
        max_xml_namespaces: 32,
        max_xml_pieces: 2048,
    };
}

impl Default for Budget {
    fn default() -> Self {
        Self::DEFAULT
    }
}
