//! Why settings cannot be used: always with the key and the place it was read from.

use std::path::PathBuf;

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A key that no setting has.
    #[error("{place}: there is no setting {key:?}{}", suggestion(closest.as_deref()))]
    Unknown {
        /// Where it stands: a file or a variable.
        place: String,
        /// The key, with its sections.
        key: String,
        /// The known key that looks most like it.
        closest: Option<String>,
    },
    /// A value that does not fit, or a file that is not TOML.
    #[error("{place}: {key}{detail}")]
    Invalid {
        /// Where it stands: a file or a variable.
        place: String,
        /// The key with its sections, or the line of a file that is not TOML, and a colon.
        key: String,
        /// What is wrong.
        detail: String,
    },
    /// A value of the right form that makes no sense.
    #[error("the setting {key} {rule}")]
    Rule {
        /// The key, with its sections.
        key: &'static str,
        /// What is wrong, as the rest of a sentence.
        rule: &'static str,
    },
    /// Settings that cannot be written as TOML.
    #[error("cannot print the settings: {0}")]
    Print(#[from] toml::ser::Error),
}

fn suggestion(closest: Option<&str>) -> String {
    closest.map_or_else(String::new, |key| format!("; did you mean {key:?}?"))
}
