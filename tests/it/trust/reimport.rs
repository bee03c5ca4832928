//! What an import leaves out, whom history names for it, and names of any length.

use annuaire::domain::mail_domain::MailDomainName;
use annuaire::service::trust_space::OutBy;
use time::Duration;

use super::list_import::{FIRST, QUOTED, counted, entry, import, list};
use super::publishing::{Publishing, with_key};

async fn texts(fixture: &Publishing, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query)
        .fetch_all(fixture.pool())
        .await
        .unwrap()
}

#[test]
fn what_was_put_out_here_does_not_come_back_and_is_told() {
    with_key(async |fixture| {
        import(&fixture, &list()).await;
        // The operator has sent its certificate, which was revoked since.
        fixture
            .sql("update certificate set der = 'x', sha256 = sha256('x'), not_before = '2026-01-01', not_after = '2028-01-01', state = 'revoked' where dn like 'CN=m2,%'")
            .await;
        let ids: Vec<i64> = sqlx::query_scalar(
            "select id from certificate where dn = $1 or dn like 'CN=m4,%' order by dn",
        )
        .bind(FIRST)
        .fetch_all(fixture.pool())
        .await
        .unwrap();
        let [first, fourth] = ids.try_into().unwrap();
        let domain = |name| MailDomainName::parse(name).unwrap();
        let (space, anne) = (&fixture.space, &fixture.anne);
        space
            .unbind(anne, &domain("z-a.fr"), first, "a test")
            .await
            .unwrap();
        let runner = space.certificate(fourth).await.unwrap().record.operator;
        space
            .release_mail_domain(anne, &domain("z-f.fr"), runner, "a test")
            .await
            .unwrap();
        let bound = "select mail_domain || ' ' || certificate_id from binding order by 1";
        let before = texts(&fixture, bound).await;

        let mut newer = list();
        newer.generated_at += Duration::DAY;
        let again = import(&fixture, &newer).await;
        assert_eq!(texts(&fixture, bound).await, before);
        assert_eq!(again.names, counted(5, 0, 0));
        assert_eq!(again.pairs, counted(8, 0, 0));
        let left_out: Vec<_> = again
            .left_out
            .iter()
            .map(|it| (it.mail_domain.as_str(), it.dn.as_str(), it.why))
            .collect();
        assert_eq!(
            left_out,
            [
                ("z-a.fr", FIRST, OutBy::Removal),
                ("z-c.fr", QUOTED, OutBy::Certificate),
                ("z-d.fr", QUOTED, OutBy::Certificate),
                ("z-f.fr", "CN=m4,O=SANS  NUMERO,C=FR", OutBy::Removal),
            ]
        );
        assert_eq!(
            texts(
                &fixture,
                "select detail ->> 'left_out' from registry_event
                where action = 'trust_list.imported' order by id"
            )
            .await,
            ["0", "4"]
        );

        // What is put back is brought up to date again.
        space
            .bind(anne, &domain("z-a.fr"), first, "a test")
            .await
            .unwrap();
        newer.generated_at += Duration::DAY;
        assert_eq!(import(&fixture, &newer).await.left_out.len(), 3);
    });
}

#[test]
fn another_spelling_of_a_name_on_hold_stays_out_too() {
    with_key(async |fixture| {
        import(&fixture, &list()).await;
        fixture
            .sql("update certificate set state = 'suspended' where dn like 'CN=m2,%'")
            .await;
        let respelled = QUOTED.replace("FICTIF", "Fictif");
        let mut newer = list();
        newer.generated_at += Duration::DAY;
        newer.entries.push(entry("z-g.fr", &respelled, 1));
        let again = import(&fixture, &newer).await;
        assert_eq!(again.names, counted(6, 0, 0));
        let left_out: Vec<_> = again
            .left_out
            .iter()
            .map(|it| (it.mail_domain.as_str(), it.why))
            .collect();
        assert_eq!(
            left_out,
            [
                ("z-c.fr", OutBy::Certificate),
                ("z-d.fr", OutBy::Certificate),
                ("z-g.fr", OutBy::Certificate),
            ]
        );
    });
}

#[test]
fn every_event_of_an_import_names_both_administrators() {
    with_key(async |fixture| {
        import(&fixture, &list()).await;
        assert_eq!(
            texts(
                &fixture,
                "select action || ' ' || actor || ' ' || approved_by::text || ' ' || count(*)
                from registry_event
                where reason like 'list of %'
                group by action, actor, approved_by
                order by action"
            )
            .await,
            [
                "certificate.imported anne {bruno} 5",
                "mail_domain.assigned anne {bruno} 8",
                "mail_domain.imported anne {bruno} 7",
                "operator.imported anne {bruno} 3",
                "trust_list.imported anne {bruno} 1",
            ]
        );
    });
}

#[test]
fn a_name_as_long_as_the_format_takes_is_kept() {
    with_key(async |fixture| {
        // Nothing that compresses.
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_digit((state >> 16) % 36, 36).unwrap()
        };
        let organization: String = (0..4_000).map(|_| noise()).collect();
        let mut long = list();
        let dn = format!("CN=m9,O={organization},C=FR");
        long.entries.push(entry("z-long.fr", &dn, 1));
        let imported = import(&fixture, &long).await;
        assert_eq!(imported.names, counted(6, 6, 0));
        long.generated_at += Duration::DAY;
        assert_eq!(import(&fixture, &long).await.names, counted(6, 0, 0));
    });
}
