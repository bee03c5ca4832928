//! Progress of an import, for whoever watches.

/// Something to show.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The digest of a file is being computed.
    Hashing {
        /// The file.
        file: &'a str,
    },
    /// A file is being read: bytes so far, of how many.
    Reading {
        /// The file.
        file: &'a str,
        /// Bytes read.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// A table is being compared with what was staged.
    Comparing {
        /// The entity.
        entity: &'a str,
    },
    /// The difference of a table is being applied.
    Applying {
        /// The entity.
        entity: &'a str,
    },
    /// Waiting for another import to end.
    Waiting,
}

/// Watches an import.
pub trait Observer: Send + Sync + 'static {
    /// Takes note of an event; called often, must not block.
    fn observe(&self, event: Event<'_>);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&self, _event: Event<'_>) {}
}
