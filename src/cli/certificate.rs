//! `annuaire certificate`: certificates of operators.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};

use super::certificate_request::RequestCommand;
use super::registry::{Shape, Token, json, refused, tell, with_trust_space};
use super::{Failed, output, trust_list};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::act::Act;
use crate::domain::calendar::rfc3339;
use crate::domain::certificate::{CertificateState, RevocationReason};
use crate::domain::certificate_record::CertificateFilter;
use crate::service::trust_space::TrustSpace;

/// Certificates read in one go.
const PAGE: i64 = 500;
/// Bytes of the largest upload.
const UPLOAD: usize = 1 << 20;

/// Certificates of operators.
#[derive(Debug, Subcommand)]
pub(super) enum CertificateCommand {
    /// Register one, PEM (or a chain) or DER: pending until it is activated
    Add {
        /// The file
        file: PathBuf,
        /// Number of the operator
        #[arg(long)]
        operator: i64,
        #[command(flatten)]
        deed: Deed,
        #[command(flatten)]
        shape: Shape,
    },
    /// List them
    List {
        /// Only those of this operator
        #[arg(long)]
        operator: Option<i64>,
        /// Only those in this state
        #[arg(long, value_parser = state)]
        state: Option<CertificateState>,
        /// Only those that end within so many days
        #[arg(long, value_name = "DAYS")]
        expiring_within: Option<u16>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Show one, with the mail domains behind it
    Show {
        /// Number
        id: i64,
        #[command(flatten)]
        shape: Shape,
    },
    /// Say what the rules think of a file; nothing is kept
    Lint {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        shape: Shape,
    },
    #[command(flatten)]
    Requests(RequestCommand),
    #[command(flatten)]
    Decision(Decision),
}

/// What becomes of a certificate that is known.
#[derive(Debug, Subcommand)]
pub(super) enum Decision {
    /// Let one stand in the list
    Activate {
        /// Number
        id: i64,
        /// Number of the one whose mail domains it takes over
        #[arg(long)]
        replaces: Option<i64>,
        #[command(flatten)]
        decided: Decided,
    },
    /// Put one on hold, at once
    Suspend {
        /// Number
        id: i64,
        #[command(flatten)]
        decided: Decided,
    },
    /// End a hold; takes two administrators
    Release {
        /// Number
        id: i64,
        #[command(flatten)]
        decided: Decided,
    },
    /// Retire one whose successor stands
    Supersede {
        /// Number
        id: i64,
        #[command(flatten)]
        decided: Decided,
    },
    /// Take one back for good; takes two administrators
    Revoke {
        /// Number
        id: i64,
        /// Why, as RFC 5280 names it, such as keyCompromise
        #[arg(long, value_parser = because)]
        because: RevocationReason,
        #[command(flatten)]
        decided: Decided,
    },
}

/// In whose name, and why.
#[derive(Args, Debug)]
pub(super) struct Deed {
    /// Why, kept in history
    #[arg(long)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) token: Token,
}

/// A [`Deed`] that nodes take up.
#[derive(Args, Debug)]
pub(super) struct Decided {
    #[command(flatten)]
    deed: Deed,
    #[command(flatten)]
    shape: Shape,
}

fn state(text: &str) -> Result<CertificateState, String> {
    CertificateState::from_name(text).ok_or_else(|| {
        let names = CertificateState::ALL
            .map(CertificateState::as_str)
            .join(", ");
        format!("one of {names} is expected")
    })
}

fn because(text: &str) -> Result<RevocationReason, String> {
    RevocationReason::from_name(text).ok_or_else(|| {
        let names = RevocationReason::ALL
            .map(RevocationReason::as_str)
            .join(", ");
        format!("one of {names} is expected")
    })
}

impl CertificateCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let lease = config.admission.lease;
        with_trust_space(config, async |space| match self {
            Self::Add {
                file,
                operator,
                deed,
                shape,
            } => {
                let upload = trust_list::bounded(&file, UPLOAD)?;
                let actor = deed.token.actor(space).await?;
                let record = space
                    .add_certificate(&actor, operator, &upload, &deed.reason)
                    .await?;
                if shape.json {
                    return json(&record.shown());
                }
                output::line(&format!(
                    "certificate {}: {}, pending",
                    record.id, record.dn
                ));
                Ok(())
            }
            Self::List {
                operator,
                state,
                expiring_within,
                shape,
            } => {
                let filter = CertificateFilter {
                    operator,
                    state,
                    expiring_within_days: expiring_within,
                };
                list(space, &filter, shape).await
            }
            Self::Show { id, shape } => show(space, id, shape).await,
            Self::Lint { file, shape } => lint(space, &file, shape).await,
            Self::Requests(command) => command.run(space, lease).await,
            Self::Decision(decision) => {
                let (act, decided, done) = decision.taken_apart();
                decide(space, lease, act, decided, &done).await
            }
        })
        .await
    }
}

impl Decision {
    /// What is to be done, in whose name, and what is told once it is done.
    fn taken_apart(self) -> (Act, Decided, String) {
        let told = |id, what| format!("certificate {id} is {what}");
        match self {
            Self::Activate {
                id: certificate,
                replaces,
                decided,
            } => {
                let act = Act::ActivateCertificate {
                    certificate,
                    replaces,
                };
                (act, decided, told(certificate, "active"))
            }
            Self::Suspend { id, decided } => {
                let act = Act::SuspendCertificate { certificate: id };
                (act, decided, told(id, "on hold"))
            }
            Self::Release { id, decided } => {
                let act = Act::ReleaseCertificate { certificate: id };
                (act, decided, told(id, "active"))
            }
            Self::Supersede { id, decided } => {
                let act = Act::SupersedeCertificate { certificate: id };
                (act, decided, told(id, "retired"))
            }
            Self::Revoke {
                id: certificate,
                because,
                decided,
            } => {
                let act = Act::RevokeCertificate {
                    certificate,
                    because,
                };
                (act, decided, told(certificate, "revoked"))
            }
        }
    }
}

pub(super) async fn decide(
    space: &TrustSpace,
    lease: Duration,
    act: Act,
    decided: Decided,
    done: &str,
) -> Result<(), Failed> {
    let Decided { deed, shape } = decided;
    let actor = deed.token.actor(space).await?;
    let requested = space.request(&actor, act, &deed.reason).await?;
    tell(space, lease, requested, done, shape).await
}

async fn list(space: &TrustSpace, filter: &CertificateFilter, shape: Shape) -> Result<(), Failed> {
    let mut all = Vec::new();
    let mut after = 0;
    loop {
        let page = space.certificates(filter, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        all.extend(page);
    }
    if shape.json {
        return json(&all.shown());
    }
    for record in all {
        let until = record.content.map_or_else(
            || "by name alone".to_owned(),
            |content| rfc3339(content.not_after),
        );
        output::line(&format!(
            "{:>6}  {:10}  operator {:>5}  {until}  {}",
            record.id,
            record.state.as_str(),
            record.operator,
            record.dn
        ));
    }
    Ok(())
}

async fn show(space: &TrustSpace, id: i64, shape: Shape) -> Result<(), Failed> {
    let detail = space.certificate(id).await?;
    if shape.json {
        return json(&detail.shown());
    }
    let record = &detail.record;
    output::line(&format!(
        "certificate {} of operator {}: {}",
        record.id, record.operator, record.dn
    ));
    output::line(&format!(
        "state: {} since {}",
        record.state.as_str(),
        record.state_since
    ));
    match &record.content {
        Some(content) => output::line(&format!(
            "valid from {} to {}, sha256 {}, issued by {}",
            content.not_before, content.not_after, content.sha256, content.issuer_dn
        )),
        None => output::line("known by its name alone, from a list"),
    }
    for domain in &detail.mail_domains {
        output::line(&format!("mail domain: {domain}"));
    }
    Ok(())
}

async fn lint(space: &TrustSpace, file: &Path, shape: Shape) -> Result<(), Failed> {
    let upload = trust_list::bounded(file, UPLOAD)?;
    let findings = space.lint(&upload).await?;
    if shape.json {
        json(&findings)?;
    } else {
        for finding in &findings {
            output::line(&finding.to_string());
        }
    }
    if findings.iter().any(crate::trust::rules::Finding::refuses) {
        return Err(refused(format!("{} would be refused", file.display())));
    }
    output::note("it would be registered, as far as rules go");
    Ok(())
}
