//! One question, answered: every check that can be made is made, and what rests on one that failed says so.

use time::OffsetDateTime;

use super::Freshness;
use super::checks::{list, names, path, presented, registry, revocation};
use super::register::Recognised;
use super::report::Report;
use super::snapshot::Snapshot;
use crate::domain::admission::{Check, Decision, Question, Role, Verdict};

pub(super) fn decide(
    snapshot: &Snapshot,
    question: &Question,
    at: OffsetDateTime,
    freshness: Freshness,
) -> Decision {
    let Snapshot {
        state,
        list: in_force,
        anchors,
        overtaken_at,
        policy,
        listed,
        register,
        evidence,
        authorities,
        ..
    } = snapshot;
    let policy = *policy;
    let mut report = Report::new();

    let bounds = presented::bounds(snapshot, &question.chain);
    let presented = report.take(Check::Bounds, bounds);
    let presented = presented.as_ref();
    report.take(Check::Freshness, presented::freshness(freshness, at));
    let ended = list::list(in_force.as_deref(), state, *overtaken_at, policy, at);
    let list = report.take(Check::List, ended);
    let ended = names::mail_domain(question, list, listed);
    let row = report.take(Check::MailDomain, ended);
    let ended = path::path(presented, anchors, question.role, at);
    let path = report.take(Check::Path, ended);
    for authority in path
        .iter()
        .flat_map(|path| path.certificates.iter().skip(1))
    {
        authorities.keep(authority);
    }
    report.take(Check::Host, names::host(question, presented));
    let ended = names::name(question, presented, list, row, listed);
    let is_named = report.take(Check::Name, ended).is_some();

    let recognised = match question.role {
        Role::ListSigner => None,
        Role::SmtpClient | Role::SmtpServer => {
            presented.and_then(|it| register.recognise(&it.leaf, question.mail_domain.as_ref()))
        }
    };
    let ended = registry::registered(question, presented, list, recognised, at);
    let grade = report.take(Check::Registered, ended);
    let stapled = question.stapled.as_deref();
    let ended = revocation::revocation(path.as_ref(), stapled, evidence, policy, at);
    report.take(Check::Revocation, ended);
    let ended = registry::operator(question, presented, recognised);
    report.take(Check::Operator, ended);
    let ended = registry::certificate(question, presented, recognised, register, is_named);
    report.take(Check::Certificate, ended);

    // What is decided already and comes later ends what is said now.
    if let Some(change) = state.next_change_at {
        report.limit(change.max(at));
    }
    let decision = report.decision(at);
    Decision {
        grade: grade.filter(|_| decision.verdict == Verdict::Admit),
        operator: recognised.map(|it| it.registered().operator),
        certificate: match recognised {
            Some(Recognised::As(registered, _)) => Some(registered.id),
            Some(Recognised::Twin(_)) | None => None,
        },
        epoch: Some(state.epoch),
        list: in_force.as_ref().map(|list| list.used),
        ..decision
    }
}
