//! Tokens of administrators: made here, shown once, kept as a digest. It knows neither who holds one
//! nor what it opens.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What every token begins with, so that one that leaked is recognised by those who scan for them.
const PREFIX: &str = "ann_";

/// Bytes of chance in a token.
const CHANCE: usize = 32;

/// The machine gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the machine gave no randomness for a token")]
pub struct NoRandomness;

/// A token: `ann_` and 256 bits of chance in base64url. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut chance = [0; CHANCE];
        SystemRandom::new()
            .fill(&mut chance)
            .map_err(|_| NoRandomness)?;
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(chance))))
    }

    /// SHA-256 of it: what is kept.
    pub fn sha256(&self) -> [u8; 32] {
        sha256(&self.0)
    }

    /// The token itself, to be shown once.
    pub fn reveal(self) -> String {
        self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What a presented text is looked up by. A plain digest is enough: the token is all chance, so there
/// is nothing to guess slowly, and whoever times the look-up learns of a digest, not of a token.
pub fn sha256(presented: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    // SHA-256 gives as many bytes as there is room for.
    for (to, from) in bytes
        .iter_mut()
        .zip(digest(&SHA256, presented.as_bytes()).as_ref())
    {
        *to = *from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_different_and_not_shown_by_accident() {
        let (one, other) = (Token::generate().unwrap(), Token::generate().unwrap());
        assert_ne!(one, other);
        assert_ne!(one.sha256(), other.sha256());
        assert_eq!(format!("{one:?}"), "Token(…)");
        let kept = one.sha256();
        let shown = one.reveal();
        assert_eq!(sha256(&shown), kept);
        let chance = URL_SAFE_NO_PAD
            .decode(shown.strip_prefix("ann_").unwrap())
            .unwrap();
        assert_eq!(chance.len(), CHANCE);
    }

    #[test]
    fn the_digest_is_sha_256() {
        // FIPS 180-2, appendix B.1
        let expected = [
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae,
            0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61,
            0xf2, 0x00, 0x15, 0xad,
        ];
        assert_eq!(sha256("abc"), expected);
    }
}
