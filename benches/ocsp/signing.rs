//! Signing every answer, for both digests, and the revocation list of all certificates anew. It must not know of HTTP.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use annuaire::domain::clock::SystemClock;
use annuaire::service::certificate_status::{CertificateStatus, Responder};
use annuaire::trust::authority::{ListPlan, sign_revocation_list};
use annuaire::trust::ocsp::sign::ResponderKey;
use anyhow::Context as _;
use time::OffsetDateTime;
use tokio::runtime::Runtime;

use crate::cost;
use crate::ours::{Ours, issued};

const ROUNDS: usize = 5;

/// What one go cost.
struct Spent {
    wall: Duration,
    processor: Duration,
}

/// Prints what it costs for so many certificates.
pub(crate) fn measure(
    runtime: &Runtime,
    ours: &Ours,
    count: u32,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    let certificates = issued(count, now);
    let every = time::Duration::try_from(ours.settings.ocsp_every)?;
    let node = CertificateStatus::new(
        Arc::new(SystemClock),
        &ours.settings,
        vec![responder(ours)?],
    );
    let mut at = now;
    sign(runtime, &node, &certificates, at)?;
    let mut answers = Vec::new();
    let mut lists = Vec::new();
    for round in 0..ROUNDS {
        at += every;
        answers.push(spent(|| sign(runtime, &node, &certificates, at))?);
        let plan = ListPlan {
            number: u64::try_from(round)?,
            this_update: at,
            next_update: at + every,
            previous_update: None,
            url: "http://annuaire.invalid/crl/mesure.crl",
            revoked: &certificates,
        };
        lists.push(spent(|| {
            sign_revocation_list(&ours.issuing, &ours.key, &plan)?;
            Ok(())
        })?);
    }
    for (what, spent) in [
        ("answers, both digests", answers),
        ("list, all revoked", lists),
    ] {
        println!(
            "| {count} | {what} | {:.1} | {:.1} |",
            cost::median(spent.iter().map(|it| cost::micros(it.processor) / 1e3)),
            cost::median(spent.iter().map(|it| cost::micros(it.wall) / 1e3)),
        );
    }
    Ok(())
}

fn responder(ours: &Ours) -> anyhow::Result<Responder> {
    let authority = ours.settings.authorities.first().context("no authority")?;
    let identity = authority.responder.as_ref().context("no responder")?;
    Ok(Responder {
        name: authority.name.clone(),
        authority: ours.issuing.spki_sha256,
        key: ResponderKey::open(
            &identity.key_file,
            &identity.certificate_file,
            &ours.issuing,
        )?,
    })
}

/// As a node does after it read the truth: in several goes where there are many.
fn sign(
    runtime: &Runtime,
    node: &CertificateStatus,
    certificates: &[annuaire::domain::authority::IssuedCertificate],
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    while runtime.block_on(node.sign_answers(vec![certificates.to_vec()], now))? {}
    Ok(())
}

fn spent(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Spent> {
    let (before, began) = (of_all_threads()?, Instant::now());
    work()?;
    Ok(Spent {
        wall: began.elapsed(),
        processor: of_all_threads()?.saturating_sub(before),
    })
}

/// None of them ends between two looks.
fn of_all_threads() -> std::io::Result<Duration> {
    let mut spent = Duration::ZERO;
    for task in fs::read_dir("/proc/self/task")? {
        spent += cost::of_thread(&task?.path().to_string_lossy());
    }
    Ok(spent)
}
