//! `annuaire ca`: our own authorities, made and kept offline. None of it needs a database or a network.

mod crl;
mod files;
mod init;
mod key;
mod responder;

use clap::Subcommand;
use time::OffsetDateTime;

use super::{Exit, Failed};
use crate::domain::clock::{Clock as _, SystemClock};
use crate::trust::authority::AuthorityError;

/// Our own authorities, offline: the ceremony, the root's revocation lists, responders.
#[derive(Debug, Subcommand)]
pub(super) enum CaCommand {
    /// Hold the ceremony: make a root, and apart from it the authority that issues
    Init(init::Init),
    /// Sign the root's next revocation list
    Crl(crl::Crl),
    /// Make the certificate and the key of a responder (OCSP)
    Responder(responder::Responder),
}

impl CaCommand {
    pub(super) fn run(self) -> Result<(), Failed> {
        match self {
            Self::Init(init) => init.run(),
            Self::Crl(crl) => crl.run(),
            Self::Responder(responder) => responder.run(),
        }
    }
}

/// An operation of an authority that failed, as a failed command.
fn failed(error: AuthorityError) -> Failed {
    use AuthorityError as E;
    let exit = match &error {
        E::Subject(_) | E::Validity | E::Window | E::Refused(_) | E::Authority(_) => Exit::Invalid,
        E::OtherKey | E::Unreadable(_) => Exit::Input,
        E::Key(_) => Exit::NotReady,
        E::NotAsOrdered(_) | E::Path(_) | E::Encoding(_) => Exit::Failure,
    };
    Failed::new(exit, error)
}

/// Now, to the second: certificates and revocation lists know no smaller part.
fn now() -> OffsetDateTime {
    let now = SystemClock.now();
    now.replace_nanosecond(0).unwrap_or(now)
}
