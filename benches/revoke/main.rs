//! From the press of the button, the agreement of the second administrator, to the last of three nodes that refuses, on one private PostgreSQL: each node follows the feed by
//! itself and answers from memory.
//!
//! `cargo bench --bench revoke`. It must not know how a node learns of a change, only whether it refuses.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod peers;
#[path = "../registry/mod.rs"]
mod registry;

use std::sync::Arc;
use std::time::{Duration, Instant};

use annuaire::config;
use annuaire::domain::act::Act;
use annuaire::domain::administrator::{Actor, Administrator, AdministratorRole};
use annuaire::domain::admission::{Question, Role, Verdict};
use annuaire::domain::certificate::RevocationReason;
use annuaire::domain::clock::{Clock, SystemClock};
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::service::admission::Admission;
use annuaire::service::admission::following::Following;
use annuaire::service::published_list::PublishedList;
use annuaire::service::trust_space::{Published, Requested, TrustSpace};
use annuaire::storage::Pool;
use annuaire::trust::chain::Anchors;
use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use peers::Authority;

const ROUNDS: i64 = 200;
const SIZES: [i64; 2] = [6_500, 65_000];
const NODES: usize = 3;
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    println!("| bindings | until | p50 ms | p99 ms | longest ms |");
    println!("|--:|---|--:|--:|--:|");
    for bindings in SIZES {
        let (committed, refused) = rounds(bindings).await?;
        row(bindings, "committed", committed);
        row(bindings, "refused by the last of three nodes", refused);
    }
    Ok(())
}

fn row(bindings: i64, until: &str, mut took: Vec<f64>) {
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        let place = (took.len() * percent).div_ceil(100).saturating_sub(1);
        took.get(place).copied().unwrap_or_default()
    };
    println!(
        "| {bindings} | {until} | {:.1} | {:.1} | {:.1} |",
        at(50),
        at(99),
        at(100)
    );
}

/// Milliseconds from the press to the commit, and to the last refusal.
async fn rounds(bindings: i64) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let registry = registry::fill(bindings).await?;
    let pool = &registry.database.pool;
    let authority = Authority::new(SystemClock.now())?;
    sqlx::query(
        "insert into revocation_list (issuer_spki_sha256, issuer_dn, number, this_update, next_update, der, sha256, source, fetched_at)
        values (sha256($1), 'CN=AC', '1', now() - interval '1 hour', now() + interval '1 day', $1, sha256($1), 'upload', now())",
    )
    .bind(authority.revocation_list()?)
    .execute(pool)
    .await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let trust = Arc::new(registry.config.trust.clone());
    let space = TrustSpace::new(pool.clone(), clock, trust, vec![Arc::clone(&registry.key)]);
    let Published::List(_) = space.publish(&Actor::Schedule, "measured").await? else {
        bail!("nothing was published");
    };
    let asking = administrator(pool, "anne").await?;
    let agreeing = administrator(pool, "bruno").await?;
    let stop = CancellationToken::new();
    let nodes = (1..=NODES)
        .map(|number| node(number, pool, &authority, &stop))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let (mut committed, mut refused) = (Vec::new(), Vec::new());
    for certificate in 1..=ROUNDS {
        let question = Question {
            chain: authority.chain(certificate)?,
            // Of the fixture: mail domain n is run by operator 1 + n mod 391.
            mail_domain: Some(MailDomainName::parse(&format!(
                "service{}.mssante.fr",
                certificate + 390
            ))?),
            role: Role::SmtpClient,
            host: None,
            stapled: None,
        };
        for node in &nodes {
            answers(node, &question, Verdict::Admit).await?;
        }
        let waiting: Vec<_> = nodes
            .iter()
            .map(|node| {
                let (node, question) = (node.clone(), question.clone());
                tokio::spawn(async move { answers(&node, &question, Verdict::Refuse).await })
            })
            .collect();
        let act = Act::RevokeCertificate {
            certificate,
            because: RevocationReason::KeyCompromise,
        };
        let Requested::Pending(approval) = space.request(&asking, act, "measured").await? else {
            bail!("one is enough");
        };
        let pressed = Instant::now();
        space.approve(&agreeing, approval.id).await?;
        committed.push(millis(pressed.elapsed()));
        let mut last = pressed;
        for waiting in waiting {
            last = last.max(waiting.await??);
        }
        refused.push(millis(last - pressed));
    }
    stop.cancel();
    registry.database.close().await?;
    Ok((committed, refused))
}

async fn administrator(pool: &Pool, name: &str) -> anyhow::Result<Actor> {
    let id = sqlx::query_scalar(
        "insert into administrator (name, role, token_sha256, created_at)
        values ($1, 'administrator', sha256($1::bytea), now()) returning id",
    )
    .bind(name)
    .fetch_one(pool)
    .await?;
    Ok(Actor::Administrator(Administrator {
        id,
        name: name.to_owned(),
        role: AdministratorRole::Administrator,
    }))
}

fn node(
    number: usize,
    pool: &Pool,
    authority: &Authority,
    stop: &CancellationToken,
) -> anyhow::Result<Admission> {
    let anchor = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(authority.der())
    );
    let anchors = Anchors::from_pem(anchor.as_bytes())?;
    let settings = config::Admission::default();
    let admission = Admission::new(Arc::new(SystemClock), settings, anchors);
    let published_list = PublishedList::default();
    let list = published_list.clone().follow(pool.clone(), stop.clone());
    tokio::spawn(list);
    let following = Following {
        admission: admission.clone(),
        published_list,
        pool: pool.clone(),
        node: format!("node {number}"),
    };
    tokio::spawn(following.follow(stop.clone()));
    Ok(admission)
}

/// Waits until a node answers so; says when that was.
async fn answers(
    node: &Admission,
    question: &Question,
    verdict: Verdict,
) -> anyhow::Result<Instant> {
    let mut epochs = node.epochs();
    let answered = async {
        loop {
            epochs.mark_unchanged();
            if node.decide(question).verdict == verdict {
                return Instant::now();
            }
            // It is confirmed a moment after it is installed.
            let _ = timeout(Duration::from_millis(2), epochs.changed()).await;
        }
    };
    let answered = timeout(PATIENCE, answered).await;
    answered.with_context(|| format!("{:#?}", node.decide(question)))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
