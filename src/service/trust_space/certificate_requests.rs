//! Requests for certificates of ours: kept where one could be issued, listed, refused.

use time::OffsetDateTime;

use super::administrators::hold_rights;
use super::authorities::{self, certificate};
use super::operators::hold_living;
use super::registration::{self, known_keys, other_number};
use super::versions::off_thread;
use super::{Decision, TrustSpace, examination};
use crate::domain::administrator::Actor;
use crate::domain::authority::{AuthorityKind, AuthorityRecord, RequestState};
use crate::domain::calendar::rfc3339;
use crate::domain::certificate::CertificateState;
use crate::domain::certificate_request::{CertificateRequestRecord, RequestFilter, Settled};
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::error::{
    AUTHORITY_UNAVAILABLE, CERTIFICATE_REQUEST_EXISTS, CERTIFICATE_REQUEST_NOT_FOUND,
    CERTIFICATE_REQUEST_REFUSED, CERTIFICATE_REQUEST_SETTLED, CERTIFICATE_REQUEST_UNREADABLE,
    Failure,
};
use crate::domain::operator::Operator;
use crate::storage::certificate_requests::NewRequest;
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, certificate_requests, certificates};
use crate::trust::authority::{CertificateRequest, in_list_order, lint_request, read_request};
use crate::trust::certificate::Certificate;
use crate::trust::chain::is_issued_by;
use crate::trust::rules::{Finding, Severity};

/// A certificate that somebody wants of us.
#[derive(Clone, Copy, Debug)]
pub struct WantedCertificate<'a> {
    /// Number of the operator that it is for.
    pub operator: i64,
    /// Name of the authority that is to issue it.
    pub authority: &'a str,
    /// The request, PKCS #10 in PEM or DER.
    pub csr: &'a [u8],
    /// The certificate whose place it is to take: of the same operator and name.
    pub renews: Option<i64>,
}

impl TrustSpace {
    /// Keeps a request for a certificate, where one could be issued for it now.
    ///
    /// `certificate_request.unreadable` where it is no request, or not signed with its key;
    /// `certificate_request.refused`, with every finding; `certificate_request.exists`;
    /// `certificate.name_taken`; `authority.not_found`; `operator.not_found`; `operator.transition` where
    /// the operator left for good.
    pub async fn request_certificate(
        &self,
        actor: &Actor,
        wanted: WantedCertificate<'_>,
        reason: &str,
    ) -> Result<CertificateRequestRecord, Failure> {
        Self::may_act(actor)?;
        let decision = self.decided(actor, reason)?;
        let request = read_request(wanted.csr).map_err(|error| {
            let detail = format!("Of what was sent: {error}.");
            Failure::new(&CERTIFICATE_REQUEST_UNREADABLE, detail)
        })?;
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let operator = hold_living(&mut truth, wanted.operator).await?;
        let authority = authorities::known(&mut truth, wanted.authority).await?;
        self.check_authority(&mut truth, &authority, decision.at)
            .await?;
        let judged = judge(&mut truth, &decision, &operator, &request, wanted.renews).await?;
        let findings = serde_json::json!(judged.warned);
        let new = NewRequest {
            operator: operator.id,
            authority: authority.id,
            csr: request.der(),
            csr_sha256: &request.sha256,
            spki_sha256: &request.spki_sha256,
            dn: judged.subject.as_str(),
            hosts: &judged.hosts,
            renews: wanted.renews,
            findings: &findings,
            by: actor.name(),
            at: decision.at,
        };
        let Some(id) = certificate_requests::insert(&mut truth, &new).await? else {
            let known = certificate_requests::with_csr(&mut truth, &request.sha256).await?;
            let detail = known.map_or_else(String::new, |id| format!("It is request {id}."));
            return Err(Failure::new(&CERTIFICATE_REQUEST_EXISTS, detail));
        };
        let event = RegistryEvent {
            operator: Some(operator.id),
            certificate: wanted.renews,
            to_state: Some(RequestState::Submitted.as_str()),
            detail: serde_json::json!({
                "request": id,
                "authority": authority.name,
                "warnings": judged.warned.len(),
            }),
            ..decision.event("certificate_request.submitted")
        };
        registry_events::append(&mut truth, &event).await?;
        storage::commit(truth).await?;
        drop(connection);
        self.certificate_request(id).await
    }

    /// The request of this number; `certificate_request.not_found`.
    pub async fn certificate_request(&self, id: i64) -> Result<CertificateRequestRecord, Failure> {
        let mut truth = self.connection().await?;
        let found = certificate_requests::find(&mut truth, id).await?;
        found.ok_or_else(|| unknown(id))
    }

    /// Requests after a number, in the order of their numbers.
    pub async fn certificate_requests(
        &self,
        filter: &RequestFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<CertificateRequestRecord>, Failure> {
        let mut truth = self.connection().await?;
        Ok(certificate_requests::list(&mut truth, filter, after, limit).await?)
    }

    /// Refuses a request that waits, for good: who wants a certificate still sends another one.
    pub async fn refuse_certificate_request(
        &self,
        actor: &Actor,
        id: i64,
        reason: &str,
    ) -> Result<CertificateRequestRecord, Failure> {
        Self::may_act(actor)?;
        let decision = self.decided(actor, reason)?;
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let record = hold_waiting(&mut truth, id).await?;
        settle(&mut truth, &decision, &record, None).await?;
        storage::commit(truth).await?;
        drop(connection);
        self.certificate_request(id).await
    }

    /// Whether an authority could issue at this moment, wherever its key is.
    pub(super) async fn check_authority(
        &self,
        truth: &mut Connection,
        authority: &AuthorityRecord,
        at: OffsetDateTime,
    ) -> Result<Certificate, Failure> {
        let unavailable = |problem: String| {
            Failure::new(
                &AUTHORITY_UNAVAILABLE,
                format!("Authority {}: {problem}.", authority.name),
            )
        };
        match authority.kind {
            AuthorityKind::Issuing => {}
            AuthorityKind::Root => {
                return Err(unavailable(
                    "a root certifies authorities, and its key is offline".to_owned(),
                ));
            }
        }
        let own = certificate(authority)?;
        if !(own.not_before..=own.not_after).contains(&at) {
            return Err(unavailable(format!(
                "its certificate is valid from {} to {} only",
                rfc3339(own.not_before),
                rfc3339(own.not_after)
            )));
        }
        if let Some(root) = authorities::revoked_by(truth, &own).await? {
            return Err(unavailable(format!(
                "its certificate is on the newest revocation list of authority {root}"
            )));
        }
        let anchors = examination::anchors(&self.settings).await?;
        let mut trusted = anchors.certificates().iter();
        if trusted.any(|anchor| anchor.der() == own.der() || is_issued_by(&own, anchor)) {
            return Ok(own);
        }
        Err(unavailable(
            "no anchor of the settings certified it, so that no path would lead from what it issues"
                .to_owned(),
        ))
    }
}

/// What will be certified of a request, and what is to be said of it.
pub(super) struct Judged {
    pub(super) subject: OperatorDn,
    pub(super) hosts: Vec<String>,
    pub(super) warned: Vec<Finding>,
}

/// Judges a request as if it came now; `certificate_request.refused`, `certificate.name_taken`.
pub(super) async fn judge(
    truth: &mut Connection,
    decision: &Decision,
    operator: &Operator,
    request: &CertificateRequest,
    renews: Option<i64>,
) -> Result<Judged, Failure> {
    let (asked, at) = (request.clone(), decision.at);
    let mut findings = off_thread(move || lint_request(&asked, at)).await?;
    let subject = in_list_order(&request.subject).unwrap_or_else(|_| request.subject.clone());
    findings.extend(other_number(operator, subject.organizational_unit()));
    findings.extend(known_keys(truth, operator.id, &request.spki_sha256, None).await?);
    findings.extend(same_key_waits(truth, operator.id, request).await?);
    if let Some(renewed) = renews {
        findings.extend(not_renewed(truth, operator.id, renewed, &subject).await?);
    }
    let (refused, warned): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|finding| finding.severity == Severity::Refuse);
    if !refused.is_empty() {
        return Err(refusal(&refused));
    }
    registration::check_name(truth, operator.id, &subject).await?;
    Ok(Judged {
        hosts: request.hosts(),
        subject,
        warned,
    })
}

pub(super) fn refusal(refused: &[Finding]) -> Failure {
    Failure {
        code: &CERTIFICATE_REQUEST_REFUSED,
        ..examination::refusal(refused)
    }
}

/// A key has one owner: two operators that ask for it at once both have it.
async fn same_key_waits(
    truth: &mut Connection,
    operator: i64,
    request: &CertificateRequest,
) -> Result<Option<Finding>, Failure> {
    let other =
        certificate_requests::waiting_with_key_of_other(truth, &request.spki_sha256, operator);
    Ok(other.await?.map(|id| Finding {
        rule: "registry.key".to_owned(),
        clause: "registration: a key serves one operator".to_owned(),
        severity: Severity::Refuse,
        found: format!("the key of request {id} of another operator"),
        expected: "a key that nobody else has".to_owned(),
    }))
}

/// Why this is not the renewal of that certificate.
async fn not_renewed(
    truth: &mut Connection,
    operator: i64,
    renewed: i64,
    subject: &OperatorDn,
) -> Result<Option<Finding>, Failure> {
    let found = certificates::find(truth, renewed).await?;
    let problem = match found {
        Some(older) if older.operator == operator => match older.state {
            CertificateState::Pending => {
                Some(format!("certificate {renewed}, which was never in use"))
            }
            CertificateState::Active
            | CertificateState::Suspended
            | CertificateState::Revoked
            | CertificateState::Expired
            | CertificateState::Superseded => (!older.dn.matches(subject))
                .then(|| format!("certificate {renewed}, whose name is {}", older.dn)),
        },
        // Whose it is is not told.
        Some(_) | None => Some(format!("no certificate {renewed} of this operator")),
    };
    Ok(problem.map(|found| Finding {
        rule: "registry.renews".to_owned(),
        clause: "registration: a renewal is for the same operator under the same name".to_owned(),
        severity: Severity::Refuse,
        found,
        expected: format!("a certificate of {subject}"),
    }))
}

/// A request that waits, held until the transaction ends; its operator before it, as everywhere.
pub(super) async fn hold_waiting(
    truth: &mut Connection,
    id: i64,
) -> Result<CertificateRequestRecord, Failure> {
    let found = certificate_requests::find(truth, id).await?;
    let found = found.ok_or_else(|| unknown(id))?;
    storage::operators::hold(truth, found.operator).await?;
    let record = certificate_requests::hold(truth, id).await?;
    let record = record.ok_or_else(|| unknown(id))?;
    match record.state {
        RequestState::Submitted => Ok(record),
        RequestState::Issued | RequestState::Refused => Err(Failure::new(
            &CERTIFICATE_REQUEST_SETTLED,
            format!("Certificate request {id} is {}.", record.state.as_str()),
        )),
    }
}

pub(super) async fn settle(
    truth: &mut Connection,
    decision: &Decision,
    record: &CertificateRequestRecord,
    certificate: Option<i64>,
) -> Result<(), Failure> {
    let settled = Settled {
        by: decision.by.clone(),
        at: decision.at,
        why: decision.reason.clone(),
        certificate,
    };
    certificate_requests::settle(truth, record.id, &settled).await?;
    let (action, to) = match certificate {
        Some(_) => ("certificate_request.issued", RequestState::Issued),
        None => ("certificate_request.refused", RequestState::Refused),
    };
    let event = RegistryEvent {
        operator: Some(record.operator),
        certificate,
        from_state: Some(record.state.as_str()),
        to_state: Some(to.as_str()),
        detail: serde_json::json!({ "request": record.id, "authority": record.authority }),
        ..decision.event(action)
    };
    registry_events::append(truth, &event).await?;
    Ok(())
}

pub(super) fn unknown(id: i64) -> Failure {
    Failure::new(
        &CERTIFICATE_REQUEST_NOT_FOUND,
        format!("There is no certificate request {id}."),
    )
}
