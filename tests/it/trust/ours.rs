//! Authorities of our own, made once a test run; trust spaces that have their keys; requests for
//! certificates, and what openssl says of what comes out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use annuaire::config;
use annuaire::domain::act::Act;
use annuaire::domain::authority::IssuedCertificate;
use annuaire::domain::certificate_request::CertificateRequestRecord;
use annuaire::domain::error::Failure;
use annuaire::service::trust_space::{
    ConfiguredAuthority, OwnAuthorities, TrustSpace, WantedCertificate,
};
use annuaire::trust::authority::{
    Ceremony, IssuingKey, KeySize, ListPlan, Made, Serial, revocation_list_url,
    sign_revocation_list,
};
use annuaire::trust::sign::{PemSigner, Signer};
use rcgen::{CertificateParams, DnType, KeyPair};
use time::{Duration, OffsetDateTime};

use super::council::pending;
use super::pki::{Authority, NOW, named};
use super::registered::{NUMBERS, Registered};
use crate::support::scratch;

pub(crate) const PUBLIC_URL: &str = "http://annuaire.invalid";
/// The authority that issues.
pub(crate) const ISSUING: &str = "essai";
pub(crate) const ROOT: &str = "essai-racine";

/// A root and an authority below it, as files.
pub(crate) struct OurPki {
    pub(crate) made: Made,
    pub(crate) dir: PathBuf,
}

impl OurPki {
    /// The one of this run.
    pub(crate) fn shared() -> &'static Self {
        static MADE: OnceLock<OurPki> = OnceLock::new();
        MADE.get_or_init(|| Self::make(1))
    }

    /// One that nobody made known.
    pub(crate) fn foreign() -> &'static Self {
        static MADE: OnceLock<OurPki> = OnceLock::new();
        MADE.get_or_init(|| Self::make(3))
    }

    fn make(first: u8) -> Self {
        let ceremony = Ceremony {
            name: ISSUING.to_owned(),
            organization: "Hôpital d'essai".to_owned(),
            public_url: PUBLIC_URL.to_owned(),
            witnesses: vec!["Anne".to_owned(), "Bruno".to_owned()],
            at: NOW - Duration::days(30),
            root_key: KeySize::Bits2048,
            issuing_key: IssuingKey::Made(KeySize::Bits2048),
        };
        let numbers = [first, first + 1].map(|it| Serial::from_chance([it; 16]));
        let made = ceremony.hold(numbers[0], numbers[1]).unwrap();
        let dir = scratch::directory("ours");
        for (name, text) in [
            ("root.pem", pem("CERTIFICATE", made.root.der())),
            ("root.key", made.root_key_pem.clone()),
            ("issuing.pem", pem("CERTIFICATE", made.issuing.der())),
            ("issuing.key", made.issuing_key_pem.clone().unwrap()),
        ] {
            let file = dir.join(name);
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self { made, dir }
    }

    pub(crate) fn file(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join(name)).unwrap()
    }

    fn signer(&self, name: &str) -> PemSigner {
        let file = |ending: &str| self.dir.join(format!("{name}.{ending}"));
        PemSigner::open(&file("key"), &file("pem")).unwrap()
    }

    pub(crate) fn issuing_key(&self) -> Arc<dyn Signer> {
        Arc::new(self.signer("issuing"))
    }

    pub(crate) fn root_key(&self) -> Arc<dyn Signer> {
        Arc::new(self.signer("root"))
    }

    /// A list of the root, as the ceremony makes them, PEM.
    pub(crate) fn root_list(
        &self,
        number: u64,
        at: OffsetDateTime,
        revoked: &[IssuedCertificate],
    ) -> String {
        let plan = ListPlan {
            number,
            this_update: at,
            next_update: at + Duration::days(200),
            previous_update: None,
            url: &revocation_list_url(PUBLIC_URL, ROOT),
            revoked,
        };
        let der = sign_revocation_list(&self.made.root, &self.signer("root"), &plan).unwrap();
        pem("X509 CRL", &der)
    }
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// A node with this key of the issuing authority, or none.
pub(crate) fn node(registry: &Registered, key: Option<Arc<dyn Signer>>) -> TrustSpace {
    let ours = OurPki::shared();
    let settings = config::Trust {
        anchor_files: vec![
            Authority::trusted().anchor_file.clone(),
            ours.dir.join("root.pem"),
        ],
        ..config::Trust::default()
    };
    let own = OwnAuthorities {
        settings: config::Ca {
            public_url: Some(PUBLIC_URL.to_owned()),
            ..config::Ca::default()
        },
        configured: vec![ConfiguredAuthority {
            name: ISSUING.to_owned(),
            certificate: ours.made.issuing.der().to_vec(),
            key,
        }],
    };
    TrustSpace::new(
        registry.pool.clone(),
        registry.clock(),
        Arc::new(settings),
        Vec::new(),
    )
    .with_authorities(own)
}

/// Makes root and issuing authority known; the registry's own node has the key.
pub(crate) async fn with_ours(registry: &mut Registered) {
    let ours = OurPki::shared();
    registry.space = node(registry, Some(ours.issuing_key()));
    for (name, file) in [(ROOT, "root.pem"), (ISSUING, "issuing.pem")] {
        let file = ours.file(file);
        let added = registry
            .space
            .add_authority(&registry.anne, name, file.as_bytes(), "a test");
        added.await.unwrap();
    }
}

/// A request for a certificate of this operator, PEM.
pub(crate) fn csr(operator: usize, common_name: &str, key: &KeyPair) -> String {
    let unit = NUMBERS[operator - 1];
    let mut params = CertificateParams::new(vec!["mx.hopital.mssante.fr".to_owned()]).unwrap();
    params.distinguished_name = named(&[
        (DnType::CountryName, "FR"),
        (DnType::StateOrProvinceName, "Paris (75)"),
        (DnType::OrganizationName, "HOPITAL FICTIF"),
        (DnType::OrganizationalUnitName, unit),
        (DnType::CommonName, common_name),
    ]);
    params.serialize_request(key).unwrap().pem().unwrap()
}

pub(crate) async fn ask(
    registry: &Registered,
    operator: i64,
    csr: impl AsRef<str>,
    renews: Option<i64>,
) -> Result<CertificateRequestRecord, Failure> {
    let wanted = WantedCertificate {
        operator,
        authority: ISSUING,
        csr: csr.as_ref().as_bytes(),
        renews,
    };
    registry
        .space
        .request_certificate(&registry.anne, wanted, "a test")
        .await
}

/// Has a request issued by two administrators; gives the number of the certificate.
pub(crate) async fn issue(registry: &Registered, request: i64) -> i64 {
    let act = Act::IssueCertificate { request };
    decide(registry, act).await;
    let record = registry.space.certificate_request(request).await.unwrap();
    record.settled.unwrap().certificate.unwrap()
}

/// A certificate of ours in use, behind one mail domain of operator 1.
pub(crate) async fn issued(registry: &Registered, common_name: &str) -> i64 {
    let key = KeyPair::generate().unwrap();
    let asked = ask(registry, 1, csr(1, common_name, &key), None).await;
    let certificate = issue(registry, asked.unwrap().id).await;
    let act = Act::ActivateCertificate {
        certificate,
        replaces: None,
    };
    let space = &registry.space;
    space.request(&registry.anne, act, "a test").await.unwrap();
    certificate
}

/// Has an act done by two administrators.
pub(crate) async fn decide(registry: &Registered, act: Act) {
    let waiting = pending(&registry.space, &registry.anne, act).await;
    let approved = registry.space.approve(&registry.bruno, waiting.id);
    approved.await.unwrap();
}

/// What openssl says of a certificate with this revocation list, at a moment.
pub(crate) fn openssl_verify(leaf: &[u8], list: &[u8], at: OffsetDateTime) -> String {
    let ours = OurPki::shared();
    let dir = scratch::directory("openssl");
    fs::write(dir.join("leaf.pem"), pem("CERTIFICATE", leaf)).unwrap();
    fs::write(dir.join("list.pem"), pem("X509 CRL", list)).unwrap();
    let path = |name: &str| ours.dir.join(name);
    run(Command::new("openssl")
        .args(["verify", "-crl_check", "-attime"])
        .arg(at.unix_timestamp().to_string())
        .arg("-CAfile")
        .arg(path("root.pem"))
        .arg("-untrusted")
        .arg(path("issuing.pem"))
        .arg("-CRLfile")
        .args([dir.join("list.pem"), dir.join("leaf.pem")]))
}

/// A revocation list as openssl prints it, its signature verified.
pub(crate) fn openssl_crl(list: &[u8]) -> String {
    let dir = scratch::directory("openssl");
    fs::write(dir.join("list.der"), list).unwrap();
    run(Command::new("openssl")
        .args(["crl", "-inform", "DER", "-noout", "-text", "-in"])
        .arg(dir.join("list.der"))
        .arg("-CAfile")
        .arg(Path::new(&OurPki::shared().dir).join("issuing.pem")))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}
