//! Decisions as JSON shows them.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::mirror;
use crate::domain::admission::{
    Check, CheckResult, Decision, DomainTrust, Grade, Outcome, Reason, Role, Verdict,
};

mirror! {
    /// What the peer is to the one who asks.
    RoleView of Role as Role, "kebab-case" {
        /// It opens the connection and sends mail.
        SmtpClient,
        /// It takes the connection and the mail.
        SmtpServer,
        /// It signed a list.
        ListSigner,
    }
}

mirror! {
    /// The answer.
    VerdictView of Verdict as Verdict, "snake_case" {
        /// Every check holds.
        Admit,
        /// One does not, or could not be made.
        Refuse,
    }
}

mirror! {
    /// One of the checks, all of which must hold.
    CheckView of Check as Check, "snake_case" {
        /// What was sent is a chain within the limits.
        Bounds,
        /// This node knows the present.
        Freshness,
        /// The list is there, signed by who may, and not too old.
        List,
        /// The mail domain is in the list.
        MailDomain,
        /// A path to an anchor holds, and its certificates keep the rules.
        Path,
        /// The certificate is for the host that was connected to.
        Host,
        /// The list has this name behind this mail domain.
        Name,
        /// This is the registered certificate of that name, where one is registered.
        Registered,
        /// Fresh word of its authority says that nothing of the path was revoked.
        Revocation,
        /// The operator is in force.
        Operator,
        /// The registry has nothing against the certificate.
        Certificate,
    }
}

mirror! {
    /// How a check ended.
    CheckOutcomeView of Outcome as CheckOutcome, "snake_case" {
        /// It holds.
        Pass,
        /// It does not.
        Fail,
        /// Another one failed that it rests on, or it was not asked for.
        Skipped,
    }
}

mirror! {
    /// How much is known of a peer that is admitted.
    GradeView of Grade as Grade, "snake_case" {
        /// The registry holds these very bytes.
        Registered,
        /// The list has the name alone.
        Listed,
    }
}

mirror! {
    /// What is known of a mail domain: whether mail to it may be sent at all.
    DomainTrustView of DomainTrust as DomainTrust, "snake_case" {
        /// The list has it, and an operator and a certificate behind it are in force.
        Trusted,
        /// The list does not have it.
        UntrustedDomain,
        /// Its operators are suspended.
        OperatorSuspended,
        /// Its operators left or were excluded.
        OperatorRevoked,
        /// No certificate behind it is in force.
        NoCertificate,
        /// This node does not know now.
        Unknown,
    }
}

/// The list that a decision rests on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListUsed)]
struct ListUsedView {
    /// Its number.
    sequence: i64,
    /// SHA-256 of the signed XML.
    sha256: String,
}

/// One check of a decision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckResult)]
struct CheckResultView<'a> {
    /// Which.
    check: CheckView,
    /// How it ended.
    outcome: CheckOutcomeView,
    /// Why it failed, in codes of `/v1/admission/reasons`; empty where it did not.
    #[schema(value_type = Vec<String>)]
    reasons: Vec<&'static str>,
    /// What was found, in words; left out where it was skipped and there is nothing to say.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(value_type = Option<String>)]
    detail: &'a str,
}

/// An answer with all that it rests on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decision)]
pub(in crate::api::v1) struct DecisionView<'a> {
    /// The answer.
    verdict: VerdictView,
    /// Every reason of a refusal, in codes of `/v1/admission/reasons`; empty of an admission.
    #[schema(value_type = Vec<String>, example = json!(["operator.suspended"]))]
    reasons: Vec<&'static str>,
    /// Until when an admission may be believed without asking again, if nothing happens, UTC; left out
    /// of a refusal.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    valid_until: Option<OffsetDateTime>,
    /// How much is known of the peer; left out of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<GradeView>,
    /// Number of the operator, where it was recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<i64>,
    /// Its legal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    operator_name: Option<&'a str>,
    /// Number of the registered certificate, where it was recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<i64>,
    /// All checks, in order.
    #[schema(value_type = Vec<CheckResultView>)]
    checks: Vec<CheckResultView<'a>>,
    /// Epoch of the trust space that it rests on: the last change it knows of. Left out by a node that
    /// knows nothing yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 42)]
    epoch: Option<i64>,
    /// The list it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListUsedView>,
    /// The moment it is about, UTC.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// The codes of reasons.
fn codes(reasons: &[Reason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| reason.code()).collect()
}

impl<'a> From<&'a CheckResult> for CheckResultView<'a> {
    fn from(result: &'a CheckResult) -> Self {
        Self {
            check: result.check.into(),
            outcome: result.outcome.into(),
            reasons: codes(&result.reasons),
            detail: &result.detail,
        }
    }
}

impl<'a> DecisionView<'a> {
    /// A decision, with the name of its operator.
    pub(in crate::api::v1) fn new(decision: &'a Decision, operator_name: Option<&'a str>) -> Self {
        Self {
            verdict: decision.verdict.into(),
            reasons: codes(&decision.reasons),
            valid_until: decision.valid_until,
            grade: decision.grade.map(Into::into),
            operator: decision.operator,
            operator_name,
            certificate: decision.certificate,
            checks: decision.checks.iter().map(Into::into).collect(),
            epoch: decision.epoch,
            list: decision.list.map(|list| ListUsedView {
                sequence: list.sequence,
                sha256: list.sha256.to_string(),
            }),
            at: decision.at,
        }
    }
}
