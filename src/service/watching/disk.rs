//! What a watching node knows, kept on disk so that it survives a restart without its registry: written
//! beside what was there, made durable, and put in its place at once. A file that is not as it was written
//! counts for nothing.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::domain::digest::Digest;
use crate::trust::digest::sha256;
use crate::trust::sidecar::SignerNotice;

/// The form of what is written; another number is another form.
const VERSION: u32 = 1;
const HEAD: &str = "head";
const LOCK: &str = "lock";
/// A number that the kernel draws at each start of the machine (random(4)).
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// Why what is known cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The disk failed.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// A file is not as it was written.
    #[error("{}: it is not as it was written", .0.display())]
    Damaged(PathBuf),
    /// It was written in a form that is not known here.
    #[error("{}: it was written in form {found}, not {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The form.
        found: u32,
    },
    /// Another process uses the directory.
    #[error("{} is in use by another process", .0.display())]
    Busy(PathBuf),
}

/// What the head says: it is written last, and names the files that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    version: u32,
    /// When the registry last said that this is the newest.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) confirmed_at: OffsetDateTime,
    /// The start of the machine that this was in; none where the machine does not tell.
    boot: Option<String>,
    state: Named,
    list: Option<ListNamed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    file: String,
    sha256: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListNamed {
    xml: Named,
    jws: Named,
    /// Who could sign when it was believed: the signer of this very list may have been announced by the
    /// one before.
    announced: Vec<SignerNotice>,
}

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) confirmed_at: OffsetDateTime,
    /// The state as JSON.
    pub(super) state: Vec<u8>,
    pub(super) list: Option<KeptList>,
}

/// The list that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeptList {
    pub(super) xml: Vec<u8>,
    pub(super) jws: Vec<u8>,
    pub(super) announced: Vec<SignerNotice>,
}

/// Whether the machine is up since what was kept was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Machine {
    /// It is.
    Same,
    /// It was started since, or does not tell.
    Begun,
}

/// The directory; this process alone writes there.
#[derive(Debug)]
pub(super) struct Disk {
    dir: PathBuf,
    head: Option<Head>,
    /// The start of the machine that this is in.
    pub(super) boot: Option<String>,
    _lock: File,
}

impl Disk {
    /// Takes a directory, made where it is not there.
    pub(super) fn open(dir: &Path) -> Result<Self, DiskError> {
        fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
        let path = dir.join(LOCK);
        let lock = File::create(&path).map_err(|error| failed(&path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DiskError::Busy(dir.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(&path, error)),
        }
        Ok(Self {
            dir: dir.to_owned(),
            head: None,
            boot: fs::read_to_string(BOOT).ok(),
            _lock: lock,
        })
    }

    /// What was kept; none where nothing was.
    pub(super) fn load(&mut self) -> Result<Option<Kept>, DiskError> {
        let path = self.dir.join(HEAD);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&path, error)),
        };
        let head = read_head(&bytes, &path)?;
        let list = match &head.list {
            None => None,
            Some(list) => Some(KeptList {
                xml: self.read(&list.xml)?,
                jws: self.read(&list.jws)?,
                announced: list.announced.clone(),
            }),
        };
        let kept = Kept {
            confirmed_at: head.confirmed_at,
            state: self.read(&head.state)?,
            list,
        };
        self.head = Some(head);
        Ok(Some(kept))
    }

    /// Whether the machine is up since that was written.
    pub(super) fn machine(&self) -> Machine {
        let then = self.head.as_ref().and_then(|head| head.boot.as_ref());
        match then {
            Some(then) if Some(then) == self.boot.as_ref() => Machine::Same,
            Some(_) | None => Machine::Begun,
        }
    }

    /// Keeps this in the place of what was kept. What is there already is not written again.
    pub(super) fn keep(&mut self, kept: &Kept) -> Result<(), DiskError> {
        let list = match &kept.list {
            None => None,
            Some(list) => Some(ListNamed {
                xml: self.write("list", &list.xml)?,
                jws: self.write("side-car", &list.jws)?,
                announced: list.announced.clone(),
            }),
        };
        let head = Head {
            version: VERSION,
            confirmed_at: kept.confirmed_at,
            boot: self.boot.clone(),
            state: self.write("state", &kept.state)?,
            list,
        };
        self.put(head)?;
        self.forget()
    }

    /// Keeps that what is kept was the newest at this moment.
    pub(super) fn confirm(&mut self, at: OffsetDateTime) -> Result<(), DiskError> {
        match self.head.clone() {
            None => Ok(()),
            Some(head) => self.put(Head {
                confirmed_at: at,
                boot: self.boot.clone(),
                ..head
            }),
        }
    }

    fn put(&mut self, head: Head) -> Result<(), DiskError> {
        let path = self.dir.join(HEAD);
        let json = serde_json::to_vec(&head).map_err(|error| failed(&path, error.into()))?;
        let mut bytes = format!("{}\n", sha256(&json)).into_bytes();
        bytes.extend_from_slice(&json);
        self.write_through(HEAD, &bytes)?;
        self.head = Some(head);
        Ok(())
    }

    /// Writes bytes under a name that is made of them.
    fn write(&self, kind: &str, bytes: &[u8]) -> Result<Named, DiskError> {
        let sha256 = sha256(bytes);
        let file = format!("{kind}-{sha256}");
        let path = self.dir.join(&file);
        let is_there = fs::metadata(&path)
            .is_ok_and(|it| u64::try_from(bytes.len()).is_ok_and(|length| it.len() == length));
        if !is_there {
            self.write_through(&file, bytes)?;
        }
        Ok(Named { file, sha256 })
    }

    /// Writes a file beside its place, waits until the disk has it, and puts it there.
    fn write_through(&self, name: &str, bytes: &[u8]) -> Result<(), DiskError> {
        let (path, beside) = (self.dir.join(name), self.dir.join("new"));
        let written = || {
            let mut file = File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            File::open(&self.dir)?.sync_all()
        };
        written().map_err(|error| failed(&path, error))
    }

    fn read(&self, named: &Named) -> Result<Vec<u8>, DiskError> {
        let path = self.dir.join(&named.file);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(DiskError::Damaged(path));
            }
            Err(error) => return Err(failed(&path, error)),
        };
        if sha256(&bytes) == named.sha256 {
            Ok(bytes)
        } else {
            Err(DiskError::Damaged(path))
        }
    }

    /// Deletes what the head no longer names.
    fn forget(&self) -> Result<(), DiskError> {
        let Some(head) = &self.head else {
            return Ok(());
        };
        let lists = head.list.iter().flat_map(|it| [&it.xml, &it.jws]);
        let named: Vec<&str> = lists
            .chain([&head.state])
            .map(|it| it.file.as_str())
            .chain([HEAD, LOCK])
            .collect();
        let failed = |error| failed(&self.dir, error);
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let is_ours = ["list-", "side-car-", "state-"]
                .iter()
                .any(|kind| name.to_string_lossy().starts_with(kind));
            if is_ours && !named.iter().any(|it| *it == name) {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// What a head of any form says.
#[derive(Deserialize)]
struct Form {
    version: u32,
}

fn read_head(bytes: &[u8], path: &Path) -> Result<Head, DiskError> {
    let damaged = || DiskError::Damaged(path.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let (digest, json) = text.split_once('\n').ok_or_else(damaged)?;
    if Digest::parse(digest) != Ok(sha256(json.as_bytes())) {
        return Err(damaged());
    }
    let form: Form = serde_json::from_str(json).map_err(|_| damaged())?;
    if form.version != VERSION {
        return Err(DiskError::Version {
            path: path.to_owned(),
            found: form.version,
        });
    }
    serde_json::from_str(json).map_err(|_| damaged())
}

fn failed(path: &Path, error: io::Error) -> DiskError {
    DiskError::Io {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn kept(state: &[u8], xml: Option<&[u8]>) -> Kept {
        Kept {
            confirmed_at: datetime!(2026-06-01 12:00 UTC),
            state: state.to_vec(),
            list: xml.map(|xml| KeptList {
                xml: xml.to_vec(),
                jws: b"a.b.c".to_vec(),
                announced: Vec::new(),
            }),
        }
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> = entries
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .map(|name| name.split('-').next().unwrap().to_owned())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_is_kept_is_read_back_and_nothing_else_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = Disk::open(dir.path()).unwrap();
        assert_eq!(disk.load().unwrap(), None);
        for kept in [
            kept(b"one", None),
            kept(b"one", Some(b"<list/>")),
            kept(b"two", Some(b"<list/>")),
            kept(b"two", Some(b"<another/>")),
        ] {
            disk.keep(&kept).unwrap();
            assert_eq!(disk.load().unwrap(), Some(kept));
        }
        assert_eq!(names(dir.path()), ["head", "list", "lock", "side", "state"]);
        let later = datetime!(2026-06-01 12:00:30 UTC);
        disk.confirm(later).unwrap();
        drop(disk);
        let read = Disk::open(dir.path()).unwrap().load().unwrap().unwrap();
        assert_eq!(read.confirmed_at, later);
        assert_eq!(read.state, b"two");
    }

    #[test]
    fn one_process_has_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let _first = Disk::open(dir.path()).unwrap();
        let second = Disk::open(dir.path());
        assert!(matches!(second, Err(DiskError::Busy(_))), "{second:?}");
    }

    #[test]
    fn any_byte_that_changed_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = Disk::open(dir.path()).unwrap();
        disk.keep(&kept(b"state", Some(b"<list/>"))).unwrap();
        for entry in fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let whole = fs::read(&path).unwrap();
            for place in 0..whole.len() {
                let mut changed = whole.clone();
                changed[place] ^= 1;
                fs::write(&path, changed).unwrap();
                let read = disk.load();
                let is_damaged = matches!(read, Err(DiskError::Damaged(_)));
                assert!(is_damaged, "{} {place}: {read:?}", path.display());
            }
            fs::write(&path, whole.get(1..).unwrap_or_default()).unwrap();
            assert!(disk.load().is_err() || whole.is_empty());
            fs::write(&path, whole).unwrap();
        }
        assert_eq!(disk.load().unwrap().unwrap().state, b"state");
    }

    #[test]
    fn another_form_is_named() {
        let path = Path::new("head");
        let json = r#"{"version":2,"anything":[]}"#;
        let bytes = format!("{}\n{json}", sha256(json.as_bytes()));
        let read = read_head(bytes.as_bytes(), path);
        assert!(
            matches!(read, Err(DiskError::Version { found: 2, .. })),
            "{read:?}"
        );
    }
}
