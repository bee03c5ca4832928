//! A chain as a peer presented it and somebody wrote it down: taken apart into certificates, which are
//! not read here. A chain that is too long or no chain at all is a peer's, and is judged as such.

use rustls_pki_types::pem::{PemObject, SectionKind};

use super::upload::{DER_SEQUENCE, holds};
use super::{MAX_CHAIN_LENGTH, UploadError};

/// The certificates of a chain, DER each, the peer's own first: those of PEM with any text and other
/// blocks between them, or one in DER.
///
/// No more are taken than one beyond the longest chain, so that a longer one can be told. A file with a
/// private key is refused whatever else is in it.
pub fn read_presented(bytes: &[u8]) -> Result<Vec<Vec<u8>>, UploadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if holds(bytes, b"PRIVATE KEY-----") {
        return Err(UploadError::PrivateKey);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(UploadError::Empty);
    }
    if bytes.first() == Some(&DER_SEQUENCE) && !holds(bytes, b"-----BEGIN ") {
        return Ok(vec![bytes.to_vec()]);
    }
    let mut chain = Vec::new();
    for (place, section) in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes).enumerate() {
        match section {
            Ok((SectionKind::Certificate, der)) => chain.push(der),
            // Such as the session that `openssl s_client` prints.
            Ok(_) => {}
            Err(_) => {
                return Err(UploadError::Block {
                    number: place + 1,
                    reason: "it has no end, or its base64 cannot be read",
                });
            }
        }
        if chain.len() > MAX_CHAIN_LENGTH {
            break;
        }
    }
    if chain.is_empty() {
        return Err(UploadError::NoCertificate);
    }
    Ok(chain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::trust::pki::pem;

    #[test]
    fn blocks_are_taken_as_they_are_and_no_more_than_needed() {
        let two = format!("depth=0\n{}\ndepth=1\n{}", pem(b"one"), pem(b"two"));
        let other =
            "-----BEGIN SSL SESSION PARAMETERS-----\nYQ==\n-----END SSL SESSION PARAMETERS-----\n";
        for (file, expected) in [
            (two.as_bytes().to_vec(), &[&b"one"[..], b"two"][..]),
            (format!("{other}{}", pem(b"one")).into_bytes(), &[b"one"]),
            (b"\x30\x03\x02\x01\x05".to_vec(), &[b"\x30\x03\x02\x01\x05"]),
        ] {
            assert_eq!(read_presented(&file).unwrap(), expected);
        }
        let many = read_presented(pem(b"x").repeat(100).as_bytes()).unwrap();
        assert_eq!(many.len(), MAX_CHAIN_LENGTH + 1);
    }

    #[test]
    fn what_is_no_chain_is_refused() {
        let key = "-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----\n";
        let open = "-----BEGIN CERTIFICATE-----\nYQ==\n";
        for (file, refused) in [
            (" \n".to_owned(), UploadError::Empty),
            ("hello".to_owned(), UploadError::NoCertificate),
            (format!("{}{key}", pem(b"one")), UploadError::PrivateKey),
            (
                format!("{}{open}", pem(b"one")),
                UploadError::Block {
                    number: 2,
                    reason: "it has no end, or its base64 cannot be read",
                },
            ),
        ] {
            assert_eq!(read_presented(file.as_bytes()), Err(refused), "{file}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let framed = [&b"-----BEGIN CERTIFICATE-----\n"[..], &bytes].concat();
            for bytes in [&bytes, &framed] {
                if let Ok(chain) = read_presented(bytes) {
                    prop_assert!((1..=MAX_CHAIN_LENGTH + 1).contains(&chain.len()));
                }
            }
        }
    }
}
