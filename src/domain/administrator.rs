//! Who administers the trust space, and in whose name an act is done.

use serde::{Deserialize, Serialize};

/// What an administrator may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdministratorRole {
    /// Reads and acts.
    Administrator,
    /// Reads only.
    Auditor,
}

impl AdministratorRole {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Administrator, Self::Auditor];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    /// The role of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// A person who holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// Number of the record.
    pub id: i64,
    /// Name, as history keeps it.
    pub name: String,
    /// What they may do.
    pub role: AdministratorRole,
}

/// In whose name something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    Administrator(Administrator),
    /// The registry itself, when a time has come; it agrees to nothing that wants two people.
    Schedule,
}

/// The name history keeps for what the registry does by itself; no person can have it.
pub const SCHEDULE: &str = "schedule";

impl Actor {
    /// The name history keeps.
    pub fn name(&self) -> &str {
        match self {
            Self::Administrator(administrator) => &administrator.name,
            Self::Schedule => SCHEDULE,
        }
    }
}
