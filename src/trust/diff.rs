//! What one list says and another does not. It must not know who asks, nor what is too much.

use std::cmp::Ordering;

use super::digest::sha256;
use crate::domain::digest::Digest;
use crate::domain::trust_list::{TrustEntry, TrustList};

/// The difference of two lists by mail domain and certificate name; of entries with one key the last
/// counts. Each part is in the order of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListDiff<'a> {
    /// Entries of the newer list only.
    pub added: Vec<&'a TrustEntry>,
    /// Entries of the older list only.
    pub removed: Vec<&'a TrustEntry>,
    /// Entries whose texts or times differ: the older and the newer.
    pub changed: Vec<(&'a TrustEntry, &'a TrustEntry)>,
    /// Entries of the older list, each key once.
    pub entries_before: usize,
}

impl ListDiff<'_> {
    /// Whether both lists say the same; when they were generated aside.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Which entries are gone, as one digest: SHA-256 of their keys in order, each text behind its
    /// length in bytes (64 bits, big-endian), so that no two sets share one.
    pub fn removed_digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for entry in &self.removed {
            let (mail_domain, dn) = entry.key();
            for text in [mail_domain.as_str(), dn.as_str()] {
                let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
                bytes.extend_from_slice(&length.to_be_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        sha256(&bytes)
    }

    /// Which part of the older list is gone, from 0 to 1; 0 where it was empty.
    pub fn removed_share(&self) -> f64 {
        let figure = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        if self.entries_before == 0 {
            0.0
        } else {
            figure(self.removed.len()) / figure(self.entries_before)
        }
    }
}

/// Compares two lists; linear where they are sorted.
pub fn diff<'a>(from: &'a TrustList, to: &'a TrustList) -> ListDiff<'a> {
    let (before, after) = (sorted(from), sorted(to));
    let mut found = ListDiff {
        entries_before: before.len(),
        ..ListDiff::default()
    };
    let mut older = before.into_iter().peekable();
    let mut newer = after.into_iter().peekable();
    loop {
        let ahead = match (older.peek(), newer.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.key().cmp(&new.key()),
        };
        match ahead {
            Ordering::Less => found.removed.extend(older.next()),
            Ordering::Greater => found.added.extend(newer.next()),
            Ordering::Equal => {
                let pair = older.next().zip(newer.next());
                found.changed.extend(pair.filter(|(old, new)| old != new));
            }
        }
    }
}

/// The entries by their keys, each once.
fn sorted(list: &TrustList) -> Vec<&TrustEntry> {
    let mut entries: Vec<&TrustEntry> = list.entries.iter().collect();
    if !entries.is_sorted_by(|left, right| left.key() < right.key()) {
        // The sort is stable, so that the last of equal ones is the last in the list.
        entries.sort_by(|left, right| left.key().cmp(&right.key()));
        entries.reverse();
        entries.dedup_by(|next, kept| next.key() == kept.key());
        entries.reverse();
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::xml::fixture::{GENERATED_AT, entry};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn list(entries: Vec<TrustEntry>) -> TrustList {
        TrustList {
            generated_at: GENERATED_AT,
            entries,
        }
    }

    fn described(place: usize, text: &str) -> TrustEntry {
        TrustEntry {
            description: text.to_owned(),
            ..entry(
                ["a.fr", "a-b.fr", "b.fr", "c.fr"][place % 4],
                ["CN=x,C=FR", "CN=y,C=FR"][place / 4],
            )
        }
    }

    #[test]
    fn lists_differ_by_pairs_of_mail_domain_and_name() {
        let from = list(vec![described(0, ""), described(1, ""), described(2, "")]);
        let to = list(vec![
            described(6, ""),
            described(2, "new"),
            described(0, ""),
        ]);
        let found = diff(&from, &to);
        assert_eq!(found.added, [&described(6, "")]);
        assert_eq!(found.removed, [&described(1, "")]);
        assert_eq!(found.changed, [(&described(2, ""), &described(2, "new"))]);
        assert!((found.removed_share() - 1.0 / 3.0).abs() < 1e-12);
        assert!(!found.is_empty());
        assert!(diff(&from, &from).is_empty());
        let nothing = list(vec![]);
        assert!(diff(&nothing, &to).removed_share().abs() < 1e-12);
        assert!((diff(&to, &nothing).removed_share() - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_difference_leads_from_one_list_to_the_other(
            from in proptest::collection::vec((0_usize..8, "[xy]"), 0..12),
            to in proptest::collection::vec((0_usize..8, "[xy]"), 0..12),
        ) {
            let listed = |rows: &[(usize, String)]| {
                list(rows.iter().map(|(place, text)| described(*place, text)).collect())
            };
            let key = |entry: &TrustEntry| format!("{} {}", entry.mail_domain, entry.operator_dn);
            let keyed = |list: &TrustList| -> BTreeMap<String, TrustEntry> {
                list.entries.iter().map(|entry| (key(entry), entry.clone())).collect()
            };
            let (from, to) = (listed(&from), listed(&to));
            let found = diff(&from, &to);
            let mut led = keyed(&from);
            for entry in &found.removed {
                let removed = led.remove(&key(entry));
                prop_assert_eq!(removed.as_ref(), Some(*entry));
            }
            for (old, new) in &found.changed {
                prop_assert_ne!(old, new);
                let replaced = led.insert(key(new), (*new).clone());
                prop_assert_eq!(replaced.as_ref(), Some(*old));
            }
            for entry in &found.added {
                let replaced = led.insert(key(entry), (*entry).clone());
                prop_assert_eq!(replaced, None);
            }
            prop_assert_eq!(led, keyed(&to));
            prop_assert_eq!(found.entries_before, keyed(&from).len());
        }
    }
}
