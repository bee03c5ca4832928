//! The hand-written first message of an old handshake, before a server that still speaks old TLS: only one that
//! `openssl` would go along with proves that a refusal is about the version.

use std::path::Path;
use std::process::Stdio;

use annuaire::trust::probe::ProbeIdentities;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::gateway::{Gateway, Manner};
use super::name_server::NameServer;
use super::pki::Pki;
use super::{DOMAIN, plan, run, settings, zone};

#[tokio::test]
async fn openssl_goes_along_with_our_old_handshakes_unless_it_must_not() {
    let names = NameServer::start(&zone()).await;
    let gateway = Gateway::start(Manner::Good).await;
    let directory = tempfile::tempdir().unwrap();
    for (without, words) in [
        (&[][..], "it goes along with TLS 1.0"),
        (&["-no_tls1"], "it goes along with TLS 1.1"),
        (
            &["-no_tls1", "-no_tls1_1"],
            "it turns away TLS 1.0 by alert 70, TLS 1.1 by alert 70",
        ),
    ] {
        let (_server, port) = openssl(directory.path(), without).await;
        let mut settings = settings(&names, &gateway);
        settings.smtps_port = port;
        // It speaks TLS but no SMTP: there is nothing to begin a mail with.
        settings.identities = ProbeIdentities::default();
        let report = run(&plan(&[DOMAIN]), &settings).await;
        let seen = report.checks.iter().find(|check| {
            check.name.as_str() == "tls.versions"
                && check.subject.to_string().ends_with(&port.to_string())
        });
        assert!(seen.unwrap().detail.starts_with(words), "{report:#?}");
    }
}

/// An `openssl s_server` of every version but some, with the gateway's certificate; killed when dropped.
async fn openssl(directory: &Path, without: &[&str]) -> (Child, u16) {
    let holder = &Pki::of_this_run().gateway;
    let PrivateKeyDer::Pkcs8(key) = holder.key() else {
        panic!("the key is not PKCS #8");
    };
    let (certificate, key_file) = (directory.join("leaf.der"), directory.join("key.der"));
    std::fs::write(&certificate, holder.leaf()).unwrap();
    std::fs::write(&key_file, key.secret_pkcs8_der()).unwrap();
    let mut server = Command::new("openssl")
        .args([
            "s_server",
            "-accept",
            "127.0.0.1:0",
            "-cipher",
            "ALL:@SECLEVEL=0",
        ])
        .args(["-certform", "DER", "-keyform", "DER", "-cert"])
        .arg(&certificate)
        .arg("-key")
        .arg(&key_file)
        .args(without)
        // The machine's own settings may forbid what is tried here.
        .env("OPENSSL_CONF", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("openssl is installed");
    let mut lines = BufReader::new(server.stdout.as_mut().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("openssl serves");
        if let Some(port) = line.strip_prefix("ACCEPT 127.0.0.1:") {
            let port = port.parse().unwrap();
            return (server, port);
        }
    }
}
