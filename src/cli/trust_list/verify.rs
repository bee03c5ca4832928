//! `annuaire trust-list verify`: whether a file is a list that this certificate signed.

use std::path::{Path, PathBuf};

use clap::Args;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::files;
use crate::cli::registry::{Shape, json};
use crate::cli::{Exit, Failed, output};
use crate::domain::calendar::rfc3339;
use crate::domain::clock::{Clock as _, SystemClock};
use crate::trust::certificate::Certificate;
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, ListError, Pin, VerifiedList, read_signed};

/// Say whether a file is a list that this certificate signed, unchanged, while it was valid.
///
/// Needs neither the database nor the network. Exit code 0 is for a good one alone.
#[derive(Args, Debug)]
pub(in crate::cli) struct Verify {
    /// The list
    file: PathBuf,
    #[command(flatten)]
    pins: Pins,
    #[command(flatten)]
    moment: Moment,
    #[command(flatten)]
    shape: Shape,
}

/// Who may have signed.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct Pins {
    /// Certificate of the signer, PEM or DER, which came another way than the list; twice while one
    /// signer takes over from another
    #[arg(long = "signer", value_name = "CERT", required = true)]
    signers: Vec<PathBuf>,
}

/// When the signer's certificate must have been valid.
#[derive(Args, Clone, Copy, Debug)]
pub(in crate::cli) struct Moment {
    /// When the signer's certificate must be valid: `now`, `list` (its own time: for archives) or a
    /// time such as 2026-01-31T03:00:00Z
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = moment)]
    at: At,
}

/// A moment, as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum At {
    Now,
    List,
    Time(OffsetDateTime),
}

fn moment(text: &str) -> Result<At, String> {
    match text {
        "now" => Ok(At::Now),
        "list" => Ok(At::List),
        text => OffsetDateTime::parse(text, &Rfc3339)
            .map(At::Time)
            .map_err(|_| "`now`, `list` or a time such as 2026-01-31T03:00:00Z".to_owned()),
    }
}

impl Moment {
    pub(in crate::cli) fn verify_at(self) -> VerifyAt {
        match self.at {
            At::Now => VerifyAt::At(SystemClock.now()),
            At::List => VerifyAt::ListTime,
            At::Time(time) => VerifyAt::At(time),
        }
    }
}

impl Pins {
    /// The certificates, DER.
    pub(in crate::cli) fn certificates(&self) -> Result<Vec<Vec<u8>>, Failed> {
        let read = |path: &PathBuf| files::certificate(path);
        self.signers.iter().map(read).collect()
    }

    /// The certificate, DER, where one alone may be given.
    pub(in crate::cli) fn only(&self) -> Result<Vec<u8>, Failed> {
        match self.signers.as_slice() {
            [one] => files::certificate(one),
            _ => Err(Failed::new(
                Exit::Input,
                anyhow::anyhow!("an import names one signer: --signer once"),
            )),
        }
    }
}

impl Verify {
    pub(super) fn run(self) -> Result<(), Failed> {
        let pins = self.pins.certificates()?;
        let pins: Vec<Pin> = pins.into_iter().map(Pin::Certificate).collect();
        let limits = Limits::default();
        let bytes = files::bounded(&self.file, limits.bytes)?;
        let read = read_signed(&bytes, &pins, self.moment.verify_at(), &limits);
        if self.shape.json {
            json(&report(&read))?;
        }
        match read {
            Ok(list) => {
                if !self.shape.json {
                    tell(&self.file, &list);
                }
                Ok(())
            }
            Err(error) => Err(Failed::new(
                Exit::Invalid,
                anyhow::anyhow!(
                    "{} is not a valid list: {}: {error}",
                    self.file.display(),
                    error.code()
                ),
            )),
        }
    }
}

fn tell(file: &Path, list: &VerifiedList) {
    output::line(&format!(
        "{}: a valid list of {} entries, generated at {}",
        file.display(),
        list.list.entries.len(),
        rfc3339(list.list.generated_at),
    ));
    if let Ok(signer) = Certificate::parse(&list.signer_certificate) {
        output::line(&format!("signed by {}", signer.subject));
        output::line(&format!(
            "certificate {} of {}, valid until {}",
            signer.fingerprint,
            signer.issuer,
            rfc3339(signer.not_after)
        ));
    }
    if list.duplicates > 0 || !list.respelled.is_empty() {
        output::line(&format!(
            "{} exact duplicates; {} names of certificates that strict writing spells otherwise",
            list.duplicates,
            list.respelled.len()
        ));
    }
}

fn report(read: &Result<VerifiedList, ListError>) -> serde_json::Value {
    match read {
        Ok(list) => serde_json::json!({
            "valid": true,
            "generated_at": rfc3339(list.list.generated_at),
            "entries": list.list.entries.len(),
            "duplicates": list.duplicates,
            "respelled": list.respelled.len(),
            "sha256": list.sha256,
            "signer": Certificate::parse(&list.signer_certificate).ok().map(|signer| {
                serde_json::json!({
                    "subject": signer.subject.to_string(),
                    "sha256": signer.fingerprint.to_string(),
                })
            }),
        }),
        Err(error) => serde_json::json!({
            "valid": false,
            "code": error.code(),
            "detail": error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_or_explained() {
        assert_eq!(moment("now"), Ok(At::Now));
        assert_eq!(moment("list"), Ok(At::List));
        assert!(matches!(moment("2026-01-31T03:00:00Z"), Ok(At::Time(_))));
        for text in ["", "yesterday", "2026-01-31"] {
            assert!(moment(text).unwrap_err().contains("2026-01-31T03:00:00Z"));
        }
    }
}
