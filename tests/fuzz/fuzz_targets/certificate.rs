//! Any bytes as an upload: read and judged by every rule, or refused. `cargo +nightly fuzz run certificate`

#![no_main]

use annuaire::domain::certificate::CertificatePurpose;
use annuaire::trust::certificate::{Certificate, read_upload};
use annuaire::trust::rules::{Subject, WithoutRevocation, lint};
use libfuzzer_sys::fuzz_target;
use time::macros::datetime;

fuzz_target!(|bytes: &[u8]| {
    for der in read_upload(bytes).unwrap_or_default() {
        let Ok(certificate) = Certificate::parse(&der) else {
            continue;
        };
        for purpose in CertificatePurpose::ALL {
            drop(lint(&Subject {
                certificate: &certificate,
                purpose,
                at: datetime!(2026-01-01 00:00:00 UTC),
                without_revocation: WithoutRevocation::Refuse,
            }));
        }
    }
});
