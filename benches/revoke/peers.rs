//! A pretend authority, and the chains that the gateways of a registry present. It must not know how they are judged.

use annuaire::trust::certificate::Certificate;
use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, SerialNumber,
};
use time::{Duration, OffsetDateTime};

/// An authority that is trusted by configuration.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
    leaf_key: KeyPair,
    now: OffsetDateTime,
}

impl Authority {
    pub(crate) fn new(now: OffsetDateTime) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = valid(now)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "AC ORGANISATIONS FICTIVE");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let der = params.self_signed(&key)?.der().to_vec();
        Ok(Self {
            issuer: Issuer::new(params, key),
            der,
            leaf_key: KeyPair::generate()?,
            now,
        })
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// What it says of revocation for a day: nobody was revoked.
    pub(crate) fn revocation_list(&self) -> anyhow::Result<Vec<u8>> {
        let key = Certificate::parse(&self.der)?.extensions.subject_key;
        let list = CertificateRevocationListParams {
            this_update: self.now - Duration::HOUR,
            next_update: self.now + Duration::DAY,
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::PreSpecified(
                key.context("an authority without a key")?,
            ),
        };
        Ok(list.signed_by(&self.issuer)?.der().to_vec())
    }

    /// What the gateway of a number in the registry presents.
    pub(crate) fn chain(&self, number: i64) -> anyhow::Result<Vec<Vec<u8>>> {
        let mut params = valid(self.now)?;
        let name = &mut params.distinguished_name;
        name.push(DnType::StateOrProvinceName, "Ville (75)");
        name.push(
            DnType::OrganizationName,
            format!("ETABLISSEMENT FICTIF {number}"),
        );
        name.push(
            DnType::OrganizationalUnitName,
            format!("1{}", 440_000_000 + number),
        );
        name.push(DnType::CommonName, format!("passerelle{number}.mssante.fr"));
        params.serial_number = Some(SerialNumber::from(u64::try_from(number)?));
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec!["http://crl.essai.invalid/organisations.crl".to_owned()],
        }];
        let leaf = params.signed_by(&self.leaf_key, &self.issuer)?;
        Ok(vec![leaf.der().to_vec(), self.der.clone()])
    }
}

fn valid(now: OffsetDateTime) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(vec!["mx.essai.mssante.fr".to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    let country = DnValue::PrintableString("FR".try_into()?);
    params.distinguished_name.push(DnType::CountryName, country);
    params.not_before = now - Duration::DAY;
    params.not_after = now + Duration::days(365);
    Ok(params)
}
