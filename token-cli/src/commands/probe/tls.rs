//! TLS to the server that is probed: what was negotiated, which certificate it showed, and whether that one is good.
//!
//! A certificate that is not trusted is a finding and no failure: the probe sends nothing that is worth stealing, and
//! what stands behind a bad certificate is what a reviewer wants to see. The proof that the server has the key of its
//! certificate is demanded as ever.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, ring::default_provider, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ProtocolVersion, RootCertStore, SignatureScheme,
    StreamOwned,
};
use token_core::endpoint::{CertificateRecord, TlsVersion};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::failure::Failure;
use super::target::Target;
use super::wire::Wire;
use crate::error::CliError;
use crate::redacted;

/// Who is trusted, and with which cryptography.
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    roots: Option<Arc<WebPkiServerVerifier>>,
}

/// What a handshake showed.
pub(super) struct Negotiated {
    pub(super) version: Option<TlsVersion>,
    pub(super) cipher: Option<String>,
    pub(super) certificate: Option<CertificateRecord>,
}

pub(super) type TlsStream = StreamOwned<ClientConnection, Wire>;

impl Tls {
    /// Trusts the roots of the system, and those of the files.
    pub(super) fn new(files: &[PathBuf]) -> Result<Self, CliError> {
        let provider = Arc::new(default_provider());
        let mut store = RootCertStore::empty();
        // Roots of the system that cannot be read are passed over: a server that needs one is then not trusted.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for file in files {
            let name = redacted::path(file);
            let bytes = crate::input::read_bytes(file.as_os_str())?;
            let mut added = 0;
            for certificate in CertificateDer::pem_slice_iter(&bytes) {
                let certificate = certificate.map_err(|_| {
                    CliError::Usage(format!("--ca-file {name}: expected certificates in PEM form"))
                })?;
                store
                    .add(certificate)
                    .map_err(|error| CliError::Usage(format!("--ca-file {name}: {error}")))?;
                added += 1;
            }
            if added == 0 {
                return Err(CliError::Usage(format!(
                    "--ca-file {name}: expected certificates in PEM form, found none"
                )));
            }
        }
        let roots =
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone()).build().ok();
        Ok(Self { provider, roots })
    }

    /// Shakes hands.
    pub(super) fn handshake(&self, target: &Target, wire: Wire) -> Result<(TlsStream, Negotiated), Failure> {
        let tls = |error: rustls::Error| Failure::Tls(redacted::text(&error.to_string()));
        let name = ServerName::try_from(target.host.clone())
            .map_err(|_| Failure::Tls("the host cannot stand in a certificate".to_owned()))?;
        let verifier = Arc::new(Recorder {
            roots: self.roots.clone(),
            provider: self.provider.clone(),
            fault: Mutex::default(),
        });
        let config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(tls)?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), name).map_err(tls)?;
        let mut stream = StreamOwned::new(connection, wire);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| match error.kind() {
                // The server hung up in the middle, or what came is no TLS at all.
                std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset => {
                    Failure::Tls("the server closed the connection".to_owned())
                }
                _ => Failure::from(error),
            })?;
        }
        let fault = verifier.fault.lock().unwrap_or_else(PoisonError::into_inner).take();
        let leaf = stream.conn.peer_certificates().and_then(<[_]>::first);
        let negotiated = Negotiated {
            version: match stream.conn.protocol_version() {
                Some(ProtocolVersion::TLSv1_2) => Some(TlsVersion::Tls12),
                Some(ProtocolVersion::TLSv1_3) => Some(TlsVersion::Tls13),
                _ => None,
            },
            cipher: stream
                .conn
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .map(str::to_owned),
            certificate: leaf.map(|leaf| record(leaf, fault)),
        };
        Ok((stream, negotiated))
    }
}

/// Notes whether the certificate is good, and goes on.
struct Recorder {
    roots: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
    fault: Mutex<Option<String>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let fault = match &self.roots {
            None => Some("this machine has no roots to trust".to_owned()),
            Some(roots) => roots
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .err()
                .map(|error| explain(&error)),
        };
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

/// Words a fault without times and names, so that a record stays the same from one day to the next.
fn explain(error: &rustls::Error) -> String {
    use rustls::CertificateError as Fault;
    let rustls::Error::InvalidCertificate(fault) = error else { return redacted::text(&error.to_string()) };
    match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => "it has expired".to_owned(),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        Fault::UnknownIssuer => "its issuer is not trusted".to_owned(),
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => "it is not for this host".to_owned(),
        // The default certificate of some appliances, and of everybody who asks openssl for a self-signed one.
        Fault::Other(inner) if inner.to_string().contains("CaUsedAsEndEntity") => {
            "it is that of an authority, and not of a server".to_owned()
        }
        Fault::Other(inner) => redacted::text(&inner.to_string()),
        other => redacted::text(&other.to_string()),
    }
}

fn record(der: &CertificateDer<'_>, fault: Option<String>) -> CertificateRecord {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    let sha256 = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        let unreadable = "cannot be read".to_owned();
        return CertificateRecord {
            sha256,
            subject: unreadable.clone(),
            issuer: unreadable.clone(),
            names: Vec::new(),
            not_before: 0,
            not_after: 0,
            fault: fault.or(Some(unreadable)),
        };
    };
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let mut names: Vec<String> = alternative
        .iter()
        .flat_map(|extension| &extension.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(redacted::text(name)),
            GeneralName::IPAddress(bytes) => match bytes.len() {
                4 => {
                    <[u8; 4]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv4Addr::from(bytes).to_string())
                }
                16 => {
                    <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string())
                }
                _ => None,
            },
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    let secs = |time: x509_parser::time::ASN1Time| u64::try_from(time.timestamp()).unwrap_or_default();
    CertificateRecord {
        sha256,
        subject: redacted::text(&certificate.subject().to_string()),
        issuer: redacted::text(&certificate.issuer().to_string()),
        names,
        not_before: secs(certificate.validity().not_before),
        not_after: secs(certificate.validity().not_after),
        fault,
    }
}
