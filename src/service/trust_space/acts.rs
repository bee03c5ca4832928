//! Acts: previewed, asked for, agreed to by as many as it takes, and done.

use super::{Decision, TrustSpace, certificates, operators, publication, signers};
use crate::domain::act::Act;
use crate::domain::error::Failure;
use crate::storage::Connection;

impl TrustSpace {
    /// Does an act in the caller's transaction, after every agreement it takes.
    pub(super) async fn apply(
        &self,
        truth: &mut Connection,
        decision: &Decision,
        act: &Act,
    ) -> Result<(), Failure> {
        match act {
            Act::MoveOperator(transition) => operators::apply(truth, decision, transition).await,
            Act::ActivateCertificate { .. }
            | Act::SuspendCertificate { .. }
            | Act::ReleaseCertificate { .. }
            | Act::SupersedeCertificate { .. }
            | Act::RevokeCertificate { .. } => certificates::apply(truth, decision, act).await,
            Act::AnnounceSigner { .. } | Act::SwitchSigner { .. } | Act::WithdrawSigner { .. } => {
                signers::apply(truth, decision, act).await
            }
            Act::PublishTrustList { after, removes } => {
                publication::apply(self, truth, decision, *after, *removes).await
            }
        }
    }
}
