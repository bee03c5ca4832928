//! Whether the chain that a gateway presents is the one it should present.

use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use super::finding::Finding;
use super::tls::provider;
use crate::trust::digest::sha256;

/// Is the leaf one that the operator registered, byte for byte?
pub(super) fn registered(presented: &[CertificateDer<'_>], registered: &[Vec<u8>]) -> Finding {
    let Some(leaf) = presented.first() else {
        return Finding::failed("it presents no certificate".to_owned());
    };
    let print = sha256(leaf);
    if registered.iter().any(|known| known == leaf.as_ref()) {
        Finding::passed(format!("it presents the registered certificate {print}"))
    } else {
        Finding::failed(format!(
            "it presents the certificate {print}, which is none of the {} registered ones",
            registered.len()
        ))
    }
}

/// Does the chain lead to an anchor, for a TLS server, at that time?
pub(super) fn path(
    presented: &[CertificateDer<'_>],
    anchors: &[TrustAnchor<'_>],
    at: UnixTime,
) -> Finding {
    let Some((leaf, intermediates)) = presented.split_first() else {
        return Finding::failed("it presents no certificate".to_owned());
    };
    let verified = EndEntityCert::try_from(leaf).and_then(|leaf| {
        leaf.verify_for_usage(
            provider().signature_verification_algorithms.all,
            anchors,
            intermediates,
            at,
            KeyUsage::server_auth(),
            None,
            None,
        )
        .map(|path| path.intermediate_certificates().count())
    });
    match verified {
        Ok(intermediates) => Finding::passed(format!(
            "the chain leads to an anchor through {intermediates} of its {} certificates",
            presented.len()
        )),
        Err(error) => Finding::failed(format!(
            "the {} certificates presented do not lead to an anchor of the trust space: {error}",
            presented.len()
        )),
    }
}

/// Does the leaf name the host in a dNSName, the common name not counting (RFC 9525 §6.1)?
pub(super) fn host(presented: &[CertificateDer<'_>], host: &str) -> Finding {
    let Some(leaf) = presented.first() else {
        return Finding::failed("it presents no certificate".to_owned());
    };
    let name = match ServerName::try_from(host) {
        Ok(name) => name,
        Err(error) => return Finding::failed(format!("{host} is no host name: {error}")),
    };
    let named =
        EndEntityCert::try_from(leaf).and_then(|leaf| leaf.verify_is_valid_for_subject_name(&name));
    match named {
        Ok(()) => Finding::passed(format!("the certificate names {host}")),
        Err(error) => Finding::failed(format!("the certificate does not name {host}: {error}")),
    }
}
