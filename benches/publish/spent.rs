//! Processor time of this program and of its connections to PostgreSQL. It must not know what it was spent on.

use std::fs;
use std::time::Duration;

use annuaire::storage::Pool;
use anyhow::Context as _;

use crate::cost;

/// Processor time in milliseconds: since the beginning, or for each of some rounds.
pub(crate) struct Spent {
    pub(crate) program: f64,
    pub(crate) postgres: f64,
}

impl Spent {
    /// Until now.
    pub(crate) async fn now(pool: &Pool) -> anyhow::Result<Self> {
        let processes: Vec<i32> = sqlx::query_scalar(
            "select pid from pg_stat_activity where backend_type = 'client backend'",
        )
        .fetch_all(pool)
        .await?;
        let of_process = |pid: &i32| cost::of_thread(&format!("/proc/{pid}"));
        Ok(Self {
            program: cost::micros(of_program()?) / 1e3,
            postgres: cost::micros(processes.iter().map(of_process).sum()) / 1e3,
        })
    }

    /// For each round since then.
    pub(crate) fn since(&self, before: &Self, rounds: usize) -> Self {
        let rounds = cost::figure(rounds);
        Self {
            program: (self.program - before.program) / rounds,
            postgres: (self.postgres - before.postgres) / rounds,
        }
    }
}

/// Of all threads, those that have ended too: `utime` and `stime`, the 14th and 15th field (proc(5)), in hundredths of a second.
fn of_program() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field, a name in brackets, may hold spaces.
    let (_, fields) = stat.rsplit_once(')').context("/proc/self/stat")?;
    let ticks = fields.split_ascii_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(str::parse::<u64>).sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(10 * ticks))
}
