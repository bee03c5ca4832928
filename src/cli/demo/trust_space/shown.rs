//! What a demo shows of its trust space: lines for a shell, with an administrator's token where one is needed.

use std::path::Path;

use super::files::Files;
use crate::cli::output;

/// Prints the lines; those that only ask, with the answers the service gives right now.
pub(in crate::cli::demo) fn show(
    agent: &ureq::Agent,
    base: &str,
    files: &Files,
) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let signer = shell_word(&files.path("signer.pem"));
    say(
        "the signed list, as every node fetches it",
        &format!("curl -s {base}/trust/listeblanchemssante.xml -o /tmp/liste.xml"),
    );
    say(
        "is it the agency's? asked of xmlsec1, then of our own reader",
        &format!(
            "xmlsec1 --verify --enabled-key-data rsa --pubkey-cert-pem {signer} /tmp/liste.xml"
        ),
    );
    output::line(&format!(
        "{} trust-list verify /tmp/liste.xml --signer {signer}",
        shell_word(&program)
    ));
    let suspended = "/v1/operators?state=suspended";
    let approvals = "/v1/approvals?state=pending";
    for (why, path, name) in [
        (
            "an operator that was suspended, as an auditor sees it",
            suspended,
            "carole",
        ),
        (
            "what waits for a second administrator: Alice asked to let it in again",
            approvals,
            "alice",
        ),
    ] {
        let token = files.read(&format!("{name}.token"))?;
        say(
            why,
            &format!("curl -s '{base}{path}' {}", bearer(files, name)),
        );
        let mut answer = agent
            .get(format!("{base}{path}"))
            .header("authorization", format!("Bearer {token}"))
            .call()?;
        output::line(&answer.body_mut().read_to_string()?);
    }
    say(
        "Bob agrees; a quarter of a minute later the next list holds the operator's mail domain",
        &format!(
            "curl -s -X POST {base}/v1/approvals/{}/approve {}",
            files.read(super::WAITING).unwrap_or_default(),
            bearer(files, "bob")
        ),
    );
    output::line(&format!("curl -s '{base}/v1/trust-lists/diff?from=1&to=2'"));
    Ok(())
}

pub(super) fn say(why: &str, line: &str) {
    output::line(&format!("\n# {why}\n{line}"));
}

/// The option that names an administrator: the token is read from its file, not shown.
fn bearer(files: &Files, name: &str) -> String {
    let file = shell_word(&files.path(&format!("{name}.token")));
    format!("-H \"Authorization: Bearer $(cat {file})\"")
}

/// A path as one word of a shell line.
pub(super) fn shell_word(path: &Path) -> String {
    let path = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(plain) {
        path.into_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
