//! A structure as JSON shows it: whole, or as a role of a professional names it.

use serde::Serialize;
use utoipa::ToSchema;

use super::address::AddressView;
use super::mailbox::OwnedMailboxView;
use super::{Coded, OriginView, text};
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::ids::{Finess, Siren, Siret, StructureNationalId};
use crate::domain::organization::{Organization, OrganizationSummary};

/// A structure where professionals work, with its mailboxes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organization)]
pub(in crate::api::v1) struct OrganizationView<'a> {
    /// In searches only: higher is nearer to what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u64>,
    #[serde(flatten)]
    summary: OrganizationSummaryView<'a>,
    /// SIREN of the legal person.
    #[serde(skip_serializing_if = "Option::is_none")]
    siren: Option<&'a str>,
    /// FINESS of the legal entity (EJ).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "770000001")]
    legal_entity_finess: Option<&'a str>,
    /// Secteur d'activité.
    #[serde(skip_serializing_if = "Option::is_none")]
    sector: Option<Coded<'a>>,
    /// Fax number, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    fax: Option<&'a str>,
    /// Ordinary mail address: never for health data.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    /// Mailboxes attached to the structure itself.
    mailboxes: Vec<OwnedMailboxView<'a>>,
    /// Which published file makes it known.
    origin: OriginView,
}

/// What identifies and locates a structure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganizationSummary)]
pub(in crate::api::v1) struct OrganizationSummaryView<'a> {
    /// The technical identifier in the directory.
    #[schema(example = "F770816478")]
    id: &'a str,
    /// `idNat_struct`: type prefix and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1770816478")]
    national_id: Option<&'a str>,
    /// FINESS of the site (EG).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "770816478")]
    finess: Option<&'a str>,
    /// SIRET of the site.
    #[serde(skip_serializing_if = "Option::is_none")]
    siret: Option<&'a str>,
    /// The name to show: the trade name where there is one.
    #[schema(example = "CH FICTIF")]
    name: &'a str,
    /// Raison sociale.
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_name: Option<&'a str>,
    /// Enseigne commerciale.
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_name: Option<&'a str>,
    /// Where it is.
    address: AddressView<'a>,
    /// Telephone numbers, as published.
    #[schema(example = json!(["0240000000"]))]
    phones: &'a [String],
}

impl<'a> OrganizationView<'a> {
    pub(in crate::api::v1) fn new(
        organization: &'a Organization,
        labels: &'a CodeLabels,
        score: Option<u64>,
    ) -> Self {
        Self {
            score,
            summary: OrganizationSummaryView::new(&organization.summary, labels),
            siren: organization.siren.as_ref().map(Siren::as_str),
            legal_entity_finess: organization
                .legal_entity_finess
                .as_ref()
                .map(Finess::as_str),
            sector: Coded::new(labels, CodeSystem::ActivitySector, &organization.sector),
            fax: text(&organization.fax),
            email: text(&organization.email),
            mailboxes: OwnedMailboxView::all(&organization.mailboxes, labels),
            origin: organization.origin.into(),
        }
    }
}

impl<'a> OrganizationSummaryView<'a> {
    pub(super) fn new(summary: &'a OrganizationSummary, labels: &'a CodeLabels) -> Self {
        Self {
            id: summary.id.as_str(),
            national_id: summary
                .national_id
                .as_ref()
                .map(StructureNationalId::as_str),
            finess: summary.finess.as_ref().map(Finess::as_str),
            siret: summary.siret.as_ref().map(Siret::as_str),
            name: summary.display_name(),
            legal_name: text(&summary.legal_name),
            trade_name: text(&summary.trade_name),
            address: AddressView::new(&summary.address, labels),
            phones: &summary.phones,
        }
    }
}
