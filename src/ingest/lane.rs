//! One entity's rows on their way to its staging table, each distinct row once.

use std::collections::HashSet;
use std::collections::hash_map::{Entry, HashMap};

use tokio::sync::mpsc::Sender;
use xxhash_rust::xxh3::xxh3_128;

use crate::domain::quality::{Flags, QualityFlag};
use crate::storage::bulk::{CopyRows, plain_fields};

/// Bytes gathered before they are sent.
const CHUNK: usize = 256 * 1024;

/// Examples of each flag.
const EXAMPLES: usize = 20;

/// The receiving end is gone: the COPY failed, and says why itself.
#[derive(Debug)]
pub(super) struct Closed;

/// Whether a row of a file was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The first of its kind.
    First,
    /// Equal to an earlier row of the file in every published column.
    Again,
}

/// Rows that carry a flag.
#[derive(Debug, Default)]
pub(super) struct Flagged {
    /// How many.
    pub(super) rows: u64,
    /// The first keys in the order of the file, parts separated by a space; of what is known by
    /// its content, its owner.
    pub(super) first: Vec<String>,
}

/// Rows of one entity. A row is begun, its key written, the key marked, the rest written, and
/// ended; its digest covers everything written so far.
#[derive(Debug)]
pub(super) struct Lane {
    rows: CopyRows,
    start: usize,
    key: u128,
    key_end: usize,
    key_is_content: bool,
    /// Mark of the first row staged for each key, both as 128-bit hashes.
    staged: HashMap<u128, u128>,
    /// Key and mark of the other rows that were staged for a key.
    others: HashSet<(u128, u128)>,
    copies: Copies,
    extra_copies: HashMap<u128, i32>,
    conflicts: u64,
    flagged: HashMap<QualityFlag, Flagged>,
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
            key_end: 0,
            key_is_content: false,
            staged: HashMap::new(),
            others: HashSet::new(),
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
        self.key_end = self.rows.len();
        &mut self.rows
    }

    /// Goes on to the content of a row whose key is all of it: equal rows are then one.
    pub(super) fn key_content(&mut self) -> &mut CopyRows {
        self.key_is_content = true;
        self.key_end = self.rows.len();
        &mut self.rows
    }

    /// Ends the row and keeps it where it says something new.
    /// Gives its digest.
    pub(super) fn end(&mut self, flags: &Flags) -> Result<u128, Closed> {
        let digest = xxh3_128(self.rows.since(self.start));
        if std::mem::take(&mut self.key_is_content) {
            self.key = digest;
        }
        let flag_names = flags.to_text();
        // Flags may come of values that are not kept: of equal rows with other flags the database
        // chooses too, so that the order of the file decides nothing.
        let mark = if flag_names.is_empty() {
            digest
        } else {
            digest ^ xxh3_128(flag_names.as_bytes())
        };
        let is_new = match self.staged.entry(self.key) {
            Entry::Occupied(held) if *held.get() == mark => false,
            Entry::Occupied(_) => {
                let is_new = self.others.insert((self.key, mark));
                self.conflicts += u64::from(is_new);
                is_new
            }
            Entry::Vacant(place) => {
                place.insert(mark);
                true
            }
        };
        if !is_new {
            self.rows.truncate(self.start);
            return Ok(digest);
        }
        for flag in flags.iter() {
            let flagged = self.flagged.entry(flag).or_default();
            flagged.rows += 1;
            if flagged.first.len() < EXAMPLES {
                flagged
                    .first
                    .push(plain_fields(self.rows.between(self.start, self.key_end)));
            }
        }
        self.rows.digest(digest);
        if self.copies == Copies::Counted {
            self.rows.integer(1);
        }
        self.rows.text(&flag_names).end();
        if self.rows.len() >= CHUNK {
            self.flush()?;
        }
        Ok(digest)
    }

    /// Counts one more row equal to the one of this digest.
    pub(super) fn count_copy(&mut self, digest: u128) {
        *self.extra_copies.entry(digest).or_default() += 1;
    }

    /// Forgets which rows were staged: at the end of a file, whose rows no other file repeats.
    pub(super) fn forget(&mut self) {
        self.staged = HashMap::new();
        self.others = HashSet::new();
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
    pub(super) flagged: HashMap<QualityFlag, Flagged>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    fn write(lane: &mut Lane, key: &str, content: &str, flags: &Flags) {
        lane.begin().text(key);
        lane.key_done().text(content);
        lane.end(flags).unwrap();
    }

    #[test]
    fn equal_rows_are_staged_once_and_other_spellings_are_kept_for_the_database_to_choose() {
        let (sender, mut receiver) = mpsc::channel(4);
        let mut lane = Lane::new(Copies::Ignored, sender);
        for _ in 0..3 {
            for (key, content) in [("k", "one"), ("k", "two"), ("k", "six"), ("l", "one")] {
                write(&mut lane, key, content, &Flags::none());
            }
        }
        let summary = lane.finish().unwrap();
        assert_eq!(summary.conflicts, 2);
        let text = String::from_utf8(receiver.try_recv().unwrap()).unwrap();
        let rows: Vec<&str> = text.lines().map(|line| &line[..5]).collect();
        assert_eq!(
            rows,
            ["k\tone", "k\ttwo", "k\tsix", "l\tone"].map(|row| &row[..5])
        );
    }

    #[test]
    fn equal_rows_with_other_flags_are_kept_for_the_database_to_choose() {
        let (sender, mut receiver) = mpsc::channel(4);
        let mut lane = Lane::new(Copies::Ignored, sender);
        let mut odd = Flags::none();
        odd.raise_if(true, QualityFlag::OddPhone);
        for _ in 0..2 {
            for flags in [&Flags::none(), &odd] {
                write(&mut lane, "k\\", "one", flags);
            }
        }
        let summary = lane.finish().unwrap();
        assert_eq!(summary.conflicts, 1);
        assert_eq!(
            receiver.try_recv().unwrap().split(|b| *b == b'\n').count(),
            3
        );
        let flagged = &summary.flagged[&QualityFlag::OddPhone];
        assert_eq!(
            (flagged.rows, flagged.first.as_slice()),
            (1, &["k\\".to_owned()][..])
        );
    }

    #[test]
    fn a_closed_receiver_ends_the_reading() {
        let (sender, receiver) = mpsc::channel(1);
        drop(receiver);
        let mut lane = Lane::new(Copies::Ignored, sender);
        write(&mut lane, "k", "one", &Flags::none());
        assert!(lane.finish().is_err());
    }
}
