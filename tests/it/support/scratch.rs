//! One temporary directory for the whole test process, and nothing of it left when the process is gone.
//!
//! A test that fails, a test process that is killed: none of them can tidy up. So a guardian process
//! waits for our end (its standard input closes), stops every server started below the directory and
//! removes it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// `postmaster.pid` begins with the number of the server's process; SIGQUIT is an immediate stop. A dead
/// process stays a zombie where nobody reaps it.
const GUARDIAN: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
find "$0" -name postmaster.pid | while read -r file; do
    read -r server <"$file"
    tries=0
    while [ -e "$file" ] && ! grep -q zombie "/proc/$server/status" && kill -QUIT "$server" && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
done
umount "$0"/*/disk
rm -rf "$0"
"#;

struct Scratch {
    root: PathBuf,
    /// Never waited for: it ends after us.
    _guardian: Child,
}

static SCRATCH: OnceLock<Scratch> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);

fn scratch() -> &'static Scratch {
    SCRATCH.get_or_init(|| {
        // Where the user who runs PostgreSQL for root may enter, and short enough for a socket's path.
        let root = PathBuf::from(format!("/tmp/annuaire-it-{}", std::process::id()));
        fs::create_dir(&root).expect("a scratch directory under /tmp");
        fs::set_permissions(&root, fs::Permissions::from_mode(0o711)).unwrap();
        let guardian = Command::new("/bin/sh")
            .args(["-c", GUARDIAN])
            .arg(&root)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        Scratch {
            root,
            _guardian: guardian,
        }
    })
}

/// A new empty directory that lasts as long as the test process.
pub(crate) fn directory(name: &str) -> PathBuf {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = scratch().root.join(format!("{number}-{name}"));
    fs::create_dir(&path).unwrap();
    path
}
