//! The demo's own authorities: a ceremony at the first start, then gateways' certificates by the
//! registry's own acts.

use time::{Duration, OffsetDateTime};

use super::files::{
    Files, GATEWAY, GATEWAY_NUMBER, ISSUING, QUESTION, RESPONDER, ROOT, ROOT_KEY, ROOT_LIST,
};
use super::pretend::{Pretend, READERS};
use super::{Cast, REASON, subject};
use crate::domain::act::Act;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::pem;
use crate::service::trust_space::WantedCertificate;
use crate::trust::authority::{
    Ceremony, IssuingKey, KeySize, ResponderOrder, Serial, issue_responder,
};
use crate::trust::laboratory::gateway_request;
use crate::trust::sign::PemSigner;

/// The issuing authority's name in addresses.
pub(super) const AUTHORITY: &str = "gateways";
/// The root's.
const ROOT_AUTHORITY: &str = "gateways-root";

/// Makes root, issuing authority and responder; the keys are small, since nothing depends on them.
pub(super) fn make(files: &Files, public_url: &str, now: OffsetDateTime) -> anyhow::Result<()> {
    let ceremony = Ceremony {
        name: AUTHORITY.to_owned(),
        organization: "AGENCE FICTIVE".to_owned(),
        public_url: public_url.to_owned(),
        witnesses: vec!["alice".to_owned(), "bob".to_owned()],
        at: now,
        root_key: KeySize::Bits2048,
        issuing_key: IssuingKey::Made(KeySize::Bits2048),
    };
    let made = ceremony.hold(Serial::generate()?, Serial::generate()?)?;
    let [issuing, key] = [file(ISSUING, "pem"), file(ISSUING, "key")];
    files.write(ROOT_KEY, &made.root_key_pem)?;
    files.write(ROOT, &pem::certificate(made.root.der()))?;
    files.write_bytes(ROOT_LIST, &made.root_list)?;
    files.write(&key, &made.issuing_key_pem.unwrap_or_default())?;
    files.write(&issuing, &pem::certificate(made.issuing.der()))?;
    let signer = PemSigner::open(&files.path(&key), &files.path(&issuing))?;
    let order = ResponderOrder {
        name: "OCSP AGENCE FICTIVE",
        not_before: now,
        not_after: now + Duration::days(365),
        serial: Serial::generate()?,
    };
    let responder = issue_responder(&order, &made.issuing, &signer)?;
    files.write(&file(RESPONDER, "key"), &responder.key_pem)?;
    files.write(
        &file(RESPONDER, "pem"),
        &pem::certificate(responder.certificate.der()),
    )?;
    Ok(())
}

/// The name of a file of somebody.
pub(super) fn file(name: &str, kind: &str) -> String {
    format!("{name}.{kind}")
}

impl Cast<'_> {
    /// Makes the authorities known to the registry, and the root's list with them.
    pub(super) async fn found_authorities(&self, files: &Files) -> anyhow::Result<()> {
        for (name, certificate) in [
            (ROOT_AUTHORITY, ROOT.to_owned()),
            (AUTHORITY, file(ISSUING, "pem")),
        ] {
            let upload = files.read(&certificate)?;
            let added = self
                .space
                .add_authority(&self.alice, name, upload.as_bytes(), REASON);
            let detail = added.await?;
            if name == ROOT_AUTHORITY && detail.newest_list.is_none() {
                let list = files.read_bytes(ROOT_LIST)?;
                self.space
                    .add_revocation_list(&self.alice, name, &list, REASON)
                    .await?;
            }
        }
        Ok(())
    }

    /// Alice sends a request for the operator's gateway, and Bob agrees with her to issue it; the number of
    /// the certificate.
    pub(super) async fn issue(
        &self,
        pretend: &Pretend,
        operator: i64,
        names: &[MailDomainName],
        files: &Files,
    ) -> anyhow::Result<i64> {
        let dn = subject(pretend.gateway, pretend.number, pretend.legal_name);
        let (csr, key) = gateway_request(&dn, &[pretend.gateway])?;
        let wanted = WantedCertificate {
            operator,
            authority: AUTHORITY,
            csr: csr.as_bytes(),
            renews: None,
        };
        let request = self
            .space
            .request_certificate(&self.alice, wanted, REASON)
            .await?
            .id;
        self.both(Act::IssueCertificate { request }).await?;
        let settled = self.space.certificate_request(request).await?.settled;
        let certificate = settled
            .and_then(|it| it.certificate)
            .ok_or_else(|| anyhow::anyhow!("no certificate was issued for request {request}"))?;
        if pretend.gateway == READERS {
            self.hand_over(certificate, &key, names, files).await?;
        }
        Ok(certificate)
    }

    /// What the operator's people have in their hands, and here the reader: the chain and the key of a
    /// gateway, and the question that its peers ask.
    async fn hand_over(
        &self,
        certificate: i64,
        key: &str,
        names: &[MailDomainName],
        files: &Files,
    ) -> anyhow::Result<()> {
        let detail = self.space.certificate(certificate).await?;
        let leaf = detail.chain.first().map(|der| pem::certificate(der));
        let chain = leaf.unwrap_or_default() + &files.read(&file(ISSUING, "pem"))?;
        let question = serde_json::json!({
            "chain": chain,
            "mail_domain": names.first().map(MailDomainName::as_str),
            "role": "smtp-client",
        });
        files.write(&file(GATEWAY, "key"), key)?;
        files.write(&file(GATEWAY, "pem"), &chain)?;
        files.write(QUESTION, &format!("{question}\n"))?;
        files.write(GATEWAY_NUMBER, &certificate.to_string())?;
        Ok(())
    }
}
