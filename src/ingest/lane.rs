//! One entity's rows on their way to its staging table, each distinct row once.

use std::collections::hash_map::{Entry, HashMap};

use tokio::sync::mpsc::Sender;
use xxhash_rust::xxh3::xxh3_128;

use crate::domain::quality::{Flags, QualityFlag};
use crate::storage::bulk::CopyRows;

/// Bytes gathered before they are sent.
const CHUNK: usize = 256 * 1024;

/// The receiving end is gone: the COPY failed, and says why itself.
#[derive(Debug)]
pub(super) struct Closed;

/// Whether a row was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The first row of its key, or another spelling of it.
    First,
    /// Equal to one that was staged.
    Again,
}

/// Rows of one entity. A row is begun, its key written, the key marked, the rest written, and
/// ended; its digest covers everything written so far.
#[derive(Debug)]
pub(super) struct Lane {
    rows: CopyRows,
    start: usize,
    key: u128,
    key_is_content: bool,
    /// Digest of the row staged for each key, both as 128-bit hashes.
    staged: HashMap<u128, u128>,
    copies: Copies,
    extra_copies: HashMap<u128, i32>,
    conflicts: u64,
    flagged: HashMap<QualityFlag, u64>,
    chunks: Sender<Vec<u8>>,
}

/// Whether the staging table counts equal rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copies {
    /// It has a column `copies`.
    Counted,
    /// Equal rows are one.
    Ignored,
}

impl Lane {
    pub(super) fn new(copies: Copies, chunks: Sender<Vec<u8>>) -> Self {
        Self {
            rows: CopyRows::default(),
            start: 0,
            key: 0,
            key_is_content: false,
            staged: HashMap::new(),
            copies,
            extra_copies: HashMap::new(),
            conflicts: 0,
            flagged: HashMap::new(),
            chunks,
        }
    }

    /// Begins a row; what is written next is its key.
    pub(super) fn begin(&mut self) -> &mut CopyRows {
        self.start = self.rows.len();
        &mut self.rows
    }

    /// The key is written; what is written next is the content.
    pub(super) fn key_done(&mut self) -> &mut CopyRows {
        self.key = xxh3_128(self.rows.since(self.start));
        &mut self.rows
    }

    /// Goes on to the content of a row whose key is all of it: equal rows are then one.
    pub(super) fn key_content(&mut self) -> &mut CopyRows {
        self.key_is_content = true;
        &mut self.rows
    }

    /// Ends the row and keeps it where it says something new.
    pub(super) fn end(&mut self, flags: &Flags) -> Result<(Seen, u128), Closed> {
        let digest = xxh3_128(self.rows.since(self.start));
        if std::mem::take(&mut self.key_is_content) {
            self.key = digest;
        }
        match self.staged.entry(self.key) {
            Entry::Occupied(held) if *held.get() == digest => {
                self.rows.truncate(self.start);
                return Ok((Seen::Again, digest));
            }
            Entry::Occupied(_) => self.conflicts += 1,
            Entry::Vacant(place) => {
                place.insert(digest);
            }
        }
        self.rows.digest(digest);
        if self.copies == Copies::Counted {
            self.rows.integer(1);
        }
        self.rows.text(&flags.to_text()).end();
        for flag in flags.iter() {
            *self.flagged.entry(flag).or_default() += 1;
        }
        if self.rows.len() >= CHUNK {
            self.flush()?;
        }
        Ok((Seen::First, digest))
    }

    /// Counts one more row equal to the one of this digest.
    pub(super) fn count_copy(&mut self, digest: u128) {
        *self.extra_copies.entry(digest).or_default() += 1;
    }

    /// Forgets which rows were staged: at the end of a file, whose rows no other file repeats.
    pub(super) fn forget(&mut self) {
        self.staged = HashMap::new();
    }

    /// Sends what is left and gives the figures.
    pub(super) fn finish(mut self) -> Result<LaneSummary, Closed> {
        if !self.rows.is_empty() {
            self.flush()?;
        }
        Ok(LaneSummary {
            conflicts: self.conflicts,
            copies: self.extra_copies,
            flagged: self.flagged,
        })
    }

    fn flush(&mut self) -> Result<(), Closed> {
        self.chunks
            .blocking_send(self.rows.take())
            .map_err(|_| Closed)
    }
}

/// What a lane knows when all its rows are sent.
#[derive(Debug, Default)]
pub(super) struct LaneSummary {
    /// Rows whose key was staged with another content.
    pub(super) conflicts: u64,
    /// Digest → equal rows beyond the first.
    pub(super) copies: HashMap<u128, i32>,
    /// Rows carrying each flag.
    pub(super) flagged: HashMap<QualityFlag, u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    fn write(lane: &mut Lane, key: &str, content: &str) -> Seen {
        lane.begin().text(key);
        lane.key_done().text(content);
        lane.end(&Flags::none()).unwrap().0
    }

    #[test]
    fn equal_rows_are_staged_once_and_other_spellings_are_kept_for_the_database_to_choose() {
        let (sender, mut receiver) = mpsc::channel(4);
        let mut lane = Lane::new(Copies::Ignored, sender);
        assert_eq!(write(&mut lane, "k", "one"), Seen::First);
        assert_eq!(write(&mut lane, "k", "one"), Seen::Again);
        assert_eq!(write(&mut lane, "k", "two"), Seen::First);
        assert_eq!(write(&mut lane, "l", "one"), Seen::First);
        let summary = lane.finish().unwrap();
        assert_eq!(summary.conflicts, 1);
        let text = String::from_utf8(receiver.try_recv().unwrap()).unwrap();
        let rows: Vec<&str> = text.lines().map(|line| &line[..5]).collect();
        assert_eq!(rows, ["k\tone", "k\ttwo", "l\tone"].map(|row| &row[..5]));
    }

    #[test]
    fn a_closed_receiver_ends_the_reading() {
        let (sender, receiver) = mpsc::channel(1);
        drop(receiver);
        let mut lane = Lane::new(Copies::Ignored, sender);
        write(&mut lane, "k", "one");
        assert!(lane.finish().is_err());
    }
}
