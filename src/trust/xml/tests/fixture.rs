//! Keys, certificates and lists of fiction, made once for all tests; and the real list, where it is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, RsaEncoding};
use rcgen::{CertificateParams, DnType, PKCS_RSA_SHA256, RsaKeySize};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::domain::distinguished_name::OperatorDn;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_list::{TrustEntry, TrustList};
use crate::trust::sign::{SignError, Signer};
use crate::trust::xml::Pin;

/// When the lists of these tests were made; their signers are valid in 2026.
pub(in crate::trust) const GENERATED_AT: OffsetDateTime = datetime!(2026-02-28 15:42:07 UTC);

/// A signer whose key is in memory.
pub(in crate::trust) struct TestSigner {
    key: signature::RsaKeyPair,
    certificate: Vec<u8>,
    /// The same key, PKCS #8 in PEM, for `xmlsec1`.
    pub(in crate::trust) key_pem: String,
}

impl TestSigner {
    fn new(name: &str, size: RsaKeySize) -> Self {
        let key = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = datetime!(2026-01-01 00:00:00 UTC);
        params.not_after = datetime!(2026-12-31 23:59:59 UTC);
        Self {
            key: signature::RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap(),
            certificate: params.self_signed(&key).unwrap().der().to_vec(),
            key_pem: key.serialize_pem(),
        }
    }

    pub(in crate::trust) fn pin(&self) -> Pin {
        Pin::Certificate(self.certificate.clone())
    }

    /// The certificate in PEM.
    pub(in crate::trust) fn certificate_pem(&self) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&self.certificate);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    }
}

impl Signer for TestSigner {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let encoding: &dyn RsaEncoding = &signature::RSA_PKCS1_SHA256;
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(encoding, &SystemRandom::new(), message, &mut signature)
            .unwrap();
        Ok(signature)
    }
}

/// The signer that is pinned.
pub(in crate::trust) static SIGNER: LazyLock<TestSigner> =
    LazyLock::new(|| TestSigner::new("Liste de test", RsaKeySize::_2048));

/// Another one.
pub(in crate::trust) static STRANGER: LazyLock<TestSigner> =
    LazyLock::new(|| TestSigner::new("Liste d'un autre", RsaKeySize::_3072));

pub(in crate::trust) fn entry(mail_domain: &str, dn: &str) -> TrustEntry {
    TrustEntry {
        mail_domain: MailDomainName::parse(mail_domain).unwrap(),
        description: format!("Domaine MSSanté de {mail_domain}"),
        operator_dn: OperatorDn::parse(dn).unwrap(),
        responsible_contact: "01 99 00 00 01, responsable@fictif.fr".to_owned(),
        support_contact: "01 99 00 00 02, support@fictif.fr".to_owned(),
        updated_at: datetime!(2026-01-02 03:04:05 UTC),
    }
}

/// Three entries that hold what is hard to write.
pub(in crate::trust) fn list() -> TrustList {
    let mut hard = entry(
        "ch-fictif.mssante.fr",
        "CN=mss.ch-fictif.fr,OU=1990000001,O=CH \\\"L'ÉTÉ\\\" & <FILS>\\ ,ST=Nord (59),C=FR",
    );
    hard.description = "Été & <hiver> \"deux\" 'mots'\n\tsur deux lignes ]]> ".to_owned();
    hard.support_contact = String::new();
    TrustList {
        generated_at: GENERATED_AT,
        entries: vec![
            hard,
            entry(
                "ch-fictif.mssante.fr",
                "CN=mss2.ch-fictif.fr,OU=1990000001,O=CH,C=FR",
            ),
            entry(
                "15-20.autre.fr",
                "CN=mss.autre.fr,OU=399999999900017,O=AUTRE,C=FR",
            ),
        ],
    }
}

/// The real list of 2025-02-28, which the project does not hold; tests that want it say that they skip.
pub(in crate::trust) fn real_list() -> Option<Vec<u8>> {
    let path = std::env::var_os("ANNUAIRE_TRUST_LIST").map_or_else(
        || {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../shared/data/trust-list/listeblanchemssante-2025-02-28.xml")
        },
        PathBuf::from,
    );
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("skipped: the real list is not at {}", path.display());
    }
    bytes
}

/// What `xmlsec1` says of a file: whether it takes it, and its words.
pub(in crate::trust) fn xmlsec1(arguments: &[&str], files: &[(&str, &[u8])]) -> (bool, String) {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(directory.path().join(name), bytes).unwrap();
    }
    let output = Command::new("xmlsec1")
        .args(arguments)
        .current_dir(directory.path())
        .output()
        .expect("xmlsec1 is installed by ./run test");
    let words = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&words).into_owned(),
    )
}
