//! What was staged against what is there: compare, gate, apply, in one transaction.

use annuaire_importers::Input;

use super::ImportError;
use super::compare::{compare, scope};
use super::observe::Event;
use super::report::Report;
use super::run::{Ended, Import, Mode};
use super::stage::Staged;
use crate::domain::import::ImportState;
use crate::storage::merge::{self, Difference};
use crate::storage::{Connection, Entity, StorageError, begin, bulk, changes, codes, imports};

impl Import<'_> {
    /// Compares, gates and applies in one transaction; the report and the feed are part of it.
    pub(super) async fn settle(
        &mut self,
        connection: &mut Connection,
        input: &Input,
        staged: &Staged,
        report: &mut Report,
    ) -> Result<(), Ended> {
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
        self.request.gate.check_removals(&differences)?;
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
                StorageError::Unavailable(_) => Ended::Failed(ImportError::Uncertain {
                    import: report.import,
                }),
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
        bulk::empty_staging(connection).await?;
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
