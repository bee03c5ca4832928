//! The list that this node serves. (placeholder)

use std::sync::Arc;
use arc_swap::ArcSwapOption;
use time::OffsetDateTime;

/// A list.
#[derive(Debug)]
pub struct ServedList {
    /// s
    pub sequence: i64,
    /// s
    pub generated_at: OffsetDateTime,
    /// s
    pub xml_sha256: String,
    /// s
    pub xml: Arc<[u8]>,
    /// s
    pub xml_gzip: Arc<[u8]>,
    /// s
    pub meta_jws: Arc<[u8]>,
    /// s
    pub json: Arc<[u8]>,
    /// s
    pub json_gzip: Arc<[u8]>,
}

/// s
#[derive(Clone, Default, Debug)]
pub struct PublishedList(Arc<ArcSwapOption<ServedList>>);

impl PublishedList {
    /// s
    pub fn current(&self) -> Option<Arc<ServedList>> {
        self.0.load_full()
    }
}
