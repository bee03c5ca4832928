//! How a certificate comes into the registry: read, judged rule by rule, its path followed to an
//! anchor, its name compared with all others. Nothing is kept of what is refused.

use time::OffsetDateTime;

use super::administrators::hold_rights;
use super::certificates::{held, key};
use super::examination::{Examined, anchors, examine, refusal};
use super::operators::hold_living;
use super::{Decision, TrustSpace, authorities};
use crate::domain::administrator::Actor;
use crate::domain::authority::AuthorityRecord;
use crate::domain::certificate::CertificateState;
use crate::domain::certificate_record::CertificateRecord;
use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::error::{CERTIFICATE_EXISTS, CERTIFICATE_NAME_TAKEN, Failure};
use crate::domain::operator::{Operator, RegisteredNumber};
use crate::storage::certificates::{KeyHolder, NewCertificate};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, certificate_names, certificates, changes};
use crate::trust::certificate::Certificate;
use crate::trust::rules::{Finding, Severity};

impl TrustSpace {
    /// What the rules and the path have to say of an upload, refusals first; nothing is kept.
    /// `certificate.unreadable` where there is no certificate in it.
    pub async fn lint(&self, upload: &[u8]) -> Result<Vec<Finding>, Failure> {
        Ok(self.examine(upload, self.clock.now()).await?.findings)
    }

    /// Registers a certificate of an operator, PEM (with its chain or without) or DER, as pending.
    ///
    /// `certificate.unreadable`; `certificate.refused`, with every finding in the sentence and as
    /// the particular `findings`; `certificate.exists`; `certificate.name_taken`;
    /// `operator.not_found`; `operator.transition` where the operator left for good.
    pub async fn add_certificate(
        &self,
        actor: &Actor,
        operator: i64,
        upload: &[u8],
        reason: &str,
    ) -> Result<CertificateRecord, Failure> {
        Self::may_act(actor)?;
        let decision = self.decided(actor, reason)?;
        let mut examined = self.examine(upload, decision.at).await?;
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let owner = hold_living(&mut truth, operator).await?;
        let number = examined.certificate.subject.organizational_unit();
        examined.findings.extend(other_number(&owner, number));
        let certificate = &examined.certificate;
        let (spki, itself) = (&certificate.spki_sha256, Some(&certificate.fingerprint));
        let keys = known_keys(&mut truth, operator, spki, itself).await?;
        examined.findings.extend(keys);
        let (refused, warned): (Vec<_>, Vec<_>) = examined
            .findings
            .into_iter()
            .partition(|finding| finding.severity == Severity::Refuse);
        if !refused.is_empty() {
            return Err(refusal(&refused));
        }
        // Issued elsewhere with our key, or before the truth was restored: our lists speak of it too.
        let authority = authorities::issuer(&mut truth, &examined.certificate).await?;
        let new = Registered {
            operator,
            certificate: &examined.certificate,
            others: &examined.others,
            warned: &warned,
            authority: authority.as_ref(),
        };
        let id = insert(&mut truth, &decision, &new).await?;
        changes::append_trust(&mut truth, "certificate.added", &[key(id)]).await?;
        let record = held(&mut truth, id).await?;
        storage::commit(truth).await?;
        Ok(record)
    }

    async fn examine(&self, upload: &[u8], at: OffsetDateTime) -> Result<Examined, Failure> {
        let anchors = anchors(&self.settings).await?;
        examine(upload, &anchors, at)
    }
}

/// A certificate bears the number of whoever runs the gateway, not only a number.
pub(super) fn other_number(owner: &Operator, unit: Option<&str>) -> Option<Finding> {
    let borne = unit.and_then(|unit| RegisteredNumber::parse(unit).ok());
    let expected = match (&owner.number, borne) {
        (Some(number), Some(borne)) if *number == borne => return None,
        (Some(number), _) => number.to_string(),
        (None, _) => "the operator's registered number, which is not recorded yet".to_owned(),
    };
    Some(Finding {
        rule: "registry.number".to_owned(),
        clause: "registration: OU is 1 and FINESS, or 3 and SIRET, of the operator".to_owned(),
        severity: Severity::Refuse,
        found: unit.map_or_else(|| "no OU".to_owned(), |unit| format!("OU={unit}")),
        expected,
    })
}

/// A key has one owner, and none once it may be in other hands. An operator that renews a
/// certificate on its old key is told. `itself` is the certificate that is looked at, where there is one.
pub(super) async fn known_keys(
    truth: &mut Connection,
    operator: i64,
    spki_sha256: &Digest,
    itself: Option<&Digest>,
) -> Result<Vec<Finding>, Failure> {
    let itself = itself.map_or(&[][..], |itself| itself.as_bytes());
    let holders = certificates::with_key(truth, spki_sha256.as_bytes(), itself).await?;
    let findings = holders.into_iter().map(|holder| {
        let id = holder.certificate;
        let (severity, found) = match holder {
            KeyHolder {
                is_compromised: true,
                ..
            } => (
                Severity::Refuse,
                format!("the key of certificate {id}, which was revoked since its key may be in other hands"),
            ),
            KeyHolder { operator: other, .. } if other != operator => (
                Severity::Refuse,
                format!("the key of certificate {id} of operator {other}"),
            ),
            KeyHolder { .. } => (Severity::Warn, format!("the key of certificate {id}")),
        };
        Finding {
            rule: "registry.key".to_owned(),
            clause: "registration: a key serves one operator, and no longer than its secret is kept".to_owned(),
            severity,
            found,
            expected: "a key that no other certificate has".to_owned(),
        }
    });
    Ok(findings.collect())
}

/// A certificate that was found good for the registry.
pub(super) struct Registered<'a> {
    pub(super) operator: i64,
    pub(super) certificate: &'a Certificate,
    /// What was sent with it, or issued it.
    pub(super) others: &'a [Certificate],
    /// What the rules warned of.
    pub(super) warned: &'a [Finding],
    /// The authority of ours that issued it.
    pub(super) authority: Option<&'a AuthorityRecord>,
}

/// Keeps a certificate as pending, and its event; gives its number.
pub(super) async fn insert(
    truth: &mut Connection,
    decision: &Decision,
    new: &Registered<'_>,
) -> Result<i64, Failure> {
    let Registered {
        operator,
        certificate,
        others,
        warned,
        authority,
    } = *new;
    let match_key = certificate.subject.match_key();
    if let Err(failure) = check_name(truth, operator, &certificate.subject).await {
        let itself = certificate.fingerprint.as_bytes();
        // An operator may only be told of another one's certificate if it is this very one.
        if failure.code != &CERTIFICATE_NAME_TAKEN
            || certificates::with_sha256(truth, itself).await?.is_none()
        {
            return Err(failure);
        }
    }
    let chain: Vec<Vec<u8>> = others.iter().map(|other| other.der().to_vec()).collect();
    let findings = serde_json::json!(warned);
    let new = NewCertificate {
        operator,
        dn: certificate.subject.as_str(),
        match_key: &match_key,
        der: certificate.der(),
        chain: &chain,
        sha256: certificate.fingerprint.as_bytes(),
        spki_sha256: certificate.spki_sha256.as_bytes(),
        issuer_dn: certificate.issuer.as_str(),
        serial: &certificate.serial_hex().to_ascii_lowercase(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        findings: &findings,
        authority: authority.map(|authority| authority.id),
        at: decision.at,
    };
    let Some(id) = certificates::insert(truth, &new).await? else {
        let holder = certificates::with_sha256(truth, certificate.fingerprint.as_bytes()).await?;
        return Err(Failure::new(
            &CERTIFICATE_EXISTS,
            holder.map_or_else(String::new, |holder| {
                format!(
                    "It is certificate {} of operator {}.",
                    holder.certificate, holder.operator
                )
            }),
        ));
    };
    let mut detail = serde_json::json!({
        "sha256": certificate.fingerprint,
        "warnings": warned.len(),
    });
    if let (Some(authority), Some(detail)) = (authority, detail.as_object_mut()) {
        detail.insert("authority".to_owned(), authority.name.as_str().into());
    }
    registry_events::append(
        truth,
        &RegistryEvent {
            operator: Some(operator),
            certificate: Some(id),
            to_state: Some(CertificateState::Pending.as_str()),
            detail,
            ..decision.event("certificate.added")
        },
    )
    .await?;
    Ok(id)
}

/// Refuses a name that is, spelling aside, that of another operator: `certificate.name_taken`. What is
/// found holds until the transaction ends.
pub(super) async fn check_name(
    truth: &mut Connection,
    operator: i64,
    subject: &OperatorDn,
) -> Result<(), Failure> {
    let holder = certificate_names::held_by_other(truth, &subject.match_key(), operator).await?;
    holder.map_or(Ok(()), |holder| {
        Err(Failure::new(
            &CERTIFICATE_NAME_TAKEN,
            format!(
                "{subject} is, spelling aside, the name on certificate {} of operator {}: who checks names could not tell them apart.",
                holder.certificate, holder.operator
            ),
        ))
    })
}
