//! Which certificate stands behind which mail domain: what becomes an entry of the list.

use super::administrators::hold_rights;
use super::certificates::{held, key};
use super::operators::hold_living;
use super::{Decision, TrustSpace};
use crate::domain::administrator::Actor;
use crate::domain::certificate::CertificateState;
use crate::domain::certificate_record::CertificateRecord;
use crate::domain::error::{
    CERTIFICATE_TRANSITION, Failure, MAIL_DOMAIN_FOREIGN, MAIL_DOMAIN_NOT_FOUND,
};
use crate::domain::mail_domain::MailDomainName;
use crate::storage::bindings::Holding;
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, bindings, changes};

impl TrustSpace {
    /// Puts a certificate behind one of its operator's mail domains; nothing happens where it is
    /// there. One administrator is enough: the operator was let in by two.
    ///
    /// `certificate.not_found`, `certificate.transition` where it is over, `mail_domain.not_found`,
    /// `mail_domain.foreign`, `operator.transition` where the operator left for good.
    pub async fn bind(
        &self,
        actor: &Actor,
        mail_domain: &MailDomainName,
        certificate: i64,
        reason: &str,
    ) -> Result<(), Failure> {
        Self::may_act(actor)?;
        let decision = self.decided(actor, reason)?;
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let record = held(&mut truth, certificate).await?;
        hold_living(&mut truth, record.operator).await?;
        not_over(&record)?;
        match bindings::holding(&mut truth, mail_domain, record.operator).await? {
            Holding::Own => {}
            Holding::Foreign => {
                return Err(Failure::new(
                    &MAIL_DOMAIN_FOREIGN,
                    format!(
                        "{mail_domain} is not a mail domain of operator {}, whose certificate {certificate} is.",
                        record.operator
                    ),
                ));
            }
            Holding::Unknown => {
                return Err(Failure::new(
                    &MAIL_DOMAIN_NOT_FOUND,
                    format!("There is no mail domain {mail_domain}."),
                ));
            }
        }
        if bindings::bind(&mut truth, mail_domain, certificate, decision.at).await? {
            record_change(&mut truth, &decision, "binding.added", mail_domain, &record).await?;
            storage::commit(truth).await?;
        }
        Ok(())
    }

    /// Takes a certificate away from a mail domain; nothing happens where it is not there.
    ///
    /// `certificate.not_found`.
    pub async fn unbind(
        &self,
        actor: &Actor,
        mail_domain: &MailDomainName,
        certificate: i64,
        reason: &str,
    ) -> Result<(), Failure> {
        Self::may_act(actor)?;
        let decision = self.decided(actor, reason)?;
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        hold_rights(&mut truth, actor).await?;
        let record = held(&mut truth, certificate).await?;
        if bindings::unbind(&mut truth, mail_domain, certificate, decision.at).await? {
            let action = "binding.removed";
            record_change(&mut truth, &decision, action, mail_domain, &record).await?;
            storage::commit(truth).await?;
        }
        Ok(())
    }
}

fn not_over(record: &CertificateRecord) -> Result<(), Failure> {
    match record.state {
        CertificateState::Pending | CertificateState::Active | CertificateState::Suspended => {
            Ok(())
        }
        CertificateState::Revoked | CertificateState::Expired | CertificateState::Superseded => {
            Err(Failure::new(
                &CERTIFICATE_TRANSITION,
                format!(
                    "Certificate {} is {}: it stands behind nothing any more.",
                    record.id,
                    record.state.as_str()
                ),
            ))
        }
    }
}

async fn record_change(
    truth: &mut Connection,
    decision: &Decision,
    action: &'static str,
    mail_domain: &MailDomainName,
    record: &CertificateRecord,
) -> Result<(), Failure> {
    registry_events::append(
        truth,
        &RegistryEvent {
            operator: Some(record.operator),
            certificate: Some(record.id),
            mail_domain: Some(mail_domain.clone()),
            ..decision.event(action)
        },
    )
    .await?;
    let keys = [key(record.id), format!("mail_domain:{mail_domain}")];
    changes::append_trust(truth, action, &keys).await?;
    Ok(())
}
