//! What becomes of rows: grouped, counted, flagged, rejected.

use annuaire::storage::imports;

use crate::support::database::with_database;
use crate::support::importing::Import;
use crate::support::published::{
    Publisher, activity, diploma, fixtures, national_id, person, personal_mailbox, skill,
    structure_id, structure_mailbox,
};
use crate::support::tables::{number, open_rows, texts};

const DAY: &str = "202601010300";

#[test]
fn rows_of_one_person_are_one_person() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let report = Import::rpps([
            files.activities(
                DAY,
                &[activity(1, 1), activity(1, 2), activity(2, 1), person(3)],
            ),
            files.skills(DAY, &[skill(1, "S", "SM54"), skill(1, "CAPA", "CAPA06")]),
            files.diplomas(DAY, &[diploma(1, "DE09"), diploma(1, "DE09")]),
        ])
        .applied(pool)
        .await;
        for (table, rows) in [
            ("practitioner", 3),
            ("practice", 3),
            ("organization", 2),
            ("role", 3),
            ("specialty", 2),
            ("diploma", 1),
        ] {
            assert_eq!(open_rows(pool, table).await, rows, "{table}");
            assert_eq!(report.entities[table].added, rows, "{table}");
            assert_eq!(report.entities[table].before, 0, "{table}");
        }
        assert_eq!(
            report.entities["organization"].examples["added"],
            [structure_id(1), structure_id(2)]
        );
    });
}

#[test]
fn an_activity_repeated_for_another_savoir_faire_is_no_copy() {
    with_database(async |database| {
        let pool = &database.pool;
        let with = |code| {
            activity(1, 1)
                .with("Code type savoir-faire", "S")
                .with("Code savoir-faire", code)
        };
        let rows = [
            with("SM54"),
            with("SM26"),
            with("SM54"),
            with("SM54"),
            activity(2, 1),
        ];
        let report = Import::rpps([Publisher::new().activities(DAY, &rows)])
            .applied(pool)
            .await;
        assert_eq!(
            texts(
                pool,
                "select national_id || ' ' || copies from role order by 1"
            )
            .await,
            [
                format!("{} 3", national_id(1)),
                format!("{} 1", national_id(2))
            ]
        );
        assert_eq!(report.entities["role"].copies, 2);
        assert_eq!(report.entities["specialty"].added, 2);
    });
}

#[test]
fn one_address_on_several_rows_is_one_mailbox_with_several_attachments() {
    with_database(async |database| {
        let pool = &database.pool;
        let rows = [
            structure_mailbox(1, "accueil@ch.mssante.fr"),
            structure_mailbox(2, "Accueil@CH.mssante.fr"),
            structure_mailbox(2, "accueil@ch.mssante.fr"),
            structure_mailbox(2, "accueil@ch.mssante.fr"),
            personal_mailbox(1, "accueil@ch.mssante.fr")
                .with("Type de BAL", "ORG")
                .with("Dématérialisation", "N"),
        ];
        let report = Import::mailboxes([Publisher::new().mailboxes(DAY, &rows)])
            .applied(pool)
            .await;
        assert_eq!(open_rows(pool, "mailbox").await, 1);
        assert_eq!(
            texts(pool, "select copies::text from attachment order by 1").await,
            ["1", "1", "2"]
        );
        assert_eq!(report.entities["attachment"].copies, 1);
        assert_eq!(report.entities["mailbox"].conflicting, 0);
    });
}

#[test]
fn of_two_spellings_of_one_key_the_same_one_is_kept_whatever_their_order() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let spellings =
            ["DUPONT", "DUPOND", "DUPONS"].map(|name| person(1).with("Nom d'exercice", name));
        let report = Import::rpps([files.activities("202601010300", &spellings)])
            .applied(pool)
            .await;
        assert_eq!(report.entities["practitioner"].conflicting, 2);
        let kept = texts(pool, "select family from practitioner").await;
        let mut turned = spellings;
        for day in ["202601020300", "202601030300"] {
            turned.rotate_left(1);
            let report = Import::rpps([files.activities(day, &turned)])
                .applied(pool)
                .await;
            assert_eq!(report.documents_touched, 0);
            assert_eq!(texts(pool, "select family from practitioner").await, kept);
        }
    });
}

#[test]
fn quotes_and_backslashes_are_data() {
    with_database(async |database| {
        let pool = &database.pool;
        let odd = r#"\ "A" \N \. \\ ''; drop table role; -- $1 {a,b}"#;
        let rows: Vec<_> = (1..=50)
            .map(|n| {
                activity(n, n)
                    .with("Nom d'exercice", format!("{odd}{n}"))
                    .with("Raison sociale site", odd)
                    .with("Libellé Voie (coord. structure)", odd)
            })
            .collect();
        let files = Publisher::new();
        let published = files.activities(DAY, &rows);
        let in_file = std::fs::read_to_string(&published).unwrap();
        Import::rpps([published]).applied(pool).await;
        let stored = texts(
            pool,
            "select family from practitioner
            union all select legal_name from organization
            union all select address_lines from organization",
        )
        .await
        .concat();
        for special in ['"', '\\'] {
            let expected = in_file.matches(special).count();
            assert!(expected > 100);
            assert_eq!(stored.matches(special).count(), expected, "{special}");
        }
        assert_eq!(stored.matches(odd).count(), 150);
    });
}

#[test]
fn what_is_odd_is_flagged_and_kept() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let rows = [
            person(1)
                .with("Identifiant PP", "99000000011")
                .with("Identification nationale PP", "899000000011"),
            activity(2, 1)
                .with("Téléphone (coord. structure)", "0000")
                .with("Code postal (coord. structure)", "GL"),
            activity(3, 2).with("Code mode exercice", "?"),
            activity(4, 3)
                .with("Identifiant technique de la structure", "")
                .with("Ancien identifiant de la structure", ""),
            activity(5, 4)
                .with("Numéro SIRET site", "12345678900000")
                .with("Numéro SIREN site", "123456789")
                .with("Numéro FINESS site", "123456789"),
        ];
        let report = Import::rpps([files.activities(DAY, &rows)])
            .applied(pool)
            .await;
        assert_eq!(open_rows(pool, "practitioner").await, 5);
        assert_eq!(report.entities["practitioner"].flagged["rpps_key"], 1);
        let organization = &report.entities["organization"].flagged;
        for flag in [
            "odd_phone",
            "odd_postal_code",
            "no_structure_id",
            "siret_key",
            "siren_key",
            "finess_key",
        ] {
            assert_eq!(organization.get(flag), Some(&1), "{flag}");
        }
        assert_eq!(report.entities["role"].flagged["unknown_code"], 1);
        assert_eq!(
            texts(pool, "select flags from practitioner where flags <> ''").await,
            ["rpps_key"]
        );

        let rows = [
            personal_mailbox(1, "a@elsewhere.example").with("Type de BAL", "XXX"),
            personal_mailbox(1, "b@ch.mssante.fr").with("Identification Structure", "9 / 9"),
        ];
        let report = Import::mailboxes([files.mailboxes(DAY, &rows)])
            .applied(pool)
            .await;
        let mailbox = &report.entities["mailbox"].flagged;
        assert_eq!(mailbox["foreign_domain"], 1);
        assert_eq!(mailbox["unknown_mailbox_kind"], 1);
        assert_eq!(report.entities["attachment"].flagged["odd_identifier"], 1);
    });
}

#[test]
fn rows_that_cannot_be_used_are_counted_and_kept() {
    with_database(async |database| {
        let pool = &database.pool;
        let mut connection = pool.acquire().await.unwrap();
        let report = Import::rpps([fixtures().join("rpps")]).applied(pool).await;
        let kept = imports::rejects(&mut connection, report.import)
            .await
            .unwrap()
            .unwrap();
        let counted: u64 = report.rejected.values().sum();
        assert_eq!(u64::try_from(kept.len()).unwrap(), counted);
        for code in [
            "field_count",
            "invalid_utf8",
            "nul_byte",
            "missing_person_id",
        ] {
            assert!(report.rejected[code] > 0, "{code}");
            assert!(kept.iter().any(|row| row.code == code), "{code}");
        }
        let damaged: Vec<_> = kept
            .iter()
            .filter(|row| row.code == "invalid_utf8")
            .collect();
        assert_eq!(damaged.len(), 1);
        assert_eq!(
            damaged[0].file,
            "PS_LibreAcces_Personne_activite_202601150310.txt"
        );
        assert_eq!(
            number(pool, "select rejected from import").await,
            i64::try_from(counted).unwrap()
        );

        let report = Import::mailboxes([fixtures().join("mssante")])
            .applied(pool)
            .await;
        assert_eq!(report.rejected["invalid_address"], 5);
        assert_eq!(report.rejected["field_count"], 1);
        let none = imports::rejects(&mut connection, report.import + 1).await;
        assert!(none.unwrap().is_none());
    });
}

#[test]
fn the_most_frequent_label_of_a_code_is_kept() {
    with_database(async |database| {
        let pool = &database.pool;
        let spelt = |n, label: &str| activity(n, n).with("Libellé profession", label);
        let files = Publisher::new();
        let label = "select label from code_label where system = 'TRE_G15' and code = '10'";
        let rows = [
            spelt(1, "MEDECIN"),
            spelt(2, "Médecin"),
            spelt(3, "Médecin"),
        ];
        let report = Import::rpps([files.activities("202601010300", &rows)])
            .applied(pool)
            .await;
        assert!(report.labels_changed > 0);
        let systems = texts(
            pool,
            "select distinct system from code_label where code = '10'",
        )
        .await;
        assert_eq!(systems.len(), 1, "{systems:?}");
        let label = label.replace("TRE_G15", &systems[0]);
        assert_eq!(texts(pool, &label).await, ["Médecin"]);
        // A change of labels alone is a change that readers must hear of.
        let head = number(pool, "select position from feed_head").await;
        let rows = [
            spelt(1, "MEDECIN"),
            spelt(2, "MEDECIN"),
            spelt(3, "Médecin"),
        ];
        let report = Import::rpps([files.activities("202601020300", &rows)])
            .applied(pool)
            .await;
        assert_eq!((report.labels_changed, report.documents_touched), (1, 0));
        assert_eq!(texts(pool, &label).await, ["MEDECIN"]);
        assert_eq!(
            number(pool, "select position from feed_head").await,
            head + 1
        );
    });
}
