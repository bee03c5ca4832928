//! A professional of the directory, with everything a correspondent needs.

use serde::{Deserialize, Serialize};

use super::ids::NationalId;
use super::mailbox::OwnedMailbox;
use super::role::PractitionerRole;

/// One person, as all extracts together describe them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practitioner {
    /// Identification nationale PP: the key.
    pub national_id: NationalId,
    /// Civilité (`TRE_R81`), empty where unknown.
    pub civility: String,
    /// Nom d'exercice, as published.
    pub family: String,
    /// Prénom d'exercice, as published.
    pub given: String,
    /// Professions exercised, one entry for each profession and category.
    pub practices: Vec<Practice>,
    /// Savoir-faire, without repetition.
    pub specialties: Vec<Specialty>,
    /// Diplomas and authorisations to practise.
    pub diplomas: Vec<Diploma>,
    /// Situations d'exercice; empty for a person without activity.
    pub roles: Vec<PractitionerRole>,
    /// Mailboxes attached to the person.
    pub mailboxes: Vec<OwnedMailbox>,
    /// Where the person is known from.
    pub origin: Origin,
}

/// Which published file makes something known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The extract of professionals (RPPS).
    Register,
    /// Only the extract of mailboxes (MSSanté): no role, no diploma.
    Mailboxes,
}

/// A profession exercised by a person (`ExerciceProfessionnel` of the object model).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Practice {
    /// Profession (`TRE_G15` and its neighbours).
    pub profession: String,
    /// Catégorie professionnelle (`TRE_R09`).
    pub category: String,
    /// Civilité d'exercice (`TRE_R11`), empty where there is none.
    pub title: String,
}

/// A savoir-faire of a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Specialty {
    /// Profession it belongs to.
    pub profession: String,
    /// Type de savoir-faire (`TRE_R04`).
    pub kind: String,
    /// Savoir-faire (`TRE_R38`, `TRE_R43`, …).
    pub code: String,
}

/// A diploma, an authorisation to practise, or both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Diploma {
    /// Type de diplôme.
    pub kind: String,
    /// Diplôme.
    pub code: String,
    /// Type d'autorisation.
    pub authorization: String,
    /// Discipline de l'autorisation.
    pub discipline: String,
}
