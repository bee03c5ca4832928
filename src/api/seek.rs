//! Pages of the records of the trust space: read from the truth by seeking past the last key, so that
//! nothing is counted and nothing is skipped over.

use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::problem::Problem;
use crate::domain::error::{CURSOR_INVALID, Failure};

/// One page of records.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Records<T> {
    /// Those of this page.
    pub(super) items: Vec<T>,
    /// What to give as `cursor`, all other parameters being the same, to get the page that
    /// follows; null on the last page.
    #[schema(required = true)]
    pub(super) next: Option<String>,
}

impl<T> Records<T> {
    /// All of them: there is no other page.
    pub(super) fn all(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page of at most `limit` items out of one more than that, and where the next one begins.
    pub(super) fn page<R>(
        list: &'static str,
        mut found: Vec<R>,
        limit: usize,
        key: impl Fn(&R) -> String,
    ) -> Self
    where
        T: From<R>,
    {
        let more = found.len() > limit;
        found.truncate(limit);
        Self::before(list, found, |last| more.then(|| key(last)))
    }

    /// A page whose last item knows whether another page follows, and after which key.
    pub(super) fn before<R>(
        list: &'static str,
        found: Vec<R>,
        next: impl FnOnce(&R) -> Option<String>,
    ) -> Self
    where
        T: From<R>,
    {
        let next = found.last().and_then(next).map(|key| encode(list, &key));
        Self {
            items: found.into_iter().map(T::from).collect(),
            next,
        }
    }
}

/// A page as an answer, with the next one as a `Link` header too.
pub(super) fn records<T: Serialize>(page: &Records<T>, uri: &Uri) -> Result<Response, Problem> {
    let mut response = answer::told(page)?;
    if let Some(next) = &page.next
        && let Ok(link) = HeaderValue::try_from(answer::next_link(uri, next))
    {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// How many to ask the truth for: one more than is shown tells whether there is another page.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).map_or(i64::MAX, |limit| limit.saturating_add(1))
}

/// The opaque text given to callers: it belongs to the list of this name.
fn encode(list: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}:{key}"))
}

/// The key after which a page of the list of this name begins.
pub(super) fn after<K: std::str::FromStr>(
    list: &str,
    cursor: Option<&str>,
) -> Result<Option<K>, Failure> {
    cursor
        .map(|cursor| {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            text.strip_prefix(list)?.strip_prefix(':')?.parse().ok()
        })
        .map(|key| {
            key.ok_or_else(|| {
                Failure::new(
                    &CURSOR_INVALID,
                    "The cursor is not one of this list: pass on `next` of a page as it is.",
                )
            })
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_page_has_no_next() {
        let page = |found: Vec<i64>| Records::<i64>::page("x", found, 2, ToString::to_string);
        assert_eq!(page(vec![1, 2]).next, None);
        assert_eq!(page(vec![]).next, None);
        let first = page(vec![1, 2, 3]);
        assert_eq!(first.items, [1, 2]);
        let next = first.next.unwrap();
        assert_eq!(after("x", Some(&next)).unwrap(), Some(2_i64));
        let foreign = after::<i64>("y", Some(&next)).unwrap_err();
        assert_eq!(foreign.code, &CURSOR_INVALID);
        assert_eq!(after::<i64>("x", None).unwrap(), None);
    }

    proptest! {
        #[test]
        fn any_cursor_is_read_or_refused(text: String) {
            let _read = after::<i64>("operators", Some(&text));
        }

        #[test]
        fn any_key_survives(key: String) {
            prop_assert_eq!(after("m", Some(&encode("m", &key))).unwrap(), Some(key));
        }
    }
}
