//! Published versions: told, handed out, compared and proved.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;

use super::TrustSpace;
use crate::domain::digest::Digest;
use crate::domain::error::{Failure, INTERNAL, TRUST_LIST_NOT_FOUND};
use crate::domain::list_version::ListVersion;
use crate::domain::trust_list::TrustList;
use crate::storage::trust_lists::StoredContent;
use crate::storage::{Connection, StorageError, trust_lists};
use crate::trust::diff::{ListDiff, diff};
use crate::trust::log::{ConsistencyProof, Frontier, InclusionProof, TreeHead};
use crate::trust::packing::unpack;
use crate::trust::sidecar::{self, ListMeta};
use crate::trust::sign::SignerCertificate;
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, Pin, VerifiedList, read_signed};

/// Lists kept parsed by each who keeps some: the last ones published, and the two of a comparison.
const KEPT: usize = 2;

/// Comparisons that this node makes at once: anybody may ask for one, and each may verify two whole
/// lists.
pub(super) const COMPARISONS_AT_ONCE: usize = 2;

/// Versions on one page at most.
const MOST_VERSIONS: i64 = 100;

/// A version as it was read back from what is stored, verified under the certificate of its signer.
#[derive(Debug)]
pub(in crate::service) struct ReadVersion {
    pub(in crate::service) verified: VerifiedList,
    pub(in crate::service) meta: ListMeta,
    /// The signed XML, whose digest was compared.
    pub(in crate::service) xml: Vec<u8>,
}

/// A version with its bytes.
#[derive(Clone, Debug)]
pub struct VersionFiles {
    /// What is kept of it.
    pub version: ListVersion,
    /// The signed XML, compressed with gzip.
    pub xml_gzip: Vec<u8>,
    /// Its side-car.
    pub meta_jws: String,
}

impl VersionFiles {
    /// The signed XML, unpacked off the threads that serve requests.
    pub async fn unpacked(&self) -> Result<Vec<u8>, Failure> {
        let files = self.clone();
        off_thread(move || files.xml()).await?
    }

    /// The signed XML.
    pub fn xml(&self) -> Result<Vec<u8>, Failure> {
        unpack(&self.xml_gzip, self.version.bytes).map_err(|error| damaged(&self.version, &error))
    }
}

/// Two versions side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The one.
    pub from: ListVersion,
    /// The other.
    pub to: ListVersion,
    from_list: Arc<TrustList>,
    to_list: Arc<TrustList>,
}

impl Comparison {
    /// What changed from the one to the other.
    pub fn diff(&self) -> ListDiff<'_> {
        diff(&self.from_list, &self.to_list)
    }
}

/// Lists that were read, by the digest of their XML.
#[derive(Debug, Default)]
pub(super) struct ReadLists(Mutex<VecDeque<(Digest, Arc<TrustList>)>>);

impl ReadLists {
    pub(super) fn find(&self, sha256: &Digest) -> Option<Arc<TrustList>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, list) = kept.iter().find(|(digest, _)| digest == sha256)?;
        Some(Arc::clone(list))
    }

    pub(super) fn keep(&self, sha256: Digest, list: Arc<TrustList>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(digest, _)| *digest != sha256);
        kept.push_front((sha256, list));
        kept.truncate(KEPT);
    }
}

/// A version on its way into a comparison.
struct Compared {
    version: ListVersion,
    source: Source,
}

/// Where its rows are.
enum Source {
    Read(Arc<TrustList>),
    Stored(StoredContent),
}

impl Compared {
    fn list(&self, read: &ReadLists) -> Result<Arc<TrustList>, Failure> {
        match &self.source {
            Source::Read(list) => Ok(Arc::clone(list)),
            Source::Stored(content) => {
                let list = Arc::new(verify(&self.version, content)?.verified.list);
                read.keep(self.version.sha256, Arc::clone(&list));
                Ok(list)
            }
        }
    }
}

impl TrustSpace {
    /// Versions before a number, or the last ones; the newest first.
    pub async fn list_versions(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<ListVersion>, Failure> {
        let before = before.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        let limit = i64::try_from(limit)
            .unwrap_or(MOST_VERSIONS)
            .min(MOST_VERSIONS);
        Ok(trust_lists::before(&mut *self.connection().await?, before, limit).await?)
    }

    /// The version of this number.
    pub async fn list_version(&self, sequence: u64) -> Result<ListVersion, Failure> {
        find(&mut *self.connection().await?, sequence).await
    }

    /// The version of this number with its bytes.
    pub async fn list_files(&self, sequence: u64) -> Result<VersionFiles, Failure> {
        let mut truth = self.connection().await?;
        let version = find(&mut truth, sequence).await?;
        let content = content(&mut truth, &version).await?;
        Ok(VersionFiles {
            version,
            xml_gzip: content.xml_gzip,
            meta_jws: content.meta_jws,
        })
    }

    /// What there is to tell of two versions side by side, told off the threads that serve requests.
    /// Few are compared at once, whether or not who asked still waits.
    pub async fn list_diff<T: Send + 'static>(
        &self,
        from: u64,
        to: u64,
        tell: impl FnOnce(&Comparison) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = Arc::clone(&self.comparisons).acquire_owned().await;
        let turn = turn.map_err(|error| Failure::new(&INTERNAL, error.to_string()))?;
        let mut truth = self.connection().await?;
        let from = self.compared(&mut truth, from).await?;
        let to = self.compared(&mut truth, to).await?;
        // Verified without a connection in hand.
        drop(truth);
        let read = Arc::clone(&self.compared);
        off_thread(move || {
            let comparison = Comparison {
                from_list: from.list(&read)?,
                to_list: to.list(&read)?,
                from: from.version,
                to: to.version,
            };
            let told = tell(&comparison);
            drop(turn);
            Ok(told)
        })
        .await?
    }

    /// A version that is to be compared. What is read for that never takes the place of the lists that
    /// publishing needs.
    async fn compared(&self, truth: &mut Connection, sequence: u64) -> Result<Compared, Failure> {
        let version = find(truth, sequence).await?;
        let sha256 = &version.sha256;
        let source = match self
            .lists
            .find(sha256)
            .or_else(|| self.compared.find(sha256))
        {
            Some(list) => Source::Read(list),
            None => Source::Stored(content(truth, &version).await?),
        };
        Ok(Compared { version, source })
    }

    /// The head of the log at a size, or as it is.
    pub async fn log_head(&self, size: Option<u64>) -> Result<TreeHead, Failure> {
        let leaves = self.leaves().await?;
        let size = size.unwrap_or_else(|| count(leaves.len()));
        if size > count(leaves.len()) {
            return Err(no_such_version(size));
        }
        let mut log = Frontier::default();
        log.extend(
            leaves
                .into_iter()
                .take(usize::try_from(size).unwrap_or(usize::MAX)),
        );
        Ok(log.head())
    }

    /// The proof that a version is in the log of a size, or in the log as it is.
    pub async fn inclusion_proof(
        &self,
        sequence: u64,
        size: Option<u64>,
    ) -> Result<InclusionProof, Failure> {
        let leaves = self.leaves().await?;
        let size = size.unwrap_or_else(|| count(leaves.len()));
        InclusionProof::build(&leaves, sequence, size).ok_or_else(|| {
            Failure::new(
                &TRUST_LIST_NOT_FOUND,
                format!(
                    "There is no version {sequence} in a log of {size} versions; the log has {}.",
                    leaves.len()
                ),
            )
        })
    }

    /// The proof that the log of one size is the beginning of the log of another, or of the log as it
    /// is.
    pub async fn consistency_proof(
        &self,
        from: u64,
        to: Option<u64>,
    ) -> Result<ConsistencyProof, Failure> {
        let leaves = self.leaves().await?;
        let to = to.unwrap_or_else(|| count(leaves.len()));
        ConsistencyProof::build(&leaves, from, to).ok_or_else(|| {
            Failure::new(
                &TRUST_LIST_NOT_FOUND,
                format!(
                    "No log of {from} versions became one of {to}; the log has {}.",
                    leaves.len()
                ),
            )
        })
    }

    async fn leaves(&self) -> Result<Vec<Digest>, Failure> {
        Ok(trust_lists::leaves(&mut *self.connection().await?).await?)
    }

    /// The side-car of a version.
    pub(super) async fn meta_of(
        &self,
        truth: &mut Connection,
        version: &ListVersion,
    ) -> Result<ListMeta, Failure> {
        let number = i64::try_from(version.sequence).unwrap_or(i64::MAX);
        let meta = trust_lists::meta(truth, number).await?;
        let meta = meta.ok_or_else(|| no_such_version(version.sequence))?;
        read_meta(version, &meta.meta_jws, &meta.signer)
    }

    /// The rows of a version, read back from what is stored.
    pub(super) async fn list_of(
        &self,
        truth: &mut Connection,
        version: &ListVersion,
    ) -> Result<Arc<TrustList>, Failure> {
        if let Some(list) = self.lists.find(&version.sha256) {
            return Ok(list);
        }
        let content = content(truth, version).await?;
        let read = read_back(version.clone(), content).await?;
        let list = Arc::new(read.verified.list);
        self.lists.keep(version.sha256, Arc::clone(&list));
        Ok(list)
    }
}

/// The version of this number.
async fn find(truth: &mut Connection, sequence: u64) -> Result<ListVersion, Failure> {
    let number = i64::try_from(sequence).unwrap_or(i64::MAX);
    let found = trust_lists::find(truth, number).await?;
    found.ok_or_else(|| no_such_version(sequence))
}

fn no_such_version(sequence: u64) -> Failure {
    Failure::new(
        &TRUST_LIST_NOT_FOUND,
        format!("No list of number {sequence} was published."),
    )
}

/// The bytes of a version.
pub(in crate::service) async fn content(
    truth: &mut Connection,
    version: &ListVersion,
) -> Result<StoredContent, Failure> {
    let number = i64::try_from(version.sequence).unwrap_or(i64::MAX);
    let content = trust_lists::content(truth, number).await?;
    content.ok_or_else(|| no_such_version(version.sequence))
}

/// Verifies what is stored of a version, in its own time: list, side-car, and that they belong together.
pub(in crate::service) async fn read_back(
    version: ListVersion,
    content: StoredContent,
) -> Result<ReadVersion, Failure> {
    off_thread(move || verify(&version, &content)).await?
}

fn verify(version: &ListVersion, content: &StoredContent) -> Result<ReadVersion, Failure> {
    let damaged = |error: &dyn std::fmt::Display| damaged(version, error);
    let xml = unpack(&content.xml_gzip, version.bytes).map_err(|error| damaged(&error))?;
    let pin = Pin::Certificate(content.signer.clone());
    let read = read_signed(&xml, &[pin], VerifyAt::ListTime, &Limits::default())
        .map_err(|error| damaged(&error))?;
    if read.sha256 != version.sha256 {
        return Err(damaged(&"it holds another list"));
    }
    Ok(ReadVersion {
        meta: read_meta(version, &content.meta_jws, &content.signer)?,
        verified: read,
        xml,
    })
}

/// Verifies the side-car of a version, in its own time.
fn read_meta(version: &ListVersion, jws: &str, signer: &[u8]) -> Result<ListMeta, Failure> {
    let damaged = |error: &dyn std::fmt::Display| damaged(version, error);
    let pin = SignerCertificate::parse(signer).map_err(|error| damaged(&error))?;
    let meta = sidecar::verify(jws.as_bytes(), &[pin], VerifyAt::ListTime)
        .map_err(|error| damaged(&error))?;
    if (meta.sequence, meta.xml.sha256) != (version.sequence, version.sha256) {
        return Err(damaged(&"it has the side-car of another version"));
    }
    Ok(meta)
}

fn damaged(version: &ListVersion, problem: &dyn std::fmt::Display) -> Failure {
    StorageError::Inconsistent {
        table: "trust_list",
        key: version.sequence.to_string(),
        problem: problem.to_string(),
    }
    .into()
}

/// Does work that takes a while off the threads that serve requests.
pub(in crate::service) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work)
        .await
        .map_err(|error| Failure::new(&INTERNAL, error.to_string()))
}

fn count(leaves: usize) -> u64 {
    u64::try_from(leaves).unwrap_or(u64::MAX)
}
