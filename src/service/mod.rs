//! What can be asked of the directory, whatever the protocol: use cases over the read model, the
//! publication rule, and nothing of HTTP, SQL or the index engine.

pub mod admission;
pub mod asking;
pub mod certificate_status;
pub mod codes;
pub mod directory;
pub mod health;
pub mod imports;
pub mod peers;
pub mod published_list;
pub mod recipients;
pub mod trust_space;
pub mod watching;

use std::sync::Arc;

use crate::domain::error::{Failure, INDEX_NOT_READY};
use crate::search::{ReadModel, Snapshot};

/// The snapshot that answers rest on now; `index.not_ready` before the first load.
fn loaded(model: &ReadModel) -> Result<Arc<Snapshot>, Failure> {
    model.current().ok_or_else(|| {
        Failure::new(
            &INDEX_NOT_READY,
            "This node is loading the directory; ask again in a moment.",
        )
    })
}
