//! A trust space with administrators, operators and mail domains in it, and a clock that is set by
//! the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use annuaire::config;
use annuaire::domain::administrator::{Actor, Administrator, AdministratorRole};
use annuaire::domain::clock::Clock;
use annuaire::domain::error::Failure;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::service::trust_space::TrustSpace;
use annuaire::trust::sign::Signer;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::pki::{Authority, NOW, gateway};
use crate::support::database::{TestDatabase, with_database};

/// Shows the time that it was set to.
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Operator 1 has this number, operator 2 the other.
pub(crate) const NUMBERS: [&str; 2] = ["1440000040", "318310021300028"];

pub(crate) struct Registered {
    pub(crate) space: TrustSpace,
    pub(crate) pool: PgPool,
    clock: Arc<SetClock>,
    /// Two administrators and an auditor.
    pub(crate) anne: Actor,
    pub(crate) bruno: Actor,
    pub(crate) claire: Actor,
}

/// Runs a test on a trust space with two active operators: number 1 with `a.mssante.fr`,
/// `b.mssante.fr` and `shared.mssante.fr`, number 2 with `c.mssante.fr` and the shared one.
pub(crate) fn with_registered(test: impl AsyncFnOnce(Registered)) {
    with_database(async |database: TestDatabase| {
        test(Registered::begin(database.pool.clone()).await).await;
    });
}

impl Registered {
    pub(crate) async fn begin(pool: PgPool) -> Self {
        Self::signing(pool, Vec::new()).await
    }

    /// The same with keys that may sign.
    pub(crate) async fn signing(pool: PgPool, keys: Vec<Arc<dyn Signer>>) -> Self {
        let clock = Arc::new(SetClock(AtomicI64::new(NOW.unix_timestamp())));
        let settings = config::Trust {
            anchor_files: vec![Authority::trusted().anchor_file.clone()],
            ..config::Trust::default()
        };
        sqlx::raw_sql(
            "set local annuaire.acting_at = '2026-01-01';
            insert into administrator (name, role, token_sha256, created_at)
            select name, role, sha256(name::bytea), '2026-01-01'
            from (values ('anne', 'administrator'), ('bruno', 'administrator'), ('claire', 'auditor'))
                as who (name, role);
            insert into operator (legal_name, number, responsible_contact, support_contact, state, state_since, created_at)
            values
                ('Hôpital fictif', '1440000040', '01 00 00 00 00', 'aide@hopital.invalid', 'active', '2026-01-01', '2026-01-01'),
                ('Éditeur fictif', '318310021300028', '02 00 00 00 00', 'aide@editeur.invalid', 'active', '2026-01-01', '2026-01-01');
            insert into mail_domain (name, description, created_at)
            select name || '.mssante.fr', 'Domaine ' || name, '2026-01-01'
            from (values ('a'), ('b'), ('c'), ('shared')) as domain (name);
            insert into mail_domain_operator (mail_domain, operator_id)
            values ('a.mssante.fr', 1), ('b.mssante.fr', 1), ('shared.mssante.fr', 1),
                ('c.mssante.fr', 2), ('shared.mssante.fr', 2);",
        )
        .execute(&pool)
        .await
        .unwrap();
        let who = |id, name: &str, role| {
            Actor::Administrator(Administrator {
                id,
                name: name.to_owned(),
                role,
            })
        };
        Self {
            space: TrustSpace::new(
                pool.clone(),
                Arc::<SetClock>::clone(&clock),
                Arc::new(settings),
                keys,
            ),
            pool,
            clock,
            anne: who(1, "anne", AdministratorRole::Administrator),
            bruno: who(2, "bruno", AdministratorRole::Administrator),
            claire: who(3, "claire", AdministratorRole::Auditor),
        }
    }

    pub(crate) fn advance(&self, time: Duration) {
        self.clock
            .0
            .fetch_add(time.whole_seconds(), Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Arc<SetClock> {
        Arc::clone(&self.clock)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Registers a good certificate of operator 1 or 2, valid for so many days.
    pub(crate) async fn add(
        &self,
        operator: i64,
        common_name: &str,
        days: i64,
    ) -> Result<i64, Failure> {
        let number = NUMBERS[usize::try_from(operator).unwrap() - 1];
        let upload = Authority::trusted().chain(&gateway(common_name, number, days));
        let added = self
            .space
            .add_certificate(&self.anne, operator, &upload, "a test");
        Ok(added.await?.id)
    }

    pub(crate) async fn bind(&self, mail_domain: &str, certificate: i64) -> Result<(), Failure> {
        let name = MailDomainName::parse(mail_domain).unwrap();
        self.space
            .bind(&self.anne, &name, certificate, "a test")
            .await
    }

    /// Rows of a query of one text, in its order.
    pub(crate) async fn texts(&self, query: &'static str) -> Vec<String> {
        sqlx::query_scalar(query)
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    /// What may stand in the list, as `mail domain` and `certificate`.
    pub(crate) async fn standing(&self) -> Vec<String> {
        self.texts(
            "select mail_domain || ' ' || certificate_id from standing_entry
            order by mail_domain, certificate_id",
        )
        .await
    }

    /// Puts a certificate into a state from behind.
    pub(crate) async fn force_state(&self, certificate: i64, state: &str) {
        sqlx::query("update certificate set state = $2, revocation_reason = null where id = $1")
            .bind(certificate)
            .bind(state)
            .execute(&self.pool)
            .await
            .unwrap();
    }

    /// A name that a list told of, active and behind these mail domains; gives its number.
    pub(crate) async fn add_by_name(&self, operator: i64, dn: &str, mail_domains: &[&str]) -> i64 {
        let key = annuaire::domain::distinguished_name::OperatorDn::parse(dn)
            .unwrap()
            .match_key();
        let id: i64 = sqlx::query_scalar(
            "insert into certificate (operator_id, dn, match_key, state, state_since, created_at)
            values ($1, $2, $3, 'active', '2026-01-01', '2026-01-01') returning id",
        )
        .bind(operator)
        .bind(dn)
        .bind(key)
        .fetch_one(&self.pool)
        .await
        .unwrap();
        for mail_domain in mail_domains {
            sqlx::query(
                "insert into binding (mail_domain, certificate_id, description, updated_at)
                values ($1, $2, 'as the list said', '2026-02-02')",
            )
            .bind(mail_domain)
            .bind(id)
            .execute(&self.pool)
            .await
            .unwrap();
        }
        id
    }
}
