//! Server-sent events (HTML Living Standard §9.2), as far as a reader needs them that is woken by each: what
//! kind it is and what it says, with a limit on both.

use std::io::{BufRead, BufReader, Read};

/// Longest line, in bytes; what is longer is no event of ours.
const MAX_LINE: u64 = 64 << 10;
/// Longest data of one event.
const MAX_DATA: usize = 256 << 10;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its kind; `message` where none is told.
    pub kind: String,
    /// What it says.
    pub data: String,
}

/// Events as they come.
pub struct Events<R>(BufReader<R>);

impl<R: Read> Events<R> {
    /// Those of a stream.
    pub fn of(stream: R) -> Self {
        Self(BufReader::new(stream))
    }

    /// A line without its end; none where the stream ends, falls silent or says too much.
    fn line(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let read = self.0.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        match read {
            Ok(_) if line.ends_with(b"\n") => {
                line.pop();
                if line.ends_with(b"\r") {
                    line.pop();
                }
                Some(line)
            }
            Ok(_) | Err(_) => None,
        }
    }
}

impl<R: Read> Iterator for Events<R> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let mut event = Event::default();
        let mut is_there = false;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                if !is_there {
                    continue;
                }
                if event.kind.is_empty() {
                    "message".clone_into(&mut event.kind);
                }
                return Some(event);
            }
            let line = String::from_utf8_lossy(&line);
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "event" => value.clone_into(&mut event.kind),
                "data" => {
                    if is_there {
                        event.data.push('\n');
                    }
                    event.data.push_str(value);
                    is_there = true;
                    if event.data.len() > MAX_DATA {
                        return None;
                    }
                }
                // `id`, `retry`, comments and what is not known.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> Vec<(String, String)> {
        let events = Events::of(text);
        events.map(|it| (it.kind, it.data)).collect()
    }

    fn told(kind: &str, data: &str) -> (String, String) {
        (kind.to_owned(), data.to_owned())
    }

    #[test]
    fn events_are_read_as_they_are_written() {
        for (text, events) in [
            ("", vec![]),
            ("data: x\n\n", vec![told("message", "x")]),
            (
                "event: alive\r\nid: 7\r\ndata:{\"epoch\":7}\r\n\r\n",
                vec![told("alive", "{\"epoch\":7}")],
            ),
            (
                ": a comment\n\n\ndata\ndata: y\n\nevent: change\ndata:  z\n\n",
                vec![told("message", "\ny"), told("change", " z")],
            ),
            // Without data there is no event, and none without an end.
            ("event: x\n\ndata: y\n", vec![]),
        ] {
            assert_eq!(read(text.as_bytes()), events, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_ends_the_reading() {
        let long = format!("data: x\n\ndata: {}\n\ndata: y\n\n", "z".repeat(70_000));
        assert_eq!(read(long.as_bytes()), [told("message", "x")]);
        let many = "data: 0123456789\n".repeat(30_000);
        assert_eq!(read(format!("{many}\n").as_bytes()), []);
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }

        #[test]
        fn what_is_written_reads_back(kind in "[a-z]{1,9}", lines in prop::collection::vec("[ -~]{0,20}", 1..4)) {
            let data = format!("data: {}\n", lines.join("\ndata: "));
            let text = format!("event: {kind}\n{data}\n");
            prop_assert_eq!(read(text.as_bytes()), [told(&kind, &lines.join("\n"))]);
        }
    }
}
