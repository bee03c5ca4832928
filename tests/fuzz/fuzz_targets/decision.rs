//! Any bytes as a chain and a stapled answer: every check is told, and nobody is let in where nothing is
//! trusted. `cargo +nightly fuzz run decision`

#![no_main]

use std::sync::{Arc, LazyLock};

use annuaire::domain::admission::{Check, Question, Role, Verdict};
use annuaire::domain::trust_state::TrustState;
use annuaire::trust::admission::{Freshness, Policy, Snapshot};
use annuaire::trust::chain::Anchors;
use libfuzzer_sys::fuzz_target;
use time::Duration;
use time::macros::datetime;

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    let state = TrustState {
        epoch: 1,
        epoch_at: None,
        at: datetime!(2026-01-01 00:00:00 UTC),
        list: None,
        operators: Vec::new(),
        certificates: Vec::new(),
        bindings: Vec::new(),
        next_change_at: None,
        revocation_lists: Vec::new(),
        ocsp_answers: Vec::new(),
    };
    let policy = Policy {
        list_max_age: Duration::days(3),
        clock_skew: Duration::minutes(2),
        stale_revocation_grace: Duration::ZERO,
    };
    Snapshot::new(Arc::new(state), None, &Anchors::default(), policy)
});

fuzz_target!(|input: (Vec<Vec<u8>>, Option<Vec<u8>>, Option<String>, u8)| {
    let (chain, stapled, host, role) = input;
    let question = Question {
        chain,
        mail_domain: None,
        role: Role::ALL[usize::from(role) % Role::ALL.len()],
        host,
        stapled,
    };
    let decision = SNAPSHOT.decide(&question, datetime!(2026-01-01 00:00:00 UTC), Freshness::Past);
    assert_eq!(decision.verdict, Verdict::Refuse);
    assert_eq!(decision.checks.len(), Check::ALL.len());
});
