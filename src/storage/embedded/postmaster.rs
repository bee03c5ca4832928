//! What the lock files of the private server say of one that is no longer there.
//!
//! PostgreSQL takes `postmaster.pid`, and the file beside its socket, for those of a running server as
//! long as any process has the number in them. After a kill that process may be a zombie that nobody reaps (in a container without an init), or
//! a stranger that was given the number after a restart. Neither is a server.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nix::fcntl::OFlag;

use super::EmbeddedError;

/// A number that no process has: Linux gives none above 2^22.
const NOBODY: &str = "2147483646";

/// Where a lock file names a process that is no PostgreSQL server, makes it name none, and says so.
///
/// Only the number is replaced: the rest tells PostgreSQL which shared memory to look at, so that it
/// still finds, and refuses to disturb, what processes of the former server may be doing.
pub(super) fn disown_if_gone(path: &Path) -> Result<bool, EmbeddedError> {
    let failed = |error| EmbeddedError::io(path, error);
    // In place, so that the file stays that of the server's user; and we may be root in that user's
    // directory: a link that lies there is not followed.
    let opened = File::options()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path);
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    let Some((number, rest)) = text.split_once('\n') else {
        return Ok(false);
    };
    if number.trim() == NOBODY || is_server(number.trim()) {
        return Ok(number.trim() == NOBODY);
    }
    let disowned = format!("{NOBODY}\n{rest}");
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(disowned.as_bytes()))
        .map_err(failed)?;
    Ok(true)
}

/// Whether the process of this number runs PostgreSQL; in doubt, it does.
fn is_server(number: &str) -> bool {
    if !Path::new("/proc/self/stat").exists() {
        return true;
    }
    match fs::read_to_string(format!("/proc/{number}/stat")) {
        Ok(stat) => is_living_server(&stat),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Reads `123 (postgres) S …` (proc(5)): the program's name, then the state, Z and X being dead ones.
fn is_living_server(stat: &str) -> bool {
    let Some((before, after)) = stat.rsplit_once(") ") else {
        return true;
    };
    let name = before.split_once(" (").map_or("", |(_, name)| name);
    name.starts_with("postgres") && !after.starts_with(['Z', 'X'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_living_postgres_is_a_server() {
        for (stat, server) in [
            ("17 (postgres) S 1 17 17 0 -1 4194560", true),
            ("17 (postgres) Z 1 17 17 0 -1 4194560", false),
            ("17 (sleep) S 1 17 17 0 -1 4194560", false),
            ("17 (a) (postgres) R 1 17", false),
            ("what is this", true),
        ] {
            assert_eq!(is_living_server(stat), server, "{stat}");
        }
    }

    #[test]
    fn a_number_nobody_has_any_more_is_replaced_and_the_rest_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("postmaster.pid");
        assert!(!disown_if_gone(&path).unwrap());
        let ourselves = std::process::id();
        let rest = "/data\n1763700000\n5432\n/socket\n\n  5432001   7\nready\n";
        fs::write(&path, format!("{ourselves}\n{rest}")).unwrap();
        for _ in 0..2 {
            assert!(disown_if_gone(&path).unwrap());
            assert_eq!(
                fs::read_to_string(&path).unwrap(),
                format!("{NOBODY}\n{rest}")
            );
        }
    }
}
