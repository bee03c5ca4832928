//! Where PostgreSQL's own programs are on this machine.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;

/// Oldest major version that is supported.
const OLDEST: u32 = 15;

/// The directory of one installed server version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    directory: PathBuf,
    major: u32,
}

impl Binaries {
    /// The binaries that made the cluster; for a new cluster, the newest installed.
    pub fn for_cluster(cluster: &Path) -> Result<Self, EmbeddedError> {
        let installed = Self::installed();
        let Ok(made_by) = fs::read_to_string(cluster.join("PG_VERSION")) else {
            return installed
                .into_iter()
                .max_by_key(|binaries| binaries.major)
                .ok_or(EmbeddedError::NoBinaries);
        };
        installed
            .into_iter()
            .find(|binaries| binaries.major.to_string() == made_by.trim())
            .ok_or_else(|| EmbeddedError::OtherVersion {
                cluster: cluster.to_owned(),
                made_by: made_by.trim().to_owned(),
            })
    }

    /// The path of one of the programs.
    pub fn path(&self, program: &str) -> PathBuf {
        self.directory.join(program)
    }

    /// Every usable server on this machine: Debian's and the vendor's directories, what
    /// `pg_config` names, and the search path.
    fn installed() -> Vec<Self> {
        let versions = |parent: &str| fs::read_dir(parent).into_iter().flatten().flatten();
        // Debian keeps versions side by side in one directory, the vendor's packages beside /usr/lib.
        let mut directories: Vec<PathBuf> = versions("/usr/lib/postgresql")
            .chain(
                versions("/usr")
                    .filter(|entry| entry.file_name().to_string_lossy().starts_with("pgsql-")),
            )
            .map(|entry| entry.path().join("bin"))
            .collect();
        if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
            directories.push(PathBuf::from(
                String::from_utf8_lossy(&output.stdout).trim(),
            ));
        }
        if let Some(path) = std::env::var_os("PATH") {
            directories.extend(std::env::split_paths(&path));
        }
        directories
            .into_iter()
            .filter(|directory| {
                ["initdb", "pg_ctl", "postgres"]
                    .iter()
                    .all(|program| directory.join(program).is_file())
            })
            .filter_map(|directory| {
                let major = major_version(directory.join("postgres").as_os_str())?;
                (major >= OLDEST).then_some(Self { directory, major })
            })
            .collect()
    }
}

fn major_version(postgres: &OsStr) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn parse_version(text: &str) -> Option<u32> {
    let version = text.split(") ").nth(1)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_prints() {
        for (text, major) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("something else", None),
            ("", None),
        ] {
            assert_eq!(parse_version(text), major, "{text:?}");
        }
    }

    #[test]
    fn a_cluster_of_an_absent_version_is_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("PG_VERSION"), "9\n").unwrap();
        let error = Binaries::for_cluster(directory.path()).unwrap_err();
        assert!(error.to_string().contains("PostgreSQL 9"), "{error}");
    }
}
