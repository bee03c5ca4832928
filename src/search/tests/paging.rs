//! Pages: together they are the list, once, whatever index answers them.

use super::*;
use crate::domain::cursor::Cursor;
use crate::domain::query::MAX_LIMIT;

/// Sixty people: homonyms, near homonyms and others, so that scores and ranks tie.
fn crowd() -> Vec<Document> {
    let names: Vec<(&str, &str)> = [
        ("MARTIN", "Anne"),
        ("MARTIN", "Anne"),
        ("MARTIN-PETIT", "Anne"),
        ("MARTINE", "Anna"),
        ("MARTEN", "Anne"),
        ("ANNE", "Martin"),
    ]
    .into_iter()
    .cycle()
    .take(60)
    .collect();
    people(&names)
}

fn asked() -> PractitionerFilter {
    PractitionerFilter::Name("anne martin".to_owned())
}

/// Identifiers page by page; `between` runs after each page.
fn walk(
    fixture: &Fixture,
    filter: &PractitionerFilter,
    limit: usize,
    mut between: impl FnMut(usize),
) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after: Option<Cursor> = None;
    for page in 0.. {
        let search = Search {
            filter: filter.clone(),
            limit,
            after,
        };
        let found = fixture.snapshot().practitioners(&search).unwrap();
        assert!(found.items.len() <= limit);
        ids.extend(
            found
                .items
                .iter()
                .map(|hit| hit.item.national_id.to_string()),
        );
        let Some(next) = found.next else { break };
        assert_eq!(found.items.len(), limit, "a page before the last is full");
        // as callers have it
        after = Cursor::decode(&next.encode());
        between(page);
    }
    ids
}

#[test]
fn pages_of_any_size_make_the_whole_list_once() {
    let fixture = Fixture::of(&crowd());
    for filter in [asked(), PractitionerFilter::All(Vec::new())] {
        let whole = walk(&fixture, &filter, MAX_LIMIT, |_| {});
        assert_eq!(whole.len(), 60);
        for limit in [1, 7, 20, 59, 60] {
            assert_eq!(walk(&fixture, &filter, limit, |_| {}), whole, "{limit}");
        }
    }
}

#[test]
fn a_cursor_outlives_the_index_that_made_it() {
    let documents = crowd();
    let fixture = Fixture::of(&documents);
    let whole = walk(&fixture, &asked(), MAX_LIMIT, |_| {});
    // other people change every statistic of the index; the order of documents changes too
    let mut others = people(&[("PETIT", "Luc"); 200]);
    others.drain(..60);
    let paged = walk(&fixture, &asked(), 7, |page| {
        let mut all: Vec<Document> = documents.iter().chain(&others).cloned().collect();
        if page % 2 == 0 {
            all.reverse();
        }
        fixture.rebuild(i64::try_from(page).unwrap() + 2, &all);
    });
    assert_eq!(paged, whole);
}

#[test]
fn the_total_counts_all_pages_and_scores_never_rise() {
    let fixture = Fixture::of(&crowd());
    let first = Search {
        filter: asked(),
        limit: 10,
        after: None,
    };
    let one = fixture.snapshot().practitioners(&first).unwrap();
    let second = Search {
        after: one.next,
        ..first
    };
    let two = fixture.snapshot().practitioners(&second).unwrap();
    assert_eq!((one.total, two.total), (60, 60));
    let scores: Vec<u64> = one
        .items
        .iter()
        .chain(&two.items)
        .map(|hit| hit.score)
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert!(scores.iter().all(|score| *score > 0));
}

#[test]
fn a_cursor_of_another_search_is_refused() {
    let fixture = Fixture::of(&crowd());
    let search = |filter, after| Search {
        filter,
        limit: 5,
        after,
    };
    let page = fixture
        .snapshot()
        .practitioners(&search(asked(), None))
        .unwrap();
    assert!(page.next.is_some());
    let other = PractitionerFilter::Name("martin".to_owned());
    assert!(matches!(
        fixture.snapshot().practitioners(&search(other, page.next)),
        Err(SearchError::CursorMismatch)
    ));
    let other_kind = Search {
        filter: crate::domain::query::MailboxFilter::All(Vec::new()),
        limit: 5,
        after: page.next,
    };
    assert!(matches!(
        fixture.snapshot().mailboxes(&other_kind),
        Err(SearchError::CursorMismatch)
    ));
}

#[test]
fn the_last_page_says_so() {
    let fixture = Fixture::of(&crowd());
    let search = Search {
        filter: asked(),
        limit: 60,
        after: None,
    };
    assert_eq!(
        fixture.snapshot().practitioners(&search).unwrap().next,
        None
    );
}
