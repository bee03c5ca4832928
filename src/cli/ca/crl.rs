//! `annuaire ca crl`: the root's next revocation list, signed where the root's key is.

use std::path::{Path, PathBuf};

use clap::Args;
use time::Duration;

use super::files::{ROOT, ROOT_KEY, ROOT_LIST, certificate, replace};
use super::key::no_key;
use super::{failed, now};
use crate::cli::registry::refused;
use crate::cli::trust_list::{bounded, unusable};
use crate::cli::{Failed, output};
use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::calendar::rfc3339;
use crate::domain::certificate::RevocationReason;
use crate::trust::authority::{ListPlan, ROOT_LIST_LIFETIME, sign_revocation_list};
use crate::trust::certificate::Certificate;
use crate::trust::revocation::RevocationList;
use crate::trust::sign::PemSigner;

/// Bytes of the largest list of a root.
const LARGEST_LIST: usize = 1 << 20;

/// Sign the root's next revocation list.
///
/// Everything it needs is in the root's directory: its key, its last list, and the certificates it issued,
/// one PEM file each. The last list keeps its number in its name.
#[derive(Args, Debug)]
pub(in crate::cli) struct Crl {
    /// The root's directory
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// Revoke the certificate of this number, in hexadecimal; once for each
    #[arg(long = "revoke", value_name = "SERIAL")]
    revoked: Vec<String>,
    /// Why, for those that are revoked now, such as cACompromise or cessationOfOperation
    #[arg(long, default_value = "unspecified", value_parser = reason, requires = "revoked")]
    reason: RevocationReason,
    /// Days until the next list must be there
    #[arg(long, default_value_t = ROOT_LIST_LIFETIME.whole_days(), value_parser = clap::value_parser!(i64).range(1..=3_650))]
    days: i64,
}

fn reason(text: &str) -> Result<RevocationReason, String> {
    RevocationReason::from_name(text).ok_or_else(|| {
        let all = RevocationReason::ALL.map(RevocationReason::as_str);
        format!("one of {}", all.join(", "))
    })
}

impl Crl {
    pub(super) fn run(self) -> Result<(), Failed> {
        let root = certificate(&self.root.join(ROOT))?;
        let file = self.root.join(ROOT_LIST);
        let previous = RevocationList::read(&bounded(&file, LARGEST_LIST)?, LARGEST_LIST)
            .map_err(|error| unusable(&file, &error))?;
        previous
            .is_by(&root)
            .map_err(|error| unusable(&file, &error))?;
        let number = previous.number().as_u64();
        let number = number
            .and_then(|it| it.checked_add(1))
            .ok_or_else(|| refused("the numbers of the root's lists are used up".to_owned()))?;
        let issued = issued(&self.root, &root)?;
        let now = now();
        let mut known = standing(&issued, &root, &previous);
        for number in &self.revoked {
            let found = known.iter_mut().find(|it| is_of(it, number));
            let found = found.ok_or_else(|| {
                refused(format!(
                    "the root has issued no certificate {number}: none is in its directory"
                ))
            })?;
            if let IssuedStatus::Revoked(since, _) = found.status {
                let since = rfc3339(since);
                return Err(refused(format!(
                    "certificate {number} was revoked at {since}"
                )));
            }
            found.status = IssuedStatus::Revoked(now, self.reason);
        }
        let signer = PemSigner::open(&self.root.join(ROOT_KEY), &self.root.join(ROOT));
        let plan = ListPlan {
            number,
            this_update: now,
            next_update: now + Duration::days(self.days),
            previous_update: Some(previous.this_update()),
            url: point(&root)?,
            revoked: &known,
        };
        let list = sign_revocation_list(&root, &signer.map_err(no_key)?, &plan).map_err(failed)?;
        let kept = self.root.join(format!("root-{}.crl", number - 1));
        let left = replace(&file, &kept, list.der())?;
        output::line(&format!("list    {}", left.path));
        output::line(&format!("number  {}", plan.number));
        output::line(&format!("until   {}", rfc3339(plan.next_update)));
        output::line(&format!("SHA-256 {}", left.sha256));
        output::note("Give it to the registry now, and put the root's directory away again.");
        Ok(())
    }
}

/// Where the root's list is, as the root says itself.
fn point(root: &Certificate) -> Result<&str, Failed> {
    let url = root.extensions.crl_urls.first();
    url.map(String::as_str)
        .ok_or_else(|| refused("the root's certificate names no place of its list".to_owned()))
}

/// The certificates in the root's directory that it issued.
fn issued(directory: &Path, root: &Certificate) -> Result<Vec<Certificate>, Failed> {
    let unreadable = |error: std::io::Error| unusable(directory, &error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_none_or(|it| it != "pem") {
            continue;
        }
        let certificate = certificate(&path)?;
        if certificate.issuer == root.subject && certificate.fingerprint != root.fingerprint {
            found.push(certificate);
        }
    }
    Ok(found)
}

/// How all that the root issued stands: what the last list says, and beside it what is good.
fn standing(
    issued: &[Certificate],
    root: &Certificate,
    previous: &RevocationList,
) -> Vec<IssuedCertificate> {
    let of = |serial: &[u8], status| {
        let known = issued.iter().find(|it| it.serial == serial);
        IssuedCertificate {
            // There are no records here.
            id: 0,
            serial: serial.to_vec(),
            status,
            // Whose certificate is lost stays in the list as long as it may.
            not_after: known.map_or(root.not_after, |it| it.not_after),
        }
    };
    let told = previous.each();
    let mut all: Vec<_> = told.map(|(serial, status)| of(serial, status)).collect();
    for certificate in issued {
        if !all.iter().any(|it| it.serial == certificate.serial) {
            all.push(of(&certificate.serial, IssuedStatus::Good));
        }
    }
    all
}

/// Whether this is the certificate's number, as people write it: in either case, with colons or without.
fn is_of(certificate: &IssuedCertificate, number: &str) -> bool {
    let number = number.replace(':', "").to_ascii_lowercase();
    let own = hex::encode(&certificate.serial);
    own.trim_start_matches('0') == number.trim_start_matches('0')
}
