use std::time::Duration;

use tokio::task::JoinSet;

use super::*;
use crate::domain::admission::{Outcome, Role};
use crate::domain::onboarding::OperatorState;
use crate::service::admission::testing::{
    ACTIVE_DOMAIN, Hands, SUSPENDED_DOMAIN, active, install, state, suspended, unready,
};

struct Node {
    clock: Hands,
    deciding: Deciding,
}

impl Node {
    fn new(cached_decisions: usize, at_once: usize) -> Self {
        let clock = Hands::new();
        let admission = unready(Arc::new(clock.clone()), cached_decisions);
        install(&admission, state());
        Self {
            clock,
            deciding: Deciding::new(admission, Metrics::new(), at_once),
        }
    }

    async fn ask(&self, asked: Asked) -> Arc<Answer> {
        self.deciding.decide(asked).await.unwrap()
    }

    fn admission(&self) -> &Admission {
        &self.deciding.0.admission
    }
}

fn asked(chain: Vec<Vec<u8>>, mail_domain: &str) -> Asked {
    Asked {
        chain: chain.into(),
        mail_domain: MailDomainAsked::of(mail_domain),
        role: Role::SmtpClient,
        host: None,
        stapled: None,
    }
}

/// A chain that is none, different for each number.
fn nonsense(number: usize) -> Asked {
    asked(vec![number.to_be_bytes().to_vec()], ACTIVE_DOMAIN)
}

fn reasons(answer: &Arc<Answer>) -> Vec<&'static str> {
    let reasons = answer.decision.reasons.iter();
    reasons.map(|reason| reason.code()).collect()
}

#[tokio::test]
async fn an_admission_is_kept_until_its_end_and_not_longer() {
    let node = Node::new(100, 1);
    let question = || asked(active(), ACTIVE_DOMAIN);
    let first = node.ask(question()).await;
    assert_eq!(first.decision.verdict, Verdict::Admit, "{first:?}");
    assert_eq!(first.operator_name.as_deref(), Some("GRADES FICTIF"));
    let end = first.decision.valid_until.unwrap();
    node.clock
        .turn(end - first.decision.at - time::Duration::SECOND);
    assert!(Arc::ptr_eq(&first, &node.ask(question()).await));
    node.clock.turn(time::Duration::SECOND);
    let later = node.ask(question()).await;
    assert!(!Arc::ptr_eq(&first, &later));
    assert_eq!(reasons(&later), ["revocation.stale"]);
}

#[tokio::test]
async fn a_connection_that_is_decided_on_again_is_answered_from_what_is_kept() {
    let node = Node::new(100, 1);
    let question = Question {
        mail_domain: None,
        ..asked(active(), ACTIVE_DOMAIN).question()
    };
    let first = node.deciding.decide_here(&question);
    assert_eq!(*first, *node.admission().decide(&question));
    assert_eq!(first.verdict, Verdict::Admit);
    // A decision says when it was made.
    node.clock.turn(time::Duration::SECOND);
    assert_eq!(node.deciding.decide_here(&question).at, first.at);
    install(node.admission(), state());
    assert_ne!(node.deciding.decide_here(&question).at, first.at);
}

#[tokio::test]
async fn a_refusal_is_looked_at_again_soon() {
    let node = Node::new(100, 1);
    let question = || asked(suspended(), SUSPENDED_DOMAIN);
    let first = node.ask(question()).await;
    assert_eq!(reasons(&first), ["operator.suspended"]);
    node.clock.turn(time::Duration::SECOND);
    assert!(Arc::ptr_eq(&first, &node.ask(question()).await));
    node.clock.turn(time::Duration::SECOND);
    assert!(!Arc::ptr_eq(&first, &node.ask(question()).await));
}

#[tokio::test]
async fn nothing_is_kept_over_a_change_a_lost_lease_or_a_clock_that_went_back() {
    let node = Node::new(100, 1);
    let question = || asked(active(), ACTIVE_DOMAIN);
    let first = node.ask(question()).await;
    assert_eq!(first.decision.verdict, Verdict::Admit);

    // Whoever follows may install a state of the same number, such as one with a newer list.
    let mut changed = state();
    changed.operators[0].state = OperatorState::Suspended;
    install(node.admission(), changed);
    assert_eq!(reasons(&node.ask(question()).await), ["operator.suspended"]);
    install(node.admission(), state());
    let again = node.ask(question()).await;
    assert_eq!(again.decision.verdict, Verdict::Admit);

    // A little back is allowed, but what was decided later is not believed earlier.
    node.clock.turn(-time::Duration::SECOND);
    assert!(!Arc::ptr_eq(&again, &node.ask(question()).await));

    node.admission().distrust();
    assert_eq!(reasons(&node.ask(question()).await), ["node.lease_lost"]);
    node.clock.turn(-time::Duration::HOUR);
    assert_eq!(reasons(&node.ask(question()).await), ["node.clock_back"]);
}

#[tokio::test]
async fn a_node_that_knows_nothing_refuses() {
    let admission = unready(Arc::new(Hands::new()), 10);
    let deciding = Deciding::new(admission, Metrics::new(), 1);
    let answer = deciding.decide(asked(active(), ACTIVE_DOMAIN)).await;
    assert_eq!(reasons(&answer.unwrap()), ["node.unready"]);
}

#[tokio::test]
async fn what_is_no_mail_domain_is_refused_beside_what_else_is_wrong() {
    let node = Node::new(100, 1);
    for (chain, expected) in [
        (active(), &["mail_domain.invalid"][..]),
        (Vec::new(), &["chain.empty", "mail_domain.invalid"]),
    ] {
        let any = Asked {
            mail_domain: MailDomainAsked::Any,
            ..asked(chain.clone(), "")
        };
        // Kept under the same key, and told apart all the same.
        let plain = node.ask(any).await;
        let answer = node.ask(asked(chain, "medecin..mssante.fr")).await;
        assert_eq!(reasons(&answer), expected);
        assert!(!reasons(&plain).contains(&"mail_domain.invalid"));
        let of_domain = answer.decision.checks.iter();
        let mut of_domain =
            of_domain.filter(|it| it.check == crate::domain::admission::Check::MailDomain);
        let check = of_domain.next().unwrap();
        assert_eq!(check.outcome, Outcome::Fail);
        assert!(
            check.detail.contains("not the name of a mail domain"),
            "{check:?}"
        );
    }
}

#[tokio::test]
async fn thousands_of_chains_never_seen_take_no_more_than_was_allowed() {
    let node = Node::new(100, 2);
    for first in (0..3_000).step_by(100) {
        let questions = (first..first + 100).map(nonsense).collect();
        let answers = node.deciding.decide_all(questions).await.unwrap();
        assert!(answers.iter().all(|it| reasons(it) == ["chain.unreadable"]));
        let kept = &node.deciding.0.kept;
        assert!(kept.len() <= 100 && kept.weight() <= 100, "{}", kept.len());
    }
    // One that is asked for again and again has a place among them.
    let known = || asked(active(), ACTIVE_DOMAIN);
    let first = node.ask(known()).await;
    for number in 0..50 {
        node.ask(nonsense(10_000 + number)).await;
        assert!(Arc::ptr_eq(&first, &node.ask(known()).await));
    }
}

#[tokio::test]
async fn long_names_weigh_what_they_take() {
    let node = Node::new(100, 1);
    let mut decision = node.ask(nonsense(1)).await.decision.clone();
    let weight = |decision: &Decision| {
        let kept = Kept {
            answer: Arc::new(decision.clone().into()),
            snapshot: Weak::new(),
            until: decision.at,
        };
        Size.weight(&Digest::new([0; 32]), &kept)
    };
    assert_eq!(weight(&decision), 1);
    decision.checks[0].detail = "x".repeat(100 << 10);
    assert!(weight(&decision) >= 25);
}

#[tokio::test]
async fn beyond_a_limit_who_asks_is_turned_away_and_kept_answers_are_given_still() {
    let node = Node::new(1_000, 1);
    let known = || asked(active(), ACTIVE_DOMAIN);
    node.ask(known()).await;
    let turn = Arc::clone(&node.deciding.0.turns).acquire_owned().await;
    let mut waiting = JoinSet::new();
    for number in 0..=WAITING_FOR_EACH {
        let deciding = node.deciding.clone();
        waiting.spawn(async move { deciding.decide(nonsense(number)).await.is_ok() });
    }
    while node.deciding.0.room.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let refused = node.deciding.decide(nonsense(5_000)).await.unwrap_err();
    assert_eq!(*refused.code, ADMISSION_BUSY);
    assert_eq!(node.ask(known()).await.decision.verdict, Verdict::Admit);
    // Who stops waiting makes room.
    waiting.abort_all();
    while let Some(ended) = waiting.join_next().await {
        assert!(ended.is_err_and(|error| error.is_cancelled()));
    }
    assert_eq!(
        node.deciding.0.room.available_permits(),
        1 + WAITING_FOR_EACH
    );
    drop(turn);
    let asked = node.deciding.decide(nonsense(5_000));
    let answered = tokio::time::timeout(Duration::from_mins(1), asked).await;
    assert!(answered.unwrap().is_ok());
}

#[tokio::test]
async fn an_answer_is_written_once() {
    let node = Node::new(100, 1);
    let answer = node.ask(nonsense(1)).await;
    let write = |text: &'static str| answer.written(|_| Ok::<_, ()>(text.into()));
    assert!(answer.written(|_| Err("not now")).is_err());
    assert_eq!(&*write("one").unwrap(), b"one");
    assert_eq!(&*write("two").unwrap(), b"one");
}
