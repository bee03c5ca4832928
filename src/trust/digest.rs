//! Computes the digests that bind a list, its side-car and the log together.

use aws_lc_rs::digest;

use crate::domain::digest::Digest;

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    sha256_of(&[bytes])
}

/// SHA-256 of several pieces, one after the other.
pub fn sha256_of(pieces: &[&[u8]]) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    for piece in pieces {
        context.update(piece);
    }
    let mut bytes = [0; digest::SHA256_OUTPUT_LEN];
    bytes.copy_from_slice(context.finish().as_ref());
    Digest::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_digest_of_abc() {
        // FIPS 180-4, example of NIST for SHA-256.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc").to_string(), expected);
        assert_eq!(sha256_of(&[b"a", b"", b"bc"]).to_string(), expected);
    }
}
