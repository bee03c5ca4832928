//! Asks other authorities ahead of need what they revoked, so that no decision waits for anybody. Any
//! number of nodes may do it: each source is asked by whichever comes first. What comes is checked before
//! it is kept, and nodes learn of it by the feed.

mod checking;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::checking::{Checks, Problem, Said, Taken};
use self::wanted::{Subjects, Wanted};
use crate::config::{self, revocation::Asking as Whether, trust::ProbedAddresses};
use crate::domain::clock::Clock;
use crate::domain::digest::Digest;
use crate::domain::error::{Failure, INTERNAL};
use crate::domain::revocation_source::{RevocationSource, next_after_failure, next_after_success};
use crate::remote::{Access, Client, Redirects, RemoteError, Roots};
use crate::storage::ocsp_answers::NewOcspAnswer;
use crate::storage::revocation_lists::NewRevocationList;
use crate::storage::{
    self, Pool, StorageError, changes, ocsp_answers, revocation_lists, revocation_sources,
};
use crate::telemetry::Metrics;
use crate::trust::chain::Anchors;
use crate::trust::probe::AddressPolicy;

/// How often the time is looked at.
const TICK: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Sources asked at the same time by one node.
const AT_ONCE: usize = 8;
/// Sources that one node takes at once.
const CLAIMED: i64 = 64;
/// How long paths are believed without being followed again: they end with their certificates.
const PLANNED_FOR: time::Duration = time::Duration::minutes(10);
/// Why the feed tells of it.
const FETCHED: &str = "revocation.fetched";

/// What asks other authorities.
pub struct Asking {
    pool: Pool,
    clock: Arc<dyn Clock>,
    settings: config::Revocation,
    anchors: Anchors,
    client: Client,
    checks: Checks,
    metrics: Metrics,
}

/// What one round brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Sources that were asked.
    pub asked: usize,
    /// Revocation lists and answers that are new.
    pub new: usize,
    /// Sources whose answer was refused.
    pub refused: usize,
    /// Sources that did not answer.
    pub failed: usize,
}

/// Whose revocation matters, as of one position in the feed.
struct Plan {
    position: i64,
    made_at: OffsetDateTime,
    subjects: Subjects,
}

impl Asking {
    /// What asks for the certificates of this database, as the settings say.
    pub fn new(
        pool: Pool,
        clock: Arc<dyn Clock>,
        settings: config::Revocation,
        clock_skew: Duration,
        anchors: Anchors,
        metrics: Metrics,
    ) -> Result<Self, RemoteError> {
        let client = Client::new(&Access {
            permits: match settings.addresses {
                ProbedAddresses::Public => |address| AddressPolicy::PublicOnly.permits(address),
                ProbedAddresses::Any => |address| AddressPolicy::Any.permits(address),
            },
            timeout: settings.timeout,
            redirects: Redirects::Few,
            // What is fetched is signed: who handed it over need not be believed, but is asked to prove
            // who it is all the same.
            roots: Roots::System,
            identity: None,
        })?;
        Ok(Self {
            checks: Checks {
                max_list: settings.max_crl.as_usize(),
                skew: time::Duration::try_from(clock_skew).unwrap_or(time::Duration::ZERO),
            },
            pool,
            clock,
            settings,
            anchors,
            client,
            metrics,
        })
    }

    /// Asks until cancelled; a database that is away is waited for.
    pub async fn keep(self, cancel: CancellationToken) {
        match self.settings.ask {
            Whether::Ahead => {}
            Whether::Never => return,
        }
        let mut plan = None;
        let mut pause = TICK;
        loop {
            let done = tokio::select! {
                () = cancel.cancelled() => return,
                done = self.round(&mut plan) => done,
            };
            match done {
                // What was due may be more than was taken.
                Ok(round) if round.asked > 0 => continue,
                Ok(_) => pause = TICK,
                Err(failure) => {
                    tracing::warn!(%failure, retry_in = ?pause, "other authorities were not asked");
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep(pause) => {}
            }
        }
    }

    /// Asks every source that is due, once.
    pub async fn ask_due(&self) -> Result<Round, Failure> {
        self.round(&mut None).await
    }

    async fn round(&self, plan: &mut Option<Plan>) -> Result<Round, Failure> {
        let now = self.clock.now();
        let mut truth = storage::acquire(&self.pool).await?;
        let plan = self.planned(&mut truth, plan, now).await?;
        let known = revocation_sources::all(&mut truth).await?;
        let wanted = plan.subjects.sources(&known, now);
        if !wanted.are(&known) {
            let (urls, kinds) = wanted.columns();
            revocation_sources::settle(&mut truth, &urls, &kinds, now).await?;
        }
        // Longer than a question may take to each of those that wait for one another here.
        let until = now + self.settings.timeout * 20 + Duration::from_mins(1);
        let due = revocation_sources::claim(&mut truth, now, until, CLAIMED).await?;
        drop(truth);
        if due.is_empty() {
            return Ok(Round::default());
        }
        let answers = self.ask(&wanted, due).await;
        self.keep_answers(answers).await
    }

    /// The plan in force: made anew where the trust space changed since, or it is old.
    async fn planned<'a>(
        &self,
        truth: &mut storage::Connection,
        plan: &'a mut Option<Plan>,
        now: OffsetDateTime,
    ) -> Result<&'a Plan, Failure> {
        let position = changes::head(truth).await?.0;
        let is_good =
            |plan: &Plan| plan.position == position && (now - plan.made_at).abs() < PLANNED_FOR;
        let good = plan.take().filter(is_good);
        let made = match good {
            Some(good) => good,
            None => {
                let chains = revocation_sources::certificates(truth, now).await?;
                let anchors = self.anchors.clone();
                let subjects =
                    tokio::task::spawn_blocking(move || Subjects::of(&chains, &anchors, now));
                Plan {
                    position,
                    made_at: now,
                    subjects: subjects
                        .await
                        .map_err(|error| Failure::new(&INTERNAL, error.to_string()))?,
                }
            }
        };
        Ok(plan.insert(made))
    }

    /// Asks these sources, a few at a time.
    async fn ask(
        &self,
        wanted: &Wanted,
        due: Vec<RevocationSource>,
    ) -> Vec<(RevocationSource, Said)> {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut asking = JoinSet::new();
        for source in due {
            let subjects = wanted.subjects(&source.url);
            let (client, checks) = (self.client.clone(), self.checks);
            let (clock, turns) = (Arc::clone(&self.clock), Arc::clone(&turns));
            asking.spawn(async move {
                // Never closed: the error cannot be.
                let _turn = turns.acquire_owned().await;
                let answer = checks
                    .ask(&client, &source, &subjects, clock.as_ref())
                    .await;
                (source, answer)
            });
        }
        let mut answers = Vec::new();
        while let Some(joined) = asking.join_next().await {
            match joined {
                Ok(answer) => answers.push(answer),
                Err(error) => tracing::error!(%error, "a question to an authority broke off"),
            }
        }
        answers
    }

    /// Keeps what was said and how each source stands; nodes are told where something is new.
    async fn keep_answers(&self, answers: Vec<(RevocationSource, Said)>) -> Result<Round, Failure> {
        let now = self.clock.now();
        let mut round = Round {
            asked: answers.len(),
            ..Round::default()
        };
        let mut connection = storage::acquire(&self.pool).await?;
        let mut truth = storage::begin(&mut connection).await?;
        let mut keys = Vec::new();
        for (mut source, said) in answers {
            source.tried_at = Some(now);
            let (new, problem) = take(&mut truth, &mut source, said, now).await?;
            round.new += new.len();
            let outcome = match &problem {
                None if new.is_empty() => "unchanged",
                None => "new",
                Some(Problem::Refused(_)) => {
                    round.refused += 1;
                    "refused"
                }
                Some(Problem::Failed(_)) => {
                    round.failed += 1;
                    "failed"
                }
            };
            self.metrics.revocation_source(source.kind, outcome);
            self.settle(&mut source, problem, now);
            revocation_sources::keep(&mut truth, &source).await?;
            keys.extend(new);
        }
        if !keys.is_empty() {
            changes::act_at(&mut truth, now).await?;
            changes::append_trust(&mut truth, FETCHED, &keys).await?;
        }
        storage::commit(truth).await?;
        Ok(round)
    }

    /// How a source stands now, and when it is asked next.
    fn settle(&self, source: &mut RevocationSource, problem: Option<Problem>, now: OffsetDateTime) {
        let Some(problem) = problem else {
            source.fetched_at = Some(now);
            source.failures = 0;
            source.refusals = 0;
            source.problem = None;
            let until = source.evidence.map_or(now, |span| span.until);
            source.next_try_at = next_after_success(now, until, self.every());
            return;
        };
        source.failures = source.failures.saturating_add(1);
        source.next_try_at =
            next_after_failure(now, source.failures, self.every(), scatter(source, now));
        if matches!(problem, Problem::Refused(_)) {
            source.refusals = source.refusals.saturating_add(1);
        }
        let problem = told(&problem);
        tracing::warn!(
            source.url,
            problem,
            source.failures,
            "an authority was asked in vain"
        );
        source.problem = Some(problem);
    }

    fn every(&self) -> time::Duration {
        time::Duration::try_from(self.settings.every).unwrap_or(time::Duration::HOUR)
    }
}

/// Keeps what a source said: the keys of what is new, and what is wrong with the rest.
async fn take(
    truth: &mut storage::Connection,
    source: &mut RevocationSource,
    said: Said,
    now: OffsetDateTime,
) -> Result<(Vec<String>, Option<Problem>), StorageError> {
    let Said { taken, mut problem } = said;
    let mut new = Vec::new();
    let mut spans = Vec::new();
    for one in taken {
        match one.follows(truth, &source.url).await? {
            Ok(()) => {
                spans.push(one.span());
                if keep(truth, &one, &source.url, now).await? {
                    new.push(one.key());
                }
            }
            Err(older) => {
                problem.get_or_insert(older);
            }
        }
    }
    // Where something is missing, what was there before ends first.
    if problem.is_none() {
        source.evidence = spans.into_iter().min_by_key(|span| span.until);
    }
    Ok((new, problem))
}

/// A problem in words for people: what others wrote may be long, and may be no text for a terminal.
fn told(problem: &Problem) -> String {
    const LONGEST: usize = 500;
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    problem
        .to_string()
        .chars()
        .map(plain)
        .take(LONGEST)
        .collect()
}

/// Keeps one; says whether it is new.
async fn keep(
    truth: &mut storage::Connection,
    taken: &Taken,
    source: &str,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    match taken {
        Taken::List(list) => {
            let new = NewRevocationList {
                issuer_spki_sha256: &list.issuer_spki_sha256,
                issuer_dn: &list.issuer_dn,
                number: &list.number,
                this_update: list.span.from,
                next_update: list.span.until,
                der: &list.der,
                sha256: &list.sha256,
                source,
                at,
            };
            revocation_lists::insert(truth, &new).await
        }
        Taken::Answer(answer) => {
            let new = NewOcspAnswer {
                certificate_sha256: &answer.certificate_sha256,
                this_update: answer.span.from,
                next_update: answer.span.until,
                der: &answer.der,
                sha256: &answer.sha256,
                source,
                at,
            };
            ocsp_answers::insert(truth, &new).await
        }
    }
}

/// A number that differs from source to source and from failure to failure.
fn scatter(source: &RevocationSource, now: OffsetDateTime) -> u64 {
    let moment = now.unix_timestamp_nanos().to_be_bytes();
    xxhash_rust::xxh3::xxh3_64(&[source.url.as_bytes(), &moment].concat())
}

/// The first digits of a digest, by which the feed names what it is about.
fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(16).collect()
}
