//! The questions a demo shows: lines for a shell, with the answers the service gives right now.

use super::Addresses;
use super::trust_space::{self, Files};
use crate::cli::output;
use crate::domain::query::{PractitionerFilter, Search};
use crate::search::ReadModel;

/// A question: a path with its parameters, or a body to post.
struct Question {
    why: String,
    path: String,
    parameters: Vec<(&'static str, String)>,
    body: Option<String>,
}

/// Asks the running service and prints each question with its answer.
pub(super) fn ask(addresses: Addresses, model: &ReadModel, files: &Files) -> anyhow::Result<()> {
    let base = format!("http://{}", addresses.rest);
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    output::line(&format!(
        "\nREST          {base}/v1/practitioners\nbrowse        {base}/docs\nstatus        {base}/v1/status\nmetrics       {base}/metrics"
    ));
    for question in questions(model) {
        output::line(&format!(
            "\n# {}\n{}",
            question.why,
            question.command(&base)
        ));
        output::line(&question.answer(&agent, &base)?);
    }
    trust_space::show(&agent, &base, files)?;
    trust_space::show_admission(&agent, &base, addresses.peers, files)?;
    output::line("\nServing until Ctrl-C.");
    Ok(())
}

/// Questions about somebody of this country who has a mailbox and an accent to leave out.
fn questions(model: &ReadModel) -> Vec<Question> {
    let (name, address) = somebody(model).unwrap_or_default();
    let typed = crate::domain::name::fold(&name);
    vec![
        Question {
            why: format!("{name}, typed without accents"),
            path: "/v1/practitioners".to_owned(),
            parameters: vec![("q", typed), ("limit", "1".to_owned())],
            body: None,
        },
        Question {
            why: "general practitioners of Nantes who have a mailbox".to_owned(),
            path: "/v1/practitioners".to_owned(),
            parameters: vec![
                ("specialty", "médecine générale".to_owned()),
                ("city", "nantes".to_owned()),
                ("has_mailbox", "true".to_owned()),
                ("limit", "1".to_owned()),
            ],
            body: None,
        },
        Question {
            why: "may these two be written to?".to_owned(),
            path: "/v1/recipients/validate".to_owned(),
            parameters: Vec::new(),
            body: Some(
                serde_json::json!({ "addresses": [address, "nobody@nowhere.mssante.fr"] })
                    .to_string(),
            ),
        },
    ]
}

/// The first person with a mailbox and an accent in the name, and the mailbox.
fn somebody(model: &ReadModel) -> Option<(String, String)> {
    let snapshot = model.current()?;
    let mut search = Search {
        filter: PractitionerFilter::HasMailbox(true),
        limit: crate::domain::query::MAX_LIMIT,
        after: None,
    };
    let mut fallback = None;
    // A few pages are enough to meet an accent; a tiny country may have none.
    for _ in 0..5 {
        let page = snapshot.practitioners(&search).ok()?;
        for hit in page.items {
            let name = format!("{} {}", hit.item.given, hit.item.family);
            let mailbox = hit.item.mailboxes.first()?.address.to_string();
            if !name.is_ascii() {
                return Some((name, mailbox));
            }
            fallback.get_or_insert((name, mailbox));
        }
        search.after = page.next;
        if search.after.is_none() {
            break;
        }
    }
    fallback
}

impl Question {
    /// The line for a shell.
    fn command(&self, base: &str) -> String {
        let url = format!("{base}{}", self.path);
        if let Some(body) = &self.body {
            return format!("curl -s {url} -H 'content-type: application/json' -d '{body}'");
        }
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|(name, value)| format!("--data-urlencode '{name}={value}'"))
            .collect();
        format!("curl -sG {url} {}", parameters.join(" "))
    }

    fn answer(&self, agent: &ureq::Agent, base: &str) -> anyhow::Result<String> {
        let url = format!("{base}{}", self.path);
        let mut answer = match &self.body {
            Some(body) => agent
                .post(&url)
                .header("content-type", "application/json")
                .send(body)?,
            None => agent
                .get(&url)
                .query_pairs(
                    self.parameters
                        .iter()
                        .map(|(name, value)| (*name, value.as_str())),
                )
                .call()?,
        };
        Ok(answer.body_mut().read_to_string()?)
    }
}
