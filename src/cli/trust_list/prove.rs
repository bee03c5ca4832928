//! `annuaire trust-list prove`: that a list is a version of the public log, by proofs of a registry
//! that need not be believed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::de::DeserializeOwned;

use super::files;
use super::verify::Pins;
use crate::cli::registry::{Shape, json};
use crate::cli::{Exit, Failed, output};
use crate::domain::clock::{Clock as _, SystemClock};
use crate::trust::digest::sha256;
use crate::trust::log::{ConsistencyProof, InclusionProof};
use crate::trust::prove::{Evidence, Verdict, Witness, prove};
use crate::trust::sidecar::{self, ListMeta};
use crate::trust::sign::SignerCertificate;
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::Limits;

/// Bytes of the largest side-car or proof.
const SMALL: usize = 1 << 20;
/// How long a registry may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Show that a list is in the log of all lists, and that this log only grew since another one was
/// seen: nobody can be shown a list that others were not.
///
/// The side-car must be signed by the certificate given; the proofs are fetched from the registry and
/// checked here. Exit code 0 is for a list that is in the log alone.
#[derive(Args, Debug)]
pub(in crate::cli) struct Prove {
    /// The list
    file: PathBuf,
    /// Its side-car
    #[arg(long, value_name = "META.jws")]
    meta: PathBuf,
    #[command(flatten)]
    pins: Pins,
    /// Where proofs are asked for, such as <https://annuaire.example>
    #[arg(long, value_name = "URL")]
    registry: String,
    /// Side-car of another version, seen at another time or by somebody else
    #[arg(long, value_name = "OTHER.meta.jws")]
    since: Option<PathBuf>,
    /// Take side-cars whose signer's certificate is over since: for archives
    #[arg(long)]
    archived: bool,
    #[command(flatten)]
    shape: Shape,
}

impl Prove {
    pub(super) fn run(self) -> Result<(), Failed> {
        let list = files::bounded(&self.file, Limits::default().bytes)?;
        let signers = self.signers()?;
        let meta = self.side_car(&self.meta, &signers)?;
        let since = self.since.as_ref();
        let since = since
            .map(|path| self.side_car(path, &signers))
            .transpose()?;
        let registry = Registry::new(&self.registry);
        let inclusion = registry.inclusion(&meta)?;
        let consistency = since
            .as_ref()
            .map(|other| registry.consistency(&meta, other))
            .transpose()?;
        let verdict = prove(&Evidence {
            list_sha256: sha256(&list),
            list_bytes: u64::try_from(list.len()).unwrap_or(u64::MAX),
            meta: &meta,
            inclusion: &inclusion,
            witness: since
                .as_ref()
                .zip(consistency.as_ref())
                .map(|(other, consistency)| Witness {
                    head: other.log,
                    consistency,
                }),
        });
        self.tell(&verdict)
    }

    fn signers(&self) -> Result<Vec<SignerCertificate>, Failed> {
        let parse = |der: &Vec<u8>| {
            SignerCertificate::parse(der).map_err(|error| Failed::new(Exit::Input, error))
        };
        self.pins.certificates()?.iter().map(parse).collect()
    }

    fn side_car(&self, path: &Path, signers: &[SignerCertificate]) -> Result<ListMeta, Failed> {
        let jws = files::bounded(path, SMALL)?;
        let moment = if self.archived {
            VerifyAt::ListTime
        } else {
            VerifyAt::At(SystemClock.now())
        };
        sidecar::verify(jws.trim_ascii_end(), signers, moment).map_err(|error| {
            Failed::new(
                Exit::Invalid,
                anyhow::anyhow!("{} is not a valid side-car: {error}", path.display()),
            )
        })
    }

    fn tell(&self, verdict: &Verdict) -> Result<(), Failed> {
        if self.shape.json {
            json(verdict)?;
        } else {
            for finding in &verdict.findings {
                let mark = if finding.holds { "ok" } else { "NOT OK" };
                output::line(&format!(
                    "{mark:6}  {:20} {}",
                    finding.subject.as_str(),
                    finding.detail
                ));
            }
        }
        if verdict.holds() {
            Ok(())
        } else {
            Err(Failed::new(
                Exit::Invalid,
                anyhow::anyhow!("it is not shown that everybody was shown this list"),
            ))
        }
    }
}

/// A registry that is asked for proofs.
struct Registry {
    base: String,
    agent: ureq::Agent,
}

impl Registry {
    fn new(url: &str) -> Self {
        Self {
            base: url.trim_end_matches('/').to_owned(),
            agent: ureq::Agent::config_builder()
                .timeout_global(Some(PATIENCE))
                .build()
                .into(),
        }
    }

    fn inclusion(&self, meta: &ListMeta) -> Result<InclusionProof, Failed> {
        self.ask(&format!(
            "/v1/trust-lists/log/inclusion?sequence={}&size={}",
            meta.sequence, meta.log.size
        ))
    }

    fn consistency(&self, meta: &ListMeta, other: &ListMeta) -> Result<ConsistencyProof, Failed> {
        let (one, two) = (meta.log.size, other.log.size);
        self.ask(&format!(
            "/v1/trust-lists/log/consistency?from={}&to={}",
            one.min(two),
            one.max(two)
        ))
    }

    fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failed> {
        let url = format!("{}{path}", self.base);
        let ask = || -> anyhow::Result<T> {
            let mut answer = self.agent.get(&url).call()?;
            let most = u64::try_from(SMALL)?;
            let text = answer.body_mut().with_config().limit(most).read_to_vec()?;
            Ok(serde_json::from_slice(&text)?)
        };
        ask().map_err(|error| Failed::new(Exit::NotReady, error.context(url.clone())))
    }
}
