//! The gate between comparing and applying: what an import must not do unasked.

use std::fmt;

use time::PrimitiveDateTime;

use crate::storage::Entity;
use crate::storage::merge::Difference;

/// The largest share of roles or attachments that one import may replace. A day replaces less than
/// one in a hundred; most of them at once is a column that moved, not a country that did.
const MAX_REPLACED_SHARE: f64 = 0.5;

/// Whether the gate may refuse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GatePolicy {
    /// Refuse an older file and pass over one that is applied already; refuse one that removes more than this share of an entity (0 to 1).
    Refuse {
        /// The largest share that may vanish.
        max_removed_share: f64,
    },
    /// Let everything pass: `--force`.
    Force,
}

/// Why the gate refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Too much would vanish.
    TooManyRemoved {
        /// Every entity that loses too much: name, rows that would go, rows before.
        entities: Vec<(&'static str, i64, i64)>,
        /// The largest share allowed.
        max_removed_share: f64,
    },
    /// Most of what is known by its content alone would be replaced.
    TooManyReplaced {
        /// Every entity: name, rows that would go, rows before.
        entities: Vec<(&'static str, i64, i64)>,
    },
    /// The file is older than the one applied last.
    Older {
        /// The file given.
        file: String,
        /// When it was published.
        published: PrimitiveDateTime,
        /// The file applied last.
        applied: String,
        /// When that was published.
        applied_published: PrimitiveDateTime,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyRemoved {
                entities,
                max_removed_share,
            } => write!(
                f,
                "it would remove {}, and at most {} % may go",
                figures(entities),
                max_removed_share * 100.0
            ),
            Self::TooManyReplaced { entities } => write!(
                f,
                "it would replace {}, and at most {} % may be at once",
                figures(entities),
                MAX_REPLACED_SHARE * 100.0
            ),
            Self::Older {
                file,
                published,
                applied,
                applied_published,
            } => write!(
                f,
                "{file} of {published} is older than {applied} of {applied_published}, which is applied"
            ),
        }
    }
}

/// Entities with their figures, as people read them.
fn figures(entities: &[(&str, i64, i64)]) -> String {
    let figures: Vec<String> = entities
        .iter()
        .map(|(name, rows, before)| {
            format!(
                "{rows} of {before} {name} rows ({} %)",
                percent(*rows, *before)
            )
        })
        .collect();
    figures.join(", ")
}

/// Share in percent, to one decimal.
fn percent(part: i64, whole: i64) -> String {
    let thousandths = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

/// Rows that are lost: for entities that are known by their content alone a changed row is one gone
/// and one new, so only the net loss counts here, and what was replaced has a limit of its own.
fn lost(entity: &Entity, difference: &Difference) -> i64 {
    if entity.is_known_by_content() {
        (difference.removed - difference.added).max(0)
    } else {
        difference.removed
    }
}

impl GatePolicy {
    /// Refuses where too much would vanish.
    pub(super) fn check_removals(
        self,
        differences: &[(&'static Entity, Difference)],
    ) -> Result<(), Refusal> {
        let Self::Refuse { max_removed_share } = self else {
            return Ok(());
        };
        let entities = exceeding(differences, max_removed_share, lost);
        if !entities.is_empty() {
            return Err(Refusal::TooManyRemoved {
                entities,
                max_removed_share,
            });
        }
        let entities = exceeding(differences, MAX_REPLACED_SHARE, |entity, difference| {
            if entity.is_known_by_content() {
                difference.removed
            } else {
                0
            }
        });
        if !entities.is_empty() {
            return Err(Refusal::TooManyReplaced { entities });
        }
        Ok(())
    }

    /// Refuses a file older than the one applied last.
    pub(super) fn check_age(
        self,
        (file, published): (&str, PrimitiveDateTime),
        last: Option<(&str, PrimitiveDateTime)>,
    ) -> Result<(), Refusal> {
        match (self, last) {
            (Self::Refuse { .. }, Some((applied, applied_published)))
                if published < applied_published =>
            {
                Err(Refusal::Older {
                    file: file.to_owned(),
                    published,
                    applied: applied.to_owned(),
                    applied_published,
                })
            }
            (Self::Refuse { .. } | Self::Force, _) => Ok(()),
        }
    }
}

/// Entities of which more than a share of the rows before is counted: name, rows counted, rows before.
fn exceeding(
    differences: &[(&'static Entity, Difference)],
    share: f64,
    count: impl Fn(&Entity, &Difference) -> i64,
) -> Vec<(&'static str, i64, i64)> {
    differences
        .iter()
        .map(|(entity, difference)| (entity.name, count(entity, difference), difference.before))
        .filter(|(_, counted, before)| exceeds(*counted, *before, share))
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "row counts are far below 2^52"
)]
fn exceeds(lost: i64, before: i64, share: f64) -> bool {
    lost as f64 > before as f64 * share
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const REFUSE: GatePolicy = GatePolicy::Refuse {
        max_removed_share: 0.05,
    };

    fn difference(before: i64, added: i64, removed: i64) -> Difference {
        Difference {
            before,
            staged: before + added - removed,
            added,
            changed: 0,
            removed,
        }
    }

    #[test]
    fn more_than_the_share_is_refused_with_its_figures() {
        let people = Entity::named("practitioner").unwrap();
        let roles = Entity::named("role").unwrap();
        for (entity, found, refused) in [
            (people, difference(100, 0, 5), false),
            (people, difference(100, 0, 6), true),
            (people, difference(100, 50, 6), true),
            (people, difference(0, 10, 0), false),
            (roles, difference(100, 50, 50), false),
            (roles, difference(100, 51, 51), true),
            (roles, difference(100, 10, 16), true),
        ] {
            let result = REFUSE.check_removals(&[(entity, found)]);
            assert_eq!(result.is_err(), refused, "{} {found:?}", entity.name);
            assert_eq!(GatePolicy::Force.check_removals(&[(entity, found)]), Ok(()));
        }
        let refusal = REFUSE
            .check_removals(&[(people, difference(200, 0, 15))])
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "it would remove 15 of 200 practitioner rows (7.5 %), and at most 5 % may go"
        );
        let refusal = REFUSE
            .check_removals(&[(roles, difference(200, 195, 195))])
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "it would replace 195 of 200 role rows (97.5 %), and at most 50 % may be at once"
        );
    }

    #[test]
    fn an_older_file_is_refused_unless_forced() {
        let (monday, tuesday) = (datetime!(2026-01-05 03:00), datetime!(2026-01-06 03:00));
        assert!(
            REFUSE
                .check_age(("a", monday), Some(("b", tuesday)))
                .is_err()
        );
        assert!(
            REFUSE
                .check_age(("a", tuesday), Some(("b", tuesday)))
                .is_ok()
        );
        assert!(REFUSE.check_age(("a", monday), None).is_ok());
        assert!(
            GatePolicy::Force
                .check_age(("a", monday), Some(("b", tuesday)))
                .is_ok()
        );
    }
}
