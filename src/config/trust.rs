//! `[trust]`: authorities, approvals, publication and the keys that may sign.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// The trust space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// PEM files with the authorities whose certificates operators may register.
    pub anchor_files: Vec<PathBuf>,
    /// How long an act waits for a second administrator.
    #[serde(with = "humantime_serde")]
    pub approval_lifetime: Duration,
    /// Who publishes the list, as its side-car tells: a name or an address people know.
    pub publisher: String,
    /// How often a list is published by itself, and when something changed; only on demand where
    /// absent.
    #[serde(with = "humantime_serde", skip_serializing_if = "Option::is_none")]
    pub publish_every: Option<Duration>,
    /// How long a published list says it is good for.
    #[serde(with = "humantime_serde")]
    pub list_lifetime: Duration,
    /// Largest share of entries a list may lose without two administrators, from 0 to 1.
    pub max_removed_share: f64,
    /// Keys that may sign.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signing_keys: Vec<SigningKey>,
    /// How operators' gateways are probed.
    pub campaign: Campaign,
}

/// `[[trust.signing_keys]]`: a certificate and where its key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningKey {
    /// PEM file of the certificate.
    pub certificate_file: PathBuf,
    /// PEM file of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// The device that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkcs11: Option<Pkcs11>,
}

/// A key in a device reached by PKCS#11.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pkcs11 {
    /// The vendor's library.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the key.
    pub key: String,
    /// PIN of the token's user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Secret>,
    /// File that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_file: Option<PathBuf>,
}

/// `[trust.campaign]`: how operators' gateways are probed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Campaign {
    /// Resolver to ask; the system's where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver: Option<SocketAddr>,
    /// Port where gateways take mail and STARTTLS.
    pub smtp_port: u16,
    /// Port where gateways take mail over TLS from the first byte.
    pub smtps_port: u16,
    /// Longest time of one step.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Which addresses are probed.
    pub addresses: ProbedAddresses,
    /// What the probe calls itself.
    pub helo: String,
    /// A certificate that is in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<Identity>,
    /// One that was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Identity>,
    /// One that never was in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<Identity>,
}

/// Which addresses are probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbedAddresses {
    /// Public ones: the registry does not look around in its own network for others.
    Public,
    /// All, for a laboratory.
    Any,
}

/// A certificate with its chain, and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// PEM file, the certificate first.
    pub certificate_file: PathBuf,
    /// PEM file of the key.
    pub key_file: PathBuf,
}

impl Default for Trust {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            anchor_files: Vec::new(),
            approval_lifetime: DAY * 7,
            publisher: "annuaire".to_owned(),
            publish_every: None,
            list_lifetime: DAY * 3,
            max_removed_share: 0.01,
            signing_keys: Vec::new(),
            campaign: Campaign::default(),
        }
    }
}

impl Default for Campaign {
    fn default() -> Self {
        Self {
            resolver: None,
            smtp_port: 25,
            smtps_port: 465,
            timeout: Duration::from_secs(20),
            addresses: ProbedAddresses::Public,
            helo: "annuaire.invalid".to_owned(),
            listed: None,
            revoked: None,
            unlisted: None,
        }
    }
}
