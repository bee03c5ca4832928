//! The numbers of revocation lists and their order.

use std::cmp::Ordering;
use std::fmt;

/// `cRLNumber` (RFC 5280 §5.2.3): unsigned, of up to 20 octets, and larger in each list than in those of the
/// same issuer and scope before it. Shown as lower-case hexadecimal, two digits a byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RevocationListNumber(Vec<u8>);

impl RevocationListNumber {
    /// Of an unsigned number, most significant byte first.
    pub fn from_octets(octets: &[u8]) -> Self {
        let significant = octets.iter().skip_while(|octet| **octet == 0);
        Self(significant.copied().collect())
    }

    /// Of hexadecimal digits, two a byte, as it is shown; none where they are others.
    pub fn from_hex(digits: &str) -> Option<Self> {
        Some(Self::from_octets(&hex::decode(digits).ok()?))
    }

    /// Most significant byte first, without leading zeroes; nothing is zero.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The same as our own authorities count; none where it is larger.
    pub fn as_u64(&self) -> Option<u64> {
        self.0.iter().try_fold(0_u64, |number, octet| {
            Some(number.checked_mul(256)? + u64::from(*octet))
        })
    }
}

impl From<u64> for RevocationListNumber {
    fn from(number: u64) -> Self {
        Self::from_octets(&number.to_be_bytes())
    }
}

impl Ord for RevocationListNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without leading zeroes the longer is the larger.
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for RevocationListNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RevocationListNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("00"),
            octets => f.write_str(&hex::encode(octets)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_one_however_it_is_written() {
        for (octets, shown, counted) in [
            (&[][..], "00", Some(0)),
            (&[0, 0], "00", Some(0)),
            (&[0, 0x0a], "0a", Some(10)),
            (&[1, 0], "0100", Some(256)),
            (&[0xff; 8], "ffffffffffffffff", Some(u64::MAX)),
            (&[1, 0, 0, 0, 0, 0, 0, 0, 0], "010000000000000000", None),
        ] {
            let number = RevocationListNumber::from_octets(octets);
            assert_eq!(
                (number.to_string().as_str(), number.as_u64()),
                (shown, counted)
            );
            assert_eq!(RevocationListNumber::from_hex(shown), Some(number));
        }
        for none in ["a", "0x0a", "no"] {
            assert_eq!(RevocationListNumber::from_hex(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn they_are_in_the_order_of_numbers(left: u64, right: u64, shift in 0..64_u32) {
            let right = right >> shift;
            let number = RevocationListNumber::from;
            prop_assert_eq!(number(left).cmp(&number(right)), left.cmp(&right));
            prop_assert_eq!(number(right).as_u64(), Some(right));
        }
    }
}
