//! The commands that say who is let in, before and after a revocation: asked once of the registry or of a
//! node, beside a mail gateway, and of the nodes themselves.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use annuaire::trust::certificate::read_upload;
use annuaire::trust::digest::sha256;
use nix::sys::signal::Signal;
use serde_json::Value;

use super::space::{DOMAIN, Space, decides};
use crate::support::program::{DEADLINE, Ended, Running, until};
use crate::support::scratch;

/// `admission watch`, started beside a mail gateway.
struct Watch {
    running: Running,
    policy: String,
    http: String,
}

impl Watch {
    fn start(space: &Space, registry: &str) -> Self {
        let line = format!(
            "admission watch --registry {registry} --signer ./signer.pem --anchors ./anchor.pem \
             --anchors ./root/root.pem --http 127.0.0.1:0 --policy 127.0.0.1:0 --lease 60s"
        );
        let program = space
            .program(&line)
            .with("--state", scratch::directory("watch"));
        let mut running = program.start();
        let mut said = |what: &str| {
            let line = running.says(what);
            line.split_once(what).unwrap().1.trim().to_owned()
        };
        let (policy, http) = (said("policy: "), said("http: "));
        Self {
            running,
            policy,
            http,
        }
    }

    fn decision(&self, question: &str) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let url = format!("{}/v1/admission/decisions", self.http);
        let mut answer = agent
            .post(&url)
            .header("content-type", "application/json")
            .send(question)
            .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// What Postfix is told of a client that showed this certificate.
    fn action(&self, fingerprint: &str) -> String {
        let mut postfix = TcpStream::connect(&self.policy).unwrap();
        postfix.set_read_timeout(Some(DEADLINE)).unwrap();
        let request = format!(
            "request=smtpd_access_policy\nsender=anne@{DOMAIN}\nccert_fingerprint={fingerprint}\n\n"
        );
        postfix.write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(postfix).read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

/// The gateway's fingerprint as Postfix writes it.
fn fingerprint(space: &Space) -> String {
    let chain = read_upload(&fs::read(space.file("gateway.pem")).unwrap()).unwrap();
    let digest = sha256(&chain[0]).to_string().to_uppercase();
    let bytes: Vec<&str> = (0..digest.len())
        .step_by(2)
        .map(|place| &digest[place..place + 2])
        .collect();
    bytes.join(":")
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn the_commands_tell_who_is_let_in_before_and_after_a_revocation() {
    let space = Space::founded("commands");
    let socket = space.database().get_socket().unwrap().clone();
    let serving = space.serve("only", &socket, "60s");
    let (node, question) = (&serving.node, space.question());
    decides(|| node.post("/v1/admission/decisions", &question).1, None);
    let check = |domain: &str, more: &str| {
        let line = format!("admission check --chain ./gateway.pem --domain {domain}{more}");
        space.run(&line)
    };
    let of_node = format!(" --url {}", node.base);
    for how in ["", of_node.as_str()] {
        check(DOMAIN, how).expect(0, "ADMIT until ");
        let decision = json(&check(DOMAIN, &format!("{how} --json")).expect(0, "verdict"));
        assert_eq!(decision["verdict"], "admit", "{decision}");
        assert_eq!(decision["operator_name"], "HOPITAL FICTIF", "{decision}");
        let stranger = check("d9.mssante.fr", how).expect(5, "refused: ");
        assert!(stranger.out.starts_with("REFUSE\n"), "{stranger:?}");
    }
    let watch = Watch::start(&space, &node.base);
    let gateway = fingerprint(&space);
    decides(|| watch.decision(&question), None);
    until("Postfix goes on", || {
        (watch.action(&gateway) == "action=DUNNO").then_some(())
    });
    let stranger = watch.action(&["AB"; 32].join(":"));
    assert!(
        stranger.starts_with("action=REJECT 5.7.1 certificate.unregistered"),
        "{stranger}"
    );

    space.revoke(node, node);
    decides(|| watch.decision(&question), Some("certificate.revoked"));
    let refused = watch.action(&gateway);
    // By the registry's word, and once its next revocation list is there by that too.
    let (_, because) = refused.split_once("action=REJECT 5.7.1 ").unwrap();
    let (because, _) = because.split_once(':').unwrap();
    assert!(
        ["certificate.revoked", "revocation.revoked"].contains(&because),
        "{refused}"
    );
    decides(
        || node.post("/v1/admission/decisions", &question).1,
        Some("certificate.revoked"),
    );
    for how in ["", of_node.as_str()] {
        check(DOMAIN, how).expect(5, "certificate.revoked");
        let decision = json(&check(DOMAIN, &format!("{how} --json")).expect(5, "verdict"));
        assert_eq!(decision["verdict"], "refuse", "{decision}");
    }
    until("the node took it up", || {
        let told = space.run("node list").expect(0, "newest epoch: ").out;
        let line = told.lines().find(|line| line.starts_with("only "))?;
        line.contains("decides by it").then_some(())
    });
    watch.running.signal(Signal::SIGTERM);
    watch.running.end().expect(0, "");
    serving.node.stop().expect(0, "\"stopped\"");
    space.end();
}
