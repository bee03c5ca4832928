//! Any bytes as a signed list: refused, for nobody signed them. `cargo +nightly fuzz run trust_list`

#![no_main]

use annuaire::trust::xml::{Limits, VerifyAt, read_signed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    assert!(read_signed(bytes, &[], VerifyAt::ListTime, &Limits::default()).is_err());
});
