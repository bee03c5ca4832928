//! What administrators do to the trust space, and how many of them it takes.

use serde::{Deserialize, Serialize};

use super::certificate::RevocationReason;
use super::onboarding::{OperatorState, Transition};

/// A decision about the trust space.
///
/// Kept as JSON with the approvals: a variant or field that was written once must stay readable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Move an operator to another state.
    MoveOperator(Transition),
    /// Let a pending certificate stand in the list.
    ActivateCertificate {
        /// Which.
        certificate: i64,
        /// The one it takes over from: its mail domains are bound to the new one too.
        replaces: Option<i64>,
    },
    /// Put a certificate on hold.
    SuspendCertificate {
        /// Which.
        certificate: i64,
    },
    /// End a hold.
    ReleaseCertificate {
        /// Which.
        certificate: i64,
    },
    /// Retire a certificate whose successor stands.
    SupersedeCertificate {
        /// Which.
        certificate: i64,
    },
    /// Take a certificate back for good.
    RevokeCertificate {
        /// Which.
        certificate: i64,
        /// Why, in the words of RFC 5280 §5.3.1.
        because: RevocationReason,
    },
    /// Publish a list that has lost many of its entries.
    PublishTrustList {
        /// The list it follows: an approval is for one step.
        after: i64,
        /// Entries it removes at most.
        removes: u64,
    },
    /// Name the key that will sign after the current one; the first key becomes current at once.
    AnnounceSigner {
        /// Its certificate, hexadecimal DER.
        certificate: String,
    },
    /// Sign with the announced key from now on.
    SwitchSigner {
        /// SHA-256 of its certificate, hexadecimal.
        sha256: String,
    },
    /// Take back an announcement.
    WithdrawSigner {
        /// SHA-256 of its certificate, hexadecimal.
        sha256: String,
    },
}

/// How many administrators an act takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Whoever asks for it does it.
    One,
    /// Two different ones.
    Two,
}

impl Act {
    /// How many administrators it takes: two for what lets someone in or is for good, one for what
    /// keeps someone out at once.
    pub const fn control(&self) -> Control {
        match self {
            Self::MoveOperator(transition) => match transition.to {
                OperatorState::Active | OperatorState::Revoked => Control::Two,
                OperatorState::Candidate
                | OperatorState::Engaged
                | OperatorState::Testing
                | OperatorState::Contracted
                | OperatorState::Suspended
                | OperatorState::Withdrawn => Control::One,
            },
            // The operator was activated by two; a second certificate of it is its own rotation.
            Self::ActivateCertificate { .. }
            | Self::SuspendCertificate { .. }
            | Self::SupersedeCertificate { .. } => Control::One,
            Self::ReleaseCertificate { .. }
            | Self::RevokeCertificate { .. }
            | Self::PublishTrustList { .. }
            | Self::AnnounceSigner { .. }
            | Self::SwitchSigner { .. }
            | Self::WithdrawSigner { .. } => Control::Two,
        }
    }
}
