//! `[ca]`: our own authorities, where their keys are, and how often they speak of revocation.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::trust::{Identity, Pkcs11};

/// Our own authorities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ca {
    /// Where others reach this registry, as it stands in the certificates that are issued: revocation
    /// lists and the responder are below it. Without it nothing is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// How long an issued certificate is good for.
    #[serde(with = "humantime_serde")]
    pub certificate_lifetime: Duration,
    /// How long a revocation list says it is good for.
    #[serde(with = "humantime_serde")]
    pub crl_lifetime: Duration,
    /// How often one is signed when nothing happens.
    #[serde(with = "humantime_serde")]
    pub crl_every: Duration,
    /// How long a responder's answer says it is good for.
    #[serde(with = "humantime_serde")]
    pub ocsp_lifetime: Duration,
    /// How often all of them are signed when nothing happens.
    #[serde(with = "humantime_serde")]
    pub ocsp_every: Duration,
    /// Answers a second that are signed for a request that has a nonce; others get the one that is
    /// ready.
    pub nonces_per_second: NonZeroU32,
    /// The authorities of which this node has a key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorities: Vec<Authority>,
}

/// `[[ca.authorities]]`: an authority, where its key is, and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Its name in addresses: lower-case letters, digits and hyphens.
    pub name: String,
    /// PEM file of its certificate.
    pub certificate_file: PathBuf,
    /// PEM file of its key; a node without a key serves and does not issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// The device that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkcs11: Option<Pkcs11>,
    /// The certificate and the P-256 key that answer OCSP for it; a node without them does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responder: Option<Identity>,
}

impl Default for Ca {
    fn default() -> Self {
        Self {
            public_url: None,
            certificate_lifetime: Duration::from_hours(24 * 365),
            crl_lifetime: Duration::from_hours(24),
            crl_every: Duration::from_hours(6),
            ocsp_lifetime: Duration::from_hours(1),
            ocsp_every: Duration::from_mins(15),
            nonces_per_second: NonZeroU32::MIN.saturating_add(99),
            authorities: Vec::new(),
        }
    }
}
