//! Certificates whose time is over leave the list by themselves.

use super::certificates::{key, move_to};
use super::{Decision, TrustSpace};
use crate::domain::administrator::SCHEDULE;
use crate::domain::certificate::CertificateState;
use crate::domain::error::Failure;
use crate::storage::{self, certificates, changes};

impl TrustSpace {
    /// Moves every certificate whose last second has passed to expired, in the name of the
    /// schedule; gives their numbers. Several nodes may do this at once: each certificate is moved
    /// by one of them.
    pub async fn expire_certificates(&self) -> Result<Vec<i64>, Failure> {
        let decision = Decision {
            at: self.clock.now(),
            by: SCHEDULE.to_owned(),
            approved_by: Vec::new(),
            reason: "its last day has passed".to_owned(),
        };
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        let ended = certificates::ended(&mut truth, decision.at).await?;
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        for record in &ended {
            move_to(
                &mut truth,
                &decision,
                record,
                CertificateState::Expired,
                None,
            )
            .await?;
        }
        let moved: Vec<i64> = ended.iter().map(|record| record.id).collect();
        let keys: Vec<String> = moved.iter().copied().map(key).collect();
        changes::append_trust(&mut truth, "certificate.moved", &keys).await?;
        storage::commit(truth).await?;
        Ok(moved)
    }
}
