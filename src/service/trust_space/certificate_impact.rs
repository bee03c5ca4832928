//! What an act on certificates would change in the list and for whom, counted before it is done.

use time::OffsetDateTime;

use crate::domain::approval::Impact;
use crate::domain::error::Failure;
use crate::storage::{Connection, bindings};

/// Which way the certificates go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Out of the list: what rests on them alone.
    Out,
    /// Into it: what they would add if their operator is, or becomes, active.
    In,
}

/// What comes or goes with these certificates. The sentence is about one certificate; who counts
/// for an operator writes another.
pub(super) async fn impact_of_certificates(
    truth: &mut Connection,
    certificates: &[i64],
    direction: Direction,
    now: OffsetDateTime,
) -> Result<Impact, Failure> {
    let standing = match direction {
        Direction::Out => bindings::standing(truth, certificates, now).await?,
        Direction::In => bindings::bound(truth, certificates, now).await?,
    };
    let (entries, of_entries) = (grouped(standing.entries), grouped(standing.of_entries));
    let sentence = match direction {
        Direction::Out => {
            format!("this certificate stands behind {entries} of {of_entries} entries")
        }
        Direction::In => format!("this certificate adds {entries} to {of_entries} entries"),
    };
    Ok(Impact {
        mail_domains: standing.mail_domains,
        mailboxes: standing.mailboxes,
        entries: standing.entries,
        of_entries: standing.of_entries,
        sentence,
    })
}

/// A figure with its thousands set apart: 2,742.
pub(super) fn grouped(figure: u64) -> String {
    let digits = figure.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped_by_thousands() {
        for (figure, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (2_742, "2,742"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(figure), text);
        }
    }
}
