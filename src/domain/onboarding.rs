//! The life of an operator in the trust space: its states, and which may follow which.
//!
//! The order is that of the ministry's instruction on becoming an MSSanté operator.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::calendar;
use super::text::{self, InvalidText};

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

impl DocumentKind {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LetterOfEngagement => "letter_of_engagement",
            Self::OperatorContract => "operator_contract",
            Self::CnilCommitment => "cnil_commitment",
            Self::Other => "other",
        }
    }
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
    #[serde(with = "calendar::day")]
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
    #[serde(default)]
    pub documents: Vec<DocumentReference>,
    /// When the operator wants to begin; asked for with the engagement.
    #[serde(default, with = "calendar::day::option")]
    pub launch_on: Option<Date>,
    /// When it takes effect; none: at once.
    #[serde(default, with = "calendar::moment")]
    pub effective_at: Option<OffsetDateTime>,
}

/// Why documents are not kept with a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDocuments {
    /// More than anyone reads.
    #[error("more than {MOST_DOCUMENTS} documents")]
    TooMany,
    /// A reference cannot be kept.
    #[error("the reference of a document: {0}")]
    Reference(#[from] InvalidText),
}

/// Documents with one transition at most.
const MOST_DOCUMENTS: usize = 20;

/// Characters of a reference at most.
const REFERENCE: usize = 200;

impl Transition {
    /// The same with the references of its documents as they are kept.
    pub fn checked(mut self) -> Result<Self, InvalidDocuments> {
        if self.documents.len() > MOST_DOCUMENTS {
            return Err(InvalidDocuments::TooMany);
        }
        for document in &mut self.documents {
            document.reference = text::wanted(text::line(&document.reference, REFERENCE)?)?;
        }
        Ok(self)
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn names_are_read_back() {
        for state in OperatorState::ALL {
            assert_eq!(OperatorState::from_name(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert_eq!(OperatorState::from_name("retired"), None);
        assert_eq!(
            serde_json::to_value(DocumentKind::CnilCommitment).unwrap(),
            DocumentKind::CnilCommitment.as_str()
        );
    }

    #[test]
    fn documents_are_few_and_have_references() {
        let with = |references: &[&str]| {
            Transition {
                operator: 1,
                to: OperatorState::Engaged,
                documents: references
                    .iter()
                    .map(|reference| DocumentReference {
                        kind: DocumentKind::Other,
                        reference: (*reference).to_owned(),
                        dated_on: date!(2026 - 02 - 01),
                    })
                    .collect(),
                launch_on: None,
                effective_at: None,
            }
            .checked()
        };
        assert_eq!(
            with(&[" 2026/17 "]).unwrap().documents[0].reference,
            "2026/17"
        );
        assert_eq!(with(&["x"; 21]), Err(InvalidDocuments::TooMany));
        for bad in ["", "a\0b", &"a".repeat(201)] {
            assert!(matches!(with(&[bad]), Err(InvalidDocuments::Reference(_))));
        }
    }
}
