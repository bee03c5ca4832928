//! From a name to the machines that may be asked: looked at after the name was resolved and before the
//! connection is made to that very address, so that no name can lead into a network of ours.

use std::net::IpAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// A name that leads only to machines that may not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host} leads to {address}, which may not be asked")]
pub struct NotPermitted {
    /// The name.
    pub host: String,
    /// One of the addresses it leads to.
    pub address: IpAddr,
}

/// Resolves by the system and leaves out what may not be asked.
pub(super) struct Permitted(pub(super) fn(IpAddr) -> bool);

impl std::fmt::Debug for Permitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Permitted")
    }
}

impl Resolver for Permitted {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut permitted = self.empty();
        for address in all.iter().filter(|it| (self.0)(it.ip())) {
            permitted.push(*address);
        }
        match (permitted.is_empty(), all.first()) {
            (false, _) => Ok(permitted),
            (true, None) => Err(ureq::Error::HostNotFound),
            (true, Some(refused)) => Err(ureq::Error::Other(Box::new(NotPermitted {
                host: uri.host().unwrap_or_default().to_owned(),
                address: refused.ip(),
            }))),
        }
    }
}
