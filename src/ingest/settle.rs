//! What was staged against what is there: compare, gate, apply, in one transaction.

use annuaire_importers::{FileFormat, Input, SourceFile};

use super::ImportError;
use super::observe::Event;
use super::report::{EntityReport, Report};
use super::run::{Import, Mode};
use super::stage::{Staged, entities_of, origin_of};
use crate::domain::import::ImportState;
use crate::storage::merge::{self, Difference, Operation};
use crate::storage::{Connection, ENTITIES, Entity, StorageError, begin, changes, codes, imports};

/// Examples of each kind of change in the report.
const EXAMPLES: i64 = 20;

impl Import<'_> {
    /// Compares, gates and applies in one transaction; the report and the feed are part of it.
    pub(super) async fn settle(
        &mut self,
        connection: &mut Connection,
        input: &Input,
        staged: &Staged,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let mut transaction = begin(connection).await?;
        if !imports::hold_running(&mut transaction, report.import).await? {
            return Err(StorageError::Superseded.into());
        }
        let (entities, origins) = scope(input.files());
        let mut differences: Vec<(&'static Entity, Difference)> = Vec::new();
        for entity in entities {
            self.observer.observe(Event::Comparing {
                entity: entity.name,
            });
            let (difference, described) =
                compare(&mut transaction, entity, &origins, staged).await?;
            differences.push((entity, difference));
            report.entities.insert(entity.name.to_owned(), described);
        }
        self.seconds.end("compare");
        self.request
            .gate
            .check_removals(&differences)
            .map_err(ImportError::Refused)?;
        if self.request.mode == Mode::DryRun {
            report.state = ImportState::DryRun;
            "compared and, as asked, not applied".clone_into(&mut report.message);
            return Ok(());
        }
        self.apply(&mut transaction, &differences, staged, report)
            .await?;
        // A connection that breaks here leaves us without knowing whether the commit was done.
        transaction
            .commit()
            .await
            .map_err(|error| match StorageError::from(error) {
                StorageError::Unavailable(_) => ImportError::Uncertain {
                    import: report.import,
                },
                refusal => refusal.into(),
            })
    }

    async fn apply(
        &mut self,
        connection: &mut Connection,
        differences: &[(&'static Entity, Difference)],
        staged: &Staged,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let closed_on = report.source_time.date();
        for (entity, _) in differences {
            self.observer.observe(Event::Applying {
                entity: entity.name,
            });
            merge::apply(connection, entity, report.import, closed_on).await?;
        }
        report.labels_changed = codes::upsert(connection, &staged.summary.labels.winners()).await?;
        let entities: Vec<&Entity> = differences.iter().map(|(entity, _)| *entity).collect();
        report.documents_touched = merge::touch(connection, &entities).await?;
        report.state = ImportState::Applied;
        report.message = match report.documents_touched {
            0 => "applied: nothing had changed".to_owned(),
            touched => format!("applied: {touched} documents changed"),
        };
        let position = changes::append_touched(connection, report.import).await?;
        report.feed_position = Some(position.0);
        self.seconds.end("apply");
        self.close(connection, report).await?;
        Ok(())
    }
}

/// The entities these files are the truth of, in the order of the model, and the origins among them.
fn scope(files: &[SourceFile]) -> (Vec<&'static Entity>, Vec<&'static str>) {
    let formats: Vec<FileFormat> = files.iter().map(|file| file.format).collect();
    let entities = ENTITIES
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

async fn compare(
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
        described.flagged = lane
            .flagged
            .iter()
            .map(|(flag, count)| (flag.as_str().to_owned(), *count))
            .collect();
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
