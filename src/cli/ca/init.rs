//! `annuaire ca init`: the ceremony.

use std::path::{Path, PathBuf};

use clap::Args;

use super::files::{
    ISSUING, ISSUING_KEY, PUBLIC, ROOT, ROOT_KEY, ROOT_LIST, SECRET, TRANSCRIPT, new_directory,
    quoted, write_new,
};
use super::key::{DeviceKey, no_key};
use super::{failed, now};
use crate::cli::registry::refused;
use crate::cli::trust_list::unusable;
use crate::cli::{Failed, output};
use crate::domain::calendar::rfc3339;
use crate::domain::pem;
use crate::trust::authority::{Ceremony, IssuingKey, KeySize, LeftFile, Made, Serial, transcript};
use crate::trust::digest::sha256;

/// Longest name of an authority, so that the root's name below and the names in the certificates fit.
const LONGEST_NAME: usize = 50;

/// Hold the ceremony: make a root, and apart from it the authority that issues.
///
/// Best on a machine that no network ever saw. Two directories come of it: the root's, which is locked
/// away, and the issuing authority's, which goes to the registry. Each has a transcript of what was done,
/// to be printed and signed by those who looked on.
#[derive(Args, Debug)]
pub(in crate::cli) struct Init {
    /// The root's directory: new, or empty
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// The issuing authority's directory: new, or empty
    #[arg(long, value_name = "DIR")]
    issuing: PathBuf,
    /// The issuing authority's name in addresses: lower-case letters, digits and hyphens
    #[arg(long, value_parser = name)]
    name: String,
    /// Who runs it, as both certificates will say
    #[arg(long)]
    organization: String,
    /// Where others will reach the registry; it is written in every certificate
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: String,
    /// Who looks on; once for each
    #[arg(long = "witness", value_name = "NAME", required = true, value_parser = witness)]
    witnesses: Vec<String>,
    /// Bits of the root's key: 2048 (for trials), 3072 or 4096
    #[arg(long, value_name = "BITS", default_value = "4096", value_parser = bits)]
    root_bits: KeySize,
    /// Bits of the issuing authority's key, where it is made here
    #[arg(long, value_name = "BITS", default_value = "3072", value_parser = bits)]
    issuing_bits: KeySize,
    #[command(flatten)]
    device: DeviceKey,
}

fn name(text: &str) -> Result<String, String> {
    let is_inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_good = (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|byte| is_inside(byte) || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    is_good
        .then(|| text.to_owned())
        .ok_or_else(|| format!("1 to {LONGEST_NAME} lower-case letters, digits and inner hyphens"))
}

fn public_url(text: &str) -> Result<String, String> {
    let host = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let is_good = host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}?#".contains(&byte));
    is_good
        .then(|| text.to_owned())
        .ok_or_else(|| "an address such as http://pki.example.fr".to_owned())
}

/// A name that stands on one line of the transcript.
fn witness(text: &str) -> Result<String, String> {
    let is_good = !text.trim().is_empty() && !text.chars().any(char::is_control);
    is_good
        .then(|| text.to_owned())
        .ok_or_else(|| "a name, on one line".to_owned())
}

fn bits(text: &str) -> Result<KeySize, String> {
    match text {
        "2048" => Ok(KeySize::Bits2048),
        "3072" => Ok(KeySize::Bits3072),
        "4096" => Ok(KeySize::Bits4096),
        _ => Err("2048, 3072 or 4096".to_owned()),
    }
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failed> {
        let (root, issuing) = self.directories()?;
        let issuing_key = match self.device.key(issuing.join(ISSUING))? {
            None => IssuingKey::Made(self.issuing_bits),
            Some(key) => {
                output::note("asking the device for the public half of its key…");
                let name = key.name();
                let spki = key.public_key().map_err(no_key)?;
                IssuingKey::Device { spki, name }
            }
        };
        let ceremony = Ceremony {
            name: self.name,
            organization: self.organization,
            public_url: self.public_url,
            witnesses: self.witnesses,
            at: now(),
            root_key: self.root_bits,
            issuing_key,
        };
        output::note("making keys and certificates; long keys take their time…");
        let numbers = (Serial::generate()?, Serial::generate()?);
        let made = ceremony.hold(numbers.0, numbers.1).map_err(failed)?;
        let left = leave(&made, &root, &issuing)?;
        let text = transcript(&ceremony, &made, &left);
        for directory in [&root, &issuing] {
            write_new(&directory.join(TRANSCRIPT), PUBLIC, text.as_bytes())?;
        }
        tell(&ceremony, &made, &text, &root, &issuing);
        Ok(())
    }

    /// Both directories, apart from each other.
    fn directories(&self) -> Result<(PathBuf, PathBuf), Failed> {
        for directory in [&self.root, &self.issuing] {
            new_directory(directory)?;
        }
        let whole = |path: &Path| path.canonicalize().map_err(|error| unusable(path, &error));
        let (root, issuing) = (whole(&self.root)?, whole(&self.issuing)?);
        if root.starts_with(&issuing) || issuing.starts_with(&root) {
            return Err(refused(
                "the root's directory is locked away: it must not hold the issuing authority's, nor lie in it"
                    .to_owned(),
            ));
        }
        Ok((root, issuing))
    }
}

/// Writes everything, the root's key first.
fn leave(made: &Made, root: &Path, issuing: &Path) -> Result<Vec<LeftFile>, Failed> {
    let (root_pem, issuing_pem) = (
        pem::certificate(made.root.der()),
        pem::certificate(made.issuing.der()),
    );
    let mut files = vec![
        (root.join(ROOT_KEY), SECRET, made.root_key_pem.as_bytes()),
        (root.join(ROOT), PUBLIC, root_pem.as_bytes()),
        (root.join(ISSUING), PUBLIC, issuing_pem.as_bytes()),
        (root.join(ROOT_LIST), PUBLIC, &made.root_list),
    ];
    if let Some(key) = &made.issuing_key_pem {
        files.push((issuing.join(ISSUING_KEY), SECRET, key.as_bytes()));
    }
    files.extend([
        (issuing.join(ISSUING), PUBLIC, issuing_pem.as_bytes()),
        (issuing.join(ROOT), PUBLIC, root_pem.as_bytes()),
        (issuing.join(ROOT_LIST), PUBLIC, made.root_list.as_slice()),
    ]);
    let write = |(path, mode, bytes): (PathBuf, u32, &[u8])| write_new(&path, mode, bytes);
    files.into_iter().map(write).collect()
}

fn tell(ceremony: &Ceremony, made: &Made, text: &str, root: &Path, issuing: &Path) {
    output::line(&format!("root       {}", made.root.fingerprint));
    output::line(&format!("issuing    {}", made.issuing.fingerprint));
    output::line(&format!("transcript {}", sha256(text.as_bytes())));
    output::note(&format!(
        "\nRead {transcript}, print it, and have it signed.\n\
         The root's directory, {root}, goes offline now: copy it to two media, lock them away apart, remove it here.\n\
         The root's next revocation list is due before {due}: annuaire ca crl --root DIR.\n\
         The registry's settings:\n\n\
         [ca]\n\
         public_url = {public_url}\n\n\
         [[ca.authorities]]\n\
         name = {name}\n\
         certificate_file = {certificate}",
        transcript = issuing.join(TRANSCRIPT).display(),
        root = root.display(),
        due = rfc3339(made.root_list_until),
        public_url = quoted(&ceremony.public_url),
        name = quoted(&ceremony.name),
        certificate = quoted(issuing.join(ISSUING).display()),
    ));
    if made.issuing_key_pem.is_some() {
        let key = quoted(issuing.join(ISSUING_KEY).display());
        output::note(&format!("key_file = {key}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_those_that_certificates_can_say() {
        for good in ["essai", "a", "igc-2", &"x".repeat(50)] {
            assert_eq!(name(good).unwrap(), good);
        }
        for bad in ["", "-a", "a-", "A", "a.b", "é", &"x".repeat(51)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        for good in ["http://pki.essai.fr", "https://a:8443/mssante/"] {
            assert_eq!(public_url(good).unwrap(), good);
        }
        for bad in [
            "",
            "http://",
            "http:///crl",
            "ldap://a",
            "pki.essai.fr",
            "http://a b",
            "http://é.fr",
            "http://a?b",
            "http://a#b",
        ] {
            assert!(public_url(bad).is_err(), "{bad:?}");
        }
        assert_eq!(witness("Anne-Marie Petit").unwrap(), "Anne-Marie Petit");
        for bad in ["", " ", "Anne\nBruno"] {
            assert!(witness(bad).is_err(), "{bad:?}");
        }
        for (text, size) in [("2048", KeySize::Bits2048), ("4096", KeySize::Bits4096)] {
            assert_eq!(bits(text), Ok(size));
        }
        assert!(bits("1024").is_err());
    }
}
