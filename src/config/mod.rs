//! The settings: defaults, then one TOML file, then the environment; it must not know what they
//! are used for.

pub mod admission;
pub mod ca;
pub mod database;
pub mod environment;
mod error;
pub mod http;
pub mod import;
pub mod log;
pub mod network;
pub mod revocation;
pub mod search;
pub mod secret;
pub mod size;
pub mod tls;
pub mod trust;

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::Serialized;
use figment::value::Dict;
use serde::{Deserialize, Serialize};

pub use admission::Admission;
pub use ca::Ca;
pub use database::Database;
pub use error::ConfigError;
pub use http::Http;
pub use import::Import;
pub use log::Log;
pub use revocation::Revocation;
pub use search::Search;
pub use secret::Secret;
pub use tls::Tls;
pub use trust::Trust;

/// Every setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the private database, the index and the reports lie.
    pub data_dir: PathBuf,
    /// The REST interface.
    pub http: Http,
    /// The database.
    pub database: Database,
    /// The index.
    pub search: Search,
    /// The gate of imports.
    pub import: Import,
    /// The trust space.
    pub trust: Trust,
    /// Who is let in.
    pub admission: Admission,
    /// Our own authorities.
    pub ca: Ca,
    /// What other authorities revoked.
    pub revocation: Revocation,
    /// The listener for operators.
    pub tls: Tls,
    /// The log.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        let user = if nix::unistd::geteuid().is_root() {
            User::Root
        } else {
            User::Ordinary
        };
        Self {
            data_dir: default_data_dir(user, |name| std::env::var_os(name).map(PathBuf::from)),
            http: Http::default(),
            database: Database::default(),
            search: Search::default(),
            import: Import::default(),
            trust: Trust::default(),
            admission: Admission::default(),
            ca: Ca::default(),
            revocation: Revocation::default(),
            tls: Tls::default(),
            log: Log::default(),
        }
    }
}

/// Settings given on the command line, which win over all others.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--database-url`.
    pub database_url: Option<Secret>,
}

/// Every setting with its default, commented, as TOML.
pub const DEFAULTS: &str = include_str!("default.toml");

impl Config {
    /// The settings of this process: defaults, the file, the environment, the command line.
    pub fn load(file: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        Self::from_parts(file, std::env::vars(), overrides)
    }

    /// The same with a given environment.
    pub fn from_parts(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        overrides: Overrides,
    ) -> Result<Self, ConfigError> {
        let variables = environment::settings(variables);
        let mut figment = Figment::new();
        if let Some(path) = file {
            figment = figment.merge(Serialized::globals(read(path)?));
        }
        figment = figment.merge(Serialized::globals(&variables));
        let mut config: Self = figment
            .extract()
            .map_err(|error| explain(error, file, &variables))?;
        if let Some(dir) = overrides.data_dir {
            config.data_dir = dir;
        }
        if let Some(url) = overrides.database_url {
            config.database.url = Some(url);
            config.database.url_file = None;
        }
        config.check()?;
        Ok(config)
    }

    /// Whether values of the right form make sense together; secrets' files are read for it.
    pub fn check(&self) -> Result<(), ConfigError> {
        let rule = |holds: bool, key: &'static str, rule: &'static str| {
            if holds {
                Ok(())
            } else {
                Err(ConfigError::Rule { key, rule })
            }
        };
        self.database.address()?;
        rule(
            self.database.max_connections >= 2,
            "database.max_connections",
            "is less than 2: one connection listens, another reads",
        )?;
        rule(
            (0.0..=1.0).contains(&self.import.max_removed_share),
            "import.max_removed_share",
            "is not between 0 and 1",
        )?;
        rule(
            !self.http.request_timeout.is_zero(),
            "http.request_timeout",
            "is zero",
        )?;
        rule(
            !self.search.poll_interval.is_zero(),
            "search.poll_interval",
            "is zero",
        )?;
        rule(
            self.search.writer_memory.bytes() >= 15 << 20,
            "search.writer_memory",
            "is less than 15MiB, the least the index can be written with",
        )?;
        let trust = &self.trust;
        rule(
            (0.0..=1.0).contains(&trust.max_removed_share),
            "trust.max_removed_share",
            "is not between 0 and 1",
        )?;
        rule(
            !trust.approval_lifetime.is_zero(),
            "trust.approval_lifetime",
            "is zero: nobody could agree in time",
        )?;
        rule(
            !trust.list_lifetime.is_zero(),
            "trust.list_lifetime",
            "is zero: every list would be overdue",
        )?;
        rule(
            trust
                .publish_every
                .is_none_or(|every| !every.is_zero() && every < trust.list_lifetime),
            "trust.publish_every",
            "is zero, or not shorter than trust.list_lifetime: lists would be overdue before the next",
        )
    }

    /// Where the index lies.
    pub fn index_dir(&self) -> PathBuf {
        self.search
            .index_dir
            .clone()
            .unwrap_or_else(|| self.data_dir.join("index"))
    }

    /// The settings in force as TOML, secrets masked.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        Ok(toml::to_string_pretty(self)?)
    }
}

fn read(path: &Path) -> Result<Dict, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    toml::from_str(&text).map_err(|error| {
        // Not the parser's own print, which shows the line: it may hold a password.
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        ConfigError::Invalid {
            place: path.display().to_string(),
            key: format!("line {line}: "),
            detail: error.message().to_owned(),
        }
    })
}

/// Puts the key and the place before what the parser says.
fn explain(error: figment::Error, file: Option<&Path>, variables: &Dict) -> ConfigError {
    use figment::error::Kind;

    let first = error.clone().into_iter().next().unwrap_or(error);
    let mut path = first.path.clone();
    if let Kind::UnknownField(name, _) = &first.kind
        && path.last() != Some(name)
    {
        path.push(name.clone());
    }
    let key = path.join(".");
    let place = if holds(variables, &path) {
        environment::variable(&key)
    } else {
        file.map_or_else(|| "settings".to_owned(), |file| file.display().to_string())
    };
    match &first.kind {
        Kind::UnknownField(name, known) => ConfigError::Unknown {
            closest: crate::domain::suggestion::closest(name, known.iter().copied()).map(
                |closest| match key.rsplit_once('.') {
                    Some((section, _)) => format!("{section}.{closest}"),
                    None => closest.to_owned(),
                },
            ),
            place,
            key,
        },
        kind => ConfigError::Invalid {
            place,
            key: format!("{key}: "),
            detail: kind.to_string(),
        },
    }
}

fn holds(settings: &Dict, path: &[String]) -> bool {
    match path {
        [] => false,
        [last] => settings.contains_key(last),
        [first, rest @ ..] => settings
            .get(first)
            .and_then(figment::value::Value::as_dict)
            .is_some_and(|section| holds(section, rest)),
    }
}

#[derive(Clone, Copy)]
enum User {
    Root,
    Ordinary,
}

/// The XDG base directory rules for ordinary users, the file hierarchy standard for root.
fn default_data_dir(user: User, variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    match user {
        User::Root => PathBuf::from("/var/lib/annuaire"),
        User::Ordinary => absolute("XDG_DATA_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
            .map_or_else(
                || PathBuf::from("annuaire-data"),
                |data| data.join("annuaire"),
            ),
    }
}

#[cfg(test)]
mod tests;
