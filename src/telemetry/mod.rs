//! What the service tells of itself while it runs: its log and its measurements.

mod known;
pub mod log;
pub mod metrics;
mod peers;
pub mod trust;

pub use metrics::Metrics;
pub use peers::ConnectedPeer;
