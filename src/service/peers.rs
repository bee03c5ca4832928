//! Operators that are connected: received by a decision, and let go by the first one that refuses them. It
//! knows neither HTTP nor how a decision is made.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::admission::Admission;
use crate::domain::admission::{Decision, Question, Verdict};
use crate::domain::clock::Clock;
use crate::domain::digest::Digest;
use crate::telemetry::{ConnectedPeer, Metrics};
use crate::trust::chain::Anchors;
use crate::trust::digest::sha256;
use crate::trust::tls::{Acceptor, Decide, Identity, Received, Stream, TurnedAway};

/// Who receives operators; cheap to clone.
#[derive(Clone)]
pub struct Peers {
    acceptor: Acceptor,
    decide: Decide,
    epochs: watch::Receiver<i64>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
}

/// An operator that is connected; cheap to clone. Every request of its connection carries it.
#[derive(Clone)]
pub struct Peer(Arc<Inner>);

struct Inner {
    question: Question,
    sha256: Digest,
    first: Arc<Decision>,
    decide: Decide,
    /// Counts the connection while it is open.
    _connected: ConnectedPeer,
}

/// The bounds of what a clock can be believed about the time until the next decision: it may be set, and
/// it must not be asked without a pause.
const SOONEST: Duration = Duration::from_millis(10);
const LATEST: Duration = Duration::from_secs(30);

impl Peers {
    /// Receives whom this node admits; a handshake may take as long as `timeout`.
    pub fn new(
        identity: Identity,
        admission: &Admission,
        clock: Arc<dyn Clock>,
        timeout: Duration,
        metrics: Metrics,
    ) -> Self {
        let (anchors, epochs) = (admission.anchors().clone(), admission.epochs());
        let admission = admission.clone();
        let decide: Decide = Arc::new(move |question| admission.decide(question));
        Self::deciding(decide, epochs, identity, &anchors, clock, timeout, metrics)
    }

    /// The same for any decision that may change with every epoch.
    pub(crate) fn deciding(
        decide: Decide,
        epochs: watch::Receiver<i64>,
        identity: Identity,
        anchors: &Anchors,
        clock: Arc<dyn Clock>,
        timeout: Duration,
        metrics: Metrics,
    ) -> Self {
        Self {
            acceptor: Acceptor::new(identity, anchors, Arc::clone(&decide), timeout),
            decide,
            epochs,
            clock,
            metrics,
        }
    }

    /// Shakes hands; nothing where the peer was turned away, which is counted and logged here.
    pub async fn receive<S>(&self, stream: S) -> Option<(Stream<S>, Peer)>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match self.acceptor.accept(stream).await {
            Ok(received) => Some(self.welcome(received)),
            Err(turned_away) => {
                let reason = reason(&turned_away);
                self.metrics.peer_refused(reason);
                match turned_away {
                    TurnedAway::Refused(decision) => tracing::info!(
                        peer.reason = reason,
                        peer.operator = decision.operator,
                        peer.certificate = decision.certificate,
                        trust.epoch = decision.epoch,
                        "a peer was refused"
                    ),
                    TurnedAway::TooSlow | TurnedAway::NoCertificate | TurnedAway::Handshake(_) => {
                        tracing::debug!(peer.reason = reason, %turned_away, "no connection came of a handshake");
                    }
                }
                None
            }
        }
    }

    fn welcome<S>(&self, received: Received<S>) -> (Stream<S>, Peer) {
        let Received {
            stream,
            question,
            decision,
        } = received;
        tracing::info!(
            peer.operator = decision.operator,
            peer.certificate = decision.certificate,
            trust.epoch = decision.epoch,
            "a peer is connected"
        );
        let own = question.chain.first().map_or(&[][..], Vec::as_slice);
        let peer = Peer(Arc::new(Inner {
            sha256: sha256(own),
            question,
            first: decision,
            decide: Arc::clone(&self.decide),
            _connected: self.metrics.peer_connected(),
        }));
        (stream, peer)
    }

    /// Decides again at every epoch and whenever the last decision ends, and returns once the peer is
    /// refused: its connection is to be closed then, whatever it is doing.
    pub async fn until_refused(&self, peer: &Peer) {
        let refused = until_refused(peer, self.epochs.clone(), self.clock.as_ref()).await;
        let reason = first_reason(&refused);
        self.metrics.peer_closed(reason);
        tracing::info!(
            peer.reason = reason,
            peer.operator = peer.0.first.operator,
            peer.certificate = peer.0.first.certificate,
            trust.epoch = refused.epoch,
            "the connection of a peer is closed: it is no longer admitted"
        );
    }
}

impl Peer {
    /// Number of the operator, where it was recognised.
    pub fn operator(&self) -> Option<i64> {
        self.0.first.operator
    }

    /// Number of its certificate in the registry, where it was recognised.
    pub fn certificate(&self) -> Option<i64> {
        self.0.first.certificate
    }

    /// SHA-256 of its certificate.
    pub fn sha256(&self) -> Digest {
        self.0.sha256
    }

    /// Whether it is admitted now.
    pub fn decide(&self) -> Arc<Decision> {
        (self.0.decide)(&self.0.question)
    }
}

/// The first decision that refuses.
async fn until_refused(
    peer: &Peer,
    mut epochs: watch::Receiver<i64>,
    clock: &dyn Clock,
) -> Arc<Decision> {
    // Nobody tells of epochs any more when the node ends: then the time alone wakes.
    let mut is_told = true;
    loop {
        // Before the decision, so that an epoch that comes meanwhile is not missed.
        epochs.mark_unchanged();
        let decision = peer.decide();
        match decision.verdict {
            Verdict::Refuse => return decision,
            Verdict::Admit => {}
        }
        tokio::select! {
            told = epochs.changed(), if is_told => is_told = told.is_ok(),
            () = tokio::time::sleep(remaining(&decision, clock.now())) => {}
        }
    }
}

/// How long a decision may be believed.
fn remaining(decision: &Decision, now: OffsetDateTime) -> Duration {
    decision
        .valid_until
        .and_then(|end| Duration::try_from(end - now).ok())
        .unwrap_or(SOONEST)
        .clamp(SOONEST, LATEST)
}

/// Why a peer was turned away, in a word that measurements know.
fn reason(turned_away: &TurnedAway) -> &'static str {
    match turned_away {
        TurnedAway::TooSlow => "too_slow",
        TurnedAway::NoCertificate => "no_certificate",
        TurnedAway::Refused(decision) => first_reason(decision),
        TurnedAway::Handshake(_) => "handshake",
    }
}

fn first_reason(decision: &Decision) -> &'static str {
    decision
        .reasons
        .first()
        .map_or("refused", |reason| reason.code())
}
