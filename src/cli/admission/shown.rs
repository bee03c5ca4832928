//! A decision as people read it: the answer, then every check with what was found. Words say what marks
//! show.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::domain::admission::{Check, Decision, Grade, Outcome, Verdict};
use crate::domain::calendar::rfc3339;

/// A decision as a node tells it.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    #[serde(flatten)]
    pub(super) decision: Decision,
    #[serde(default)]
    pub(super) operator_name: Option<String>,
}

/// The whole decision, a line for each check.
pub(super) fn table(told: &Told) -> String {
    let decision = &told.decision;
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    line(&answer(decision));
    if let Some(operator) = decision.operator {
        let name = told.operator_name.as_deref().unwrap_or_default();
        line(format!("operator {operator} {name}").trim_end());
    }
    if let Some(certificate) = decision.certificate {
        line(&format!("certificate {certificate}"));
    }
    for result in &decision.checks {
        let (mark, word) = match result.outcome {
            Outcome::Pass => ("✓", "pass"),
            Outcome::Fail => ("✗", "FAIL"),
            Outcome::Skipped => ("–", "skip"),
        };
        let reasons = result.reasons.iter().map(|reason| reason.code());
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        let found = match (reasons.as_str(), result.detail.as_str()) {
            ("", found) => found.to_owned(),
            (reasons, "") => reasons.to_owned(),
            (reasons, found) => format!("{reasons}: {found}"),
        };
        let check = name(result.check);
        line(format!("  {mark} {word}  {check:<12} {found}").trim_end());
    }
    line(&rests_on(decision));
    text
}

fn answer(decision: &Decision) -> String {
    match decision.verdict {
        Verdict::Admit => {
            let grade = match decision.grade {
                Some(Grade::Registered) => ", the registered certificate",
                Some(Grade::Listed) => ", by the name in the list alone",
                None => "",
            };
            let until = decision.valid_until.map(rfc3339);
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            format!("ADMIT{until}{grade}")
        }
        Verdict::Refuse => "REFUSE".to_owned(),
    }
}

fn rests_on(decision: &Decision) -> String {
    let mut text = format!("as of {}", rfc3339(decision.at));
    if let Some(epoch) = decision.epoch {
        let _ = write!(text, ", epoch {epoch}");
    }
    if let Some(list) = &decision.list {
        let _ = write!(text, ", list {} ({})", list.sequence, list.sha256);
    }
    text
}

/// The check in words.
const fn name(check: Check) -> &'static str {
    match check {
        Check::Bounds => "bounds",
        Check::Freshness => "freshness",
        Check::List => "list",
        Check::MailDomain => "mail domain",
        Check::Path => "path",
        Check::Host => "host",
        Check::Name => "name",
        Check::Registered => "registered",
        Check::Revocation => "revocation",
        Check::Operator => "operator",
        Check::Certificate => "certificate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the interface are what nodes tell.
    const ADMITTED: &str = include_str!("../../../openapi/examples/decision.json");
    const BOTH_REFUSED: &str = include_str!("../../../openapi/examples/decisions.json");

    #[test]
    fn what_a_node_tells_is_shown_line_by_line() {
        let text = table(&serde_json::from_str(ADMITTED).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "ADMIT until 2099-01-02T04:00:00Z, the registered certificate"
        );
        assert_eq!(lines[1..3], ["operator 7 GRADES FICTIF", "certificate 12"]);
        assert_eq!(lines.len(), 3 + Check::ALL.len() + 1);
        assert_eq!(lines[3], "  ✓ pass  bounds       2 certificates");
        assert!(lines[8].starts_with("  – skip  host"), "{}", lines[8]);
        let last = lines.last().unwrap();
        assert!(last.starts_with("as of 2099-01-02T03:04:05Z, epoch 42, list 3 (5a5a"));
    }

    #[test]
    fn a_refusal_says_which_checks_failed_and_why() {
        let both: serde_json::Value = serde_json::from_str(BOTH_REFUSED).unwrap();
        let told = |place: usize| serde_json::from_value(both["decisions"][place].clone()).unwrap();
        for (place, line) in [
            (0, "  ✗ FAIL  mail domain  mail_domain.untrusted: "),
            (1, "  ✗ FAIL  operator     operator.suspended: "),
        ] {
            let text = table(&told(place));
            assert!(text.starts_with("REFUSE\n"), "{text}");
            assert!(text.lines().any(|it| it.starts_with(line)), "{text}");
        }
    }
}
