//! The listening loop: from a bound socket to the router, and an orderly end.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until `stop` is cancelled; then takes no new connection and lets running requests end
/// within `grace`, after which they are cut.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    grace: Duration,
) -> io::Result<()> {
    // Answers are small and complete: waiting to fill a packet would only delay them.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopping = stop.clone();
    let serving = axum::serve(listener, service)
        .with_graceful_shutdown(async move { stopping.cancelled().await })
        .into_future();
    let cut = async {
        stop.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = cut => {
            tracing::warn!(grace_s = grace.as_secs_f64(), "requests were cut at the end of the grace");
            Ok(())
        }
    }
}
