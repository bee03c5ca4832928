//! The published list as this node serves it: every form of it ready to send, switched at once, and
//! served on while the database is away. It knows nothing of HTTP but what its answers are about.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::trust_space::versions::{content, off_thread, read_back};
use crate::domain::admission::ListUsed;
use crate::domain::error::{Failure, INTERNAL, TRUST_LIST_NOT_FOUND};
use crate::domain::list_version::ListVersion;
use crate::storage::{self, Pool, StorageError, changes, trust_lists};
use crate::trust::admission::ListInForce;
use crate::trust::digest::sha256;
use crate::trust::formats;
use crate::trust::packing::pack;
use crate::trust::sidecar::ListMeta;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A wake that was missed is made good for after this.
const POLL: Duration = Duration::from_secs(30);

/// The list that this node serves; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct PublishedList(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    served: ArcSwapOption<ServedVersion>,
    switched: watch::Sender<()>,
}

/// One version in every form that is served.
#[derive(Debug)]
pub struct ServedVersion {
    /// What is kept of it.
    pub version: ListVersion,
    /// What its side-car says.
    pub meta: ListMeta,
    /// The signed XML.
    pub xml: ServedFile,
    /// The same as JSON.
    pub json: ServedFile,
    /// Its side-car.
    pub meta_jws: ServedFile,
    /// What it lets in.
    pub in_force: Arc<ListInForce>,
}

/// Bytes that are ready to be sent.
#[derive(Clone, Debug)]
pub struct ServedFile {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The same, compressed with gzip; none where that saves nothing.
    pub gzip: Option<Arc<[u8]>>,
    /// Strong entity tag of the bytes, with its quotes (RFC 9110 §8.8.3).
    pub etag: String,
    /// That of the compressed ones: another representation has another tag.
    pub gzip_etag: String,
}

impl ServedFile {
    /// These bytes, and the same compressed, each with a tag of its own.
    pub(super) fn new(bytes: Vec<u8>, gzip: Option<Vec<u8>>) -> Self {
        let digest = sha256(&bytes);
        Self {
            bytes: bytes.into(),
            gzip: gzip.map(Into::into),
            etag: format!("\"{digest}\""),
            gzip_etag: format!("\"{digest}-gzip\""),
        }
    }
}

impl PublishedList {
    /// The version that is served; `trust_list.not_found` before the first.
    pub fn current(&self) -> Result<Arc<ServedVersion>, Failure> {
        self.0.served.load_full().ok_or_else(|| {
            Failure::new(&TRUST_LIST_NOT_FOUND, "No list is known to this node yet.")
        })
    }

    /// Tells of every switch to another version.
    pub fn switches(&self) -> watch::Receiver<()> {
        self.0.switched.subscribe()
    }

    /// Serves the newest version of the truth; says whether it is another one than before. What cannot
    /// be read, or is not what was signed, is not served: the version before stays. So it does where the
    /// truth went back, as a wrong restoration makes it: subscribers have the later one.
    pub async fn refresh(&self, pool: &Pool) -> Result<bool, Failure> {
        let mut truth = storage::acquire(pool).await?;
        let newest = trust_lists::newest(&mut truth).await?;
        let served = self.0.served.load();
        let served = served.as_ref().map(|served| &served.version);
        let Some(version) = newest.filter(|newest| Some(newest) != served) else {
            return Ok(false);
        };
        if served.is_some_and(|served| served.sequence >= version.sequence) {
            tracing::error!(
                trust_list.sequence = version.sequence,
                "the truth went back to an earlier list, or has another of this number: the later one is served on"
            );
            return Ok(false);
        }
        let content = content(&mut truth, &version).await?;
        drop(truth);
        let (xml_gzip, meta_jws) = (content.xml_gzip.clone(), content.meta_jws.clone());
        let read = read_back(version.clone(), content).await?;
        let served = off_thread(move || {
            let internal = |error: &dyn std::fmt::Display| {
                Failure::new(&INTERNAL, format!("the list cannot be served: {error}"))
            };
            let format = formats::find("json").ok_or_else(|| internal(&"there is no JSON"))?;
            let json =
                (format.render)(&read.xml, &read.verified).map_err(|error| internal(&error))?;
            let json_gzip = pack(&json).map_err(|error| internal(&error))?;
            let in_force = ListInForce {
                used: ListUsed {
                    sequence: i64::try_from(version.sequence).map_err(|error| internal(&error))?,
                    sha256: version.sha256,
                },
                list: read.verified.list,
                signers: read.meta.signers.clone(),
            };
            Ok::<_, Failure>(ServedVersion {
                in_force: Arc::new(in_force),
                version,
                meta: read.meta,
                xml: ServedFile::new(read.xml, Some(xml_gzip)),
                json: ServedFile::new(json, Some(json_gzip)),
                meta_jws: ServedFile::new(meta_jws.into_bytes(), None),
            })
        });
        let served = served.await??;
        tracing::info!(trust_list.sequence = served.version.sequence, "list served");
        self.0.served.store(Some(Arc::new(served)));
        self.0.switched.send_replace(());
        Ok(true)
    }

    /// Follows the truth until cancelled; one that goes away is waited for, while the list is served.
    pub async fn follow(self, pool: Pool, cancel: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        loop {
            let ended = tokio::select! {
                () = cancel.cancelled() => return,
                ended = self.listen(&pool, &mut pause) => ended,
            };
            if let Err(failure) = ended {
                tracing::warn!(%failure, retry_in = ?pause, "the list is not followed");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    async fn listen(&self, pool: &Pool, pause: &mut Duration) -> Result<(), Failure> {
        let mut wakes = changes::listen(pool).await?;
        loop {
            self.refresh(pool).await?;
            *pause = FIRST_PAUSE;
            tokio::select! {
                wake = wakes.try_recv() => match wake.map_err(StorageError::from)? {
                    Some(_) => while wakes.next_buffered().is_some() {},
                    // The connection was lost: what was said meanwhile has to be read.
                    None => return Ok(()),
                },
                () = sleep(POLL) => {}
            }
        }
    }
}
