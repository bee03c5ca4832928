//! The conformance campaign against gateways and a name server that the test starts on loopback.

mod dns;
mod faults;
mod gateway;
mod name_server;
mod old_tls;
mod pki;

use std::num::NonZeroUsize;
use std::time::Duration;

use annuaire::domain::campaign::{CampaignReport, Check, Outcome, Subject};
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::mailbox::MailAddress;
use annuaire::trust::probe::{
    self, AddressPolicy, CampaignPlan, ProbeIdentities, ProbeSettings, ResolverChoice,
};
use time::macros::datetime;

use gateway::Gateway;
use name_server::{NameServer, Says};
use pki::{HOST, Pki};

const DOMAIN: &str = "hopital.mssante.fr";

/// A zone where the domain's mail goes to the gateway on loopback.
fn zone() -> Vec<(&'static str, Says)> {
    vec![
        (DOMAIN, Says::Mx(&[(10, HOST)])),
        (HOST, Says::Addresses(vec![[127, 0, 0, 1].into()])),
    ]
}

fn plan(domains: &[&str]) -> CampaignPlan {
    let pki = Pki::of_this_run();
    // The expired certificate and its like were registered once: being registered is a check of its own.
    let registered = [
        &pki.expired,
        &pki.other_host,
        &pki.common_name_only,
        &pki.not_a_server,
        &pki.stranger,
        &pki.gateway,
    ];
    CampaignPlan {
        mail_domains: domains
            .iter()
            .map(|name| MailDomainName::parse(name).unwrap())
            .collect(),
        registered: registered.map(pki::Holder::leaf).into(),
        anchors: vec![pki.root.to_vec()],
    }
}

fn settings(names: &NameServer, gateway: &Gateway) -> ProbeSettings {
    let pki = Pki::of_this_run();
    ProbeSettings {
        resolver: ResolverChoice::Server(names.address),
        addresses: AddressPolicy::Any,
        smtp_port: gateway.smtp_port,
        smtps_port: gateway.smtps_port,
        step_timeout: Duration::from_secs(20),
        identities: ProbeIdentities {
            listed: Some(pki.listed.identity()),
            revoked: Some(pki.revoked.identity()),
            unlisted: Some(pki.unlisted.identity()),
        },
        helo_name: MailDomainName::parse("sonde.annuaire.fr").unwrap(),
        sender: MailAddress::parse("sonde@listee.mssante.fr").unwrap(),
        at: datetime!(2026-03-01 08:00 UTC),
        at_once: NonZeroUsize::new(4).unwrap(),
    }
}

/// Runs a campaign; what progress was told must be what the report holds.
async fn run(plan: &CampaignPlan, settings: &ProbeSettings) -> CampaignReport {
    let mut told = Vec::new();
    let report = probe::run(plan, settings, &mut |check| told.push(check.clone()))
        .await
        .unwrap();
    let mut held = report.checks.clone();
    for checks in [&mut told, &mut held] {
        checks.sort_by_key(|check| (check.subject.clone(), check.name, check.address));
    }
    assert_eq!(told, held);
    report
}

/// The checks that ended so, each as its name, with `@25` or `@465` behind those of a gateway.
fn ended(
    report: &CampaignReport,
    settings: &ProbeSettings,
    how: fn(&Outcome) -> bool,
) -> Vec<String> {
    let name = |check: &Check| match &check.subject {
        Subject::Domain(_) => check.name.as_str().to_owned(),
        Subject::Gateway { port, .. } if *port == settings.smtp_port => {
            format!("{}@25", check.name.as_str())
        }
        Subject::Gateway { .. } => format!("{}@465", check.name.as_str()),
    };
    let mut names: Vec<_> = report
        .checks
        .iter()
        .filter(|check| how(&check.outcome))
        .map(name)
        .collect();
    names.sort();
    names
}

fn failed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed)
}

fn skipped(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Skipped { .. })
}

/// The sentence of the first check of this name.
fn detail<'a>(report: &'a CampaignReport, name: &str) -> &'a str {
    let check = report
        .checks
        .iter()
        .find(|check| check.name.as_str() == name);
    &check.unwrap().detail
}
