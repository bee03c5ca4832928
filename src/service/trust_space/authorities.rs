//! Our own authorities: those that the truth knows, and those of which this node has a key. What paths
//! lead to is configuration, here as elsewhere.

use std::sync::Arc;

use time::OffsetDateTime;

use super::administrators::hold_rights;
use super::revocation_lists::Remembered;
use super::{TrustSpace, examination};
use crate::config;
use crate::domain::administrator::Actor;
use crate::domain::authority::{AuthorityKind, AuthorityRecord, IssuedStatus};
use crate::domain::certificate::CertificatePurpose;
use crate::domain::error::{
    AUTHORITY_EXISTS, AUTHORITY_INVALID, AUTHORITY_NOT_FOUND, AUTHORITY_UNAVAILABLE, Failure,
    INTERNAL,
};
use crate::storage::authorities::NewAuthority;
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::revocation_lists::RevocationListHead;
use crate::storage::{self, Connection, authorities, changes, revocation_lists};
use crate::trust::certificate::{Certificate, read_upload};
use crate::trust::chain::is_issued_by;
use crate::trust::rules::{Finding, Subject, WithoutRevocation, lint};
use crate::trust::sign::Signer;

/// Letters, digits and hyphens of a name at most (RFC 1035 §2.3.4, which addresses go by).
const LONGEST_NAME: usize = 64;

/// Our own authorities as this node's settings have them.
#[derive(Clone, Default)]
pub struct OwnAuthorities {
    /// What all of them share.
    pub settings: config::Ca,
    /// Those of which this node has a certificate.
    pub configured: Vec<ConfiguredAuthority>,
}

/// An authority of the settings.
#[derive(Clone)]
pub struct ConfiguredAuthority {
    /// Its name in addresses.
    pub name: String,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Its key; none on a node that serves and does not issue.
    pub key: Option<Arc<dyn Signer>>,
}

/// An authority with what is served of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityDetail {
    /// The record.
    pub record: AuthorityRecord,
    /// Whom its certificate names.
    pub subject: String,
    /// Its newest revocation list; none before the first.
    pub newest_list: Option<RevocationListHead>,
}

impl TrustSpace {
    /// The same trust space with these authorities.
    #[must_use]
    pub fn with_authorities(mut self, own: OwnAuthorities) -> Self {
        self.own = Arc::new(own);
        self
    }

    /// Makes an authority known by its certificate, PEM or DER: a root of its own, or one that a known
    /// root certified. One that is known as it is stays as it is.
    ///
    /// `authority.invalid`, with findings where the rules refuse it; `authority.exists` where its name,
    /// its certificate or its key is that of another one.
    pub async fn add_authority(
        &self,
        actor: &Actor,
        name: &str,
        upload: &[u8],
        reason: &str,
    ) -> Result<AuthorityDetail, Failure> {
        Self::may_act(actor)?;
        let decision = self.decided(actor, reason)?;
        check_name(name)?;
        let certificate = read(upload)?;
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let known = authorities::all(&mut truth).await?;
        let kind = judge(&certificate, &known, decision.at)?;
        let new = NewAuthority {
            name,
            kind,
            der: certificate.der(),
            sha256: &certificate.fingerprint,
            spki_sha256: &certificate.spki_sha256,
            not_after: certificate.not_after,
            at: decision.at,
        };
        if authorities::insert(&mut truth, &new).await?.is_none() {
            return Err(Failure::new(
                &AUTHORITY_EXISTS,
                match known.iter().find(|it| is_taken(it, name, &certificate)) {
                    Some(other) => format!(
                        "Authority {} has this name, this certificate or this key.",
                        other.name
                    ),
                    None => "It was made known at this moment.".to_owned(),
                },
            ));
        }
        let detail = serde_json::json!({
            "authority": name,
            "kind": kind.as_str(),
            "sha256": certificate.fingerprint,
        });
        let event = RegistryEvent {
            detail,
            ..decision.event("authority.added")
        };
        registry_events::append(&mut truth, &event).await?;
        changes::append_trust(&mut truth, "authority.added", &[key(name)]).await?;
        storage::commit(truth).await?;
        drop(connection);
        self.authority(name).await
    }

    /// Every authority that is known, in the order they were made known.
    pub async fn authorities(&self) -> Result<Vec<AuthorityDetail>, Failure> {
        let mut truth = self.connection().await?;
        let known = authorities::all(&mut truth).await?;
        let newest = revocation_lists::newest_of_each(&mut truth).await?;
        known
            .into_iter()
            .map(|record| {
                let spki = record.spki_sha256.as_bytes().as_slice();
                Ok(AuthorityDetail {
                    subject: certificate(&record)?.subject.to_string(),
                    newest_list: newest
                        .iter()
                        .find(|list| list.issuer_spki_sha256 == spki)
                        .cloned(),
                    record,
                })
            })
            .collect()
    }

    /// The authority of this name; `authority.not_found`.
    pub async fn authority(&self, name: &str) -> Result<AuthorityDetail, Failure> {
        let all = self.authorities().await?;
        let found = all.into_iter().find(|it| it.record.name == name);
        found.ok_or_else(|| unknown(name))
    }

    /// Authorities of this node's settings that the truth does not know, or knows by another
    /// certificate: nothing is issued in their name.
    pub async fn unknown_authorities(&self) -> Result<Vec<String>, Failure> {
        let mut truth = self.connection().await?;
        let known = authorities::all(&mut truth).await?;
        let configured = self.own.configured.iter();
        let unknown = configured.filter(|own| {
            !known
                .iter()
                .any(|it| it.name == own.name && it.der == own.certificate)
        });
        Ok(unknown.map(|own| own.name.clone()).collect())
    }

    /// The key of an authority; `authority.unavailable` where this node has none.
    pub(super) fn authority_key(
        &self,
        authority: &AuthorityRecord,
    ) -> Result<Arc<dyn Signer>, Failure> {
        let unavailable = |problem: &str| {
            Failure::new(
                &AUTHORITY_UNAVAILABLE,
                format!("Authority {}: {problem}.", authority.name),
            )
        };
        let mut own = self.own.configured.iter();
        let Some(own) = own.find(|own| own.name == authority.name) else {
            return Err(unavailable("this node's settings do not name it"));
        };
        if own.certificate != authority.der {
            return Err(unavailable(
                "this node's settings have another certificate for it",
            ));
        }
        let key = own.key.as_ref().map(Arc::clone);
        key.ok_or_else(|| unavailable("this node has no key of it"))
    }
}

/// An authority's key in the change feed, and the subject of its alerts.
pub(super) fn key(name: &str) -> String {
    format!("authority:{name}")
}

pub(super) fn unknown(name: &str) -> Failure {
    Failure::new(
        &AUTHORITY_NOT_FOUND,
        format!("No authority {name:?} was made known."),
    )
}

/// The authority of this name.
pub(super) async fn known(truth: &mut Connection, name: &str) -> Result<AuthorityRecord, Failure> {
    let all = authorities::all(truth).await?;
    let found = all.into_iter().find(|it| it.name == name);
    found.ok_or_else(|| unknown(name))
}

/// The certificate of a known authority.
pub(super) fn certificate(authority: &AuthorityRecord) -> Result<Certificate, Failure> {
    Certificate::parse(&authority.der).map_err(|error| {
        Failure::new(
            &INTERNAL,
            format!("The bytes of authority {}: {error}.", authority.name),
        )
    })
}

/// The known authority that issued a certificate.
pub(super) async fn issuer(
    truth: &mut Connection,
    issued: &Certificate,
) -> Result<Option<AuthorityRecord>, Failure> {
    for authority in authorities::all(truth).await? {
        if is_issued_by(issued, &certificate(&authority)?) {
            return Ok(Some(authority));
        }
    }
    Ok(None)
}

/// The known authorities that this one certified.
pub(super) async fn certified_by(
    truth: &mut Connection,
    authority: &AuthorityRecord,
) -> Result<Vec<Certificate>, Failure> {
    let above = certificate(authority)?;
    let mut found = Vec::new();
    for other in authorities::all(truth).await? {
        let other = certificate(&other)?;
        if other.fingerprint != above.fingerprint && is_issued_by(&other, &above) {
            found.push(other);
        }
    }
    Ok(found)
}

/// The known authority that certified this one and has it on its newest revocation list.
pub(super) async fn revoked_by(
    truth: &mut Connection,
    own: &Certificate,
) -> Result<Option<String>, Failure> {
    let mut remembered = Remembered::default();
    for issuer in authorities::all(truth).await? {
        let above = certificate(&issuer)?;
        if above.fingerprint == own.fingerprint || !is_issued_by(own, &above) {
            continue;
        }
        let newest = remembered.newest(truth, &issuer).await?;
        if newest.is_some_and(|newest| newest.list.status_of(&own.serial) != IssuedStatus::Good) {
            return Ok(Some(issuer.name));
        }
    }
    Ok(None)
}

fn is_taken(other: &AuthorityRecord, name: &str, certificate: &Certificate) -> bool {
    other.name == name
        || other.sha256 == certificate.fingerprint
        || other.spki_sha256 == certificate.spki_sha256
}

fn check_name(name: &str) -> Result<(), Failure> {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_good = (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(is_inner)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if is_good {
        return Ok(());
    }
    Err(Failure::new(
        &AUTHORITY_INVALID,
        format!(
            "Its name stands in addresses: 1 to {LONGEST_NAME} lower-case letters, digits and inner hyphens."
        ),
    ))
}

fn read(upload: &[u8]) -> Result<Certificate, Failure> {
    let invalid = |problem: &str| Failure::new(&AUTHORITY_INVALID, format!("{problem}."));
    let found = read_upload(upload).map_err(|error| invalid(&error.to_string()))?;
    match found.as_slice() {
        [one] => Certificate::parse(one).map_err(|error| invalid(&error.to_string())),
        _ => Err(invalid("There is more than one certificate in it")),
    }
}

/// What an authority with this certificate does; `authority.invalid` where it cannot be one of ours.
fn judge(
    certificate: &Certificate,
    known: &[AuthorityRecord],
    at: OffsetDateTime,
) -> Result<AuthorityKind, Failure> {
    let (kind, purpose) = if is_issued_by(certificate, certificate) {
        (AuthorityKind::Root, CertificatePurpose::Anchor)
    } else {
        (AuthorityKind::Issuing, CertificatePurpose::IssuingAuthority)
    };
    let mut findings = lint(&Subject {
        certificate,
        purpose,
        at,
        without_revocation: WithoutRevocation::Warn,
    });
    findings.retain(Finding::refuses);
    if !findings.is_empty() {
        return Err(Failure {
            code: &AUTHORITY_INVALID,
            ..examination::refusal(&findings)
        });
    }
    match kind {
        AuthorityKind::Root => Ok(kind),
        AuthorityKind::Issuing if is_below(certificate, known, at) => Ok(kind),
        AuthorityKind::Issuing => Err(Failure::new(
            &AUTHORITY_INVALID,
            format!(
                "No root that is known here certified {}: make its root known first.",
                certificate.subject
            ),
        )),
    }
}

/// Whether a known root in its time signed it.
fn is_below(certificate: &Certificate, known: &[AuthorityRecord], at: OffsetDateTime) -> bool {
    known
        .iter()
        .filter(|it| it.kind == AuthorityKind::Root)
        .filter_map(|root| Certificate::parse(&root.der).ok())
        .any(|root| {
            (root.not_before..=root.not_after).contains(&at) && is_issued_by(certificate, &root)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_addresses() {
        for good in ["essai", "a", "essai-2026", "0", &"a".repeat(64)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "-a",
            "a-",
            "A",
            "é",
            "a.b",
            "a/b",
            "a b",
            &"a".repeat(65),
        ] {
            assert_eq!(check_name(wrong).unwrap_err().code, &AUTHORITY_INVALID);
        }
    }
}
