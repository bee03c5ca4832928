//! Certificates as the registry keeps them: what they are for, where they stand, why they were revoked.
//!
//! What a certificate holds is read by the trust layer; nothing here knows X.509.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a certificate is used for in the trust space; each has rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificatePurpose {
    /// An operator's gateway as it is registered: takes mail and sends it.
    Gateway,
    /// The end of a channel that takes mail.
    SmtpServer,
    /// The end of a channel that sends mail.
    SmtpClient,
    /// Signs the list.
    ListSigner,
    /// Stands between an anchor and the others.
    IssuingAuthority,
    /// Is trusted by configuration.
    Anchor,
}

impl CertificatePurpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::Gateway,
        Self::SmtpServer,
        Self::SmtpClient,
        Self::ListSigner,
        Self::IssuingAuthority,
        Self::Anchor,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::SmtpServer => "smtp_server",
            Self::SmtpClient => "smtp_client",
            Self::ListSigner => "list_signer",
            Self::IssuingAuthority => "issuing_authority",
            Self::Anchor => "anchor",
        }
    }

    /// The purpose of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// Where a registered certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateState {
    /// Uploaded and accepted by the rules, not yet in use.
    Pending,
    /// In use; an operator may have two during a rotation.
    Active,
    /// Out of use for now (`certificateHold`); one administrator is enough.
    Suspended,
    /// Out of use for good, with a [`RevocationReason`].
    Revoked,
    /// Past its last day.
    Expired,
    /// Replaced by another one before its last day.
    Superseded,
}

impl CertificateState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Active,
        Self::Suspended,
        Self::Revoked,
        Self::Expired,
        Self::Superseded,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// The states that may follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Pending | Self::Suspended => &[Self::Active, Self::Revoked, Self::Expired],
            Self::Active => &[
                Self::Suspended,
                Self::Revoked,
                Self::Expired,
                Self::Superseded,
            ],
            // A key that leaked after its time is still told to those who look at the past.
            Self::Expired | Self::Superseded => &[Self::Revoked],
            Self::Revoked => &[],
        }
    }

    /// Whether `next` may follow this state.
    pub fn may_become(self, next: Self) -> bool {
        self.next().contains(&next)
    }
}

/// Why a certificate was revoked (`CRLReason`, RFC 5280 §5.3.1).
///
/// `certificateHold` is the state [`CertificateState::Suspended`], `removeFromCRL` is the way out of
/// it, and both are no reasons here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RevocationReason {
    /// No reason is told.
    Unspecified,
    /// The private key is, or may be, in other hands.
    KeyCompromise,
    /// The key of the authority that issued it is, or may be, in other hands.
    #[serde(rename = "cACompromise")]
    CaCompromise,
    /// The name or other facts in it changed.
    AffiliationChanged,
    /// Replaced, without doubt about its key.
    Superseded,
    /// No longer needed for what it was issued for.
    CessationOfOperation,
    /// A privilege stated in it was withdrawn.
    PrivilegeWithdrawn,
    /// The key of the attribute authority is, or may be, in other hands.
    #[serde(rename = "aACompromise")]
    AaCompromise,
}

/// What the end of one certificate says of those that share its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing.
    Nothing,
    /// Whatever the same authority says of this key may be somebody else's word; what another one
    /// says of it holds.
    Authority,
    /// The key may be in other hands, whoever certified it.
    Key,
}

impl RevocationReason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// The name in the RFC, stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }

    /// The reason of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// What such a revocation says of other certificates.
    pub const fn doubt(self) -> Doubt {
        match self {
            Self::KeyCompromise => Doubt::Key,
            Self::CaCompromise => Doubt::Authority,
            Self::Unspecified
            | Self::AffiliationChanged
            | Self::Superseded
            | Self::CessationOfOperation
            | Self::PrivilegeWithdrawn
            | Self::AaCompromise => Doubt::Nothing,
        }
    }

    /// The number in the RFC.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }
}

/// Days before the end at which an alert is raised, the last first.
pub const EXPIRY_THRESHOLDS: [u16; 5] = [1, 7, 14, 30, 90];

/// The smallest threshold, in days, that a certificate ending at `not_after` has crossed at `now`;
/// none while more than 90 days are left. One that has ended has crossed them all: it answers the
/// smallest.
pub fn expiry_threshold(not_after: OffsetDateTime, now: OffsetDateTime) -> Option<u16> {
    EXPIRY_THRESHOLDS
        .into_iter()
        .find(|days| not_after - now <= time::Duration::days(i64::from(*days)))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_states_that_may_follow() {
        use CertificateState as S;
        let legal = [
            (S::Pending, "active revoked expired"),
            (S::Active, "suspended revoked expired superseded"),
            (S::Suspended, "active revoked expired"),
            (S::Revoked, ""),
            (S::Expired, "revoked"),
            (S::Superseded, "revoked"),
        ];
        assert_eq!(legal.map(|(state, _)| state), S::ALL);
        for (state, followers) in legal {
            for next in S::ALL {
                let listed = followers.split(' ').any(|name| name == next.as_str());
                assert_eq!(state.may_become(next), listed, "{state:?} to {next:?}");
            }
        }
    }

    #[test]
    fn names_are_read_back_and_are_those_of_the_wire() {
        for state in CertificateState::ALL {
            assert_eq!(CertificateState::from_name(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        for purpose in CertificatePurpose::ALL {
            assert_eq!(
                CertificatePurpose::from_name(purpose.as_str()),
                Some(purpose)
            );
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.as_str());
        }
        for reason in RevocationReason::ALL {
            assert_eq!(RevocationReason::from_name(reason.as_str()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        assert_eq!(CertificateState::from_name("held"), None);
    }

    #[test]
    fn reasons_carry_the_numbers_of_the_rfc_without_hold_and_its_lifting() {
        let codes = RevocationReason::ALL.map(RevocationReason::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 9, 10]);
        assert_eq!(RevocationReason::from_name("certificateHold"), None);
        assert_eq!(RevocationReason::from_name("removeFromCRL"), None);
    }

    #[test]
    fn an_alert_is_due_from_the_moment_a_threshold_is_reached() {
        let now = datetime!(2026-01-01 12:00 UTC);
        for (not_after, threshold) in [
            (datetime!(2026-04-01 12:00:01 UTC), None),
            (datetime!(2026-04-01 12:00 UTC), Some(90)),
            (datetime!(2026-01-31 12:00:01 UTC), Some(90)),
            (datetime!(2026-01-31 12:00 UTC), Some(30)),
            (datetime!(2026-01-15 12:00 UTC), Some(14)),
            (datetime!(2026-01-08 12:00 UTC), Some(7)),
            (datetime!(2026-01-02 12:00:01 UTC), Some(7)),
            (datetime!(2026-01-02 12:00 UTC), Some(1)),
            (datetime!(2025-06-01 12:00 UTC), Some(1)),
        ] {
            assert_eq!(expiry_threshold(not_after, now), threshold, "{not_after}");
        }
    }
}
