//! `[search]`: the index that a node answers from.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::size::ByteSize;

/// The index of this node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Search {
    /// Where the index lies; `index` under the data directory where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_dir: Option<PathBuf>,
    /// Memory for documents not yet written, all threads together.
    pub writer_memory: ByteSize,
    /// Threads that write the index.
    pub threads: NonZeroUsize,
    /// How often the change feed is asked, beside being woken by it.
    #[serde(with = "humantime_serde")]
    pub poll_interval: Duration,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            index_dir: None,
            writer_memory: ByteSize::from_bytes(64 << 20),
            threads: NonZeroUsize::MIN,
            poll_interval: Duration::from_secs(1),
        }
    }
}
