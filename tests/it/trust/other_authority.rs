//! An authority that is not ours, with a place on the web where it says what it revoked, and a node that
//! asks there.

use std::sync::Arc;
use std::time::Duration as Span;

use annuaire::config::{self, trust::ProbedAddresses};
use annuaire::domain::certificate::CertificatePurpose;
use annuaire::service::asking::Asking;
use annuaire::telemetry::Metrics;
use annuaire::trust::certificate::{Certificate, read_upload};
use annuaire::trust::chain::{Anchors, check_path};
use annuaire::trust::ocsp::sign::ResponderKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevocationReason, RevokedCertParams, SerialNumber,
};
use time::{Duration, OffsetDateTime};

use super::pki::{NOW, gateway, named};
use super::registered::{NUMBERS, Registered};
use crate::support::said::{Said, Server};

/// `authorityInfoAccess` and `id-ad-ocsp`.
const ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
const NO_CHECK: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];

/// A root that signs gateways itself, and where it speaks.
pub(crate) struct Elsewhere {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) root: Certificate,
    pub(crate) anchors: Anchors,
    pub(crate) server: Server,
}

/// What a gateway's certificate says of where to ask.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Names {
    List,
    Responder,
    Both,
}

impl Elsewhere {
    pub(crate) fn make() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&[
            (DnType::CountryName, "FR"),
            (DnType::CommonName, "AC voisine"),
        ]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = NOW - Duration::days(365);
        params.not_after = NOW + Duration::days(3650);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        Self {
            root: Certificate::parse(root.der()).unwrap(),
            anchors: Anchors::from_pem(root.pem().as_bytes()).unwrap(),
            issuer: Issuer::new(params, key),
            server: Server::start(),
        }
    }

    /// The chain of a gateway of operator 1 that names places of this authority, PEM.
    pub(crate) fn gateway(&self, serial: u64, names: Names) -> Vec<u8> {
        let mut params = gateway("mx.voisine.mssante.fr", NUMBERS[0], 300);
        params.serial_number = Some(SerialNumber::from(serial));
        params.crl_distribution_points = match names {
            Names::Responder => Vec::new(),
            Names::List | Names::Both => vec![CrlDistributionPoint {
                uris: vec!["ldap://voisine.invalid/".to_owned(), self.list_url()],
            }],
        };
        match names {
            Names::List => {}
            Names::Responder | Names::Both => params.custom_extensions.push(self.access()),
        }
        let key = KeyPair::generate().unwrap();
        params
            .signed_by(&key, &self.issuer)
            .unwrap()
            .pem()
            .into_bytes()
    }

    pub(crate) fn list_url(&self) -> String {
        self.server.url("/liste.crl")
    }

    pub(crate) fn responder_url(&self) -> String {
        self.server.url("/ocsp")
    }

    fn access(&self) -> CustomExtension {
        let url = self.responder_url();
        let length = |bytes: usize| u8::try_from(bytes).unwrap();
        let mut inner = vec![6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 0x86, length(url.len())];
        inner.extend_from_slice(url.as_bytes());
        let mut one = vec![0x30, length(inner.len())];
        one.extend(inner);
        let mut all = vec![0x30, length(one.len())];
        all.extend(one);
        CustomExtension::from_oid_content(ACCESS, all)
    }

    /// A revocation list with these certificates on it.
    pub(crate) fn list(
        &self,
        number: u64,
        this_update: OffsetDateTime,
        revoked: &[u64],
    ) -> Vec<u8> {
        let until = this_update + Duration::HOUR * 12;
        self.list_until(number, this_update, until, revoked)
    }

    pub(crate) fn list_until(
        &self,
        number: u64,
        this_update: OffsetDateTime,
        next_update: OffsetDateTime,
        revoked: &[u64],
    ) -> Vec<u8> {
        let entry = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: this_update,
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update,
            next_update,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::PreSpecified(
                self.root.extensions.subject_key.clone().unwrap(),
            ),
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }

    /// Says a list from now on.
    pub(crate) fn says(&self, list: &[u8]) {
        self.server.says("/liste.crl", Said::ok(list));
    }

    /// A key that answers for this authority.
    pub(crate) fn responder(&self) -> ResponderKey {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&[(DnType::CommonName, "Répondeur voisin")]);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        params
            .custom_extensions
            .push(CustomExtension::from_oid_content(NO_CHECK, vec![5, 0]));
        params.not_before = NOW - Duration::DAY;
        params.not_after = NOW + Duration::days(30);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let name = "responder".to_owned();
        ResponderKey::new(name, &key.serialize_der(), certificate.der(), &self.root).unwrap()
    }

    /// A node that asks.
    pub(crate) fn asking(&self, registry: &Registered) -> Asking {
        self.asking_as(registry, |_| {})
    }

    pub(crate) fn asking_as(
        &self,
        registry: &Registered,
        change: impl FnOnce(&mut config::Revocation),
    ) -> Asking {
        let mut settings = config::Revocation {
            addresses: ProbedAddresses::Any,
            timeout: Span::from_secs(5),
            ..config::Revocation::default()
        };
        change(&mut settings);
        Asking::new(
            registry.pool.clone(),
            registry.clock(),
            settings,
            Span::from_mins(2),
            self.anchors.clone(),
            Metrics::new(),
        )
        .unwrap()
    }

    /// Puts a gateway's certificate into the registry from behind, active, and gives its number.
    pub(crate) async fn register(&self, registry: &Registered, chain: &[u8]) -> i64 {
        let ders = read_upload(chain).unwrap();
        let leaf = Certificate::parse(&ders[0]).unwrap();
        check_path(&leaf, &[], &self.anchors, CertificatePurpose::Gateway, NOW).unwrap();
        sqlx::query_scalar(
            "insert into certificate (operator_id, dn, match_key, der, sha256, spki_sha256, issuer_dn, serial,
                not_before, not_after, state, state_since, created_at)
            values (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', '2026-01-01', '2026-01-01')
            returning id",
        )
        .bind(leaf.subject.to_string())
        .bind(leaf.subject.match_key())
        .bind(&*ders[0])
        .bind(leaf.fingerprint.as_bytes())
        .bind(leaf.spki_sha256.as_bytes())
        .bind(leaf.issuer.to_string())
        .bind(leaf.serial_hex().to_lowercase())
        .bind(leaf.not_before)
        .bind(leaf.not_after)
        .fetch_one(&registry.pool)
        .await
        .unwrap()
    }
}

/// Where every source stands, in the order of the addresses' paths.
pub(crate) async fn stands(registry: &Registered) -> Vec<(String, u32, u32, Option<String>)> {
    let sources = registry.space.revocation_sources().await.unwrap();
    let told = sources.into_iter().map(|it| {
        let path = it.url.rsplit('/').next().unwrap().to_owned();
        (path, it.failures, it.refusals, it.problem)
    });
    told.collect()
}

/// A server's handler.
pub(crate) fn from(make: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Said {
    Said::From(Arc::new(make))
}
