//! Conformance campaigns: started by an administrator, run in the background, kept with their reports.

use tokio::sync::OwnedSemaphorePermit;

use super::administrators::hold_rights;
use super::operators::hold_living;
use super::{TrustSpace, probing};
use crate::domain::administrator::{Actor, SCHEDULE};
use crate::domain::campaign::{Campaign, CampaignReport};
use crate::domain::error::{CAMPAIGN_NOT_FOUND, CAMPAIGN_RUNNING, Failure, OPERATOR_INCOMPLETE};
use crate::domain::mail_domain::MailDomainName;
use crate::storage::campaigns::{self, Beginning, CampaignLock};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, StorageError, changes, operators};
use crate::trust::probe::{self, CampaignPlan};

/// Campaigns of one node at the same time at most.
pub(super) const AT_ONCE: usize = 3;

/// What a campaign was started with, apart from the settings.
struct Started {
    id: i64,
    operator: i64,
    mail_domains: Vec<MailDomainName>,
    registered: Vec<Vec<u8>>,
}

impl TrustSpace {
    /// Starts a campaign on an operator's gateways and gives it as it begins; it goes on in the
    /// background and ends with its process.
    pub async fn start_campaign(&self, actor: &Actor, operator: i64) -> Result<Campaign, Failure> {
        Self::may_act(actor)?;
        let place = self.campaigns.clone().try_acquire_owned().map_err(|_| {
            Failure::new(
                &CAMPAIGN_RUNNING,
                format!(
                    "This node runs {AT_ONCE} campaigns already; try again when one has ended."
                ),
            )
        })?;
        let Some(mut lock) = CampaignLock::try_take(&self.pool, operator).await? else {
            return Err(Failure::new(
                &CAMPAIGN_RUNNING,
                format!("One of operator {operator} has not ended."),
            ));
        };
        match self
            .begin_campaign(lock.connection(), actor, operator)
            .await
        {
            Ok(started) => {
                let id = started.id;
                tokio::spawn(run(self.clone(), started, lock, place));
                self.campaign(id).await
            }
            Err(failure) => {
                lock.release().await?;
                Err(failure)
            }
        }
    }

    /// The campaign of this number.
    pub async fn campaign(&self, id: i64) -> Result<Campaign, Failure> {
        let mut connection = self.connection().await?;
        campaigns::find(&mut connection, id)
            .await?
            .ok_or_else(|| Failure::new(&CAMPAIGN_NOT_FOUND, format!("There is no campaign {id}.")))
    }

    /// Campaigns of an operator, the newest first.
    pub async fn campaigns(&self, operator: i64) -> Result<Vec<Campaign>, Failure> {
        self.operator(operator).await?;
        let mut connection = self.connection().await?;
        Ok(campaigns::of_operator(&mut connection, operator).await?)
    }

    async fn begin_campaign(
        &self,
        connection: &mut Connection,
        actor: &Actor,
        operator: i64,
    ) -> Result<Started, Failure> {
        let at = self.clock.now();
        let mut truth = storage::begin(connection).await?;
        hold_rights(&mut truth, actor).await?;
        hold_living(&mut truth, operator).await?;
        let mail_domains = operators::mail_domains(&mut truth, operator).await?;
        if mail_domains.is_empty() {
            return Err(Failure::new(
                &OPERATOR_INCOMPLETE,
                "The operator has no mail domain that could be probed.",
            ));
        }
        let (certificates, registered): (Vec<_>, Vec<_>) =
            campaigns::presentable(&mut truth, operator)
                .await?
                .into_iter()
                .unzip();
        close_interrupted(&mut truth, operator, at).await?;
        let beginning = Beginning {
            operator,
            mail_domains: &mail_domains,
            certificates: &certificates,
            by: actor.name(),
            at,
        };
        let id = campaigns::begin(&mut truth, &beginning).await?;
        let event = RegistryEvent::new(at, actor.name().to_owned(), "campaign.started");
        told(&mut truth, event, operator, id, None).await?;
        storage::commit(truth).await?;
        Ok(Started {
            id,
            operator,
            mail_domains,
            registered,
        })
    }

    /// What the gateways look like, or why nobody could look.
    async fn probe(&self, started: &Started) -> Result<CampaignReport, String> {
        let at = self.clock.now();
        let settings = probing::settings(&self.settings, at)
            .await
            .map_err(|error| error.to_string())?;
        let plan = CampaignPlan {
            mail_domains: started.mail_domains.clone(),
            registered: started.registered.clone(),
            anchors: probing::anchors(&self.settings)
                .await
                .map_err(|error| error.to_string())?,
        };
        probe::run(&plan, &settings, &mut |_| {})
            .await
            .map_err(|error| error.to_string())
    }

    async fn end_campaign(
        &self,
        connection: &mut Connection,
        started: &Started,
        outcome: Result<&CampaignReport, &str>,
    ) -> Result<(), StorageError> {
        let at = self.clock.now();
        let mut truth = storage::begin(connection).await?;
        if campaigns::finish(&mut truth, started.id, at, outcome).await? {
            let green = outcome.is_ok_and(CampaignReport::is_green);
            let event = RegistryEvent::new(at, SCHEDULE.to_owned(), "campaign.ended");
            told(&mut truth, event, started.operator, started.id, Some(green)).await?;
        }
        storage::commit(truth).await
    }
}

/// Runs a campaign to its end. Where the connection that holds the lock broke meanwhile the end is
/// told by another, unless someone closed the campaign since.
async fn run(
    space: TrustSpace,
    started: Started,
    mut lock: CampaignLock,
    place: OwnedSemaphorePermit,
) {
    let outcome = space.probe(&started).await;
    let outcome = outcome.as_ref().map_err(String::as_str);
    let mut told = space
        .end_campaign(lock.connection(), &started, outcome)
        .await;
    if told.is_err() {
        told = match space.connection().await {
            Ok(mut other) => space.end_campaign(&mut other, &started, outcome).await,
            Err(error) => Err(error),
        };
    }
    if let Err(error) = told {
        tracing::error!(campaign = started.id, %error, "the end of a campaign could not be told");
    }
    if let Err(error) = lock.release().await {
        tracing::warn!(campaign = started.id, %error, "the lock of a campaign ends with its connection");
    }
    drop(place);
}

/// Closes campaigns whose process died; says how many.
pub(super) async fn close_dead(space: &TrustSpace) -> Result<usize, Failure> {
    let mut connection = space.connection().await?;
    let unfinished = campaigns::unfinished(&mut connection).await?;
    drop(connection);
    let mut closed = 0;
    for operator in unfinished {
        let Some(mut lock) = CampaignLock::try_take(&space.pool, operator).await? else {
            continue;
        };
        let at = space.clock.now();
        let mut truth = storage::begin(lock.connection()).await?;
        closed += close_interrupted(&mut truth, operator, at).await?;
        storage::commit(truth).await?;
        lock.release().await?;
    }
    Ok(closed)
}

async fn close_interrupted(
    truth: &mut Connection,
    operator: i64,
    at: time::OffsetDateTime,
) -> Result<usize, Failure> {
    let closed = campaigns::close_interrupted(truth, operator, at).await?;
    for id in &closed {
        let event = RegistryEvent {
            reason: campaigns::INTERRUPTED.to_owned(),
            ..RegistryEvent::new(at, SCHEDULE.to_owned(), "campaign.ended")
        };
        told(truth, event, operator, *id, Some(false)).await?;
    }
    Ok(closed.len())
}

async fn told(
    truth: &mut Connection,
    event: RegistryEvent,
    operator: i64,
    campaign: i64,
    green: Option<bool>,
) -> Result<(), StorageError> {
    let event = RegistryEvent {
        operator: Some(operator),
        detail: serde_json::json!({ "campaign": campaign, "green": green }),
        ..event
    };
    registry_events::append(truth, &event).await?;
    changes::append_trust(truth, event.action, &[format!("operator:{operator}")]).await?;
    Ok(())
}
