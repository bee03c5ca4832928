//! How a node keeps up with the trust space: woken by every commit, it reads what decisions rest on,
//! decides by it from then on, and says so. It is on the way of every revocation: nothing waits here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Admission;
use super::events::REMEMBERED;
use crate::domain::alert::AlertCode;
use crate::domain::error::{DATABASE_UNAVAILABLE, Failure};
use crate::domain::node::NodeRecord;
use crate::domain::trust_change::TrustChange;
use crate::service::published_list::PublishedList;
use crate::service::trust_space::versions::off_thread;
use crate::storage::changes::TrustHead;
use crate::storage::trust_state::{self, Read};
use crate::storage::{self, Connection, Pool, StorageError, alerts, changes, nodes};
use crate::trust::admission::ListInForce;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A database that takes longer for a statement counts as away, or half of the lease where that is
/// shorter.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long acknowledgements are kept, and nodes that are no more.
const KEPT: time::Duration = time::Duration::days(30);
const FORGET_EVERY: time::Duration = time::Duration::days(1);

/// What a node is made of that keeps up with the trust space.
pub struct Following {
    /// Where snapshots are installed.
    pub admission: Admission,
    /// Where the list in force comes from.
    pub published_list: PublishedList,
    /// The truth.
    pub pool: Pool,
    /// What the node is called.
    pub node: String,
}

/// What is known of the truth, kept over lost connections.
struct Follower {
    of: Following,
    started_at: OffsetDateTime,
    /// What this node decides by.
    installed: Option<Installed>,
    noted: Option<Noted>,
    forgot_at: Option<OffsetDateTime>,
    went_back: bool,
}

/// What the snapshot in force was made of: known from the moment on that it is in force, and not before.
struct Installed {
    read: Read,
    list: Option<Arc<ListInForce>>,
}

/// What changed on the way to a state.
#[derive(Default)]
struct Way {
    /// Changes up to this epoch are not among them.
    floor: Option<i64>,
    changes: Vec<TrustChange>,
}

/// What the truth was told of this node last.
#[derive(Clone, Copy)]
struct Noted {
    epoch: i64,
    at: OffsetDateTime,
}

/// How what is installed stands to the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is the newest.
    Newest,
    /// There is something newer, or nothing is installed.
    Older,
    /// The truth is behind it, or is another one: it was put back.
    WentBack,
}

impl Following {
    /// Follows the truth until cancelled; one that goes away is waited for, while the lease runs out.
    pub async fn follow(self, cancel: CancellationToken) {
        let mut follower = Follower {
            started_at: self.admission.now(),
            of: self,
            installed: None,
            noted: None,
            forgot_at: None,
            went_back: false,
        };
        let mut pause = FIRST_PAUSE;
        loop {
            let ended = tokio::select! {
                () = cancel.cancelled() => break,
                ended = follower.listen(&mut pause) => ended,
            };
            if let Err(failure) = ended {
                tracing::warn!(%failure, retry_in = ?pause, "the trust space is not followed");
            }
            tokio::select! {
                () = cancel.cancelled() => break,
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
        follower.of.admission.end();
    }
}

impl Follower {
    async fn listen(&mut self, pause: &mut Duration) -> Result<(), Failure> {
        let lease = self.of.admission.lease();
        let patience = PATIENCE.min(lease / 2);
        let (mut wakes, mut truth) = in_time(patience, async {
            let wakes = changes::listen(&self.of.pool).await?;
            // Nobody else's statements are waited for.
            Ok((wakes, storage::take(&self.of.pool).await?))
        })
        .await?;
        let mut switches = self.of.published_list.switches();
        loop {
            self.refresh(&mut truth, patience).await?;
            *pause = FIRST_PAUSE;
            tokio::select! {
                wake = wakes.try_recv() => match wake.map_err(StorageError::from)? {
                    Some(_) => while wakes.next_buffered().is_some() {},
                    // The connection was lost: what was said meanwhile has to be read.
                    None => return Ok(()),
                },
                changed = switches.changed() => if changed.is_err() {
                    return Ok(());
                },
                () = sleep(lease / 4) => {}
            }
        }
    }

    /// Sees where the truth stands, takes up what is newer, and begins the lease anew.
    async fn refresh(&mut self, truth: &mut Connection, patience: Duration) -> Result<(), Failure> {
        let asked = Instant::now();
        let epoch = self.epoch();
        let head = in_time(patience, async {
            Ok(changes::trust_head(truth, epoch).await?)
        })
        .await?;
        match self.standing(&head) {
            Standing::Newest => self.take_up_list().await?,
            Standing::Older => self.take_up(truth).await?,
            Standing::WentBack => {
                self.of.admission.distrust();
                return self.tell_of_return(truth, &head).await;
            }
        }
        self.of.admission.confirm(asked);
        in_time(patience, self.note(truth)).await
    }

    /// The epoch that this node decides by; 0 before the first.
    fn epoch(&self) -> i64 {
        let installed = self.installed.as_ref();
        installed.map_or(0, |it| it.read.state.epoch)
    }

    fn standing(&self, head: &TrustHead) -> Standing {
        let Some(Installed { read, .. }) = &self.installed else {
            return Standing::Older;
        };
        if head.epoch < read.state.epoch || head.known_at != read.state.epoch_at {
            Standing::WentBack
        } else if head.epoch > read.state.epoch {
            Standing::Older
        } else {
            Standing::Newest
        }
    }

    /// Reads the state, in one snapshot of the database, and decides by it from now on.
    async fn take_up(&mut self, truth: &mut Connection) -> Result<(), Failure> {
        let (lease, at) = (self.of.admission.lease(), self.of.admission.now());
        let before = self.installed.as_ref().map(|it| &it.read);
        let known = self.epoch();
        let (read, changes) = in_time(lease, async {
            let mut moment = storage::begin_snapshot_on(truth).await?;
            let read = trust_state::current(&mut moment, at, before).await?;
            let limit = i64::try_from(REMEMBERED).unwrap_or(i64::MAX);
            let changes = changes::trust_since(&mut moment, known, limit).await?;
            storage::commit(moment).await?;
            Ok((read, changes))
        })
        .await?;
        let floor = if changes.len() >= REMEMBERED {
            changes.first().map(|change| change.epoch - 1)
        } else {
            self.installed.is_none().then_some(0)
        };
        self.install(read, Way { floor, changes }).await
    }

    /// Decides by the list as this node has it by now, where that is another one than before.
    async fn take_up_list(&mut self) -> Result<(), Failure> {
        let used = |list: &Option<Arc<ListInForce>>| list.as_ref().map(|list| list.used);
        match &self.installed {
            Some(installed) if used(&installed.list) != used(&self.list_now()) => {
                let read = installed.read.clone();
                self.install(read, Way::default()).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Makes a snapshot of what was read and of the list as this node has it; a list that is newer comes
    /// in its own time. Whoever follows this node is told of the changes that led there.
    async fn install(&mut self, read: Read, mut way: Way) -> Result<(), Failure> {
        let (state, list) = (Arc::clone(&read.state), self.list_now());
        let (admission, used) = (self.of.admission.clone(), list.clone());
        let made = off_thread(move || admission.made_of(state, used));
        let snapshot = Arc::new(made.await?);
        for change in &mut way.changes {
            change.list = snapshot.list().map(|list| list.used);
        }
        tracing::info!(trust_space.epoch = snapshot.epoch(), "trust space taken up");
        self.of.admission.take_up(snapshot, way.floor, way.changes);
        self.installed = Some(Installed { read, list });
        Ok(())
    }

    fn list_now(&self) -> Option<Arc<ListInForce>> {
        let served = self.of.published_list.current().ok();
        served.map(|version| Arc::clone(&version.in_force))
    }

    /// Says how far this node is: at every new epoch, and now and then between.
    async fn note(&mut self, truth: &mut Connection) -> Result<(), Failure> {
        let (epoch, at) = (self.epoch(), self.of.admission.now());
        let is_new = self.noted.is_none_or(|noted| noted.epoch != epoch);
        let since = self
            .noted
            .map_or(time::Duration::MAX, |noted| at - noted.at);
        if !is_new && !self.went_back && since < self.of.admission.lease() / 8 {
            return Ok(());
        }
        let node = NodeRecord {
            name: self.of.node.clone(),
            started_at: self.started_at,
            epoch,
            confirmed_at: at,
        };
        nodes::note(truth, &node).await?;
        if is_new {
            nodes::acknowledge(truth, &node.name, epoch, at).await?;
        }
        self.noted = Some(Noted { epoch, at });
        if self.went_back {
            alerts::clear(truth, AlertCode::TrustSpaceWentBack, &self.subject(), at).await?;
            self.went_back = false;
        }
        if self
            .forgot_at
            .is_none_or(|forgot_at| at - forgot_at > FORGET_EVERY)
        {
            nodes::forget(truth, at - KEPT).await?;
            self.forgot_at = Some(at);
        }
        Ok(())
    }

    /// The truth was put back to an earlier state, or another one was put in its place: what was taken
    /// back since would be let in again. This node refuses, until the truth is its own again or somebody
    /// who knows starts it anew.
    async fn tell_of_return(
        &mut self,
        truth: &mut Connection,
        head: &TrustHead,
    ) -> Result<(), Failure> {
        let known = self.epoch();
        tracing::error!(
            trust_space.epoch = known,
            truth.epoch = head.epoch,
            "the truth went back behind what this node knows: it refuses everybody"
        );
        let detail = format!(
            "Node {} knows epoch {known}, and the database went back to {}: what was revoked meanwhile may be in force again. The node refuses everybody until it is started anew.",
            self.of.node, head.epoch
        );
        let at = self.of.admission.now();
        let code = AlertCode::TrustSpaceWentBack;
        alerts::raise(truth, code, &self.subject(), &detail, at).await?;
        self.went_back = true;
        Ok(())
    }

    fn subject(&self) -> String {
        format!("node:{}", self.of.node)
    }
}

/// Does something with the database, which counts as away where it takes too long.
async fn in_time<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout(limit, work).await.unwrap_or_else(|_| {
        Err(Failure::new(
            &DATABASE_UNAVAILABLE,
            format!("It did not answer within {limit:?}."),
        ))
    })
}
