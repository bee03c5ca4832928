//! Files that appear whole or not at all: written under a temporary name, renamed when every one is done. It must not know their
//! columns.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

const BUFFER: usize = 1 << 20;

/// One file as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where it is, under its published name.
    pub path: PathBuf,
    /// Data rows; the header is not one.
    pub rows: u64,
    /// Size, header included.
    pub bytes: u64,
}

/// A file under way; dropped before its end, it is removed.
#[derive(Debug)]
pub(crate) struct Draft {
    out: BufWriter<File>,
    partial: Partial,
    file: WrittenFile,
}

/// The temporary name, which must not outlive a failure.
#[derive(Debug)]
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // After the renaming there is nothing left to remove; and a failure here would hide the one that led to it.
        let _ = fs::remove_file(&self.0);
    }
}

impl Draft {
    pub(crate) fn create(directory: &Path, name: &str, header: &str) -> io::Result<Self> {
        let partial = Partial(directory.join(format!("{name}.partial")));
        let out = BufWriter::with_capacity(BUFFER, File::create(&partial.0)?);
        let mut draft = Self {
            out,
            partial,
            file: WrittenFile {
                path: directory.join(name),
                rows: 0,
                bytes: 0,
            },
        };
        draft.text(header)?;
        draft.text("\n")?;
        Ok(draft)
    }

    /// Writes a line that has its end.
    pub(crate) fn row(&mut self, line: &str) -> io::Result<()> {
        self.file.rows += 1;
        self.text(line)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.file.bytes += u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.out.write_all(text.as_bytes())
    }

    /// Takes its published name, replacing what was there.
    pub(crate) fn publish(mut self) -> io::Result<WrittenFile> {
        self.out.flush()?;
        fs::rename(&self.partial.0, &self.file.path)?;
        Ok(self.file)
    }
}

/// A zip of `members` beside them, as the national service publishes one; the same bytes on every machine.
pub(crate) fn zip(path: PathBuf, members: &[PathBuf]) -> io::Result<PathBuf> {
    let partial = Partial(path.with_extension("zip.partial"));
    let mut archive =
        zip::ZipWriter::new(BufWriter::with_capacity(BUFFER, File::create(&partial.0)?));
    // No time of day in it; large files, since a national one may pass 4 GB uncompressed one day.
    let options = zip::write::SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::default())
        .large_file(true);
    for member in members {
        let name = member
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        archive.start_file(name, options)?;
        io::copy(&mut File::open(member)?, &mut archive)?;
    }
    archive.finish()?.flush()?;
    fs::rename(&partial.0, &path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {

    use std::fs;
    use std::io::Read as _;

    use super::{Draft, zip};

    #[test]
    fn a_file_appears_when_it_is_done() {
        let directory = tempfile::tempdir().unwrap();
        let mut draft = Draft::create(directory.path(), "a.txt", "x|y").unwrap();
        draft.row("1|2\n").unwrap();
        assert!(!directory.path().join("a.txt").exists());
        let file = draft.publish().unwrap();
        assert_eq!((file.rows, file.bytes), (1, 8));
        assert_eq!(fs::read_to_string(file.path).unwrap(), "x|y\n1|2\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_given_up_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        drop(Draft::create(directory.path(), "a.txt", "x").unwrap());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_archive_holds_its_members() {
        let directory = tempfile::tempdir().unwrap();
        let member = directory.path().join("a.txt");
        fs::write(&member, "x|y\n").unwrap();
        let path = zip(directory.path().join("a.zip"), &[member]).unwrap();
        let mut archive = ::zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
        let mut text = String::new();
        archive
            .by_name("a.txt")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "x|y\n");
    }
}
