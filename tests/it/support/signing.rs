//! Keys that sign lists, as files: made by `openssl`, with certificates that keep the rules.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256,
};
use time::OffsetDateTime;

/// A new RSA key of 2,048 bits, PKCS #8 in PEM.
pub(crate) fn new_key() -> String {
    let made = Command::new("openssl").args(["genrsa", "2048"]).output();
    String::from_utf8(made.unwrap().stdout).unwrap()
}

/// Writes a key that its owner alone may read, and a certificate that it signs itself: the two files.
pub(crate) fn write_signer(
    dir: &Path,
    key: &str,
    common_name: &str,
    validity: (OffsetDateTime, OffsetDateTime),
) -> (PathBuf, PathBuf) {
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = validity;
    params.distinguished_name = DistinguishedName::new();
    let name = &mut params.distinguished_name;
    name.push(DnType::OrganizationalUnitName, "1440000040");
    name.push(DnType::CommonName, common_name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    params.use_authority_key_identifier_extension = true;
    let pair = KeyPair::from_pkcs8_pem_and_sign_algo(key, &PKCS_RSA_SHA256).unwrap();
    let certificate = params.self_signed(&pair).unwrap();
    let (key_file, certificate_file) = (dir.join("signer.key"), dir.join("signer.pem"));
    fs::write(&key_file, key).unwrap();
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&certificate_file, certificate.pem()).unwrap();
    (key_file, certificate_file)
}
