//! Makes one version of the list: signed, read back, compressed, with its side-car and its leaf of the
//! log. It knows neither where a list comes from nor where it goes.

use std::io;
use std::panic::resume_unwind;
use std::thread;

use time::OffsetDateTime;

use super::log::Frontier;
use super::packing::pack;
use super::sidecar::{self, ListFile, ListMeta, MetaError, PreviousVersion, SignerNotice};
use super::sign::{SignError, Signer};
use super::xml::{self, Limits, ListError, Pin, WriteError};
use crate::domain::digest::Digest;
use crate::domain::trust_list::TrustList;
use crate::trust::verify_at::VerifyAt;

/// What a version is made of.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The rows, sorted and each once.
    pub list: &'a TrustList,
    /// Who publishes, as people know them.
    pub issuer: &'a str,
    /// Until when it is good.
    pub next_update: OffsetDateTime,
    /// The version before.
    pub previous: Option<PreviousVersion>,
    /// The log before this version.
    pub log: Frontier,
    /// The key that signs it and those announced.
    pub signers: Vec<SignerNotice>,
}

/// A version, ready to be published.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The signed XML.
    pub xml: Vec<u8>,
    /// The same, compressed.
    pub xml_gzip: Vec<u8>,
    /// What its side-car says.
    pub meta: ListMeta,
    /// The signed side-car.
    pub meta_jws: String,
    /// What the log says of it.
    pub log_entry: [u8; 96],
    /// The hash of that.
    pub leaf: Digest,
}

/// Why there is no version.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// The key, or what holds it, failed.
    #[error(transparent)]
    Key(SignError),
    /// The rows cannot be written.
    #[error("the list cannot be written: {0}")]
    Write(WriteError),
    /// What was signed is not a list to our own reader.
    #[error("the list that was signed is refused by our own reader: {0}")]
    Read(#[from] ListError),
    /// What was read of what was signed is not what was to be signed.
    #[error("the list that was signed reads as another one")]
    Different,
    /// The side-car cannot be made.
    #[error("the side-car cannot be made: {0}")]
    Meta(MetaError),
    /// Nothing was compressed.
    #[error("the list cannot be compressed: {0}")]
    Pack(#[from] io::Error),
}

impl From<WriteError> for EditionError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Sign(error) => Self::Key(error),
            WriteError::Character { .. }
            | WriteError::EntryTime { .. }
            | WriteError::ListTime { .. } => Self::Write(error),
        }
    }
}

impl From<MetaError> for EditionError {
    fn from(error: MetaError) -> Self {
        match error {
            MetaError::Key(error) => Self::Key(error),
            other => Self::Meta(other),
        }
    }
}

/// Makes a version. Nothing comes out that our own strict reader would refuse under the signer's
/// certificate, or would read as another list.
pub fn produce(plan: Plan<'_>, signer: &dyn Signer) -> Result<Edition, EditionError> {
    let xml = xml::write_signed(plan.list, signer)?;
    // Compressing and reading back take about as long, and neither waits for the other.
    let (xml_gzip, read) = thread::scope(|scope| {
        let packing = scope.spawn(|| pack(&xml));
        let read = read_back(&xml, plan.list, signer);
        (
            packing.join().unwrap_or_else(|panic| resume_unwind(panic)),
            read,
        )
    });
    let file = read?;
    let xml_gzip = xml_gzip?;
    let mut meta = ListMeta {
        issuer: plan.issuer.to_owned(),
        sequence: plan.previous.map_or(1, |previous| previous.sequence + 1),
        generated_at: plan.list.generated_at,
        next_update: plan.next_update,
        xml: file,
        previous: plan.previous,
        log: plan.log.head(),
        signers: plan.signers,
    };
    let entry = meta.log_entry();
    let mut log = plan.log;
    log.append(entry.hash());
    meta.log = log.head();
    Ok(Edition {
        meta_jws: sidecar::sign(&meta, signer)?,
        log_entry: entry.encode(),
        leaf: entry.hash(),
        xml,
        xml_gzip,
        meta,
    })
}

/// Reads what was signed as a node would, and compares it with what was to be signed.
fn read_back(xml: &[u8], list: &TrustList, signer: &dyn Signer) -> Result<ListFile, EditionError> {
    let pin = Pin::Certificate(signer.certificate().to_vec());
    let read = xml::read_signed(xml, &[pin], VerifyAt::ListTime, &Limits::default())?;
    if read.list != *list || read.duplicates > 0 || !read.respelled.is_empty() {
        return Err(EditionError::Different);
    }
    Ok(ListFile {
        sha256: read.sha256,
        bytes: size(xml.len()),
        entries: size(list.entries.len()),
    })
}

fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
