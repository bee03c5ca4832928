//! Extensions that the writer of certificates has no words for.

use rcgen::CustomExtension;
use yasna::Tag;
use yasna::models::ObjectIdentifier;

/// `id-pe-authorityInfoAccess`.
const INFORMATION_ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
/// `id-ad-ocsp`.
const OCSP: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1];
/// `id-pkix-ocsp-nocheck`.
const NO_CHECK: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];

/// `NULL`, encoded.
const NULL: [u8; 2] = [0x05, 0];

/// `authorityInfoAccess` with one responder (RFC 5280 §4.2.2.1).
pub(super) fn responder(url: &str) -> CustomExtension {
    let content = yasna::construct_der(|writer| {
        writer.write_sequence(|descriptions| {
            descriptions.next().write_sequence(|description| {
                description
                    .next()
                    .write_oid(&ObjectIdentifier::from_slice(OCSP));
                description
                    .next()
                    .write_tagged_implicit(Tag::context(6), |location| {
                        location.write_ia5_string(url);
                    });
            });
        });
    });
    CustomExtension::from_oid_content(INFORMATION_ACCESS, content)
}

/// `id-pkix-ocsp-nocheck`: nobody asks the responder about itself (RFC 6960 §4.2.2.2.1).
pub(super) fn no_check() -> CustomExtension {
    CustomExtension::from_oid_content(NO_CHECK, NULL.to_vec())
}
