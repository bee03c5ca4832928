//! What the DNS may say of a domain's mail, and what a campaign makes of it.

use std::net::IpAddr;
use std::time::Duration;

use annuaire::domain::campaign::{Outcome, Subject};
use annuaire::trust::probe::AddressPolicy;

use super::gateway::{Gateway, Manner};
use super::name_server::{NameServer, Says};
use super::pki::HOST;
use super::{DOMAIN, detail, ended, failed, plan, run, settings, skipped, zone};

type Entry = (&'static str, Says);

#[tokio::test]
async fn each_fault_of_a_zone_fails_exactly_its_checks() {
    let gateway = Gateway::start(Manner::Good).await;
    let mx = |hosts| (DOMAIN, Says::Mx(hosts));
    let here = Says::Addresses(vec![IpAddr::from([127, 0, 0, 1])]);
    // A zone, the one check that fails, and words of its detail.
    let cases: &[(&str, &[Entry], &str, &str)] = &[
        ("no domain", &[], "dns.name", "does not exist"),
        (
            "refused",
            &[(DOMAIN, Says::Failure)],
            "dns.name",
            "not answered",
        ),
        (
            "silent",
            &[(DOMAIN, Says::Silence)],
            "dns.name",
            "not answered",
        ),
        (
            "no MX",
            &[(DOMAIN, Says::Nothing)],
            "dns.mx",
            "no MX record",
        ),
        (
            "an address but no MX",
            &[(DOMAIN, here.clone())],
            "dns.mx",
            "no MX record",
        ),
        ("null MX", &[mx(&[(0, ".")])], "dns.mx", "RFC 7505"),
        (
            "null MX beside another",
            &[mx(&[(0, "."), (10, HOST)]), (HOST, here.clone())],
            "dns.mx",
            "RFC 7505",
        ),
        (
            "an alias",
            &[
                mx(&[(10, "alias.operateur.fr")]),
                ("alias.operateur.fr", Says::Alias(HOST)),
                (HOST, here.clone()),
            ],
            "dns.host",
            "alias.operateur.fr is an alias",
        ),
        (
            "a lost host",
            &[mx(&[(10, "parti.operateur.fr")])],
            "dns.host",
            "parti.operateur.fr does not exist",
        ),
        (
            "a host without address",
            &[mx(&[(10, HOST)]), (HOST, Says::Nothing)],
            "dns.host",
            "mx.operateur.fr has no address",
        ),
        (
            "an address for a name",
            &[mx(&[(10, "127.0.0.1")])],
            "dns.host",
            "127.0.0.1 is no host name",
        ),
        (
            "a name that is none",
            &[mx(&[(10, "mx_1.operateur.fr")])],
            "dns.host",
            "mx_1.operateur.fr is no host name",
        ),
    ];
    for (what, zone, name, words) in cases {
        let names = NameServer::start(zone).await;
        let mut settings = settings(&names, &gateway);
        if *what == "silent" {
            settings.step_timeout = Duration::from_millis(200);
        }
        let report = run(&plan(&[DOMAIN]), &settings).await;
        assert_eq!(
            ended(&report, &settings, failed),
            [*name],
            "{what}: {report:#?}"
        );
        let not_seen: &[&str] = match *name {
            "dns.name" => &["dns.host", "dns.mx"],
            "dns.mx" => &["dns.host"],
            _ => &[],
        };
        assert_eq!(ended(&report, &settings, skipped), not_seen, "{what}");
        assert!(detail(&report, name).contains(words), "{what}: {report:#?}");
        assert!(!report.is_green(), "{what}");
    }
}

#[tokio::test]
async fn the_registry_does_not_knock_at_private_addresses() {
    let gateway = Gateway::start(Manner::Good).await;
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"] {
        let zone = [
            (DOMAIN, Says::Mx(&[(10, HOST)])),
            (
                HOST,
                Says::Addresses(vec!["8.8.8.8".parse().unwrap(), address.parse().unwrap()]),
            ),
        ];
        let names = NameServer::start(&zone).await;
        let mut settings = settings(&names, &gateway);
        settings.addresses = AddressPolicy::PublicOnly;
        let report = run(&plan(&[DOMAIN]), &settings).await;
        assert_eq!(ended(&report, &settings, failed), ["dns.host"]);
        assert!(detail(&report, "dns.host").contains(address), "{report:#?}");
        assert!(
            report
                .checks
                .iter()
                .all(|check| matches!(check.subject, Subject::Domain(_)))
        );
        assert!(!report.is_green());
    }
}

#[tokio::test]
async fn a_gateway_of_several_domains_is_probed_once_and_stands_for_each() {
    let mut zone = zone();
    zone.push(("clinique.mssante.fr", Says::Mx(&[(10, HOST)])));
    zone.push(("perdu.mssante.fr", Says::Nothing));
    let names = NameServer::start(&zone).await;
    let gateway = Gateway::start(Manner::Good).await;
    let settings = settings(&names, &gateway);

    let report = run(&plan(&[DOMAIN, "clinique.mssante.fr"]), &settings).await;
    assert!(report.is_green(), "{report:#?}");
    assert_eq!(report.routes[0].gateways, [HOST]);
    assert_eq!(report.routes[1].gateways, [HOST]);
    let handshakes = report
        .checks
        .iter()
        .filter(|check| check.name.as_str() == "tls.starttls");
    assert_eq!(handshakes.count(), 1);

    let report = run(&plan(&[DOMAIN, "perdu.mssante.fr"]), &settings).await;
    assert_eq!(ended(&report, &settings, failed), ["dns.mx"]);
    assert!(!report.is_green());
}

#[tokio::test]
async fn every_address_of_a_gateway_is_probed() {
    let (there, nobody) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
    let names = NameServer::start(&[
        (DOMAIN, Says::Mx(&[(10, HOST)])),
        (HOST, Says::Addresses(vec![there, nobody])),
    ])
    .await;
    let gateway = Gateway::start(Manner::Good).await;
    let settings = settings(&names, &gateway);
    let report = run(&plan(&[DOMAIN]), &settings).await;
    assert_eq!(
        ended(&report, &settings, failed),
        ["tls.implicit@465", "tls.starttls@25"]
    );
    for check in &report.checks {
        assert_eq!(
            check.outcome != Outcome::Passed,
            check.address == Some(nobody),
            "{check:?}"
        );
    }
    assert!(!report.is_green());
}
