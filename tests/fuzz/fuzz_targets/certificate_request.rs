//! Any bytes as a request for a certificate: read and judged, or refused.
//! `cargo +nightly fuzz run certificate_request`

#![no_main]

use annuaire::trust::authority::{lint_request, read_request};
use libfuzzer_sys::fuzz_target;
use time::macros::datetime;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = read_request(bytes) {
        // What was read is read again as the same.
        assert_eq!(read_request(request.der()).as_ref(), Ok(&request));
        drop(lint_request(&request, datetime!(2026-01-01 00:00:00 UTC)));
    }
});
