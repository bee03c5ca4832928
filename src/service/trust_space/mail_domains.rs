//! Mail domains: what they are for, and which operators run them.

use super::administrators::hold_rights;
use super::operators::{hold_living, record_changed};
use super::{TrustSpace, acts};
use crate::domain::administrator::Actor;
use crate::domain::error::{
    Failure, MAIL_DOMAIN_EXISTS, MAIL_DOMAIN_FOREIGN, MAIL_DOMAIN_INVALID, MAIL_DOMAIN_NOT_FOUND,
};
use crate::domain::mail_domain::{
    self, InvalidMailDomainText, MailDomain, MailDomainFilter, MailDomainName,
};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, bindings, changes, mail_domains};

/// A mail domain that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMailDomain {
    /// Its name.
    pub name: MailDomainName,
    /// What it is for; the list shows it.
    pub description: String,
    /// Codes of `TRE_G15` that may have a mailbox in it; none: anybody.
    pub allowed_professions: Vec<String>,
    /// The first operator that runs it.
    pub operator: Option<i64>,
}

/// What is to be different in a mail domain's record; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailDomainChanges {
    /// What it is for.
    pub description: Option<String>,
    /// Codes of `TRE_G15` that may have a mailbox in it; none: anybody.
    pub allowed_professions: Option<Vec<String>>,
}

impl TrustSpace {
    /// Records a mail domain.
    pub async fn create_mail_domain(
        &self,
        actor: &Actor,
        new: NewMailDomain,
        reason: &str,
    ) -> Result<MailDomain, Failure> {
        Self::may_act(actor)?;
        let description = mail_domain::description(&new.description).map_err(invalid)?;
        let professions = mail_domain::professions(&new.allowed_professions).map_err(invalid)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        if let Some(operator) = new.operator {
            hold_living(&mut truth, operator).await?;
        }
        if !mail_domains::add(&mut truth, &new.name, &description, &professions, at).await? {
            return Err(Failure::new(
                &MAIL_DOMAIN_EXISTS,
                format!("{} is there.", new.name),
            ));
        }
        if let Some(operator) = new.operator {
            mail_domains::assign(&mut truth, &new.name, operator, at).await?;
        }
        let event = RegistryEvent {
            operator: new.operator,
            mail_domain: Some(new.name.clone()),
            reason,
            detail: serde_json::json!({
                "description": description,
                "allowed_professions": professions,
            }),
            ..RegistryEvent::new(at, actor.name().to_owned(), "mail_domain.created")
        };
        told(&mut truth, &event, &new.name).await?;
        storage::commit(truth).await?;
        self.mail_domain(&new.name).await
    }

    /// Changes a mail domain's record, which must be of this version still.
    pub async fn amend_mail_domain(
        &self,
        actor: &Actor,
        name: &MailDomainName,
        expected_version: i64,
        changes: MailDomainChanges,
        reason: &str,
    ) -> Result<MailDomain, Failure> {
        Self::may_act(actor)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let before = held(&mut truth, name).await?;
        if before.version != expected_version {
            return Err(record_changed(before.version, expected_version));
        }
        let description = match changes.description {
            Some(text) => mail_domain::description(&text).map_err(invalid)?,
            None => before.description.clone(),
        };
        let professions = match changes.allowed_professions {
            Some(codes) => mail_domain::professions(&codes).map_err(invalid)?,
            None => before.allowed_professions.clone(),
        };
        if (&description, &professions) == (&before.description, &before.allowed_professions) {
            return Ok(before);
        }
        mail_domains::amend(&mut truth, name, &description, &professions).await?;
        if description != before.description {
            bindings::touch_mail_domain(&mut truth, name, at).await?;
        }
        let event = RegistryEvent {
            mail_domain: Some(name.clone()),
            reason,
            detail: serde_json::json!({
                "before": {
                    "description": before.description,
                    "allowed_professions": before.allowed_professions,
                },
                "after": { "description": description, "allowed_professions": professions },
            }),
            ..RegistryEvent::new(at, actor.name().to_owned(), "mail_domain.amended")
        };
        told(&mut truth, &event, name).await?;
        storage::commit(truth).await?;
        self.mail_domain(name).await
    }

    /// Gives a mail domain to an operator too; it may have several. Nothing changes where it has it.
    pub async fn assign_mail_domain(
        &self,
        actor: &Actor,
        name: &MailDomainName,
        operator: i64,
        reason: &str,
    ) -> Result<MailDomain, Failure> {
        Self::may_act(actor)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        hold_living(&mut truth, operator).await?;
        held(&mut truth, name).await?;
        if mail_domains::assign(&mut truth, name, operator, at).await? {
            let event = RegistryEvent {
                operator: Some(operator),
                mail_domain: Some(name.clone()),
                reason,
                ..RegistryEvent::new(at, actor.name().to_owned(), "mail_domain.assigned")
            };
            told(&mut truth, &event, name).await?;
        }
        storage::commit(truth).await?;
        self.mail_domain(name).await
    }

    /// Takes a mail domain from an operator: its certificates do not stand behind it any more.
    pub async fn release_mail_domain(
        &self,
        actor: &Actor,
        name: &MailDomainName,
        operator: i64,
        reason: &str,
    ) -> Result<MailDomain, Failure> {
        Self::may_act(actor)?;
        let reason = acts::reason(reason)?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        held(&mut truth, name).await?;
        let unbound = mail_domains::release(&mut truth, name, operator, at)
            .await?
            .ok_or_else(|| {
                Failure::new(
                    &MAIL_DOMAIN_FOREIGN,
                    format!("Operator {operator} does not run {name}."),
                )
            })?;
        let event = RegistryEvent {
            operator: Some(operator),
            mail_domain: Some(name.clone()),
            reason,
            detail: serde_json::json!({ "unbound_certificates": unbound }),
            ..RegistryEvent::new(at, actor.name().to_owned(), "mail_domain.released")
        };
        told(&mut truth, &event, name).await?;
        storage::commit(truth).await?;
        self.mail_domain(name).await
    }

    /// The mail domain of this name.
    pub async fn mail_domain(&self, name: &MailDomainName) -> Result<MailDomain, Failure> {
        let mut connection = self.connection().await?;
        mail_domains::find(&mut connection, name)
            .await?
            .ok_or_else(|| unknown(name))
    }

    /// Mail domains after one of this name, in the order of their names.
    pub async fn mail_domains(
        &self,
        filter: &MailDomainFilter,
        after: Option<&MailDomainName>,
        limit: i64,
    ) -> Result<Vec<MailDomain>, Failure> {
        let mut connection = self.connection().await?;
        Ok(mail_domains::list(&mut connection, filter, after, limit).await?)
    }
}

async fn held(truth: &mut Connection, name: &MailDomainName) -> Result<MailDomain, Failure> {
    mail_domains::hold(truth, name)
        .await?
        .ok_or_else(|| unknown(name))
}

fn unknown(name: &MailDomainName) -> Failure {
    Failure::new(
        &MAIL_DOMAIN_NOT_FOUND,
        format!("There is no mail domain {name}."),
    )
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn invalid(error: InvalidMailDomainText) -> Failure {
    Failure::new(&MAIL_DOMAIN_INVALID, format!("{error}."))
}

/// History and the feed, as the last thing of a transaction.
async fn told(
    truth: &mut Connection,
    event: &RegistryEvent,
    name: &MailDomainName,
) -> Result<(), Failure> {
    registry_events::append(truth, event).await?;
    changes::append_trust(truth, event.action, &[format!("mail_domain:{name}")]).await?;
    Ok(())
}
