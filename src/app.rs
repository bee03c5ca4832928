//! The composition root: from settings to a running node. The one place that may name every layer.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::{self, ApiState, PeerListener, RequestIds};
use crate::config::Config;
use crate::domain::clock::{Clock, SystemClock};
use crate::remote::RemoteError;
use crate::search::{ReadModel, SearchError, SearchOptions, follower};
use crate::service::admission::Admission;
use crate::service::admission::deciding::Deciding;
use crate::service::admission::following::Following;
use crate::service::admission::past::Past;
use crate::service::asking::Asking;
use crate::service::certificate_status::CertificateStatus;
use crate::service::directory::Directory;
use crate::service::health::Health;
use crate::service::imports::Imports;
use crate::service::published_list::PublishedList;
use crate::service::recipients::Recipients;
use crate::service::trust_space::TrustSpace;
use crate::storage::embedded::EmbeddedOptions;
use crate::storage::{self, Database, OpenError};
use crate::telemetry::Metrics;
use crate::trust::certificate::UnusableFile;
use crate::trust::chain::Anchors;
use crate::trust::sign::SignError;
use crate::trust::tls::TlsError;

mod peers;
mod signing;

/// Cache of the private PostgreSQL, in megabytes.
const SHARED_BUFFERS_MB: u32 = 256;
/// Connections on which a node only hears of changes, for as long as it runs: one of each follower.
const LISTENING: u32 = 6;
/// Connections of the private PostgreSQL beyond those of one node: commands join it too.
const SPARE_CONNECTIONS: u32 = 40;

/// Why a node does not run.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Another process has the index.
    #[error("the index in {dir} belongs to a running node, which keeps it up to date by itself")]
    IndexInUse {
        /// Where the index lies.
        dir: PathBuf,
    },
    /// The index cannot be opened.
    #[error("the index cannot be opened: {0}")]
    Index(#[source] SearchError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// A signing key of the settings cannot be used.
    #[error(transparent)]
    SigningKey(#[from] SignError),
    /// A file of anchors cannot be used.
    #[error("trust.anchor_files: {0}")]
    Anchors(#[from] UnusableFile),
    /// The listener for operators cannot prove who it is.
    #[error("tls: {0}")]
    Tls(#[from] TlsError),
    /// The settings of the listener for operators are not whole.
    #[error("tls.listen needs tls.certificate_file and tls.key_file")]
    TlsIncomplete,
    /// Other authorities cannot be asked.
    #[error("other authorities cannot be asked: {0}")]
    Asking(#[from] RemoteError),
    /// The listener broke.
    #[error("serving ended: {0}")]
    Serve(#[source] std::io::Error),
}

/// Opens the database that the settings name, else the private one.
pub async fn open_database(config: &Config) -> anyhow::Result<Database> {
    let connections = connections(config);
    Ok(match config.database.address()? {
        Some(url) => Database::connect(url.reveal(), connections).await?,
        None => Database::embedded(embedded_options(config), connections).await?,
    })
}

/// The same for a node, which also starts while its own PostgreSQL is away.
fn open_lazily(config: &Config, url: &str) -> Result<Database, OpenError> {
    Database::connect_lazily(url, connections(config))
}

/// What the settings allow for work, whatever is held to listen.
const fn connections(config: &Config) -> u32 {
    config.database.max_connections.saturating_add(LISTENING)
}

fn embedded_options(config: &Config) -> EmbeddedOptions {
    EmbeddedOptions {
        data_dir: config.data_dir.clone(),
        user: config.database.embedded_user.clone(),
        shared_buffers_mb: SHARED_BUFFERS_MB,
        max_connections: connections(config) + SPARE_CONNECTIONS,
    }
}

/// Opens this node's index for this process alone.
pub fn open_read_model(config: &Config, clock: Arc<dyn Clock>) -> Result<ReadModel, AppError> {
    let dir = config.index_dir();
    let options = SearchOptions {
        writer_memory: config.search.writer_memory.as_usize(),
        writer_threads: config.search.threads.get(),
        poll_interval: config.search.poll_interval,
    };
    ReadModel::open(&dir, options, clock).map_err(|error| match error {
        SearchError::Locked(_) => AppError::IndexInUse { dir },
        other => AppError::Index(other),
    })
}

/// A running node: database, read model and its follower, REST.
pub struct Node {
    config: Config,
    database: Database,
    /// What look-ups are answered from.
    pub model: ReadModel,
    follower: JoinHandle<()>,
    router: axum::Router,
    listener: TcpListener,
    peers: Option<PeerListener>,
}

impl Node {
    /// Starts everything but the answering of requests; `stop` ends the follower.
    pub async fn start(config: Config, stop: CancellationToken) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let listener = listen(config.http.listen).await?;
        let model = open_read_model(&config, clock)?;
        let database = match config.database.address()? {
            Some(url) => open_lazily(&config, url.reveal())?,
            None => Database::embedded(embedded_options(&config), connections(&config))
                .await?
                .kept_up(),
        };
        let trust_space = trust_space(&config, &database.pool)?;
        let responders = signing::responders(&config.ca)?;
        let status = CertificateStatus::new(Arc::new(SystemClock), &config.ca, responders);
        let state = state(
            &config,
            &model,
            &database.pool,
            trust_space,
            status,
            admission(&config)?,
        );
        let peers = peers::listener(&config, &state).await?;
        let admission = Following {
            admission: state.admission.clone(),
            published_list: state.published_list.clone(),
            pool: database.pool.clone(),
            node: node_name(&config, &listener)?,
        };
        let follower = tokio::spawn(follow(
            model.clone(),
            state.clone(),
            admission,
            asking(&config, &state, database.pool.clone())?,
            database.pool.clone(),
            stop,
        ));
        let router = api::router(state);
        Ok(Self {
            config,
            database,
            model,
            follower,
            router,
            listener,
            peers,
        })
    }

    /// Where the node listens: the port too, where the settings leave it to the system.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where it listens for operators.
    pub fn peer_address(&self) -> std::io::Result<Option<SocketAddr>> {
        let peers = self.peers.as_ref();
        peers.map(|peers| peers.listener.local_addr()).transpose()
    }

    /// Connections to the truth.
    pub const fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// Answers requests until `stop`, then ends everything in order.
    pub async fn serve(self, stop: &CancellationToken) -> anyhow::Result<()> {
        tracing::info!(http.listen = %self.listener.local_addr()?, "serving");
        if let Some(address) = self.peer_address()? {
            tracing::info!(tls.listen = %address, "serving operators");
        }
        let served = api::serve_with_peers(
            self.listener,
            self.peers,
            self.router,
            &self.config.http,
            stop.clone(),
        )
        .await;
        stop.cancel();
        if let Err(error) = self.follower.await {
            tracing::error!(%error, "the follower did not end well");
        }
        self.database.close().await?;
        served.map_err(AppError::Serve)?;
        tracing::info!("stopped");
        Ok(())
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| AppError::Listen { address, error })
}

/// Brings the schema up to date as soon as the database answers, then follows the feed: for the
/// directory, for the list that is served, for decisions, and for what the trust space does by itself.
async fn follow(
    model: ReadModel,
    state: ApiState,
    admission: Following,
    asking: Asking,
    pool: PgPool,
    stop: CancellationToken,
) {
    const PAUSE: Duration = Duration::from_secs(2);
    while let Err(error) = storage::migrate(&pool).await {
        tracing::warn!(%error, "the schema is not up to date yet");
        tokio::select! {
            () = stop.cancelled() => {
                state.admission.end();
                return;
            }
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    let list = state.published_list.follow(pool.clone(), stop.clone());
    let status = state.certificate_status.follow(pool.clone(), stop.clone());
    let revocation = state.trust_space.clone();
    let revocation = revocation.keep_revocation_lists(stop.clone());
    let keeper = state.trust_space.keep(Some(state.metrics), stop.clone());
    let admission = admission.follow(stop.clone());
    let asking = asking.keep(stop.clone());
    let directory = follower::follow(model, pool, stop);
    let trust = async { tokio::join!(list, status, revocation, keeper, admission, asking) };
    let (directory, _) = tokio::join!(directory, trust);
    if let Err(error) = directory {
        tracing::error!(%error, "the node no longer follows the truth");
    }
}

/// The trust space of this database, with the signing keys of the settings.
pub fn trust_space(config: &Config, pool: &PgPool) -> Result<TrustSpace, AppError> {
    Ok(TrustSpace::new(
        pool.clone(),
        Arc::new(SystemClock),
        Arc::new(config.trust.clone()),
        signing::keys(&config.trust)?,
    )
    .with_authorities(signing::authorities(
        &config.ca,
        config.admission.clock_skew,
    )?))
}

/// Admission by these settings, which knows nothing of the trust space yet.
pub fn admission(config: &Config) -> Result<Admission, AppError> {
    let anchors = Anchors::of_files(&config.trust.anchor_files)?;
    let clock = Arc::new(SystemClock);
    Ok(Admission::new(clock, config.admission.clone(), anchors))
}

/// What asks other authorities for this node.
fn asking(config: &Config, state: &ApiState, pool: PgPool) -> Result<Asking, AppError> {
    Ok(Asking::new(
        pool,
        Arc::new(SystemClock),
        config.revocation.clone(),
        config.admission.clock_skew,
        state.admission.anchors().clone(),
        state.metrics.clone(),
    )?)
}

fn state(
    config: &Config,
    model: &ReadModel,
    pool: &PgPool,
    trust_space: TrustSpace,
    certificate_status: CertificateStatus,
    admission: Admission,
) -> ApiState {
    let metrics = Metrics::new();
    let at_once = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let pool = pool.clone();
    ApiState {
        directory: Directory::new(model.clone(), metrics.clone(), at_once),
        recipients: Recipients::new(model.clone(), admission.clone(), metrics.clone()),
        health: Health::new(model.clone(), Arc::new(SystemClock)),
        imports: Imports::new(move |import| {
            let pool = pool.clone();
            async move {
                let mut connection = storage::acquire(&pool).await?;
                crate::ingest::rejects_csv(&mut connection, import).await
            }
        }),
        published_list: PublishedList::default(),
        deciding: Deciding::new(admission.clone(), metrics.clone(), at_once),
        past: Past::of(&trust_space, admission.clone()),
        admission,
        certificate_status,
        trust_space,
        metrics,
        settings: Arc::new(config.http.clone()),
        request_ids: Arc::new(RequestIds::new(process_number())),
    }
}

/// What this node is called among the nodes: as the settings say, else by the machine and the port.
fn node_name(config: &Config, listener: &TcpListener) -> std::io::Result<String> {
    if let Some(name) = &config.admission.node {
        return Ok(name.clone());
    }
    let host = nix::unistd::gethostname()?;
    let port = listener.local_addr()?.port();
    Ok(format!("{}:{port}", host.to_string_lossy()))
}

/// What tells this process's request ids from those of others: when it began, and its number.
fn process_number() -> u64 {
    let began = SystemClock.now().unix_timestamp_nanos();
    let bytes = [
        began.to_ne_bytes().as_slice(),
        &std::process::id().to_ne_bytes(),
    ]
    .concat();
    xxhash_rust::xxh3::xxh3_64(&bytes)
}
