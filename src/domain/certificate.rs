//! Certificates of the trust space as values: their states, and why one is taken back.

use serde::{Deserialize, Serialize};

/// Where a certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateState {
    /// Registered and checked, not in the list yet.
    Pending,
    /// In the list while its operator is active.
    Active,
    /// On hold.
    Suspended,
    /// Taken back for good.
    Revoked,
    /// Over.
    Expired,
    /// Retired in favour of another one.
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
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The states that may follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Active, Self::Revoked, Self::Expired],
            Self::Active => &[
                Self::Suspended,
                Self::Revoked,
                Self::Expired,
                Self::Superseded,
            ],
            Self::Suspended => &[Self::Active, Self::Revoked, Self::Expired],
            // A key that leaked after its time is still told to those who look at the past.
            Self::Expired | Self::Superseded => &[Self::Revoked],
            Self::Revoked => &[],
        }
    }
}

/// Why a certificate was revoked (RFC 5280 §5.3.1). A hold is a state of ours, not a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RevocationReason {
    /// No reason is given.
    Unspecified,
    /// The key is, or may be, in other hands.
    KeyCompromise,
    /// So is the key of its issuer.
    #[serde(rename = "cACompromise")]
    CaCompromise,
    /// The name on it is no longer right.
    AffiliationChanged,
    /// Another one took its place.
    Superseded,
    /// The operator runs no gateway any more.
    CessationOfOperation,
    /// The operator lost its right to it.
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The name in RFC 5280, stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }

    /// The reason of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}
