//! What one professional does in one structure.

use serde::{Deserialize, Serialize};

use super::organization::OrganizationSummary;

/// One activity of a professional (`SituationExercice` of the object model).
///
/// Codes only: labels belong to the node's dictionary ([`super::code`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PractitionerRole {
    /// Profession exercised in this activity.
    pub profession: String,
    /// Catégorie professionnelle.
    pub category: String,
    /// Mode d'exercice (`TRE_R23`).
    pub practice_mode: String,
    /// Rôle (`TRE_R21`, `TRE_R85`, `TRE_R96`).
    pub function: String,
    /// Genre d'activité (`TRE_R22`).
    pub activity_kind: String,
    /// Section du tableau des pharmaciens (`TRE_R06`, `TRE_G05`).
    pub pharmacist_section: String,
    /// Autorité d'enregistrement, as published (`CNOM/CNOM/CNOM`).
    pub registration_authority: String,
    /// How many identical rows the extract holds for this activity; one in the ordinary case.
    pub copies: u32,
    /// Where it takes place; replacements have no structure.
    pub organization: Option<OrganizationSummary>,
}
