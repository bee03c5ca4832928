//! Where the mail of a domain goes: its mail exchangers and their addresses, checked before anyone connects.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use hickory_resolver::config::{
    LookupIpStrategy, NameServerConfigGroup, ResolveHosts, ResolverConfig,
};
use hickory_resolver::name_server::TokioConnectionProvider;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::proto::{ProtoError, ProtoErrorKind};
use hickory_resolver::{ResolveError, Resolver, TokioResolver};

use super::addresses::AddressPolicy;
use super::finding::{Finding, Sheet};
use super::plan::{PlanError, ProbeSettings, ResolverChoice};
use crate::domain::campaign::{Check, CheckName, Subject};
use crate::domain::mail_domain::MailDomainName;

/// Most mail exchangers of a domain, and most addresses of one, that a campaign goes to.
const MAX_HOSTS: usize = 16;
const MAX_ADDRESSES: usize = 16;

/// A mail exchanger and the addresses at which it may be probed.
pub(super) struct Exchanger {
    pub(super) host: String,
    pub(super) addresses: BTreeSet<IpAddr>,
}

/// A resolver that asks anew and reads no file of hosts.
pub(super) fn resolver(settings: &ProbeSettings) -> Result<TokioResolver, PlanError> {
    let mut builder = match settings.resolver {
        ResolverChoice::System => {
            TokioResolver::builder_tokio().map_err(|e| PlanError::Resolver(e.to_string()))?
        }
        ResolverChoice::Server(server) => {
            let servers =
                NameServerConfigGroup::from_ips_clear(&[server.ip()], server.port(), true);
            Resolver::builder_with_config(
                ResolverConfig::from_parts(None, Vec::new(), servers),
                TokioConnectionProvider::default(),
            )
        }
    };
    let options = builder.options_mut();
    options.timeout = settings.step_timeout;
    options.attempts = 1;
    options.use_hosts_file = ResolveHosts::Never;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    Ok(builder.build())
}

/// Follows a mail domain to its exchangers.
pub(super) async fn probe(
    domain: &MailDomainName,
    resolver: &TokioResolver,
    settings: &ProbeSettings,
) -> (Vec<Check>, Vec<Exchanger>) {
    let mut sheet = Sheet::new(Subject::Domain(domain.clone()), None);
    let hosts = match exchangers(domain, resolver, settings.step_timeout).await {
        Mail::NoSuchDomain => {
            sheet.note(
                CheckName::DnsName,
                Finding::failed(format!("{domain} does not exist")),
            );
            skip(&mut sheet, CheckName::DnsMx, "the domain does not exist");
            skip(&mut sheet, CheckName::DnsHost, "the domain does not exist");
            return (sheet.into_checks(), Vec::new());
        }
        Mail::Unanswered(why) => {
            sheet.note(
                CheckName::DnsName,
                Finding::failed(format!("the question for {domain} was not answered: {why}")),
            );
            skip(&mut sheet, CheckName::DnsMx, "the DNS did not answer");
            skip(&mut sheet, CheckName::DnsHost, "the DNS did not answer");
            return (sheet.into_checks(), Vec::new());
        }
        Mail::Exchangers(hosts) => hosts,
    };
    sheet.note(
        CheckName::DnsName,
        Finding::passed(format!("{domain} exists")),
    );
    if let Err(why) = judge(&hosts) {
        sheet.note(CheckName::DnsMx, Finding::failed(why));
        skip(
            &mut sheet,
            CheckName::DnsHost,
            "no mail exchanger can be used",
        );
        return (sheet.into_checks(), Vec::new());
    }
    sheet.note(
        CheckName::DnsMx,
        Finding::passed(format!("its mail goes to {}", hosts.join(", "))),
    );

    let mut usable = Vec::new();
    let mut problems = Vec::new();
    for host in hosts {
        match locate(&host, resolver, settings).await {
            Ok(addresses) => usable.push(Exchanger { host, addresses }),
            Err(problem) => problems.push(problem),
        }
    }
    let finding = if problems.is_empty() {
        let addresses: usize = usable.iter().map(|host| host.addresses.len()).sum();
        Finding::passed(format!(
            "{} mail exchangers have {addresses} addresses",
            usable.len()
        ))
    } else {
        Finding::failed(problems.join("; "))
    };
    sheet.note(CheckName::DnsHost, finding);
    (sheet.into_checks(), usable)
}

/// What the DNS says of a domain's mail.
enum Mail {
    NoSuchDomain,
    Unanswered(String),
    /// Names without final dot; an empty one stands for the root. In the order of preference.
    Exchangers(Vec<String>),
}

async fn exchangers(domain: &MailDomainName, resolver: &TokioResolver, limit: Duration) -> Mail {
    let Some(name) = absolute(domain.as_str()) else {
        return Mail::Unanswered("it is no DNS name".to_owned());
    };
    match ask(limit, resolver.mx_lookup(name)).await {
        Ok(found) => {
            let mut hosts: Vec<_> = found
                .iter()
                .map(|mx| {
                    let host = mx.exchange().to_ascii().to_ascii_lowercase();
                    (mx.preference(), host.trim_end_matches('.').to_owned())
                })
                .collect();
            hosts.sort();
            let mut seen = BTreeSet::new();
            hosts.retain(|(_, host)| seen.insert(host.clone()));
            Mail::Exchangers(hosts.into_iter().map(|(_, host)| host).collect())
        }
        Err(Unanswered::NoName) => Mail::NoSuchDomain,
        Err(Unanswered::NoRecord) => Mail::Exchangers(Vec::new()),
        Err(Unanswered::Failed(why)) => Mail::Unanswered(why),
    }
}

/// Whether these exchangers say that the domain takes mail.
fn judge(hosts: &[String]) -> Result<(), String> {
    if hosts.is_empty() {
        return Err("it has no MX record".to_owned());
    }
    if hosts.iter().any(String::is_empty) {
        return Err("its MX record says that it takes no mail (RFC 7505)".to_owned());
    }
    if hosts.len() > MAX_HOSTS {
        return Err(format!(
            "it has {} mail exchangers; at most {MAX_HOSTS} are expected",
            hosts.len()
        ));
    }
    Ok(())
}

/// The addresses of a mail exchanger, if it is a host name of its own and all may be connected to.
async fn locate(
    host: &str,
    resolver: &TokioResolver,
    settings: &ProbeSettings,
) -> Result<BTreeSet<IpAddr>, String> {
    let limit = settings.step_timeout;
    let name = is_host_name(host)
        .then(|| absolute(host))
        .flatten()
        .ok_or_else(|| format!("{host} is no host name"))?;
    match ask(limit, resolver.lookup(name.clone(), RecordType::CNAME)).await {
        Ok(_) => {
            return Err(format!(
                "{host} is an alias (CNAME), which a mail exchanger must not be (RFC 5321 §5.1)"
            ));
        }
        Err(Unanswered::NoRecord) => {}
        Err(Unanswered::NoName) => return Err(format!("{host} does not exist")),
        Err(Unanswered::Failed(why)) => {
            return Err(format!("the question for {host} was not answered: {why}"));
        }
    }
    let found = match ask(limit, resolver.lookup_ip(name)).await {
        Ok(found) => found,
        Err(Unanswered::NoName | Unanswered::NoRecord) => {
            return Err(format!("{host} has no address"));
        }
        Err(Unanswered::Failed(why)) => {
            return Err(format!("the addresses of {host} were not told: {why}"));
        }
    };
    let addresses: BTreeSet<IpAddr> = found.iter().collect();
    permitted(host, addresses, settings.addresses)
}

fn permitted(
    host: &str,
    addresses: BTreeSet<IpAddr>,
    policy: AddressPolicy,
) -> Result<BTreeSet<IpAddr>, String> {
    if addresses.is_empty() {
        return Err(format!("{host} has no address"));
    }
    if addresses.len() > MAX_ADDRESSES {
        return Err(format!(
            "{host} has {} addresses; at most {MAX_ADDRESSES} are expected",
            addresses.len()
        ));
    }
    match addresses.iter().find(|address| !policy.permits(**address)) {
        None => Ok(addresses),
        Some(address) => Err(format!(
            "{host} has the address {address}, which is not public (RFC 6890)"
        )),
    }
}

/// A host name has letters, digits and hyphens, and does not look like an address (RFC 1123 §2.1).
fn is_host_name(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    MailDomainName::parse(host).is_ok() && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name with its final dot, so that no search list is tried.
fn absolute(name: &str) -> Option<Name> {
    Name::from_ascii(format!("{name}.")).ok()
}

/// Why a question brought no record.
enum Unanswered {
    NoName,
    NoRecord,
    Failed(String),
}

async fn ask<T>(
    limit: Duration,
    question: impl Future<Output = Result<T, ResolveError>>,
) -> Result<T, Unanswered> {
    match tokio::time::timeout(limit, question).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(unanswered(&error)),
        Err(_) => Err(Unanswered::Failed(format!("no answer within {limit:?}"))),
    }
}

fn unanswered(error: &ResolveError) -> Unanswered {
    match error.proto().map(ProtoError::kind) {
        Some(ProtoErrorKind::NoRecordsFound { response_code, .. }) => match *response_code {
            ResponseCode::NXDomain => Unanswered::NoName,
            ResponseCode::NoError => Unanswered::NoRecord,
            other => Unanswered::Failed(other.to_string()),
        },
        _ => Unanswered::Failed(error.to_string()),
    }
}

fn skip(sheet: &mut Sheet, name: CheckName, why: &str) {
    sheet.note(name, Finding::skipped(why, "there is nothing to look at"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_is_no_address_and_has_only_its_letters() {
        for (host, good) in [
            ("mx.operateur.fr", true),
            ("mx1.15-20.fr", true),
            ("10.0.0.1", false),
            ("mx_1.operateur.fr", false),
            ("localhost", false),
            ("", false),
            ("a..fr", false),
        ] {
            assert_eq!(is_host_name(host), good, "{host:?}");
        }
    }

    #[test]
    fn too_many_exchangers_or_addresses_are_not_followed() {
        let hosts: Vec<_> = (0..=MAX_HOSTS).map(|n| format!("mx{n}.a.fr")).collect();
        assert!(judge(&hosts[1..]).is_ok());
        assert!(judge(&hosts).unwrap_err().contains("17"));

        let addresses: BTreeSet<IpAddr> = (0..=16).map(|n| IpAddr::from([9, 9, 9, n])).collect();
        let few = addresses.iter().skip(1).copied().collect();
        assert!(permitted("mx.a.fr", few, AddressPolicy::PublicOnly).is_ok());
        assert!(permitted("mx.a.fr", addresses, AddressPolicy::PublicOnly).is_err());
    }
}
