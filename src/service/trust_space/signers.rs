//! The keys that sign the list: announced before they sign, one current, kept for the past.

use std::sync::Arc;

use time::OffsetDateTime;

use super::examination::refusal;
use super::{Decision, TrustSpace};
use crate::domain::act::Act;
use crate::domain::calendar::rfc3339;
use crate::domain::certificate::CertificatePurpose;
use crate::domain::digest::Digest;
use crate::domain::error::{Failure, SIGNER_NOT_FOUND, SIGNER_TRANSITION, SIGNER_UNREADABLE};
use crate::domain::list_version::{ListSigner, SignerState};
use crate::storage::{Connection, changes, list_signers, registry_events, trust_lists};
use crate::trust::certificate::Certificate;
use crate::trust::digest::sha256;
use crate::trust::rules::{Finding, Subject, WithoutRevocation, lint};
use crate::trust::sign::{Signer, SignerCertificate};

/// Digits of a certificate's hexadecimal form: 16 kB of DER.
const MOST_DIGITS: usize = 32 * 1024;

impl TrustSpace {
    /// Every key that was ever announced, in the order of announcement.
    pub async fn signers(&self) -> Result<Vec<ListSigner>, Failure> {
        Ok(list_signers::all(&mut *self.connection().await?).await?)
    }

    /// The key with this certificate, where this node can use it.
    pub(super) fn key(&self, signer: &ListSigner) -> Option<Arc<dyn Signer>> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.certificate() == signer.der).cloned()
    }
}

/// Does an act on signing keys in the caller's transaction. Lists wait meanwhile: a key never changes
/// under one that is being signed.
pub(super) async fn apply(
    truth: &mut Connection,
    decision: &Decision,
    act: &Act,
) -> Result<(), Failure> {
    trust_lists::lock(truth).await?;
    let signers = list_signers::all(truth).await?;
    let done = match act {
        Act::AnnounceSigner { certificate } => {
            vec![announce(truth, decision.at, &signers, certificate).await?]
        }
        Act::SwitchSigner { sha256 } => switch(truth, decision.at, &signers, sha256).await?,
        Act::WithdrawSigner { sha256 } => withdraw(truth, decision.at, &signers, sha256).await?,
        Act::MoveOperator(_)
        | Act::ActivateCertificate { .. }
        | Act::SuspendCertificate { .. }
        | Act::ReleaseCertificate { .. }
        | Act::SupersedeCertificate { .. }
        | Act::RevokeCertificate { .. }
        | Act::IssueCertificate { .. }
        | Act::PublishTrustList { .. } => return Ok(()),
    };
    let mut keys = Vec::with_capacity(done.len());
    for (action, sha256, from, to) in done {
        let event = registry_events::RegistryEvent {
            from_state: from.map(SignerState::as_str),
            to_state: Some(to.as_str()),
            detail: serde_json::json!({ "sha256": sha256 }),
            ..decision.event(action)
        };
        registry_events::append(truth, &event).await?;
        keys.push(format!("signer:{sha256}"));
    }
    changes::append_trust(truth, "signer.moved", &keys).await?;
    Ok(())
}

/// What was done to one key: its name in history, to which, and from which state to which.
type Done = (&'static str, Digest, Option<SignerState>, SignerState);

async fn announce(
    truth: &mut Connection,
    at: OffsetDateTime,
    signers: &[ListSigner],
    certificate: &str,
) -> Result<Done, Failure> {
    let der = read_hexadecimal(certificate)?;
    let parsed = SignerCertificate::parse(&der).map_err(|error| unreadable(&error))?;
    let (from, until) = parsed.validity();
    if !(from..=until).contains(&at) {
        return Err(Failure::new(
            &SIGNER_TRANSITION,
            format!(
                "The certificate is valid from {} to {}, not now.",
                rfc3339(from),
                rfc3339(until)
            ),
        ));
    }
    check_rules(&der, at)?;
    let fingerprint = sha256(&der);
    let known = signers.iter().find(|signer| signer.sha256 == fingerprint);
    if let Some(known) = known {
        let problem = match known.state {
            SignerState::Next | SignerState::Current => {
                format!("This key is the {} one already.", known.state.as_str())
            }
            // Its past says until when it is to be believed: that is not written anew.
            SignerState::Retired => {
                "This key is retired, for good: announce one with another certificate.".to_owned()
            }
        };
        return Err(Failure::new(&SIGNER_TRANSITION, problem));
    }
    if let Some(next) = of(signers, SignerState::Next) {
        return Err(Failure::new(
            &SIGNER_TRANSITION,
            format!(
                "Key {} is announced: switch to it or take it back first.",
                next.sha256
            ),
        ));
    }
    let state = match of(signers, SignerState::Current) {
        Some(_) => SignerState::Next,
        None => SignerState::Current,
    };
    list_signers::announce(truth, &der, &fingerprint, state, at).await?;
    Ok(("signer.announced", fingerprint, None, state))
}

/// Nodes that look at their signer's certificate must find nothing to refuse. Where it can be asked for
/// after its revocation is not wanted of it: readers pin it, and learn from the agency when to let go.
fn check_rules(der: &[u8], at: OffsetDateTime) -> Result<(), Failure> {
    let certificate = Certificate::parse(der).map_err(|error| unreadable(&error))?;
    let mut findings = lint(&Subject {
        certificate: &certificate,
        purpose: CertificatePurpose::ListSigner,
        at,
        without_revocation: WithoutRevocation::Warn,
    });
    findings.retain(Finding::refuses);
    if findings.is_empty() {
        Ok(())
    } else {
        Err(refusal(&findings))
    }
}

fn unreadable(problem: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        &SIGNER_UNREADABLE,
        format!("The certificate was refused: {problem}."),
    )
}

async fn switch(
    truth: &mut Connection,
    at: OffsetDateTime,
    signers: &[ListSigner],
    sha256: &str,
) -> Result<Vec<Done>, Failure> {
    let next = find(signers, sha256)?;
    if next.state != SignerState::Next {
        return Err(Failure::new(
            &SIGNER_TRANSITION,
            format!(
                "This key is {}: only the next one takes over.",
                next.state.as_str()
            ),
        ));
    }
    if next.announced_in.is_none() {
        return Err(Failure::new(
            &SIGNER_TRANSITION,
            "No published list has announced this key yet: publish one, and give nodes the time to read it.",
        ));
    }
    take_over(truth, at, next).await
}

/// The next key signs from now on, where its certificate is good for that; the current one is retired.
async fn take_over(
    truth: &mut Connection,
    at: OffsetDateTime,
    next: &ListSigner,
) -> Result<Vec<Done>, Failure> {
    let refused = |problem: String| Failure::new(&SIGNER_TRANSITION, problem);
    let parsed = SignerCertificate::parse(&next.der).map_err(|error| refused(error.to_string()))?;
    let (from, until) = parsed.validity();
    if !(from..until).contains(&at) {
        return Err(refused(format!(
            "Key {} would take over, and its certificate is valid from {from} to {until}, not now: take it back first.",
            next.sha256
        )));
    }
    list_signers::switch(truth, at).await?;
    let (from, to) = (SignerState::Next, SignerState::Current);
    Ok(vec![("signer.switched", next.sha256, Some(from), to)])
}

async fn withdraw(
    truth: &mut Connection,
    at: OffsetDateTime,
    signers: &[ListSigner],
    sha256: &str,
) -> Result<Vec<Done>, Failure> {
    let signer = find(signers, sha256)?;
    let heir = match signer.state {
        SignerState::Next => {
            list_signers::withdraw(truth, at).await?;
            Vec::new()
        }
        // It was lost or leaked. The announced one takes over, else the first to be announced: whoever
        // reads lists has to pin it by hand.
        SignerState::Current => {
            if let Some(next) = of(signers, SignerState::Next) {
                take_over(truth, at, next).await?
            } else {
                list_signers::switch(truth, at).await?;
                Vec::new()
            }
        }
        SignerState::Retired => {
            return Err(Failure::new(
                &SIGNER_TRANSITION,
                "This key is retired already.",
            ));
        }
    };
    let (from, to) = (Some(signer.state), SignerState::Retired);
    let mut done = vec![("signer.withdrawn", signer.sha256, from, to)];
    done.extend(heir);
    Ok(done)
}

/// The key in this state, of which there is one at most.
pub(super) fn of(signers: &[ListSigner], state: SignerState) -> Option<&ListSigner> {
    signers.iter().find(|signer| signer.state == state)
}

pub(super) fn find<'a>(signers: &'a [ListSigner], sha256: &str) -> Result<&'a ListSigner, Failure> {
    signers
        .iter()
        .find(|signer| signer.sha256.to_string() == sha256)
        .ok_or_else(|| {
            Failure::new(
                &SIGNER_NOT_FOUND,
                "No key was announced with this certificate.",
            )
        })
}

/// The certificate of an act.
fn read_hexadecimal(text: &str) -> Result<Vec<u8>, Failure> {
    let unreadable = |problem: &str| Failure::new(&SIGNER_UNREADABLE, problem);
    if text.len() > MOST_DIGITS {
        return Err(unreadable("The certificate is larger than 16 kB."));
    }
    hex::decode(text).map_err(|_| unreadable("The certificate is not in hexadecimal."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_of_acts_are_hexadecimal_and_bounded() {
        assert_eq!(read_hexadecimal("00fFa1").unwrap(), [0x00, 0xff, 0xa1]);
        for wrong in ["0", "0g", "é", "+1", &"0".repeat(MOST_DIGITS + 2)] {
            let failure = read_hexadecimal(wrong).unwrap_err();
            assert_eq!(failure.code, &SIGNER_UNREADABLE, "{wrong:.9}");
        }
    }
}
