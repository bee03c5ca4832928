//! One pass over the matches: how many there are, and the page that follows a cursor.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema::{KEY, ORDER};
use crate::domain::cursor::Cursor;

/// Where a document stands in a list: higher scores first, then lower ranks, then lower keys. The
/// smaller place is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    score: Reverse<u64>,
    order: u64,
    key: u64,
}

impl Place {
    /// The place a cursor remembers.
    pub(super) const fn of(cursor: &Cursor) -> Self {
        Self {
            score: Reverse(cursor.score),
            order: cursor.order,
            key: cursor.key,
        }
    }

    const fn coarse(&self) -> (Reverse<u64>, u64) {
        (self.score, self.order)
    }

    /// The score that decides first.
    pub(super) const fn score(&self) -> u64 {
        self.score.0
    }

    /// The cursor after this place, in a search.
    pub(super) const fn cursor(&self, search: u64) -> Cursor {
        Cursor {
            search,
            score: self.score.0,
            order: self.order,
            key: self.key,
        }
    }
}

/// Collects the page of `limit` matches after a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageCollector {
    pub(super) limit: usize,
    pub(super) after: Option<Place>,
    pub(super) scoring: Scoring,
}

/// Whether matches differ in score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scoring {
    /// They do: names were asked.
    ByName,
    /// All are equal: the index need not be asked for scores.
    Equal,
}

/// What one pass found.
#[derive(Debug)]
pub(super) struct Found {
    /// All matches, before and after the place.
    pub(super) total: u64,
    /// The matches after the place, those of the page included.
    pub(super) following: usize,
    /// The page, best first.
    pub(super) page: Vec<(Place, DocAddress)>,
}

impl Collector for PageCollector {
    type Fruit = Found;
    type Child = SegmentPage;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentPage> {
        let columns = reader.fast_fields();
        Ok(SegmentPage {
            wanted: *self,
            segment,
            order: columns.u64(ORDER)?.first_or_default_col(0),
            key: columns.u64(KEY)?.first_or_default_col(0),
            found: BestPlaces::new(self.limit),
            total: 0,
            following: 0,
        })
    }

    fn requires_scoring(&self) -> bool {
        match self.scoring {
            Scoring::ByName => true,
            Scoring::Equal => false,
        }
    }

    fn merge_fruits(&self, segments: Vec<Found>) -> tantivy::Result<Found> {
        let mut all = Found {
            total: 0,
            following: 0,
            page: Vec::new(),
        };
        for segment in segments {
            all.total += segment.total;
            all.following += segment.following;
            all.page.extend(segment.page);
        }
        all.page.sort_unstable();
        all.page.truncate(self.limit);
        Ok(all)
    }
}

/// The page of one segment.
pub(super) struct SegmentPage {
    wanted: PageCollector,
    segment: SegmentOrdinal,
    order: Arc<dyn ColumnValues<u64>>,
    key: Arc<dyn ColumnValues<u64>>,
    found: BestPlaces,
    total: u64,
    following: usize,
}

impl SegmentCollector for SegmentPage {
    type Fruit = Found;

    fn collect(&mut self, document: DocId, score: Score) {
        self.total += 1;
        let score = Reverse(whole(score));
        // each column is read only where what is known already does not decide
        let after = self.wanted.after;
        if after.is_some_and(|after| score < after.score) {
            return;
        }
        if after.is_none_or(|after| score > after.score) && self.found.refuses((score, 0)) {
            self.following += 1;
            return;
        }
        let order = self.order.get_val(document);
        let coarse = (score, order);
        if after.is_some_and(|after| coarse < after.coarse()) {
            return;
        }
        if after.is_none_or(|after| coarse > after.coarse()) && self.found.refuses(coarse) {
            self.following += 1;
            return;
        }
        let place = Place {
            score,
            order,
            key: self.key.get_val(document),
        };
        if after.is_none_or(|after| place > after) {
            self.following += 1;
            self.found
                .offer(place, DocAddress::new(self.segment, document));
        }
    }

    fn harvest(self) -> Found {
        Found {
            total: self.total,
            following: self.following,
            page: self.found.0.into_vec(),
        }
    }
}

/// The best places seen, the worst of them on top.
struct BestPlaces(BinaryHeap<(Place, DocAddress)>, usize);

impl BestPlaces {
    fn new(limit: usize) -> Self {
        Self(BinaryHeap::with_capacity(limit.saturating_add(1)), limit)
    }

    /// Whether a place that is at best this one, its key left out, is worse than all that are kept.
    fn refuses(&self, coarse: (Reverse<u64>, u64)) -> bool {
        self.0.len() >= self.1
            && self
                .0
                .peek()
                .is_none_or(|(worst, _)| coarse > worst.coarse())
    }

    fn offer(&mut self, place: Place, document: DocAddress) {
        if self.0.len() < self.1 {
            self.0.push((place, document));
        } else if let Some(mut worst) = self.0.peek_mut()
            && (place, document) < *worst
        {
            *worst = (place, document);
        }
    }
}

/// The score as the whole number it is.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "scores are sums of small whole numbers, exact in a float and never negative"
)]
const fn whole(score: Score) -> u64 {
    score as u64
}
