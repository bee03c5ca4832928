//! The id under which a request is found again in the log.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderMap;

/// The header that carries the id, in both directions.
pub(super) const HEADER: &str = "x-request-id";

/// Longest id taken from a caller.
const MAX_BYTES: usize = 64;

/// Gives ids: a number drawn for this process, and a count.
#[derive(Debug)]
pub struct RequestIds {
    process: u64,
    count: AtomicU64,
}

impl RequestIds {
    /// Ids of a process that drew this number.
    pub const fn new(process: u64) -> Self {
        Self {
            process,
            count: AtomicU64::new(0),
        }
    }

    /// The caller's own id where it is fit for a log line, else a new one.
    pub(super) fn of(&self, headers: &HeaderMap) -> String {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
        match given {
            Some(id) if is_sane(id) => id.to_owned(),
            _ => {
                let count = self.count.fetch_add(1, Ordering::Relaxed);
                format!("{:016x}-{count:x}", self.process)
            }
        }
    }
}

fn is_sane(id: &str) -> bool {
    (1..=MAX_BYTES).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_sane_id_is_kept_and_any_other_replaced() {
        let ids = RequestIds::new(10);
        for (given, id) in [
            (Some("trace-1_a.B"), "trace-1_a.B"),
            (None, "000000000000000a-0"),
            (Some("two words"), "000000000000000a-1"),
            (Some(""), "000000000000000a-2"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(given) = given {
                headers.insert(HEADER, HeaderValue::from_static(given));
            }
            assert_eq!(ids.of(&headers), id);
        }
        assert!(!is_sane(&"x".repeat(65)));
    }
}
