//! `[import]`: what an import may do without being forced.

use serde::{Deserialize, Serialize};

/// The gate of imports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Import {
    /// Largest share of an entity's rows that may vanish at once, from 0 to 1.
    pub max_removed_share: f64,
}

impl Default for Import {
    fn default() -> Self {
        Self {
            max_removed_share: 0.05,
        }
    }
}
