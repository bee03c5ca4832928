//! `annuaire admission check`: one question, decided here from the registry of the settings or by a
//! running node.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::shown::{Told, table};
use crate::api::Shown as _;
use crate::app;
use crate::cli::registry::{Shape, json as print};
use crate::cli::serve::stop_on_signal;
use crate::cli::{Exit, Failed, output, trust_list, with_database};
use crate::config::Config;
use crate::domain::admission::{Decision, Role, Verdict};
use crate::domain::calendar::rfc3339;
use crate::remote::{Access, Client, Post, Redirects, Roots};
use crate::service::admission::deciding::{Asked, Deciding, MailDomainAsked, presented};
use crate::service::admission::past::Past;
use crate::service::admission::reading::take_up;
use crate::storage::{Pool, migrate};
use crate::telemetry::Metrics;

/// Bytes of the largest file of a chain.
const CHAIN: usize = 1 << 20;
/// Bytes of the largest answer of a responder.
const STAPLED: usize = 64 << 10;
/// Bytes of the largest decision that is taken from a node.
const DECISION: u64 = 1 << 20;
/// How long a node is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// Say whether a peer with this chain may take part, now or at a moment of the past.
///
/// Every check is told with what was found. Exit code 0 is for an admission alone, 5 for a refusal.
#[derive(Args, Debug)]
pub(in crate::cli) struct Check {
    /// What the peer presents, its own certificate first: PEM, as of `openssl s_client -showcerts`, or
    /// one certificate in DER
    #[arg(long, value_name = "FILE")]
    chain: PathBuf,
    /// The mail domain it sends or takes mail for; any that the list has it behind, where absent
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
    /// What it is: smtp-client, smtp-server or list-signer
    #[arg(long, value_name = "ROLE", default_value = "smtp-client", value_parser = role)]
    role: Role,
    /// The host that was connected to, of a server
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// The OCSP answer that it stapled, DER
    #[arg(long, value_name = "FILE")]
    stapled: Option<PathBuf>,
    /// The moment asked about, such as 2026-01-31T03:00:00Z; now, where absent
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<OffsetDateTime>,
    /// Ask this node, such as `http://localhost:8080`, in the place of the registry of the settings
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    shape: Shape,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| {
        let names = Role::ALL.map(Role::as_str).join(", ");
        format!("one of {names} is expected")
    })
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "a time such as 2026-01-31T03:00:00Z is expected".to_owned())
}

impl Check {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let asked = self.asked()?;
        let (told, value) = match &self.url {
            Some(url) => self.ask(url, &asked).await?,
            None => self.decide(&config, asked).await?,
        };
        if self.shape.json {
            print(&value)?;
        } else {
            output::text(&table(&told));
        }
        verdict(&told.decision)
    }

    fn asked(&self) -> Result<Asked, Failed> {
        let read = |file: &Path, limit| trust_list::bounded(file, limit);
        let chain = presented(&read(&self.chain, CHAIN)?);
        let chain = chain.map_err(|failure| {
            let file = self.chain.display();
            Failed::new(Exit::Input, anyhow::anyhow!("{file}: {}", failure.detail))
        })?;
        let stapled = self.stapled.as_deref().map(|file| read(file, STAPLED));
        let domain = self.domain.as_deref();
        Ok(Asked {
            chain: chain.into(),
            mail_domain: domain.map_or(MailDomainAsked::Any, MailDomainAsked::of),
            role: self.role,
            host: self.host.clone(),
            stapled: stapled.transpose()?,
        })
    }

    /// Decides from the registry of the settings, read once.
    async fn decide(&self, config: &Config, asked: Asked) -> Result<(Told, Value), Failed> {
        crate::telemetry::log::init(&config.log)?;
        let mut answer = None;
        with_database(config, &stop_on_signal()?, async |database| {
            migrate(&database.pool).await?;
            let answered = self.answer(config, &database.pool, asked.clone()).await?;
            answer = Some(answered);
            Ok(())
        })
        .await?;
        answer.ok_or_else(|| Failed::new(Exit::Failure, anyhow::anyhow!("nothing was decided")))
    }

    async fn answer(
        &self,
        config: &Config,
        pool: &Pool,
        asked: Asked,
    ) -> Result<(Told, Value), Failed> {
        let admission = app::admission(config)?;
        let answer = if let Some(at) = self.at {
            let past = Past::new(pool.clone(), admission);
            past.decide(asked, at).await?
        } else {
            take_up(&admission, pool).await?;
            let deciding = Deciding::new(admission, Metrics::new(), 1);
            deciding.decide(asked).await?
        };
        let told = Told {
            decision: answer.decision.clone(),
            operator_name: answer.operator_name.clone(),
        };
        Ok((told, answer.shown()))
    }

    /// Asks a running node.
    async fn ask(&self, url: &str, asked: &Asked) -> Result<(Told, Value), Failed> {
        let client = Client::new(&Access {
            // Whoever gives the address is on this machine.
            permits: |_| true,
            timeout: PATIENCE,
            redirects: Redirects::Never,
            roots: Roots::System,
            identity: None,
        })?;
        let post = Post {
            media_type: "application/json",
            body: serde_json::to_vec(&self.question(asked))?,
        };
        let url = format!("{}/v1/admission/decisions", url.trim_end_matches('/'));
        let answer = client.post(&url, post, DECISION).await;
        let answer = answer.map_err(|error| {
            let exit = if error.is_of_the_asker() {
                Exit::Invalid
            } else {
                Exit::NotReady
            };
            let error = anyhow::Error::new(error).context(format!("{url} does not decide"));
            Failed::new(exit, error)
        })?;
        let value: Value = serde_json::from_slice(&answer.body)?;
        Ok((serde_json::from_value(value.clone())?, value))
    }

    fn question(&self, asked: &Asked) -> Value {
        let chain = asked.chain.iter().map(|der| STANDARD.encode(der));
        let mut question = json!({
            "chain": chain.collect::<Vec<_>>(),
            "role": asked.role.as_str(),
        });
        for (member, value) in [
            ("mail_domain", self.domain.clone()),
            ("host", asked.host.clone()),
            (
                "stapled",
                asked.stapled.as_ref().map(|der| STANDARD.encode(der)),
            ),
            ("at", self.at.map(rfc3339)),
        ] {
            if let (Some(value), Some(question)) = (value, question.as_object_mut()) {
                question.insert(member.to_owned(), value.into());
            }
        }
        question
    }
}

/// A refusal is not what was wished for: a script sees it.
fn verdict(decision: &Decision) -> Result<(), Failed> {
    match decision.verdict {
        Verdict::Admit => Ok(()),
        Verdict::Refuse => {
            let reasons = decision.reasons.iter().map(|reason| reason.code());
            let reasons = reasons.collect::<Vec<_>>().join(", ");
            Err(Failed::new(
                Exit::Refused,
                anyhow::anyhow!("refused: {reasons}"),
            ))
        }
    }
}
