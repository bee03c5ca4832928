//! What must hold when files, neighbours or upgrades are not what one hopes for.

use annuaire::domain::import::{ImportState, Source};
use annuaire::ingest::{Event, ImportError};
use annuaire::storage::{StorageError, imports};
use sqlx::PgPool;

use crate::support::database::{block_on, with_database};
use crate::support::importing::{Import, NOW, When};
use crate::support::published::{
    Publisher, activity, diploma, national_id, person, personal_mailbox, skill,
};
use crate::support::tables::{number, open_rows, texts};

const MONDAY: &str = "202601050300";
const TUESDAY: &str = "202601060300";

#[test]
fn an_import_that_lost_its_right_leaves_alone_what_the_next_one_staged() {
    with_database(async |database| {
        let pool = &database.pool;
        let options = database.options.clone();
        let end_lock = database
            .end_connections_where("pid in (select pid from pg_locks where locktype = 'advisory')");
        let meanwhile = When::new(
            |event: &Event<'_>| matches!(event, Event::Reading { .. }),
            move || {
                end_lock();
                block_on(async {
                    let pool = PgPool::connect_with(options).await.unwrap();
                    let mut lock = loop {
                        if let Some(lock) = imports::ImportLock::try_take(&pool).await.unwrap() {
                            break lock;
                        }
                    };
                    assert_eq!(lock.close_interrupted(NOW.0).await.unwrap(), 1);
                    let mut connection = pool.acquire().await.unwrap();
                    imports::begin(&mut connection, Source::Rpps, &[], None, NOW.0)
                        .await
                        .unwrap();
                    sqlx::query(
                        "insert into staging.mailbox values ('a@b', 'PER', true, false, '', $1)",
                    )
                    .bind(uuid::Uuid::nil())
                    .execute(&mut *connection)
                    .await
                    .unwrap();
                    lock.release().await.unwrap();
                });
            },
        );
        let file = Publisher::new().activities(MONDAY, &[activity(1, 1)]);
        let error = Import::rpps([file])
            .observed(meanwhile)
            .run(pool)
            .await
            .unwrap_err();
        assert!(
            matches!(error, ImportError::Storage(StorageError::Superseded)),
            "{error}"
        );
        assert_eq!(
            texts(pool, "select address from staging.mailbox").await,
            ["a@b"]
        );
        assert_eq!(number(pool, "select count(*) from practitioner").await, 0);
    });
}

#[test]
fn a_code_too_long_for_a_key_rejects_its_row_alone() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        // Text that does not compress: an index holds long texts compressed.
        let long: String = (0..4_000_u32)
            .filter_map(|n| char::from_u32(33 + n.wrapping_mul(2_654_435_761) % 90))
            .filter(|c| *c != '|')
            .collect();
        let report = Import::rpps([
            files.activities(
                MONDAY,
                &[
                    activity(1, 1),
                    activity(2, 1).with("Code profession", &long),
                    activity(3, 1).with("Code mode exercice", &long),
                    activity(4, 1).with("Libellé profession", &long),
                ],
            ),
            files.skills(MONDAY, &[skill(1, "S", "SM54"), skill(1, "S", &long)]),
            files.diplomas(MONDAY, &[diploma(1, "DE09"), diploma(1, &long)]),
        ])
        .applied(pool)
        .await;
        assert_eq!(report.rejected["value_too_long"], 4);
        assert_eq!(report.files[0].rejected["value_too_long"], 2);
        let examples: Vec<_> = report.files[0]
            .reject_examples
            .iter()
            .map(|reject| (reject.line, reject.code.as_str()))
            .collect();
        assert_eq!(examples, [(3, "value_too_long"), (4, "value_too_long")]);
        for (table, rows) in [("practitioner", 2), ("specialty", 1), ("diploma", 1)] {
            assert_eq!(open_rows(pool, table).await, rows, "{table}");
        }
        let labels = number(pool, "select max(length(label))::bigint from code_label").await;
        assert!(labels <= 1_000, "{labels}");
    });
}

#[test]
fn spellings_that_are_repeated_in_turn_are_staged_once_each() {
    with_database(async |database| {
        let rows: Vec<_> = (0..600)
            .map(|n| person(1).with("Nom d'exercice", ["DUPONT", "DUPOND", "DUPONS"][n % 3]))
            .collect();
        let report = Import::rpps([Publisher::new().activities(MONDAY, &rows)])
            .applied(&database.pool)
            .await;
        assert_eq!(report.entities["practitioner"].conflicting, 2);
        assert_eq!(report.files[0].duplicate_rows, 597);
    });
}

#[test]
fn the_same_file_forced_is_mapped_anew_and_its_flags_refreshed() {
    with_database(async |database| {
        let pool = &database.pool;
        let file = Publisher::new().activities(MONDAY, &[activity(1, 1), activity(2, 1)]);
        Import::rpps([file.clone()]).applied(pool).await;
        let report = Import::rpps([file.clone()]).force().applied(pool).await;
        assert_eq!(report.documents_touched, 0);
        // What an earlier version thought of these rows.
        for table in ["practitioner", "role"] {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "update {table} set flags = 'unknown_code' where national_id = $1"
            )))
            .bind(national_id(1))
            .execute(pool)
            .await
            .unwrap();
        }
        let report = Import::rpps([file]).force().applied(pool).await;
        for table in ["practitioner", "role"] {
            let entity = &report.entities[table];
            assert_eq!((entity.changed, entity.unchanged), (1, 1), "{table}");
            let flags = texts(pool, &format!("select distinct flags from {table}")).await;
            assert_eq!(flags, [""], "{table}");
        }
    });
}

#[test]
fn only_a_row_equal_in_every_column_is_a_copy() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let report = Import::rpps([
            files.activities(
                MONDAY,
                &[
                    activity(1, 1),
                    // Another value in a column that is no part of the activity.
                    activity(1, 1).with("Libellé profession", "MEDECIN"),
                    activity(2, 1),
                    activity(2, 1),
                ],
            ),
            files.skills(MONDAY, &[skill(1, "S", "SM54"), skill(1, "S", "SM54")]),
        ])
        .applied(pool)
        .await;
        let copies = "select copies::text from role order by national_id";
        assert_eq!(texts(pool, copies).await, ["1", "2"]);
        let duplicates: Vec<_> = report
            .files
            .iter()
            .map(|file| file.duplicate_rows)
            .collect();
        assert_eq!(duplicates, [1, 1]);

        let address = "a@b.mssante.fr";
        let rows = [
            personal_mailbox(1, address),
            personal_mailbox(1, "A@b.mssante.fr"),
            personal_mailbox(1, address),
        ];
        let report = Import::mailboxes([files.mailboxes(MONDAY, &rows)])
            .applied(pool)
            .await;
        assert_eq!(
            texts(pool, "select copies::text from attachment").await,
            ["2"]
        );
        assert_eq!(report.files[0].duplicate_rows, 1);
    });
}

#[test]
fn the_report_names_what_was_flagged_not_known_and_left_alone() {
    with_database(async |database| {
        let files = Publisher::new();
        let wrong = person(1)
            .with("Identifiant PP", "99000000011")
            .with("Identification nationale PP", "899000000011");
        let path = files.activities(
            MONDAY,
            &[wrong, activity(2, 1).with("Code mode exercice", "?")],
        );
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<String> = text
            .lines()
            .zip(["Humeur", "bonne", "bonne"])
            .map(|(line, more)| format!("{line}|{more}\n"))
            .collect();
        std::fs::write(&path, lines.concat()).unwrap();
        files.raw("LISEZMOI.txt", "bonjour");
        let report = Import::rpps([path.parent().unwrap().to_owned()])
            .applied(&database.pool)
            .await;
        assert_eq!(
            report.entities["practitioner"].flagged_examples["rpps_key"],
            ["899000000011"]
        );
        assert_eq!(
            report.entities["role"].flagged_examples["unknown_code"],
            [national_id(2)]
        );
        assert_eq!(report.files[0].unknown_columns, ["Humeur"]);
        let ignored: Vec<_> = report.ignored.iter().map(|file| &file.name).collect();
        assert_eq!(ignored.len(), 1);
        assert!(ignored[0].ends_with("LISEZMOI.txt"), "{ignored:?}");
    });
}

#[test]
fn a_file_that_replaces_most_activities_is_refused_though_nobody_is_missing() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let day = |mode: &str| -> Vec<_> {
            (1..=40)
                .map(|n| activity(n, 1).with("Code mode exercice", mode))
                .collect()
        };
        Import::rpps([files.activities(MONDAY, &day("L"))])
            .applied(pool)
            .await;
        let moved = files.activities(TUESDAY, &day("S"));
        let report = Import::rpps([moved.clone()]).run(pool).await.unwrap();
        assert_eq!(report.state, ImportState::Refused);
        assert!(
            report.message.contains("40 of 40 role rows (100.0 %)"),
            "{}",
            report.message
        );
        Import::rpps([moved]).force().applied(pool).await;
    });
}

/// Columns stand in the migrations and in `ENTITIES`; what one forgets the other must show.
#[test]
fn the_tables_have_the_columns_that_the_program_writes() {
    with_database(async |database| {
        for entity in annuaire::storage::ENTITIES {
            let mut written: Vec<&str> = entity.columns().collect();
            written.sort_unstable();
            for (schema, beside) in [("staging", "''"), ("public", "'closed_on', 'import_id'")] {
                let query = format!(
                    "select column_name::text from information_schema.columns
                    where table_schema = '{schema}' and table_name = '{}'
                        and column_name not in ({beside})
                    order by column_name collate \"C\"",
                    entity.name
                );
                let held = texts(&database.pool, &query).await;
                assert_eq!(held, written, "{schema}.{}", entity.name);
            }
        }
    });
}
