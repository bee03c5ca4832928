//! A small trust space made for one test run: a root, an issuing authority, gateways and clients.

use std::sync::{Arc, OnceLock};

use annuaire::trust::probe::ProbeIdentity;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs8KeyDer,
};

/// Name of the mail exchanger in every test.
pub(super) const HOST: &str = "mx.operateur.fr";

/// A leaf with its intermediate, and its key (PKCS #8).
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Holder {
    pub(super) fn leaf(&self) -> Vec<u8> {
        self.chain[0].to_vec()
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.clone()).into()
    }

    pub(super) fn identity(&self) -> ProbeIdentity {
        ProbeIdentity {
            chain: self.chain.iter().map(|der| der.to_vec()).collect(),
            key: self.key.clone(),
        }
    }
}

/// Everything that the tests present to each other.
pub(super) struct Pki {
    pub(super) root: CertificateDer<'static>,
    pub(super) gateway: Holder,
    /// Under the anchor and for the host, but not the one registered.
    pub(super) unregistered: Holder,
    pub(super) expired: Holder,
    pub(super) other_host: Holder,
    /// Names the host in its common name alone.
    pub(super) common_name_only: Holder,
    /// For TLS clients alone.
    pub(super) not_a_server: Holder,
    /// Under an authority that nobody knows.
    pub(super) stranger: Holder,
    pub(super) listed: Holder,
    pub(super) revoked: Holder,
    pub(super) unlisted: Holder,
    pub(super) crl: CertificateRevocationListDer<'static>,
}

impl Pki {
    /// The one of this run.
    pub(super) fn of_this_run() -> &'static Self {
        static PKI: OnceLock<Pki> = OnceLock::new();
        PKI.get_or_init(Self::make)
    }

    pub(super) fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        Arc::new(roots)
    }

    fn make() -> Self {
        let authority = Authority::make("AC racine", "AC serveurs");
        let unknown = Authority::make("AC inconnue", "AC inconnue serveurs");
        let server = |names: &[&str]| leaf(names, HOST, ExtendedKeyUsagePurpose::ServerAuth);
        let client = |name| leaf(&[], name, ExtendedKeyUsagePurpose::ClientAuth);

        let mut past = server(&[HOST]);
        past.not_before = date_time_ymd(2023, 1, 1);
        past.not_after = date_time_ymd(2024, 1, 1);
        let mut gone = client("revoquee.operateur.fr");
        let serial = SerialNumber::from(vec![0x51, 0x17]);
        gone.serial_number = Some(serial.clone());
        let crl = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: vec![RevokedCertParams {
                serial_number: serial,
                revocation_time: date_time_ymd(2026, 1, 1),
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Self {
            root: authority.root.clone(),
            gateway: authority.issue(&server(&[HOST])),
            unregistered: authority.issue(&server(&[HOST])),
            expired: authority.issue(&past),
            other_host: authority.issue(&server(&["mx.ailleurs.fr", "operateur.fr"])),
            common_name_only: authority.issue(&server(&[])),
            not_a_server: authority.issue(&leaf(
                &[HOST],
                HOST,
                ExtendedKeyUsagePurpose::ClientAuth,
            )),
            stranger: unknown.issue(&server(&[HOST])),
            listed: authority.issue(&client("listee.operateur.fr")),
            revoked: authority.issue(&gone),
            unlisted: authority.issue(&client("inconnue.operateur.fr")),
            crl: crl.signed_by(&authority.issuer).unwrap().der().clone(),
        }
    }
}

struct Authority {
    root: CertificateDer<'static>,
    intermediate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn make(root_name: &str, name: &str) -> Self {
        let root_key = KeyPair::generate().unwrap();
        let root_params = ca(root_name);
        let root = root_params.self_signed(&root_key).unwrap();
        let root_issuer = Issuer::new(root_params, root_key);

        let key = KeyPair::generate().unwrap();
        let params = ca(name);
        let intermediate = params.signed_by(&key, &root_issuer).unwrap();
        Self {
            root: root.der().clone(),
            intermediate: intermediate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    fn issue(&self, params: &CertificateParams) -> Holder {
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        Holder {
            chain: vec![leaf.der().clone(), self.intermediate.clone()],
            key: key.serialize_der(),
        }
    }
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf(names: &[&str], common_name: &str, usage: ExtendedKeyUsagePurpose) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.extended_key_usages = vec![usage];
    params
}
