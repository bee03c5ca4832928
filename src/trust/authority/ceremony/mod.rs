//! The ceremony: a root whose key goes offline, and the authority that issues in its name. All of it is
//! made in memory and judged; who keeps it where is the caller's to do, and the transcript's to tell.

mod transcript;

use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SigningKey as _, SubjectPublicKeyInfo,
};
use time::{Duration, OffsetDateTime};

pub use transcript::{LeftFile, transcript};

use super::addresses::revocation_list_url;
use super::error::AuthorityError;
use super::issue::judge_authority;
use super::key::{AuthorityKey, made};
use super::revocation_list::{ListPlan, sign_revocation_list};
use super::serial::Serial;
use super::subject;
use crate::trust::certificate::Certificate;
use crate::trust::sign::{SignError, Signer};

/// What the root's name in addresses ends with.
const ROOT: &str = "-root";
/// How long the root lasts.
const ROOT_LIFETIME: Duration = Duration::days(20 * 365);
/// How long the issuing authority lasts.
const ISSUING_LIFETIME: Duration = Duration::days(10 * 365);
/// How long a list of the root is good for: somebody opens the safe once a year.
pub const ROOT_LIST_LIFETIME: Duration = Duration::days(366);

/// Bits of an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySize {
    /// For tests.
    Bits2048,
    /// An authority that issues.
    Bits3072,
    /// A root.
    Bits4096,
}

impl KeySize {
    const fn rsa(self) -> RsaKeySize {
        match self {
            Self::Bits2048 => RsaKeySize::_2048,
            Self::Bits3072 => RsaKeySize::_3072,
            Self::Bits4096 => RsaKeySize::_4096,
        }
    }
}

/// Where the key of the issuing authority is.
#[derive(Clone, Debug)]
pub enum IssuingKey {
    /// It is made here, for a file.
    Made(KeySize),
    /// It is in a device, and stays there.
    Device {
        /// Its public half as encoded (`SubjectPublicKeyInfo`), DER.
        spki: Vec<u8>,
        /// Which one, for the transcript: a token and a label.
        name: String,
    },
}

/// What the ceremony is to make.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// The issuing authority's name in addresses: lower-case letters, digits and hyphens.
    pub name: String,
    /// Who runs it (`O` of both subjects).
    pub organization: String,
    /// Where others reach the registry.
    pub public_url: String,
    /// Who looks on.
    pub witnesses: Vec<String>,
    /// When it is held, UTC.
    pub at: OffsetDateTime,
    /// The size of the root's key.
    pub root_key: KeySize,
    /// The issuing authority's key.
    pub issuing_key: IssuingKey,
}

/// What the ceremony made.
pub struct Made {
    /// The root's certificate.
    pub root: Certificate,
    /// The root's key, PKCS #8 PEM.
    pub root_key_pem: String,
    /// The root's first revocation list, DER.
    pub root_list: Vec<u8>,
    /// When its next one must be there, UTC.
    pub root_list_until: OffsetDateTime,
    /// The issuing authority's certificate.
    pub issuing: Certificate,
    /// The issuing authority's key, PKCS #8 PEM; none where it is in a device.
    pub issuing_key_pem: Option<String>,
}

impl Ceremony {
    /// The root's name in addresses.
    pub fn root_name(&self) -> String {
        format!("{}{ROOT}", self.name)
    }

    /// Makes root, issuing authority and the root's first revocation list. The numbers come from the
    /// caller; the keys from the machine's source of chance.
    pub fn hold(
        &self,
        root_serial: Serial,
        issuing_serial: Serial,
    ) -> Result<Made, AuthorityError> {
        // First what can be refused: a long key takes its time.
        let root = self.root_params(root_serial)?;
        let issuing = self.issuing_params(issuing_serial)?;
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, self.root_key.rsa())?;
        let root_key_pem = key.serialize_pem();
        let root = Certificate::parse(root.self_signed(&key)?.der())?;
        judge_authority(&root, self.at)?;
        let signer = InMemory {
            certificate: root.der().to_vec(),
            key,
        };

        let (public_key, issuing_key_pem) = match &self.issuing_key {
            IssuingKey::Made(size) => {
                let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size.rsa())?;
                let spki = key.subject_public_key_info();
                (spki, Some(key.serialize_pem()))
            }
            IssuingKey::Device { spki, .. } => (spki.clone(), None),
        };
        let public_key = SubjectPublicKeyInfo::from_der(&public_key)?;
        let issuer = AuthorityKey::new(&signer, &root)?.issuer(&root)?;
        let issuing = issuing.signed_by(&public_key, &issuer);
        let issuing = Certificate::parse(made(issuing, &issuer)?.der())?;
        judge_authority(&issuing, self.at)?;

        let root_list_until = self.at + ROOT_LIST_LIFETIME;
        let plan = ListPlan {
            number: 1,
            this_update: self.at,
            next_update: root_list_until,
            previous_update: None,
            url: &revocation_list_url(&self.public_url, &self.root_name()),
            revoked: &[],
        };
        Ok(Made {
            root_list: sign_revocation_list(&root, &signer, &plan)?.der().to_vec(),
            root_list_until,
            root,
            root_key_pem,
            issuing,
            issuing_key_pem,
        })
    }

    fn root_params(&self, serial: Serial) -> Result<CertificateParams, AuthorityError> {
        let mut params = self.params("AC RACINE", serial, ROOT_LIFETIME)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
        Ok(params)
    }

    fn issuing_params(&self, serial: Serial) -> Result<CertificateParams, AuthorityError> {
        let mut params = self.params("AC", serial, ISSUING_LIFETIME)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.use_authority_key_identifier_extension = true;
        Ok(params)
    }

    fn params(
        &self,
        title: &str,
        serial: Serial,
        lifetime: Duration,
    ) -> Result<CertificateParams, AuthorityError> {
        let mut params = CertificateParams::default();
        let common_name = format!("{title} {}", self.name);
        params.distinguished_name = subject::encode(&subject::of(&[
            ("C", "FR"),
            ("O", &self.organization),
            ("CN", &common_name),
        ]))?;
        params.serial_number = Some(serial.octets().to_vec().into());
        params.not_before = self.at;
        params.not_after = self.at + lifetime;
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // In the root too: tools that ask about every certificate of a path (`openssl verify
        // -crl_check_all`) take a list that names its point for those certificates only that name it.
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec![revocation_list_url(&self.public_url, &self.root_name())],
        }];
        Ok(params)
    }
}

/// The root's key while the ceremony lasts.
struct InMemory {
    certificate: Vec<u8>,
    key: KeyPair,
}

impl Signer for InMemory {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.key.sign(message).map_err(|cause| SignError::Unusable {
            key: "of the root".to_owned(),
            problem: cause.to_string(),
        })
    }
}

#[cfg(test)]
mod tests;
