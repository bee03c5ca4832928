//! The transcript of a ceremony: a text that those who looked on can read, compare and sign.

use std::fmt::Write as _;

use super::{Ceremony, IssuingKey, Made};
use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;
use crate::trust::certificate::Certificate;
use crate::trust::digest::sha256;

/// A file that the ceremony left, as the transcript tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftFile {
    /// Its path.
    pub path: String,
    /// Its mode, such as 0o600.
    pub mode: u32,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

impl LeftFile {
    /// A file of these bytes.
    pub fn new(path: String, mode: u32, bytes: &[u8]) -> Self {
        Self {
            path,
            mode,
            sha256: sha256(bytes),
        }
    }
}

/// Writes the transcript.
pub fn transcript(ceremony: &Ceremony, made: &Made, files: &[LeftFile]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, ceremony, made, files);
    text
}

fn write(
    text: &mut String,
    ceremony: &Ceremony,
    made: &Made,
    files: &[LeftFile],
) -> std::fmt::Result {
    writeln!(text, "KEY CEREMONY OF THE AUTHORITY {}", ceremony.name)?;
    writeln!(text)?;
    writeln!(text, "Held at       {}", rfc3339(ceremony.at))?;
    writeln!(text, "For           {}", ceremony.organization)?;
    writeln!(text, "Registry      {}", ceremony.public_url)?;
    writeln!(text, "Program       annuaire {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(text, "Witnesses     {}", ceremony.witnesses.join(", "))?;

    writeln!(text, "\nWHAT WAS DONE")?;
    writeln!(
        text,
        "\n1. The root's key was made by this machine: {}.",
        made.root.key
    )?;
    writeln!(text, "\n2. The root certified itself:")?;
    certificate(text, &made.root)?;
    let origin = match &ceremony.issuing_key {
        IssuingKey::Made(_) => "was made by this machine".to_owned(),
        IssuingKey::Device { name, .. } => format!("is in a device and stays there ({name})"),
    };
    writeln!(
        text,
        "\n3. The issuing authority's key {origin}: {}.",
        made.issuing.key
    )?;
    writeln!(text, "\n4. The root certified the issuing authority:")?;
    certificate(text, &made.issuing)?;
    writeln!(
        text,
        "\n5. The root signed its first revocation list, number 1, with nothing in it; the next one is due\n   \
         before {}.",
        rfc3339(made.root_list_until)
    )?;
    writeln!(
        text,
        "\n6. Both certificates were read again and judged by the rules of the trust space: nothing was found\n   \
         against them."
    )?;

    writeln!(text, "\nWHAT WAS LEFT\n")?;
    for file in files {
        writeln!(text, "   {:04o}  {}", file.mode, file.path)?;
        writeln!(text, "         SHA-256 {}", file.sha256)?;
    }

    writeln!(text, "\nWHAT COMES NEXT\n")?;
    let renewal = rfc3339(made.root_list_until);
    for (number, step) in [
        "Compare the SHA-256 of every file above with what `sha256sum` prints.".to_owned(),
        "Copy the root's directory to two media, read both again, and lock them away apart; then remove\n   \
         it from this machine. No machine with a network ever holds the root's key again."
            .to_owned(),
        "Give the root's certificate (not its key) to the registry: it is an anchor, and its revocation\n   \
         list is uploaded."
            .to_owned(),
        "Set the issuing authority in the registry's configuration, and have its responder certified:\n   \
         annuaire ca responder."
            .to_owned(),
        format!("Sign the root's next revocation list before {renewal}: annuaire ca crl."),
    ]
    .into_iter()
    .enumerate()
    {
        writeln!(text, "{}. {step}", number + 1)?;
    }

    writeln!(text, "\nSIGNED\n")?;
    for witness in &ceremony.witnesses {
        writeln!(text, "   {witness:<40}  ______________________________\n")?;
    }
    Ok(())
}

fn certificate(text: &mut String, certificate: &Certificate) -> std::fmt::Result {
    let identifier = certificate.extensions.subject_key.clone();
    for (what, value) in [
        ("subject", certificate.subject.to_string()),
        ("issuer", certificate.issuer.to_string()),
        ("number", certificate.serial_hex()),
        ("from", rfc3339(certificate.not_before)),
        ("until", rfc3339(certificate.not_after)),
        ("key", certificate.key.to_string()),
        ("key id", hex::encode_upper(identifier.unwrap_or_default())),
        ("SHA-256", certificate.fingerprint.to_string()),
        ("of the key", certificate.spki_sha256.to_string()),
    ] {
        writeln!(text, "      {what:<11} {value}")?;
    }
    Ok(())
}
