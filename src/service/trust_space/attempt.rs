//! One attempt to publish, in the transaction of its caller: what the list would be, whether it may be,
//! and the version that it becomes.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::building::build;
use super::versions::off_thread;
use super::{Decision, TrustSpace, signers, succession};
use crate::domain::alert::AlertCode;
use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;
use crate::domain::error::{Failure, TRUST_LIST_NOT_SIGNED, TRUST_LIST_REFUSED};
use crate::domain::list_version::{ListSigner, ListVersion, SignerState};
use crate::domain::trust_list::{TrustList, to_the_second};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::trust_lists::{self, NewVersion};
use crate::storage::{Connection, alerts, changes, list_signers, trust_entries};
use crate::trust::diff::{ListDiff, diff};
use crate::trust::edition::{Edition, EditionError, Plan, produce};
use crate::trust::lint_list::{Severity, lint};
use crate::trust::log::Frontier;
use crate::trust::sidecar::{ListMeta, PreviousVersion, SignerNotice, SignerStatus};
use crate::trust::sign::{Signer, SignerCertificate};
use crate::trust::xml::Limits;

/// How much a list may lose of the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Losses {
    /// A share of its entries, from 0 to 1.
    Share(f64),
    /// These entries of that list, to which two administrators agreed; list 0 where there was none.
    Agreed { after: u64, removed: Option<Digest> },
}

/// When a list that says nothing new is published nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    /// Always: it was agreed to.
    Always,
    /// Once the last one is this old.
    Older(Duration),
}

/// What an attempt came to.
#[derive(Debug)]
pub(super) enum Attempt {
    /// This version stands once the transaction is committed.
    Made(ListVersion),
    /// The last version says all of it, and is not old.
    Unchanged(ListVersion),
    /// More would be lost than may be.
    TooManyLost(Loss),
}

/// What a list would lose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    /// The list that would lose it; 0 where there is none.
    pub(super) after: u64,
    /// Entries that it would lose.
    pub(super) removes: u64,
    /// Which.
    pub(super) removed: Digest,
    /// Of how many.
    pub(super) of: u64,
}

impl Loss {
    fn of(before: Option<&Last>, changes: &ListDiff<'_>) -> Self {
        Self {
            after: before.map_or(0, |before| before.version.sequence),
            removes: count(changes.removed.len()),
            removed: changes.removed_digest(),
            of: count(changes.entries_before),
        }
    }
}

/// The version before the one that is made, as it is published.
struct Last {
    version: ListVersion,
    list: Arc<TrustList>,
    meta: ListMeta,
}

/// What signs, and what is told of keys.
struct Signature {
    key: Arc<dyn Signer>,
    signer_id: i64,
    /// Until when its certificate is valid.
    until: OffsetDateTime,
    notices: Vec<SignerNotice>,
}

/// All that a version is made of, gathered from the truth.
struct Gathered {
    list: TrustList,
    before: Option<Last>,
    signature: Signature,
    log: Frontier,
    issuer: String,
    next_update: OffsetDateTime,
}

enum Decided {
    Made(Box<Edition>, Arc<TrustList>, serde_json::Value),
    Unchanged(ListVersion),
    TooManyLost(Loss),
}

/// Makes a version in the caller's transaction. Nobody else publishes, and no key changes, until it
/// ends.
pub(super) async fn attempt(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    losses: Losses,
    renewal: Renewal,
) -> Result<Attempt, Failure> {
    trust_lists::lock(truth).await?;
    let gathered = gather(space, truth, losses).await?;
    let signer_id = gathered.signature.signer_id;
    let (edition, list, detail) =
        match off_thread(move || decide(gathered, losses, renewal)).await?? {
            Decided::Made(edition, list, detail) => (edition, list, detail),
            Decided::Unchanged(version) => return Ok(Attempt::Unchanged(version)),
            Decided::TooManyLost(loss) => return Ok(Attempt::TooManyLost(loss)),
        };
    let version = ListVersion {
        sequence: edition.meta.sequence,
        generated_at: edition.meta.generated_at,
        next_update: edition.meta.next_update,
        bytes: edition.meta.xml.bytes,
        sha256: edition.meta.xml.sha256,
        entries: edition.meta.xml.entries,
        signer: signer_of(&edition.meta)?,
        published_by: decision.by.clone(),
        approved_by: decision.approved_by.clone(),
        reason: decision.reason.clone(),
        published_at: space.clock.now(),
    };
    let new = NewVersion {
        version: &version,
        signer_id,
        xml_gzip: &edition.xml_gzip,
        meta_jws: &edition.meta_jws,
        log_entry: &edition.log_entry,
        leaf: &edition.leaf,
    };
    trust_lists::insert(truth, &new).await?;
    list_signers::mark_announced(truth, version.sequence).await?;
    let event = RegistryEvent {
        detail,
        ..decision.event("trust_list.published")
    };
    registry_events::append(truth, &event).await?;
    alerts::clear(truth, AlertCode::TrustListNotPublished, "", decision.at).await?;
    changes::append_trust(
        truth,
        "trust_list.published",
        &[format!("list:{}", version.sequence)],
    )
    .await?;
    // Kept by the digest of its bytes, it is right even if the transaction is not committed.
    space.lists.keep(version.sha256, list);
    Ok(Attempt::Made(version))
}

/// What a list of now would lose of the newest one; nothing is signed or kept.
pub(super) async fn foresee(space: &TrustSpace, truth: &mut Connection) -> Result<Loss, Failure> {
    let before = last(space, truth).await?;
    let now = to_the_second(space.clock.now());
    let rows = trust_entries::published(truth, now).await?;
    off_thread(move || {
        let list = build(rows, now)?;
        let nothing = empty(now);
        let older = before.as_ref().map_or(&nothing, |before| &before.list);
        Ok(Loss::of(before.as_ref(), &diff(older, &list)))
    })
    .await?
}

const fn empty(generated_at: OffsetDateTime) -> TrustList {
    TrustList {
        generated_at,
        entries: Vec::new(),
    }
}

/// The newest version, as it is published.
async fn last(space: &TrustSpace, truth: &mut Connection) -> Result<Option<Last>, Failure> {
    Ok(match trust_lists::newest(truth).await? {
        Some(version) => Some(Last {
            list: space.list_of(truth, &version).await?,
            meta: space.meta_of(truth, &version).await?,
            version,
        }),
        None => None,
    })
}

async fn gather(
    space: &TrustSpace,
    truth: &mut Connection,
    losses: Losses,
) -> Result<Gathered, Failure> {
    let before = last(space, truth).await?;
    let now = to_the_second(space.clock.now());
    succession::check_step(before.as_ref().map(|before| &before.version), losses, now)?;
    let signers = list_signers::all(truth).await?;
    let signature = signature(space, &signers, now)?;
    let rows = trust_entries::published(truth, now).await?;
    let list = off_thread(move || build(rows, now)).await??;
    let mut log = Frontier::default();
    log.extend(trust_lists::leaves(truth).await?);
    succession::check_log(before.as_ref().map(|before| &before.meta), &log)?;
    Ok(Gathered {
        list,
        before,
        // A list is worth nothing once its signer's certificate is over.
        next_update: (now + space.settings.list_lifetime).min(signature.until),
        signature,
        log,
        issuer: space.settings.publisher.clone(),
    })
}

/// The current key, where this node has it and its certificate is valid.
fn signature(
    space: &TrustSpace,
    signers: &[ListSigner],
    now: OffsetDateTime,
) -> Result<Signature, Failure> {
    let not_signed = |problem: String| Failure::new(&TRUST_LIST_NOT_SIGNED, problem);
    let current = signers::of(signers, SignerState::Current)
        .ok_or_else(|| not_signed("No signing key was announced.".to_owned()))?;
    let key = space.key(current).ok_or_else(|| {
        not_signed(format!(
            "The current key {} is not among this node's.",
            current.sha256
        ))
    })?;
    let certificate =
        SignerCertificate::parse(&current.der).map_err(|error| not_signed(error.to_string()))?;
    let (from, until) = certificate.validity();
    if !(from..until).contains(&now) {
        return Err(not_signed(format!(
            "The certificate of the current key is valid from {} to {}, not at {}.",
            rfc3339(from),
            rfc3339(until),
            rfc3339(now)
        )));
    }
    let notice = |signer: &ListSigner, status, from| SignerNotice {
        sha256: signer.sha256,
        status,
        from: to_the_second(from),
    };
    let since = current.current_at.unwrap_or(current.announced_at);
    let mut notices = vec![notice(current, SignerStatus::Current, since)];
    notices.extend(
        signers::of(signers, SignerState::Next)
            .map(|next| notice(next, SignerStatus::Next, next.announced_at)),
    );
    Ok(Signature {
        key,
        signer_id: current.id,
        until,
        notices,
    })
}

/// Compares the list with the last one, and makes a version of it where that is to be.
fn decide(gathered: Gathered, losses: Losses, renewal: Renewal) -> Result<Decided, Failure> {
    let Gathered {
        list,
        before,
        signature,
        log,
        issuer,
        next_update,
    } = gathered;
    let nothing = empty(list.generated_at);
    let changes = diff(
        before.as_ref().map_or(&nothing, |before| &before.list),
        &list,
    );
    if let Some(before) = &before {
        let same = changes.is_empty() && before.meta.signers == signature.notices;
        if same && is_fresh(&before.version, list.generated_at, renewal) {
            return Ok(Decided::Unchanged(before.version.clone()));
        }
        if before.version.generated_at == list.generated_at {
            return Err(succession::outdated(&before.version, list.generated_at));
        }
    }
    // Checked before what it would lose: nobody is asked to agree to a list that cannot be.
    check_rules(&list, before.as_ref())?;
    if is_too_much(&changes, losses) {
        return Ok(Decided::TooManyLost(Loss::of(before.as_ref(), &changes)));
    }
    let plan = Plan {
        list: &list,
        issuer: &issuer,
        next_update,
        previous: before.as_ref().map(|before| PreviousVersion {
            sequence: before.version.sequence,
            sha256: before.version.sha256,
        }),
        log,
        signers: signature.notices,
    };
    let edition = produce(plan, &*signature.key).map_err(|error| match error {
        EditionError::Key(_) => Failure::new(&TRUST_LIST_NOT_SIGNED, error.to_string()),
        EditionError::Write(_)
        | EditionError::Read(_)
        | EditionError::Different
        | EditionError::Meta(_)
        | EditionError::Pack(_) => Failure::new(&TRUST_LIST_REFUSED, error.to_string()),
    })?;
    if let Some(before) = &before {
        succession::check_follows(&edition.meta, &before.meta)?;
    }
    let detail = serde_json::json!({
        "sequence": edition.meta.sequence,
        "entries": list.entries.len(),
        "added": changes.added.len(),
        "removed": changes.removed.len(),
        "changed": changes.changed.len(),
    });
    Ok(Decided::Made(Box::new(edition), Arc::new(list), detail))
}

fn is_fresh(before: &ListVersion, now: OffsetDateTime, renewal: Renewal) -> bool {
    match renewal {
        Renewal::Always => false,
        Renewal::Older(age) => now - before.generated_at < age,
    }
}

fn is_too_much(changes: &ListDiff<'_>, losses: Losses) -> bool {
    match losses {
        Losses::Share(most) => changes.removed_share() > most,
        Losses::Agreed { removed, .. } => removed != Some(changes.removed_digest()),
    }
}

/// Refuses a list that breaks a rule, naming the first entries that do.
fn check_rules(list: &TrustList, before: Option<&Last>) -> Result<(), Failure> {
    const NAMED: usize = 5;
    let previous = before.map(|before| before.version.generated_at);
    let refused: Vec<String> = lint(list, previous, &Limits::default())
        .into_iter()
        .filter(|finding| match finding.rule.severity() {
            Severity::Refuse => true,
            Severity::Warn => false,
        })
        .map(|finding| format!("{}: {}", finding.rule.code(), finding.detail))
        .collect();
    match refused.len() {
        0 => Ok(()),
        findings => {
            let named: Vec<String> = refused.into_iter().take(NAMED).collect();
            Err(Failure::new(
                &TRUST_LIST_REFUSED,
                format!("{findings} findings: {}", named.join(" ")),
            ))
        }
    }
}

fn signer_of(meta: &ListMeta) -> Result<Digest, Failure> {
    meta.current_signer()
        .ok_or_else(|| Failure::new(&TRUST_LIST_REFUSED, "The side-car names no current key."))
}

fn count(entries: usize) -> u64 {
    u64::try_from(entries).unwrap_or(u64::MAX)
}
