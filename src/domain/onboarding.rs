//! The life of an operator in the trust space: its states, and which may follow which.
//!
//! The order is that of the ministry's instruction on becoming an MSSanté operator.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

/// Where an operator stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorState {
    /// Known; its correspondents are named.
    Candidate,
    /// The letter of engagement is signed and names a launch date.
    Engaged,
    /// Its gateways are being tested.
    Testing,
    /// The operator contract and the commitment to the CNIL single authorisation AU-037 are signed.
    Contracted,
    /// In the list.
    Active,
    /// Taken out of the list for a while.
    Suspended,
    /// Left by itself, for good.
    Withdrawn,
    /// Put out, for good.
    Revoked,
}

impl OperatorState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Candidate,
        Self::Engaged,
        Self::Testing,
        Self::Contracted,
        Self::Active,
        Self::Suspended,
        Self::Withdrawn,
        Self::Revoked,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Engaged => "engaged",
            Self::Testing => "testing",
            Self::Contracted => "contracted",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Withdrawn => "withdrawn",
            Self::Revoked => "revoked",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The states that may follow; none follows the two last ones.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Candidate => &[Self::Engaged, Self::Withdrawn],
            Self::Engaged => &[Self::Testing, Self::Withdrawn],
            Self::Testing => &[Self::Contracted, Self::Withdrawn],
            Self::Contracted => &[Self::Active, Self::Withdrawn],
            Self::Active => &[Self::Suspended, Self::Withdrawn, Self::Revoked],
            Self::Suspended => &[Self::Active, Self::Withdrawn, Self::Revoked],
            Self::Withdrawn | Self::Revoked => &[],
        }
    }
}

/// What a document that a transition refers to is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The operator's letter of engagement.
    LetterOfEngagement,
    /// The contract between the agency and the operator.
    OperatorContract,
    /// The commitment to the CNIL single authorisation AU-037.
    CnilCommitment,
    /// Anything else that explains a decision.
    Other,
}

/// A document kept elsewhere, by its reference there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentReference {
    /// What it is.
    pub kind: DocumentKind,
    /// Its reference in the agency's files.
    pub reference: String,
    /// The day it bears.
    pub dated_on: Date,
}

/// A wanted step in an operator's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Whose.
    pub operator: i64,
    /// Where to.
    pub to: OperatorState,
    /// Documents it rests on.
    pub documents: Vec<DocumentReference>,
    /// When the operator wants to begin; asked for with the engagement.
    pub launch_on: Option<Date>,
    /// When it takes effect; none: at once.
    pub effective_at: Option<OffsetDateTime>,
}

impl Transition {
    /// The documents that a state wants and this transition does not bring.
    pub fn missing_documents(&self) -> Vec<DocumentKind> {
        let wanted: &[DocumentKind] = match self.to {
            OperatorState::Engaged => &[DocumentKind::LetterOfEngagement],
            OperatorState::Contracted => {
                &[DocumentKind::OperatorContract, DocumentKind::CnilCommitment]
            }
            OperatorState::Candidate
            | OperatorState::Testing
            | OperatorState::Active
            | OperatorState::Suspended
            | OperatorState::Withdrawn
            | OperatorState::Revoked => &[],
        };
        let brought = |kind| self.documents.iter().any(|document| document.kind == kind);
        wanted
            .iter()
            .copied()
            .filter(|kind| !brought(*kind))
            .collect()
    }
}
