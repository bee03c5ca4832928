//! Revocation lists of an authority of ours (RFC 5280 §5): complete, one for each authority.

use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint,
    KeyIdMethod, RevocationReason as Reason, RevokedCertParams,
};
use time::OffsetDateTime;

use super::error::AuthorityError;
use super::issue::judge_authority;
use super::key::{AuthorityKey, made};
use super::previous_list::read_previous_list;
use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::certificate::RevocationReason;
use crate::trust::certificate::Certificate;
use crate::trust::sign::Signer;

/// What a revocation list will say.
#[derive(Clone, Copy, Debug)]
pub struct ListPlan<'a> {
    /// Its number, above that of every list before it.
    pub number: u64,
    /// When it is made, UTC, to the second.
    pub this_update: OffsetDateTime,
    /// When the next one is there at the latest, UTC, to the second.
    pub next_update: OffsetDateTime,
    /// When the list before it was made; none: there is none.
    pub previous_update: Option<OffsetDateTime>,
    /// Where it is, as the authority's certificates say.
    pub url: &'a str,
    /// What stands against certificates of the authority, in any order; those that are good are left out.
    pub revoked: &'a [IssuedCertificate],
}

/// Signs a revocation list, DER; blocks while a device works.
///
/// An entry stays until it was on one list made after its certificate's end (RFC 5280 §3.3); that of a
/// hold that was lifted is not in the next one (`removeFromCRL` is for delta lists, §5.3.1).
pub fn sign_revocation_list(
    authority: &Certificate,
    signer: &dyn Signer,
    plan: &ListPlan<'_>,
) -> Result<Vec<u8>, AuthorityError> {
    let goes_back = plan.previous_update.is_some_and(|it| it > plan.this_update);
    if plan.next_update <= plan.this_update || goes_back {
        return Err(AuthorityError::Window);
    }
    judge_authority(authority, plan.this_update)?;
    let issuer = AuthorityKey::new(signer, authority)?.issuer(authority)?;
    // The writer's own identifier of the key would be another than the one in the certificate, and
    // nobody would find the list's issuer (RFC 5280 §5.2.1).
    let identifier = authority.extensions.subject_key.clone();
    let params = CertificateRevocationListParams {
        this_update: plan.this_update,
        next_update: plan.next_update,
        crl_number: plan.number.into(),
        issuing_distribution_point: Some(CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint {
                uris: vec![plan.url.to_owned()],
            },
            scope: None,
        }),
        revoked_certs: entries(plan),
        key_identifier_method: KeyIdMethod::PreSpecified(identifier.unwrap_or_default()),
    };
    let list = made(params.signed_by(&issuer), &issuer)?;
    // Nothing leaves that we would not believe ourselves.
    let read = read_previous_list(list.der(), authority)
        .map_err(|_| AuthorityError::NotAsOrdered("it cannot be read back"))?;
    if read.number != plan.number || read.entries.len() != params.revoked_certs.len() {
        return Err(AuthorityError::NotAsOrdered("its number or its entries"));
    }
    Ok(list.der().to_vec())
}

/// The entries, by serial number.
fn entries(plan: &ListPlan<'_>) -> Vec<RevokedCertParams> {
    let mut entries: Vec<_> = plan
        .revoked
        .iter()
        .filter_map(|it| entry(plan, it))
        .collect();
    entries.sort_by_cached_key(|entry| {
        let octets = entry.serial_number.to_bytes();
        (octets.len(), octets)
    });
    entries
}

fn entry(plan: &ListPlan<'_>, issued: &IssuedCertificate) -> Option<RevokedCertParams> {
    let (since, reason) = match issued.status {
        IssuedStatus::Good => return None,
        IssuedStatus::OnHold(since) => (since, Some(Reason::CertificateHold)),
        IssuedStatus::Revoked(since, reason) => (since, coded(reason)),
    };
    // Whoever was revoked after its end is told once, too.
    let last_news = issued.not_after.max(since);
    if plan
        .previous_update
        .is_some_and(|previous| previous > last_news)
    {
        return None;
    }
    let significant = issued.serial.iter().skip_while(|octet| **octet == 0);
    let serial: Vec<u8> = significant.copied().collect();
    Some(RevokedCertParams {
        serial_number: serial.into(),
        revocation_time: since,
        reason_code: reason,
        invalidity_date: None,
    })
}

/// `unspecified` is said by saying nothing (RFC 5280 §5.3.1).
const fn coded(reason: RevocationReason) -> Option<Reason> {
    match reason {
        RevocationReason::Unspecified => None,
        RevocationReason::KeyCompromise => Some(Reason::KeyCompromise),
        RevocationReason::CaCompromise => Some(Reason::CaCompromise),
        RevocationReason::AffiliationChanged => Some(Reason::AffiliationChanged),
        RevocationReason::Superseded => Some(Reason::Superseded),
        RevocationReason::CessationOfOperation => Some(Reason::CessationOfOperation),
        RevocationReason::PrivilegeWithdrawn => Some(Reason::PrivilegeWithdrawn),
        RevocationReason::AaCompromise => Some(Reason::AaCompromise),
    }
}

#[cfg(test)]
mod tests;
