//! The authorities of the web that this machine trusts, as its system keeps them.

use std::path::{Path, PathBuf};

/// Where systems keep them in one PEM file: Debian, Red Hat, SUSE, Alpine.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The file of this system: that of `SSL_CERT_FILE`, else the first there is.
pub fn of_the_system() -> Option<PathBuf> {
    let told = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    told.or_else(|| {
        let known = BUNDLES.iter().map(Path::new);
        known.into_iter().find(|it| it.exists()).map(Path::to_owned)
    })
}
