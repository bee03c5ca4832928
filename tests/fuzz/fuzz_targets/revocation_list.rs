//! Any bytes as a revocation list: read or refused, and what is read finds who is on it and who is not.
//! `cargo +nightly fuzz run revocation_list`

#![no_main]

use annuaire::trust::revocation::RevocationList;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(list) = RevocationList::read(bytes, 1 << 20) {
        assert_eq!(list.der(), bytes);
        drop((list.status_of(&[1]), list.status_of(&[])));
        assert!(!list.is_after(&list));
    }
});
