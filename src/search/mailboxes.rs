//! The exact table of mailboxes, in memory: what validates a recipient without touching the index.

use std::sync::Arc;

use imbl::GenericHashMap;
use imbl::shared_ptr::DefaultSharedPtr;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, Searcher, TERMINATED, TantivyError};
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use super::error::SearchError;
use super::schema::{Fields, RECIPIENT};
use super::terms;
use crate::domain::feed::DocumentKind;
use crate::domain::mailbox::{MailAddress, Mailbox, MailboxKind};

/// What a sender must know of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Type de BAL.
    pub kind: MailboxKind,
    /// The owner accepts not to receive paper copies.
    pub accepts_paperless: bool,
}

impl Recipient {
    pub(super) fn of(mailbox: &Mailbox) -> Self {
        Self {
            kind: mailbox.kind,
            accepts_paperless: mailbox.accepts_paperless,
        }
    }

    /// One number: the kind in the upper bits, paperless in the lowest.
    pub(super) fn encode(self) -> u64 {
        let kind = match self.kind {
            MailboxKind::Personal => 0,
            MailboxKind::Organizational => 1,
            MailboxKind::Application => 2,
            MailboxKind::Practice => 3,
        };
        kind << 1 | u64::from(self.accepts_paperless)
    }

    pub(super) fn decode(number: u64) -> Option<Self> {
        let kind = match number >> 1 {
            0 => MailboxKind::Personal,
            1 => MailboxKind::Organizational,
            2 => MailboxKind::Application,
            3 => MailboxKind::Practice,
            _ => return None,
        };
        Some(Self {
            kind,
            accepts_paperless: number & 1 == 1,
        })
    }
}

/// Visible mailboxes by address. A clone shares everything that does not change.
#[derive(Clone, Debug)]
pub(super) struct MailboxTable(
    GenericHashMap<Arc<str>, Recipient, Xxh3DefaultBuilder, DefaultSharedPtr>,
);

impl Default for MailboxTable {
    fn default() -> Self {
        Self(GenericHashMap::with_hasher(Xxh3DefaultBuilder::new()))
    }
}

impl MailboxTable {
    /// Reads the table from the terms and the column of an index, without its documents.
    pub(super) fn load(searcher: &Searcher, fields: &Fields) -> Result<Self, SearchError> {
        let mut table = Self::default();
        let prefix = terms::id_prefix(DocumentKind::Mailbox);
        for segment in searcher.segment_readers() {
            let Some(recipients) = segment.fast_fields().column_opt::<u64>(RECIPIENT)? else {
                continue; // a segment without mailboxes has no such column
            };
            let index = segment.inverted_index(fields.id)?;
            let mut stream = index
                .terms()
                .range()
                .ge(&prefix)
                .into_stream()
                .map_err(TantivyError::from)?;
            while stream.advance() {
                let Some(address) = stream.key().strip_prefix(prefix.as_bytes()) else {
                    break;
                };
                let mut postings = index
                    .read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)
                    .map_err(TantivyError::from)?;
                while postings.doc() != TERMINATED && segment.is_deleted(postings.doc()) {
                    postings.advance();
                }
                if postings.doc() == TERMINATED {
                    continue;
                }
                let recipient = recipients
                    .first(postings.doc())
                    .and_then(Recipient::decode)
                    .ok_or_else(|| SearchError::Corrupt("a mailbox without its kind".to_owned()))?;
                let address = std::str::from_utf8(address)
                    .map_err(|_| SearchError::Corrupt("an address that is not UTF-8".to_owned()))?;
                table.0.insert(Arc::from(address), recipient);
            }
        }
        Ok(table)
    }

    /// Adds or replaces a mailbox.
    pub(super) fn put(&mut self, address: &str, recipient: Recipient) {
        self.0.insert(Arc::from(address), recipient);
    }

    /// Forgets a mailbox.
    pub(super) fn remove(&mut self, address: &str) {
        self.0.remove(address);
    }

    /// The mailbox of this address.
    pub(super) fn find(&self, address: &MailAddress) -> Option<Recipient> {
        self.0.get(address.as_str()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_one_number_and_back() {
        for kind in MailboxKind::ALL {
            for accepts_paperless in [false, true] {
                let recipient = Recipient {
                    kind,
                    accepts_paperless,
                };
                assert_eq!(Recipient::decode(recipient.encode()), Some(recipient));
            }
        }
        assert_eq!(Recipient::decode(8), None);
    }
}
