//! Who administers the trust space, and in whose name an act is done.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::text::{self, InvalidText};

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

/// An administrator, and since when and until when they are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministratorRecord {
    /// Who.
    pub administrator: Administrator,
    /// When they were added, UTC.
    pub created_at: OffsetDateTime,
    /// When their rights were taken back, UTC.
    pub disabled_at: Option<OffsetDateTime>,
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

/// The name history keeps for whoever works on the program's own machine, where administrators are
/// added; no person can have it.
pub const CONSOLE: &str = "console";

/// Characters of a name at most.
const NAME: usize = 64;

/// Why a text is not the name of an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAdministrator {
    /// It cannot be kept.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// History would not tell the person from the registry.
    #[error("history uses this name for the registry itself")]
    Reserved,
}

/// A text as the name of an administrator.
pub fn name(text: &str) -> Result<String, InvalidAdministrator> {
    let name = text::wanted(text::line(text, NAME)?)?;
    let reserved = [SCHEDULE, CONSOLE]
        .into_iter()
        .any(|taken| taken.eq_ignore_ascii_case(&name));
    if reserved {
        return Err(InvalidAdministrator::Reserved);
    }
    Ok(name)
}

impl Actor {
    /// The name history keeps.
    pub fn name(&self) -> &str {
        match self {
            Self::Administrator(administrator) => &administrator.name,
            Self::Schedule => SCHEDULE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called_like_the_registry() {
        assert_eq!(name(" Camille Durand ").unwrap(), "Camille Durand");
        for reserved in ["schedule", "Schedule", " console"] {
            assert_eq!(name(reserved), Err(InvalidAdministrator::Reserved));
        }
        for refused in ["", "  ", "a\nb", &"a".repeat(65)] {
            assert!(matches!(name(refused), Err(InvalidAdministrator::Text(_))));
        }
    }
}
