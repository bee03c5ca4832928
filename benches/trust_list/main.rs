//! The signed list: verifying it against a process of `xmlsec1`, and making it against the signature alone, as ratios.
//!
//! `cargo bench --bench trust_list`; `ANNUAIRE_TRUST_LIST` for the path of a published list, without which one of the same size
//! is made. It must not know how lists are read or written, only what it costs.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

#[path = "../cost/mod.rs"]
mod cost;
mod lists;
mod process;
mod signer;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use annuaire::domain::pem;
use annuaire::domain::trust_list::{TrustEntry, TrustList};
use annuaire::trust::diff::diff;
use annuaire::trust::lint_list::lint;
use annuaire::trust::sign::Signer as _;
use annuaire::trust::verify_at::VerifyAt;
use annuaire::trust::xml::{Limits, Pin, canonical, read_signed, sign};
use anyhow::Context as _;

use process::Spent;
use signer::BenchSigner;

/// Rounds over both verifiers, one after the other, so that a noisy moment does not hit one alone.
const ROUNDS: usize = 7;
/// Processes of one verifier in one round: the kernel tells the time of ended processes in hundredths of a second.
const PROCESSES: usize = 10;
const THIS_THREAD: &str = "/proc/thread-self";
/// Where the real list lies beside a checkout, if it does.
const REAL_LIST: &str = "../shared/data/trust-list/listeblanchemssante-2025-02-28.xml";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, list, certificate] = &*arguments
        && mode == process::VERIFY
    {
        return process::verify(Path::new(list), Path::new(certificate));
    }
    let signer = BenchSigner::make()?;
    verifying(&signer)?;
    println!();
    println!(
        "| entries | assemble, lint ms | write ms | digest, frame ms | verify ms | diff ms | all ms | RSA ms | CPU µs/entry |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for entries in [6_500, 65_000] {
        making(entries, &signer)?;
    }
    Ok(())
}

/// Processor time and memory of a process that verifies a file of the real size: ours and `xmlsec1`.
fn verifying(signer: &BenchSigner) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let path = |name: &str| directory.path().join(name);
    let (list, certificate) = (path("list.xml"), path("signer.pem"));
    let (bytes, der) = if let Some(bytes) = real_list() {
        println!("the published list of 2025-02-28, {} bytes", bytes.len());
        let der = lists::certificate_within(&bytes)?;
        (bytes, der)
    } else {
        let made = sign(&canonical(&lists::made(6_500))?, signer)?;
        println!("a list that was made, {} bytes", made.len());
        (made, signer.certificate().to_vec())
    };
    std::fs::write(&list, bytes)?;
    std::fs::write(path("signer.der"), &der)?;
    std::fs::write(&certificate, pem::certificate(&der))?;
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..ROUNDS {
        ours.push(Spent::by(PROCESSES, || {
            process::ours(&list, &path("signer.der"))
        })?);
        theirs.push(Spent::by(PROCESSES, || {
            process::xmlsec1(&list, &certificate)
        })?);
    }
    let middle = |spent: &[Spent], figure: fn(&Spent) -> Duration| {
        cost::median(spent.iter().map(|spent| figure(spent).as_secs_f64() * 1e3))
    };
    println!("| a process that verifies it | CPU ms | wall ms | peak memory MB |");
    println!("|---|--:|--:|--:|");
    for (name, spent) in [("annuaire", &ours), ("xmlsec1", &theirs)] {
        println!(
            "| {name} | {:.1} | {:.1} | {} |",
            middle(spent, |spent| spent.processor),
            middle(spent, |spent| spent.wall),
            spent
                .iter()
                .find_map(|spent| spent.peak_kib)
                .map_or("–".to_owned(), |kib| format!("{:.1}", kib / 1024.0)),
        );
    }
    let ratio = cost::median(
        ours.iter()
            .zip(&theirs)
            .map(|(ours, theirs)| ours.processor.as_secs_f64() / theirs.processor.as_secs_f64()),
    );
    println!("CPU, ours to xmlsec1: {ratio:.2} (bar: 0.25)");
    Ok(())
}

fn real_list() -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join(REAL_LIST);
    let path = std::env::var_os("ANNUAIRE_TRUST_LIST").map_or(beside, PathBuf::from);
    std::fs::read(path).ok()
}

/// Wall time of each step from entries to a verified file, and processor time of them all; without the signature itself, which is
/// made by a key in memory here and by a device elsewhere.
fn making(entries: usize, key: &BenchSigner) -> anyhow::Result<()> {
    let before = lists::made(entries);
    let mut shuffled: Vec<TrustEntry> = before.entries.iter().rev().cloned().collect();
    if let Some(entry) = shuffled.first_mut() {
        entry.description.push('!');
    }
    let limits = Limits::default();
    let pins = [Pin::Certificate(key.certificate().to_vec())];
    let mut steps: [Vec<f64>; 7] = Default::default();
    let mut processor = Vec::new();
    for _ in 0..ROUNDS {
        let unsorted = shuffled.clone();
        let mut clock = Laps::start();
        let began = cost::of_thread(THIS_THREAD);
        let list = TrustList::assemble(before.generated_at, unsorted);
        let findings = lint(&list, None, &limits);
        let assembling = clock.lap();
        let content = canonical(&list)?;
        let writing = clock.lap();
        let signed = sign(&content, key)?;
        let signing = clock.lap();
        let verified = read_signed(&signed, &pins, VerifyAt::ListTime, &limits)?;
        let verifying = clock.lap();
        let difference = diff(&before, &verified.list);
        let comparing = clock.lap();
        processor.push(cost::of_thread(THIS_THREAD).saturating_sub(began));
        anyhow::ensure!(findings.is_empty(), "findings: {:?}", findings.first());
        anyhow::ensure!(
            difference.changed.len() == 1 && verified.list == list,
            "another list was read"
        );
        clock.lap();
        key.sign(content.as_bytes().get(..1024).context("a short list")?)?;
        let rsa = clock.lap();
        let all = assembling + writing + signing + verifying + comparing - rsa;
        let taken = [
            assembling,
            writing,
            signing - rsa,
            verifying,
            comparing,
            all,
            rsa,
        ];
        for (step, took) in steps.iter_mut().zip(taken) {
            step.push(took);
        }
    }
    let per_entry = processor
        .into_iter()
        .map(|spent| cost::micros(spent) / cost::figure(entries));
    let per_entry = cost::median(per_entry);
    let [assembling, writing, signing, verifying, comparing, all, rsa] = steps.map(cost::median);
    println!(
        "| {entries} | {assembling:.1} | {writing:.1} | {signing:.1} | {verifying:.1} | {comparing:.1} | {all:.1} | {rsa:.1} | {per_entry:.2} |",
    );
    Ok(())
}

/// Milliseconds from one call to the next.
struct Laps(Instant);

impl Laps {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self) -> f64 {
        let took = cost::micros(self.0.elapsed()) / 1e3;
        self.0 = Instant::now();
        took
    }
}
