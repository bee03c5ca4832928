//! A list of somebody's is loaded: sorted out, told, done again without harm, and published as it was.

use std::collections::BTreeMap;
use std::path::Path;

use annuaire::domain::distinguished_name::OperatorDn;
use annuaire::domain::error::{TRUST_LIST_INVALID, TRUST_LIST_OUTDATED};
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::trust_list::{TrustEntry, TrustList};
use annuaire::service::trust_space::{Counted, ImportedList, TrustSpace};
use annuaire::trust::sign::Signer;
use annuaire::trust::verify_at::VerifyAt;
use annuaire::trust::xml::{Limits, Pin, read_signed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::keys::signer;
use super::publishing::{Publishing, with_key};
use super::resigned::resigned;
use crate::support::skip;

pub(super) const GENERATED_AT: OffsetDateTime = datetime!(2026-10-01 02:00:00 UTC);

pub(super) fn entry(mail_domain: &str, dn: &str, day: i64) -> TrustEntry {
    TrustEntry {
        mail_domain: MailDomainName::parse(mail_domain).unwrap(),
        description: format!("Domaine {mail_domain}"),
        operator_dn: OperatorDn::parse(dn).unwrap(),
        responsible_contact: "01 10 10 10 10 resp@fictif.invalid".to_owned(),
        support_contact: "01 20 20 20 20 aide@fictif.invalid".to_owned(),
        updated_at: GENERATED_AT - Duration::days(100 - day),
    }
}

pub(super) const FIRST: &str = "CN=m1,OU=1330781345,O=Hôpital fictif,C=FR";
const SHOUTED: &str = "CN=m1,OU=1330781345,O=HÔPITAL FICTIF,C=FR";
pub(super) const QUOTED: &str = "CN=m2,OU=10B0078671,O=C.H. FICTIF,C=FR";

/// The quirks of the published list, of fictional people.
pub(super) fn list() -> TrustList {
    let mut odd = entry("z-double.fr", FIRST, 2);
    "Plus récent".clone_into(&mut odd.description);
    "Un autre".clone_into(&mut odd.support_contact);
    TrustList {
        generated_at: GENERATED_AT,
        entries: vec![
            entry("z-a.fr", FIRST, 1),
            entry("z-b.fr", SHOUTED, 1),
            entry("z-c.fr", QUOTED, 1),
            entry("z-d.fr", QUOTED, 1),
            entry("z-double.fr", FIRST, 1),
            odd,
            entry("z-e.fr", "CN=m3,O=Sans Numéro,C=FR", 1),
            entry("z-f.fr", "CN=m4,O=SANS  NUMERO,C=FR", 1),
            entry("z-f.fr", FIRST, 1),
        ],
    }
}

fn pin(which: usize) -> Pin {
    Pin::Certificate(signer(which).certificate().to_vec())
}

pub(super) async fn import(fixture: &Publishing, list: &TrustList) -> ImportedList {
    // One of two equal names is written as Java does it.
    let java = (
        "</Description>\n            <DNCertificatOperateur>CN=m2,OU=10B0078671,O=C.H. FICTIF,C=FR",
        "</Description>\n            <DNCertificatOperateur>CN=m2,OU=10B0078671,O=\"C.H. FICTIF\",C=FR",
    );
    let xml = resigned(list, &*signer(1), &[java]);
    let space = &fixture.space;
    space
        .import_list(
            &fixture.anne,
            &fixture.bruno,
            xml,
            pin(1),
            VerifyAt::ListTime,
        )
        .await
        .unwrap()
}

pub(super) fn counted(listed: u64, added: u64, updated: u64) -> Counted {
    Counted {
        listed,
        added,
        updated,
    }
}

/// The entries of the newest list by their key.
async fn published(space: &TrustSpace) -> BTreeMap<(String, OperatorDn), TrustEntry> {
    let newest = space.list_versions(None, 1).await.unwrap().remove(0);
    let xml = space
        .list_files(newest.sequence)
        .await
        .unwrap()
        .xml()
        .unwrap();
    let read = read_signed(&xml, &[pin(0)], VerifyAt::ListTime, &Limits::default()).unwrap();
    by_key(&read.list)
}

/// Entries by their key; of several the latest, of equals the first.
fn by_key(list: &TrustList) -> BTreeMap<(String, OperatorDn), TrustEntry> {
    let mut entries: Vec<&TrustEntry> = list.entries.iter().rev().collect();
    entries.sort_by_key(|entry| entry.updated_at);
    let pair = |entry: &TrustEntry| (entry.mail_domain.to_string(), entry.operator_dn.clone());
    entries
        .into_iter()
        .map(|entry| (pair(entry), entry.clone()))
        .collect()
}

#[test]
fn a_list_becomes_operators_domains_and_names_and_is_published_as_it_was() {
    with_key(async |fixture| {
        fixture.sql("delete from binding").await;
        let imported = import(&fixture, &list()).await;
        assert_eq!(imported.entries, 9);
        assert_eq!(imported.operators, counted(3, 3, 0));
        assert_eq!(imported.names, counted(5, 5, 0));
        assert_eq!(imported.mail_domains, counted(7, 7, 0));
        assert_eq!(imported.pairs, counted(8, 8, 0));
        let oddities = imported.oddities;
        let doubled: Vec<_> = oddities
            .doubled
            .iter()
            .map(|it| (it.mail_domain.as_str(), it.times))
            .collect();
        assert_eq!(doubled, [("z-double.fr", 2)]);
        let respelled: Vec<_> = oddities
            .respelled
            .iter()
            .map(|it| (it.written.as_str(), it.entries))
            .collect();
        assert_eq!(respelled, [(QUOTED, 2)]);
        assert_eq!(oddities.same_names, [[SHOUTED, FIRST]]);
        assert_eq!(
            oddities.same_operators,
            [
                ["Hôpital fictif", "HÔPITAL FICTIF"],
                ["Sans Numéro", "SANS  NUMERO"]
            ]
        );
        let numbers: Vec<(Option<String>, String)> = sqlx::query_as(
            "select number, state from operator where id > 2 order by number nulls last",
        )
        .fetch_all(fixture.pool())
        .await
        .unwrap();
        let active = |number: Option<&str>| (number.map(str::to_owned), "active".to_owned());
        assert_eq!(
            numbers,
            [
                active(Some("10B0078671")),
                active(Some("1330781345")),
                active(None)
            ]
        );
        let events: i64 = sqlx::query_scalar("select count(*) from registry_event where action in ('operator.imported', 'certificate.imported')")
            .fetch_one(fixture.pool())
            .await
            .unwrap();
        assert_eq!(events, 8);

        fixture.publish().await;
        assert_eq!(published(&fixture.space).await, by_key(&list()));
    });
}

#[test]
fn a_list_is_imported_again_and_only_what_is_newer_is_taken() {
    with_key(async |fixture| {
        import(&fixture, &list()).await;
        let again = import(&fixture, &list()).await;
        assert_eq!(again.operators, counted(3, 0, 0));
        assert_eq!(again.names, counted(5, 0, 0));
        assert_eq!(again.mail_domains, counted(7, 0, 0));
        assert_eq!(again.pairs, counted(8, 0, 0));

        // What administrators did meanwhile stands: nobody comes back by an import.
        fixture
            .sql("update certificate set state = 'suspended' where dn like 'CN=m2,%'")
            .await;
        let mut newer = list();
        newer.generated_at += Duration::DAY;
        newer.entries[0].description = "Corrigé".to_owned();
        newer.entries[0].updated_at += Duration::days(50);
        newer.entries[1].description = "Sans nouvelle date".to_owned();
        let third = import(&fixture, &newer).await;
        assert_eq!(third.pairs, counted(8, 0, 1));
        fixture.publish().await;
        let published = published(&fixture.space).await;
        let found =
            |name: &str, dn| published.get(&(name.to_owned(), OperatorDn::parse(dn).unwrap()));
        assert_eq!(found("z-a.fr", FIRST).unwrap().description, "Corrigé");
        assert_eq!(
            found("z-b.fr", SHOUTED).unwrap().description,
            "Domaine z-b.fr"
        );
        assert_eq!(found("z-c.fr", QUOTED), None);

        let xml = resigned(&list(), &*signer(1), &[]);
        let space = &fixture.space;
        let older = space
            .import_list(
                &fixture.anne,
                &fixture.bruno,
                xml,
                pin(1),
                VerifyAt::ListTime,
            )
            .await;
        assert_eq!(older.unwrap_err().code, &TRUST_LIST_OUTDATED);
    });
}

#[test]
fn a_list_of_another_signer_or_another_time_changes_nothing() {
    with_key(async |fixture| {
        let xml = resigned(&list(), &*signer(1), &[]);
        let mut torn = xml.clone();
        torn.truncate(xml.len() / 2);
        let late = VerifyAt::At(datetime!(2030-01-01 00:00:00 UTC));
        for (bytes, pin, at) in [
            (xml.clone(), pin(0), VerifyAt::ListTime),
            (xml, pin(1), late),
            (torn, pin(1), VerifyAt::ListTime),
            (Vec::new(), pin(1), VerifyAt::ListTime),
        ] {
            let refused = fixture
                .space
                .import_list(&fixture.anne, &fixture.bruno, bytes, pin, at)
                .await;
            assert_eq!(refused.unwrap_err().code, &TRUST_LIST_INVALID);
        }
        let auditor = fixture
            .space
            .import_list(
                &fixture.anne,
                &fixture.claire,
                Vec::new(),
                pin(1),
                VerifyAt::ListTime,
            )
            .await;
        assert_eq!(auditor.unwrap_err().code.code, "administrator.role");
        let alone = fixture
            .space
            .import_list(
                &fixture.anne,
                &fixture.anne,
                resigned(&list(), &*signer(1), &[]),
                pin(1),
                VerifyAt::ListTime,
            )
            .await;
        assert_eq!(alone.unwrap_err().code.code, "approval.own");
        let operators: i64 = sqlx::query_scalar("select count(*) from operator")
            .fetch_one(fixture.pool())
            .await
            .unwrap();
        assert_eq!(operators, 2);
    });
}

#[test]
fn names_are_those_of_certificates_that_are_registered() {
    with_key(async |fixture| {
        // The operator has sent its certificate before the list came.
        fixture
            .sql("insert into operator (legal_name, number, state, state_since, created_at) values ('Hôpital fictif', '1330781345', 'active', '2026-01-01', '2026-01-01');
                insert into certificate (operator_id, dn, match_key, der, sha256, not_before, not_after, state, state_since, created_at)
                values (3, 'CN=m1,OU=1330781345,O=Hôpital fictif,C=FR', 'cn=m1', 'x', sha256('x'), '2026-01-01', '2028-01-01', 'active', '2026-01-01', '2026-01-01')")
            .await;
        let key = OperatorDn::parse(FIRST).unwrap().match_key();
        sqlx::query("update certificate set match_key = $1 where id = 3")
            .bind(key)
            .execute(fixture.pool())
            .await
            .unwrap();
        let imported = import(&fixture, &list()).await;
        assert_eq!(imported.operators, counted(3, 2, 0));
        // Both spellings of its name mean it.
        assert_eq!(imported.names, counted(5, 3, 0));
        let bound: i64 =
            sqlx::query_scalar("select count(*) from binding where certificate_id = 3")
                .fetch_one(fixture.pool())
                .await
                .unwrap();
        assert_eq!(bound, 4);
    });
}

#[test]
fn the_real_list_is_imported_and_published_with_the_same_entries() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/trust-list/listeblanchemssante-2025-02-28.xml");
    let Ok(xml) = std::fs::read(&file) else {
        return skip("the real list is not here");
    };
    // A pin taken from the file proves that nothing was changed, not who signed.
    let text = std::str::from_utf8(&xml).unwrap();
    let (_, rest) = text.split_once("<X509Certificate>").unwrap();
    let (certificate, _) = rest.split_once("</X509Certificate>").unwrap();
    let certificate = certificate.replace("&#13;", "").replace('\n', "");
    let pin = Pin::Certificate(STANDARD.decode(certificate).unwrap());
    let read = read_signed(
        &xml,
        std::slice::from_ref(&pin),
        VerifyAt::ListTime,
        &Limits::default(),
    )
    .unwrap();
    with_key(async |fixture| {
        fixture.sql("delete from binding").await;
        let imported = fixture
            .space
            .import_list(&fixture.anne, &fixture.bruno, xml, pin, VerifyAt::ListTime)
            .await
            .unwrap();
        assert_eq!(imported.entries, 6_494);
        assert_eq!(imported.mail_domains, counted(4_944, 4_944, 0));
        let expected = by_key(&read.list);
        assert_eq!(
            imported.pairs.listed,
            u64::try_from(expected.len()).unwrap()
        );
        let more: usize = imported
            .oddities
            .doubled
            .iter()
            .map(|it| it.times - 1)
            .sum();
        assert_eq!(imported.entries - more, expected.len());
        fixture.publish().await;
        let published = published(&fixture.space).await;
        for (pair, entry) in &expected {
            assert_eq!(published.get(pair), Some(entry));
        }
        assert_eq!(published.len(), expected.len());
    });
}
