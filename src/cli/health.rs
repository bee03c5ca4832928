//! `annuaire health`: asks a running service, for container health checks and scripts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;

use super::{Common, Exit, Failed, output};

/// Ask a running service whether it is ready.
#[derive(Args, Debug)]
pub(super) struct Health {
    /// Where it listens; from the settings where absent
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Health {
    pub(super) fn run(self, common: &Common) -> Result<(), Failed> {
        let base = match self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", reachable(common.load()?.http.listen)),
        };
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(3)))
            .http_status_as_error(false)
            .build()
            .into();
        let answer = agent
            .get(format!("{base}/readyz"))
            .call()
            .map_err(|error| Failed::new(Exit::NotReady, error))?;
        if answer.status().is_success() {
            output::line("ready");
            Ok(())
        } else {
            Err(Failed::new(
                Exit::NotReady,
                anyhow::anyhow!("{base} answers {}", answer.status()),
            ))
        }
    }
}

/// An address to connect to for one that is listened on: "every address" is not one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_on_every_address_is_asked_on_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:80", "[::1]:80"),
            ("10.1.2.3:8080", "10.1.2.3:8080"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), asked);
        }
    }
}
