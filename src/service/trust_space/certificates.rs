//! Certificates of operators: how they are read, and how acts move them from state to state.

use std::collections::BTreeSet;

use super::examination::examine_again;
use super::leaving::leave;
use super::operators::hold_living;
use super::{Decision, TrustSpace};
use crate::domain::act::Act;
use crate::domain::calendar::rfc3339;
use crate::domain::certificate::{CertificateState, Doubt, RevocationReason};
use crate::domain::certificate_record::{CertificateDetail, CertificateFilter, CertificateRecord};
use crate::domain::error::{
    CERTIFICATE_ALONE, CERTIFICATE_NOT_FOUND, CERTIFICATE_REFUSED, CERTIFICATE_TRANSITION, Failure,
};
use crate::domain::figure::counted;
use crate::domain::registry_event::{EventFilter, RecordedEvent};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{
    Connection, bindings, certificate_names, certificate_twins, certificates, changes, operators,
};

impl TrustSpace {
    /// A certificate with the mail domains behind which it stands; `certificate.not_found`.
    pub async fn certificate(&self, id: i64) -> Result<CertificateDetail, Failure> {
        let mut truth = self.connection().await?;
        let record = certificates::find(&mut truth, id).await?;
        Ok(CertificateDetail {
            record: record.ok_or_else(|| unknown(id))?,
            mail_domains: bindings::of_certificate(&mut truth, id).await?,
            chain: certificates::chain(&mut truth, id).await?,
        })
    }

    /// Certificates after a number, in the order of their numbers.
    pub async fn certificates(
        &self,
        filter: &CertificateFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<CertificateRecord>, Failure> {
        let mut truth = self.connection().await?;
        let now = self.clock.now();
        Ok(certificates::list(&mut truth, filter, now, after, limit).await?)
    }

    /// What happened to a certificate after an event, in the order of history;
    /// `certificate.not_found`.
    pub async fn certificate_events(
        &self,
        id: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, Failure> {
        let mut truth = self.connection().await?;
        certificates::find(&mut truth, id)
            .await?
            .ok_or_else(|| unknown(id))?;
        let filter = EventFilter {
            certificate: Some(id),
            ..EventFilter::default()
        };
        Ok(registry_events::list(&mut truth, filter, after, limit).await?)
    }
}

/// Does an act on certificates in the caller's transaction.
pub(super) async fn apply(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    act: &Act,
) -> Result<(), Failure> {
    match *act {
        Act::ActivateCertificate {
            certificate,
            replaces,
        } => activate(space, truth, decision, certificate, replaces).await,
        Act::SuspendCertificate { certificate } => {
            leave(
                truth,
                decision,
                certificate,
                CertificateState::Suspended,
                None,
            )
            .await
        }
        Act::ReleaseCertificate { certificate } => {
            release(space, truth, decision, certificate).await
        }
        Act::SupersedeCertificate { certificate } => supersede(truth, decision, certificate).await,
        Act::RevokeCertificate {
            certificate,
            because,
        } => {
            let to = CertificateState::Revoked;
            leave(truth, decision, certificate, to, Some(because)).await
        }
        Act::MoveOperator(_)
        | Act::IssueCertificate { .. }
        | Act::PublishTrustList { .. }
        | Act::AnnounceSigner { .. }
        | Act::SwitchSigner { .. }
        | Act::WithdrawSigner { .. } => Ok(()),
    }
}

/// The first time in the list; behind the mail domains of the one it replaces, and in the place of
/// what a list told of by the same name.
async fn activate(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    id: i64,
    replaces: Option<i64>,
) -> Result<(), Failure> {
    let record = held(truth, id).await?;
    hold_living(truth, record.operator).await?;
    // A hold ends by its own act, which takes two administrators.
    from(&record, CertificateState::Pending, CertificateState::Active)?;
    in_time(&record, decision)?;
    // Authorities come and go, and so do rules.
    examine_again(space, truth, id, decision.at).await?;
    secret(truth, &record).await?;
    let match_key = record.dn.match_key();
    not_on_hold(truth, &record).await?;
    let mut keys = vec![key(id)];
    bindings::touch_certificate(truth, id, decision.at).await?;
    let mut taken_over = TakenOver::default();
    if let Some(older) = replaces {
        // Not held: it may be another operator's, and two acts could wait for each other.
        let found = certificates::find(truth, older).await?;
        let older = found.ok_or_else(|| unknown(older))?;
        replaceable(&record, &older)?;
        let copied = bindings::copy(truth, older.id, id, decision.at).await?;
        taken_over.add(older.id, copied);
    }
    for named in certificate_names::known_by_name(truth, record.operator, &match_key).await? {
        if named.id == id {
            continue;
        }
        let copied = bindings::copy(truth, named.id, id, decision.at).await?;
        taken_over.add(named.id, copied);
        move_to(truth, decision, &named, CertificateState::Superseded, None).await?;
        keys.push(key(named.id));
    }
    let active = CertificateState::Active;
    moved(truth, decision, &record, active, None, taken_over.detail()).await?;
    changes::append_trust(truth, "certificate.moved", &keys).await?;
    Ok(())
}

/// What a certificate takes over from others as it comes into the list: history tells it, since the
/// act alone does not.
#[derive(Debug, Default)]
struct TakenOver {
    /// Numbers of those that it takes over from.
    from: Vec<i64>,
    /// Mail domains that it was not behind before.
    mail_domains: BTreeSet<String>,
}

impl TakenOver {
    fn add(&mut self, from: i64, mail_domains: Vec<String>) {
        self.from.push(from);
        self.mail_domains.extend(mail_domains);
    }

    fn detail(&self) -> serde_json::Value {
        if self.from.is_empty() {
            return serde_json::json!({});
        }
        serde_json::json!({ "takes_over_from": self.from, "mail_domains": self.mail_domains })
    }
}

async fn release(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    id: i64,
) -> Result<(), Failure> {
    let record = held(truth, id).await?;
    hold_living(truth, record.operator).await?;
    from(
        &record,
        CertificateState::Suspended,
        CertificateState::Active,
    )?;
    in_time(&record, decision)?;
    // Authorities come and go, and so do rules.
    examine_again(space, truth, id, decision.at).await?;
    secret(truth, &record).await?;
    let mut keys = vec![key(id)];
    bindings::touch_certificate(truth, id, decision.at).await?;
    move_to(truth, decision, &record, CertificateState::Active, None).await?;
    // A name was put on hold in all its spellings.
    for other in certificate_twins::bound_to(truth, id, Doubt::Nothing).await? {
        if other.state == CertificateState::Suspended {
            bindings::touch_certificate(truth, other.id, decision.at).await?;
            move_with(
                truth,
                decision,
                &other,
                CertificateState::Active,
                None,
                Some(id),
            )
            .await?;
            keys.push(key(other.id));
        }
    }
    changes::append_trust(truth, "certificate.moved", &keys).await?;
    Ok(())
}

/// Retires a certificate; not where a mail domain would have none in its place: that is a
/// suspension or a revocation, and is to be called so.
async fn supersede(truth: &mut Connection, decision: &Decision, id: i64) -> Result<(), Failure> {
    let record = held(truth, id).await?;
    legal(&record, CertificateState::Superseded)?;
    let alone = bindings::left_alone_without(truth, id, decision.at).await?;
    if let Some(first) = alone.first() {
        let others = match u64::try_from(alone.len() - 1).unwrap_or_default() {
            0 => String::new(),
            count => format!(" and {}", counted(count, "other", "others")),
        };
        return Err(Failure::new(
            &CERTIFICATE_ALONE,
            format!(
                "Nothing in force would stand behind {first}{others} without certificate {id}: activate its successor there, or suspend or revoke it."
            ),
        ));
    }
    move_to(truth, decision, &record, CertificateState::Superseded, None).await?;
    changes::append_trust(truth, "certificate.moved", &[key(id)]).await?;
    Ok(())
}

/// Writes a step that was found legal, and its event.
pub(super) async fn move_to(
    truth: &mut Connection,
    decision: &Decision,
    record: &CertificateRecord,
    to: CertificateState,
    because: Option<RevocationReason>,
) -> Result<(), Failure> {
    move_with(truth, decision, record, to, because, None).await
}

/// The same, of a certificate that moves since another one does.
pub(super) async fn move_with(
    truth: &mut Connection,
    decision: &Decision,
    record: &CertificateRecord,
    to: CertificateState,
    because: Option<RevocationReason>,
    with: Option<i64>,
) -> Result<(), Failure> {
    let mut detail = serde_json::Map::new();
    if let Some(because) = because {
        detail.insert("revocation_reason".to_owned(), serde_json::json!(because));
    }
    if let Some(with) = with {
        detail.insert("with_certificate".to_owned(), with.into());
    }
    moved(truth, decision, record, to, because, detail.into()).await
}

async fn moved(
    truth: &mut Connection,
    decision: &Decision,
    record: &CertificateRecord,
    to: CertificateState,
    because: Option<RevocationReason>,
    detail: serde_json::Value,
) -> Result<(), Failure> {
    certificates::set_state(truth, record.id, to, because, decision.at).await?;
    registry_events::append(
        truth,
        &RegistryEvent {
            operator: Some(record.operator),
            certificate: Some(record.id),
            from_state: Some(record.state.as_str()),
            to_state: Some(to.as_str()),
            detail,
            ..decision.event("certificate.moved")
        },
    )
    .await?;
    Ok(())
}

/// A certificate's key in the change feed.
pub(super) fn key(certificate: i64) -> String {
    format!("certificate:{certificate}")
}

/// A certificate, held until the transaction ends; its operator first, so that two acts on one
/// operator wait for each other and never cross.
pub(super) async fn held(truth: &mut Connection, id: i64) -> Result<CertificateRecord, Failure> {
    let record = certificates::find(truth, id).await?;
    let record = record.ok_or_else(|| unknown(id))?;
    operators::hold(truth, record.operator).await?;
    let record = certificates::hold(truth, id).await?;
    record.ok_or_else(|| unknown(id))
}

fn unknown(id: i64) -> Failure {
    Failure::new(
        &CERTIFICATE_NOT_FOUND,
        format!("There is no certificate {id}."),
    )
}

pub(super) fn legal(record: &CertificateRecord, to: CertificateState) -> Result<(), Failure> {
    if record.state.may_become(to) {
        return Ok(());
    }
    Err(illegal(record, to))
}

fn from(
    record: &CertificateRecord,
    state: CertificateState,
    to: CertificateState,
) -> Result<(), Failure> {
    if record.state == state {
        return Ok(());
    }
    Err(illegal(record, to))
}

fn illegal(record: &CertificateRecord, to: CertificateState) -> Failure {
    let next: Vec<&str> = record.state.next().iter().map(|it| it.as_str()).collect();
    let (id, state) = (record.id, record.state.as_str());
    let way = match (record.state, to, next.as_slice()) {
        (CertificateState::Suspended, CertificateState::Active, _) => {
            "its hold ends by a release".to_owned()
        }
        (_, _, []) => "nothing follows".to_owned(),
        (_, _, next) => format!("it can become {}", next.join(" or ")),
    };
    Failure::new(
        &CERTIFICATE_TRANSITION,
        format!(
            "Certificate {id} is {state} and cannot become {}: {way}.",
            to.as_str()
        ),
    )
    .with_particulars(serde_json::json!({ "state": state, "next_states": next }))
}

/// A certificate that is known by its name alone has no time of its own.
fn in_time(record: &CertificateRecord, decision: &Decision) -> Result<(), Failure> {
    let Some(content) = &record.content else {
        return Ok(());
    };
    if content.is_valid_at(decision.at) {
        return Ok(());
    }
    Err(Failure::new(
        &CERTIFICATE_TRANSITION,
        format!(
            "Certificate {} is valid from {} to {} only.",
            record.id,
            rfc3339(content.not_before),
            rfc3339(content.not_after),
        ),
    ))
}

/// Refuses a key that was found to have leaked since its certificate was registered.
async fn secret(truth: &mut Connection, record: &CertificateRecord) -> Result<(), Failure> {
    match certificates::compromised_twin(truth, record.id).await? {
        None => Ok(()),
        Some(twin) => Err(Failure::new(
            &CERTIFICATE_REFUSED,
            format!(
                "Certificate {} has the key of certificate {twin}, which was revoked since that key may be in other hands.",
                record.id
            ),
        )),
    }
}

/// A list says names, and a gateway shows a key: under the name or on the key of a certificate on
/// hold a new one would end the hold, which takes two administrators.
async fn not_on_hold(truth: &mut Connection, record: &CertificateRecord) -> Result<(), Failure> {
    match certificate_names::on_hold(truth, record.id).await? {
        None => Ok(()),
        Some(held) => Err(Failure::new(
            &CERTIFICATE_TRANSITION,
            format!(
                "Certificate {} has the name or the key of certificate {held}, which is on hold: release or revoke that one first.",
                record.id
            ),
        )),
    }
}

/// Two of one operator, the older one in the list or on hold.
fn replaceable(record: &CertificateRecord, replaced: &CertificateRecord) -> Result<(), Failure> {
    if record.operator != replaced.operator || record.id == replaced.id {
        return Err(Failure::new(
            &CERTIFICATE_TRANSITION,
            format!(
                "Certificate {} does not take over from certificate {}: it must be another one of the same operator.",
                record.id, replaced.id
            ),
        ));
    }
    match replaced.state {
        CertificateState::Active
        | CertificateState::Suspended
        | CertificateState::Expired
        | CertificateState::Superseded
        | CertificateState::Revoked => Ok(()),
        CertificateState::Pending => Err(Failure::new(
            &CERTIFICATE_TRANSITION,
            format!(
                "Certificate {} was never in the list: there is nothing to take over from it.",
                replaced.id
            ),
        )),
    }
}
