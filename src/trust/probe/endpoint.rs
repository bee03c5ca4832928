//! One port of one address of a gateway, and the way to the point where TLS begins.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;

use super::plan::ProbeSettings;
use super::smtp::Dialogue;
use super::trouble::{Trouble, within};

/// How TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// After a command in clear (RFC 3207).
    Starttls,
    /// With the connection (RFC 8314 §3.3).
    Implicit,
}

/// Where a probe knocks.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// The mail exchanger's name, which its certificate must hold.
    pub(super) host: String,
    /// The address, already checked.
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) opening: Opening,
}

impl Endpoint {
    /// Goes on to where a TLS handshake begins.
    pub(super) async fn reach(&self, settings: &ProbeSettings) -> Result<TcpStream, Trouble> {
        match self.opening {
            Opening::Implicit => self.connect(settings).await,
            Opening::Starttls => self.greet(settings).await?.starttls("").await,
        }
    }

    /// Goes on, in clear, to where STARTTLS is offered.
    pub(super) async fn greet(
        &self,
        settings: &ProbeSettings,
    ) -> Result<Dialogue<TcpStream>, Trouble> {
        let stream = self.connect(settings).await?;
        let mut dialogue = Dialogue::new(stream, settings.step_timeout);
        dialogue.greeting().await?;
        let extensions = dialogue.ehlo(settings.helo_name.as_str()).await?;
        if extensions.offers("STARTTLS") {
            Ok(dialogue)
        } else {
            Err(Trouble::NoStarttls)
        }
    }

    async fn connect(&self, settings: &ProbeSettings) -> Result<TcpStream, Trouble> {
        let address = SocketAddr::new(self.address, self.port);
        within(settings.step_timeout, "connecting", async {
            TcpStream::connect(address)
                .await
                .map_err(Trouble::Unreachable)
        })
        .await
    }
}
