//! A mailbox as JSON shows it: with its attachments, or as its owner lists it.

use serde::Serialize;
use utoipa::ToSchema;

use super::address::AddressView;
use super::{Coded, text};
use crate::domain::code::{CodeLabels, CodeSystem};
use crate::domain::ids::{OrganizationId, StructureNationalId};
use crate::domain::mailbox::{Attachment, Mailbox, MailboxKind, OwnedMailbox};

/// The kind of a mailbox with its label.
fn kind(kind: MailboxKind, labels: &CodeLabels) -> Coded<'_> {
    Coded {
        code: kind.code(),
        label: labels.label(CodeSystem::MailboxKind, kind.code()),
    }
}

/// A secure mailbox with everything it is attached to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailbox)]
pub(in crate::api::v1) struct MailboxView<'a> {
    /// Its address, in lower case.
    #[schema(example = "secretariat.cardiologie@ch-fictif.mssante.fr")]
    address: &'a str,
    /// Its kind: `PER`, `ORG`, `APP` or `CAB`.
    kind: Coded<'a>,
    /// Whether its owner accepts not to receive paper copies.
    accepts_paperless: bool,
    /// People and structures it belongs to.
    attachments: Vec<AttachmentView<'a>>,
}

/// What ties a mailbox to a person, a structure, or both.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub(in crate::api::v1) struct AttachmentView<'a> {
    /// The person, as the extract of mailboxes names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<AttachedPersonView<'a>>,
    /// The structure, as the extract of mailboxes names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    structure: Option<AttachedStructureView<'a>>,
    /// Department of the structure (service de rattachement), free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CARDIOLOGIE")]
    department: Option<&'a str>,
}

/// A person, as the extract of mailboxes names them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttachedPerson)]
pub(in crate::api::v1) struct AttachedPersonView<'a> {
    /// National identifier of the person.
    #[schema(example = "899000000010")]
    national_id: &'a str,
    /// Civilité d'exercice.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Coded<'a>>,
    /// Family name in practice.
    family: &'a str,
    /// Given name in practice.
    given: &'a str,
    /// Profession.
    #[serde(skip_serializing_if = "Option::is_none")]
    profession: Option<Coded<'a>>,
    /// Category of the profession.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<Coded<'a>>,
    /// Savoir-faire.
    #[serde(skip_serializing_if = "Option::is_none")]
    specialty: Option<Coded<'a>>,
}

/// A structure, as the extract of mailboxes names it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttachedStructure)]
pub(in crate::api::v1) struct AttachedStructureView<'a> {
    /// `idNat_struct`: type prefix and number.
    #[schema(example = "1770816478")]
    national_id: &'a str,
    /// Organisations of the directory with this identifier.
    #[schema(value_type = Vec<String>, example = json!(["F770816478"]))]
    organizations: Vec<&'a str>,
    /// Raison sociale.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CH FICTIF")]
    legal_name: Option<&'a str>,
    /// Enseigne commerciale.
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_name: Option<&'a str>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressView<'a>>,
}

/// A mailbox as its owner lists it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnedMailbox)]
pub(in crate::api::v1) struct OwnedMailboxView<'a> {
    /// Its address, in lower case.
    #[schema(example = "eleonore.lheritier-fictif@medecin.mssante.fr")]
    address: &'a str,
    /// Its kind: `PER`, `ORG`, `APP` or `CAB`.
    kind: Coded<'a>,
    /// Whether its owner accepts not to receive paper copies.
    accepts_paperless: bool,
    /// Department of the structure (service de rattachement), free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<&'a str>,
    /// National identifier of the structure it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1770816478")]
    structure: Option<&'a str>,
}

impl<'a> MailboxView<'a> {
    pub(in crate::api::v1) fn new(mailbox: &'a Mailbox, labels: &'a CodeLabels) -> Self {
        Self {
            address: mailbox.address.as_str(),
            kind: kind(mailbox.kind, labels),
            accepts_paperless: mailbox.accepts_paperless,
            attachments: mailbox
                .attachments
                .iter()
                .map(|attachment| AttachmentView::new(attachment, labels))
                .collect(),
        }
    }
}

impl<'a> AttachmentView<'a> {
    fn new(attachment: &'a Attachment, labels: &'a CodeLabels) -> Self {
        Self {
            person: attachment.person.as_ref().map(|person| AttachedPersonView {
                national_id: person.national_id.as_str(),
                title: Coded::new(labels, CodeSystem::Title, &person.title),
                family: &person.family,
                given: &person.given,
                profession: Coded::new(labels, CodeSystem::Profession, &person.profession),
                category: Coded::new(labels, CodeSystem::ProfessionCategory, &person.category),
                specialty: Coded::new(labels, CodeSystem::Specialty, &person.specialty),
            }),
            structure: attachment
                .structure
                .as_ref()
                .map(|structure| AttachedStructureView {
                    national_id: structure.national_id.as_str(),
                    organizations: structure
                        .organizations
                        .iter()
                        .map(OrganizationId::as_str)
                        .collect(),
                    legal_name: text(&structure.legal_name),
                    trade_name: text(&structure.trade_name),
                    address: AddressView::known(&structure.address, labels),
                }),
            department: text(&attachment.department),
        }
    }
}

impl<'a> OwnedMailboxView<'a> {
    pub(super) fn new(mailbox: &'a OwnedMailbox, labels: &'a CodeLabels) -> Self {
        Self {
            address: mailbox.address.as_str(),
            kind: kind(mailbox.kind, labels),
            accepts_paperless: mailbox.accepts_paperless,
            department: text(&mailbox.department),
            structure: mailbox.structure.as_ref().map(StructureNationalId::as_str),
        }
    }

    pub(super) fn all(mailboxes: &'a [OwnedMailbox], labels: &'a CodeLabels) -> Vec<Self> {
        mailboxes
            .iter()
            .map(|mailbox| Self::new(mailbox, labels))
            .collect()
    }
}
