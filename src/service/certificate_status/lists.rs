//! The newest revocation list of each of our authorities, in memory: switched at once, and served on
//! while the database is away.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use time::OffsetDateTime;

use crate::domain::error::{Failure, REVOCATION_LIST_NOT_FOUND};
use crate::service::published_list::ServedFile;
use crate::storage::{self, Pool, authorities, revocation_lists};

/// A revocation list that is ready to be sent.
#[derive(Clone, Debug)]
pub struct ServedRevocationList {
    /// Its bytes, DER.
    pub file: ServedFile,
    /// When it was made, UTC.
    pub this_update: OffsetDateTime,
    /// When a newer one should be there, UTC.
    pub next_update: OffsetDateTime,
    /// Number of its record.
    id: i64,
}

impl ServedRevocationList {
    /// How long those who pass it on may keep it, at a moment: nobody is let in for long by an old list,
    /// and nobody by one that is over.
    pub fn fresh_for(&self, at: OffsetDateTime) -> Duration {
        super::fresh_for(self.next_update, at)
    }
}

/// Those of this node, by the names of their authorities; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists(Arc<ArcSwap<Vec<(String, ServedRevocationList)>>>);

impl Lists {
    /// The newest of an authority; `revocation_list.not_found`.
    pub(super) fn of(&self, authority: &str) -> Result<ServedRevocationList, Failure> {
        let served = self.0.load();
        let found = served.iter().find(|(name, _)| name == authority);
        found.map(|(_, list)| list.clone()).ok_or_else(|| {
            Failure::new(
                &REVOCATION_LIST_NOT_FOUND,
                "No authority of this name has a revocation list here.",
            )
        })
    }

    /// Serves the newest lists of the truth; says whether one is another than before. Where the truth
    /// went back, as a wrong restoration makes it, the later list is served on.
    pub(super) async fn refresh(&self, pool: &Pool) -> Result<bool, Failure> {
        let mut truth = storage::acquire(pool).await?;
        let known = authorities::all(&mut truth).await?;
        let newest = revocation_lists::newest_of_each(&mut truth).await?;
        let served = self.0.load_full();
        let mut lists = Vec::clone(&served);
        let mut is_new = false;
        for head in newest {
            let is_by = |spki: &[u8; 32]| spki.as_slice() == head.issuer_spki_sha256;
            let Some(issuer) = known.iter().find(|it| is_by(it.spki_sha256.as_bytes())) else {
                continue;
            };
            let held = lists.iter().position(|(name, _)| *name == issuer.name);
            let before = held.and_then(|place| lists.get(place));
            if let Some((_, before)) = before
                && (before.id == head.id || before.this_update > head.this_update)
            {
                continue;
            }
            let der = revocation_lists::der(&mut truth, head.id).await?;
            tracing::info!(authority = %issuer.name, number = %head.number, "revocation list served");
            if let Some(place) = held {
                lists.swap_remove(place);
            }
            lists.push((
                issuer.name.clone(),
                ServedRevocationList {
                    file: ServedFile::new(der, None),
                    this_update: head.this_update,
                    next_update: head.next_update,
                    id: head.id,
                },
            ));
            is_new = true;
        }
        if is_new {
            self.0.store(Arc::new(lists));
        }
        Ok(is_new)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn others_keep_a_list_for_a_minute_and_not_beyond_its_end() {
        let list = ServedRevocationList {
            file: ServedFile::new(Vec::new(), None),
            this_update: datetime!(2026-11-21 12:00 UTC),
            next_update: datetime!(2026-11-22 12:00 UTC),
            id: 1,
        };
        for (at, seconds) in [
            (datetime!(2026-11-21 12:00 UTC), 60),
            (datetime!(2026-11-22 11:59:18 UTC), 42),
            (datetime!(2026-11-22 12:00 UTC), 0),
            (datetime!(2026-11-23 12:00 UTC), 0),
        ] {
            assert_eq!(list.fresh_for(at).as_secs(), seconds, "{at}");
        }
    }
}
