//! Revocation lists of our own authorities: signed by whichever node has the key, at once when something
//! changed and else in time.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::timeout;

use super::TrustSpace;
use super::authorities::{certificate, key};
use super::issuing::not_made;
use super::list_contents::{KEPT, number, says};
use super::versions::off_thread;
use crate::domain::alert::AlertCode;
use crate::domain::authority::{AuthorityKind, AuthorityRecord, IssuedCertificate};
use crate::domain::calendar::rfc3339;
use crate::domain::error::{AUTHORITY_UNAVAILABLE, Failure, REVOCATION_LIST_REFUSED};
use crate::domain::trust_list::to_the_second;
use crate::storage::revocation_lists::{self, NewRevocationList};
use crate::storage::{self, Connection, alerts, authorities, certificates, changes};
use crate::trust::authority::{ListPlan, revocation_list_url, sign_revocation_list};
use crate::trust::revocation::RevocationList;
use crate::trust::sign::Signer;

/// Bytes of the largest list of ours: two million entries.
pub(super) const MOST_BYTES: usize = 64 << 20;

/// Two nodes whose clocks differ by this much are taken to be of one time.
const DIFFERENCE: time::Duration = time::Duration::seconds(2);

/// An alert is raised beside a transaction that may have failed with the old alert in its hands.
const ALERT_PATIENCE: Duration = Duration::from_secs(5);

/// The list of an authority that is the newest, as it was read.
#[derive(Clone)]
pub(super) struct Newest {
    /// Number of its record.
    id: i64,
    pub(super) list: Arc<RevocationList>,
}

/// What somebody who looks often remembers from one look to the next.
#[derive(Default)]
pub(super) struct Remembered {
    newest: Vec<(i64, Newest)>,
}

impl Remembered {
    /// The newest list of an authority, read once.
    pub(super) async fn newest(
        &mut self,
        truth: &mut Connection,
        authority: &AuthorityRecord,
    ) -> Result<Option<Newest>, Failure> {
        let Some(head) = revocation_lists::newest(truth, &authority.spki_sha256).await? else {
            return Ok(None);
        };
        let known = self.newest.iter().find(|(id, _)| *id == authority.id);
        if let Some((_, known)) = known
            && known.id == head.id
        {
            return Ok(Some(known.clone()));
        }
        let der = revocation_lists::der(truth, head.id).await?;
        let list = off_thread(move || RevocationList::read(&der, MOST_BYTES)).await?;
        let newest = Newest {
            id: head.id,
            list: Arc::new(list.map_err(|error| refused(&authority.name, &error))?),
        };
        self.newest.retain(|(id, _)| *id != authority.id);
        self.newest.push((authority.id, newest.clone()));
        Ok(Some(newest))
    }
}

impl TrustSpace {
    /// Signs a new list for each issuing authority of which this node has the key, where the last one no longer
    /// says how its certificates stand, or its time has come. Says how many.
    ///
    /// What fails for one is an alert, and does not keep the others.
    pub async fn publish_revocation_lists(&self) -> Result<usize, Failure> {
        self.renew_revocation_lists(&mut Remembered::default())
            .await
    }

    pub(super) async fn renew_revocation_lists(
        &self,
        remembered: &mut Remembered,
    ) -> Result<usize, Failure> {
        let mut connection = self.connection().await?;
        let known = authorities::all(&mut connection).await?;
        drop(connection);
        let mut renewed = 0;
        let mut failed = None;
        for authority in known {
            match authority.kind {
                AuthorityKind::Issuing => {}
                // What it revoked is known beside its key alone: a list from here would forget it.
                AuthorityKind::Root => continue,
            }
            let Ok(signer) = self.authority_key(&authority) else {
                continue;
            };
            if authority.not_after < self.clock.now() {
                continue;
            }
            match self.renew(&authority, signer, remembered).await {
                Ok(Renewed::Signed) => renewed += 1,
                Ok(Renewed::Good) => {}
                Err(failure) => {
                    self.raise_not_signed(&authority, &failure).await;
                    failed = Some(failure);
                }
            }
        }
        failed.map_or(Ok(renewed), Err)
    }

    async fn renew(
        &self,
        authority: &AuthorityRecord,
        signer: Arc<dyn Signer>,
        remembered: &mut Remembered,
    ) -> Result<Renewed, Failure> {
        let mut connection = self.connection().await?;
        let newest = remembered.newest(&mut connection, authority).await?;
        let taken_back = certificates::taken_back_by(&mut connection, authority.id).await?;
        if !self.is_due(authority, newest.as_ref(), &taken_back)? {
            return Ok(Renewed::Good);
        }
        // Looked at again when nobody else can sign: another node may have been first.
        let mut truth = storage::begin(&mut connection).await?;
        revocation_lists::lock(&mut truth, &authority.spki_sha256).await?;
        let newest = remembered.newest(&mut truth, authority).await?;
        let taken_back = certificates::taken_back_by(&mut truth, authority.id).await?;
        if !self.is_due(authority, newest.as_ref(), &taken_back)? {
            return Ok(Renewed::Good);
        }
        let plan = self.plan(authority, newest.as_ref(), taken_back)?;
        let record = authority.clone();
        let made = off_thread(move || make(&record, &*signer, &plan)).await??;
        let new = NewRevocationList {
            issuer_spki_sha256: &authority.spki_sha256,
            issuer_dn: made.issuer().as_str(),
            number: &made.number_hex().to_ascii_lowercase(),
            this_update: made.this_update(),
            next_update: made.next_update(),
            der: made.der(),
            sha256: &made.digest(),
            source: "own",
            at: self.clock.now(),
        };
        revocation_lists::insert(&mut truth, &new).await?;
        let (code, subject) = (AlertCode::RevocationListNotPublished, key(&authority.name));
        alerts::clear(&mut truth, code, &subject, new.at).await?;
        changes::append_trust(&mut truth, "revocation_list.published", &[subject]).await?;
        storage::commit(truth).await?;
        tracing::info!(
            authority = %authority.name,
            number = new.number,
            entries = made.entries(),
            "revocation list published"
        );
        Ok(Renewed::Signed)
    }

    /// Whether a new list is to be signed; `authority.unavailable` where the clock went back behind the
    /// last one.
    fn is_due(
        &self,
        authority: &AuthorityRecord,
        newest: Option<&Newest>,
        taken_back: &[IssuedCertificate],
    ) -> Result<bool, Failure> {
        let Some(newest) = newest else {
            return Ok(true);
        };
        let now = self.clock.now();
        let last = newest.list.this_update();
        if now + DIFFERENCE < last {
            return Err(Failure::new(
                &AUTHORITY_UNAVAILABLE,
                format!(
                    "The last revocation list of authority {} is of {}, and the clock shows {}: it went back.",
                    authority.name,
                    rfc3339(last),
                    rfc3339(now)
                ),
            ));
        }
        Ok(now - last >= self.own.settings.crl_every || !says(&newest.list, taken_back))
    }

    fn plan(
        &self,
        authority: &AuthorityRecord,
        newest: Option<&Newest>,
        taken_back: Vec<IssuedCertificate>,
    ) -> Result<Plan, Failure> {
        let unavailable = |problem: &str| {
            Failure::new(
                &AUTHORITY_UNAVAILABLE,
                format!("Authority {}: {problem}.", authority.name),
            )
        };
        let public_url = self.own.settings.public_url.as_deref();
        let public_url = public_url.ok_or_else(|| {
            unavailable("`ca.public_url` is not set, and its lists say where they are")
        })?;
        let last = newest.map(|newest| &newest.list);
        let number = last.map_or(Some(1), |last| number(last.number())?.checked_add(1));
        let this_update = to_the_second(self.clock.now());
        Ok(Plan {
            number: number.ok_or_else(|| unavailable("the numbers of its lists are used up"))?,
            this_update: last.map_or(this_update, |last| this_update.max(last.this_update())),
            next_update: (this_update + self.own.settings.crl_lifetime).min(authority.not_after),
            previous_update: last.map(|last| last.this_update() - KEPT),
            url: revocation_list_url(public_url, &authority.name),
            taken_back,
        })
    }

    /// Keeps a failure where administrators look, in a transaction of its own; where the database is away
    /// that is for the log alone.
    async fn raise_not_signed(&self, authority: &AuthorityRecord, failure: &Failure) {
        let raise = async {
            let mut truth = self.connection().await?;
            let (code, subject) = (AlertCode::RevocationListNotPublished, key(&authority.name));
            let detail = failure.to_string();
            alerts::raise(&mut truth, code, &subject, &detail, self.clock.now()).await
        };
        match timeout(ALERT_PATIENCE, raise).await {
            // It is tried again every few seconds, and told once.
            Ok(Ok(false)) => return,
            Ok(Ok(true)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the alert was not kept"),
            Err(_) => tracing::error!("the alert was not kept: the database took too long"),
        }
        tracing::error!(
            authority = %authority.name,
            code = failure.code.code,
            detail = %failure.detail,
            "no revocation list was signed"
        );
    }
}

enum Renewed {
    /// A new list was signed.
    Signed,
    /// The last one is good.
    Good,
}

/// What a list will say.
struct Plan {
    number: u64,
    this_update: OffsetDateTime,
    next_update: OffsetDateTime,
    previous_update: Option<OffsetDateTime>,
    url: String,
    taken_back: Vec<IssuedCertificate>,
}

/// Signs a list and reads it back: nothing leaves that our own reader would refuse, or would read
/// otherwise. Blocks while a device works.
fn make(
    authority: &AuthorityRecord,
    signer: &dyn Signer,
    plan: &Plan,
) -> Result<RevocationList, Failure> {
    let own = certificate(authority)?;
    let order = ListPlan {
        number: plan.number,
        this_update: plan.this_update,
        next_update: plan.next_update,
        previous_update: plan.previous_update,
        url: &plan.url,
        revoked: &plan.taken_back,
    };
    let der =
        sign_revocation_list(&own, signer, &order).map_err(|error| not_made(authority, error))?;
    let other = |problem: &dyn std::fmt::Display| {
        Failure::new(
            &AUTHORITY_UNAVAILABLE,
            format!(
                "Authority {}: what it signed is not the list it should be: {problem}.",
                authority.name
            ),
        )
    };
    let list = RevocationList::read(&der, MOST_BYTES).map_err(|error| other(&error))?;
    list.is_by(&own).map_err(|error| other(&error))?;
    let times = (list.this_update(), list.next_update());
    if times != (plan.this_update, plan.next_update) {
        return Err(other(&"it has other times"));
    }
    if number(list.number()) != Some(plan.number) {
        return Err(other(&"it has another number"));
    }
    if !says(&list, &plan.taken_back) {
        return Err(other(&"it says otherwise how certificates stand"));
    }
    Ok(list)
}

pub(super) fn refused(authority: &str, problem: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        &REVOCATION_LIST_REFUSED,
        format!("Authority {authority}: {problem}."),
    )
}
