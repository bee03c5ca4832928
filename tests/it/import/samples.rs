//! The fictional samples, row by row.

use crate::support::database::with_database;
use crate::support::importing::Import;
use crate::support::published::samples;
use crate::support::skip;
use crate::support::tables::{number, texts};

#[test]
fn the_samples_arrive_whole() {
    let Some(samples) = samples() else {
        return skip("no ../shared/data/samples beside this checkout");
    };
    with_database(async |database| {
        let pool = &database.pool;
        let report = Import::rpps([samples.clone()]).applied(pool).await;
        assert_eq!(report.rejected.values().sum::<u64>(), 0);
        assert_eq!(report.entities["practitioner"].added, 4);
        assert_eq!(report.entities["organization"].added, 4);
        assert_eq!(report.entities["role"].added, 4);
        assert_eq!(report.entities["role"].copies, 1);
        Import::mailboxes([samples]).applied(pool).await;

        assert_eq!(
            texts(
                pool,
                "select concat_ws('|', national_id, civility, family, given) from practitioner order by 1"
            )
            .await,
            [
                "0990000001|MME|TEST ADELI|Zoé",
                "899000000010|MME|L'HÉRITIER-FICTIF|Éléonore",
                "899000000028|M|EXEMPLE|Jean-Fictif",
                "899000000036||SANSACTIVITE|Fictif",
            ]
        );
        assert_eq!(
            texts(
                pool,
                "select concat_ws('|', address, person_id, structure_id, service) from attachment order by 1"
            )
            .await,
            [
                "e.lheritier-fictif@ch-fictif.mssante.fr|899000000010|1770816478|CARDIOLOGIE",
                "eleonore.lheritier-fictif@medecin.mssante.fr|899000000010||",
                "secretariat.cardiologie@ch-fictif.mssante.fr||1770816478|Secrétariat \"cardio\" ; 2e étage",
                "secretariat.cardiologie@ch-fictif.mssante.fr||326130008100153|CARDIO SITE B",
            ]
        );
        assert_eq!(number(pool, "select count(*) from mailbox").await, 3);
        assert_eq!(
            texts(
                pool,
                "select legal_name from organization where legal_name like '%\"%'"
            )
            .await,
            ["CABINET \"LES TILLEULS\" DU DR L'HERITIER-FICTIF"]
        );
    });
}
