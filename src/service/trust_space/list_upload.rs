//! Revocation lists that were signed elsewhere, above all the root's, whose key is offline: brought by an
//! administrator, and taken where they follow the last one.

use time::OffsetDateTime;

use super::TrustSpace;
use super::administrators::hold_rights;
use super::authorities::{self, AuthorityDetail, certificate, key};
use super::list_contents::contents;
use super::revocation_lists::{Remembered, refused};
use super::versions::off_thread;
use crate::domain::administrator::Actor;
use crate::domain::authority::{AuthorityKind, IssuedCertificate, IssuedStatus};
use crate::domain::calendar::rfc3339;
use crate::domain::error::Failure;
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::revocation_lists::{self, NewRevocationList};
use crate::storage::{self, certificates, changes};
use crate::trust::authority::MAX_LIST_BYTES;
use crate::trust::certificate::Certificate;
use crate::trust::revocation::{RevocationList, from_upload};

impl TrustSpace {
    /// Keeps a list that was signed elsewhere, PEM or DER: that of the root, whose key is offline.
    ///
    /// `revocation_list.refused` where it is not by that authority, is over, does not follow the last one,
    /// forgets an authority that the last one revoked, or says otherwise than the registry of a certificate
    /// that was issued here.
    pub async fn add_revocation_list(
        &self,
        actor: &Actor,
        name: &str,
        upload: &[u8],
        reason: &str,
    ) -> Result<AuthorityDetail, Failure> {
        Self::may_act(actor)?;
        let decision = self.decided(actor, reason)?;
        let upload = upload.to_vec();
        let read = off_thread(move || from_upload(&upload, MAX_LIST_BYTES)).await?;
        let list = read.map_err(|error| refused(name, &error))?;
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let authority = authorities::known(&mut truth, name).await?;
        list.is_by(&certificate(&authority)?)
            .map_err(|error| refused(name, &error))?;
        revocation_lists::lock(&mut truth, &authority.spki_sha256).await?;
        let newest = Remembered::default().newest(&mut truth, &authority).await?;
        let taken_back = certificates::taken_back_by(&mut truth, authority.id).await?;
        let newest = newest.as_ref().map(|newest| &*newest.list);
        follows(&list, newest, decision.at)
            .and_then(|()| match authority.kind {
                AuthorityKind::Issuing => agrees(&list, &taken_back, decision.at),
                AuthorityKind::Root => Ok(()),
            })
            .map_err(|problem| refused(name, &problem))?;
        for below in authorities::certified_by(&mut truth, &authority).await? {
            keeps(&list, newest, &below, decision.at).map_err(|problem| refused(name, &problem))?;
        }
        let number = list.number().to_string();
        let new = NewRevocationList {
            issuer_spki_sha256: &authority.spki_sha256,
            issuer_dn: list.issuer().as_str(),
            number: &number,
            this_update: list.this_update(),
            next_update: list.next_update(),
            der: list.der(),
            sha256: &list.digest(),
            source: "upload",
            at: decision.at,
        };
        revocation_lists::insert(&mut truth, &new).await?;
        let event = RegistryEvent {
            detail: serde_json::json!({
                "authority": name,
                "number": number,
                "entries": list.entries(),
                "sha256": list.digest(),
            }),
            ..decision.event("revocation_list.published")
        };
        registry_events::append(&mut truth, &event).await?;
        changes::append_trust(&mut truth, "revocation_list.published", &[key(name)]).await?;
        storage::commit(truth).await?;
        drop(connection);
        self.authority(name).await
    }
}

/// Whether a list may take the place of the newest one.
fn follows(
    list: &RevocationList,
    newest: Option<&RevocationList>,
    at: OffsetDateTime,
) -> Result<(), String> {
    const SKEW: time::Duration = time::Duration::minutes(5);
    if list.this_update() > at + SKEW {
        return Err(format!(
            "it is of {}, which is yet to come",
            rfc3339(list.this_update())
        ));
    }
    if list.next_update() <= at {
        return Err(format!(
            "its time was over at {}",
            rfc3339(list.next_update())
        ));
    }
    if let Some(newest) = newest
        && (list.number() <= newest.number() || list.this_update() <= newest.this_update())
    {
        return Err(format!(
            "it is number {} of {} and does not follow number {} of {}",
            list.number_hex(),
            rfc3339(list.this_update()),
            newest.number_hex(),
            rfc3339(newest.this_update())
        ));
    }
    Ok(())
}

/// Whether a list says of what an authority issued what the registry says of it: the next one, signed
/// here, would forget all else.
fn agrees(
    list: &RevocationList,
    taken_back: &[IssuedCertificate],
    at: OffsetDateTime,
) -> Result<(), String> {
    let is_on = |certificate: &&IssuedCertificate| {
        list.status_of(&contents(&certificate.serial)) != IssuedStatus::Good
    };
    let mut missing = taken_back.iter().filter(|it| !is_on(it));
    if let Some(missing) = missing.find(|it| it.not_after >= at) {
        return Err(format!(
            "certificate {} was taken back here and is not on it",
            missing.id
        ));
    }
    let known = taken_back.iter().filter(is_on).count();
    if list.entries() == known {
        return Ok(());
    }
    Err(format!(
        "of the {} certificates on it {known} were taken back here",
        list.entries()
    ))
}

/// Whether an authority that was revoked for good stays so until its end.
fn keeps(
    list: &RevocationList,
    newest: Option<&RevocationList>,
    below: &Certificate,
    at: OffsetDateTime,
) -> Result<(), String> {
    let said = |list: &RevocationList| list.status_of(&below.serial);
    match (newest.map(said), said(list)) {
        (Some(IssuedStatus::Revoked(..)), IssuedStatus::Good | IssuedStatus::OnHold(_))
            if below.not_after >= at =>
        {
            Err(format!(
                "it forgets {}, which the last one revoked",
                below.subject
            ))
        }
        _ => Ok(()),
    }
}
