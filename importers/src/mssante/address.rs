//! What a mailbox address must look like for its row to be usable. Whether its domain may hold secure mailboxes is not
//! asked here.

use crate::reject::{Fault, RejectCode};

/// The address without the blanks around it, if it has exactly one `@` between two non-empty sides and holds neither
/// blanks nor control characters. The fault says what is wrong and never repeats the address: it may name a person.
pub(super) fn check(value: &str) -> Result<&str, Fault> {
    let address = value.trim();
    let fault = |detail: &str| Err(Fault::new(RejectCode::InvalidAddress, detail.to_owned()));
    if address.is_empty() {
        return fault("no address");
    }
    if address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return fault("a blank or a control character inside");
    }
    match address.split_once('@') {
        None => fault("no @"),
        Some((_, domain)) if domain.contains('@') => fault("more than one @"),
        Some(("", _)) => fault("nothing before the @"),
        Some((_, "")) => fault("nothing after the @"),
        Some(_) => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn addresses() {
        let cases = [
            ("a@b.mssante.fr", Ok("a@b.mssante.fr")),
            (" a@b.mssante.fr ", Ok("a@b.mssante.fr")),
            ("L'HÉRITIER@b", Ok("L'HÉRITIER@b")),
            ("", Err("no address")),
            ("  ", Err("no address")),
            ("a.b.mssante.fr", Err("no @")),
            ("a@b@c", Err("more than one @")),
            ("@b", Err("nothing before the @")),
            ("a@", Err("nothing after the @")),
            ("a b@c", Err("a blank or a control character inside")),
            ("a\u{a0}b@c", Err("a blank or a control character inside")),
            ("a\u{7}b@c", Err("a blank or a control character inside")),
        ];
        for (value, expected) in cases {
            let found = check(value);
            assert_eq!(
                found.as_ref().copied().map_err(|fault| &*fault.detail),
                expected,
                "{value:?}"
            );
        }
    }
}
