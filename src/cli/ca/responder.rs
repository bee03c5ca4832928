//! `annuaire ca responder`: a responder's certificate and key, by the issuing authority.

use std::path::PathBuf;

use clap::Args;
use time::Duration;

use super::files::{ISSUING, PUBLIC, SECRET, certificate, new_directory, toml_string, write_new};
use super::key::DeviceKey;
use super::{failed, now};
use crate::cli::{Failed, output};
use crate::domain::calendar::rfc3339;
use crate::domain::pem;
use crate::trust::authority::{RESPONDER_LIFETIME, ResponderOrder, Serial, issue_responder};

/// The responder's certificate, in its directory.
const CERTIFICATE: &str = "responder.pem";
/// The responder's key.
const KEY: &str = "responder.key";

/// Make the certificate and the key of a responder (OCSP).
///
/// Nobody can revoke a responder: its certificate is short-lived, and another one is made in a new
/// directory well before it ends.
#[derive(Args, Debug)]
pub(in crate::cli) struct Responder {
    /// The issuing authority's directory
    #[arg(long, value_name = "DIR")]
    issuing: PathBuf,
    /// Where the responder's files go: new, or empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Days its certificate lasts
    #[arg(long, default_value_t = RESPONDER_LIFETIME.whole_days(), value_parser = clap::value_parser!(i64).range(1..=366))]
    days: i64,
    #[command(flatten)]
    device: DeviceKey,
}

impl Responder {
    pub(super) fn run(self) -> Result<(), Failed> {
        let authority = certificate(&self.issuing.join(ISSUING))?;
        let signer = self.device.signer(&self.issuing)?;
        let now = now();
        let name = authority.subject.common_name().unwrap_or_default();
        let order = ResponderOrder {
            name: &format!("OCSP {name}"),
            not_before: now,
            not_after: authority.not_after.min(now + Duration::days(self.days)),
            serial: Serial::generate()?,
        };
        new_directory(&self.out)?;
        let made = issue_responder(&order, &authority, &*signer).map_err(failed)?;
        let key = self.out.join(KEY);
        let file = self.out.join(CERTIFICATE);
        write_new(&key, SECRET, made.key_pem.as_bytes())?;
        let text = pem::certificate(made.certificate.der());
        write_new(&file, PUBLIC, text.as_bytes())?;
        output::line(&format!("certificate {}", file.display()));
        output::line(&format!("key         {}", key.display()));
        output::line(&format!(
            "until       {}",
            rfc3339(made.certificate.not_after)
        ));
        output::line(&format!("SHA-256     {}", made.certificate.fingerprint));
        output::note(&format!(
            "\nThe registry's settings, below its [[ca.authorities]]:\n\n\
             [ca.authorities.responder]\n\
             certificate_file = {}\n\
             key_file = {}",
            toml_string(file.display()),
            toml_string(key.display()),
        ));
        Ok(())
    }
}
