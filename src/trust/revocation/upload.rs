//! What people send when asked for a revocation list: one in PEM or in DER.

use rustls_pki_types::pem::{self, SectionKind};

use super::{InvalidRevocationList, RevocationList};

/// Reads one list of at most `max_bytes` as it is sent, `X509 CRL` in PEM or strict DER.
pub fn from_upload(
    bytes: &[u8],
    max_bytes: usize,
) -> Result<RevocationList, InvalidRevocationList> {
    if bytes.len() > max_bytes {
        return Err(InvalidRevocationList::TooLarge {
            bytes: bytes.len(),
            limit: max_bytes,
        });
    }
    if !bytes.trim_ascii_start().starts_with(b"-----BEGIN ") {
        return RevocationList::read(bytes, max_bytes);
    }
    let mut text = bytes;
    match (pem::from_buf(&mut text), pem::from_buf(&mut text)) {
        (Ok(Some((SectionKind::Crl, der))), Ok(None)) => RevocationList::read(&der, max_bytes),
        _ => Err(InvalidRevocationList::NotDer),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::DraftList;
    use super::*;
    use crate::trust::pki::Party;

    const MAX: usize = 1 << 20;

    fn armoured(label: &str, der: &[u8]) -> String {
        use base64::Engine as _;
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    #[test]
    fn one_list_is_read_in_pem_and_in_der_and_nothing_else() {
        let issuer = Party::new("AC organisations");
        let der = DraftList::of(&issuer).number(7).der(&issuer.key);
        let pem = armoured("X509 CRL", &der);
        for good in [der.clone(), pem.clone().into(), format!("\r\n{pem}").into()] {
            assert_eq!(from_upload(&good, MAX).unwrap().number(), [7]);
        }
        let half = pem.len() / 2;
        for wrong in [
            String::new(),
            armoured("CERTIFICATE", &der),
            format!("{pem}{pem}"),
            format!("{pem}{}", armoured("CERTIFICATE", &der)),
            pem[..half].to_owned(),
            armoured("X509 CRL", &der[1..]),
        ] {
            assert!(from_upload(wrong.as_bytes(), MAX).is_err(), "{wrong}");
        }
        let large = from_upload(pem.as_bytes(), pem.len() - 1).unwrap_err();
        assert!(matches!(large, InvalidRevocationList::TooLarge { .. }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, in_pem: bool) {
            let sent = if in_pem { armoured("X509 CRL", &bytes).into_bytes() } else { bytes };
            prop_assert!(from_upload(&sent, MAX).is_err());
        }
    }
}
