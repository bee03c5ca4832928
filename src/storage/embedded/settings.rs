//! The private server's settings, written anew at each start.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{EmbeddedError, EmbeddedOptions};

const FILE: &str = "annuaire.conf";

/// Makes the cluster read our settings last, so that they win.
pub(super) fn include(cluster: &Path) -> Result<(), EmbeddedError> {
    let path = cluster.join("postgresql.conf");
    let failed = |error| EmbeddedError::io(&path, error);
    let mut file = File::options().append(true).open(&path).map_err(failed)?;
    writeln!(file, "include '{FILE}'").map_err(failed)
}

/// Writes the settings of this start; readable by the server's user, written by us.
pub(super) fn write(
    cluster: &Path,
    socket: &Path,
    options: &EmbeddedOptions,
) -> Result<(), EmbeddedError> {
    let path = cluster.join(FILE);
    let failed = |error| EmbeddedError::io(&path, error);
    // The directory belongs to the server's user, and we may be root: a link that lies there is
    // removed, never followed.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        Ok(()) | Err(_) => {}
    }
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(failed)?;
    file.write_all(text(socket, options).as_bytes())
        .and_then(|()| file.set_permissions(fs::Permissions::from_mode(0o644)))
        .map_err(failed)
}

fn text(socket: &Path, options: &EmbeddedOptions) -> String {
    let EmbeddedOptions {
        shared_buffers_mb,
        max_connections,
        ..
    } = options;
    let socket = socket.display().to_string().replace('\'', "''");
    format!(
        "# Written by annuaire at each start: changes here are lost.
# A socket that only the server's user may reach, and no TCP port.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
# What was committed survives a crash of the machine.
fsync = on
full_page_writes = on
synchronous_commit = on
# A program that was killed leaves no statement running, which would hold its locks.
client_connection_check_interval = 1s
# One node, no replica: bulk loads write less.
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
shared_buffers = {shared_buffers_mb}MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_connections = {max_connections}
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_the_place_of_the_settings_is_not_followed() {
        let cluster = tempfile::tempdir().unwrap();
        let precious = cluster.path().join("precious");
        fs::write(&precious, "kept").unwrap();
        std::os::unix::fs::symlink(&precious, cluster.path().join(FILE)).unwrap();
        write(cluster.path(), Path::new("/here"), &options()).unwrap();
        write(cluster.path(), Path::new("/here"), &options()).unwrap();
        assert_eq!(fs::read_to_string(precious).unwrap(), "kept");
        let written = fs::read_to_string(cluster.path().join(FILE)).unwrap();
        assert_eq!(written, text(Path::new("/here"), &options()));
    }

    fn options() -> EmbeddedOptions {
        EmbeddedOptions {
            data_dir: "/nowhere".into(),
            user: "postgres".to_owned(),
            shared_buffers_mb: 256,
            max_connections: 40,
        }
    }

    #[test]
    fn the_server_is_durable_and_reachable_by_its_socket_only() {
        let text = text(Path::new("/it's/here"), &options());
        for line in [
            "listen_addresses = ''",
            "unix_socket_directories = '/it''s/here'",
            "fsync = on",
            "full_page_writes = on",
            "synchronous_commit = on",
        ] {
            assert!(text.lines().any(|held| held == line), "{line}");
        }
    }
}
