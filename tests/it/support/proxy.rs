//! The way to PostgreSQL that a test can cut and mend: a socket that passes on to another.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::io::copy_bidirectional;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::database::TestDatabase;
use super::scratch;

const SOCKET: &str = ".s.PGSQL.5432";

/// A way to a database.
pub(crate) struct Proxy {
    options: PgConnectOptions,
    is_open: Arc<watch::Sender<bool>>,
    end: CancellationToken,
}

impl Proxy {
    pub(crate) fn to(database: &TestDatabase) -> Self {
        Self::between(&database.options)
    }

    /// A way to whatever these options lead to, by a socket; on the runtime this is called on.
    pub(crate) fn between(options: &PgConnectOptions) -> Self {
        let target = options.get_socket().unwrap().join(SOCKET);
        let directory = scratch::directory("proxy");
        let listener = UnixListener::bind(directory.join(SOCKET)).unwrap();
        let is_open = Arc::new(watch::Sender::new(true));
        let end = CancellationToken::new();
        let passing = pass(listener, target, Arc::clone(&is_open));
        let ended = end.clone();
        tokio::spawn(async move { ended.run_until_cancelled(passing).await });
        Self {
            options: options.clone().socket(&directory),
            is_open,
            end,
        }
    }

    /// A pool whose connections go this way.
    pub(crate) fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(4)
            .connect_lazy_with(self.options.clone())
    }

    /// The directory of its socket.
    pub(crate) fn directory(&self) -> &Path {
        self.options.get_socket().unwrap()
    }

    /// Ends every connection and lets none come about.
    pub(crate) fn cut(&self) {
        self.is_open.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.is_open.send_replace(true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

async fn pass(listener: UnixListener, target: PathBuf, is_open: Arc<watch::Sender<bool>>) {
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut open = is_open.subscribe();
        if !*open.borrow_and_update() {
            continue;
        }
        let target = target.clone();
        tokio::spawn(async move {
            let mut far = UnixStream::connect(target).await.unwrap();
            tokio::select! {
                // Either end may go away.
                _ = copy_bidirectional(&mut near, &mut far) => {}
                _ = open.wait_for(|is_open| !is_open) => {}
            }
        });
    }
}
