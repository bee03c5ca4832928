//! Writes names as RFC 4514 says, in the list's style. What it writes reads back as the same name.

use super::Attribute;

/// The text of relative names that stand in the order of the certificate.
pub(super) fn write(rdns: &[Vec<Attribute>]) -> String {
    let mut text = String::with_capacity(128);
    for (place, rdn) in rdns.iter().rev().enumerate() {
        for (inner, attribute) in rdn.iter().enumerate() {
            match (place, inner) {
                (0, 0) => {}
                (_, 0) => text.push(','),
                (_, _) => text.push('+'),
            }
            text.push_str(&attribute.kind);
            text.push('=');
            escape_into(&mut text, &attribute.value);
        }
    }
    text
}

/// RFC 4514 §2.4: only what must be escaped is, and what XML cannot hold, as its bytes.
fn escape_into(text: &mut String, value: &str) {
    let last = value.len().saturating_sub(1);
    for (at, c) in value.char_indices() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', c]),
            ' ' if at == 0 || at == last => text.push_str("\\ "),
            '#' if at == 0 => text.push_str("\\#"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    text.push('\\');
                    text.extend([byte >> 4, byte & 0xf].into_iter().filter_map(hex_digit));
                }
            }
            c => text.push(c),
        }
    }
}

fn hex_digit(nibble: u8) -> Option<char> {
    char::from_digit(nibble.into(), 16).map(|digit| digit.to_ascii_uppercase())
}
