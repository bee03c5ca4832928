//! `annuaire operator`: operators and their life.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::registry::{Shape, Token, json, tell, with_trust_space};
use super::{Failed, output};
use crate::api::Shown as _;
use crate::config::Config;
use crate::domain::act::Act;
use crate::domain::onboarding::{DocumentKind, DocumentReference, OperatorState, Transition};
use crate::domain::operator::{OperatorFilter, OperatorKind, RegisteredNumber};
use crate::service::trust_space::{NewOperator, TrustSpace};

/// Operators read in one go.
const PAGE: i64 = 500;

/// Operators of the trust space and their life.
#[derive(Debug, Subcommand)]
pub(super) enum OperatorCommand {
    /// List them
    List {
        /// Only those in this state
        #[arg(long, value_parser = state)]
        state: Option<OperatorState>,
        /// Only those with this in their name, or with this number
        #[arg(long)]
        text: Option<String>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Show one, with its mail domains, certificates and what may follow
    Show {
        /// Number
        id: i64,
        #[command(flatten)]
        shape: Shape,
    },
    /// Record a candidate
    Add(Add),
    /// Move one to another state
    Move(Move),
}

/// Record a candidate.
#[derive(Args, Debug)]
pub(super) struct Add {
    /// Raison sociale
    legal_name: String,
    /// What sort of body
    #[arg(long, value_enum)]
    kind: Kind,
    /// As in the OU of its certificates: 1 and FINESS, or 3 and SIRET
    #[arg(long, value_parser = RegisteredNumber::parse)]
    number: RegisteredNumber,
    /// Telephone and address of who is responsible
    #[arg(long, default_value = "")]
    responsible_contact: String,
    /// Telephone and address of the support
    #[arg(long, default_value = "")]
    support_contact: String,
    /// Why, kept in history
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    token: Token,
    #[command(flatten)]
    shape: Shape,
}

/// Move an operator to another state.
#[derive(Args, Debug)]
pub(super) struct Move {
    /// Number of the operator
    id: i64,
    /// Where to: candidate, engaged, testing, contracted, active, suspended, withdrawn or revoked
    #[arg(value_parser = state)]
    to: OperatorState,
    /// Why, kept in history
    #[arg(long)]
    reason: String,
    /// A document it rests on, as `KIND:DAY:REFERENCE`, such as
    /// `letter_of_engagement:2026-01-31:ANS-42`
    #[arg(long = "document", value_name = "DOCUMENT", value_parser = document)]
    documents: Vec<DocumentReference>,
    /// When the operator wants to begin, such as 2026-03-01
    #[arg(long, value_name = "DAY", value_parser = day)]
    launch_on: Option<Date>,
    /// When it takes effect, such as 2026-02-01T00:00:00Z; at once where absent
    #[arg(long, value_name = "TIME", value_parser = moment)]
    effective_at: Option<OffsetDateTime>,
    #[command(flatten)]
    token: Token,
    #[command(flatten)]
    shape: Shape,
}

/// What sort of body, as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A health establishment
    Establishment,
    /// A regional group for e-health
    RegionalGroup,
    /// A professional order
    ProfessionalOrder,
    /// An industrial provider
    Industrial,
}

impl From<Kind> for OperatorKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Establishment => Self::Establishment,
            Kind::RegionalGroup => Self::RegionalGroup,
            Kind::ProfessionalOrder => Self::ProfessionalOrder,
            Kind::Industrial => Self::Industrial,
        }
    }
}

fn state(text: &str) -> Result<OperatorState, String> {
    OperatorState::from_name(text).ok_or_else(|| {
        let names = OperatorState::ALL.map(OperatorState::as_str).join(", ");
        format!("one of {names} is expected")
    })
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map_err(|_| "a day such as 2026-03-01 is expected".to_owned())
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "a time such as 2026-02-01T00:00:00Z is expected".to_owned())
}

fn document(text: &str) -> Result<DocumentReference, String> {
    const KINDS: [(&str, DocumentKind); 4] = [
        ("letter_of_engagement", DocumentKind::LetterOfEngagement),
        ("operator_contract", DocumentKind::OperatorContract),
        ("cnil_commitment", DocumentKind::CnilCommitment),
        ("other", DocumentKind::Other),
    ];
    let mut parts = text.splitn(3, ':');
    let (kind, on, reference) = (parts.next(), parts.next(), parts.next());
    let kind = KINDS
        .into_iter()
        .find_map(|(name, known)| (kind == Some(name)).then_some(known));
    match (kind, on.map(day), reference) {
        (Some(kind), Some(Ok(dated_on)), Some(reference)) if !reference.is_empty() => {
            Ok(DocumentReference {
                kind,
                reference: reference.to_owned(),
                dated_on,
            })
        }
        _ => Err(format!(
            "KIND:DAY:REFERENCE is expected, KIND one of {}",
            KINDS.map(|(name, _)| name).join(", ")
        )),
    }
}

impl OperatorCommand {
    pub(super) async fn run(self, config: Config) -> Result<(), Failed> {
        let lease = config.admission.lease;
        with_trust_space(config, async |space| match self {
            Self::List { state, text, shape } => {
                list(space, OperatorFilter { state, text }, shape).await
            }
            Self::Show { id, shape } => show(space, id, shape).await,
            Self::Add(add) => add.run(space).await,
            Self::Move(wanted) => wanted.run(space, lease).await,
        })
        .await
    }
}

async fn list(space: &TrustSpace, filter: OperatorFilter, shape: Shape) -> Result<(), Failed> {
    let mut all = Vec::new();
    let mut after = 0;
    loop {
        let page = space.operators(&filter, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        all.extend(page);
    }
    if shape.json {
        return json(&all.shown());
    }
    for operator in all {
        let number = operator
            .number
            .map_or_else(|| "-".to_owned(), |number| number.to_string());
        output::line(&format!(
            "{:>6}  {:10}  {number:15}  {}",
            operator.id,
            operator.state.as_str(),
            operator.legal_name
        ));
    }
    Ok(())
}

async fn show(space: &TrustSpace, id: i64, shape: Shape) -> Result<(), Failed> {
    let detail = space.operator(id).await?;
    if shape.json {
        return json(&detail.shown());
    }
    let operator = &detail.operator;
    output::line(&format!(
        "operator {}: {}",
        operator.id, operator.legal_name
    ));
    output::line(&format!(
        "state: {} since {}",
        operator.state.as_str(),
        operator.state_since
    ));
    let next: Vec<&str> = detail
        .next_states
        .iter()
        .map(|state| state.as_str())
        .collect();
    if !next.is_empty() {
        output::line(&format!("may become: {}", next.join(", ")));
    }
    if let Some(number) = &operator.number {
        output::line(&format!("number: {number}"));
    }
    for domain in &detail.mail_domains {
        output::line(&format!("mail domain: {domain}"));
    }
    for certificate in &detail.certificates {
        output::line(&format!("certificate: {certificate}"));
    }
    Ok(())
}

impl Add {
    async fn run(self, space: &TrustSpace) -> Result<(), Failed> {
        let actor = self.token.actor(space).await?;
        let new = NewOperator {
            legal_name: self.legal_name,
            kind: Some(self.kind.into()),
            number: Some(self.number),
            responsible_contact: self.responsible_contact,
            support_contact: self.support_contact,
        };
        let operator = space.create_operator(&actor, new, &self.reason).await?;
        if self.shape.json {
            return json(&operator.shown());
        }
        output::line(&format!(
            "operator {}: {}, a candidate",
            operator.id, operator.legal_name
        ));
        Ok(())
    }
}

impl Move {
    async fn run(self, space: &TrustSpace, lease: Duration) -> Result<(), Failed> {
        let actor = self.token.actor(space).await?;
        let act = Act::MoveOperator(Transition {
            operator: self.id,
            to: self.to,
            documents: self.documents,
            launch_on: self.launch_on,
            effective_at: self.effective_at,
        });
        let requested = space.request(&actor, act, &self.reason).await?;
        let done = format!("operator {} is {}", self.id, self.to.as_str());
        tell(space, lease, requested, &done, self.shape).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_or_explained() {
        let read = document("letter_of_engagement:2026-01-31:ANS:42").unwrap();
        assert_eq!(read.kind, DocumentKind::LetterOfEngagement);
        assert_eq!(read.reference, "ANS:42");
        for text in [
            "",
            "letter_of_engagement",
            "letter:2026-01-31:x",
            "other:31/01/2026:x",
            "other:2026-01-31:",
        ] {
            assert!(document(text).unwrap_err().contains("KIND:DAY:REFERENCE"));
        }
        assert!(state("burnt").unwrap_err().contains("candidate, engaged"));
        assert!(moment("soon").is_err());
    }
}
