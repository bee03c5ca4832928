//! Approvals and previews as JSON shows them.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ActView, mirror};
use crate::domain::approval::{Approval, ApprovalState, Impact};

/// What an act would change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Impact)]
pub(in crate::api::v1) struct ImpactView {
    /// Mail domains that have entries of the act's subject.
    mail_domains: u64,
    /// Published mailboxes in these domains.
    mailboxes: u64,
    /// Entries of the list that come or go.
    entries: u64,
    /// Entries of the list as it stands.
    of_entries: u64,
    /// The same in one sentence.
    #[schema(example = "this certificate stands behind 2,742 of 6,494 entries")]
    sentence: String,
}

impl From<Impact> for ImpactView {
    fn from(impact: Impact) -> Self {
        Self {
            mail_domains: impact.mail_domains,
            mailboxes: impact.mailboxes,
            entries: impact.entries,
            of_entries: impact.of_entries,
            sentence: impact.sentence,
        }
    }
}

mirror! {
    /// Where an approval stands.
    ApprovalStateView of ApprovalState as ApprovalState, "snake_case" {
        /// Waits for others.
        Pending,
        /// Agreed to and done.
        Executed,
        /// Agreed to; done when its time comes.
        Scheduled,
        /// Refused with a reason.
        Refused,
        /// Nobody settled it in time.
        Expired,
        /// Agreed to, and no longer possible.
        Failed,
    }
}

/// An act that waits for a second administrator, or how it ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Approval)]
pub(in crate::api::v1) struct ApprovalView {
    /// Number.
    id: i64,
    /// Where it stands.
    state: ApprovalStateView,
    /// What is to be done.
    act: ActView,
    /// Why, in the words of who asked.
    reason: String,
    /// What it would change, counted when it was asked for.
    impact: ImpactView,
    /// Name of who asked.
    requested_by: String,
    /// When, UTC.
    #[serde(with = "time::serde::rfc3339")]
    requested_at: OffsetDateTime,
    /// When it lapses, UTC.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Names of those who agreed, in order.
    agreed_by: Vec<String>,
    /// Name of who settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_by: Option<String>,
    /// When, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    settled_at: Option<OffsetDateTime>,
    /// Why it was refused, or what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_why: Option<String>,
    /// Epoch of the trust space from which nodes decide by it, once it was executed: `/v1/nodes` tells
    /// when each did.
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<i64>,
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        Self {
            id: approval.id,
            state: approval.state.into(),
            act: approval.act.into(),
            reason: approval.reason,
            impact: approval.impact.into(),
            requested_by: approval.requested_by,
            requested_at: approval.requested_at,
            expires_at: approval.expires_at,
            agreed_by: approval.agreed_by,
            settled_by: approval.settled_by,
            settled_at: approval.settled_at,
            settled_why: approval.settled_why,
            epoch: approval.epoch,
        }
    }
}
