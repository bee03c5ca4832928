//! Documents of the directory as JSON shows them: borrowed from the domain, codes with their labels.

mod act;
mod address;
mod admission;
mod certificate;
mod decision;
mod event;
mod list_version;
mod mailbox;
mod operator;
mod organization;
mod outcome;
mod practitioner;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::practitioner::Origin;

pub(super) use act::{ActView, DocumentView, OperatorStateView, RevocationReasonView, mirror};
pub(super) use admission::{CheckView, DecisionView, DomainTrustView, RoleView};
pub(super) use certificate::CertificateView;
pub(super) use decision::{ApprovalView, ImpactView};
pub(super) use event::EventView;
pub(super) use list_version::{ListVersionView, SignerView};
pub(super) use mailbox::MailboxView;
pub(super) use operator::{OperatorKindView, OperatorView};
pub(super) use organization::OrganizationView;
pub(super) use outcome::{OutcomeView, ReasonBody, created, outcome, place};
pub(super) use practitioner::PractitionerView;

/// A code with its label; the label is the code itself where none is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Coded)]
pub(super) struct Coded<'a> {
    /// The code, of the system named by the field.
    #[schema(example = "SM54")]
    pub(super) code: &'a str,
    /// Its label.
    #[schema(example = "Médecine Générale")]
    pub(super) label: &'a str,
}

impl<'a> Coded<'a> {
    /// A code with its label; nothing for an empty code.
    fn new(labels: &'a CodeLabels, system: CodeSystem, code: &'a str) -> Option<Self> {
        (!code.is_empty()).then(|| Self {
            code,
            label: labels.label(system, code),
        })
    }
}

/// Which published file makes something known.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Origin)]
pub(super) enum OriginView {
    /// The extract of professionals (RPPS).
    Register,
    /// Only the extract of mailboxes (MSSanté).
    Mailboxes,
}

impl From<Origin> for OriginView {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Register => Self::Register,
            Origin::Mailboxes => Self::Mailboxes,
        }
    }
}

time::serde::format_description!(iso_8601_day, Date, "[year]-[month]-[day]");

/// Days as `2026-01-31`, to be named where a field is declared.
pub(super) mod day {
    pub(in crate::api::v1) use super::iso_8601_day::{deserialize, serialize};

    /// The same where there may be none.
    pub(in crate::api::v1) mod option {
        pub(in crate::api::v1) use super::super::iso_8601_day::option::{deserialize, serialize};
    }
}

/// A text, where it says something.
fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
