//! The same files again, the next day's, and what the gate refuses.

use annuaire::domain::import::ImportState;

use crate::support::database::with_database;
use crate::support::importing::Import;
use crate::support::published::{
    Publisher, Row, activity, national_id, person, personal_mailbox, skill,
};
use crate::support::tables::{everything, number, open_rows, texts};

const MONDAY: &str = "202601050300";
const TUESDAY: &str = "202601060300";
const WEDNESDAY: &str = "202601070300";

fn people(numbers: std::ops::RangeInclusive<u32>) -> Vec<Row> {
    numbers.map(person).collect()
}

#[test]
fn files_applied_already_change_nothing() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let file = files.activities(MONDAY, &[activity(1, 1)]);
        Import::rpps([file.clone()]).applied(pool).await;
        let before = everything(pool).await;
        let again = Import::rpps([file.clone()]).run(pool).await.unwrap();
        assert_eq!(again.state, ImportState::AlreadyApplied);
        let renamed = files.raw(
            "PS_LibreAcces_Personne_activite_202601060300.txt",
            std::fs::read(&file).unwrap(),
        );
        let again = Import::rpps([renamed]).run(pool).await.unwrap();
        assert_eq!(again.state, ImportState::AlreadyApplied);
        assert_eq!(everything(pool).await, before);
        assert_eq!(
            texts(pool, "select state from import order by id").await,
            ["applied", "already_applied", "already_applied"]
        );
    });
}

#[test]
fn the_same_rows_in_another_order_touch_nothing() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let mut rows = vec![
            activity(1, 1),
            activity(1, 2),
            activity(2, 1),
            activity(2, 1),
        ];
        Import::rpps([files.activities(MONDAY, &rows)])
            .applied(pool)
            .await;
        let before = everything(pool).await;
        rows.reverse();
        let report = Import::rpps([files.activities(TUESDAY, &rows)])
            .applied(pool)
            .await;
        assert_eq!(report.documents_touched, 0);
        for (table, entity) in &report.entities {
            assert_eq!(
                (entity.added, entity.changed, entity.removed),
                (0, 0, 0),
                "{table}"
            );
            assert_eq!(entity.unchanged, entity.before, "{table}");
        }
        let after = everything(pool).await;
        // The feed says that an import was applied, and names no document.
        let new: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
        assert_eq!(new, ["3practitioner{}", "3"]);
    });
}

#[test]
fn the_next_day_adds_changes_closes_and_later_reopens() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        Import::rpps([files.activities(MONDAY, &people(1..=40))])
            .applied(pool)
            .await;
        let mut rows = people(2..=41);
        rows[0] = person(2).with("Nom d'exercice", "MARIÉE");
        let report = Import::rpps([files.activities(TUESDAY, &rows)])
            .applied(pool)
            .await;
        let entity = &report.entities["practitioner"];
        assert_eq!(
            (
                entity.before,
                entity.added,
                entity.changed,
                entity.removed,
                entity.unchanged
            ),
            (40, 1, 1, 1, 38)
        );
        assert_eq!(entity.examples["added"], [national_id(41)]);
        assert_eq!(entity.examples["changed"], [national_id(2)]);
        assert_eq!(entity.examples["removed"], [national_id(1)]);
        assert_eq!(report.documents_touched, 3);
        let closed =
            "select national_id || ' ' || closed_on from practitioner where closed_on is not null";
        assert_eq!(
            texts(pool, closed).await,
            [format!("{} 2026-01-06", national_id(1))]
        );

        let report = Import::rpps([files.activities(WEDNESDAY, &people(1..=41))])
            .applied(pool)
            .await;
        let entity = &report.entities["practitioner"];
        assert_eq!(
            (entity.before, entity.added, entity.changed, entity.removed),
            (40, 1, 1, 0)
        );
        assert_eq!(texts(pool, closed).await, [""; 0]);
        assert_eq!(number(pool, "select count(*) from practitioner").await, 41);
    });
}

#[test]
fn twenty_examples_of_each_are_enough() {
    with_database(async |database| {
        let file = Publisher::new().activities(MONDAY, &people(1..=30));
        let report = Import::rpps([file]).applied(&database.pool).await;
        let expected: Vec<_> = (1..=20).map(national_id).collect();
        assert_eq!(report.entities["practitioner"].examples["added"], expected);
        let stored = number(
            &database.pool,
            "select jsonb_array_length(report #> '{entities,practitioner,examples,added}')::bigint from import",
        )
        .await;
        assert_eq!(stored, 20);
    });
}

#[test]
fn an_older_file_is_refused_naming_both() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        Import::rpps([files.activities(TUESDAY, &people(1..=2))])
            .applied(pool)
            .await;
        let before = everything(pool).await;
        let older = files.activities(MONDAY, &people(1..=3));
        let report = Import::rpps([older.clone()]).run(pool).await.unwrap();
        assert_eq!(report.state, ImportState::Refused);
        let text = report.message;
        for named in [MONDAY, TUESDAY] {
            assert!(text.contains(named), "{text}");
        }
        assert_eq!(everything(pool).await, before);
        assert_eq!(
            texts(
                pool,
                "select state || ': ' || message from import order by id desc limit 1"
            )
            .await,
            [format!("refused: {text}")]
        );
        Import::rpps([older]).force().applied(pool).await;
        assert_eq!(open_rows(pool, "practitioner").await, 3);
    });
}

#[test]
fn a_file_that_lost_too_much_is_refused_with_its_figures() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        Import::rpps([files.activities(MONDAY, &people(1..=40))])
            .applied(pool)
            .await;
        let before = everything(pool).await;
        let short = files.activities(TUESDAY, &people(1..=37));
        let report = Import::rpps([short.clone()]).run(pool).await.unwrap();
        assert_eq!(report.state, ImportState::Refused);
        let text = report.message;
        assert!(text.contains("3 of 40 practitioner rows (7.5 %)"), "{text}");
        assert!(text.contains("3 of 40 practice rows (7.5 %)"), "{text}");
        assert!(text.contains("at most 5 %"), "{text}");
        assert_eq!(everything(pool).await, before);
        // The report of a refused import is kept: it is what the operator decides by.
        assert_eq!(
            number(pool, "select (report #>> '{entities,practitioner,removed}')::bigint from import where state = 'refused'").await,
            3
        );
        Import::rpps([short]).force().applied(pool).await;
        assert_eq!(open_rows(pool, "practitioner").await, 37);
    });
}

#[test]
fn a_dry_run_reports_and_changes_nothing() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        Import::rpps([files.activities(MONDAY, &people(1..=40))])
            .applied(pool)
            .await;
        let before = everything(pool).await;
        let next = files.activities(TUESDAY, &people(2..=42));
        let report = Import::rpps([next.clone()])
            .dry_run()
            .run(pool)
            .await
            .unwrap();
        assert_eq!(report.state, ImportState::DryRun);
        let entity = &report.entities["practitioner"];
        assert_eq!((entity.added, entity.removed), (2, 1));
        assert_eq!(report.feed_position, None);
        assert_eq!(everything(pool).await, before);
        // It does not count as applied.
        let report = Import::rpps([next]).applied(pool).await;
        assert_eq!(report.entities["practitioner"].added, 2);
    });
}

#[test]
fn a_file_speaks_for_its_own_rows_only() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let with_skill = activity(1, 1)
            .with("Code type savoir-faire", "S")
            .with("Code savoir-faire", "SM54");
        Import::rpps([
            files.activities(MONDAY, std::slice::from_ref(&with_skill)),
            files.skills(MONDAY, &[skill(1, "S", "SM54"), skill(1, "CAPA", "CAPA06")]),
        ])
        .applied(pool)
        .await;
        let held = "select code || ' ' || origin from specialty where closed_on is null order by 1";
        assert_eq!(
            texts(pool, held).await,
            ["CAPA06 skill", "SM54 activity", "SM54 skill"]
        );

        let report = Import::rpps([files.skills(TUESDAY, &[skill(1, "S", "SM26")])])
            .force()
            .applied(pool)
            .await;
        assert_eq!(texts(pool, held).await, ["SM26 skill", "SM54 activity"]);
        assert_eq!(report.entities.keys().collect::<Vec<_>>(), ["specialty"]);
        assert_eq!(report.entities["specialty"].before, 2);

        let report = Import::rpps([files.activities(
            TUESDAY,
            &[activity(1, 1), with_skill.with("Code savoir-faire", "SM02")],
        )])
        .force()
        .applied(pool)
        .await;
        assert_eq!(texts(pool, held).await, ["SM02 activity", "SM26 skill"]);
        assert!(!report.entities.contains_key("diploma"));
        // Mailboxes are another extract altogether.
        Import::mailboxes([files.mailboxes(MONDAY, &[personal_mailbox(1, "a@b.mssante.fr")])])
            .applied(pool)
            .await;
        assert_eq!(open_rows(pool, "role").await, 1);
    });
}
