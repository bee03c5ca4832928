//! A serving node, asked over its socket.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::program::{Ended, Program, Running, until};

pub(super) struct Node {
    running: Running,
    pub(super) base: String,
    agent: ureq::Agent,
}

impl Node {
    /// Starts `serve` and waits until it listens.
    pub(super) fn serve(data_dir: &Path) -> Self {
        Self::listen(Program::new(["serve"]).in_data_dir(data_dir))
    }

    /// Starts it with a file of settings.
    pub(super) fn configured(data_dir: &Path, settings: &Path) -> Self {
        let program = Program::new(["serve"]).in_data_dir(data_dir);
        let node = Self::listen(program.with("--config", settings));
        node.catches_up();
        node
    }

    /// Starts it on somebody else's database.
    pub(super) fn serve_from(database_url: &str, data_dir: &Path) -> Self {
        let program = Program::new(["serve"]).in_data_dir(data_dir);
        Self::listen(program.setting("ANNUAIRE__DATABASE__URL", database_url))
    }

    /// Starts a command line that serves.
    pub(super) fn listen(program: Program) -> Self {
        let mut running = program
            .setting("ANNUAIRE__LOG__FORMAT", "json")
            .setting("ANNUAIRE__SEARCH__POLL_INTERVAL", "200ms")
            .start();
        let line: Value = serde_json::from_str(&running.says("\"serving\"")).unwrap();
        let base = format!("http://{}", line["http.listen"].as_str().unwrap());
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            running,
            base,
            agent,
        }
    }

    /// The same, and waits until it serves everything of the database.
    pub(super) fn ready(data_dir: &Path) -> Self {
        let node = Self::serve(data_dir);
        node.catches_up();
        node
    }

    /// Status code and body.
    pub(super) fn get(&self, path: &str, parameters: &[(&str, &str)]) -> (u16, Value) {
        let request = self.agent.get(format!("{}{path}", self.base));
        let mut answer = request
            .query_pairs(parameters.iter().copied())
            .call()
            .unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (answer.status().as_u16(), body)
    }

    pub(super) fn status(&self) -> Value {
        let (code, status) = self.get("/v1/status", &[]);
        assert_eq!(code, 200);
        status
    }

    /// Waits until the node is ready and holds every change it knows of; gives its position.
    pub(super) fn catches_up(&self) -> i64 {
        until("the node is up to date", || {
            let snapshot = self.status()["snapshot"].clone();
            let complete = snapshot["database_connected"] == true && snapshot["lag"] == 0;
            snapshot["position"].as_i64().filter(|_| complete)
        })
    }

    /// Waits until the node serves what was committed at this position.
    pub(super) fn reaches(&self, position: i64) {
        until("the node reaches a position", || {
            let held = self.status()["snapshot"]["position"].as_i64();
            held.filter(|held| *held >= position)
        });
    }

    /// The same for a body to post.
    pub(super) fn post(&self, path: &str, body: &str) -> (u16, Value) {
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .send(body)
            .unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (
            answer.status().as_u16(),
            serde_json::from_str(&text).unwrap(),
        )
    }

    /// The same in somebody's name; nothing is sent where there is no body.
    pub(super) fn post_as(&self, token: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let post = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {token}"));
        let answer = match body {
            Some(body) => post
                .header("content-type", "application/json")
                .send(body.to_string()),
            None => post.send_empty(),
        };
        let mut answer = answer.unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (
            answer.status().as_u16(),
            serde_json::from_str(&text).unwrap(),
        )
    }

    /// Waits until it says something, and gives the line.
    pub(super) fn says(&mut self, what: &str) -> String {
        self.running.says(what)
    }

    /// Outcomes for addresses, in their order.
    pub(super) fn validate(&self, addresses: &[&str]) -> Vec<String> {
        let body = serde_json::json!({ "addresses": addresses }).to_string();
        let (code, answer) = self.post("/v1/recipients/validate", &body);
        assert_eq!(code, 200, "{answer}");
        let outcomes = answer["recipients"].as_array().unwrap().iter();
        outcomes
            .map(|recipient| recipient["outcome"].as_str().unwrap().to_owned())
            .collect()
    }

    /// National ids of the professionals that a free text finds.
    pub(super) fn found(&self, text: &str) -> Vec<String> {
        let (code, page) = self.get("/v1/practitioners", &[("q", text), ("limit", "100")]);
        assert_eq!(code, 200, "{page}");
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["national_id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Stops it as a service manager does.
    pub(super) fn stop(self) -> Ended {
        self.running.signal(Signal::SIGTERM);
        self.running.end()
    }

    pub(super) fn kill(self) {
        self.running.kill();
    }
}
