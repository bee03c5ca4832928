//! Certificates and requests for them as text (RFC 7468): writing only; what comes from outside is read by the trust layer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Characters of a line (RFC 7468 §2).
const LINE: usize = 64;

/// A certificate in PEM (RFC 7468 §5).
pub fn certificate(der: &[u8]) -> String {
    labelled("CERTIFICATE", der)
}

/// A request for a certificate (PKCS #10) in PEM (RFC 7468 §7).
pub fn certificate_request(der: &[u8]) -> String {
    labelled("CERTIFICATE REQUEST", der)
}

fn labelled(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (place, character) in body.chars().enumerate() {
        if place > 0 && place % LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + &format!("\n-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_of_64_characters_and_the_last_is_what_is_left() {
        for (octets, lines) in [
            (1, vec![4]),
            (48, vec![64]),
            (49, vec![64, 4]),
            (96, vec![64, 64]),
        ] {
            let text = certificate(&vec![7; octets]);
            let body: Vec<_> = text.lines().filter(|it| !it.starts_with('-')).collect();
            let found: Vec<_> = body.iter().map(|line| line.len()).collect();
            assert_eq!(found, lines, "{octets} octets");
            assert_eq!(STANDARD.decode(body.concat()).unwrap(), vec![7; octets]);
        }
    }
}
