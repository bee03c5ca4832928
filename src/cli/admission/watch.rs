//! `annuaire admission watch`: a node beside a mail gateway, without a database.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;

use crate::api::{self, Beside, RequestIds};
use crate::cli::serve::stop_on_signal;
use crate::cli::trust_list::files;
use crate::cli::{Exit, Failed, output};
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::policy::{self, Admitted, Decider, Listener, Place};
use crate::remote::{Access, Client, Identity, Redirects, Roots};
use crate::service::admission::Admission;
use crate::service::admission::deciding::Deciding;
use crate::service::watching::{Registry, WatchError, Watching};
use crate::telemetry::Metrics;
use crate::trust::chain::Anchors;
use crate::trust::digest::sha256;

/// Bytes of the largest file of certificates or keys.
const FILE: usize = 1 << 20;
/// Longest time of one question to the registry.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Decide beside a mail gateway by what a registry tells.
///
/// Follows the registry, keeps what it knows on disk, and answers Postfix (--policy) and programs
/// (--http). The list is believed only if one of the signers given here signed it, or one that such a list
/// announced; paths must lead to the anchors given here: the registry alone can let nobody in. Without word
/// of the registry everybody is refused when the lease is over, restarted or not.
#[derive(Args, Debug)]
pub(in crate::cli) struct Watch {
    /// Address of the registry, such as `https://annuaire.example`
    #[arg(long, value_name = "URL")]
    registry: String,
    /// Certificate of a signer of the list, PEM or DER, which came another way than the list
    #[arg(long = "signer", value_name = "FILE", required = true)]
    signers: Vec<PathBuf>,
    /// Authorities that certificates must lead to, PEM
    #[arg(long, value_name = "FILE", required = true)]
    anchors: Vec<PathBuf>,
    /// Where what is known is kept
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Answer questions over HTTP here: `POST /v1/admission/decisions`, `GET /health`
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// Answer Postfix here: an address and a port, or unix:PATH
    #[arg(long, value_name = "PLACE")]
    policy: Option<Place>,
    /// What Postfix is told of a client that is admitted
    #[arg(long, value_enum, default_value = "dunno")]
    admitted: Admit,
    /// Authorities of the registry's own TLS certificate, PEM; those of the system where absent
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// What this node shows the registry: its certificate with the chain, and its key, PEM
    #[arg(long, num_args = 2, value_names = ["CERT", "KEY"])]
    identity: Option<Vec<PathBuf>>,
    /// How long is decided on without word of the registry; that of the settings where absent
    #[arg(long, value_name = "TIME", value_parser = duration)]
    lease: Option<Duration>,
    /// Ask a registry of another machine without TLS: who is between can keep a revocation back
    #[arg(long)]
    insecure_http: bool,
}

/// What Postfix is told of a client that is admitted.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Admit {
    /// The restrictions that follow are asked too
    Dunno,
    /// They are not
    Ok,
}

/// A time as settings write it.
fn duration(text: &str) -> Result<Duration, String> {
    #[derive(serde::Deserialize)]
    struct Written(#[serde(with = "humantime_serde")] Duration);
    let read = serde_json::from_value::<Written>(text.into());
    match read {
        Ok(Written(lease)) if !lease.is_zero() => Ok(lease),
        Ok(_) | Err(_) => Err("a time such as 60s".to_owned()),
    }
}

impl Watch {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        crate::telemetry::log::init(&config.log)?;
        let stop = stop_on_signal()?;
        if self.http.is_none() && self.policy.is_none() {
            return Err(unfit("it answers nobody: --http, --policy, or both"));
        }
        let registry = Registry::new(self.client()?, &self.registry);
        let mut settings = config.admission.clone();
        settings.lease = self.lease.unwrap_or(settings.lease);
        let admission = Admission::new(Arc::new(SystemClock), settings, self.anchors()?);
        let pinned: Result<Vec<_>, _> = self
            .signers
            .iter()
            .map(|it| files::certificate(it))
            .collect();
        let pinned = pinned?.iter().map(|der| sha256(der)).collect();
        let watching = Watching::open(admission.clone(), registry, pinned, &self.state);
        let watching = watching.await.map_err(|error| Failed {
            exit: match error {
                WatchError::Disk(_) => Exit::Input,
                _ => Exit::Failure,
            },
            cause: error.into(),
        })?;
        let metrics = Metrics::new();
        let at_once = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let deciding = Deciding::new(admission.clone(), metrics.clone(), at_once);
        let mut answering = tokio::task::JoinSet::new();
        if let Some(place) = &self.policy {
            let listener = Listener::bind(place).await?;
            if let Some(address) = listener.address() {
                output::note(&format!("policy: {address}"));
            }
            let admitted = match self.admitted {
                Admit::Dunno => Admitted::Dunno,
                Admit::Ok => Admitted::Ok,
            };
            let decider = Decider::new(deciding.clone(), admission.clone(), admitted);
            answering.spawn(policy::serve(listener, decider, stop.clone()));
        }
        if let Some(address) = self.http {
            let listener = TcpListener::bind(address).await?;
            output::note(&format!("http: http://{}", listener.local_addr()?));
            let state = Beside {
                admission,
                deciding,
            };
            let ids = Arc::new(RequestIds::new(u64::from(std::process::id())));
            let router = api::router_beside(state, &config.http, ids, metrics);
            let (http, stop) = (config.http.clone(), stop.clone());
            answering.spawn(async move {
                if let Err(error) = api::serve(listener, router, &http, stop).await {
                    tracing::error!(%error, "serving ended");
                }
            });
        }
        watching.follow(stop).await;
        while answering.join_next().await.is_some() {}
        Ok(())
    }

    /// Asks the registry, over TLS unless it is on this machine.
    fn client(&self) -> Result<Client, Failed> {
        let url = self.registry.as_str();
        let is_safe = url.starts_with("https://") || is_loopback(url);
        if !is_safe && !self.insecure_http {
            return Err(unfit(
                "the registry is asked without TLS: who is between can keep a revocation back; --insecure-http takes that",
            ));
        }
        if !is_safe {
            tracing::warn!(
                "the registry is asked without TLS: who is between can keep a revocation back"
            );
        }
        let read = |path: &Path| files::bounded(path, FILE);
        let identity = match self.identity.as_deref() {
            Some([certificates, key]) => Some(Identity {
                certificates: read(certificates)?,
                key: read(key)?,
            }),
            Some(_) | None => None,
        };
        Client::new(&Access {
            permits: |_| true,
            timeout: TIMEOUT,
            redirects: Redirects::Never,
            roots: match &self.tls_ca {
                Some(file) => Roots::Only(read(file)?),
                None => Roots::System,
            },
            identity,
        })
        .map_err(|error| Failed::new(Exit::Input, error))
    }

    fn anchors(&self) -> Result<Anchors, Failed> {
        Anchors::of_files(&self.anchors)
            .map_err(|error| files::unusable(&error.file, &error.problem))
    }
}

/// Whether an address is one of this machine.
fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority
        .strip_prefix('[')
        .and_then(|it| it.split_once(']'))
    {
        Some((host, _)) => host,
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn unfit(why: &'static str) -> Failed {
    Failed::new(Exit::Config, anyhow::anyhow!(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_of_this_machine_is_told_from_others() {
        for (url, is_here) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost/", true),
            ("http://[::1]:8080/x", true),
            ("http://127.0.0.1.essai.fr/", false),
            ("http://localhost@essai.fr/", false),
            ("http://essai.fr/127.0.0.1", false),
            ("http://10.0.0.1/", false),
            ("ftp://127.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(url), is_here, "{url}");
        }
    }

    #[test]
    fn a_lease_is_written_with_its_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        for text in ["", "0s", "90", "-1s", "soon"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
