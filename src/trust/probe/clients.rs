//! How a gateway receives clients: the one in the list may begin a mail, the others may not.
//!
//! A refusal has many shapes: an alert in the handshake (TLS 1.2), an alert on the first read after it (TLS
//! 1.3, where the client is done before the server has looked at its certificate), the end of the connection,
//! or a negative reply to EHLO or MAIL FROM. Silence is none of them.

use std::sync::Arc;

use rustls::sign::CertifiedKey;

use super::endpoint::{Endpoint, Opening};
use super::finding::Finding;
use super::plan::ProbeSettings;
use super::smtp::Dialogue;
use super::tls::shake_hands;
use super::trouble::Trouble;

/// What must become of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reception {
    Accepted,
    Refused,
}

/// Shows a client certificate and begins a mail; is the client received as it must be?
pub(super) async fn probe(
    endpoint: &Endpoint,
    identity: Option<&Arc<CertifiedKey>>,
    expected: Reception,
    settings: &ProbeSettings,
) -> Finding {
    let Some(identity) = identity else {
        return Finding::skipped(
            "no such client certificate is configured",
            "how such a client is received was not seen",
        );
    };
    let stream = match endpoint.reach(settings).await {
        Ok(stream) => stream,
        Err(trouble) => return Finding::failed(format!("it could not be tried: {trouble}")),
    };
    let handshake = shake_hands(stream, &endpoint.host, Some(identity), settings).await;
    let begun = match handshake.outcome {
        Ok(stream) => {
            let dialogue = Dialogue::new(stream, settings.step_timeout);
            begin_mail(dialogue, endpoint.opening, settings).await
        }
        Err(trouble) => Err(trouble),
    };
    match (expected, begun) {
        (Reception::Accepted, Ok(())) => {
            Finding::passed("it lets the client begin a mail".to_owned())
        }
        (Reception::Accepted, Err(trouble)) => Finding::failed(format!(
            "it does not let the client begin a mail, which it must: {trouble}"
        )),
        (Reception::Refused, Err(trouble)) if trouble.is_refusal() => {
            Finding::passed(format!("it turns the client away: {trouble}"))
        }
        (Reception::Refused, Err(trouble)) => Finding::failed(format!(
            "it neither receives the client nor turns it away: {trouble}"
        )),
        (Reception::Refused, Ok(())) => {
            Finding::failed("it lets the client begin a mail, which it must turn away".to_owned())
        }
    }
}

/// Says all that comes before a recipient, and takes leave: no mail is handed over.
async fn begin_mail<S>(
    mut dialogue: Dialogue<S>,
    opening: Opening,
    settings: &ProbeSettings,
) -> Result<(), Trouble>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    match opening {
        Opening::Implicit => dialogue.greeting().await?,
        Opening::Starttls => {}
    }
    dialogue.ehlo(settings.helo_name.as_str()).await?;
    dialogue.mail_from(settings.sender.as_str()).await?;
    // The answer is known; how the gateway takes leave changes nothing.
    drop(dialogue.quit().await);
    Ok(())
}
