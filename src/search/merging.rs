//! How segments are kept few: each costs every search a walk through its terms.

use tantivy::SegmentMeta;
use tantivy::indexer::{MergeCandidate, MergePolicy};

/// Segments beside the largest that are left alone; one more and they become one.
const MOST_SMALL: usize = 4;

/// One large segment and a few small ones: a bulk load leaves the large one, each update adds a
/// small one, and small ones are merged together.
///
/// The large one is written anew only when a fifth of it is deleted, or when the small ones
/// together hold a fifth of its documents.
#[derive(Clone, Copy, Debug)]
pub(super) struct FewSegments;

impl MergePolicy for FewSegments {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let Some(largest) = segments.iter().max_by_key(|segment| segment.num_docs()) else {
            return Vec::new();
        };
        let small: Vec<&SegmentMeta> = segments
            .iter()
            .filter(|segment| segment.id() != largest.id())
            .collect();
        let gathered: u64 = small
            .iter()
            .map(|segment| u64::from(segment.num_docs()))
            .sum();
        let worn = u64::from(largest.num_deleted_docs()) * 5 > u64::from(largest.max_doc());
        let outgrown = small.len() > MOST_SMALL && gathered * 5 > u64::from(largest.num_docs());
        let ids = |segments: &[&SegmentMeta]| segments.iter().map(|segment| segment.id()).collect();
        if worn || outgrown {
            vec![MergeCandidate(ids(&segments.iter().collect::<Vec<_>>()))]
        } else if small.len() > MOST_SMALL {
            vec![MergeCandidate(ids(&small))]
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::Index;
    use tantivy::index::SegmentId;
    use tantivy::schema::Schema;

    /// How many segments of these sizes (documents, of which deleted) become one.
    fn merged(sizes: &[(u32, u32)]) -> Vec<usize> {
        let index = Index::create_in_ram(Schema::builder().build());
        let segments: Vec<SegmentMeta> = sizes
            .iter()
            .map(|(documents, deleted)| {
                index
                    .new_segment_meta(SegmentId::generate_random(), *documents)
                    .with_delete_meta(*deleted, 1)
            })
            .collect();
        FewSegments
            .compute_merge_candidates(&segments)
            .iter()
            .map(|candidate| candidate.0.len())
            .collect()
    }

    #[test]
    fn small_segments_gather_and_the_large_one_is_rewritten_rarely() {
        let nothing = Vec::<usize>::new();
        for (sizes, expected) in [
            (&[][..], &nothing),
            (&[(100, 0)], &nothing),
            (&[(100, 20)], &nothing),
            (&[(100, 21)], &vec![1]),
            (&[(100, 0), (1, 0), (1, 0), (1, 0), (1, 0)], &nothing),
            (
                &[(100, 0), (1, 0), (1, 0), (1, 0), (1, 0), (1, 0)],
                &vec![5],
            ),
            (
                &[(100, 0), (5, 0), (5, 0), (5, 0), (5, 0), (5, 0)],
                &vec![6],
            ),
            (&[(100, 30), (5, 0)], &vec![2]),
        ] {
            assert_eq!(&merged(sizes), expected, "{sizes:?}");
        }
    }
}
