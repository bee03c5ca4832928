//! The keys that sign the list: announced before they sign, one current, kept for the past.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{Decision, TrustSpace};
use crate::domain::act::Act;
use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;
use crate::domain::error::{Failure, SIGNER_NOT_FOUND, SIGNER_TRANSITION, SIGNER_UNREADABLE};
use crate::domain::list_version::{ListSigner, SignerState};
use crate::storage::{Connection, changes, list_signers, registry_events, trust_lists};
use crate::trust::digest::sha256;
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
    let (action, sha256, from, to) = match act {
        Act::AnnounceSigner { certificate } => {
            announce(truth, decision.at, &signers, certificate).await?
        }
        Act::SwitchSigner { sha256 } => switch(truth, decision.at, &signers, sha256).await?,
        Act::WithdrawSigner { sha256 } => withdraw(truth, decision.at, &signers, sha256).await?,
        Act::MoveOperator(_)
        | Act::ActivateCertificate { .. }
        | Act::SuspendCertificate { .. }
        | Act::ReleaseCertificate { .. }
        | Act::SupersedeCertificate { .. }
        | Act::RevokeCertificate { .. }
        | Act::PublishTrustList { .. } => return Ok(()),
    };
    let event = registry_events::RegistryEvent {
        from_state: from.map(SignerState::as_str),
        to_state: Some(to.as_str()),
        detail: serde_json::json!({ "sha256": sha256 }),
        ..decision.event(action)
    };
    registry_events::append(truth, &event).await?;
    changes::append_trust(truth, &[format!("signer:{sha256}")]).await?;
    Ok(())
}

/// What was done: its name in history, to which key, and from which state to which.
type Done = (&'static str, Digest, Option<SignerState>, SignerState);

async fn announce(
    truth: &mut Connection,
    at: OffsetDateTime,
    signers: &[ListSigner],
    certificate: &str,
) -> Result<Done, Failure> {
    let der = read_hexadecimal(certificate)?;
    let parsed = SignerCertificate::parse(&der).map_err(|error| {
        Failure::new(
            &SIGNER_UNREADABLE,
            format!("The certificate was refused: {error}."),
        )
    })?;
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
    let fingerprint = sha256(&der);
    let known = signers.iter().find(|signer| signer.sha256 == fingerprint);
    if let Some(known) = known.filter(|known| known.state.is_pinned()) {
        return Err(Failure::new(
            &SIGNER_TRANSITION,
            format!("This key is the {} one already.", known.state.as_str()),
        ));
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
    let before = known.map(|known| known.state);
    Ok(("signer.announced", fingerprint, before, state))
}

async fn switch(
    truth: &mut Connection,
    at: OffsetDateTime,
    signers: &[ListSigner],
    sha256: &str,
) -> Result<Done, Failure> {
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
    list_signers::switch(truth, at).await?;
    let from = SignerState::Next;
    Ok((
        "signer.switched",
        next.sha256,
        Some(from),
        SignerState::Current,
    ))
}

async fn withdraw(
    truth: &mut Connection,
    at: OffsetDateTime,
    signers: &[ListSigner],
    sha256: &str,
) -> Result<Done, Failure> {
    let signer = find(signers, sha256)?;
    match signer.state {
        SignerState::Next => list_signers::withdraw(truth, at).await?,
        // It was lost or leaked. The announced one takes over, else the first to be announced: whoever
        // reads lists has to pin it by hand.
        SignerState::Current => list_signers::switch(truth, at).await?,
        SignerState::Retired => {
            return Err(Failure::new(
                &SIGNER_TRANSITION,
                "This key is retired already.",
            ));
        }
    }
    let from = Some(signer.state);
    Ok((
        "signer.withdrawn",
        signer.sha256,
        from,
        SignerState::Retired,
    ))
}

/// The key in this state, of which there is one at most.
pub(super) fn of(signers: &[ListSigner], state: SignerState) -> Option<&ListSigner> {
    signers.iter().find(|signer| signer.state == state)
}

fn find<'a>(signers: &'a [ListSigner], sha256: &str) -> Result<&'a ListSigner, Failure> {
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
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return Err(unreadable("The certificate is not in hexadecimal."));
    };
    pairs
        .iter()
        .map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?))
        .collect::<Option<Vec<u8>>>()
        .ok_or_else(|| unreadable("The certificate is not in hexadecimal."))
}

fn nibble(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
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
