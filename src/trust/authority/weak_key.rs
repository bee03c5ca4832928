//! RSA keys whose private half anybody can compute: refused whatever their size. It looks at numbers, not
//! at who has them.

use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weakness {
    /// Its modulus has this factor, which anybody finds.
    SmallFactor(u32),
    /// Its primes are of the form that a family of smart cards made (CVE-2017-15361, "ROCA").
    Predictable,
}

impl std::fmt::Display for Weakness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SmallFactor(factor) => write!(f, "a modulus that {factor} divides"),
            Self::Predictable => f.write_str("primes that can be guessed (CVE-2017-15361)"),
        }
    }
}

/// What is wrong with the key of this `SubjectPublicKeyInfo`; nothing where it is no RSA key.
pub(super) fn weakness(spki: &[u8]) -> Option<Weakness> {
    let (_, spki) = SubjectPublicKeyInfo::from_der(spki).ok()?;
    match spki.parsed().ok()? {
        PublicKey::RSA(key) => of_modulus(key.modulus),
        _ => None,
    }
}

/// Factors up to here are looked for (CA/Browser Forum BR §6.1.6: none below 752).
const LARGEST_FACTOR: u32 = 751;

/// The odd primes whose product the smart cards' primes were built on, for keys of every size.
const LARGEST_BASE: u32 = 167;

/// What every prime of such a card is a power of, modulo each prime of the product.
const GENERATOR: u32 = 65_537;

fn of_modulus(modulus: &[u8]) -> Option<Weakness> {
    let mut is_predictable = true;
    for prime in (2..=LARGEST_FACTOR).filter(|it| is_prime(*it)) {
        let rest = remainder(modulus, prime);
        if rest == 0 {
            return Some(Weakness::SmallFactor(prime));
        }
        if prime > 2 && prime <= LARGEST_BASE {
            is_predictable &= is_power(rest, prime);
        }
    }
    is_predictable.then_some(Weakness::Predictable)
}

/// Of numbers below a thousand.
fn is_prime(number: u32) -> bool {
    (2..number)
        .take_while(|it| it * it <= number)
        .all(|it| !number.is_multiple_of(it))
}

/// A big-endian number modulo a small one.
fn remainder(number: &[u8], modulo: u32) -> u32 {
    number
        .iter()
        .fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % modulo)
}

/// Whether a number is a power of [`GENERATOR`] modulo a prime. A sound key is so for all the primes of
/// the product once in some 2^27: its owner makes another one.
fn is_power(number: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 0..prime {
        if power == number {
            return true;
        }
        power = power * (GENERATOR % prime) % prime;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::authority::testing::TestAuthority;
    use crate::trust::pki;

    /// A number times a small one, big-endian.
    fn times(number: &[u8], factor: u32) -> Vec<u8> {
        let mut carry = 0;
        let mut product: Vec<u8> = number
            .iter()
            .rev()
            .map(|byte| {
                carry += u64::from(*byte) * u64::from(factor);
                let low = u8::try_from(carry & 0xff).unwrap();
                carry >>= 8;
                low
            })
            .collect();
        while carry > 0 {
            product.push(u8::try_from(carry & 0xff).unwrap());
            carry >>= 8;
        }
        product.reverse();
        product
    }

    #[test]
    fn keys_that_anybody_can_break_are_told_from_others() {
        // A power of the generator is one modulo every prime, as the product of two such primes is.
        let predictable = (0..128).fold(vec![1], |power, _| times(&power, GENERATOR));
        assert_eq!(of_modulus(&predictable), Some(Weakness::Predictable));
        for factor in [2, 3, 167, 751] {
            let found = of_modulus(&times(&predictable, factor));
            assert_eq!(found, Some(Weakness::SmallFactor(factor)));
        }
        // 757 is a prime above what is looked for; modulo 11 it is no power of the generator.
        assert_eq!(of_modulus(&times(&predictable, 757)), None);
    }

    #[test]
    fn keys_of_sound_makers_pass() {
        let made = &TestAuthority::shared().made;
        for certificate in [&made.root, &made.issuing] {
            use x509_parser::prelude::X509Certificate;
            let (_, read) = X509Certificate::from_der(certificate.der()).unwrap();
            assert_eq!(weakness(read.public_key().raw), None);
        }
        let elliptic = pki::elliptic("1.2.840.10045.3.1.7");
        assert_eq!(weakness(&elliptic), None);
        assert_eq!(weakness(b"no key"), None);
        // 2^2047 and what stands below it in this key.
        let even = weakness(&pki::rsa(2048, &[1, 0, 1]));
        assert_eq!(even, Some(Weakness::SmallFactor(2)));
    }
}
