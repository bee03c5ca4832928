//! Lines of a stream, one at a time, in a buffer that is reused. It must not know the encoding nor the columns.

use super::separators::push_field_starts;
use std::io::{self, ErrorKind, Read};

/// Bytes read and searched at a time: large enough to make the calls rare, small enough to stay in the processor's cache.
const CHUNK: usize = 256 * 1024;

/// Reads lines that end in LF or CRLF; the last one may lack its end.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// How much of the buffer holds bytes of the source.
    filled: usize,
    /// Where each field in the buffer starts. The last start belongs to a field whose end has not been read yet.
    starts: Vec<usize>,
    /// Index in `starts` of the first field of the next line.
    next: usize,
    line: u64,
    max_line: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// Inside a line already too long to keep.
    Skipping,
    Ended,
}

/// One line, without its end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Line<'a> {
    /// A line with the places of its fields.
    Fields(Fields<'a>),
    /// A line over the limit, thrown away.
    TooLong,
}

/// A line and where its fields start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub(crate) bytes: &'a [u8],
    /// Start of every field and, last, of the one that would follow; relative to a buffer where the line starts at `starts[0]`.
    pub(crate) starts: &'a [usize],
}

impl<R: Read> Lines<R> {
    /// `max_line`: bytes a line may hold, its end not counted.
    pub(crate) fn new(source: R, max_line: usize) -> Self {
        Self::with_chunk(source, max_line, CHUNK)
    }

    fn with_chunk(source: R, max_line: usize, chunk: usize) -> Self {
        Self {
            source,
            // A line of the longest length allowed, its end, and a full chunk after it.
            buffer: vec![0; chunk + max_line + 2],
            filled: 0,
            starts: vec![0],
            next: 0,
            line: 0,
            max_line,
            state: State::Reading,
        }
    }

    /// Number of the last line read, from 1.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// What the lines are read from.
    pub(crate) const fn source(&self) -> &R {
        &self.source
    }

    /// The next line that is not blank and its number, from 1; nothing at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        loop {
            let Some((first, last)) = self.find_end() else {
                if self.state == State::Ended {
                    return Ok(None);
                }
                self.refill()?;
                continue;
            };
            self.next = last;
            self.line += 1;
            if self.state == State::Skipping {
                self.state = State::Reading;
                return Ok(Some((self.line, Line::TooLong)));
            }
            let length = self.bytes(first, last).len();
            if length > self.max_line {
                return Ok(Some((self.line, Line::TooLong)));
            }
            if length > 0 {
                let fields = Fields {
                    bytes: self.bytes(first, last),
                    starts: self.starts.get(first..=last).unwrap_or_default(),
                };
                return Ok(Some((self.line, Line::Fields(fields))));
            }
        }
    }

    /// What lies from one start to the separator before another, without the carriage return of a CRLF.
    fn bytes(&self, first: usize, last: usize) -> &[u8] {
        let bounds = || Some(*self.starts.get(first)?..self.starts.get(last)? - 1);
        let bytes = bounds().and_then(|bounds| self.buffer.get(bounds));
        let bytes = bytes.unwrap_or_default();
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }

    /// Indexes in `starts` of the next line's first field and of the field after its last.
    fn find_end(&self) -> Option<(usize, usize)> {
        let first = self.next;
        let following = self.starts.get(first + 1..)?;
        let count = following.iter().position(|start| {
            // The byte before a start is the separator that made it. At the end of the source there is none.
            *start > self.filled || self.buffer.get(start - 1) == Some(&b'\n')
        })?;
        Some((first, first + 1 + count))
    }

    /// Moves the unfinished line to the front of the buffer and reads on.
    fn refill(&mut self) -> io::Result<()> {
        let tail = self.starts.get(self.next).copied().unwrap_or(self.filled);
        let kept = self.filled.saturating_sub(tail);
        if self.state == State::Skipping || kept > self.max_line + 1 {
            self.state = State::Skipping;
            self.filled = 0;
        } else {
            self.buffer.copy_within(tail..tail + kept, 0);
            self.filled = kept;
        }
        let before = self.filled;
        self.fill()?;
        self.starts.clear();
        self.starts.push(0);
        self.next = 0;
        push_field_starts(
            self.buffer.get(..self.filled).unwrap_or_default(),
            &mut self.starts,
        );
        if self.filled == before {
            let unfinished = self.filled > 0 || self.state == State::Skipping;
            if unfinished {
                // The end of the source ends its last line, as a line feed after it would.
                self.starts.push(self.filled + 1);
            } else {
                self.state = State::Ended;
            }
        }
        Ok(())
    }

    /// Reads until the buffer is full or the source ends.
    fn fill(&mut self) -> io::Result<()> {
        loop {
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            if room.is_empty() {
                return Ok(());
            }
            match self.source.read(room) {
                Ok(0) => return Ok(()),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Fields<'_> {
    /// How many fields the line has: one more than its separators.
    pub(crate) const fn count(self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::table::field;
    use proptest::prelude::*;

    /// Lines with their numbers and fields; nothing in the place of fields for one too long.
    type Found = Vec<(u64, Option<Vec<String>>)>;

    fn read(bytes: impl Read, max_line: usize, chunk: usize) -> Found {
        let mut lines = Lines::with_chunk(bytes, max_line, chunk);
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next_line().unwrap() {
            let fields = match line {
                Line::TooLong => None,
                Line::Fields(fields) => {
                    let text = std::str::from_utf8(fields.bytes).unwrap();
                    let values = (0..fields.count()).map(|at| field(text, fields.starts, at));
                    Some(values.map(str::to_owned).collect())
                }
            };
            found.push((number, fields));
        }
        assert!(lines.next_line().unwrap().is_none(), "the end stays");
        found
    }

    fn line(number: u64, fields: &[&str]) -> (u64, Option<Vec<String>>) {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        (number, Some(fields))
    }

    #[test]
    fn lines_and_fields() {
        let cases: &[(&str, Found)] = &[
            ("", vec![]),
            ("\n\r\n\n", vec![]),
            ("a", vec![line(1, &["a"])]),
            ("a\n", vec![line(1, &["a"])]),
            ("a|b\nc|d", vec![line(1, &["a", "b"]), line(2, &["c", "d"])]),
            (
                "a|b\r\nc|d\r\n",
                vec![line(1, &["a", "b"]), line(2, &["c", "d"])],
            ),
            (
                "a|b|\r\n\r\n|",
                vec![line(1, &["a", "b", ""]), line(3, &["", ""])],
            ),
            (
                "\"a|b\"|\\\n\\|",
                vec![line(1, &["\"a", "b\"", "\\"]), line(2, &["\\", ""])],
            ),
            ("a\rb|c", vec![line(1, &["a\rb", "c"])]),
            ("a|b\r", vec![line(1, &["a", "b"])]),
        ];
        for (text, expected) in cases {
            for chunk in [1, 2, 7, 100] {
                let found = read(text.as_bytes(), 50, chunk);
                assert_eq!(&found, expected, "{text:?} by {chunk}");
            }
        }
    }

    #[test]
    fn a_line_of_the_longest_length_is_kept_and_one_byte_more_is_not() {
        for chunk in [1, 5, 64, 1_000] {
            for end in ["\n", "\r\n"] {
                for last in ["", end] {
                    let text = format!("{}{end}{}{end}b{last}", "x".repeat(10), "y".repeat(11));
                    let expected = vec![line(1, &["xxxxxxxxxx"]), (2, None), line(3, &["b"])];
                    assert_eq!(
                        read(text.as_bytes(), 10, chunk),
                        expected,
                        "{text:?} by {chunk}"
                    );
                }
            }
            let endless = "z".repeat(5_000);
            assert_eq!(read(endless.as_bytes(), 10, chunk), [(1, None)]);
            let then = format!("{endless}\na");
            assert_eq!(
                read(then.as_bytes(), 10, chunk),
                [(1, None), line(2, &["a"])]
            );
        }
    }

    #[test]
    fn an_error_is_not_an_end() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let mut lines = Lines::new(b"a|b\nc".chain(Failing), 50);
        assert_eq!(lines.next_line().unwrap_err().to_string(), "gone");
    }

    /// Gives a few bytes at a time, as pipes do.
    struct Dribble<'a>(&'a [u8]);

    impl Read for Dribble<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(3);
            self.0.read(into.get_mut(..length).unwrap_or_default())
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            table in proptest::collection::vec(
                proptest::collection::vec("[^|\r\n]{0,12}", 2..9), 0..30
            ),
            end in prop_oneof![Just("\n"), Just("\r\n")],
            chunk in 1_usize..300,
        ) {
            let text: String = table.iter().map(|row| row.join("|") + end).collect();
            let expected: Found = (1..).zip(table.into_iter().map(Some)).collect();
            prop_assert_eq!(read(text.as_bytes(), 500, chunk), expected.clone());
            prop_assert_eq!(read(Dribble(text.as_bytes()), 500, chunk), expected);
        }

        #[test]
        fn any_bytes_are_read_to_the_end(
            bytes in proptest::collection::vec(
                prop_oneof![Just(b'|'), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..600
            ),
            max_line in 1_usize..40,
            chunk in 1_usize..100,
        ) {
            let mut lines = Lines::with_chunk(bytes.as_slice(), max_line, chunk);
            let mut kept = 0;
            while let Some((_, line)) = lines.next_line().unwrap() {
                if let Line::Fields(fields) = line {
                    prop_assert!(fields.bytes.len() <= max_line);
                    let bars = memchr::memchr_iter(b'|', fields.bytes).count();
                    prop_assert_eq!(fields.count(), bars + 1);
                    kept += 1;
                }
            }
            let long_enough = |line: &&[u8]| {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                !line.is_empty() && line.len() <= max_line
            };
            prop_assert_eq!(kept, bytes.split(|byte| *byte == b'\n').filter(long_enough).count());
        }
    }
}
