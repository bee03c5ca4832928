//! Operators as JSON shows them.

use serde::Serialize;
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use super::{OperatorStateView, day, mirror};
use crate::domain::operator::{Operator, OperatorKind, RegisteredNumber};

mirror! {
    /// What sort of body an operator is.
    OperatorKindView of OperatorKind as OperatorKind, "snake_case" {
        /// A health establishment.
        Establishment,
        /// A regional group for e-health (`GRADeS`).
        RegionalGroup,
        /// A professional order.
        ProfessionalOrder,
        /// An industrial provider.
        Industrial,
    }
}

/// An operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Operator)]
pub(in crate::api::v1) struct OperatorView {
    /// Number of the record.
    id: i64,
    /// Raison sociale.
    legal_name: String,
    /// What sort of body; absent where a list alone told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<OperatorKindView>,
    /// Registered number as in the OU of its certificates: `1` and FINESS, or `3` and SIRET.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1440000040")]
    number: Option<String>,
    /// FINESS, where this is its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    finess: Option<String>,
    /// SIRET, where this is its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    siret: Option<String>,
    /// Telephone and address of who is responsible.
    responsible_contact: String,
    /// Telephone and address of the support.
    support_contact: String,
    /// Where it stands.
    state: OperatorStateView,
    /// Since when, UTC.
    #[serde(with = "time::serde::rfc3339")]
    state_since: OffsetDateTime,
    /// When it wants to begin.
    #[serde(skip_serializing_if = "Option::is_none", with = "day::option")]
    launch_on: Option<Date>,
    /// Version of the record: the part of its `ETag` before the hyphen.
    version: i64,
}

impl From<Operator> for OperatorView {
    fn from(operator: Operator) -> Self {
        let (finess, siret) = match &operator.number {
            Some(RegisteredNumber::Finess(number)) => (Some(number.to_string()), None),
            Some(RegisteredNumber::Siret(number)) => (None, Some(number.to_string())),
            None => (None, None),
        };
        Self {
            id: operator.id,
            legal_name: operator.legal_name,
            kind: operator.kind.map(Into::into),
            number: operator.number.map(|number| number.to_string()),
            finess,
            siret,
            responsible_contact: operator.responsible_contact,
            support_contact: operator.support_contact,
            state: operator.state.into(),
            state_since: operator.state_since,
            launch_on: operator.launch_on,
            version: operator.version,
        }
    }
}
