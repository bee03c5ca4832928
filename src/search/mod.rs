//! The read model of a node: an index on disk, an exact table of mailboxes in memory and the labels
//! of codes, always switched together. It knows neither protocols nor who asks, and of the
//! database only the change feed and the documents.
//!
//! [`ReadModel::current`] gives a [`Snapshot`], which answers everything; [`follower::follow`] keeps
//! it near the truth.

mod analyzer;
mod collector;
mod directory;
mod document;
mod error;
pub mod follower;
mod mailboxes;
mod merging;
mod model;
mod query;
mod rank;
mod reading;
mod schema;
mod snapshot;
mod status;
mod stored;
mod terms;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use document::Document;
pub use error::SearchError;
pub use follower::rebuild;
pub use mailboxes::Recipient;
pub use model::{IndexSummary, ReadModel, Rebuild, SearchOptions, Update, inspect};
pub use snapshot::{Counts, Snapshot};
pub use status::{FollowerStatus, RebuildProgress};
pub use stored::PublishedLabels;
