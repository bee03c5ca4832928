//! A postal address as JSON shows it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Coded, text};
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::organization::Address;

/// A postal address (NF Z 10-011), as published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Address)]
pub(in crate::api::v1) struct AddressView<'a> {
    /// Lines above the postal code, top to bottom.
    #[schema(example = json!(["12 B Rue DE L'ÉGLISE"]))]
    lines: &'a [String],
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "44000")]
    postal_code: Option<&'a str>,
    /// The town: the commune, else that of the cedex office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Nantes")]
    town: Option<&'a str>,
    /// Bureau cedex, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "44000 NANTES")]
    cedex: Option<&'a str>,
    /// Code of the commune (COG).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "44109")]
    commune_code: Option<&'a str>,
    /// Department: published, else derived from the commune or the postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<Coded<'a>>,
    /// Country (COG), absent for France in most rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Coded<'a>>,
}

impl<'a> AddressView<'a> {
    pub(super) fn new(address: &'a Address, labels: &'a CodeLabels) -> Self {
        Self {
            lines: &address.lines,
            postal_code: text(&address.postal_code),
            town: text(address.town()),
            cedex: text(&address.cedex),
            commune_code: text(&address.commune_code),
            department: Coded::new(labels, CodeSystem::Department, &address.department),
            country: Coded::new(labels, CodeSystem::Country, &address.country),
        }
    }

    /// An address, where any part of it is known.
    pub(super) fn known(address: &'a Address, labels: &'a CodeLabels) -> Option<Self> {
        (*address != Address::default()).then(|| Self::new(address, labels))
    }
}
