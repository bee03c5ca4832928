//! `[database]`: which PostgreSQL holds the truth.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::secret::Secret;

/// The database; without an address, the service runs a private one under its data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `postgres://user:password@host/name` of a PostgreSQL 15 or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Secret>,
    /// File that holds the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_file: Option<PathBuf>,
    /// Most connections that work at once; a node holds seven more, to follow what changes.
    pub max_connections: u32,
    /// User that runs the private PostgreSQL when the service is started by root.
    pub embedded_user: String,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            max_connections: 10,
            embedded_user: "postgres".to_owned(),
        }
    }
}

impl Database {
    /// The address of the database; `None` means the private one.
    pub fn address(&self) -> Result<Option<Secret>, ConfigError> {
        let address = Secret::resolve("database.url", self.url.as_ref(), self.url_file.as_deref())?;
        match address {
            Some(address)
                if !["postgres://", "postgresql://"]
                    .iter()
                    .any(|scheme| address.reveal().starts_with(scheme)) =>
            {
                Err(ConfigError::Rule {
                    key: "database.url",
                    rule: "does not begin with postgres://",
                })
            }
            address => Ok(address),
        }
    }
}
