//! Certificates in force that no longer lead to an authority of the settings: an authority ended, or
//! was taken out since they were let in.

use time::OffsetDateTime;

use super::TrustSpace;
use super::certificates::key;
use super::examination::{anchors, registered};
use super::versions::off_thread;
use crate::domain::alert::{Alert, AlertCode};
use crate::domain::certificate::CertificatePurpose;
use crate::domain::error::Failure;
use crate::storage::{Connection, certificates};
use crate::trust::chain::{Anchors, check_path};

/// One alert for each of them; none where no authority is configured, or only the name is known.
pub(super) async fn without_path(
    space: &TrustSpace,
    truth: &mut Connection,
    at: OffsetDateTime,
) -> Result<Vec<Alert>, Failure> {
    if space.settings.anchor_files.is_empty() {
        return Ok(Vec::new());
    }
    let anchors = match anchors(&space.settings).await {
        Ok(anchors) => anchors,
        // The other alerts must not go with the file.
        Err(failure) => {
            let detail = format!("No path can be followed: {failure}");
            return Ok(vec![alert(String::new(), detail, at)]);
        }
    };
    let chains = certificates::chains_in_force(truth, at).await?;
    off_thread(move || {
        let lost = chains
            .iter()
            .filter_map(|(id, chain)| Some((id, lost(*id, chain, &anchors, at)?)));
        lost.map(|(id, why)| {
            let detail = format!("Certificate {id} is in force and leads to no authority: {why}.");
            alert(key(*id), detail, at)
        })
        .collect()
    })
    .await
}

/// Why there is no path, where there is none.
fn lost(id: i64, chain: &[Vec<u8>], anchors: &Anchors, at: OffsetDateTime) -> Option<String> {
    match registered(id, chain) {
        Ok((certificate, others)) => {
            let purpose = CertificatePurpose::Gateway;
            let path = check_path(&certificate, &others, anchors, purpose, at);
            path.err().map(|broken| broken.to_string())
        }
        Err(damaged) => Some(damaged.to_string()),
    }
}

fn alert(subject: String, detail: String, at: OffsetDateTime) -> Alert {
    let code = AlertCode::CertificateWithoutPath;
    Alert {
        code,
        severity: code.severity(),
        subject,
        detail,
        since: at,
        expiry: None,
    }
}
