//! What a demo shows of admission: one gateway, asked about in three ways, and how it is taken back.

use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::files::{ANCHORS, Files, GATEWAY, GATEWAY_NUMBER, ISSUING, QUESTION, ROOT};
use super::shown::{quoted, say};
use crate::cli::output;

/// How long the first revocation list and the first answers of OCSP may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Prints the lines, the first with the answer the service gives right now.
pub(in crate::cli::demo) fn show(
    agent: &ureq::Agent,
    base: &str,
    peers: Option<SocketAddr>,
    files: &Files,
) -> anyhow::Result<()> {
    let file = |name: &str| quoted(&files.path(name));
    let (chain, key) = (
        file(&format!("{GATEWAY}.pem")),
        file(&format!("{GATEWAY}.key")),
    );
    let url = format!("{base}/v1/admission/decisions");
    say(
        "may this gateway send, now?",
        &format!(
            "curl -s {url} -H 'content-type: application/json' -d @{}",
            file(QUESTION)
        ),
    );
    output::line(&decided(agent, &url, &files.read(QUESTION)?)?);
    say(
        "what does its authority say of its certificate?",
        &format!(
            "openssl ocsp -no_nonce -issuer {} -cert {chain} -CAfile {} -url {base}/ocsp",
            file(&format!("{ISSUING}.pem")),
            file(ROOT),
        ),
    );
    if let Some(address) = peers {
        say(
            "is it let in, and as whom?",
            &format!(
                "curl -s --cacert {} --cert {chain} --key {key} https://localhost:{}/v1/peer",
                file(ANCHORS),
                address.port()
            ),
        );
    }
    let program = quoted(&std::env::current_exe()?);
    let data_dir = files.path("..");
    let data_dir = quoted(&data_dir.canonicalize().unwrap_or(data_dir));
    let act = |what: &str, who: &str| {
        let token = file(&format!("{who}.token"));
        format!("{program} {what} --token-file {token} --data-dir {data_dir}")
    };
    let number = files.read(GATEWAY_NUMBER).unwrap_or_default();
    let revoke = format!(
        "certificate revoke {number} --because keyCompromise --reason 'its key was found on a lost disk'"
    );
    say(
        "Alice revokes it, which takes two; Bob agrees, and sees when each node took it up",
        &format!(
            "WAITING=$({} | tee /dev/stderr | sed -n 's/.*approval approve //p')",
            act(&revoke, "alice")
        ),
    );
    output::line(&act("approval approve $WAITING", "bob"));
    output::line("# ask the three again: refused, revoked, turned away");
    Ok(())
}

/// The decision, once the node has all that it rests on: just begun, it waits for the first revocation list.
fn decided(agent: &ureq::Agent, url: &str, question: &str) -> anyhow::Result<String> {
    let began = Instant::now();
    loop {
        let mut answer = agent
            .post(url)
            .header("content-type", "application/json")
            .send(question)?;
        let answer = answer.body_mut().read_to_string()?;
        let waits = ["node.unready", "revocation.unknown", "revocation.stale"];
        let is_early = waits.iter().any(|reason| answer.contains(reason));
        if !is_early || began.elapsed() > PATIENCE {
            return Ok(answer);
        }
        sleep(Duration::from_millis(200));
    }
}
