//! A TLS handshake that looks instead of judging: whatever chain the gateway presents is kept, provided that
//! the gateway proves to hold its key. Judging is for `presented`.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, ProtocolVersion, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::plan::ProbeSettings;
use super::trouble::{Trouble, within};

/// What a handshake showed, however it ended.
pub(super) struct Handshake {
    /// The chain that the gateway presented and holds the key of, leaf first; empty when it came to none.
    pub(super) presented: Vec<CertificateDer<'static>>,
    pub(super) outcome: Result<TlsStream<TcpStream>, Trouble>,
}

impl Handshake {
    /// The protocol spoken, once the handshake ended well.
    pub(super) fn version(&self) -> Option<ProtocolVersion> {
        let stream = self.outcome.as_ref().ok()?;
        stream.get_ref().1.protocol_version()
    }
}

/// Offers TLS 1.3 and 1.2 for `host`, showing a client certificate when asked for one.
pub(super) async fn shake_hands(
    stream: TcpStream,
    host: &str,
    identity: Option<&Arc<CertifiedKey>>,
    settings: &ProbeSettings,
) -> Handshake {
    let onlooker = Arc::new(Onlooker::new(provider()));
    let outcome = match prepare(host, &onlooker, identity) {
        Ok((name, connector)) => {
            let handshake = connector.connect(name, stream);
            within(settings.step_timeout, "the TLS handshake", handshake).await
        }
        Err(error) => Err(Trouble::Tls(error)),
    };
    Handshake {
        presented: onlooker.proven(),
        outcome,
    }
}

/// The cryptography of every probe.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn prepare(
    host: &str,
    onlooker: &Arc<Onlooker>,
    identity: Option<&Arc<CertifiedKey>>,
) -> Result<(ServerName<'static>, TlsConnector), rustls::Error> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let builder = ClientConfig::builder_with_provider(onlooker.provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(onlooker.clone());
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(key) => {
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key.clone())))
        }
    };
    // A resumed session would not show the certificates again.
    config.resumption = Resumption::disabled();
    Ok((name, TlsConnector::from(Arc::new(config))))
}

/// Accepts every chain and keeps it; accepts no signature that the chain's key did not make.
#[derive(Debug)]
struct Onlooker {
    provider: Arc<CryptoProvider>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    proven: bool,
}

impl Onlooker {
    fn new(provider: Arc<CryptoProvider>) -> Self {
        Self {
            provider,
            seen: Mutex::default(),
        }
    }

    fn proven(&self) -> Vec<CertificateDer<'static>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.proven {
            std::mem::take(&mut seen.chain)
        } else {
            Vec::new()
        }
    }

    fn note_proof(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.proven = true;
    }
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.chain = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let valid = verify_tls12_signature(message, cert, dss, algorithms)?;
        self.note_proof();
        Ok(valid)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let valid = verify_tls13_signature(message, cert, dss, algorithms)?;
        self.note_proof();
        Ok(valid)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
