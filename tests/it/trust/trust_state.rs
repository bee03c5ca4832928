//! What nodes decide by: as it is, and as it was, which must be what it was said to be then.

use annuaire::domain::act::Act;
use annuaire::domain::certificate::{CertificateState, RevocationReason};
use annuaire::domain::error::Failure;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::onboarding::OperatorState;
use annuaire::domain::trust_state::TrustState;
use annuaire::service::trust_space::{OperatorChanges, Requested};
use annuaire::storage::{self, trust_state};
use time::Duration;

use super::council::step;
use super::registered::{Registered, with_registered};

const MAIL_DOMAINS: [&str; 4] = [
    "a.mssante.fr",
    "b.mssante.fr",
    "c.mssante.fr",
    "shared.mssante.fr",
];

async fn current(registry: &Registered, before: Option<&trust_state::Read>) -> trust_state::Read {
    let mut truth = storage::begin_snapshot(&registry.pool).await.unwrap();
    trust_state::current(&mut truth, registry.now(), before)
        .await
        .unwrap()
}

async fn past(registry: &Registered, moment: time::OffsetDateTime) -> TrustState {
    let mut truth = storage::begin_snapshot(&registry.pool).await.unwrap();
    trust_state::at(&mut truth, moment).await.unwrap()
}

/// Numbers that look like chance and are the same at every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % bound).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        let place = self.below(u64::try_from(of.len()).unwrap());
        of[usize::try_from(place).unwrap()]
    }
}

async fn done(registry: &Registered, act: Act) -> Result<(), Failure> {
    match registry
        .space
        .request(&registry.anne, act, "a test")
        .await?
    {
        Requested::Pending(approval) => registry
            .space
            .approve(&registry.bruno, approval.id)
            .await
            .map(drop),
        Requested::Done { .. } | Requested::Scheduled { .. } => Ok(()),
    }
}

/// One thing that changes the state, whatever it is; it may be refused.
async fn something(registry: &Registered, chance: &mut Chance) -> Result<(), Failure> {
    let (space, anne) = (&registry.space, &registry.anne);
    let operator = 1 + chance.below(2);
    let certificate = 1 + chance.below(6);
    let mail_domain = MailDomainName::parse(chance.one(&MAIL_DOMAINS)).unwrap();
    match chance.below(15) {
        0 => registry
            .add(operator, &format!("mx{}", chance.below(1_000)), 300)
            .await
            .map(drop),
        1 | 2 => space.bind(anne, &mail_domain, certificate, "a test").await,
        3 => {
            space
                .unbind(anne, &mail_domain, certificate, "a test")
                .await
        }
        4 => {
            let done = space.assign_mail_domain(anne, &mail_domain, operator, "a test");
            done.await.map(drop)
        }
        5 => {
            let done = space.release_mail_domain(anne, &mail_domain, operator, "a test");
            done.await.map(drop)
        }
        6 | 7 => {
            let act = Act::ActivateCertificate {
                certificate,
                replaces: None,
            };
            done(registry, act).await
        }
        8 => done(registry, Act::SuspendCertificate { certificate }).await,
        9 => done(registry, Act::ReleaseCertificate { certificate }).await,
        10 => {
            let because = chance.one(&[
                RevocationReason::KeyCompromise,
                RevocationReason::Superseded,
            ]);
            let act = Act::RevokeCertificate {
                certificate,
                because,
            };
            done(registry, act).await
        }
        11 => {
            let to = chance.one(&[OperatorState::Suspended, OperatorState::Active]);
            done(registry, Act::MoveOperator(step(operator, to))).await
        }
        12 => {
            let version = space.operator(operator).await?.operator.version;
            let changes = OperatorChanges {
                legal_name: Some(format!("Hôpital {}", chance.below(1_000))),
                ..OperatorChanges::default()
            };
            let amended = space.amend_operator(anne, operator, version, changes, "a test");
            amended.await.map(drop)
        }
        13 => {
            let mut step = step(operator, OperatorState::Suspended);
            step.effective_at = Some(registry.now() + Duration::minutes(1 + chance.below(9)));
            done(registry, Act::MoveOperator(step)).await?;
            if chance.below(2) == 0 {
                let waiting = space.scheduled_acts().await?;
                registry.advance(Duration::SECOND);
                let id = waiting[0].id;
                space.cancel_scheduled(anne, id, "a test").await?;
            }
            Ok(())
        }
        _ => {
            fetch(registry, chance).await;
            space.run_due().await.map(drop)
        }
    }
}

/// Evidence comes in, of bytes that nobody reads here; now and then an older one is played again.
async fn fetch(registry: &Registered, chance: &mut Chance) {
    let now = registry.now();
    let this_update = now - Duration::minutes(chance.below(20));
    let unique = now.unix_timestamp().to_be_bytes();
    sqlx::query(
        "insert into revocation_list (issuer_spki_sha256, issuer_dn, number, this_update, next_update, der, sha256, source, fetched_at)
        values (sha256($1::text::bytea), 'CN=x', '1', $3, $3 + interval '1 day', $4, sha256($4), $2, $5)",
    )
    .bind(chance.below(3).to_string())
    .bind(chance.one(&["own", "upload"]))
    .bind(this_update)
    .bind(&unique[..])
    .bind(now)
    .execute(&registry.pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into ocsp_answer (certificate_sha256, not_after, is_revocation, this_update, next_update, der, sha256, source, fetched_at)
        values (sha256($1::text::bytea), '2028-01-01', $5, $2, $2 + interval '1 day', $3, sha256($3), 'http://ocsp.invalid', $4)",
    )
    .bind(chance.below(3).to_string())
    .bind(this_update)
    .bind(&unique[..])
    .bind(now)
    .bind(chance.below(4) == 0)
    .execute(&registry.pool)
    .await
    .unwrap();
}

#[test]
fn what_is_told_of_a_past_moment_is_what_was_told_then() {
    let mut all = Vec::new();
    for seed in [1, 0x5eed_0002, 0x1234_5678_9abc_def0] {
        with_registered(async |registry| {
            let mut chance = Chance(seed);
            let mut told = Vec::new();
            let mut last: Option<trust_state::Read> = None;
            for (certificate, operator) in [(1, 1), (2, 2), (3, 1)] {
                registry
                    .add(operator, &format!("mx{certificate}"), 300)
                    .await
                    .unwrap();
                registry
                    .bind("shared.mssante.fr", certificate)
                    .await
                    .unwrap();
            }
            for _ in 0..80 {
                registry.advance(Duration::seconds(1 + chance.below(90)));
                // Whatever is refused changes nothing, and that too must be told of later.
                let _ = something(&registry, &mut chance).await;
                let whole = current(&registry, None).await;
                let lent = current(&registry, last.as_ref()).await;
                assert_eq!(whole.state, lent.state, "bytes were lent wrongly");
                told.push(whole.state);
                last = Some(lent);
            }
            for state in &told {
                assert_eq!(past(&registry, state.at).await, **state);
            }
            all.extend(told);
            let before = past(&registry, time::macros::datetime!(2025-12-31 0:00 UTC)).await;
            assert_eq!((before.epoch, before.operators.len()), (0, 0));
        });
    }
    let seen = |is: fn(&TrustState) -> bool| all.iter().any(|state| is(state));
    assert!(seen(|state| state.bindings.len() > 2));
    assert!(seen(|state| state.next_change_at.is_some()));
    assert!(seen(|state| state.revocation_lists.len() > 2));
    assert!(seen(|state| {
        let mut states = state.certificates.iter().map(|it| it.state);
        states.any(|state| state == CertificateState::Active)
    }));
}

#[test]
fn an_older_revocation_list_that_is_played_again_takes_no_newer_ones_place() {
    with_registered(async |registry| {
        for (der, this_update) in [("new", "2026-11-21T11:00Z"), ("old", "2026-11-20T11:00Z")] {
            registry.advance(Duration::SECOND);
            sqlx::query(
                "insert into revocation_list (issuer_spki_sha256, issuer_dn, number, this_update, next_update, der, sha256, source, fetched_at)
                values (sha256('i'), 'CN=x', '1', $1::text::timestamptz, $1::text::timestamptz + interval '7 days', $2, sha256($2), 'http://crl.invalid', $3)",
            )
            .bind(this_update)
            .bind(der.as_bytes())
            .bind(registry.now())
            .execute(&registry.pool)
            .await
            .unwrap();
        }
        let state = current(&registry, None).await.state;
        let lists: Vec<_> = state
            .revocation_lists
            .iter()
            .map(|it| &it.der[..])
            .collect();
        assert_eq!(lists, [b"new"]);
    });
}

#[test]
fn what_was_done_last_stands_though_the_clock_of_its_node_is_behind() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 300).await.unwrap();
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        registry
            .bind("shared.mssante.fr", certificate)
            .await
            .unwrap();
        let ahead = registry.now() + Duration::SECOND;
        let behind = registry.now() - Duration::SECOND;
        for (acting_at, statements) in [
            (
                ahead,
                "update certificate set state = 'active', state_since = acting_at() where id = 1;
                update operator set legal_name = 'First' where id = 1;",
            ),
            (
                behind,
                "update certificate set state = 'suspended', state_since = acting_at() where id = 1;
                update operator set legal_name = 'Last' where id = 1;
                delete from binding where mail_domain = 'a.mssante.fr';
                delete from binding where mail_domain = 'shared.mssante.fr';
                delete from mail_domain_operator where mail_domain = 'shared.mssante.fr' and operator_id = 1;",
            ),
        ] {
            let mut truth = registry.pool.begin().await.unwrap();
            sqlx::query("select set_config('annuaire.acting_at', $1::timestamptz::text, true)")
                .bind(acting_at)
                .execute(&mut *truth)
                .await
                .unwrap();
            sqlx::raw_sql(statements).execute(&mut *truth).await.unwrap();
            truth.commit().await.unwrap();
        }
        registry.advance(Duration::MINUTE);
        let stands = current(&registry, None).await.state;
        assert_eq!(stands.certificates[0].state, CertificateState::Suspended);
        assert_eq!(stands.certificates[0].since, behind);
        assert_eq!(stands.operators[0].name, "Last");
        assert_eq!(stands.bindings, []);
        assert_eq!(past(&registry, registry.now()).await, *stands);
    });
}

#[test]
fn an_answer_that_said_revoked_is_there_beside_later_ones_and_none_of_what_is_over() {
    with_registered(async |registry| {
        for (der, about, not_after, is_revocation, this_update) in [
            ("good", "a", "2027-01-01", false, "2026-11-20T09:00Z"),
            ("revoked", "a", "2027-01-01", true, "2026-11-20T10:00Z"),
            ("good again", "a", "2027-01-01", false, "2026-11-20T11:00Z"),
            (
                "of one that is over",
                "b",
                "2025-11-21",
                true,
                "2025-11-20T10:00Z",
            ),
        ] {
            sqlx::query(
                "insert into ocsp_answer (certificate_sha256, not_after, is_revocation, this_update, next_update, der, sha256, source, fetched_at)
                values (sha256($1::text::bytea), $2::text::timestamptz, $3, $4::text::timestamptz, $4::text::timestamptz + interval '1 day', $5, sha256($5), 'http://ocsp.invalid', $4::text::timestamptz)",
            )
            .bind(about)
            .bind(not_after)
            .bind(is_revocation)
            .bind(this_update)
            .bind(der.as_bytes())
            .execute(&registry.pool)
            .await
            .unwrap();
        }
        let bytes = |state: &TrustState| {
            let mut ders: Vec<_> = state.ocsp_answers.iter().map(|it| it.der.clone()).collect();
            ders.sort_unstable();
            ders
        };
        let now = current(&registry, None).await.state;
        assert_eq!(bytes(&now), [&b"good again"[..], b"revoked"]);
        let then = past(&registry, time::macros::datetime!(2026-11-20 10:30 UTC)).await;
        assert_eq!(bytes(&then), [&b"good"[..], b"revoked"]);
        let long_ago = past(&registry, time::macros::datetime!(2025-11-20 10:30 UTC)).await;
        assert_eq!(bytes(&long_ago), [b"of one that is over"]);
    });
}
