//! The state that this node decides by, ready to be sent to whoever decides elsewhere: written and
//! compressed once for each epoch.

use std::sync::Arc;

use time::OffsetDateTime;

use super::Admission;
use crate::domain::error::{ADMISSION_UNREADY, Failure, INTERNAL};
use crate::service::published_list::ServedFile;
use crate::service::trust_space::versions::off_thread;
use crate::trust::packing::pack;

/// The state as it is sent.
#[derive(Debug)]
pub struct StateFile {
    /// Its epoch.
    pub epoch: i64,
    /// When it was read, UTC.
    pub at: OffsetDateTime,
    /// JSON of a [`crate::domain::trust_state::TrustState`].
    pub json: ServedFile,
}

impl Admission {
    /// The state that this node decides by; `admission.unready` before the first.
    pub async fn state_file(&self) -> Result<Arc<StateFile>, Failure> {
        // One writes it, and the others wait for that.
        let mut kept = self.0.state_file.lock().await;
        let snapshot = self.snapshot().ok_or_else(|| {
            Failure::new(
                &ADMISSION_UNREADY,
                "This node has not seen the registry yet; ask again in a moment.",
            )
        })?;
        if let Some(file) = kept.as_ref().filter(|file| file.epoch == snapshot.epoch()) {
            return Ok(Arc::clone(file));
        }
        let internal = |error: &dyn std::fmt::Display| Failure::new(&INTERNAL, error.to_string());
        let file = off_thread(move || {
            let state = snapshot.state();
            let json = serde_json::to_vec(&**state).map_err(|error| internal(&error))?;
            let gzip = pack(&json).map_err(|error| internal(&error))?;
            let mut json = ServedFile::new(json, Some(gzip));
            for tag in [&mut json.etag, &mut json.gzip_etag] {
                *tag = format!("\"{}-{}", state.epoch, tag.trim_start_matches('"'));
            }
            Ok::<_, Failure>(StateFile {
                epoch: state.epoch,
                at: state.at,
                json,
            })
        });
        let file = Arc::new(file.await??);
        *kept = Some(Arc::clone(&file));
        Ok(file)
    }
}
