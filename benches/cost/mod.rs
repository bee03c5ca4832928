//! What something cost: processor time beside wall time, and the middle of several rounds. It must not know what is measured.

use std::fs;
use std::time::Duration;

/// Processor time of a thread since it began, as its directory under `/proc` tells: zero where there is none. The kernel tells
/// it in ticks of 1 to 4 ms.
///
/// `schedstat` begins with the nanoseconds spent on a processor (Documentation/scheduler/sched-stats.rst).
pub(crate) fn of_thread(task: &str) -> Duration {
    let text = fs::read_to_string(format!("{task}/schedstat")).unwrap_or_default();
    let spent = text.split_ascii_whitespace().next();
    Duration::from_nanos(spent.and_then(|spent| spent.parse().ok()).unwrap_or(0))
}

/// The middle of some figures, which noise on one side does not move; zero where there is none.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// A duration in microseconds.
pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// A count as a figure to divide by.
pub(crate) fn figure(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
