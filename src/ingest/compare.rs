//! What an import would change, table by table.

use annuaire_importers::{FileFormat, SourceFile};

use super::ImportError;
use super::report::EntityReport;
use super::stage::{Staged, entities_of, origin_of};
use crate::storage::merge::{self, Difference, Operation};
use crate::storage::{Connection, Entity};

/// Examples of each kind of change in the report.
const EXAMPLES: i64 = 20;

/// The entities these files are the truth of, in the order of the model, and the origins among them.
pub(super) fn scope(files: &[SourceFile]) -> (Vec<&'static Entity>, Vec<&'static str>) {
    let formats: Vec<FileFormat> = files.iter().map(|file| file.format).collect();
    let entities = crate::storage::ENTITIES
        .iter()
        .filter(|entity| {
            formats
                .iter()
                .any(|format| entities_of(*format).contains(&entity.name))
        })
        .collect();
    (
        entities,
        formats.into_iter().filter_map(origin_of).collect(),
    )
}

/// Compares what was staged of an entity with the truth.
pub(super) async fn compare(
    connection: &mut Connection,
    entity: &'static Entity,
    origins: &[&str],
    staged: &Staged,
) -> Result<(Difference, EntityReport), ImportError> {
    let mut described = EntityReport::default();
    if let Some(lane) = staged.summary.lanes.get(entity.name) {
        if lane.conflicts > 0 {
            described.conflicting = merge::keep_one_per_key(connection, entity).await?;
        }
        if !lane.copies.is_empty() {
            let extra = lane.copies.iter().map(|(digest, count)| (*digest, *count));
            merge::set_copies(connection, entity, extra).await?;
            described.copies = lane.copies.values().map(|extra| i64::from(*extra)).sum();
        }
        for (flag, flagged) in &lane.flagged {
            let name = flag.as_str().to_owned();
            described.flagged.insert(name.clone(), flagged.rows);
            let first = flagged.first.clone();
            described.flagged_examples.insert(name, first);
        }
    }
    let difference = merge::compare(connection, entity, origins).await?;
    described.before = difference.before;
    described.added = difference.added;
    described.changed = difference.changed;
    described.removed = difference.removed;
    described.unchanged = difference.unchanged();
    for (name, operation) in [
        ("added", Operation::Added),
        ("changed", Operation::Changed),
        ("removed", Operation::Removed),
    ] {
        let keys = merge::examples(connection, entity, operation, EXAMPLES).await?;
        if !keys.is_empty() {
            described.examples.insert(name.to_owned(), keys);
        }
    }
    Ok((difference, described))
}
