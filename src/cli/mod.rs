//! The command line: one command per file; knows everything only by asking [`crate::app`].

mod admin;
mod admission;
mod alerts;
mod approval;
mod authority;
mod ca;
mod campaign;
mod certificate;
mod certificate_request;
mod config;
mod demo;
mod exit;
mod generate;
mod health;
mod import;
mod index;
mod mail_domain;
mod migrate;
mod node;
mod openapi;
mod operator;
mod output;
mod progress;
mod registry;
mod revocation;
mod serve;
mod trust_list;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::config::secret::Secret;
use crate::config::{Config, Overrides};
use crate::storage::Database;
pub use exit::Exit;

/// National directory and trust-space registry for secure health mail (MSSanté).
///
/// Imports the published extracts of professionals (RPPS) and mailboxes (MSSanté) into PostgreSQL,
/// keeps a search index of them, and answers look-ups over REST. Without --database-url it makes and
/// runs a private PostgreSQL under its data directory.
#[derive(Debug, Parser)]
#[command(name = "annuaire", version, after_help = exit::HELP, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
struct Common {
    /// TOML file of settings; see `config print --defaults`
    #[arg(long, global = true, value_name = "FILE", env = "ANNUAIRE_CONFIG")]
    config: Option<PathBuf>,
    /// Where the private database, the index and the reports lie
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// PostgreSQL to use instead of a private one: `postgres://user:password@host/name`.
    /// Others see the command line: better set `ANNUAIRE__DATABASE__URL` or `database.url_file`
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
}

impl Common {
    fn load(&self) -> Result<Config, Failed> {
        Config::load(
            self.config.as_deref(),
            Overrides {
                data_dir: self.data_dir.clone(),
                database_url: self.database_url.clone().map(Secret::new),
            },
        )
        .map_err(|error| Failed::new(Exit::Config, error))
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the directory until Ctrl-C
    Serve,
    /// Serve a synthetic country on a private database, and show what to ask it
    Demo(demo::Demo),
    /// Import published files
    #[command(subcommand)]
    Import(import::Import),
    /// Write a synthetic country as published files
    Generate(generate::Generate),
    /// Look after this node's search index
    #[command(subcommand)]
    Index(index::Index),
    /// Say who administers the trust space
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Who is let in
    #[command(subcommand)]
    Admission(admission::AdmissionCommand),
    /// Operators of the trust space and their life
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Mail domains and what stands behind them
    #[command(subcommand)]
    MailDomain(mail_domain::MailDomainCommand),
    /// Certificates of operators
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    /// Our own authorities
    #[command(subcommand)]
    Authority(authority::AuthorityCommand),
    /// Acts that wait for a second administrator
    #[command(subcommand)]
    Approval(approval::ApprovalCommand),
    /// Nodes that decide who is let in
    #[command(subcommand)]
    Node(node::NodeCommand),
    /// Conformance campaigns
    #[command(subcommand)]
    Campaign(campaign::CampaignCommand),
    /// The signed list: publish, verify, import, prove
    #[command(subcommand)]
    TrustList(trust_list::TrustListCommand),
    /// What other authorities say of their certificates
    #[command(subcommand)]
    Revocation(revocation::RevocationCommand),
    /// Our own authorities, offline: the ceremony, the root's revocation lists, responders
    #[command(subcommand)]
    Ca(ca::CaCommand),
    /// What somebody should look at
    Alerts(alerts::Alerts),
    /// Bring the database schema up to date
    Migrate,
    /// Print or check the settings
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Print the OpenAPI description of the REST interface
    Openapi,
    /// Ask a running service whether it is ready
    Health(health::Health),
}

/// A command that ended without doing what was asked.
#[derive(Debug)]
struct Failed {
    exit: Exit,
    cause: anyhow::Error,
}

impl Failed {
    fn new(exit: Exit, cause: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            cause: cause.into(),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(cause: E) -> Self {
        let cause = cause.into();
        Self {
            exit: Exit::of(&cause),
            cause,
        }
    }
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed { exit, cause }) => {
            output::error(&cause);
            exit.into()
        }
    }
}

fn run(Cli { common, command }: Cli) -> Result<(), Failed> {
    match command {
        Command::Config(command) => command.run(&common),
        Command::Openapi => openapi::run(),
        Command::Generate(generate) => generate.run(),
        Command::Health(health) => health.run(&common),
        Command::Ca(ca) => ca.run(),
        Command::Demo(demo) => block_on(demo.run(common)),
        Command::Serve => block_on(serve::run(common.load()?)),
        Command::Import(import) => block_on(import.run(common.load()?)),
        Command::Index(index) => block_on(index.run(common.load()?)),
        Command::Admission(admission) => block_on(admission.run(common.load()?)),
        Command::Admin(admin) => block_on(admin.run(common.load()?)),
        Command::Operator(operator) => block_on(operator.run(common.load()?)),
        Command::MailDomain(mail_domain) => block_on(mail_domain.run(common.load()?)),
        Command::Certificate(certificate) => block_on(certificate.run(common.load()?)),
        Command::Authority(authority) => block_on(authority.run(common.load()?)),
        Command::Approval(approval) => block_on(approval.run(common.load()?)),
        Command::Node(node) => block_on(node.run(common.load()?)),
        Command::Campaign(campaign) => block_on(campaign.run(common.load()?)),
        Command::TrustList(trust_list) => trust_list.run(&common),
        Command::Revocation(revocation) => block_on(revocation.run(common.load()?)),
        Command::Alerts(alerts) => block_on(alerts.run(common.load()?)),
        Command::Migrate => block_on(migrate::run(common.load()?)),
    }
}

fn block_on(task: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(task);
    // Work on a thread of its own that was interrupted (generating, reading) is not waited for.
    runtime.shutdown_background();
    result
}

/// Does something with the database, and closes it whatever happens: a private server stops with
/// its program, on Ctrl-C too.
async fn with_database(
    config: &Config,
    stop: &CancellationToken,
    task: impl AsyncFnOnce(&Database) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let database = crate::app::open_database(config).await?;
    let result = tokio::select! {
        result = task(&database) => result,
        () = stop.cancelled() => Err(Failed::new(
            Exit::Interrupted,
            anyhow::anyhow!("interrupted: nothing was changed that is not whole"),
        )),
    };
    database.close().await?;
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
