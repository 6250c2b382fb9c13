//! Vectors of federated delegation (DAuth): signed and encrypted SAML 1.1 assertions, and the messages that carry them.

mod claims;
mod encrypted;
mod encryption;
mod federation;
mod message;
mod names;
mod notes;
mod proofs;
mod random;
mod shape;
mod signature;
mod soap;
mod valid;
mod vector;
mod wrapping;
mod xml;

use test_vectors::DauthFile;

/// A captured request as partners send it: to the endpoint that wants no proof, with the token as the gateway signs and
/// encrypts it.
pub(crate) fn sample() -> String {
    let signed = signature::sha1().apply(message::assertion());
    let token = encryption::aes256().apply("sample", signed.sent().as_bytes());
    let body = message::message([token]).sent();
    let head = [
        "POST /EWS/Exchange.asmx/WSSecurity HTTP/1.1".to_owned(),
        "Host: mail.contoso.com".to_owned(),
        "Content-Type: text/xml; charset=utf-8".to_owned(),
        "SOAPAction: \"http://schemas.microsoft.com/exchange/services/2006/messages/GetMailTips\"".to_owned(),
        format!("Content-Length: {}", body.len()),
    ];
    head.join("\n") + "\n\n" + &body + "\n"
}

/// Every file of them, by name.
pub(crate) fn files() -> Vec<(&'static str, DauthFile)> {
    vec![
        valid::file(),
        shape::file(),
        shape::encrypted_file(),
        claims::file(),
        claims::encrypted_file(),
        wrapping::file(),
        soap::file(),
        encrypted::file(),
        federation::file(),
    ]
}
