//! What a campaign needs of the settings: authorities, client certificates, how to knock.

use std::num::NonZeroUsize;
use std::path::Path;

use time::OffsetDateTime;

use super::examination;
use crate::config::{self, trust::Identity, trust::ProbedAddresses};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::mailbox::MailAddress;
use crate::trust::probe::{
    AddressPolicy, ProbeIdentities, ProbeIdentity, ProbeSettings, ResolverChoice,
};

/// Domains or gateways of one campaign that are probed at the same time.
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(8).expect("eight is not zero");

/// Why the settings do not allow a campaign, in one sentence for whoever runs the registry.
#[derive(Debug, thiserror::Error)]
#[error("The registry's settings do not allow a campaign: {0}.")]
pub(super) struct Unprepared(String);

fn unprepared(what: &str, problem: &impl std::fmt::Display) -> Unprepared {
    Unprepared(format!("{what}: {problem}"))
}

/// The authorities of the trust space, DER.
pub(super) async fn anchors(settings: &config::Trust) -> Result<Vec<Vec<u8>>, Unprepared> {
    let read = examination::anchors(settings).await;
    let read = read.map_err(|failure| Unprepared(failure.detail))?;
    let anchors = read.certificates().iter();
    Ok(anchors.map(|anchor| anchor.der().to_vec()).collect())
}

/// How the probes work.
pub(super) async fn settings(
    settings: &config::Trust,
    at: OffsetDateTime,
) -> Result<ProbeSettings, Unprepared> {
    let campaign = &settings.campaign;
    let helo_name = MailDomainName::parse(&campaign.helo)
        .map_err(|error| unprepared("trust.campaign.helo", &error))?;
    let sender = MailAddress::parse(&format!("postmaster@{helo_name}"))
        .map_err(|error| unprepared("trust.campaign.helo", &error))?;
    let identities = ProbeIdentities {
        listed: identity("trust.campaign.listed", campaign.listed.as_ref()).await?,
        revoked: identity("trust.campaign.revoked", campaign.revoked.as_ref()).await?,
        unlisted: identity("trust.campaign.unlisted", campaign.unlisted.as_ref()).await?,
    };
    Ok(ProbeSettings {
        resolver: campaign
            .resolver
            .map_or(ResolverChoice::System, ResolverChoice::Server),
        addresses: match campaign.addresses {
            ProbedAddresses::Public => AddressPolicy::PublicOnly,
            ProbedAddresses::Any => AddressPolicy::Any,
        },
        smtp_port: campaign.smtp_port,
        smtps_port: campaign.smtps_port,
        step_timeout: campaign.timeout,
        identities,
        helo_name,
        sender,
        at,
        at_once: AT_ONCE,
    })
}

async fn identity(
    setting: &'static str,
    files: Option<&Identity>,
) -> Result<Option<ProbeIdentity>, Unprepared> {
    let Some(files) = files else {
        return Ok(None);
    };
    let certificates = read(setting, &files.certificate_file).await?;
    let key = read(setting, &files.key_file).await?;
    ProbeIdentity::from_pem(&certificates, &key)
        .map(Some)
        .map_err(|error| unprepared(setting, &error))
}

/// What is told of a file that cannot be read names the setting, not the place on this machine.
async fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, Unprepared> {
    tokio::fs::read(path).await.map_err(|error| {
        tracing::warn!(setting, path = %path.display(), %error, "a file of the settings cannot be read");
        unprepared(setting, &error.kind())
    })
}
