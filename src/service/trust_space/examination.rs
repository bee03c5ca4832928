//! What the rules and the path have to say of a certificate, when it is registered and again when it
//! is to stand in the list. It keeps nothing.

use time::OffsetDateTime;

use super::TrustSpace;
use super::versions::off_thread;
use crate::config;
use crate::domain::certificate::CertificatePurpose;
use crate::domain::error::{CERTIFICATE_REFUSED, CERTIFICATE_UNREADABLE, Failure, INTERNAL};
use crate::storage::{Connection, certificates};
use crate::trust::certificate::{Certificate, read_upload};
use crate::trust::chain::{Anchors, check_path};
use crate::trust::rules::{Finding, Severity, Subject, WithoutRevocation, lint};

/// A certificate that could be read, with what was sent beside it and what is to be said of it.
pub(super) struct Examined {
    pub(super) certificate: Certificate,
    pub(super) others: Vec<Certificate>,
    /// Refusals first.
    pub(super) findings: Vec<Finding>,
}

/// The anchors as the files hold them now: a renewed authority needs no restart.
pub(super) async fn anchors(settings: &config::Trust) -> Result<Anchors, Failure> {
    let files = settings.anchor_files.clone();
    let read = off_thread(move || Anchors::of_files(&files)).await?;
    read.map_err(|error| Failure::new(&INTERNAL, format!("trust.anchor_files: {error}")))
}

pub(super) fn examine(
    upload: &[u8],
    anchors: &Anchors,
    at: OffsetDateTime,
) -> Result<Examined, Failure> {
    let unreadable = |problem: String| {
        Failure::new(
            &CERTIFICATE_UNREADABLE,
            format!("Of what was sent: {problem}."),
        )
    };
    let mut read = Vec::new();
    for der in read_upload(upload).map_err(|error| unreadable(error.to_string()))? {
        read.push(Certificate::parse(&der).map_err(|error| unreadable(error.to_string()))?);
    }
    let (certificate, others) =
        told_apart(read).map_err(|problem| unreadable(problem.to_owned()))?;
    Ok(Examined {
        findings: judge(&certificate, &others, anchors, at),
        certificate,
        others,
    })
}

/// What the rules and the path have to say of a certificate, refusals first.
pub(super) fn judge(
    certificate: &Certificate,
    others: &[Certificate],
    anchors: &Anchors,
    at: OffsetDateTime,
) -> Vec<Finding> {
    let purpose = CertificatePurpose::Gateway;
    let mut findings = lint(&Subject {
        certificate,
        purpose,
        at,
        without_revocation: WithoutRevocation::Refuse,
    });
    // A successor is registered before its first day; whether that has come is asked when it is
    // activated.
    let first = at.max(certificate.not_before);
    if let Err(broken) = check_path(certificate, others, anchors, purpose, first) {
        // What the rules said of the certificate itself the path says again.
        let again = |one: &Finding| findings.iter().any(|said| said.rule == one.rule);
        let own = broken.certificate == certificate.subject.as_str();
        let new = broken
            .findings
            .into_iter()
            .filter(|one| !(own && again(one)));
        let new: Vec<_> = new
            .map(|one| Finding {
                found: if own {
                    one.found
                } else {
                    format!("{} in {}", one.found, broken.certificate)
                },
                ..one
            })
            .collect();
        findings.extend(new);
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Refuses a registered certificate that would be refused if it came today: `certificate.refused`.
/// Of one that is known by its name alone there is nothing to judge.
pub(super) async fn examine_again(
    space: &TrustSpace,
    truth: &mut Connection,
    id: i64,
    at: OffsetDateTime,
) -> Result<(), Failure> {
    let chain = certificates::chain(truth, id).await?;
    if chain.is_empty() {
        return Ok(());
    }
    let anchors = anchors(&space.settings).await?;
    let (certificate, others) = registered(id, &chain)?;
    let mut refused = judge(&certificate, &others, &anchors, at);
    refused.retain(|finding| finding.severity == Severity::Refuse);
    if refused.is_empty() {
        return Ok(());
    }
    Err(refusal(&refused))
}

/// A certificate as it was registered, and what was sent with it.
pub(super) fn registered(
    id: i64,
    chain: &[Vec<u8>],
) -> Result<(Certificate, Vec<Certificate>), Failure> {
    let damaged = |problem: String| {
        Failure::new(
            &INTERNAL,
            format!("The bytes of certificate {id}: {problem}."),
        )
    };
    let mut read = Vec::new();
    for der in chain {
        read.push(Certificate::parse(der).map_err(|error| damaged(error.to_string()))?);
    }
    if read.is_empty() {
        return Err(damaged("there are none".to_owned()));
    }
    Ok((read.remove(0), read))
}

/// The operator's certificate and the authorities sent with it, in whatever order.
fn told_apart(mut read: Vec<Certificate>) -> Result<(Certificate, Vec<Certificate>), &'static str> {
    let mut ends = read
        .iter()
        .enumerate()
        .filter(|(_, certificate)| !certificate.is_authority());
    let place = match (ends.next(), ends.next()) {
        (Some((place, _)), None) => place,
        (Some(_), Some(_)) => {
            return Err("it holds more than one certificate beside those of authorities");
        }
        // The rules say what is wrong with it.
        (None, _) if !read.is_empty() => 0,
        (None, _) => return Err("it holds no certificate"),
    };
    let certificate = read.remove(place);
    Ok((certificate, read))
}

/// A refusal that names every finding.
pub(super) fn refusal(refused: &[Finding]) -> Failure {
    let said: Vec<String> = refused.iter().map(Finding::to_string).collect();
    Failure::new(&CERTIFICATE_REFUSED, format!("{}.", said.join("; ")))
        .with_particulars(serde_json::json!({ "findings": refused }))
}
