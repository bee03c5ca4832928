//! The client's certificate before rustls: what the decision says of it, and nothing else.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};

use super::{Decide, alert};
use crate::domain::admission::{Decision, Question, Role, Verdict};
use crate::trust::certificate::MAX_CHAIN_LENGTH;

/// Asks for a decision on the chain of one connection, and keeps it.
pub(super) struct Verifier {
    pub(super) provider: Arc<CryptoProvider>,
    /// Names of authorities, by which a client with several certificates chooses one.
    pub(super) authorities: Arc<[DistinguishedName]>,
    pub(super) decide: Decide,
    asked: Mutex<Option<Asked>>,
}

/// The question of a connection and its answer.
pub(super) type Asked = (Question, Arc<Decision>);

impl Verifier {
    pub(super) fn new(
        provider: Arc<CryptoProvider>,
        authorities: Arc<[DistinguishedName]>,
        decide: Decide,
    ) -> Self {
        Self {
            provider,
            authorities,
            decide,
            asked: Mutex::new(None),
        }
    }

    /// What was asked of this connection; nothing where no certificate was presented.
    pub(super) fn asked(&self) -> Option<Asked> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

/// At the opening of a connection it is not known yet for which mail domain the peer will speak. Of a
/// chain that is too long, no more is kept than shows that it is.
fn question(end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Question {
    Question {
        chain: std::iter::once(end_entity)
            .chain(intermediates)
            .take(MAX_CHAIN_LENGTH + 1)
            .map(|certificate| certificate.to_vec())
            .collect(),
        mail_domain: None,
        role: Role::SmtpClient,
        host: None,
        stapled: None,
    }
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.authorities
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        // The decision has a clock of its own, which it can doubt.
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let question = question(end_entity, intermediates);
        let decision = (self.decide)(&question);
        let outcome = match decision.verdict {
            Verdict::Admit => Ok(ClientCertVerified::assertion()),
            Verdict::Refuse => Err(alert::of(&decision.reasons).into()),
        };
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some((question, decision));
        outcome
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
