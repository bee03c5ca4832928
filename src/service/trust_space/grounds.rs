//! Whether what an act that waited rests on is as it was when the act was asked for.

use super::{certificates, signers};
use crate::domain::act::Act;
use crate::domain::error::{APPROVAL_STALE, Failure};
use crate::domain::ground::{Ground, Subject};
use crate::domain::list_version::{ListSigner, SignerState};
use crate::storage::{self, Connection, list_signers, operators, trust_lists};

/// Where the subject of an act stands, where the act rests on that and there is such a thing.
///
/// Read before the act is rehearsed and not held: what changes between is found when it is done.
pub(super) async fn of(truth: &mut Connection, act: &Act) -> Result<Option<Ground>, Failure> {
    Ok(match act.rests_on() {
        None => None,
        Some(Subject::Operator(id)) => operators::find(truth, id).await?.map(|operator| Ground {
            state: operator.state.as_str().to_owned(),
            since: operator.state_since,
        }),
        Some(Subject::Certificate(id)) => {
            storage::certificates::find(truth, id)
                .await?
                .map(|certificate| Ground {
                    state: certificate.state.as_str().to_owned(),
                    since: certificate.state_since,
                })
        }
        Some(Subject::Signer(sha256)) => {
            let signers = list_signers::all(truth).await?;
            signers::find(&signers, sha256).ok().map(standing)
        }
    })
}

/// Why an act may no longer be done as it was agreed to: its subject is not where it stood. What is
/// found holds until the transaction ends.
pub(super) async fn lost(
    truth: &mut Connection,
    act: &Act,
    asked_on: Option<&Ground>,
) -> Result<Option<Failure>, Failure> {
    match act.rests_on() {
        None => return Ok(None),
        Some(Subject::Operator(id)) => drop(operators::hold(truth, id).await?),
        Some(Subject::Certificate(id)) => drop(certificates::held(truth, id).await?),
        Some(Subject::Signer(_)) => trust_lists::lock(truth).await?,
    }
    let now = of(truth, act).await?;
    if now.is_some() && now.as_ref() == asked_on {
        return Ok(None);
    }
    let told = |ground: Option<&Ground>| ground.map_or("unknown".to_owned(), ToString::to_string);
    let detail = format!(
        "It was asked for while its subject was {}; that is {} now. Ask for it again.",
        told(asked_on),
        told(now.as_ref())
    );
    Ok(Some(Failure::new(&APPROVAL_STALE, detail)))
}

fn standing(signer: &ListSigner) -> Ground {
    let since = match signer.state {
        SignerState::Next => Some(signer.announced_at),
        SignerState::Current => signer.current_at,
        SignerState::Retired => signer.retired_at,
    };
    Ground {
        state: signer.state.as_str().to_owned(),
        since: since.unwrap_or(signer.announced_at),
    }
}
