//! A pretend authority and what it issues, for demonstrations and test spaces: nothing here is ever
//! a key of the real trust space.

use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    RsaKeySize,
};
use time::{Duration, OffsetDateTime};

use crate::domain::distinguished_name::OperatorDn;

/// Something pretended could not be made.
#[derive(Debug, thiserror::Error)]
#[error("a pretend certificate could not be made: {0}")]
pub struct LaboratoryError(#[from] rcgen::Error);

/// A pretend authority.
pub struct Laboratory {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    now: OffsetDateTime,
}

/// What the authority issued.
pub struct Issued {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// The same, DER.
    pub certificate_der: Vec<u8>,
    /// Its private key, PKCS#8 PEM.
    pub key_pem: String,
}

/// Where a pretend revocation list would be.
const CRL: &str = "http://crl.laboratoire.invalid/operateurs.crl";
/// Where a pretend responder would be.
const OCSP: &str = "http://ocsp.laboratoire.invalid";

impl Laboratory {
    /// A new authority, valid for ten years from a day before `now`.
    pub fn new(name: &str, now: OffsetDateTime) -> Result<Self, LaboratoryError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(
            DnType::CountryName,
            rcgen::DnValue::PrintableString("FR".try_into()?),
        );
        params
            .distinguished_name
            .push(DnType::OrganizationName, "LABORATOIRE FICTIF");
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = now - Duration::DAY;
        params.not_after = now + Duration::days(3_652);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate_pem = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate_pem,
            now,
        })
    }

    /// The authority's own certificate, PEM: the anchor.
    pub fn anchor_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// A certificate of an operator's gateway, for these host names, valid for so many days.
    pub fn gateway(
        &self,
        subject: &OperatorDn,
        hosts: &[&str],
        days: i64,
    ) -> Result<Issued, LaboratoryError> {
        let mut params = self.params(subject, days, CertificateParams::new(owned(hosts))?);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        self.issue(&params, &KeyPair::generate()?)
    }

    /// A certificate that signs lists: RSA, for mail protection only, as the real one.
    pub fn list_signer(&self, subject: &OperatorDn, days: i64) -> Result<Issued, LaboratoryError> {
        let mut params = self.params(subject, days, CertificateParams::default());
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::ContentCommitment,
        ];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        self.issue(&params, &key)
    }

    fn params(
        &self,
        subject: &OperatorDn,
        days: i64,
        mut params: CertificateParams,
    ) -> CertificateParams {
        params.distinguished_name = name(subject);
        params.not_before = self.now - Duration::HOUR;
        params.not_after = self.now + Duration::days(days);
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec![CRL.to_owned()],
        }];
        params.custom_extensions = vec![responder_extension()];
        params
    }

    fn issue(&self, params: &CertificateParams, key: &KeyPair) -> Result<Issued, LaboratoryError> {
        let certificate = params.signed_by(key, &self.issuer)?;
        Ok(Issued {
            certificate_pem: certificate.pem(),
            certificate_der: certificate.der().to_vec(),
            key_pem: key.serialize_pem(),
        })
    }
}

/// A request for a gateway's certificate (PKCS #10) and its new key, both PEM, as an operator makes them.
pub fn gateway_request(
    subject: &OperatorDn,
    hosts: &[&str],
) -> Result<(String, String), LaboratoryError> {
    let mut params = CertificateParams::new(owned(hosts))?;
    params.distinguished_name = name(subject);
    let key = KeyPair::generate()?;
    let request = params.serialize_request(&key)?;
    Ok((request.pem()?, key.serialize_pem()))
}

fn name(subject: &OperatorDn) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for attribute in subject.rdns().iter().flatten() {
        if let Some(kind) = kind(&attribute.kind) {
            name.push(kind, attribute.value.as_str());
        }
    }
    name
}

fn owned(hosts: &[&str]) -> Vec<String> {
    hosts.iter().map(|&host| host.to_owned()).collect()
}

/// The type of an attribute; a name that no operator's certificate has is left out.
fn kind(name: &str) -> Option<DnType> {
    match name {
        "C" => Some(DnType::CountryName),
        "ST" => Some(DnType::StateOrProvinceName),
        "L" => Some(DnType::LocalityName),
        "O" => Some(DnType::OrganizationName),
        "OU" => Some(DnType::OrganizationalUnitName),
        "CN" => Some(DnType::CommonName),
        _ => None,
    }
}

/// `authorityInfoAccess` with one OCSP responder (RFC 5280 §4.2.2.1).
fn responder_extension() -> CustomExtension {
    const AUTHORITY_INFO_ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
    /// `id-ad-ocsp`, encoded.
    const ID_AD_OCSP: &[u8] = &[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 1];
    let location = tagged(0x86, OCSP.as_bytes());
    let description = tagged(0x30, &[ID_AD_OCSP, &location].concat());
    CustomExtension::from_oid_content(AUTHORITY_INFO_ACCESS, tagged(0x30, &description))
}

/// DER of a short value (under 128 bytes).
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    [&[tag, length], content].concat()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use time::macros::datetime;

    use super::*;
    use crate::domain::certificate::CertificatePurpose;
    use crate::trust::certificate::Certificate;
    use crate::trust::rules::{Finding, Subject, WithoutRevocation, lint};

    const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

    /// What `openssl x509` says of a certificate.
    fn openssl(pem: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("certificate.pem");
        std::fs::write(&file, pem).unwrap();
        let said = Command::new("openssl")
            .args(["x509", "-noout", "-text", "-nameopt", "RFC2253", "-in"])
            .arg(&file)
            .output()
            .unwrap();
        String::from_utf8(said.stdout).unwrap()
    }

    #[test]
    fn certificates_keep_the_rules_of_what_they_are_for() {
        let laboratory = Laboratory::new("AC DU LABORATOIRE", NOW).unwrap();
        let subject = OperatorDn::parse("CN=mx.exemple.fr,OU=1440000040,O=CHRU,C=FR").unwrap();
        let gateway = laboratory.gateway(&subject, &["mx.exemple.fr"], 365);
        let signer = laboratory.list_signer(&subject, 365);
        for (issued, purpose) in [
            (gateway, CertificatePurpose::Gateway),
            (signer, CertificatePurpose::ListSigner),
        ] {
            let certificate = Certificate::parse(&issued.unwrap().certificate_der).unwrap();
            let findings = lint(&Subject {
                certificate: &certificate,
                purpose,
                at: NOW,
                without_revocation: WithoutRevocation::Refuse,
            });
            assert!(!findings.iter().any(Finding::refuses), "{findings:?}");
        }
    }

    #[test]
    fn certificates_hold_what_openssl_reads() {
        let laboratory = Laboratory::new("AC DU LABORATOIRE", NOW).unwrap();
        let dn =
            "CN=mx.exemple.mssante.fr,OU=1440000040,O=CHRU FICTIF,ST=Loire-Atlantique (44),C=FR";
        let subject = OperatorDn::parse(dn).unwrap();
        let gateway = laboratory
            .gateway(&subject, &["mx.exemple.mssante.fr"], 365)
            .unwrap();
        let said = openssl(&gateway.certificate_pem);
        for expected in [
            &format!("Subject: {dn}"),
            "DNS:mx.exemple.mssante.fr",
            "TLS Web Server Authentication, TLS Web Client Authentication",
            "URI:http://crl.laboratoire.invalid/operateurs.crl",
            "OCSP - URI:http://ocsp.laboratoire.invalid",
            "CA:FALSE",
            "Not After : Jan  2 03:04:05 2027 GMT",
        ] {
            assert!(said.contains(expected), "{expected} is not in {said}");
        }
        let signer = laboratory.list_signer(&subject, 30).unwrap();
        let said = openssl(&signer.certificate_pem);
        for expected in [
            "E-mail Protection",
            "Public-Key: (2048 bit)",
            "Digital Signature, Non Repudiation",
        ] {
            assert!(said.contains(expected), "{expected} is not in {said}");
        }
    }
}
