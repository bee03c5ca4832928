//! What the service tells of itself while it runs: its log and its measurements.

mod admission;
mod known;
pub mod log;
pub mod metrics;
mod peers;
pub mod revocation;
pub mod trust;

pub use admission::DecisionOrigin;
pub use metrics::Metrics;
pub use peers::ConnectedPeer;
