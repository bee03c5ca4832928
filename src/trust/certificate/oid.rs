//! Object identifiers of extensions and purposes that rules ask about, in dots (RFC 5280 appendix A).

/// `subjectKeyIdentifier`.
pub(crate) const SUBJECT_KEY: &str = "2.5.29.14";
/// `keyUsage`.
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
/// `subjectAltName`.
pub(crate) const ALTERNATIVE_NAMES: &str = "2.5.29.17";
/// `basicConstraints`.
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
/// `nameConstraints`.
pub(crate) const NAME_CONSTRAINTS: &str = "2.5.29.30";
/// `authorityKeyIdentifier`.
pub(crate) const AUTHORITY_KEY: &str = "2.5.29.35";
/// `policyConstraints`.
pub(crate) const POLICY_CONSTRAINTS: &str = "2.5.29.36";
/// `extKeyUsage`.
pub(crate) const EXTENDED_USAGE: &str = "2.5.29.37";

/// `anyExtendedKeyUsage`.
pub(crate) const ANY_PURPOSE: &str = "2.5.29.37.0";
/// `id-kp-serverAuth`.
pub(crate) const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
/// `id-kp-clientAuth`.
pub(crate) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
/// `id-kp-emailProtection`.
pub(crate) const EMAIL_PROTECTION: &str = "1.3.6.1.5.5.7.3.4";

/// `id-ad-ocsp`.
pub(crate) const OCSP: &str = "1.3.6.1.5.5.7.48.1";
