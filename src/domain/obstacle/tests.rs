//! Every step of an operator's life, taken with everything it rests on and without each thing.

use time::macros::{date, datetime};

use super::*;
use crate::domain::onboarding::DocumentReference;

fn operator(state: OperatorState) -> Operator {
    Operator {
        id: 7,
        legal_name: "CHU de Nulle-Part".to_owned(),
        kind: None,
        number: None,
        responsible_contact: "+33 2 00 00 00 00".to_owned(),
        support_contact: "support@nulle-part.fr".to_owned(),
        state,
        state_since: datetime!(2026-03-01 08:00 UTC),
        launch_on: None,
        version: 1,
    }
}

fn mail_domain(name: &str) -> MailDomainName {
    MailDomainName::parse(name).unwrap()
}

fn campaign() -> Campaign {
    Campaign {
        id: 3,
        operator: 7,
        mail_domains: vec![mail_domain("a.mssante.fr"), mail_domain("b.mssante.fr")],
        certificates: vec![11, 12],
        started_by: "Camille".to_owned(),
        started_at: datetime!(2026-03-01 08:00 UTC),
        finished_at: Some(datetime!(2026-03-01 08:10 UTC)),
        green: Some(true),
        report: None,
        problem: None,
    }
}

fn step(to: OperatorState) -> Transition {
    let documents = [
        DocumentKind::LetterOfEngagement,
        DocumentKind::OperatorContract,
        DocumentKind::CnilCommitment,
    ];
    Transition {
        operator: 7,
        to,
        documents: documents
            .map(|kind| DocumentReference {
                kind,
                reference: "2026/17".to_owned(),
                dated_on: date!(2026 - 02 - 01),
            })
            .into(),
        launch_on: Some(date!(2026 - 06 - 01)),
        effective_at: None,
    }
}

type Change = fn(&mut Campaign);

/// What stands in the way of a step with everything in place but for what a test takes away.
fn met(
    from: OperatorState,
    to: OperatorState,
    change: impl FnOnce(&mut Operator, &mut Transition, &mut Option<Campaign>, &mut u64),
) -> Option<Obstacle> {
    let mut operator = operator(from);
    let mut step = step(to);
    let mut campaign = Some(campaign());
    let mut entries = 1;
    change(&mut operator, &mut step, &mut campaign, &mut entries);
    let evidence = Evidence {
        operator: &operator,
        mail_domains: &[mail_domain("a.mssante.fr"), mail_domain("b.mssante.fr")],
        certificates: &[11, 12],
        campaign: campaign.as_ref(),
        entries,
    };
    in_the_way(&evidence, &step)
}

#[test]
fn only_the_steps_of_a_life_are_taken() {
    use OperatorState::{
        Active, Candidate, Contracted, Engaged, Revoked, Suspended, Testing, Withdrawn,
    };
    let legal = [
        (Candidate, Engaged),
        (Candidate, Withdrawn),
        (Engaged, Testing),
        (Engaged, Withdrawn),
        (Testing, Contracted),
        (Testing, Withdrawn),
        (Contracted, Active),
        (Contracted, Withdrawn),
        (Active, Suspended),
        (Active, Withdrawn),
        (Active, Revoked),
        (Suspended, Active),
        (Suspended, Withdrawn),
        (Suspended, Revoked),
    ];
    for from in OperatorState::ALL {
        for to in OperatorState::ALL {
            let expected =
                (!legal.contains(&(from, to))).then_some(Obstacle::Transition { from, to });
            assert_eq!(met(from, to, |_, _, _, _| {}), expected);
        }
    }
}

#[test]
fn a_refused_step_names_the_legal_ones() {
    for (from, to, sentence) in [
        (
            OperatorState::Candidate,
            OperatorState::Active,
            "The operator is candidate; it may become engaged or withdrawn, not active.",
        ),
        (
            OperatorState::Active,
            OperatorState::Testing,
            "The operator is active; it may become suspended, withdrawn or revoked, not testing.",
        ),
        (
            OperatorState::Revoked,
            OperatorState::Active,
            "The operator is revoked; it may become nothing else any more, not active.",
        ),
    ] {
        assert_eq!(Obstacle::Transition { from, to }.to_string(), sentence);
    }
}

#[test]
fn an_engagement_wants_a_letter_a_launch_date_and_both_contacts() {
    let engage = |change: fn(&mut Operator, &mut Transition)| {
        met(
            OperatorState::Candidate,
            OperatorState::Engaged,
            |operator, step, _, _| change(operator, step),
        )
    };
    assert_eq!(engage(|_, _| {}), None);
    assert_eq!(
        engage(|_, step| step.documents.clear()),
        Some(Obstacle::Documents(vec![DocumentKind::LetterOfEngagement]))
    );
    assert_eq!(
        engage(|_, step| step.launch_on = None),
        Some(Obstacle::LaunchDate)
    );
    assert_eq!(
        engage(|operator, step| {
            operator.launch_on = step.launch_on.take();
        }),
        None
    );
    let silent: [fn(&mut Operator, &mut Transition); 2] = [
        |operator, _| operator.responsible_contact.clear(),
        |operator, _| operator.support_contact.clear(),
    ];
    for clear in silent {
        assert_eq!(engage(clear), Some(Obstacle::Contact));
    }
}

#[test]
fn a_contract_wants_both_documents_and_the_newest_campaign_green_and_whole() {
    let contract = |change: &dyn Fn(&mut Transition, &mut Option<Campaign>)| {
        met(
            OperatorState::Testing,
            OperatorState::Contracted,
            |_, step, campaign, _| change(step, campaign),
        )
    };
    let altered = |change: &dyn Fn(&mut Campaign)| {
        contract(&|_, campaign| change(campaign.as_mut().unwrap()))
    };
    assert_eq!(contract(&|_, _| {}), None);
    assert_eq!(
        contract(&|step, _| step.documents.clear()),
        Some(Obstacle::Documents(vec![
            DocumentKind::OperatorContract,
            DocumentKind::CnilCommitment
        ]))
    );
    assert_eq!(
        contract(&|_, campaign| *campaign = None),
        Some(Obstacle::NoCampaign)
    );
    assert_eq!(
        altered(&|campaign| campaign.finished_at = None),
        Some(Obstacle::CampaignRuns(3))
    );
    for green in [None, Some(false)] {
        assert_eq!(
            altered(&|campaign| campaign.green = green),
            Some(Obstacle::CampaignNotGreen(3))
        );
    }
    assert_eq!(
        altered(&|campaign| campaign.started_at = datetime!(2026-03-01 07:59:59 UTC)),
        Some(Obstacle::CampaignTooEarly(3))
    );
    let missed: [(Change, &str); 2] = [
        (
            |campaign| campaign.mail_domains.truncate(1),
            "mail domain b.mssante.fr",
        ),
        (
            |campaign| campaign.certificates.truncate(1),
            "certificate 12",
        ),
    ];
    for (change, missing) in missed {
        assert_eq!(
            altered(&change),
            Some(Obstacle::CampaignPartial {
                campaign: 3,
                missing: missing.to_owned()
            })
        );
    }
}

#[test]
fn nobody_comes_into_the_list_with_nothing() {
    for from in [OperatorState::Contracted, OperatorState::Suspended] {
        assert_eq!(
            met(from, OperatorState::Active, |_, _, _, entries| *entries = 0),
            Some(Obstacle::NothingToList)
        );
    }
}
