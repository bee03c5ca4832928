//! Serial numbers: unpredictable, positive, never twice.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

/// Octets of chance that are asked for.
const OCTETS: usize = 16;

/// The machine gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the machine gave no randomness for a serial number")]
pub struct NoRandomness;

/// The serial number of a certificate of ours: 16 octets, 126 bits of them chance (RFC 5280 §4.1.2.2;
/// the CA/Browser Forum asks for 64).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Serial([u8; OCTETS]);

impl Serial {
    /// A number from these octets of chance. The first two bits are given up, so that every number is
    /// positive, not zero, and of one length.
    pub fn from_chance(mut octets: [u8; OCTETS]) -> Self {
        let [first, ..] = &mut octets;
        *first = *first & 0x3f | 0x40;
        Self(octets)
    }

    /// A number from the machine's source of chance.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut octets = [0; OCTETS];
        SystemRandom::new()
            .fill(&mut octets)
            .map_err(|_| NoRandomness)?;
        Ok(Self::from_chance(octets))
    }

    /// The positive number, most significant octet first; as it stands in the certificate.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Display for Serial {
    /// As `openssl` prints it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_positive_and_of_one_length() {
        for first in 0..=u8::MAX {
            let serial = Serial::from_chance([first; OCTETS]);
            let [leading, rest @ ..] = serial.octets() else {
                panic!("no octets");
            };
            assert_eq!(leading & 0xc0, 0x40, "{first:02x}");
            assert_eq!(leading & 0x3f, first & 0x3f);
            assert_eq!(rest, [first; OCTETS - 1]);
        }
        assert_eq!(
            Serial::from_chance([0; OCTETS]).to_string(),
            "40000000000000000000000000000000"
        );
        assert_ne!(Serial::generate(), Serial::generate());
    }
}
