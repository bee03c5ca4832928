//! Whether mail to these addresses can be delivered: answered from memory, without the database
//! and without the documents of the index.

use crate::domain::error::{Failure, PARAMETER_INVALID};
use crate::domain::feed::FeedPosition;
use crate::domain::mailbox::{MailAddress, MailboxKind};
use crate::search::{ReadModel, Snapshot};
use crate::telemetry::Metrics;

/// Most addresses in one question.
pub const MAX_ADDRESSES: usize = 1000;

/// What is known of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A published mailbox has this address.
    Deliverable {
        /// Its kind.
        kind: MailboxKind,
        /// Its owner accepts not to receive paper copies.
        accepts_paperless: bool,
    },
    /// No published mailbox has this address.
    Unknown,
    /// This is no mail address.
    InvalidAddress(&'static str),
}

impl Outcome {
    /// The name in answers and measurements.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deliverable { .. } => "deliverable",
            Self::Unknown => "unknown",
            Self::InvalidAddress(_) => "invalid_address",
        }
    }
}

/// The answer to one question: outcomes in the order of the addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// The snapshot that all outcomes rest on.
    pub position: FeedPosition,
    /// One outcome for each address.
    pub outcomes: Vec<Outcome>,
}

/// The validation of recipients; cheap to clone.
#[derive(Clone)]
pub struct Recipients {
    model: ReadModel,
    metrics: Metrics,
}

impl Recipients {
    /// Validation over this read model.
    pub const fn new(model: ReadModel, metrics: Metrics) -> Self {
        Self { model, metrics }
    }

    /// What is known of each address, all in one snapshot.
    ///
    /// Fails without addresses or with more than [`MAX_ADDRESSES`], and before the first load.
    pub fn validate<S: AsRef<str>>(&self, addresses: &[S]) -> Result<Validation, Failure> {
        if addresses.is_empty() || addresses.len() > MAX_ADDRESSES {
            return Err(Failure::new(
                &PARAMETER_INVALID,
                format!(
                    "`addresses` holds {} addresses; it takes 1 to {MAX_ADDRESSES}.",
                    addresses.len()
                ),
            ));
        }
        let snapshot = super::loaded(&self.model)?;
        let outcomes: Vec<Outcome> = addresses
            .iter()
            .map(|address| outcome(&snapshot, address.as_ref()))
            .collect();
        self.count(&outcomes);
        Ok(Validation {
            position: snapshot.position(),
            outcomes,
        })
    }

    fn count(&self, outcomes: &[Outcome]) {
        let (mut deliverable, mut unknown, mut invalid) = (0, 0, 0);
        for outcome in outcomes {
            match outcome {
                Outcome::Deliverable { .. } => deliverable += 1,
                Outcome::Unknown => unknown += 1,
                Outcome::InvalidAddress(_) => invalid += 1,
            }
        }
        self.metrics.recipients("deliverable", deliverable);
        self.metrics.recipients("unknown", unknown);
        self.metrics.recipients("invalid_address", invalid);
    }
}

fn outcome(snapshot: &Snapshot, address: &str) -> Outcome {
    match MailAddress::parse(address) {
        Ok(address) => match snapshot.recipient(&address) {
            Some(recipient) => Outcome::Deliverable {
                kind: recipient.kind,
                accepts_paperless: recipient.accepts_paperless,
            },
            None => Outcome::Unknown,
        },
        Err(invalid) => Outcome::InvalidAddress(invalid.0),
    }
}
