//! Where indexes lie: `<dir>/<number>/` each, `<dir>/CURRENT` naming the one that serves, and
//! `<dir>/LOCK` held by the one process that may write here.

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::SearchError;

/// The directory of all indexes of a node, locked for this process.
#[derive(Debug)]
pub(super) struct IndexRoot {
    dir: PathBuf,
    /// Held open: the lock goes with it, however the process ends.
    _lock: File,
}

impl IndexRoot {
    /// Makes and locks the directory.
    pub(super) fn lock(dir: &Path) -> Result<Self, SearchError> {
        fs::create_dir_all(dir).map_err(SearchError::files(dir))?;
        let path = dir.join("LOCK");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(SearchError::files(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                dir: dir.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(SearchError::Locked(dir.to_owned())),
            Err(TryLockError::Error(error)) => Err(SearchError::files(&path)(error)),
        }
    }

    /// The directory of an index.
    pub(super) fn path(&self, number: u64) -> PathBuf {
        self.dir.join(number.to_string())
    }

    /// The number of the index that serves.
    pub(super) fn current(&self) -> Option<u64> {
        current(&self.dir)
    }

    /// Makes an empty directory beside all others.
    pub(super) fn make_next(&self) -> Result<(u64, PathBuf), SearchError> {
        let last = self.numbers()?.into_iter().chain(self.current()).max();
        let number = last.map_or(1, |number| number + 1);
        let path = self.path(number);
        fs::create_dir(&path).map_err(SearchError::files(&path))?;
        Ok((number, path))
    }

    /// Makes an index the serving one: at once and durably.
    pub(super) fn switch_to(&self, number: u64) -> Result<(), SearchError> {
        let path = self.dir.join("CURRENT.new");
        let mut file = File::create(&path).map_err(SearchError::files(&path))?;
        writeln!(file, "{number}")
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&path, self.dir.join("CURRENT")))
            .and_then(|()| File::open(&self.dir)?.sync_all())
            .map_err(SearchError::files(&path))
    }

    /// Removes every index but one. Readers of a removed index keep its files until they end.
    pub(super) fn remove_all_but(&self, kept: Option<u64>) -> Result<(), SearchError> {
        for number in self.numbers()? {
            if Some(number) != kept {
                let path = self.path(number);
                fs::remove_dir_all(&path).map_err(SearchError::files(&path))?;
            }
        }
        Ok(())
    }

    fn numbers(&self) -> Result<Vec<u64>, SearchError> {
        let entries = fs::read_dir(&self.dir).map_err(SearchError::files(&self.dir))?;
        let mut numbers = Vec::new();
        for entry in entries {
            let entry = entry.map_err(SearchError::files(&self.dir))?;
            numbers.extend(
                entry
                    .file_name()
                    .to_str()
                    .and_then(|name| name.parse::<u64>().ok()),
            );
        }
        Ok(numbers)
    }
}

/// The number of the index that serves in a directory.
pub(super) fn current(dir: &Path) -> Option<u64> {
    fs::read_to_string(dir.join("CURRENT"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_writes_and_the_others_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let root = IndexRoot::lock(dir.path()).unwrap();
        assert!(matches!(
            IndexRoot::lock(dir.path()),
            Err(SearchError::Locked(_))
        ));
        drop(root);
        IndexRoot::lock(dir.path()).unwrap();
    }

    #[test]
    fn a_new_index_lies_beside_the_serving_one_until_the_switch() {
        let dir = tempfile::tempdir().unwrap();
        let root = IndexRoot::lock(dir.path()).unwrap();
        assert_eq!(root.current(), None);
        assert_eq!(root.make_next().unwrap().0, 1);
        root.switch_to(1).unwrap();
        assert_eq!(root.make_next().unwrap().0, 2);
        assert_eq!(root.current(), Some(1));
        root.switch_to(2).unwrap();
        root.remove_all_but(root.current()).unwrap();
        assert_eq!(root.numbers().unwrap(), [2]);
        fs::write(dir.path().join("CURRENT"), "nonsense").unwrap();
        assert_eq!(root.current(), None);
    }
}
