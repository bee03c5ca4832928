//! A registry as it is asked over HTTP: for the state, for the list, and to be woken when either changed.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::WatchError;
use super::believed::{Believed, Signers};
use super::known::Known;
use crate::domain::trust_change::Alive;
use crate::remote::events::Events;
use crate::remote::{Client, RemoteError};
use crate::trust::log::ConsistencyProof;
use crate::trust::sidecar::ListMeta;
use crate::trust::xml::Limits;

const EVENTS: &str = "/v1/trust-list/events";
/// Bytes of the largest state that is taken: forty thousand certificates with their chains.
const MAX_STATE: u64 = 512 << 20;
/// Of the largest side-car.
const MAX_META: u64 = 1 << 20;
/// How long a stream that broke is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// A registry.
#[derive(Clone)]
pub struct Registry {
    client: Client,
    base: String,
}

impl Registry {
    /// The registry at this address.
    pub fn new(client: Client, base: &str) -> Self {
        Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What a node of the registry says of itself now, which it says at the beginning of every stream of
    /// events: so that it is an answer to this very question. None where it does not know the present.
    pub(super) async fn alive(&self, patience: Duration) -> Result<Option<Alive>, WatchError> {
        let (client, url) = (self.client.clone(), self.at(EVENTS));
        let first = tokio::task::spawn_blocking(move || {
            let mut events = Events::of(client.open(&url, patience, Some(patience))?);
            Ok::<_, RemoteError>(events.find(|event| event.kind == "alive"))
        });
        let Some(event) = first.await?? else {
            return Ok(None);
        };
        serde_json::from_str(&event.data)
            .map(Some)
            .map_err(|error| WatchError::Unreadable(error.to_string()))
    }

    /// The state.
    pub(super) async fn state(&self) -> Result<Known, WatchError> {
        let url = self.at("/v1/trust-space/state");
        let answer = self.client.get(&url, MAX_STATE).await?;
        tokio::task::spawn_blocking(move || Known::read(answer.body)).await?
    }

    /// The list, believed, and that it may come after the one at hand.
    pub(super) async fn list(
        &self,
        signers: &Signers,
        before: Option<&ListMeta>,
        at: OffsetDateTime,
    ) -> Result<Believed, WatchError> {
        let largest = u64::try_from(Limits::default().bytes).unwrap_or(u64::MAX);
        let xml = self.at("/trust/listeblanchemssante.xml");
        let jws = self.at("/trust/listeblanchemssante.meta.jws");
        let xml = self.client.get(&xml, largest).await?.body;
        let jws = self.client.get(&jws, MAX_META).await?.body;
        let believed = {
            let signers = signers.clone();
            let read = move || Believed::read(xml, jws, &signers, at);
            tokio::task::spawn_blocking(read).await??
        };
        let Some(before) = before else {
            return Ok(believed);
        };
        let sequence = believed.meta.sequence;
        let proof = if sequence > before.sequence.saturating_add(1) {
            Some(self.proof(before.sequence, sequence).await?)
        } else {
            None
        };
        believed.may_follow(before, signers, proof.as_ref())?;
        Ok(believed)
    }

    async fn proof(&self, from: u64, to: u64) -> Result<ConsistencyProof, WatchError> {
        let path = format!("/v1/trust-lists/log/consistency?from={from}&to={to}");
        let answer = self.client.get(&self.at(&path), MAX_META).await?;
        serde_json::from_slice(&answer.body)
            .map_err(|error| WatchError::Unreadable(error.to_string()))
    }

    /// Wakes somebody at every event, until cancelled. What an event says is not believed: it could have
    /// been on its way for long. Asking the registry tells what is so now.
    pub(super) fn listen(&self, silence: Duration, woken: Arc<Notify>, cancel: CancellationToken) {
        let (client, url) = (self.client.clone(), self.at(EVENTS));
        // A thread of its own, since it waits for ever; it ends with the silence after the cancellation.
        tokio::task::spawn_blocking(move || {
            while !cancel.is_cancelled() {
                match client.open(&url, silence, None) {
                    Ok(stream) => {
                        for event in Events::of(stream) {
                            tracing::debug!(kind = event.kind, "the registry tells of an event");
                            if cancel.is_cancelled() {
                                return;
                            }
                            woken.notify_one();
                        }
                    }
                    Err(error) => tracing::warn!(%error, "the events of the registry do not come"),
                }
                std::thread::sleep(PAUSE);
            }
        });
    }
}
