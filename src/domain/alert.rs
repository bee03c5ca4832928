//! What somebody should look at before it goes wrong, or since it did.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How pressing an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertSeverity {
    /// Good to know.
    Info,
    /// Something is to be done in time.
    Warning,
    /// Something does not work, or will not within days.
    Critical,
}

impl AlertSeverity {
    /// Every severity, the least pressing first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertCode {
    /// A certificate in the list ends within a threshold.
    CertificateExpiring,
    /// So does the certificate of a key that signs, or will.
    SignerExpiring,
    /// The last list says that a newer one should be there.
    TrustListOverdue,
    /// Most of the time of the last list is over.
    TrustListAgeing,
    /// A list was to be published and was not.
    TrustListNotPublished,
    /// An act waits for a second administrator.
    ApprovalWaiting,
    /// The time of an act came and it could not be done.
    ScheduledActFailed,
    /// An active operator has no certificate that is in force.
    OperatorWithoutValidCertificate,
    /// A certificate in force no longer leads to an authority of the settings.
    CertificateWithoutPath,
    /// Another authority does not say what it revoked, or not so that it can be believed.
    RevocationSourceFailing,
    /// A node knows a later state of the trust space than the database has.
    TrustSpaceWentBack,
    /// The certificate of an authority of ours ends within a threshold.
    AuthorityExpiring,
    /// A revocation list of an authority of ours was to be signed and was not.
    RevocationListNotPublished,
    /// Most of the time of the last revocation list of an authority of ours is over.
    RevocationListAgeing,
    /// An authority of ours has no revocation list that is good still.
    RevocationListOverdue,
}

impl AlertCode {
    /// Every code.
    pub const ALL: [Self; 15] = [
        Self::CertificateExpiring,
        Self::SignerExpiring,
        Self::TrustListOverdue,
        Self::TrustListAgeing,
        Self::TrustListNotPublished,
        Self::ApprovalWaiting,
        Self::ScheduledActFailed,
        Self::OperatorWithoutValidCertificate,
        Self::CertificateWithoutPath,
        Self::RevocationSourceFailing,
        Self::TrustSpaceWentBack,
        Self::AuthorityExpiring,
        Self::RevocationListNotPublished,
        Self::RevocationListAgeing,
        Self::RevocationListOverdue,
    ];

    /// The stable code, stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificateExpiring => "certificate.expiring",
            Self::SignerExpiring => "signer.expiring",
            Self::TrustListOverdue => "trust_list.overdue",
            Self::TrustListAgeing => "trust_list.ageing",
            Self::TrustListNotPublished => "trust_list.not_published",
            Self::ApprovalWaiting => "approval.waiting",
            Self::ScheduledActFailed => "scheduled_act.failed",
            Self::OperatorWithoutValidCertificate => "operator.without_valid_certificate",
            Self::CertificateWithoutPath => "certificate.without_path",
            Self::RevocationSourceFailing => "revocation_source.failing",
            Self::TrustSpaceWentBack => "trust_space.went_back",
            Self::AuthorityExpiring => "authority.expiring",
            Self::RevocationListNotPublished => "revocation_list.not_published",
            Self::RevocationListAgeing => "revocation_list.ageing",
            Self::RevocationListOverdue => "revocation_list.overdue",
        }
    }

    /// The alert of this code.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// How pressing it is where nothing more is known of the case.
    pub const fn severity(self) -> AlertSeverity {
        match self {
            Self::ApprovalWaiting => AlertSeverity::Info,
            Self::CertificateExpiring
            | Self::SignerExpiring
            | Self::TrustListAgeing
            | Self::ScheduledActFailed
            | Self::RevocationSourceFailing
            | Self::AuthorityExpiring
            | Self::RevocationListAgeing => AlertSeverity::Warning,
            Self::TrustListOverdue
            | Self::TrustListNotPublished
            | Self::OperatorWithoutValidCertificate
            | Self::CertificateWithoutPath
            | Self::TrustSpaceWentBack
            | Self::RevocationListNotPublished
            | Self::RevocationListOverdue => AlertSeverity::Critical,
        }
    }
}

/// How near the end of a certificate is, and what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Last second of its validity, UTC.
    pub not_after: OffsetDateTime,
    /// Whole days until then; below zero once it is over.
    pub days_left: i64,
    /// The threshold that was passed last, in days.
    pub threshold: u16,
    /// Entries of the list that rest on it; none for a signer.
    pub entries: u64,
    /// Whether another one stands ready to take over all of it.
    pub succession: Succession,
}

/// Whether something is there to take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Succession {
    /// Nothing, or not for everything.
    Open,
    /// The one of this number.
    Settled(i64),
}

/// How pressing the end of a certificate is: not at all once its successor stands.
pub const fn expiry_severity(threshold: u16, succession: Succession) -> AlertSeverity {
    match (succession, threshold) {
        (Succession::Settled(_), _) | (Succession::Open, 31..) => AlertSeverity::Info,
        (Succession::Open, 8..=30) => AlertSeverity::Warning,
        (Succession::Open, ..=7) => AlertSeverity::Critical,
    }
}

/// One alert, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What it is about.
    pub code: AlertCode,
    /// How pressing it is.
    pub severity: AlertSeverity,
    /// What it concerns: `certificate:12`, `operator:7`, `list:42`; empty: the trust space.
    pub subject: String,
    /// The case in one sentence, without a person.
    pub detail: String,
    /// Since when it is so, UTC.
    pub since: OffsetDateTime,
    /// The end that it warns of, where it warns of one.
    pub expiry: Option<Expiry>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_none_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for code in AlertCode::ALL {
            assert_eq!(AlertCode::from_name(code.as_str()), Some(code));
            assert!(seen.insert(code.as_str()));
        }
        for severity in AlertSeverity::ALL {
            assert_eq!(AlertSeverity::from_name(severity.as_str()), Some(severity));
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
        }
        assert_eq!(AlertCode::from_name("certificate.ended"), None);
    }

    #[test]
    fn an_end_presses_the_more_the_nearer_it_is_unless_a_successor_stands() {
        use AlertSeverity::{Critical, Info, Warning};
        for (threshold, open) in [
            (90, Info),
            (30, Warning),
            (14, Warning),
            (7, Critical),
            (1, Critical),
        ] {
            assert_eq!(expiry_severity(threshold, Succession::Open), open);
            assert_eq!(expiry_severity(threshold, Succession::Settled(2)), Info);
        }
    }
}
