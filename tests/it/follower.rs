//! A node follows the truth: from nothing, from day to day, while the database is away, and after it.

use std::sync::Arc;
use std::time::Duration;

use annuaire::domain::cursor::Cursor;
use annuaire::domain::feed::FeedPosition;
use annuaire::domain::ids::NationalId;
use annuaire::domain::mailbox::MailAddress;
use annuaire::domain::query::{
    MailboxFilter, OrganizationFilter, Page, PractitionerFilter, Search,
};
use annuaire::search::{
    FollowerStatus, ReadModel, SearchError, SearchOptions, Snapshot, follower, rebuild,
};
use annuaire::storage::changes;
use annuaire::storage::embedded::Embedded;
use annuaire_importers::synthetic::Country;
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::support::database::{block_on, server_options, with_database};
use crate::support::importing::{Import, NOW};
use crate::support::published::{
    Publisher, activity, national_id, person, personal_mailbox, structure_id, structure_mailbox,
};
use crate::support::scratch;

const MONDAY: &str = "202601050300";
const TUESDAY: &str = "202601060300";

/// A read model that follows until it is stopped.
struct Node {
    model: ReadModel,
    cancel: CancellationToken,
    follower: JoinHandle<Result<(), SearchError>>,
}

impl Node {
    fn start(pool: &PgPool) -> Self {
        Self::following(new_model(), pool)
    }

    fn following(model: ReadModel, pool: &PgPool) -> Self {
        let cancel = CancellationToken::new();
        Self {
            follower: tokio::spawn(follower::follow(
                model.clone(),
                pool.clone(),
                cancel.clone(),
            )),
            model,
            cancel,
        }
    }

    /// Waits until everything that the feed holds now is served.
    async fn caught_up(&self, pool: &PgPool) -> Arc<Snapshot> {
        let head = head(pool).await;
        self.until(|status| status.position == Some(head)).await;
        self.model.current().unwrap()
    }

    async fn until(&self, holds: impl Fn(&FollowerStatus) -> bool) -> FollowerStatus {
        let waited = timeout(Duration::from_mins(1), async {
            loop {
                let status = self.model.status();
                if holds(&status) {
                    return status;
                }
                sleep(Duration::from_millis(10)).await;
            }
        });
        waited.await.unwrap_or_else(|_| {
            panic!("the node did not get there: {:?}", self.model.status());
        })
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.follower.await.unwrap().unwrap();
    }
}

fn new_model() -> ReadModel {
    let options = SearchOptions {
        writer_memory: 0, // the least that works
        ..SearchOptions::default()
    };
    ReadModel::open(&scratch::directory("index"), options, Arc::new(NOW)).unwrap()
}

async fn head(pool: &PgPool) -> FeedPosition {
    let mut connection = pool.acquire().await.unwrap();
    changes::head(&mut connection).await.unwrap()
}

fn mail(address: &str) -> MailAddress {
    MailAddress::parse(address).unwrap()
}

fn id(n: u32) -> NationalId {
    NationalId::parse(&national_id(n)).unwrap()
}

/// Every document of a snapshot, kind by kind and page by page.
fn everything(snapshot: &Snapshot) -> Vec<String> {
    let mut all = walk(PractitionerFilter::All(Vec::new()), |search| {
        snapshot.practitioners(search)
    });
    all.extend(walk(OrganizationFilter::All(Vec::new()), |search| {
        snapshot.organizations(search)
    }));
    all.extend(walk(MailboxFilter::All(Vec::new()), |search| {
        snapshot.mailboxes(search)
    }));
    let counts = snapshot.counts();
    assert_eq!(u64::try_from(all.len()).unwrap(), counts.documents());
    all
}

fn walk<F: Clone, T: std::fmt::Debug>(
    filter: F,
    ask: impl Fn(&Search<F>) -> Result<Page<T>, SearchError>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let search = Search {
            filter: filter.clone(),
            limit: 100,
            after,
        };
        let page = ask(&search).unwrap();
        found.extend(page.items.iter().map(|item| format!("{item:?}")));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

#[test]
fn a_new_node_loads_what_is_there_and_follows_from_day_to_day() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let monday = [activity(1, 1), activity(2, 1), person(3)];
        Import::rpps([files.activities(MONDAY, &monday)])
            .applied(pool)
            .await;
        let boxes = [
            personal_mailbox(1, "un@fictif.mssante.fr"),
            personal_mailbox(2, "deux@fictif.mssante.fr"),
            personal_mailbox(3, "trois@fictif.mssante.fr"),
            structure_mailbox(1, "cabinet@fictif.mssante.fr"),
        ];
        Import::mailboxes([files.mailboxes(MONDAY, &boxes)])
            .applied(pool)
            .await;

        let node = Node::start(pool);
        let snapshot = node.caught_up(pool).await;
        let counts = snapshot.counts();
        assert_eq!(
            (counts.practitioners, counts.organizations, counts.mailboxes),
            (3, 1, 4)
        );
        assert!(snapshot.recipient(&mail("un@fictif.mssante.fr")).is_some());
        let one = snapshot.practitioner(&id(1)).unwrap().unwrap();
        assert_eq!(one.mailboxes.len(), 1);
        let site = one.roles[0].organization.as_ref().unwrap();
        assert_eq!(site.id.as_str(), structure_id(1));

        let tuesday = [
            activity(1, 1).with("Nom d'exercice", "NOUVEAU"),
            activity(2, 1),
            activity(4, 1),
        ];
        Import::rpps([files.activities(TUESDAY, &tuesday)])
            .force()
            .applied(pool)
            .await;
        let boxes = [
            personal_mailbox(1, "autre@fictif.mssante.fr"),
            personal_mailbox(2, "deux@fictif.mssante.fr"),
            structure_mailbox(1, "cabinet@fictif.mssante.fr"),
        ];
        Import::mailboxes([files.mailboxes(TUESDAY, &boxes)])
            .force()
            .applied(pool)
            .await;
        let snapshot = node.caught_up(pool).await;
        assert_eq!(
            snapshot.practitioner(&id(1)).unwrap().unwrap().family,
            "NOUVEAU"
        );
        assert_eq!(snapshot.practitioner(&id(3)).unwrap(), None);
        assert!(snapshot.practitioner(&id(4)).unwrap().is_some());
        assert_eq!(snapshot.recipient(&mail("un@fictif.mssante.fr")), None);
        assert!(
            snapshot
                .recipient(&mail("autre@fictif.mssante.fr"))
                .is_some()
        );
        assert_eq!(snapshot.counts().mailboxes, 3);

        let status = node.until(|status| status.imports.len() == 4).await;
        assert!(status.connected);
        assert_eq!((status.rebuild, status.last_error), (None, None));
        assert_eq!(status.checked_at, Some(NOW.0));
        node.stop().await;
    });
}

#[test]
fn a_node_that_followed_holds_what_a_rebuilt_one_holds() {
    with_database(async |database| {
        let pool = &database.pool;
        let node = Node::start(pool);
        node.caught_up(pool).await;
        for day in 0..4 {
            let country = Country {
                professionals: 400,
                seed: 7,
                day,
                churn: 0.2,
            };
            let written = country
                .write(&scratch::directory("country"), &mut |_| {})
                .unwrap();
            let mut files: Vec<_> = written.files.into_iter().map(|file| file.path).collect();
            let mailboxes = files.pop().unwrap();
            Import::rpps(files).force().applied(pool).await;
            Import::mailboxes([mailboxes]).force().applied(pool).await;
            let followed = node.caught_up(pool).await;

            let other = new_model();
            rebuild(&other, pool, &CancellationToken::new())
                .await
                .unwrap();
            let rebuilt = other.current().unwrap();
            assert_eq!(followed.position(), rebuilt.position());
            let (followed, rebuilt) = (everything(&followed), everything(&rebuilt));
            assert!(followed.len() > 500, "{}", followed.len());
            assert_eq!(followed.len(), rebuilt.len(), "day {day}");
            for (followed, rebuilt) in followed.iter().zip(&rebuilt) {
                assert_eq!(followed, rebuilt, "day {day}");
            }
        }
        node.stop().await;
    });
}

#[test]
fn a_node_ahead_of_the_truth_takes_it_for_another_one() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        Import::rpps([files.activities(MONDAY, &[activity(1, 1)])])
            .applied(pool)
            .await;
        let model = new_model();
        let begun = model.rebuild().unwrap();
        begun.finish(FeedPosition(999), &Vec::new()).unwrap();
        let node = Node::following(model, pool);
        let snapshot = node.caught_up(pool).await;
        assert_eq!(snapshot.counts().practitioners, 1);
        node.stop().await;
    });
}

#[test]
fn one_row_that_makes_no_sense_does_not_keep_a_node_from_the_others() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        let people = [activity(1, 1), activity(2, 1), person(3)];
        Import::rpps([files.activities(MONDAY, &people)])
            .applied(pool)
            .await;
        let boxes = [
            personal_mailbox(1, "un@fictif.mssante.fr"),
            personal_mailbox(2, "deux@fictif.mssante.fr"),
            personal_mailbox(3, "trois@fictif.mssante.fr"),
        ];
        Import::mailboxes([files.mailboxes(MONDAY, &boxes)])
            .applied(pool)
            .await;
        let counts = |snapshot: &Snapshot| {
            let counts = snapshot.counts();
            (counts.practitioners, counts.mailboxes)
        };

        // When the index is built: the mailbox is left out, and who has it.
        set_kind(pool, "deux@fictif.mssante.fr", "NONSENSE").await;
        let node = Node::start(pool);
        let snapshot = node.caught_up(pool).await;
        assert_eq!(counts(&snapshot), (2, 2));
        assert!(
            snapshot
                .recipient(&mail("trois@fictif.mssante.fr"))
                .is_some()
        );
        let status = node.until(|status| status.checked_at.is_some()).await;
        assert_eq!((status.left_out, status.last_error), (2, None));

        // When it is kept up to date: what is repaired is there again.
        set_kind(pool, "deux@fictif.mssante.fr", "PER").await;
        changed(pool, "deux@fictif.mssante.fr", 2).await;
        assert_eq!(counts(&*node.caught_up(pool).await), (3, 3));
        assert_eq!(node.model.status().left_out, 0);

        set_kind(pool, "un@fictif.mssante.fr", "NONSENSE").await;
        changed(pool, "un@fictif.mssante.fr", 1).await;
        assert_eq!(counts(&*node.caught_up(pool).await), (2, 2));
        assert_eq!(node.model.status().left_out, 2);
        node.stop().await;
    });
}

async fn set_kind(pool: &PgPool, address: &str, kind: &str) {
    sqlx::query("update mailbox set kind = $2 where address = $1")
        .bind(address)
        .bind(kind)
        .execute(pool)
        .await
        .unwrap();
}

/// Says in the feed that a mailbox changed, and the person who has it.
async fn changed(pool: &PgPool, address: &str, n: u32) {
    sqlx::query(
        "with head as (update feed_head set position = position + 2 returning position)
        insert into feed (position, kind, keys, import_id)
        select position - 1, 'mailbox', array[$1], 1 from head
        union all
        select position, 'practitioner', array[$2], 1 from head",
    )
    .bind(address)
    .bind(national_id(n))
    .execute(pool)
    .await
    .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    changes::wake(&mut connection).await.unwrap();
}

#[test]
fn a_rebuild_that_is_cancelled_says_so_and_changes_nothing() {
    with_database(async |database| {
        let pool = &database.pool;
        let files = Publisher::new();
        Import::rpps([files.activities(MONDAY, &[activity(1, 1)])])
            .applied(pool)
            .await;
        let model = new_model();
        let cancelled = CancellationToken::new();
        cancelled.cancel();
        assert!(matches!(
            rebuild(&model, pool, &cancelled).await,
            Err(SearchError::Cancelled)
        ));
        assert!(model.current().is_none());
        assert_eq!(model.status().rebuild, None);
    });
}

#[test]
fn look_ups_go_on_while_the_database_is_away() {
    let data_dir = scratch::directory("away");
    block_on(async {
        let server = Embedded::start(server_options(&data_dir)).await.unwrap();
        let pool = PgPoolOptions::new()
            .acquire_timeout(Duration::from_secs(1))
            .connect_with(server.connect_options())
            .await
            .unwrap();
        annuaire::storage::migrate(&pool).await.unwrap();
        let files = Publisher::new();
        Import::rpps([files.activities(MONDAY, &[activity(1, 1)])])
            .applied(&pool)
            .await;
        let node = Node::start(&pool);
        node.caught_up(&pool).await;
        node.until(|status| status.connected).await;

        server.stop().await.unwrap();
        let status = node.until(|status| !status.connected).await;
        let error = status.last_error.unwrap();
        assert_eq!(error, "the database does not answer");
        let snapshot = node.model.current().unwrap();
        assert!(snapshot.practitioner(&id(1)).unwrap().is_some());

        let server = Embedded::start(server_options(&data_dir)).await.unwrap();
        node.until(|status| status.connected && status.last_error.is_none())
            .await;
        let tuesday = [activity(1, 1), activity(2, 1)];
        Import::rpps([files.activities(TUESDAY, &tuesday)])
            .applied(&pool)
            .await;
        let snapshot = node.caught_up(&pool).await;
        assert!(snapshot.practitioner(&id(2)).unwrap().is_some());
        node.stop().await;
        pool.close().await;
        server.stop().await.unwrap();
    });
}
