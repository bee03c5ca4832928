//! Why a path fails, in the words of the rules: what was found where, and what was expected.

use time::OffsetDateTime;
use webpki::Error;

use super::{Anchors, MAX_CHAIN_LENGTH, MAX_INTERMEDIATES, PathError, judge};
use crate::domain::certificate::CertificatePurpose;
use crate::trust::certificate::Certificate;
use crate::trust::rules::{Finding, Severity};

fn finding(
    rule: &str,
    clause: &str,
    found: impl Into<String>,
    expected: impl Into<String>,
) -> Finding {
    Finding {
        rule: rule.to_owned(),
        clause: clause.to_owned(),
        severity: Severity::Refuse,
        found: found.into(),
        expected: expected.into(),
    }
}

pub(super) fn too_many(found: String) -> Finding {
    finding(
        "path.size",
        "RFC 5280 §6.1",
        found,
        format!("a chain of at most {MAX_CHAIN_LENGTH} certificates"),
    )
}

pub(super) fn too_deep(found: String) -> Finding {
    finding(
        "path.depth",
        "RFC 5280 §6.1",
        found,
        format!("at most {MAX_INTERMEDIATES} between certificate and anchor"),
    )
}

pub(super) fn no_leaf(certificate: &Certificate, purpose: CertificatePurpose) -> PathError {
    PathError::new(
        certificate,
        finding(
            "path.purpose",
            "RFC 5280 §4.2.1.9",
            format!("the purpose {}", purpose.as_str()),
            "the purpose of a certificate that signs no others",
        ),
    )
}

pub(super) fn other_key(named: &[u8], held: &[u8], issuer: &Certificate) -> Finding {
    finding(
        "path.identifier",
        "RFC 5280 §4.2.1.1",
        format!("the authority's key {}", hex::encode_upper(named)),
        format!("{}, the key of {}", hex::encode_upper(held), issuer.subject),
    )
}

/// The certificate at fault, as far as it can be told from outside: an authority that breaks a rule,
/// else the place where the names lead no further, else the leaf with what webpki says.
pub(super) fn broken(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &Anchors,
    at: OffsetDateTime,
    reason: &Error,
) -> PathError {
    let mut at_hand = leaf;
    for _ in 0..=intermediates.len() {
        if anchors
            .certificates()
            .iter()
            .any(|anchor| anchor.subject == at_hand.issuer)
        {
            return error(leaf, reason);
        }
        let next = intermediates
            .iter()
            .find(|it| it.subject == at_hand.issuer && *it != at_hand);
        let Some(next) = next else {
            return PathError::new(
                at_hand,
                finding(
                    "path.issuer",
                    "RFC 5280 §6.1.3 (a)(4)",
                    format!("the issuer {}", at_hand.issuer),
                    "an anchor, or an authority whose certificate was sent along",
                ),
            );
        };
        if let Err(refused) = judge(next, CertificatePurpose::IssuingAuthority, at) {
            return refused;
        }
        at_hand = next;
    }
    error(leaf, reason)
}

/// What webpki says, as a finding.
pub(super) fn error(certificate: &Certificate, reason: &Error) -> PathError {
    let said = format!("{reason:?}");
    let (rule, clause, found, expected) = match reason {
        Error::CertExpired { .. } => (
            "path.expired",
            "RFC 5280 §6.1.3 (a)(2)",
            "a certificate that has ended",
            "a path that is valid now",
        ),
        Error::CertNotValidYet { .. } => (
            "path.not_yet",
            "RFC 5280 §6.1.3 (a)(2)",
            "a certificate that has not begun",
            "a path that is valid now",
        ),
        Error::InvalidSignatureForPublicKey
        | Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => (
            "path.signature",
            "RFC 5280 §6.1.3 (a)(1)",
            "a signature that the issuer's key did not make",
            "a signature by the issuer's key",
        ),
        Error::NameConstraintViolation => (
            "path.name_constraints",
            "RFC 5280 §6.1.3 (b), (c)",
            "a name that an authority above must not certify",
            "names that every authority of the path may certify",
        ),
        Error::PathLenConstraintViolated => (
            "path.length",
            "RFC 5280 §6.1.4 (l), (m)",
            "more authorities than one above allows",
            "no more authorities than each allows below it",
        ),
        Error::CaUsedAsEndEntity | Error::EndEntityUsedAsCa => (
            "path.authority",
            "RFC 5280 §6.1.4 (k)",
            "an authority in the place of a leaf, or a leaf in an authority's",
            "authorities above, and none at the end",
        ),
        Error::UnknownIssuer => (
            "path.issuer",
            "RFC 5280 §6.1.3 (a)(4)",
            "no anchor above it",
            "a path to a configured anchor",
        ),
        Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumNameConstraintComparisonsExceeded
        | Error::MaximumSignatureChecksExceeded => (
            "path.depth",
            "RFC 5280 §6.1",
            "more to try than is tried",
            "a path that is found in a few steps",
        ),
        Error::RequiredEkuNotFoundContext(_) => (
            "path.extended_usage",
            "RFC 5280 §4.2.1.12",
            "an authority that does not allow the purpose",
            "purposes that every authority of the path allows",
        ),
        // The library's list of errors is open.
        _ => (
            "path.encoding",
            "RFC 5280 §4.1",
            said.as_str(),
            "a well-formed path",
        ),
    };
    PathError::new(certificate, finding(rule, clause, found, expected))
}
