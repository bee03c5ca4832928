//! What an act would change, counted from the registry and the directory before it is done.

use annuaire::domain::act::Act;
use annuaire::domain::approval::Impact;
use annuaire::domain::error::{CERTIFICATE_NOT_FOUND, OPERATOR_NOT_FOUND};
use annuaire::domain::onboarding::OperatorState;

use super::council::{moved, moving, pending, refused};
use super::registered::{Registered, with_registered};

/// Operator 1 with two entries, operator 2 with one; mailboxes on `a` and `c`, one of them unlisted
/// and one closed.
async fn populated(registry: &Registered) {
    registry
        .add_by_name(1, "CN=un,C=FR", &["a.mssante.fr", "b.mssante.fr"])
        .await;
    registry
        .add_by_name(2, "CN=deux,C=FR", &["c.mssante.fr"])
        .await;
    sqlx::raw_sql(
        "insert into mailbox (address, kind, accepts_paperless, unlisted, flags, digest, closed_on, import_id)
        select address, 'ORG', false, unlisted, '', gen_random_uuid(), closed_on::date, 1
        from (values
            ('un@a.mssante.fr', false, null),
            ('deux@a.mssante.fr', false, null),
            ('secret@a.mssante.fr', true, null),
            ('clos@a.mssante.fr', false, '2026-01-01'),
            ('un@c.mssante.fr', false, null)
        ) as box (address, unlisted, closed_on)",
    )
    .execute(&registry.pool)
    .await
    .unwrap();
}

fn counts(impact: &Impact) -> (u64, u64, u64, u64) {
    (
        impact.mail_domains,
        impact.mailboxes,
        impact.entries,
        impact.of_entries,
    )
}

#[test]
fn what_leaves_and_what_comes_is_counted() {
    with_registered(async |registry| {
        populated(&registry).await;
        let space = &registry.space;
        let preview = async |act| space.preview(&act).await.unwrap();
        let out = preview(moving(1, OperatorState::Suspended)).await;
        assert_eq!(counts(&out), (2, 2, 2, 3));
        assert_eq!(
            out.sentence,
            "This operator stands behind 2 of 3 entries, which leave the list: 2 mail domains with \
             2 mailboxes."
        );
        let certificate = preview(Act::SuspendCertificate { certificate: 2 }).await;
        assert_eq!(
            certificate.sentence,
            "This certificate stands behind 1 of 3 entries, which leave the list: 1 mail domain with \
             1 mailbox."
        );
        // Nothing was done.
        assert_eq!(registry.standing().await.len(), 3);
        moved(&registry, 1, OperatorState::Suspended).await;
        let back = preview(moving(1, OperatorState::Active)).await;
        assert_eq!(counts(&back), (2, 2, 2, 1));
        assert_eq!(
            back.sentence,
            "This operator brings 2 entries into the list, beside 1 entry that it would have: 2 mail \
             domains with 2 mailboxes."
        );
        let quiet = preview(moving(1, OperatorState::Withdrawn)).await;
        assert_eq!(
            quiet.sentence,
            "This operator changes nothing in the list, which would have 1 entry."
        );
        let list = preview(Act::PublishTrustList {
            after: 41,
            removes: 1_200,
            removed: None,
        })
        .await;
        assert_eq!(
            list.sentence,
            "This list removes 1,200 entries of list 41; it would have 1 entry."
        );
        refused(
            space.preview(&moving(99, OperatorState::Active)).await,
            &OPERATOR_NOT_FOUND,
        );
        let nobody = Act::SuspendCertificate { certificate: 99 };
        refused(space.preview(&nobody).await, &CERTIFICATE_NOT_FOUND);
    });
}

#[test]
fn who_agrees_reads_what_was_counted_when_it_was_asked_for() {
    with_registered(async |registry| {
        populated(&registry).await;
        let space = &registry.space;
        let waiting = pending(space, &registry.anne, moving(1, OperatorState::Revoked)).await;
        moved(&registry, 2, OperatorState::Suspended).await;
        let read = space.approval(waiting.id).await.unwrap();
        assert_eq!(read.impact, waiting.impact);
        assert_eq!(counts(&read.impact), (2, 2, 2, 3));
    });
}
