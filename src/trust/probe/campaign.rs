//! A campaign from its plan to its report: first the domains, then each gateway they lead to, once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, TrustAnchor, UnixTime};
use rustls::sign::CertifiedKey;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::endpoint::{Endpoint, Opening};
use super::gateway::{self, Expected};
use super::plan::{CampaignPlan, PlanError, ProbeIdentity, ProbeSettings};
use super::{dns, tls};
use crate::domain::campaign::{CampaignReport, Check, Route};

/// Probes everything that the plan names. `progress` hears of each check when its domain or endpoint is done; the
/// report holds them in the order of the plan. Dropping the future ends every probe.
pub async fn run(
    plan: &CampaignPlan,
    settings: &ProbeSettings,
    progress: &mut (dyn FnMut(&Check) + Send),
) -> Result<CampaignReport, PlanError> {
    let since = Instant::now();
    let expected = Arc::new(prepare(plan, settings)?);
    let resolver = Arc::new(dns::resolver(settings)?);

    let domains = plan.mail_domains.iter().map(|domain| {
        let (domain, resolver, expected) = (domain.clone(), resolver.clone(), expected.clone());
        async move { dns::probe(&domain, &resolver, &expected.settings).await }
    });
    let mut tell = |checks: &[Check]| checks.iter().for_each(&mut *progress);
    let found = side_by_side(domains, settings.at_once, |(checks, _)| tell(checks)).await;

    let mut checks = Vec::new();
    let mut routes = Vec::new();
    let mut gateways: BTreeMap<String, BTreeSet<IpAddr>> = BTreeMap::new();
    for (domain, (seen, exchangers)) in plan.mail_domains.iter().zip(found) {
        checks.extend(seen);
        routes.push(Route {
            mail_domain: domain.clone(),
            gateways: exchangers.iter().map(|mx| mx.host.clone()).collect(),
        });
        for mx in exchangers {
            gateways.entry(mx.host).or_default().extend(mx.addresses);
        }
    }

    let probes = endpoints(gateways, settings).into_iter().map(|endpoint| {
        let expected = expected.clone();
        async move { gateway::probe(&endpoint, &expected).await }
    });
    let seen = side_by_side(probes, settings.at_once, |checks| tell(checks)).await;
    checks.extend(seen.into_iter().flatten());
    Ok(CampaignReport {
        started_at: settings.at,
        finished_at: settings.at + since.elapsed(),
        routes,
        checks,
    })
}

fn endpoints(
    gateways: BTreeMap<String, BTreeSet<IpAddr>>,
    settings: &ProbeSettings,
) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    for (host, addresses) in gateways {
        for address in addresses {
            for (port, opening) in [
                (settings.smtp_port, Opening::Starttls),
                (settings.smtps_port, Opening::Implicit),
            ] {
                endpoints.push(Endpoint {
                    host: host.clone(),
                    address,
                    port,
                    opening,
                });
            }
        }
    }
    endpoints
}

fn prepare(plan: &CampaignPlan, settings: &ProbeSettings) -> Result<Expected, PlanError> {
    let seconds = u64::try_from(settings.at.unix_timestamp()).unwrap_or(0);
    let lent = &settings.identities;
    Ok(Expected {
        settings: settings.clone(),
        at: UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        registered: plan.registered.clone(),
        anchors: plan
            .anchors
            .iter()
            .zip(1..)
            .map(|(der, number)| {
                anchor(der).map_err(|error| PlanError::Anchor {
                    number,
                    problem: error.to_string(),
                })
            })
            .collect::<Result<_, _>>()?,
        listed: identity("listed", lent.listed.as_ref())?,
        revoked: identity("revoked", lent.revoked.as_ref())?,
        unlisted: identity("unlisted", lent.unlisted.as_ref())?,
    })
}

fn anchor(der: &[u8]) -> Result<TrustAnchor<'static>, webpki::Error> {
    let certificate = CertificateDer::from(der);
    Ok(webpki::anchor_from_trusted_cert(&certificate)?.to_owned())
}

fn identity(
    which: &'static str,
    lent: Option<&ProbeIdentity>,
) -> Result<Option<Arc<CertifiedKey>>, PlanError> {
    let Some(lent) = lent else { return Ok(None) };
    let refuse = |problem: String| PlanError::Identity { which, problem };
    let key = PrivateKeyDer::try_from(lent.key.clone()).map_err(|e| refuse(e.to_owned()))?;
    let chain = lent
        .chain
        .iter()
        .map(|der| CertificateDer::from(der.clone()))
        .collect();
    CertifiedKey::from_der(chain, key, &tls::provider())
        .map(|key| Some(Arc::new(key)))
        .map_err(|error| refuse(error.to_string()))
}

/// Runs the jobs, some at the same time; gives what they give in their order, and tells of each when it is done.
async fn side_by_side<T: Send + 'static>(
    jobs: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
    at_once: NonZeroUsize,
    mut done: impl FnMut(&T),
) -> Vec<T> {
    let mut waiting = jobs.enumerate();
    let mut running = JoinSet::new();
    let mut results = BTreeMap::new();
    loop {
        while running.len() < at_once.get()
            && let Some((at, job)) = waiting.next()
        {
            running.spawn(async move { (at, job.await) });
        }
        match running.join_next().await {
            None => return results.into_values().collect(),
            Some(Ok((at, result))) => {
                done(&result);
                results.insert(at, result);
            }
            // Nobody cancels these, so that it panicked; so does who waits for it.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Barrier;

    use super::*;

    #[tokio::test]
    async fn as_many_jobs_run_at_once_as_may_and_results_keep_their_order() {
        // Each pair waits for both: with fewer than two at once this would never end.
        let pair = Arc::new(Barrier::new(2));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs = (0..10).map(|number| {
            let (pair, running, most) = (pair.clone(), running.clone(), most.clone());
            async move {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                pair.wait().await;
                running.fetch_sub(1, Ordering::SeqCst);
                number
            }
        });
        let mut told = Vec::new();
        let two = NonZeroUsize::new(2).unwrap();
        let results = side_by_side(jobs, two, |number| told.push(*number)).await;
        assert_eq!(results, (0..10).collect::<Vec<_>>());
        told.sort_unstable();
        assert_eq!(told, results);
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }
}
