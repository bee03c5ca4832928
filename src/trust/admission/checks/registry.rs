//! What the registry has to say: whether these are the bytes it holds, and where the certificate and its
//! operator stand. It can only take away from what the list lets in.

use time::OffsetDateTime;

use super::super::ListInForce;
use super::super::register::{Recognised, Register, Registered};
use super::super::report::{Ended, Missed, failed, held, skipped};
use super::presented::Presented;
use super::{A_SIGNER, NO_CHAIN, NO_LIST};
use crate::domain::admission::{Grade, Question, Reason, Role};
use crate::domain::certificate::CertificateState;
use crate::domain::onboarding::OperatorState;
use crate::trust::sidecar::SignerStatus;

const UNKNOWN: &str = "the registry knows no certificate of this name";

/// Whether this is one of the certificates that the registry holds under the name; of a list signer, one of
/// those that the list names.
pub(in super::super) fn registered(
    question: &Question,
    presented: Option<&Presented>,
    list: Option<&ListInForce>,
    recognised: Option<Recognised<'_>>,
    at: OffsetDateTime,
) -> Ended<Grade> {
    let Some(presented) = presented else {
        return skipped(NO_CHAIN);
    };
    if question.role == Role::ListSigner {
        return match list {
            Some(list) => signer(presented, list, at),
            None => skipped(NO_LIST),
        };
    }
    match recognised {
        None => skipped(UNKNOWN),
        Some(Recognised::As(it, Grade::Registered)) => held(
            Grade::Registered,
            format!("the bytes of certificate {}", it.id),
        ),
        Some(Recognised::As(it, Grade::Listed)) => held(
            Grade::Listed,
            format!("the registry knows certificate {} by its name alone", it.id),
        ),
        Some(Recognised::Twin(it)) => failed(
            Reason::CertificateUnregistered,
            format!(
                "SHA-256 {}; the registry holds others under this name, such as certificate {}",
                presented.leaf.fingerprint, it.id
            ),
        ),
    }
}

fn signer(presented: &Presented, list: &ListInForce, at: OffsetDateTime) -> Ended<Grade> {
    let fingerprint = presented.leaf.fingerprint;
    let mut signers = list.signers.iter();
    let found = signers.find(|it| it.sha256 == fingerprint && it.from <= at);
    match found.map(|it| it.status) {
        Some(SignerStatus::Current) => held(Grade::Registered, "it signs the list"),
        Some(SignerStatus::Next) => held(Grade::Registered, "it may sign the next list"),
        None => failed(
            Reason::SignerUnknown,
            format!(
                "SHA-256 {fingerprint} is none of the signers that list {} names",
                list.used.sequence
            ),
        ),
    }
}

/// Whether the operator is in force.
pub(in super::super) fn operator(
    question: &Question,
    presented: Option<&Presented>,
    recognised: Option<Recognised<'_>>,
) -> Ended<()> {
    let known = match known(question, presented, recognised) {
        Ok(known) => known.registered(),
        Err(why) => return skipped(why),
    };
    let number = known.operator;
    let Some(state) = known.operator_state else {
        let found = format!("the registry has no operator {number}");
        return failed(Reason::OperatorNotActive, found);
    };
    let found = format!("operator {number} is {}", state.as_str());
    match state {
        OperatorState::Active => held((), found),
        OperatorState::Candidate
        | OperatorState::Engaged
        | OperatorState::Testing
        | OperatorState::Contracted => failed(Reason::OperatorNotActive, found),
        OperatorState::Suspended => failed(Reason::OperatorSuspended, found),
        OperatorState::Withdrawn => failed(Reason::OperatorWithdrawn, found),
        OperatorState::Revoked => failed(Reason::OperatorRevoked, found),
    }
}

/// Whether the certificate is in force, and still stands where the list has its name.
pub(in super::super) fn certificate(
    question: &Question,
    presented: Option<&Presented>,
    recognised: Option<Recognised<'_>>,
    register: &Register,
    is_named: bool,
) -> Ended<()> {
    let known = match (known(question, presented, recognised), is_named) {
        (Ok(Recognised::As(registered, _)), _) => registered,
        (Ok(Recognised::Twin(_)), _) => return skipped("it is not the registered certificate"),
        // The list has a name that the registry took away whole.
        (Err(UNKNOWN), true) => return failed(Reason::EntryRemoved, UNKNOWN),
        (Err(why), _) => return skipped(why),
    };
    let mut reasons: Vec<Reason> = in_force(known).err().into_iter().collect();
    let mut found = format!("certificate {} is {}", known.id, known.state.as_str());
    if is_named && !stands(question, known, register) {
        reasons.push(Reason::EntryRemoved);
        found.push_str(" and no longer stands behind the mail domain");
    }
    if reasons.is_empty() {
        held((), found)
    } else {
        Err(Missed::Failed(reasons, found))
    }
}

fn known<'a>(
    question: &Question,
    presented: Option<&Presented>,
    recognised: Option<Recognised<'a>>,
) -> Result<Recognised<'a>, &'static str> {
    if question.role == Role::ListSigner {
        return Err(A_SIGNER);
    }
    match recognised {
        _ if presented.is_none() => Err(NO_CHAIN),
        None => Err(UNKNOWN),
        Some(known) => Ok(known),
    }
}

const fn in_force(known: &Registered) -> Result<(), Reason> {
    match known.state {
        CertificateState::Active => Ok(()),
        CertificateState::Pending => Err(Reason::CertificatePending),
        CertificateState::Suspended => Err(Reason::CertificateSuspended),
        CertificateState::Revoked => Err(Reason::CertificateRevoked),
        CertificateState::Superseded => Err(Reason::CertificateSuperseded),
        CertificateState::Expired => Err(Reason::CertificateEnded),
    }
}

fn stands(question: &Question, known: &Registered, register: &Register) -> bool {
    match &question.mail_domain {
        Some(mail_domain) => register.is_bound(known.id, mail_domain),
        None => known.is_listed,
    }
}
