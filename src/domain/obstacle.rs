//! What stands between an operator and the state it is to go to: the rules of onboarding, on what is
//! known of the operator. It does not know where that is kept.

use super::campaign::Campaign;
use super::mail_domain::MailDomainName;
use super::onboarding::{DocumentKind, OperatorState, Transition};
use super::operator::Operator;

/// What a step may rest on, as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The operator.
    pub operator: &'a Operator,
    /// Its mail domains.
    pub mail_domains: &'a [MailDomainName],
    /// Numbers of the certificates that its gateways may present.
    pub certificates: &'a [i64],
    /// Its newest campaign.
    pub campaign: Option<&'a Campaign>,
    /// Entries that it would bring into the list: of its mail domains, under active certificates that
    /// are within their dates.
    pub entries: u64,
}

/// Why a step is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// This state does not follow that one.
    #[error("The operator is {}; it may become {}, not {}.", from.as_str(), named(*from), to.as_str())]
    Transition {
        /// Where the operator stands.
        from: OperatorState,
        /// Where it was to go.
        to: OperatorState,
    },
    /// Documents are not named.
    #[error("Documents are missing: {}.", names(.0))]
    Documents(Vec<DocumentKind>),
    /// Nobody knows when the operator wants to begin.
    #[error("The launch date is missing.")]
    LaunchDate,
    /// Nobody knows whom to call.
    #[error("A contact is missing: of who is responsible, or of the support.")]
    Contact,
    /// There was no campaign.
    #[error("No conformance campaign was run.")]
    NoCampaign,
    /// The newest campaign has not ended.
    #[error("Conformance campaign {0} runs still.")]
    CampaignRuns(i64),
    /// The newest campaign is not green.
    #[error("Conformance campaign {0}, the newest, is not green.")]
    CampaignNotGreen(i64),
    /// The newest campaign is of an earlier time.
    #[error("Conformance campaign {0}, the newest, began before the operator came to testing.")]
    CampaignTooEarly(i64),
    /// The newest campaign looked at something else.
    #[error("Conformance campaign {campaign}, the newest, did not cover {missing}.")]
    CampaignPartial {
        /// Its number.
        campaign: i64,
        /// The first thing that it missed: a mail domain or a certificate.
        missing: String,
    },
    /// The operator would be in the list with nothing.
    #[error("The operator has no mail domain with an active certificate within its dates.")]
    NothingToList,
}

fn named(state: OperatorState) -> String {
    match state.next() {
        [] => "nothing else any more".to_owned(),
        [only] => only.as_str().to_owned(),
        [others @ .., last] => {
            let others: Vec<_> = others.iter().map(|state| state.as_str()).collect();
            format!("{} or {}", others.join(", "), last.as_str())
        }
    }
}

fn names(documents: &[DocumentKind]) -> String {
    let names: Vec<_> = documents.iter().map(|kind| kind.as_str()).collect();
    names.join(", ")
}

/// The first thing that stands in the way of a step, if any.
pub fn in_the_way(evidence: &Evidence<'_>, step: &Transition) -> Option<Obstacle> {
    let from = evidence.operator.state;
    if !from.next().contains(&step.to) {
        return Some(Obstacle::Transition { from, to: step.to });
    }
    let documents = step.missing_documents();
    if !documents.is_empty() {
        return Some(Obstacle::Documents(documents));
    }
    match step.to {
        OperatorState::Engaged => engagement(evidence.operator, step),
        OperatorState::Contracted => conformance(evidence),
        // One that was suspended may not come back empty either.
        OperatorState::Active => (evidence.entries == 0).then_some(Obstacle::NothingToList),
        OperatorState::Candidate
        | OperatorState::Testing
        | OperatorState::Suspended
        | OperatorState::Withdrawn
        | OperatorState::Revoked => None,
    }
}

fn engagement(operator: &Operator, step: &Transition) -> Option<Obstacle> {
    if step.launch_on.or(operator.launch_on).is_none() {
        return Some(Obstacle::LaunchDate);
    }
    let reachable =
        !operator.responsible_contact.is_empty() && !operator.support_contact.is_empty();
    (!reachable).then_some(Obstacle::Contact)
}

/// Whether the newest campaign is green and is about what there is now: an older green one says
/// nothing once a newer one failed.
fn conformance(evidence: &Evidence<'_>) -> Option<Obstacle> {
    let Some(campaign) = evidence.campaign else {
        return Some(Obstacle::NoCampaign);
    };
    if campaign.finished_at.is_none() {
        return Some(Obstacle::CampaignRuns(campaign.id));
    }
    if campaign.started_at < evidence.operator.state_since {
        return Some(Obstacle::CampaignTooEarly(campaign.id));
    }
    if campaign.green != Some(true) {
        return Some(Obstacle::CampaignNotGreen(campaign.id));
    }
    let domain = evidence
        .mail_domains
        .iter()
        .find(|name| !campaign.mail_domains.contains(name))
        .map(|name| format!("mail domain {name}"));
    let certificate = evidence
        .certificates
        .iter()
        .find(|id| !campaign.certificates.contains(id))
        .map(|id| format!("certificate {id}"));
    domain
        .or(certificate)
        .map(|missing| Obstacle::CampaignPartial {
            campaign: campaign.id,
            missing,
        })
}

#[cfg(test)]
mod tests;
