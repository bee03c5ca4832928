//! Whether one certificate is signed with the key of another, and nothing else of it: what an authority
//! of ours is asked when it is made known, which is no path of a channel's end.

use super::is_signed_by;
use crate::trust::certificate::Certificate;
use crate::trust::der::{NotDer, Reader, tag};

/// Whether `issuer` is named as the issuer and made the signature, with an algorithm that paths may use.
pub fn is_issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    certificate.issuer.matches(&issuer.subject) && is_signed(certificate, issuer).unwrap_or(false)
}

fn is_signed(certificate: &Certificate, issuer: &Certificate) -> Result<bool, NotDer> {
    let mut parts = Reader::new(certificate.der()).inside(tag::SEQUENCE)?;
    let signed = parts.whole(tag::SEQUENCE)?;
    let algorithm = parts.element(tag::SEQUENCE)?;
    let signature = parts.whole_bits()?;
    // What the key may sign is for the rules.
    Ok(is_signed_by(issuer, algorithm, signed, signature))
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    fn authority(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    fn read(der: &[u8]) -> Certificate {
        Certificate::parse(der).unwrap()
    }

    #[test]
    fn only_the_key_and_the_name_together_count() {
        let [own, other] = [KeyPair::generate().unwrap(), KeyPair::generate().unwrap()];
        let root = read(authority("racine").self_signed(&own).unwrap().der());
        let namesake = read(authority("racine").self_signed(&other).unwrap().der());
        let renamed = read(authority("autre").self_signed(&own).unwrap().der());
        let issuer = Issuer::new(authority("racine"), own);
        let below = authority("dessous").signed_by(&other, &issuer).unwrap();
        let below = read(below.der());
        assert!(is_issued_by(&below, &root));
        assert!(is_issued_by(&root, &root));
        assert!(!is_issued_by(&below, &namesake), "another key");
        assert!(!is_issued_by(&below, &renamed), "another name");
        assert!(!is_issued_by(&root, &below));

        // One bit of what is signed.
        let mut bytes = below.der().to_vec();
        let place = bytes.windows(7).position(|at| at == b"dessous").unwrap();
        bytes[place] ^= 1;
        assert!(!is_issued_by(&read(&bytes), &root));
    }
}
