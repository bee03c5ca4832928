//! What an act would change, counted before it is done: entries of the list that come or go, their
//! mail domains, the mailboxes in these.

use time::OffsetDateTime;

use super::{certificate_requests as requests, leaving, signers};
use crate::domain::act::Act;
use crate::domain::approval::Impact;
use crate::domain::certificate::{CertificateState, Doubt, RevocationReason};
use crate::domain::certificate_record::{CertificateFilter, CertificateRecord};
use crate::domain::error::{CERTIFICATE_NOT_FOUND, Failure, OPERATOR_NOT_FOUND};
use crate::domain::figure::{counted, grouped};
use crate::domain::list_version::{ListSigner, SignerState};
use crate::domain::onboarding::OperatorState;
use crate::storage::bindings::{self, Standing};
use crate::storage::{
    Connection, certificate_requests, certificate_twins, certificates, list_signers, operators,
};

/// Certificates of an operator that are counted at most.
const COUNTED: i64 = 10_000;

/// Which way entries move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    In,
    Out,
}

/// What an act would change now.
pub(super) async fn of(
    truth: &mut Connection,
    act: &Act,
    at: OffsetDateTime,
) -> Result<Impact, Failure> {
    match act {
        Act::MoveOperator(step) => {
            let operator = operators::find(truth, step.operator)
                .await?
                .ok_or_else(|| no_operator(step.operator))?;
            let active = active_certificates(truth, operator.id, at).await?;
            let (way, counts) = match (operator.state, step.to) {
                (OperatorState::Active, _) => {
                    (Move::Out, bindings::standing(truth, &active, at).await?)
                }
                (_, OperatorState::Active) => {
                    (Move::In, bindings::bound(truth, &active, at).await?)
                }
                (
                    OperatorState::Candidate
                    | OperatorState::Engaged
                    | OperatorState::Testing
                    | OperatorState::Contracted
                    | OperatorState::Suspended
                    | OperatorState::Withdrawn
                    | OperatorState::Revoked,
                    _,
                ) => (Move::Out, bindings::standing(truth, &[], at).await?),
            };
            Ok(impact("This operator", way, counts))
        }
        Act::ActivateCertificate {
            certificate,
            replaces,
        } => {
            let certificate = known(truth, *certificate).await?;
            let mut counts = coming(truth, certificate.operator, &[certificate.id], at).await?;
            if let Some(replaced) = replaces {
                let replaced = known(truth, *replaced).await?;
                // One more entry for each mail domain of the replaced one, unless the name is the same.
                if replaced.dn != certificate.dn {
                    let others = bindings::standing(truth, &[replaced.id], at).await?;
                    counts.entries += others.entries;
                    counts.mail_domains = counts.mail_domains.max(others.mail_domains);
                    counts.mailboxes = counts.mailboxes.max(others.mailboxes);
                }
            }
            Ok(impact("This certificate", Move::In, counts))
        }
        Act::ReleaseCertificate { certificate } => {
            let certificate = known(truth, *certificate).await?;
            let mut released = vec![certificate.id];
            let others = certificate_twins::bound_to(truth, certificate.id, Doubt::Nothing).await?;
            let held = others
                .iter()
                .filter(|other| other.state == CertificateState::Suspended);
            released.extend(held.map(|other| other.id));
            let counts = coming(truth, certificate.operator, &released, at).await?;
            Ok(impact("This certificate", Move::In, counts))
        }
        Act::SuspendCertificate { certificate } => {
            leaving(truth, *certificate, CertificateState::Suspended, None, at).await
        }
        Act::RevokeCertificate {
            certificate,
            because,
        } => {
            let to = CertificateState::Revoked;
            leaving(truth, *certificate, to, Some(*because), at).await
        }
        Act::SupersedeCertificate { certificate } => {
            let certificate = known(truth, *certificate).await?;
            let counts = bindings::standing(truth, &[certificate.id], at).await?;
            Ok(impact("This certificate", Move::Out, counts))
        }
        Act::IssueCertificate { request } => {
            let counts = bindings::standing(truth, &[], at).await?;
            let wanted = certificate_requests::find(truth, *request).await?;
            let wanted = wanted.ok_or_else(|| requests::unknown(*request))?;
            let sentence = format!(
                "Authority {} certifies {} for operator {}{}. No entry comes or goes of {} before that certificate is activated.",
                wanted.authority,
                wanted.dn,
                wanted.operator,
                warned(&wanted.findings),
                grouped(counts.of_entries),
            );
            Ok(Impact {
                of_entries: counts.of_entries,
                sentence,
                ..Impact::default()
            })
        }
        Act::PublishTrustList { after, removes, .. } => {
            let counts = bindings::standing(truth, &[], at).await?;
            let sentence = format!(
                "This list removes {} of list {after}; it would have {}.",
                counted(*removes, "entry", "entries"),
                counted(counts.of_entries, "entry", "entries"),
            );
            Ok(Impact {
                entries: *removes,
                of_entries: counts.of_entries,
                sentence,
                ..Impact::default()
            })
        }
        Act::AnnounceSigner { .. } | Act::SwitchSigner { .. } | Act::WithdrawSigner { .. } => {
            let counts = bindings::standing(truth, &[], at).await?;
            let signers = list_signers::all(truth).await?;
            let sentence = format!(
                "No entry comes or goes of {}. {}",
                grouped(counts.of_entries),
                keys(&signers, act),
            );
            Ok(Impact {
                of_entries: counts.of_entries,
                sentence,
                ..Impact::default()
            })
        }
    }
}

/// What an act on keys changes for who checks lists.
fn keys(signers: &[ListSigner], act: &Act) -> String {
    let current = signers::of(signers, SignerState::Current);
    let next = signers::of(signers, SignerState::Next);
    let named = |signer: Option<&ListSigner>| {
        signer.map_or("no key".to_owned(), |signer| {
            format!("key {}", signer.sha256)
        })
    };
    match act {
        Act::AnnounceSigner { .. } if current.is_none() => {
            "This key signs at once; who checks lists pins it by hand.".to_owned()
        }
        Act::AnnounceSigner { .. } => format!(
            "Lists name this key as the one that signs after {}.",
            named(current)
        ),
        Act::WithdrawSigner { sha256 } => {
            let given_up = signers::find(signers, sha256).ok();
            match given_up.map(|signer| signer.state) {
                Some(SignerState::Next) => format!(
                    "The announcement of this key is taken back; {} goes on signing.",
                    named(current)
                ),
                Some(SignerState::Current) if next.is_some() => format!(
                    "The key that signs is given up; {}, announced, signs in its place at once.",
                    named(next)
                ),
                Some(SignerState::Current) => {
                    "The key that signs is given up and none is announced: no list is published until \
                     another key is, which who checks lists pins by hand."
                        .to_owned()
                }
                Some(SignerState::Retired) | None => "It changes nothing.".to_owned(),
            }
        }
        Act::SwitchSigner { .. } => format!(
            "From now on {} signs in the place of {}.",
            named(next),
            named(current)
        ),
        Act::MoveOperator(_)
        | Act::ActivateCertificate { .. }
        | Act::SuspendCertificate { .. }
        | Act::ReleaseCertificate { .. }
        | Act::SupersedeCertificate { .. }
        | Act::RevokeCertificate { .. }
        | Act::IssueCertificate { .. }
        | Act::PublishTrustList { .. } => String::new(),
    }
}

/// How often the rules warned of a request, which who agrees should have read.
fn warned(findings: &serde_json::Value) -> String {
    let count = findings.as_array().map_or(0, Vec::len);
    match u64::try_from(count) {
        Ok(0) | Err(_) => String::new(),
        Ok(count) => format!(", with {}", counted(count, "warning", "warnings")),
    }
}

/// Numbers of the certificates of an operator that stand in the list while it does.
pub(super) async fn active_certificates(
    truth: &mut Connection,
    operator: i64,
    at: OffsetDateTime,
) -> Result<Vec<i64>, Failure> {
    let filter = CertificateFilter {
        operator: Some(operator),
        state: Some(CertificateState::Active),
        expiring_within_days: None,
    };
    let found = certificates::list(truth, &filter, at, 0, COUNTED).await?;
    Ok(found
        .into_iter()
        .map(|certificate| certificate.id)
        .collect())
}

/// What leaves the list with a certificate, and what stays all the same.
async fn leaving(
    truth: &mut Connection,
    id: i64,
    to: CertificateState,
    because: Option<RevocationReason>,
    at: OffsetDateTime,
) -> Result<Impact, Failure> {
    let mut leaving = vec![known(truth, id).await?.id];
    let others = leaving::others(truth, id, to, because).await?;
    leaving.extend(others.iter().map(|other| other.id));
    let counts = bindings::standing(truth, &leaving, at).await?;
    let mut impact = impact("This certificate", Move::Out, counts);
    impact.sentence += &leaving::warnings(truth, &leaving, at).await?;
    Ok(impact)
}

/// What certificates of an operator would bring into the list; nothing while it is not in it.
async fn coming(
    truth: &mut Connection,
    operator: i64,
    certificates: &[i64],
    at: OffsetDateTime,
) -> Result<Standing, Failure> {
    let operator = operators::find(truth, operator)
        .await?
        .ok_or_else(|| no_operator(operator))?;
    Ok(if operator.state == OperatorState::Active {
        bindings::bound(truth, certificates, at).await?
    } else {
        bindings::standing(truth, &[], at).await?
    })
}

async fn known(truth: &mut Connection, id: i64) -> Result<CertificateRecord, Failure> {
    certificates::find(truth, id).await?.ok_or_else(|| {
        Failure::new(
            &CERTIFICATE_NOT_FOUND,
            format!("There is no certificate {id}."),
        )
    })
}

pub(super) fn no_operator(id: i64) -> Failure {
    Failure::new(&OPERATOR_NOT_FOUND, format!("There is no operator {id}."))
}

fn impact(subject: &str, way: Move, counts: Standing) -> Impact {
    Impact {
        mail_domains: counts.mail_domains,
        mailboxes: counts.mailboxes,
        entries: counts.entries,
        of_entries: counts.of_entries,
        sentence: sentence(subject, way, counts),
    }
}

fn sentence(subject: &str, way: Move, counts: Standing) -> String {
    let all = counted(counts.of_entries, "entry", "entries");
    let behind = format!(
        "{} with {}",
        counted(counts.mail_domains, "mail domain", "mail domains"),
        counted(counts.mailboxes, "mailbox", "mailboxes"),
    );
    match way {
        _ if counts.entries == 0 => {
            format!("{subject} changes nothing in the list, which would have {all}.")
        }
        Move::In => format!(
            "{subject} brings {} into the list, beside {all} that it would have: {behind}.",
            counted(counts.entries, "entry", "entries"),
        ),
        Move::Out => format!(
            "{subject} stands behind {} of {all}, which leave the list: {behind}.",
            grouped(counts.entries),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_a_request_are_counted() {
        for (findings, said) in [
            (serde_json::json!([]), ""),
            (serde_json::json!([{}]), ", with 1 warning"),
            (serde_json::json!([{}, {}]), ", with 2 warnings"),
        ] {
            assert_eq!(warned(&findings), said);
        }
    }

    #[test]
    fn sentences_are_plain_and_figures_grouped() {
        let counts = Standing {
            mail_domains: 2_740,
            mailboxes: 81_204,
            entries: 2_742,
            of_entries: 6_494,
        };
        for (way, counts, expected) in [
            (
                Move::Out,
                counts,
                "This certificate stands behind 2,742 of 6,494 entries, which leave the list: \
                 2,740 mail domains with 81,204 mailboxes.",
            ),
            (
                Move::In,
                Standing {
                    mail_domains: 1,
                    mailboxes: 1,
                    entries: 1,
                    of_entries: 6_494,
                },
                "This certificate brings 1 entry into the list, beside 6,494 entries that it would \
                 have: 1 mail domain with 1 mailbox.",
            ),
            (
                Move::Out,
                Standing {
                    of_entries: 1,
                    ..Standing::default()
                },
                "This certificate changes nothing in the list, which would have 1 entry.",
            ),
        ] {
            assert_eq!(sentence("This certificate", way, counts), expected);
        }
    }
}
