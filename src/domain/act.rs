//! What administrators do to the trust space, and how many of them it takes.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::certificate::RevocationReason;
use super::digest::Digest;
use super::ground::Subject;
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
    /// Have an authority of ours issue the certificate that a request asks for.
    IssueCertificate {
        /// Which request.
        request: i64,
    },
    /// Publish a list that has lost many of its entries.
    PublishTrustList {
        /// The list it follows: an approval is for one step.
        after: i64,
        /// Entries it removes.
        removes: u64,
        /// Which: a digest of their keys, filled in where the act is asked for. An approval is for these.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        removed: Option<Digest>,
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
    /// Give up a key: take back its announcement, or, of the one that signs, have the announced one take
    /// over at once. Which of the two is what it was when it was asked for.
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

impl Control {
    /// As a number.
    pub const fn administrators(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl Act {
    /// When it is to take effect, where not at once.
    pub const fn effective_at(&self) -> Option<OffsetDateTime> {
        match self {
            Self::MoveOperator(transition) => transition.effective_at,
            Self::ActivateCertificate { .. }
            | Self::SuspendCertificate { .. }
            | Self::ReleaseCertificate { .. }
            | Self::SupersedeCertificate { .. }
            | Self::RevokeCertificate { .. }
            | Self::IssueCertificate { .. }
            | Self::PublishTrustList { .. }
            | Self::AnnounceSigner { .. }
            | Self::SwitchSigner { .. }
            | Self::WithdrawSigner { .. } => None,
        }
    }

    /// The operator it is about, where it is about one.
    pub const fn operator(&self) -> Option<i64> {
        match self {
            Self::MoveOperator(transition) => Some(transition.operator),
            Self::ActivateCertificate { .. }
            | Self::SuspendCertificate { .. }
            | Self::ReleaseCertificate { .. }
            | Self::SupersedeCertificate { .. }
            | Self::RevokeCertificate { .. }
            | Self::IssueCertificate { .. }
            | Self::PublishTrustList { .. }
            | Self::AnnounceSigner { .. }
            | Self::SwitchSigner { .. }
            | Self::WithdrawSigner { .. } => None,
        }
    }

    /// The certificate it is about, where it is about one.
    pub const fn certificate(&self) -> Option<i64> {
        match self {
            Self::ActivateCertificate { certificate, .. }
            | Self::SuspendCertificate { certificate }
            | Self::ReleaseCertificate { certificate }
            | Self::SupersedeCertificate { certificate }
            | Self::RevokeCertificate { certificate, .. } => Some(*certificate),
            Self::MoveOperator(_)
            | Self::IssueCertificate { .. }
            | Self::PublishTrustList { .. }
            | Self::AnnounceSigner { .. }
            | Self::SwitchSigner { .. }
            | Self::WithdrawSigner { .. } => None,
        }
    }

    /// What must stand, when it is done, as it stood when it was asked for: of an act that lets someone
    /// back in, or that means another thing in another state. Who keeps someone out may do so from
    /// wherever that is legal: a suspension does not stop the revocation that waits behind it.
    pub fn rests_on(&self) -> Option<Subject<'_>> {
        match self {
            Self::MoveOperator(transition) => match transition.to {
                OperatorState::Active => Some(Subject::Operator(transition.operator)),
                OperatorState::Candidate
                | OperatorState::Engaged
                | OperatorState::Testing
                | OperatorState::Contracted
                | OperatorState::Suspended
                | OperatorState::Withdrawn
                | OperatorState::Revoked => None,
            },
            Self::ReleaseCertificate { certificate } => Some(Subject::Certificate(*certificate)),
            Self::SwitchSigner { sha256 } | Self::WithdrawSigner { sha256 } => {
                Some(Subject::Signer(sha256))
            }
            Self::ActivateCertificate { .. }
            | Self::SuspendCertificate { .. }
            | Self::SupersedeCertificate { .. }
            | Self::RevokeCertificate { .. }
            | Self::IssueCertificate { .. }
            | Self::PublishTrustList { .. }
            | Self::AnnounceSigner { .. } => None,
        }
    }

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
            | Self::IssueCertificate { .. }
            | Self::PublishTrustList { .. }
            | Self::AnnounceSigner { .. }
            | Self::SwitchSigner { .. }
            | Self::WithdrawSigner { .. } => Control::Two,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::onboarding::{DocumentKind, DocumentReference};
    use time::macros::{date, datetime};

    fn moving(to: OperatorState) -> Act {
        Act::MoveOperator(Transition {
            operator: 7,
            to,
            documents: Vec::new(),
            launch_on: None,
            effective_at: None,
        })
    }

    /// The rule of the issue, act by act.
    #[test]
    fn who_lets_in_or_acts_for_good_is_two_and_who_keeps_out_is_one() {
        for (to, control) in [
            (OperatorState::Candidate, Control::One),
            (OperatorState::Engaged, Control::One),
            (OperatorState::Testing, Control::One),
            (OperatorState::Contracted, Control::One),
            (OperatorState::Active, Control::Two),
            (OperatorState::Suspended, Control::One),
            (OperatorState::Withdrawn, Control::One),
            (OperatorState::Revoked, Control::Two),
        ] {
            assert_eq!(moving(to).control(), control, "{to:?}");
        }
        let one = [
            Act::ActivateCertificate {
                certificate: 1,
                replaces: None,
            },
            Act::SuspendCertificate { certificate: 1 },
            Act::SupersedeCertificate { certificate: 1 },
        ];
        let two = [
            Act::ReleaseCertificate { certificate: 1 },
            Act::RevokeCertificate {
                certificate: 1,
                because: RevocationReason::KeyCompromise,
            },
            Act::IssueCertificate { request: 1 },
            Act::PublishTrustList {
                after: 1,
                removes: 9,
                removed: None,
            },
            Act::AnnounceSigner {
                certificate: String::new(),
            },
            Act::SwitchSigner {
                sha256: String::new(),
            },
            Act::WithdrawSigner {
                sha256: String::new(),
            },
        ];
        assert!(one.iter().all(|act| act.control() == Control::One));
        assert!(two.iter().all(|act| act.control() == Control::Two));
    }

    /// Approvals of years ago are read with today's program.
    #[test]
    fn acts_are_kept_in_this_form() {
        for (act, kept) in [
            (
                moving(OperatorState::Active),
                r#"{"act":"move_operator","operator":7,"to":"active","documents":[],"launch_on":null,"effective_at":null}"#,
            ),
            (
                Act::MoveOperator(Transition {
                    operator: 7,
                    to: OperatorState::Engaged,
                    documents: vec![DocumentReference {
                        kind: DocumentKind::LetterOfEngagement,
                        reference: "2026/17".to_owned(),
                        dated_on: date!(2026 - 02 - 01),
                    }],
                    launch_on: Some(date!(2026 - 06 - 01)),
                    effective_at: Some(datetime!(2026-05-01 08:00 UTC)),
                }),
                r#"{"act":"move_operator","operator":7,"to":"engaged","documents":[{"kind":"letter_of_engagement","reference":"2026/17","dated_on":"2026-02-01"}],"launch_on":"2026-06-01","effective_at":"2026-05-01T08:00:00Z"}"#,
            ),
            (
                Act::RevokeCertificate {
                    certificate: 12,
                    because: RevocationReason::CaCompromise,
                },
                r#"{"act":"revoke_certificate","certificate":12,"because":"cACompromise"}"#,
            ),
            (
                Act::IssueCertificate { request: 9 },
                r#"{"act":"issue_certificate","request":9}"#,
            ),
            (
                Act::PublishTrustList {
                    after: 41,
                    removes: 812,
                    removed: None,
                },
                r#"{"act":"publish_trust_list","after":41,"removes":812}"#,
            ),
            (
                Act::PublishTrustList {
                    after: 41,
                    removes: 812,
                    removed: Some(Digest::new([0xab; 32])),
                },
                r#"{"act":"publish_trust_list","after":41,"removes":812,"removed":"abababababababababababababababababababababababababababababababab"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&act).unwrap(), kept);
            assert_eq!(serde_json::from_str::<Act>(kept).unwrap(), act);
        }
    }
}
