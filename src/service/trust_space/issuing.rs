//! Certificates of ours: a request is judged again when two administrators have agreed, and issued in one
//! transaction. A certificate so made is pending, as any other.

use std::time::Duration;

use time::OffsetDateTime;

use super::authorities;
use super::certificate_requests::{Judged, hold_waiting, judge, refusal, settle};
use super::certificates::{held, key};
use super::operators::hold_living;
use super::registration::{self, Registered};
use super::versions::off_thread;
use super::{Decision, TrustSpace, examination};
use crate::domain::authority::AuthorityRecord;
use crate::domain::certificate_request::CertificateRequestRecord;
use crate::domain::error::{AUTHORITY_UNAVAILABLE, CERTIFICATE_REQUEST_REFUSED, Failure, INTERNAL};
use crate::domain::trust_list::to_the_second;
use crate::storage::{Connection, changes};
use crate::trust::authority::{
    AuthorityError, CertificateRequest, Order, Serial, issue, read_request, responder_url,
    revocation_list_url,
};
use crate::trust::certificate::Certificate;
use crate::trust::rules::Finding;
use crate::trust::sign::Signer;

/// A certificate begins this long before it is issued: the clocks of peers differ.
const BEFORE: Duration = Duration::from_mins(5);

/// All that is needed to issue.
struct Ready {
    record: CertificateRequestRecord,
    request: CertificateRequest,
    judged: Judged,
    authority: AuthorityRecord,
    certificate: Certificate,
    public_url: String,
}

/// Whether a certificate could be issued for a request now; nothing is signed.
pub(super) async fn check(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    id: i64,
) -> Result<(), Failure> {
    ready(space, truth, decision, id).await.map(drop)
}

async fn ready(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    id: i64,
) -> Result<Ready, Failure> {
    let record = hold_waiting(truth, id).await?;
    let operator = hold_living(truth, record.operator).await?;
    let authority = authorities::known(truth, &record.authority).await?;
    let certificate = space
        .check_authority(truth, &authority, decision.at)
        .await?;
    let request = read_request(&record.csr).map_err(|error| {
        Failure::new(
            &INTERNAL,
            format!("The bytes of certificate request {id}: {error}."),
        )
    })?;
    let judged = judge(truth, decision, &operator, &request, record.renews).await?;
    if judged.subject != record.dn || judged.hosts != record.hosts {
        return Err(Failure::new(
            &INTERNAL,
            format!("Certificate request {id} no longer says what was kept of it."),
        ));
    }
    let public_url = space.own.settings.public_url.clone().ok_or_else(|| {
        Failure::new(
            &AUTHORITY_UNAVAILABLE,
            "`ca.public_url` is not set: a certificate could not say where to ask whether it was revoked.",
        )
    })?;
    Ok(Ready {
        record,
        request,
        judged,
        authority,
        certificate,
        public_url,
    })
}

/// Issues the certificate that a request asks for, in the caller's transaction: signed, judged as it is,
/// kept as pending.
pub(super) async fn apply(
    space: &TrustSpace,
    truth: &mut Connection,
    decision: &Decision,
    id: i64,
) -> Result<(), Failure> {
    let ready = ready(space, truth, decision, id).await?;
    let key_of_authority = space.authority_key(&ready.authority)?;
    let lifetime = space.own.settings.certificate_lifetime;
    let at = decision.at;
    let (ready, issued) = off_thread(move || {
        let issued = sign(&ready, &*key_of_authority, at, lifetime)?;
        Ok::<_, Failure>((ready, issued))
    })
    .await??;
    let others = vec![ready.certificate];
    // Signed, and so never handed out where it would not serve.
    let anchors = examination::anchors(&space.settings).await?;
    let mut refused = examination::judge(&issued, &others, &anchors, at);
    refused.retain(Finding::refuses);
    if !refused.is_empty() {
        return Err(refusal(&refused));
    }
    let new = Registered {
        operator: ready.record.operator,
        certificate: &issued,
        others: &others,
        warned: &ready.judged.warned,
        authority: Some(&ready.authority),
    };
    let certificate = registration::insert(truth, decision, &new).await?;
    settle(truth, decision, &ready.record, Some(certificate)).await?;
    changes::append_trust(truth, "certificate.added", &[key(certificate)]).await?;
    held(truth, certificate).await.map(drop)
}

/// Signs; blocks while a device works.
fn sign(
    ready: &Ready,
    signer: &dyn Signer,
    at: OffsetDateTime,
    lifetime: Duration,
) -> Result<Certificate, Failure> {
    let authority = &ready.certificate;
    let serial = Serial::generate().map_err(|error| Failure::new(&INTERNAL, error.to_string()))?;
    let not_before = (to_the_second(at) - BEFORE).max(authority.not_before);
    let order = Order {
        request: &ready.request,
        subject: &ready.judged.subject,
        hosts: &ready.judged.hosts,
        not_before,
        not_after: (to_the_second(at) + lifetime).min(authority.not_after),
        serial,
        crl_url: &revocation_list_url(&ready.public_url, &ready.authority.name),
        ocsp_url: &responder_url(&ready.public_url),
    };
    let der =
        issue(&order, authority, signer).map_err(|error| not_made(&ready.authority, error))?;
    Certificate::parse(&der).map_err(|error| Failure::new(&INTERNAL, error.to_string()))
}

/// Why an authority made nothing, as callers learn it.
pub(super) fn not_made(authority: &AuthorityRecord, error: AuthorityError) -> Failure {
    match error {
        AuthorityError::Refused(findings) => refusal(&findings),
        AuthorityError::Subject(_) => {
            Failure::new(&CERTIFICATE_REQUEST_REFUSED, format!("{error}."))
        }
        AuthorityError::Validity
        | AuthorityError::Window
        | AuthorityError::Authority(_)
        | AuthorityError::OtherKey
        | AuthorityError::Key(_)
        | AuthorityError::NotAsOrdered(_)
        | AuthorityError::Path(_)
        | AuthorityError::Unreadable(_)
        | AuthorityError::Encoding(_) => Failure::new(
            &AUTHORITY_UNAVAILABLE,
            format!("Authority {}: {error}.", authority.name),
        ),
    }
}
