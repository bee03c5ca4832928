//! The demo's trust space: pretend operators in every state, a pretend authority, two administrators,
//! a published list, and one act that waits for the second of them.

mod admission;
mod authorities;
mod files;
mod pretend;
mod shown;

use time::OffsetDateTime;

pub(super) use self::admission::show as show_admission;
pub(super) use self::files::Files;
use self::files::{ANCHORS, NEXT_SIGNER, SERVER, SIGNER, WAITING};
use self::pretend::{OPERATORS, Pretend, Runs, way_to};
pub(super) use self::shown::show;
use crate::cli::output;
use crate::cli::progress::{Bars, Unit};
use crate::config::Config;
use crate::domain::act::Act;
use crate::domain::administrator::{Actor, AdministratorRole};
use crate::domain::approval::ApprovalState;
use crate::domain::campaign::{CampaignReport, Check, CheckName, Outcome, Route, Subject};
use crate::domain::clock::{Clock as _, SystemClock};
use crate::domain::distinguished_name::{Attribute, OperatorDn};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::{DocumentKind, DocumentReference, OperatorState, Transition};
use crate::domain::operator::{OperatorFilter, RegisteredNumber};
use crate::domain::trust_list::to_the_second;
use crate::service::trust_space::{
    NewMailDomain, NewOperator, OperatorDetail, Published, Requested, TrustSpace,
};
use crate::storage::{Database, campaigns, mail_domains};
use crate::trust::laboratory::Laboratory;

/// Why all of it is done.
const REASON: &str = "demonstration";
/// Days that pretend certificates are good for.
const CERTIFICATE_DAYS: i64 = 730;

/// The demo's keys and certificates, made at the first start; the settings are given what uses them.
pub(super) fn prepare(config: &mut Config) -> anyhow::Result<Files> {
    let files = Files::of(&config.data_dir);
    let listen = config.http.listen;
    let public_url = config
        .ca
        .public_url
        .get_or_insert_with(|| format!("http://{listen}"));
    if !files.are_there() {
        let laboratory = Laboratory::new("AC FICTIVE DES OPERATEURS", SystemClock.now())?;
        for (name, host) in [
            (SIGNER, "liste.agence-fictive.test"),
            (NEXT_SIGNER, "liste-2.agence-fictive.test"),
        ] {
            let dn = subject(host, "399999999900081", "AGENCE FICTIVE");
            let issued = laboratory.list_signer(&dn, CERTIFICATE_DAYS)?;
            files.write(&format!("{name}.key"), &issued.key_pem)?;
            files.write(&format!("{name}.pem"), &issued.certificate_pem)?;
        }
        let agency = subject("localhost", "399999999900081", "AGENCE FICTIVE");
        let server = laboratory.gateway(&agency, &["localhost"], CERTIFICATE_DAYS)?;
        files.write(&format!("{SERVER}.key"), &server.key_pem)?;
        files.write(&format!("{SERVER}.pem"), &server.certificate_pem)?;
        authorities::make(&files, public_url, to_the_second(SystemClock.now()))?;
        files.write(ANCHORS, laboratory.anchor_pem())?;
    }
    files.settings(config);
    Ok(files)
}

/// Whom the demo acts as.
struct Cast<'a> {
    space: TrustSpace,
    database: &'a Database,
    alice: Actor,
    bob: Actor,
}

/// Makes the trust space where it is not there yet, and goes on where an earlier start was
/// interrupted.
pub(super) async fn fill(
    config: &Config,
    database: &Database,
    files: &Files,
) -> anyhow::Result<()> {
    let space = crate::app::trust_space(config, &database.pool)?;
    if space.list_versions(None, 1).await?.is_empty() {
        let cast = Cast {
            alice: administrator(&space, files, "alice", AdministratorRole::Administrator).await?,
            bob: administrator(&space, files, "bob", AdministratorRole::Administrator).await?,
            space,
            database,
        };
        administrator(&cast.space, files, "carole", AdministratorRole::Auditor).await?;
        cast.announce(files).await?;
        cast.found_authorities(files).await?;
        let bars = Bars::default();
        for (done, pretend) in (1_u64..).zip(OPERATORS) {
            cast.onboard(pretend, files).await?;
            let total = u64::try_from(OPERATORS.len()).unwrap_or(done);
            bars.show("onboarding operators", Unit::Steps, done, total);
        }
        bars.end();
        cast.wait_for_the_second(files).await?;
        cast.publish().await?;
    }
    Ok(())
}

/// An administrator of this name, whose token is kept in a file.
async fn administrator(
    space: &TrustSpace,
    files: &Files,
    name: &str,
    role: AdministratorRole,
) -> anyhow::Result<Actor> {
    let file = format!("{name}.token");
    if let Ok(token) = files.read(&file) {
        return Ok(space.authenticate(&token).await?);
    }
    let new = space.add_administrator(name, role).await?;
    files.write(&file, &new.token)?;
    Ok(Actor::Administrator(new.administrator))
}

impl Cast<'_> {
    /// Alice asks, Bob agrees where two are needed.
    async fn both(&self, act: Act) -> anyhow::Result<()> {
        match self.space.request(&self.alice, act, REASON).await? {
            Requested::Done { .. } | Requested::Scheduled { .. } => {}
            Requested::Pending(approval) => {
                self.space.approve(&self.bob, approval.id).await?;
            }
        }
        Ok(())
    }

    /// The key that signs, and the one that may sign next.
    async fn announce(&self, files: &Files) -> anyhow::Result<()> {
        let announced = self.space.signers().await?.len();
        for name in [SIGNER, NEXT_SIGNER].into_iter().skip(announced) {
            let pem = files.read(&format!("{name}.pem"))?;
            let certificate = crate::trust::certificate::read_upload(pem.as_bytes())?
                .into_iter()
                .next()
                .map(hex::encode)
                .unwrap_or_default();
            self.both(Act::AnnounceSigner { certificate }).await?;
        }
        Ok(())
    }

    /// Takes an operator from nothing, or from where an interrupted start left it, to its state.
    async fn onboard(&self, pretend: &Pretend, files: &Files) -> anyhow::Result<()> {
        let operator = self.record(pretend).await?;
        let mail_domains = self.mail_domains(pretend, operator).await?;
        let found = self.space.operator(operator).await?;
        if found.certificates.is_empty() && pretend.state != OperatorState::Candidate {
            self.certify(pretend, operator, &mail_domains, files)
                .await?;
        }
        let way = way_to(pretend.state);
        let walked = way.iter().position(|state| *state == found.operator.state);
        for &to in way.iter().skip(walked.map_or(0, |place| place + 1)) {
            if to == OperatorState::Contracted {
                self.pretend_campaign(operator, pretend).await?;
            }
            self.both(Act::MoveOperator(transition(operator, to)))
                .await?;
        }
        Ok(())
    }

    async fn record(&self, pretend: &Pretend) -> anyhow::Result<i64> {
        let filter = OperatorFilter {
            state: None,
            text: Some(pretend.number.to_owned()),
        };
        if let Some(known) = self.space.operators(&filter, 0, 1).await?.first() {
            return Ok(known.id);
        }
        let new = NewOperator {
            legal_name: pretend.legal_name.to_owned(),
            kind: Some(pretend.kind),
            number: Some(RegisteredNumber::parse(pretend.number)?),
            responsible_contact: format!("01 99 00 00 00, mssante@{}", host_domain(pretend)),
            support_contact: format!("01 99 00 00 01, support@{}", host_domain(pretend)),
        };
        let operator = self.space.create_operator(&self.alice, new, REASON);
        Ok(operator.await?.id)
    }

    /// The operator's mail domains, recorded where they are not.
    async fn mail_domains(
        &self,
        pretend: &Pretend,
        operator: i64,
    ) -> anyhow::Result<Vec<MailDomainName>> {
        let mut connection = self.database.pool.acquire().await?;
        let used = mail_domains::of_mailboxes(&mut connection).await?;
        let taken = mail_domains::taken(&mut connection, operator).await?;
        drop(connection);
        let runs = |name: &MailDomainName| match pretend.runs {
            Runs::TheRest => true,
            Runs::Beginning(beginnings) => beginnings
                .iter()
                .any(|beginning| name.as_str().starts_with(beginning)),
            Runs::These(_) => false,
        };
        let mut names: Vec<MailDomainName> = used.into_iter().filter(runs).collect();
        if let Runs::These(new) = pretend.runs {
            for name in new {
                names.push(MailDomainName::parse(name)?);
            }
        }
        names.retain(|name| !taken.contains(name));
        let known = self.space.operator(operator).await?.mail_domains;
        for name in &names {
            if known.contains(name) {
                continue;
            }
            let new = NewMailDomain {
                name: name.clone(),
                description: format!("Domaine fictif de {}", pretend.legal_name),
                allowed_professions: Vec::new(),
                operator: Some(operator),
            };
            self.space
                .create_mail_domain(&self.alice, new, REASON)
                .await?;
        }
        Ok(names)
    }

    /// Has the operator's certificate issued, puts it behind its mail domains and lets it stand.
    async fn certify(
        &self,
        pretend: &Pretend,
        operator: i64,
        names: &[MailDomainName],
        files: &Files,
    ) -> anyhow::Result<()> {
        let certificate = self.issue(pretend, operator, names, files).await?;
        for name in names {
            self.space
                .bind(&self.alice, name, certificate, REASON)
                .await?;
        }
        self.both(Act::ActivateCertificate {
            certificate,
            replaces: None,
        })
        .await
    }

    /// A campaign whose gateways nobody has probed: they do not exist.
    async fn pretend_campaign(&self, operator: i64, pretend: &Pretend) -> anyhow::Result<()> {
        let at = SystemClock.now();
        let OperatorDetail {
            mail_domains,
            certificates,
            ..
        } = self.space.operator(operator).await?;
        let report = pretend_report(&mail_domains, pretend.gateway, at);
        let mut connection = self.database.pool.acquire().await?;
        let beginning = campaigns::Beginning {
            operator,
            mail_domains: &mail_domains,
            certificates: &certificates,
            by: self.alice.name(),
            at,
        };
        let id = campaigns::begin(&mut connection, &beginning).await?;
        campaigns::finish(&mut connection, id, at, Ok(&report)).await?;
        Ok(())
    }

    /// Alice asks for what Bob has not agreed to yet: the end of a suspension.
    async fn wait_for_the_second(&self, files: &Files) -> anyhow::Result<()> {
        let filter = OperatorFilter {
            state: Some(OperatorState::Suspended),
            text: None,
        };
        for operator in self.space.operators(&filter, 0, 1).await? {
            let act = Act::MoveOperator(transition(operator.id, OperatorState::Active));
            let waiting = self.space.approvals(Some(ApprovalState::Pending)).await?;
            let known = waiting.into_iter().find(|approval| approval.act == act);
            let reason = "what led to the suspension is mended";
            let number = match known {
                Some(approval) => Some(approval.id),
                None => match self.space.request(&self.alice, act, reason).await? {
                    Requested::Pending(approval) => Some(approval.id),
                    Requested::Done { .. } | Requested::Scheduled { .. } => None,
                },
            };
            if let Some(number) = number {
                files.write(WAITING, &number.to_string())?;
            }
        }
        Ok(())
    }

    async fn publish(&self) -> anyhow::Result<()> {
        match self.space.publish(&self.alice, REASON).await? {
            Published::List(version) | Published::Unchanged(version) => output::note(&format!(
                "list {} is published, with {} entries",
                version.sequence, version.entries
            )),
            // A first list takes nothing away.
            Published::Pending(approval) => {
                self.space.approve(&self.bob, approval.id).await?;
            }
        }
        Ok(())
    }
}

/// The subject of a pretend certificate, in the list's style.
fn subject(host: &str, number: &str, name: &str) -> OperatorDn {
    let attribute = |kind: &str, value: &str| {
        vec![Attribute {
            kind: kind.to_owned(),
            value: value.to_owned(),
        }]
    };
    OperatorDn::new(vec![
        attribute("C", "FR"),
        attribute("ST", "Paris (75)"),
        attribute("O", name),
        attribute("OU", number),
        attribute("CN", host),
    ])
}

fn host_domain(pretend: &Pretend) -> &str {
    pretend
        .gateway
        .split_once('.')
        .map_or(pretend.gateway, |(_, domain)| domain)
}

fn transition(operator: i64, to: OperatorState) -> Transition {
    let today = SystemClock.now().date();
    let document = |kind, reference: &str| DocumentReference {
        kind,
        reference: reference.to_owned(),
        dated_on: today,
    };
    Transition {
        operator,
        to,
        documents: vec![
            document(DocumentKind::LetterOfEngagement, "LE-FICTIVE"),
            document(DocumentKind::OperatorContract, "CONTRAT-FICTIF"),
            document(DocumentKind::CnilCommitment, "AU-037-FICTIVE"),
        ],
        launch_on: Some(today),
        effective_at: None,
    }
}

/// All that a campaign checks, as if it had been seen.
fn pretend_report(
    mail_domains: &[MailDomainName],
    gateway: &str,
    at: OffsetDateTime,
) -> CampaignReport {
    let check = |name, subject| Check {
        name,
        subject,
        address: None,
        outcome: Outcome::Passed,
        detail: "Pretended by the demonstration: this gateway does not exist.".to_owned(),
        took_ms: 0,
    };
    let of_domain = |name: CheckName| name.as_str().starts_with("dns.");
    let (domain_checks, gateway_checks): (Vec<CheckName>, Vec<CheckName>) = CheckName::ALL
        .into_iter()
        .partition(|name| of_domain(*name));
    let domains = mail_domains.iter().flat_map(|domain| {
        let subject = Subject::Domain(domain.clone());
        domain_checks
            .iter()
            .map(move |name| check(*name, subject.clone()))
    });
    let gateways = [25, 465].into_iter().flat_map(|port| {
        let subject = Subject::Gateway {
            host: gateway.to_owned(),
            port,
        };
        gateway_checks
            .iter()
            .map(move |name| check(*name, subject.clone()))
    });
    CampaignReport {
        started_at: at,
        finished_at: at,
        routes: mail_domains
            .iter()
            .map(|mail_domain| Route {
                mail_domain: mail_domain.clone(),
                gateways: vec![gateway.to_owned()],
            })
            .collect(),
        checks: domains.chain(gateways).collect(),
    }
}
