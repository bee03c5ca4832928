//! The truth in PostgreSQL: the only layer that writes SQL. It knows no protocol and no index.

pub mod administrators;
pub mod alerts;
pub mod approvals;
pub mod authorities;
pub mod bindings;
pub mod bulk;
pub mod campaigns;
pub mod certificate_names;
pub mod certificate_requests;
pub mod certificate_twins;
pub mod certificates;
pub mod changes;
pub mod codes;
pub mod documents;
pub mod embedded;
mod entities;
mod error;
pub mod imports;
mod issued_certificates;
pub mod list_import;
pub mod list_names;
pub mod list_signers;
pub mod mail_domains;
pub mod merge;
pub mod nodes;
pub mod ocsp_answers;
pub mod operators;
mod pool;
pub mod registry_events;
pub mod revocation_lists;
pub mod revocation_sources;
pub mod scheduled_acts;
pub mod trust_entries;
pub mod trust_lists;
pub mod trust_state;

pub use entities::{ENTITIES, Entity};
pub use error::StorageError;
pub use pool::{
    Acquired, Database, OpenError, acquire, begin, begin_snapshot, begin_snapshot_on, commit,
    migrate, roll_back, take,
};
pub use sqlx::postgres::{PgConnection as Connection, PgPool as Pool};

/// Migrations embedded in the program, applied in the order of their names.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
