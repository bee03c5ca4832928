//! Who is on a list: an index over its bytes, sorted by serial number, of a few bytes an entry.

use time::OffsetDateTime;

use crate::domain::authority::IssuedStatus;
use crate::domain::certificate::RevocationReason;

/// One entry: where its serial number stands in the list, and what is said.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) from: u32,
    pub(super) length: u8,
    pub(super) why: Why,
    pub(super) since: i64,
}

/// Why a certificate is on a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Hold,
    Revoked(RevocationReason),
}

impl Entry {
    fn serial(self, der: &[u8]) -> &[u8] {
        let from = usize::try_from(self.from).unwrap_or(usize::MAX);
        let end = from.saturating_add(usize::from(self.length));
        der.get(from..end).unwrap_or_default()
    }

    fn status(self) -> IssuedStatus {
        // It was read as a moment.
        let since =
            OffsetDateTime::from_unix_timestamp(self.since).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        match self.why {
            Why::Hold => IssuedStatus::OnHold(since),
            Why::Revoked(reason) => IssuedStatus::Revoked(since, reason),
        }
    }
}

pub(super) struct Entries(Vec<Entry>);

impl Entries {
    /// Sorts them; where a serial number stands twice, that.
    pub(super) fn new(mut entries: Vec<Entry>, der: &[u8]) -> Result<Self, Vec<u8>> {
        entries.sort_unstable_by(|left, right| left.serial(der).cmp(right.serial(der)));
        let twice = entries
            .array_windows::<2>()
            .find(|[left, right]| left.serial(der) == right.serial(der));
        if let Some([entry, _]) = twice {
            return Err(entry.serial(der).to_vec());
        }
        entries.shrink_to_fit();
        Ok(Self(entries))
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn each<'a>(
        &'a self,
        der: &'a [u8],
    ) -> impl Iterator<Item = (&'a [u8], IssuedStatus)> {
        self.0.iter().map(|it| (it.serial(der), it.status()))
    }

    pub(super) fn find(&self, der: &[u8], serial: &[u8]) -> IssuedStatus {
        let place = self.0.binary_search_by(|it| it.serial(der).cmp(serial));
        let entry = place.ok().and_then(|place| self.0.get(place));
        entry.map_or(IssuedStatus::Good, |entry| entry.status())
    }
}
