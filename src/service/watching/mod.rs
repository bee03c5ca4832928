//! The node beside a mail gateway: it follows a registry over HTTP, keeps what it knows on disk and decides
//! by it, without a database. It believes the list only of who signed it, and revocation only of authorities;
//! what the registry itself says can take away from that and add nothing.

mod believed;
mod disk;
mod known;
mod registry;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

pub use believed::Disbelief;
pub use disk::DiskError;
pub use registry::Registry;

use self::believed::{Believed, Signers};
use self::disk::{Disk, Kept, Machine};
use self::known::Known;
use crate::domain::digest::Digest;
use crate::domain::trust_change::Alive;
use crate::domain::trust_state::TrustState;
use crate::remote::RemoteError;
use crate::service::admission::Admission;
use crate::trust::admission::{ListInForce, Snapshot};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// How long a node of the registry is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Events that come at once are looked at together.
const BREATH: Duration = Duration::from_millis(20);

/// Why a node does not know the newest.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The registry did not answer.
    #[error("the registry: {0}")]
    Registry(#[from] RemoteError),
    /// What it said is no state of a trust space.
    #[error("the registry does not tell the state of a trust space: {0}")]
    Unreadable(String),
    /// It went back behind what is known here.
    #[error(
        "the registry is at epoch {found}, and {known} is known here: it went back, or is another"
    )]
    WentBack {
        /// What is known.
        known: i64,
        /// What it says.
        found: i64,
    },
    /// Its epoch is the one known here, and came of another change: it was put back and went another way.
    #[error(
        "the registry is at epoch {0} by another change than the one known here: it was put back"
    )]
    Another(i64),
    /// It does not know the present itself.
    #[error("the registry does not know the present itself")]
    Absent,
    /// The list is not believed.
    #[error("the list of the registry is not believed: {0}")]
    List(#[from] Disbelief),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A piece of work broke off.
    #[error("it broke off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

/// A node that watches a registry.
pub struct Watching {
    admission: Admission,
    registry: Registry,
    disk: Disk,
    pinned: Vec<Digest>,
    /// What the snapshot in force was made of: known from the moment on that it is in force.
    known: Option<Known>,
    list: Option<Arc<Believed>>,
    make: Make,
}

/// How a snapshot is made.
type Make = fn(&Admission, Arc<TrustState>, Option<Arc<ListInForce>>) -> Snapshot;

impl Watching {
    /// A node that begins with what it kept, if it kept anything: it decides by that as long as its lease
    /// would have run without the restart.
    pub async fn open(
        admission: Admission,
        registry: Registry,
        pinned: Vec<Digest>,
        dir: &Path,
    ) -> Result<Self, WatchError> {
        let mut disk = Disk::open(dir)?;
        let kept = match disk.load() {
            Ok(kept) => kept,
            // Nothing is known then, and everybody is refused until the registry answers.
            Err(error @ (DiskError::Damaged(_) | DiskError::Version { .. })) => {
                tracing::error!(%error, "what was kept cannot be used");
                None
            }
            Err(error) => return Err(error.into()),
        };
        let mut node = Self {
            admission,
            registry,
            disk,
            pinned,
            known: None,
            list: None,
            make: Admission::made_of,
        };
        if let Some(kept) = kept {
            let (confirmed_at, up) = (kept.confirmed_at, node.disk.machine());
            node.admission.begin_at(confirmed_at);
            match node.restore(kept).await {
                Ok(()) => node.confirm_as_of(confirmed_at, up),
                Err(error) => tracing::error!(%error, "what was kept is not believed"),
            }
        }
        Ok(node)
    }

    async fn restore(&mut self, kept: Kept) -> Result<(), WatchError> {
        let known = Known::read(kept.state)?;
        let mut believed = None;
        if let Some(list) = kept.list {
            let signers = Signers {
                pinned: self.pinned.clone(),
                announced: list.announced,
            };
            let at = self.admission.now();
            let read = tokio::task::spawn_blocking(move || {
                Believed::read(list.xml, list.jws, &signers, at)
            });
            match read.await? {
                Ok(list) => believed = Some(Arc::new(list)),
                // Without a list everybody is refused; what the state takes away is of use all the same.
                Err(error) => tracing::error!(%error, "the list that was kept is not believed"),
            }
        }
        self.install(Some(known), believed).await
    }

    /// The registry was seen at this moment, by the clock that people set, in another life of this process.
    fn confirm_as_of(&self, at: OffsetDateTime, up: Machine) {
        match up {
            Machine::Same => {}
            // How long it was down is known by its clock alone, which anything may have set since.
            Machine::Begun => {
                tracing::warn!("the machine was started since the registry was last seen");
                return;
            }
        }
        // A clock that went back since would make the lease longer: then only the registry can begin it.
        let Ok(passed) = Duration::try_from(self.admission.now() - at) else {
            tracing::warn!("the clock went back since the registry was last seen");
            return;
        };
        // Longer ago than this machine is up is longer than any lease that matters.
        if let Some(seen) = Instant::now().checked_sub(passed) {
            self.admission.confirm(seen);
        }
    }

    /// Follows the registry until cancelled; one that is away is waited for, while the lease runs out.
    pub async fn follow(mut self, cancel: CancellationToken) {
        let woken = Arc::new(Notify::new());
        let lease = self.admission.lease();
        self.registry
            .listen(lease, Arc::clone(&woken), cancel.clone());
        let mut pause = FIRST_PAUSE;
        loop {
            let looked = tokio::select! {
                () = cancel.cancelled() => return,
                looked = self.look() => looked,
            };
            let rest = match looked {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    lease / 4
                }
                Err(error) => {
                    tracing::warn!(%error, retry_in = ?pause, "the registry is not followed");
                    let rest = pause;
                    pause = (pause * 2).min(lease / 4).max(FIRST_PAUSE);
                    rest
                }
            };
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = timeout(rest, woken.notified()) => sleep(BREATH).await,
            }
        }
    }

    /// Looks at the registry once, and takes up what is new. The lease begins anew where a node of it
    /// knows the present, and all that this node decides by is known and believed here.
    pub async fn look(&mut self) -> Result<(), WatchError> {
        let (asked, asked_at) = (Instant::now(), self.admission.now());
        let patience = PATIENCE.min(self.admission.lease() / 2);
        let alive = self.registry.alive(patience).await?;
        let alive = alive.ok_or(WatchError::Absent)?;
        let known = self.newer_state(&alive).await?;
        let (list, listed) = match self.newer_list(&alive).await {
            Ok(list) => (list, Ok(())),
            Err(error) => (None, Err(error)),
        };
        let is_new = known.is_some() || list.is_some();
        if is_new {
            // What is taken away is taken away at once, whatever the disk or the list says.
            self.install(known, list).await?;
        }
        listed?;
        // What the registry itself saw so long ago, nobody saw later.
        let age = Duration::from_millis(alive.age_ms);
        let seen = asked.checked_sub(age).ok_or(WatchError::Absent)?;
        self.admission.confirm(seen);
        if let Err(error) = self.keep(is_new, asked_at - age) {
            tracing::error!(%error, "what is known is not kept: a restart would not know it");
        }
        Ok(())
    }

    /// The state, where the registry is at a later epoch.
    async fn newer_state(&mut self, alive: &Alive) -> Result<Option<Known>, WatchError> {
        if let Some(Known { state, .. }) = &self.known {
            match alive.epoch.cmp(&state.epoch) {
                Ordering::Equal if alive.epoch_at == state.epoch_at => return Ok(None),
                // What was taken back on the way that is known here may be in force on the other.
                Ordering::Equal => {
                    self.admission.distrust();
                    return Err(WatchError::Another(alive.epoch));
                }
                // A node of the registry that is a moment behind the others is no reason to refuse; what
                // is known here stays, and the lease runs on.
                Ordering::Less => {
                    return Err(WatchError::WentBack {
                        known: state.epoch,
                        found: alive.epoch,
                    });
                }
                Ordering::Greater => {}
            }
        }
        let new = self.registry.state().await?;
        match new.state.epoch.cmp(&alive.epoch) {
            Ordering::Less => Err(WatchError::WentBack {
                known: alive.epoch,
                found: new.state.epoch,
            }),
            Ordering::Equal if alive.epoch_at != new.state.epoch_at => {
                Err(WatchError::Another(alive.epoch))
            }
            Ordering::Equal | Ordering::Greater => Ok(Some(new)),
        }
    }

    /// A newer list, believed, where the registry decides by one.
    async fn newer_list(&self, alive: &Alive) -> Result<Option<Arc<Believed>>, WatchError> {
        let held = self.list.as_ref().map(|list| list.in_force.used);
        let Some(wanted) = alive.list else {
            return Ok(None);
        };
        if let Some(held) = held
            && held.sequence >= wanted.sequence
        {
            return if held.sequence == wanted.sequence && held.sha256 != wanted.sha256 {
                Err(Disbelief::Two(held.sequence).into())
            } else {
                Ok(None)
            };
        }
        let signers = self.signers();
        let before = self.list.as_ref().map(|list| list.meta.clone());
        let at = self.admission.now();
        let list = self.registry.list(&signers, before.as_ref(), at).await?;
        if list.in_force.used.sequence < wanted.sequence {
            return Err(Disbelief::Older(list.in_force.used.sequence).into());
        }
        tracing::info!(trust_list.sequence = list.meta.sequence, "list taken up");
        Ok(Some(Arc::new(list)))
    }

    /// Who may sign the next list.
    fn signers(&self) -> Signers {
        let list = self.list.as_ref();
        Signers {
            pinned: self.pinned.clone(),
            announced: list
                .map(|list| list.meta.signers.clone())
                .unwrap_or_default(),
        }
    }

    /// Decides by what is new and by what is known already. A snapshot that cannot be made leaves all as
    /// it was: then the next look takes the same up again, and the lease runs on.
    async fn install(
        &mut self,
        known: Option<Known>,
        list: Option<Arc<Believed>>,
    ) -> Result<(), WatchError> {
        let Some(newest) = known.as_ref().or(self.known.as_ref()) else {
            return Ok(());
        };
        let state = Arc::clone(&newest.state);
        let believed = list.as_ref().or(self.list.as_ref());
        let in_force = believed.map(|list| Arc::clone(&list.in_force));
        let (admission, make) = (self.admission.clone(), self.make);
        let work = tokio::task::spawn_blocking(move || make(&admission, state, in_force));
        let snapshot = Arc::new(work.await?);
        tracing::info!(trust_space.epoch = snapshot.epoch(), "trust space taken up");
        self.admission.install(snapshot);
        self.known = known.or_else(|| self.known.take());
        self.list = list.or_else(|| self.list.take());
        Ok(())
    }

    fn keep(&mut self, is_new: bool, at: OffsetDateTime) -> Result<(), WatchError> {
        if !is_new {
            return Ok(self.disk.confirm(at)?);
        }
        let Some(known) = &self.known else {
            return Ok(());
        };
        let kept = Kept {
            confirmed_at: at,
            state: known.bytes.clone(),
            list: self.list.as_ref().map(|list| disk::KeptList {
                xml: list.xml.clone(),
                jws: list.jws.clone(),
                announced: list.meta.signers.clone(),
            }),
        };
        Ok(self.disk.keep(&kept)?)
    }
}
