//! A registry as it is asked over HTTP: for the state, for the list, and to be woken when either changed.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::WatchError;
use super::believed::{Believed, Signers};
use super::known::Known;
use crate::remote::events::Events;
use crate::remote::{Client, Reply};
use crate::trust::log::ConsistencyProof;
use crate::trust::sidecar::ListMeta;
use crate::trust::xml::Limits;

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

/// What a registry says of its state.
pub(super) enum News {
    Unchanged,
    State(Known),
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

    /// The state, unless it is the one with this tag still.
    pub(super) async fn state(&self, etag: Option<&str>) -> Result<News, WatchError> {
        let url = self.at("/v1/trust-space/state");
        match self.client.get_newer(&url, etag, MAX_STATE).await? {
            Reply::Unchanged => Ok(News::Unchanged),
            Reply::New(answer) => {
                let read = move || Known::read(answer.body, answer.etag);
                let known = tokio::task::spawn_blocking(read).await??;
                Ok(News::State(known))
            }
        }
    }

    /// The list, if it is later than the one at hand, and believed to come after it.
    pub(super) async fn list(
        &self,
        signers: &Signers,
        before: Option<&ListMeta>,
        at: OffsetDateTime,
    ) -> Result<Option<Believed>, WatchError> {
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
            return Ok(Some(believed));
        };
        let sequence = believed.meta.sequence;
        if sequence < before.sequence || believed.meta == *before {
            return Ok(None);
        }
        let proof = if sequence > before.sequence.saturating_add(1) {
            Some(self.proof(before.sequence, sequence).await?)
        } else {
            None
        };
        believed.may_follow(before, signers, proof.as_ref())?;
        Ok(Some(believed))
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
        let (client, url) = (self.client.clone(), self.at("/v1/trust-list/events"));
        // A thread of its own, since it waits for ever; it ends with the silence after the cancellation.
        tokio::task::spawn_blocking(move || {
            while !cancel.is_cancelled() {
                match client.open(&url, silence) {
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
