//! A value that must never be printed, given as such or as the name of a file that holds it.

use std::path::Path;

use serde::{Deserialize, Serialize, Serializer};

use super::ConfigError;

/// What is shown in place of a secret.
pub const MASK: &str = "********";

/// A secret text: neither `Debug` nor serialization shows it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The secret given as a value or as a file, whose last line end is not part of it; `None`
    /// where neither is given.
    ///
    /// Fails where both are given, and where the file cannot be read.
    pub fn resolve(
        key: &'static str,
        value: Option<&Self>,
        file: Option<&Path>,
    ) -> Result<Option<Self>, ConfigError> {
        match (value, file) {
            (None, None) => Ok(None),
            (Some(value), None) => Ok(Some(value.clone())),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(text) => Ok(Some(Self::new(text.trim_end_matches(['\r', '\n'])))),
                Err(cause) => Err(ConfigError::Unreadable {
                    path: path.to_owned(),
                    cause,
                }),
            },
            (Some(_), Some(_)) => Err(ConfigError::Rule {
                key,
                rule: "is given both as a value and as a file: keep one",
            }),
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), MASK);
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"********\"");
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn a_secret_comes_from_a_value_or_a_file_and_never_from_both() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        std::fs::write(&file, "hunter2\n").unwrap();
        let value = Secret::new("value");
        let resolve = |value, file| Secret::resolve("database.url", value, file);
        assert_eq!(resolve(None, None).unwrap(), None);
        assert_eq!(resolve(Some(&value), None).unwrap(), Some(value.clone()));
        assert_eq!(
            resolve(None, Some(&file)).unwrap(),
            Some(Secret::new("hunter2"))
        );
        assert!(matches!(
            resolve(Some(&value), Some(&file)),
            Err(ConfigError::Rule {
                key: "database.url",
                ..
            })
        ));
        assert!(matches!(
            resolve(None, Some(&dir.path().join("absent"))),
            Err(ConfigError::Unreadable { .. })
        ));
    }
}
