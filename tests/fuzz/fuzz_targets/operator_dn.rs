//! Any text as the name of a certificate: what is read is read again from how we write it, and is
//! the same subject. `cargo +nightly fuzz run operator_dn`

#![no_main]

use annuaire::domain::distinguished_name::OperatorDn;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(name) = OperatorDn::parse(text) {
        let again = OperatorDn::parse(&name.to_string()).expect("what we write can be read");
        assert_eq!(again, name);
        assert!(again.matches(&name));
    }
});
