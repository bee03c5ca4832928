//! A trust space that can publish: two operators, their names behind many mail domains, signing keys,
//! and a clock that is set by the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use annuaire::config;
use annuaire::domain::act::Act;
use annuaire::domain::administrator::{Actor, Administrator, AdministratorRole};
use annuaire::domain::clock::Clock;
use annuaire::domain::error::Failure;
use annuaire::domain::list_version::ListVersion;
use annuaire::service::trust_space::{Published, Requested, TrustSpace};
use annuaire::trust::sign::Signer;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::keys::{NOW, hexadecimal, signer};
use crate::support::database::{TestDatabase, with_database};

/// Shows the time that it was set to.
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub(crate) struct Publishing {
    /// Signs with all three keys.
    pub(crate) space: TrustSpace,
    pub(crate) database: TestDatabase,
    pub(crate) anne: Actor,
    pub(crate) bruno: Actor,
    pub(crate) claire: Actor,
    clock: Arc<SetClock>,
}

/// Mail domains of the fixture, each an entry.
pub(crate) const ENTRIES: u64 = 200;

/// Runs a test on a trust space that has entries and no signing key yet.
pub(crate) fn with_entries(test: impl AsyncFnOnce(Publishing)) {
    with_database(async |database: TestDatabase| {
        let clock = Arc::new(SetClock(AtomicI64::new(NOW.unix_timestamp())));
        sqlx::raw_sql(
            "insert into administrator (name, role, token_sha256, created_at)
            select name, role, sha256(name::bytea), '2026-01-01'
            from (values ('anne', 'administrator'), ('bruno', 'administrator'), ('claire', 'auditor'))
                as who (name, role);
            insert into operator (legal_name, number, responsible_contact, support_contact, state, state_since, created_at)
            values
                ('Hôpital fictif', '1440000040', '01 00 00 00 00', 'aide@hopital.invalid', 'active', '2026-01-01', '2026-01-01'),
                ('Éditeur fictif', '318310021300028', '02 00 00 00 00', 'aide@editeur.invalid', 'active', '2026-01-01', '2026-01-01');
            insert into certificate (operator_id, dn, match_key, state, state_since, created_at)
            select id, dn, lower(dn), 'active', '2026-01-01', '2026-01-01'
            from (values
                (1, 'CN=mail.hopital.invalid,OU=1440000040,O=Hôpital fictif,C=FR'),
                (2, 'CN=mail.editeur.invalid,OU=318310021300028,O=Éditeur fictif,C=FR')) as told (id, dn);
            insert into mail_domain (name, description, created_at)
            select 'd' || n || '.mssante.fr', 'Domaine <' || n || '> & Cie', '2026-01-01'
            from generate_series(1, 200) as n;
            insert into mail_domain_operator (mail_domain, operator_id)
            select 'd' || n || '.mssante.fr', case when n <= 150 then 1 else 2 end
            from generate_series(1, 200) as n;
            insert into binding (mail_domain, certificate_id, updated_at)
            select mail_domain, operator_id, '2026-02-03 04:05:06.789Z' from mail_domain_operator;",
        )
        .execute(&database.pool)
        .await
        .unwrap();
        let who = |id, name: &str, role| {
            Actor::Administrator(Administrator {
                id,
                name: name.to_owned(),
                role,
            })
        };
        let keys = (0..3).map(|which| -> Arc<dyn Signer> { signer(which) });
        let space = space(&database.pool, &clock, keys.collect(), |_| {});
        test(Publishing {
            space,
            database,
            anne: who(1, "anne", AdministratorRole::Administrator),
            bruno: who(2, "bruno", AdministratorRole::Administrator),
            claire: who(3, "claire", AdministratorRole::Auditor),
            clock,
        })
        .await;
    });
}

/// The same with the first key announced, and so current.
pub(crate) fn with_key(test: impl AsyncFnOnce(Publishing)) {
    with_entries(async |fixture| {
        fixture.announce(&*signer(0)).await.unwrap();
        test(fixture).await;
    });
}

fn space(
    pool: &PgPool,
    clock: &Arc<SetClock>,
    keys: Vec<Arc<dyn Signer>>,
    set: impl FnOnce(&mut config::Trust),
) -> TrustSpace {
    let mut settings = config::Trust::default();
    set(&mut settings);
    let clock: Arc<dyn Clock> = clock.clone();
    TrustSpace::new(pool.clone(), clock, Arc::new(settings), keys)
}

impl Publishing {
    pub(crate) fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// Another node of this trust space.
    pub(crate) fn node(
        &self,
        keys: Vec<Arc<dyn Signer>>,
        set: impl FnOnce(&mut config::Trust),
    ) -> TrustSpace {
        space(self.pool(), &self.clock, keys, set)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    pub(crate) fn advance(&self, time: Duration) {
        self.clock
            .0
            .fetch_add(time.whole_seconds(), Ordering::SeqCst);
    }

    /// Has an act done by as many administrators as it takes.
    pub(crate) async fn agree(&self, act: Act) -> Result<(), Failure> {
        match self.space.request(&self.anne, act, "pour un test").await? {
            Requested::Done { .. } => Ok(()),
            Requested::Pending(approval) => {
                self.space.approve(&self.bruno, approval.id).await.map(drop)
            }
            Requested::Scheduled { .. } => panic!("it has no time of its own"),
        }
    }

    pub(crate) async fn announce(&self, signer: &dyn Signer) -> Result<(), Failure> {
        let certificate = hexadecimal(signer);
        self.agree(Act::AnnounceSigner { certificate }).await
    }

    /// Publishes a list an hour later; it must come out.
    pub(crate) async fn publish(&self) -> ListVersion {
        self.advance(Duration::HOUR);
        match self
            .space
            .publish(&self.anne, "pour un test")
            .await
            .unwrap()
        {
            Published::List(version) => version,
            other => panic!("{other:?}"),
        }
    }

    /// Codes of the alerts that are open.
    pub(crate) async fn open_alerts(&self) -> Vec<String> {
        sqlx::query_scalar("select code from alert where cleared_at is null order by id")
            .fetch_all(self.pool())
            .await
            .unwrap()
    }

    /// Runs statements on the truth behind the service's back.
    pub(crate) async fn sql(&self, statements: &'static str) {
        sqlx::raw_sql(statements)
            .execute(self.pool())
            .await
            .unwrap();
    }
}
