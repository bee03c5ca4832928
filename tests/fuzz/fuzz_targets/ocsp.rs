//! Any bytes as a request and as an answer of OCSP: read or refused, and an answer that nobody signed is
//! believed by nobody. `cargo +nightly fuzz run ocsp`

#![no_main]

use annuaire::trust::certificate::Certificate;
use annuaire::trust::ocsp::{Answer, IssuerId, MAX_NONCE_BYTES, read_request};
use libfuzzer_sys::fuzz_target;
use time::Duration;
use time::macros::datetime;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = read_request(bytes) {
        let nonce = request.nonce.map_or(1, <[u8]>::len);
        assert!((1..=MAX_NONCE_BYTES).contains(&nonce));
        drop(request.certificate.positive_serial());
    }
    let Ok(answer) = Answer::read(bytes) else {
        return;
    };
    // A certificate in the answer stands for the one that is asked about, and for its issuer.
    for der in answer.certificates() {
        let Ok(certificate) = Certificate::parse(der) else {
            continue;
        };
        drop(IssuerId::of(&certificate));
        let at = datetime!(2026-01-01 00:00:00 UTC);
        drop(answer.judge(&certificate, &certificate, at, Duration::ZERO));
    }
});
