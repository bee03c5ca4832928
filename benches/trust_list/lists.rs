//! Lists to measure, and certificates of their signers. It must not know what is measured.

use annuaire::domain::distinguished_name::OperatorDn;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::trust_list::{TrustEntry, TrustList};
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::macros::datetime;

/// Entries to a certificate, as in the published list of 2025-02-28.
const ENTRIES_PER_NAME: usize = 16;

/// A list of this many entries, of which each has a mail domain of its own; texts are as long as the published ones.
pub(crate) fn made(entries: usize) -> TrustList {
    let entry = |place: usize| -> Option<TrustEntry> {
        let operator = place / ENTRIES_PER_NAME;
        let name = format!(
            "CN=mss-{operator:05}.operateur-fictif.fr,OU=1{operator:09},O=CENTRE HOSPITALIER FICTIF,ST=Haute-Garonne (31),C=FR"
        );
        Some(TrustEntry {
            mail_domain: MailDomainName::parse(&format!("structure-{place:06}.mssante.fr")).ok()?,
            description: format!("Domaine de messagerie MSSanté de la structure fictive {place}"),
            operator_dn: OperatorDn::parse(&name).ok()?,
            responsible_contact: "01 99 00 00 01, responsable@operateur-fictif.fr".to_owned(),
            support_contact: "01 99 00 00 02, support@operateur-fictif.fr".to_owned(),
            updated_at: datetime!(2025-02-28 15:42:07 UTC),
        })
    };
    let generated_at = datetime!(2026-02-28 15:42:07 UTC);
    TrustList::assemble(generated_at, (0..entries).filter_map(entry).collect())
}

/// The certificate that a signed file holds: good enough to measure, and no proof of anything.
pub(crate) fn certificate_within(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let text = std::str::from_utf8(bytes)?;
    let (_, rest) = text
        .split_once("<X509Certificate>")
        .context("no certificate")?;
    let (folded, _) = rest
        .split_once("</X509Certificate>")
        .context("half a certificate")?;
    Ok(STANDARD.decode(folded.replace("&#13;", "").replace('\n', ""))?)
}
