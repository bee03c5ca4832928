//! Whether mail to these addresses can be delivered, and whether it may be sent: answered from memory,
//! without the database and without the documents of the index.

use super::admission::Admission;
use crate::domain::admission::DomainTrust;
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

/// What is known of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validated {
    /// Whether mail to it can be delivered.
    pub outcome: Outcome,
    /// Whether mail may be sent to its domain; none where this is no address.
    pub trust: Option<DomainTrust>,
}

/// The answer to one question, in the order of the addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// The snapshot of the directory that all outcomes rest on.
    pub position: FeedPosition,
    /// The epoch of the trust space that the trust in domains rests on; none while this node does not
    /// know the present.
    pub epoch: Option<i64>,
    /// One for each address.
    pub recipients: Vec<Validated>,
}

/// The validation of recipients; cheap to clone.
#[derive(Clone)]
pub struct Recipients {
    model: ReadModel,
    admission: Admission,
    metrics: Metrics,
}

impl Recipients {
    /// Validation over this read model and what this node knows of the trust space.
    pub const fn new(model: ReadModel, admission: Admission, metrics: Metrics) -> Self {
        Self {
            model,
            admission,
            metrics,
        }
    }

    /// What is known of each address, all in one snapshot of the directory and one of the trust space.
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
        let domains = self.admission.domains_now();
        let trust = domains.trust();
        let recipients: Vec<Validated> = addresses
            .iter()
            .map(|address| validated(&snapshot, &trust, address.as_ref()))
            .collect();
        self.count(&recipients);
        Ok(Validation {
            position: snapshot.position(),
            epoch: domains.epoch(),
            recipients,
        })
    }

    fn count(&self, recipients: &[Validated]) {
        let (mut deliverable, mut unknown, mut invalid) = (0, 0, 0);
        for recipient in recipients {
            match recipient.outcome {
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

fn validated(snapshot: &Snapshot, trust: impl Fn(&str) -> DomainTrust, address: &str) -> Validated {
    match MailAddress::parse(address) {
        Ok(address) => Validated {
            outcome: match snapshot.recipient(&address) {
                Some(recipient) => Outcome::Deliverable {
                    kind: recipient.kind,
                    accepts_paperless: recipient.accepts_paperless,
                },
                None => Outcome::Unknown,
            },
            trust: Some(trust(address.domain())),
        },
        Err(invalid) => Validated {
            outcome: Outcome::InvalidAddress(invalid.0),
            trust: None,
        },
    }
}
