//! Processes that verify a list, and what they cost. It must not know what is compared.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use annuaire::trust::verify_at::VerifyAt;
use annuaire::trust::xml::{Limits, Pin, read_signed};
use anyhow::Context as _;

/// The argument by which this program is told to verify one file and end.
pub(crate) const VERIFY: &str = "--verify-one";

/// What one process cost.
pub(crate) struct Spent {
    /// Processor time, user and system.
    pub(crate) processor: Duration,
    /// Wall time.
    pub(crate) wall: Duration,
    /// Most memory it had in use, where it tells.
    pub(crate) peak_kib: Option<f64>,
}

impl Spent {
    /// The mean of some runs; each gives what the process told of its memory.
    pub(crate) fn by(
        processes: usize,
        run: impl Fn() -> anyhow::Result<Option<f64>>,
    ) -> anyhow::Result<Self> {
        let began = Instant::now();
        let before = of_ended_processes()?;
        let mut peak_kib = None;
        for _ in 0..processes {
            peak_kib = run()?;
        }
        let count = u32::try_from(processes)?;
        Ok(Self {
            processor: of_ended_processes()?.saturating_sub(before) / count,
            wall: began.elapsed() / count,
            peak_kib,
        })
    }
}

/// Processor time of the children that have ended: `cutime` and `cstime`, the 16th and 17th field (proc(5)), in hundredths of a
/// second.
fn of_ended_processes() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field, a name in brackets, may hold spaces.
    let (_, fields) = stat.rsplit_once(')').context("/proc/self/stat")?;
    let ticks = fields.split_ascii_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.map(str::parse::<u64>).sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(10 * ticks))
}

/// Verifies one file, and tells its memory on standard output.
pub(crate) fn verify(list: &Path, certificate: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(list)?;
    let pins = [Pin::Certificate(fs::read(certificate)?)];
    let verified = read_signed(&bytes, &pins, VerifyAt::ListTime, &Limits::default())?;
    anyhow::ensure!(!verified.list.entries.is_empty(), "an empty list");
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    print!(
        "{}",
        peak.unwrap_or_default().trim().trim_end_matches(" kB")
    );
    Ok(())
}

/// A process of this program that verifies a list.
pub(crate) fn ours(list: &Path, certificate: &Path) -> anyhow::Result<Option<f64>> {
    let output = Command::new(std::env::current_exe()?)
        .arg(VERIFY)
        .args([list, certificate])
        .stderr(Stdio::inherit())
        .output()?;
    anyhow::ensure!(output.status.success(), "our process refused the list");
    Ok(String::from_utf8(output.stdout)?.parse().ok())
}

/// A process of `xmlsec1` that verifies a list by the signer's key; it does not tell its memory.
pub(crate) fn xmlsec1(list: &Path, certificate: &Path) -> anyhow::Result<Option<f64>> {
    let output = Command::new("xmlsec1")
        .args(["--verify", "--pubkey-cert-pem"])
        .args([certificate, list])
        .output()
        .context("xmlsec1 is not installed")?;
    anyhow::ensure!(output.status.success(), "xmlsec1 refused the list");
    Ok(None)
}
