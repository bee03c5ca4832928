//! A professional as JSON shows them, with everything a correspondent needs.

use serde::Serialize;
use utoipa::ToSchema;

use super::mailbox::OwnedMailboxView;
use super::organization::OrganizationSummaryView;
use super::{Coded, OriginView, text};
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::practitioner::{Diploma, Practice, Practitioner, Specialty};
use crate::domain::role::PractitionerRole;

/// A professional, as all extracts together describe them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Practitioner)]
pub(in crate::api::v1) struct PractitionerView<'a> {
    /// In searches only: higher is nearer to what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u64>,
    /// Identification nationale PP: type prefix and number.
    #[schema(example = "899000000010")]
    national_id: &'a str,
    /// RPPS number, where this is an RPPS identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "99000000010")]
    rpps: Option<&'a str>,
    /// ADELI number, where this is an ADELI identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    adeli: Option<&'a str>,
    /// Civilité.
    #[serde(skip_serializing_if = "Option::is_none")]
    civility: Option<Coded<'a>>,
    /// Family name in practice, as published.
    #[schema(example = "L'HÉRITIER-FICTIF")]
    family: &'a str,
    /// Given name in practice, as published.
    #[schema(example = "Éléonore")]
    given: &'a str,
    /// Professions exercised.
    practices: Vec<PracticeView<'a>>,
    /// Savoir-faire.
    specialties: Vec<SpecialtyView<'a>>,
    /// Activities; none for a person without activity.
    roles: Vec<RoleView<'a>>,
    /// Mailboxes attached to the person.
    mailboxes: Vec<OwnedMailboxView<'a>>,
    /// Diplomas and authorisations to practise.
    diplomas: Vec<DiplomaView<'a>>,
    /// Which published file makes them known.
    origin: OriginView,
}

/// A profession exercised by a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Practice)]
pub(in crate::api::v1) struct PracticeView<'a> {
    /// Profession.
    #[serde(skip_serializing_if = "Option::is_none")]
    profession: Option<Coded<'a>>,
    /// Catégorie professionnelle.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<Coded<'a>>,
    /// Civilité d'exercice.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Coded<'a>>,
}

/// A savoir-faire of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Specialty)]
pub(in crate::api::v1) struct SpecialtyView<'a> {
    /// Savoir-faire.
    #[serde(skip_serializing_if = "Option::is_none")]
    specialty: Option<Coded<'a>>,
    /// Type de savoir-faire.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Coded<'a>>,
    /// Profession it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    profession: Option<Coded<'a>>,
}

/// One activity of a professional.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PractitionerRole)]
pub(in crate::api::v1) struct RoleView<'a> {
    /// Profession exercised in this activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    profession: Option<Coded<'a>>,
    /// Catégorie professionnelle.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<Coded<'a>>,
    /// Mode d'exercice.
    #[serde(skip_serializing_if = "Option::is_none")]
    practice_mode: Option<Coded<'a>>,
    /// Rôle.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<Coded<'a>>,
    /// Genre d'activité.
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_kind: Option<Coded<'a>>,
    /// Section du tableau des pharmaciens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pharmacist_section: Option<Coded<'a>>,
    /// Autorité d'enregistrement, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CNOM/CNOM/CNOM")]
    registration_authority: Option<&'a str>,
    /// Where it takes place; replacements have no structure.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<OrganizationSummaryView<'a>>,
}

/// A diploma, an authorisation to practise, or both.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Diploma)]
pub(in crate::api::v1) struct DiplomaView<'a> {
    /// Type de diplôme.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Coded<'a>>,
    /// Diplôme.
    #[serde(skip_serializing_if = "Option::is_none")]
    diploma: Option<Coded<'a>>,
    /// Type d'autorisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Coded<'a>>,
    /// Discipline de l'autorisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    discipline: Option<Coded<'a>>,
}

impl<'a> PractitionerView<'a> {
    pub(in crate::api::v1) fn new(
        practitioner: &'a Practitioner,
        labels: &'a CodeLabels,
        score: Option<u64>,
    ) -> Self {
        let id = practitioner.national_id.as_str();
        // The number is the identifier without its type prefix, which the typed ids check.
        let number = id.get(1..);
        Self {
            score,
            national_id: id,
            rpps: practitioner.national_id.rpps().and(number),
            adeli: practitioner.national_id.adeli().and(number),
            civility: Coded::new(labels, CodeSystem::Civility, &practitioner.civility),
            family: &practitioner.family,
            given: &practitioner.given,
            practices: all(&practitioner.practices, labels, PracticeView::new),
            specialties: all(&practitioner.specialties, labels, SpecialtyView::new),
            roles: all(&practitioner.roles, labels, RoleView::new),
            mailboxes: OwnedMailboxView::all(&practitioner.mailboxes, labels),
            diplomas: all(&practitioner.diplomas, labels, DiplomaView::new),
            origin: practitioner.origin.into(),
        }
    }
}

fn all<'a, T, V>(
    items: &'a [T],
    labels: &'a CodeLabels,
    view: impl Fn(&'a T, &'a CodeLabels) -> V,
) -> Vec<V> {
    items.iter().map(|item| view(item, labels)).collect()
}

impl<'a> PracticeView<'a> {
    fn new(practice: &'a Practice, labels: &'a CodeLabels) -> Self {
        let coded = |system, code: &'a str| Coded::new(labels, system, code);
        Self {
            profession: coded(CodeSystem::Profession, &practice.profession),
            category: coded(CodeSystem::ProfessionCategory, &practice.category),
            title: coded(CodeSystem::Title, &practice.title),
        }
    }
}

impl<'a> SpecialtyView<'a> {
    fn new(specialty: &'a Specialty, labels: &'a CodeLabels) -> Self {
        let coded = |system, code: &'a str| Coded::new(labels, system, code);
        Self {
            specialty: coded(CodeSystem::Specialty, &specialty.code),
            kind: coded(CodeSystem::SpecialtyKind, &specialty.kind),
            profession: coded(CodeSystem::Profession, &specialty.profession),
        }
    }
}

impl<'a> RoleView<'a> {
    fn new(role: &'a PractitionerRole, labels: &'a CodeLabels) -> Self {
        let coded = |system, code: &'a str| Coded::new(labels, system, code);
        Self {
            profession: coded(CodeSystem::Profession, &role.profession),
            category: coded(CodeSystem::ProfessionCategory, &role.category),
            practice_mode: coded(CodeSystem::PracticeMode, &role.practice_mode),
            function: coded(CodeSystem::Function, &role.function),
            activity_kind: coded(CodeSystem::ActivityKind, &role.activity_kind),
            pharmacist_section: coded(CodeSystem::PharmacistSection, &role.pharmacist_section),
            registration_authority: text(&role.registration_authority),
            organization: role
                .organization
                .as_ref()
                .map(|organization| OrganizationSummaryView::new(organization, labels)),
        }
    }
}

impl<'a> DiplomaView<'a> {
    fn new(diploma: &'a Diploma, labels: &'a CodeLabels) -> Self {
        let coded = |system, code: &'a str| Coded::new(labels, system, code);
        Self {
            kind: coded(CodeSystem::DiplomaKind, &diploma.kind),
            diploma: coded(CodeSystem::Diploma, &diploma.code),
            authorization: coded(CodeSystem::AuthorizationKind, &diploma.authorization),
            discipline: coded(CodeSystem::AuthorizationDiscipline, &diploma.discipline),
        }
    }
}
