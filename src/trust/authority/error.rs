//! Why an authority of ours made nothing.

use super::subject::UnfitSubject;
use crate::trust::certificate::InvalidCertificate;
use crate::trust::chain::PathError;
use crate::trust::rules::Finding;
use crate::trust::sign::SignError;

/// Why nothing was made; where a variant says that it was signed, it was, and did not leave.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The subject cannot be certified.
    #[error(transparent)]
    Subject(#[from] UnfitSubject),
    /// The certificate would not be within its authority's own time.
    #[error("the certificate's validity is not within that of its authority")]
    Validity,
    /// A revocation list that would end before it begins, or begin before the one before it.
    #[error("a revocation list must end after it begins, and begin after the one before it")]
    Window,
    /// The rules refuse what would be made.
    #[error("the rules refuse it: {}", listed(.0))]
    Refused(Vec<Finding>),
    /// The rules refuse the authority itself.
    #[error("the authority cannot issue: {}", listed(.0))]
    Authority(Vec<Finding>),
    /// The key is not that of the authority's certificate.
    #[error("the key is not that of the authority's certificate")]
    OtherKey,
    /// The key cannot be used now.
    #[error(transparent)]
    Key(#[from] SignError),
    /// It was signed, and is not what was ordered: it must not leave.
    #[error("what was made is not what was ordered: {0}")]
    NotAsOrdered(&'static str),
    /// It was signed, and no path leads from it to its authority: it must not leave.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It was made and cannot be read again.
    #[error("what was made cannot be read: {0}")]
    Unreadable(#[from] InvalidCertificate),
    /// It cannot be encoded, or the machine made no key.
    #[error("it cannot be made: {0}")]
    Encoding(#[from] rcgen::Error),
}

fn listed(findings: &[Finding]) -> String {
    let said: Vec<_> = findings.iter().map(ToString::to_string).collect();
    said.join("; ")
}
