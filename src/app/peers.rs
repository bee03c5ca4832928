//! The listener for operators, where the settings ask for one.

use std::sync::Arc;

use super::{AppError, listen};
use crate::api::{ApiState, PeerListener};
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::service::peers::Peers;
use crate::trust::tls::Identity;

/// The listener, bound, with the certificate it shows; nothing where no address is given.
pub(super) async fn listener(
    config: &Config,
    state: &ApiState,
) -> Result<Option<PeerListener>, AppError> {
    let settings = &config.tls;
    let Some(address) = settings.listen else {
        return Ok(None);
    };
    let (Some(certificate), Some(key)) = (&settings.certificate_file, &settings.key_file) else {
        return Err(AppError::TlsIncomplete);
    };
    let identity = Identity::read(certificate, key)?;
    let peers = Peers::new(
        identity,
        &state.admission,
        Arc::new(SystemClock),
        config.http.header_timeout,
        state.metrics.clone(),
    );
    let listener = listen(address).await?;
    Ok(Some(PeerListener { listener, peers }))
}
