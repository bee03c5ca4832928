//! Work on a thread of its own whose output is read as a stream. It must not know what the work is.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Chunks made and not yet read: enough to keep both sides busy, little enough to keep memory flat.
const IN_FLIGHT: usize = 4;

enum Message {
    Chunk(Vec<u8>),
    /// The work is done. A channel that closes without it means that the work panicked.
    End,
    Failed(io::Error),
}

/// The end of the pipe that the work writes to.
pub(super) struct Outlet {
    chunks: SyncSender<Message>,
    spare: Receiver<Vec<u8>>,
}

/// Whether the other end still wants chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    More,
    NoMore,
}

impl Outlet {
    /// An empty buffer, one already read if there is one.
    pub(super) fn buffer(&self) -> Vec<u8> {
        let mut buffer = self.spare.try_recv().unwrap_or_default();
        buffer.clear();
        buffer
    }

    /// Hands a chunk on, waiting for room.
    pub(super) fn send(&self, chunk: Vec<u8>) -> Wanted {
        match self.chunks.send(Message::Chunk(chunk)) {
            Ok(()) => Wanted::More,
            Err(_) => Wanted::NoMore,
        }
    }
}

/// The end of the pipe that is read. Dropping it stops the work and waits for its thread.
pub(super) struct Pipe {
    chunks: Option<Receiver<Message>>,
    spare: SyncSender<Vec<u8>>,
    worker: Option<JoinHandle<()>>,
    chunk: Vec<u8>,
    read: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Flowing,
    Ended,
    Failed,
}

impl Pipe {
    /// Starts the work. Its error, or its panic, is what reading ends in.
    pub(super) fn start<W>(name: &str, work: W) -> io::Result<Self>
    where
        W: FnOnce(&Outlet) -> io::Result<()> + Send + 'static,
    {
        let (chunks_in, chunks) = sync_channel(IN_FLIGHT);
        let (spare, spare_out) = sync_channel(IN_FLIGHT + 1);
        let outlet = Outlet {
            chunks: chunks_in,
            spare: spare_out,
        };
        let worker = Builder::new().name(name.to_owned()).spawn(move || {
            let last = match work(&outlet) {
                Ok(()) => Message::End,
                Err(error) => Message::Failed(error),
            };
            // Nobody may be left to hear it.
            drop(outlet.chunks.send(last));
        })?;
        Ok(Self {
            chunks: Some(chunks),
            spare,
            worker: Some(worker),
            chunk: Vec::new(),
            read: 0,
            state: State::Flowing,
        })
    }

    /// Waits for the next chunk.
    fn advance(&mut self) -> io::Result<()> {
        let received = self.chunks.as_ref().and_then(|chunks| chunks.recv().ok());
        match received {
            Some(Message::Chunk(chunk)) => {
                let read = std::mem::replace(&mut self.chunk, chunk);
                self.read = 0;
                // A full line of spare buffers only means that this one is dropped.
                drop(self.spare.try_send(read));
                Ok(())
            }
            Some(Message::End) => {
                self.state = State::Ended;
                Ok(())
            }
            Some(Message::Failed(error)) => {
                self.state = State::Failed;
                Err(error)
            }
            None => {
                self.state = State::Failed;
                Err(io::Error::other("the reading thread stopped unexpectedly"))
            }
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut rest = self.chunk.get(self.read..).unwrap_or_default();
            if !rest.is_empty() || into.is_empty() {
                let count = rest.read(into)?;
                self.read += count;
                return Ok(count);
            }
            match self.state {
                State::Flowing => self.advance()?,
                State::Ended => return Ok(0),
                // After a failure the end must not look like the end of the file.
                State::Failed => return Err(io::Error::other("reading failed before")),
            }
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // Without a receiver the next send fails, and the work returns.
        self.chunks = None;
        if let Some(worker) = self.worker.take() {
            // Its panic was already told to whoever read.
            drop(worker.join());
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn chunks_arrive_in_order_and_end() {
        let mut pipe = Pipe::start("test", |outlet| {
            for word in ["one ", "", "two ", "three"] {
                let mut chunk = outlet.buffer();
                chunk.extend(word.as_bytes());
                assert_eq!(outlet.send(chunk), Wanted::More);
            }
            Ok(())
        })
        .unwrap();
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one two three");
        assert_eq!(pipe.read(&mut [0; 8]).unwrap(), 0);
    }

    #[test]
    fn an_error_reaches_the_reader_and_stays() {
        let mut pipe = Pipe::start("test", |outlet| {
            outlet.send(b"begun".to_vec());
            Err(io::Error::other("disk on fire"))
        })
        .unwrap();
        let mut bytes = Vec::new();
        let error = pipe.read_to_end(&mut bytes).unwrap_err();
        assert_eq!(
            (bytes.as_slice(), &*error.to_string()),
            (&b"begun"[..], "disk on fire")
        );
        assert!(pipe.read(&mut [0; 8]).is_err());
    }

    #[test]
    fn a_panic_reaches_the_reader_as_an_error() {
        let mut pipe = Pipe::start("panics-on-purpose", |outlet| {
            outlet.send(b"begun".to_vec());
            panic!("on purpose")
        })
        .unwrap();
        let mut bytes = Vec::new();
        let error = pipe.read_to_end(&mut bytes).unwrap_err();
        assert_eq!(error.to_string(), "the reading thread stopped unexpectedly");
        assert!(pipe.read(&mut [0; 8]).is_err());
    }

    #[test]
    fn dropping_the_reader_stops_the_work() {
        let sent = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&sent);
        let mut pipe = Pipe::start("test", move |outlet| {
            while outlet.send(vec![b'x'; 10]) == Wanted::More {
                counter.fetch_add(1, Ordering::SeqCst);
            }
            Ok(())
        })
        .unwrap();
        pipe.read_exact(&mut [0; 25]).unwrap();
        drop(pipe);
        // Dropping joined the thread, so its share of the counter is gone and it ran no further than the channel's length.
        assert_eq!(Arc::strong_count(&sent), 1);
        assert!(sent.load(Ordering::SeqCst) <= 3 + 4 + 1);
    }
}
