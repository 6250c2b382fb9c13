//! Whom a connection trusts: the system's roots, the policy's own roots, and pinned public keys on top.
//!
//! Pins follow RFC 7469 section 2.6, for the certificate of the server itself; they come in addition to the chain, never
//! in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::policy::SpkiPin;

/// Makes the configuration of all connections.
pub(super) fn config(
    roots: Vec<CertificateDer<'static>>,
    pins: &BTreeMap<String, Vec<SpkiPin>>,
) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = rustls_platform_verifier::Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?;
    let pins = pins.iter().map(|(host, pins)| (host.to_ascii_lowercase(), pins.clone())).collect();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { chain, pins }))
        .with_no_client_auth();
    Ok(config)
}

/// Reads the certificates of a PEM file; nothing if there is none or one is broken.
pub(super) fn read_roots(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let roots: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
    (!roots.is_empty()).then_some(roots)
}

/// Verifies the chain, then the pin of the host, if it has one.
#[derive(Debug)]
struct Pinned<V> {
    chain: V,
    pins: BTreeMap<String, Vec<SpkiPin>>,
}

impl<V> Pinned<V> {
    fn check(&self, certificate: &[u8], host: &str) -> Result<(), Error> {
        let Some(pins) = self.pins.get(&host.to_ascii_lowercase()) else { return Ok(()) };
        let (_, certificate) = X509Certificate::from_der(certificate)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let seen = digest(&SHA256, certificate.public_key().raw);
        if pins.iter().any(|pin| pin.as_bytes() == seen.as_ref()) {
            Ok(())
        } else {
            Err(Error::General("the server's public key is not one that the policy pins".to_owned()))
        }
    }
}

impl<V: ServerCertVerifier> ServerCertVerifier for Pinned<V> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        self.check(end_entity, &server_name.to_str())?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::testdata::{A_CERT, A_SPKI, B_CERT, pem};

    #[test]
    fn pin_holds_for_its_host_alone_and_in_any_letter_case() {
        let pin = SpkiPin::from_bytes(digest(&SHA256, A_SPKI).as_ref().try_into().unwrap());
        let pinned = Pinned { chain: (), pins: BTreeMap::from([("a.test".to_owned(), vec![pin])]) };
        assert!(pinned.check(A_CERT, "a.test").is_ok() && pinned.check(A_CERT, "A.test").is_ok());
        assert!(pinned.check(B_CERT, "a.test").is_err());
        assert!(pinned.check(b"nonsense", "a.test").is_err());
        assert!(pinned.check(B_CERT, "b.test").is_ok());
        let none = Pinned { chain: (), pins: BTreeMap::from([("a.test".to_owned(), vec![])]) };
        assert!(none.check(A_CERT, "a.test").is_err());
    }

    #[test]
    fn read_roots_all_or_none() {
        let two = pem("CERTIFICATE", A_CERT) + &pem("CERTIFICATE", B_CERT);
        assert_eq!(read_roots(two.as_bytes()).unwrap().len(), 2);
        assert!(read_roots(b"").is_none());
        assert!(read_roots(two.replacen("-----END", "-----FIN", 1).as_bytes()).is_none());
    }
}
