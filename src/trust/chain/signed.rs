//! Who signed what is not a certificate: revocation lists and answers, under the algorithms of paths.

use webpki::EndEntityCert;

use super::ALGORITHMS;
use crate::trust::certificate::Certificate;

/// Whether the key of a certificate made this signature, with an algorithm that paths may use.
///
/// `algorithm` is the contents of the `AlgorithmIdentifier` that stands beside the signature.
pub(in crate::trust) fn is_signed_by(
    signer: &Certificate,
    algorithm: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    // Any certificate is read so: what it may sign is for the one who asks.
    let Ok(key) = EndEntityCert::try_from(signer.der()) else {
        return false;
    };
    ALGORITHMS
        .iter()
        .filter(|it| *it.signature_alg_id() == *algorithm)
        .any(|it| key.verify_signature(*it, message, signature).is_ok())
}
