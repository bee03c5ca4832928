//! The handshake of one connection, within a bounded time; at its end there is a peer that was admitted, or
//! one that was told why not.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::{DistinguishedName, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

use super::Decide;
use super::identity::{Identity, provider};
use super::verifier::Verifier;
use crate::domain::admission::{Decision, Question, Verdict};
use crate::trust::chain::Anchors;

/// A connection over TLS.
pub type Stream<S> = tokio_rustls::server::TlsStream<S>;

/// Receives connections; cheap to clone.
#[derive(Clone)]
pub struct Acceptor {
    pub(super) identity: Identity,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) authorities: Arc<[DistinguishedName]>,
    pub(super) decide: Decide,
    pub(super) timeout: Duration,
}

/// A connection whose peer was admitted and holds the key of its certificate.
pub struct Received<S> {
    /// The connection.
    pub stream: Stream<S>,
    /// What was asked of the peer, to be asked again.
    pub question: Question,
    /// The answer at the handshake.
    pub decision: Arc<Decision>,
}

/// Why no connection came of it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TurnedAway {
    /// The handshake took longer than it may.
    #[error("the handshake took too long")]
    TooSlow,
    /// The peer showed no certificate.
    #[error("the peer showed no certificate")]
    NoCertificate,
    /// It is not admitted.
    #[error("the peer is not admitted")]
    Refused(Arc<Decision>),
    /// It does not speak TLS as we do, or went away, or does not hold the key of its certificate.
    #[error("the handshake failed: {0}")]
    Handshake(String),
}

/// Bytes that are still read of a peer which was refused.
const LAST_WORDS: u64 = 64 * 1024;
/// How long its end is waited for.
const LAST_MOMENT: Duration = Duration::from_secs(1);

impl Acceptor {
    /// Shows `identity`, names the anchors to clients that have a choice of certificates, and lets in
    /// whom `decide` admits. A handshake may take as long as `timeout`.
    pub fn new(identity: Identity, anchors: &Anchors, decide: Decide, timeout: Duration) -> Self {
        let names = anchors.trusted().iter();
        Self {
            identity,
            provider: provider(),
            authorities: names
                .map(|anchor| DistinguishedName::in_sequence(&anchor.subject))
                .collect(),
            decide,
            timeout,
        }
    }

    /// Shakes hands. A peer that is refused is told so by an alert before its connection ends.
    pub async fn accept<S>(&self, stream: S) -> Result<Received<S>, TurnedAway>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let verifier = Arc::new(Verifier::new(
            Arc::clone(&self.provider),
            Arc::clone(&self.authorities),
            Arc::clone(&self.decide),
        ));
        let settings = self
            .settings(&verifier)
            .map_err(|error| TurnedAway::Handshake(error.to_string()))?;
        let handshake = TlsAcceptor::from(Arc::new(settings))
            .accept(stream)
            .into_fallible();
        match tokio::time::timeout(self.timeout, handshake).await {
            Err(_) => Err(TurnedAway::TooSlow),
            Ok(Ok(stream)) => match verifier.asked() {
                Some((question, decision)) => Ok(Received {
                    stream,
                    question,
                    decision,
                }),
                None => Err(TurnedAway::NoCertificate),
            },
            Ok(Err((error, stream))) => {
                hear_out(stream).await;
                Err(why(&error, &verifier))
            }
        }
    }

    /// The settings of one connection: each has a verifier of its own, which keeps its decision.
    ///
    /// No session is ever resumed: whoever comes back shows its certificate again and is decided on again.
    /// rustls issues no ticket and keeps no session unless it is told to; of TLS 1.3 it would.
    fn settings(&self, verifier: &Arc<Verifier>) -> Result<ServerConfig, rustls::Error> {
        let mut settings = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::<Verifier>::clone(verifier))
            .with_cert_resolver(Arc::<rustls::sign::SingleCertAndKey>::clone(
                &self.identity.0,
            ));
        settings.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        settings.send_tls13_tickets = 0;
        settings.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(settings)
    }
}

fn why(error: &std::io::Error, verifier: &Verifier) -> TurnedAway {
    let cause = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if cause == Some(&rustls::Error::NoCertificatesPresented) {
        return TurnedAway::NoCertificate;
    }
    match verifier.asked() {
        Some((_, decision)) if decision.verdict == Verdict::Refuse => TurnedAway::Refused(decision),
        Some(_) | None => TurnedAway::Handshake(error.to_string()),
    }
}

/// Lets the alert arrive: a connection that is closed while words of the peer lie unread is reset, and
/// what was sent before is lost. By TLS 1.3 a client speaks on before it can know that it is refused.
async fn hear_out<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    let rest = async {
        if stream.shutdown().await.is_ok() {
            let _ = tokio::io::copy(&mut stream.take(LAST_WORDS), &mut tokio::io::sink()).await;
        }
    };
    // However it ends: the peer was told.
    let _ = tokio::time::timeout(LAST_MOMENT, rest).await;
}
