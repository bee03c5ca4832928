//! The public cases of x509-limbo against path and rules: every verdict that differs from theirs is
//! listed with its reason, and the list must stay exact.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Anchors, check_path, is_for_host};
use crate::domain::certificate::CertificatePurpose;
use crate::trust::certificate::{Certificate, read_upload};
use crate::trust::pki::NOW;

#[derive(Deserialize)]
struct Suite {
    testcases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    features: Vec<String>,
    validation_kind: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<String>,
    expected_result: String,
    expected_peer_name: Option<PeerName>,
}

#[derive(Deserialize)]
struct PeerName {
    value: String,
}

/// Revocation is another part's; a limit of depth that differs from case to case is not offered.
const OUT_OF_SCOPE: &[&str] = &["has-crl", "max-chain-depth"];

/// Why a certificate is not taken, in one word or the first rule it breaks; none when it is.
fn verdict(case: &Case) -> Result<(), String> {
    let at = match &case.validation_time {
        Some(text) => OffsetDateTime::parse(text, &Rfc3339).unwrap(),
        None => NOW,
    };
    let mut anchors = Anchors::default();
    for pem in &case.trusted_certs {
        // An anchor that cannot be read is none.
        if let Ok(more) = Anchors::from_pem(pem.as_bytes()) {
            anchors = anchors.and(more);
        }
    }
    let read = |pem: &String| {
        let der = read_upload(pem.as_bytes()).map_err(|_| "unreadable".to_owned())?;
        Certificate::parse(&der[0]).map_err(|_| "unreadable".to_owned())
    };
    let leaf = read(&case.peer_certificate)?;
    let sent = case.untrusted_intermediates.iter().map(read);
    let sent = sent.collect::<Result<Vec<_>, _>>()?;
    let purpose = match case.validation_kind.as_str() {
        "SERVER" => CertificatePurpose::SmtpServer,
        _ => CertificatePurpose::SmtpClient,
    };
    check_path(&leaf, &sent, &anchors, purpose, at)
        .map_err(|error| error.findings[0].rule.clone())?;
    match &case.expected_peer_name {
        Some(name) if purpose == CertificatePurpose::SmtpServer => is_for_host(&leaf, &name.value)
            .then_some(())
            .ok_or_else(|| "host".to_owned()),
        Some(_) | None => Ok(()),
    }
}

/// Cases where the verdict differs: what we answer, and why that is meant.
const DIVERGENCES: &[(&str, &str, &str)] = &[];

#[test]
fn verdicts_differ_only_where_it_is_meant() {
    let path = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/pki/limbo.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: the cases of x509-limbo are not here");
        return;
    };
    let suite: Suite = serde_json::from_str(&text).unwrap();
    let mut differing = BTreeMap::new();
    let mut compared = 0;
    for case in &suite.testcases {
        if case
            .features
            .iter()
            .any(|it| OUT_OF_SCOPE.contains(&it.as_str()))
        {
            continue;
        }
        compared += 1;
        let verdict = verdict(case);
        if verdict.is_ok() != (case.expected_result == "SUCCESS") {
            let answer = verdict.err().unwrap_or_else(|| "taken".to_owned());
            differing.insert(case.id.as_str(), answer);
        }
    }
    let listed: BTreeMap<_, _> = DIVERGENCES
        .iter()
        .map(|(id, answer, _)| (*id, (*answer).to_owned()))
        .collect();
    assert!(compared > 150, "{compared} cases: the suite has changed");
    assert_eq!(differing, listed);
}
