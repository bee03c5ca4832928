//! An authority made for one test run, and gateways' certificates as operators send them.

use std::path::PathBuf;
use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::support::scratch;

/// When every test begins.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

/// A root, an authority under it, and the file that names the root as an anchor.
pub(crate) struct Authority {
    root: Issuer<'static, KeyPair>,
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    pub(crate) anchor_file: PathBuf,
}

impl Authority {
    /// The one of this run.
    pub(crate) fn trusted() -> &'static Self {
        static AUTHORITY: OnceLock<Authority> = OnceLock::new();
        AUTHORITY.get_or_init(|| Self::make("AC racine"))
    }

    /// One that nobody configured.
    pub(crate) fn unknown() -> &'static Self {
        static AUTHORITY: OnceLock<Authority> = OnceLock::new();
        AUTHORITY.get_or_init(|| Self::make("AC d'ailleurs"))
    }

    fn make(name: &str) -> Self {
        let root_key = KeyPair::generate().unwrap();
        let root_params = authority(name);
        let root = root_params.self_signed(&root_key).unwrap();
        let root_issuer = Issuer::new(root_params, root_key);
        let key = KeyPair::generate().unwrap();
        let mut params = authority(&format!("{name} organisations"));
        params.use_authority_key_identifier_extension = true;
        params.crl_distribution_points = crl();
        let intermediate = params.signed_by(&key, &root_issuer).unwrap();
        let anchor_file = scratch::directory("anchor").join("anchor.pem");
        std::fs::write(&anchor_file, root.pem()).unwrap();
        Self {
            root: root_issuer,
            issuer: Issuer::new(params, key),
            pem: intermediate.pem(),
            anchor_file,
        }
    }

    /// What an operator sends: its certificate and the authority's, PEM.
    pub(crate) fn chain(&self, params: &CertificateParams) -> Vec<u8> {
        self.chain_on(params, &KeyPair::generate().unwrap())
    }

    /// What the root and the authority under it say of revocation for a day: nobody was revoked.
    pub(crate) fn revocation_lists(&self) -> [Vec<u8>; 2] {
        [&self.root, &self.issuer].map(|issuer| {
            let list = CertificateRevocationListParams {
                this_update: NOW - Duration::HOUR,
                next_update: NOW + Duration::DAY,
                crl_number: SerialNumber::from(1),
                issuing_distribution_point: None,
                revoked_certs: Vec::new(),
                key_identifier_method: KeyIdMethod::Sha256,
            };
            list.signed_by(issuer).unwrap().der().to_vec()
        })
    }

    /// The same on a key that is given.
    pub(crate) fn chain_on(&self, params: &CertificateParams, key: &KeyPair) -> Vec<u8> {
        let certificate = params.signed_by(key, &self.issuer).unwrap();
        format!("{}{}", certificate.pem(), self.pem).into_bytes()
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&[(DnType::CountryName, "FR"), (DnType::CommonName, name)]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = NOW - Duration::days(365);
    params.not_after = NOW + Duration::days(3650);
    params
}

fn crl() -> Vec<CrlDistributionPoint> {
    vec![CrlDistributionPoint {
        uris: vec!["http://igc.invalid/crl/organisations.crl".to_owned()],
    }]
}

/// A name in the order of a certificate.
pub(crate) fn named(attributes: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, value) in attributes {
        name.push(kind.clone(), *value);
    }
    name
}

/// What the certificate of a good gateway says, valid from a day before [`NOW`] for so many days
/// after it.
pub(crate) fn gateway(common_name: &str, unit: &str, days: i64) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["mx.hopital.mssante.fr".to_owned()]).unwrap();
    params.distinguished_name = named(&[
        (DnType::CountryName, "FR"),
        (DnType::StateOrProvinceName, "Paris (75)"),
        (DnType::OrganizationName, "HOPITAL FICTIF"),
        (DnType::OrganizationalUnitName, unit),
        (DnType::CommonName, common_name),
    ]);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.use_authority_key_identifier_extension = true;
    params.crl_distribution_points = crl();
    params.not_before = NOW - Duration::DAY;
    params.not_after = NOW + Duration::days(days);
    params
}
