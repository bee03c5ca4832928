//! What a peer that is refused is told in the handshake: one of the few alerts that TLS has (RFC 8446 §6.2),
//! the nearest to the reasons of the decision.

use rustls::CertificateError;

use crate::domain::admission::Reason;

/// The error whose alert says most of these reasons: that something was revoked, wherever it stands among
/// them; else what the first of them says.
pub(super) fn of(reasons: &[Reason]) -> CertificateError {
    let mut told = reasons.iter().map(|reason| error(*reason));
    let first = told.next();
    first
        .iter()
        .cloned()
        .chain(told)
        .find(|error| *error == CertificateError::Revoked)
        .or(first)
        .unwrap_or(CertificateError::ApplicationVerificationFailure)
}

// The alerts, in the order of the arms: bad_certificate, unsupported_certificate, certificate_revoked,
// certificate_expired, unknown_ca, access_denied.
fn error(reason: Reason) -> CertificateError {
    match reason {
        Reason::ChainUnreadable | Reason::PathRule => CertificateError::BadEncoding,
        Reason::CertificatePurpose => CertificateError::InvalidPurpose,
        Reason::RevocationRevoked
        | Reason::RevocationOnHold
        | Reason::OperatorSuspended
        | Reason::OperatorWithdrawn
        | Reason::OperatorRevoked
        | Reason::CertificateSuspended
        | Reason::CertificateRevoked
        | Reason::CertificateSuperseded => CertificateError::Revoked,
        Reason::CertificateNotYetValid => CertificateError::NotValidYet,
        Reason::CertificateExpired | Reason::CertificateEnded => CertificateError::Expired,
        Reason::PathNone => CertificateError::UnknownIssuer,
        Reason::ChainEmpty
        | Reason::ChainTooLong
        | Reason::NodeUnready
        | Reason::NodeLeaseLost
        | Reason::NodeClockBack
        | Reason::ListMissing
        | Reason::ListNotYet
        | Reason::ListStale
        | Reason::ListUntrusted
        | Reason::MailDomainInvalid
        | Reason::MailDomainMissing
        | Reason::MailDomainUntrusted
        | Reason::HostMismatch
        | Reason::NameNotListed
        | Reason::CertificateUnregistered
        | Reason::SignerUnknown
        | Reason::RevocationUnknown
        | Reason::RevocationStale
        | Reason::RevocationUntrusted
        | Reason::OperatorNotActive
        | Reason::CertificatePending
        | Reason::EntryRemoved => CertificateError::ApplicationVerificationFailure,
    }
}

#[cfg(test)]
mod tests {
    use rustls::AlertDescription;

    use super::*;

    #[test]
    fn the_alert_says_what_matters_most() {
        for (reasons, alert) in [
            (&[][..], AlertDescription::AccessDenied),
            (&[Reason::NodeLeaseLost], AlertDescription::AccessDenied),
            (&[Reason::PathNone], AlertDescription::UnknownCA),
            (
                &[Reason::CertificateExpired],
                AlertDescription::CertificateExpired,
            ),
            (
                &[Reason::CertificatePurpose],
                AlertDescription::UnsupportedCertificate,
            ),
            (&[Reason::ChainUnreadable], AlertDescription::BadCertificate),
            // The list without it was published, so its name is no longer there either.
            (
                &[Reason::NameNotListed, Reason::CertificateRevoked],
                AlertDescription::CertificateRevoked,
            ),
            (
                &[Reason::OperatorSuspended],
                AlertDescription::CertificateRevoked,
            ),
        ] {
            assert_eq!(AlertDescription::from(of(reasons)), alert, "{reasons:?}");
        }
    }
}
