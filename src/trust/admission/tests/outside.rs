//! Paths and revocation beside the verdicts of others: the cases of x509-limbo, and `openssl verify`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use time::{Duration, OffsetDateTime};

use super::super::checks::revocation::revocation;
use super::super::evidence::Evidence;
use super::super::report::Missed;
use super::super::testing::{Space, evidence};
use super::divergences::{Divergence, FROM_LIMBO, FROM_OPENSSL};
use crate::domain::admission::Check;
use crate::domain::certificate::CertificatePurpose;
use crate::trust::limbo::{Case, cases};
use crate::trust::pki::{AUTHORITY_KEY, NOW, Party, authority_key, pem};
use crate::trust::revocation::testing::DraftList;

/// Why a case is not taken, in one word, the first rule it breaks, or what is known of its revocation;
/// nothing where it is taken. Where it has no lists, revocation is not asked about.
fn ours(case: &Case) -> Result<(), String> {
    let path = case.path()?;
    if !case.has_lists() {
        return Ok(());
    }
    let mut space = Space::new();
    space.state.revocation_lists = case.lists().into_iter().map(evidence).collect();
    let known = Evidence::new(&space.state, None);
    match revocation(Some(&path), None, &known, space.policy, case.at()) {
        Ok(_) => Ok(()),
        Err(Missed::Failed(reasons, _)) => Err(reasons[0].code().to_owned()),
        Err(Missed::Skipped(why)) => Err(why.to_owned()),
    }
}

/// Files for `openssl`, in a folder that goes with them.
struct Files(tempfile::TempDir);

impl Files {
    fn write(&self, name: &str, pems: &[String]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, pems.concat()).unwrap();
        path
    }
}

/// What `openssl verify` is asked.
struct Verified<'a> {
    anchors: &'a [String],
    sent: &'a [String],
    leaf: &'a str,
    lists: &'a [String],
    purpose: CertificatePurpose,
    at: OffsetDateTime,
    name: Option<(&'static str, &'a str)>,
}

/// Whether `openssl verify` takes it: on every certificate of the path a list is asked for where there is
/// any. None where there is no such program.
fn openssl(asked: &Verified<'_>) -> Option<bool> {
    let files = Files(tempfile::tempdir().unwrap());
    let mut command = Command::new("openssl");
    command.args(["verify", "-x509_strict", "-partial_chain", "-purpose"]);
    command.arg(match asked.purpose {
        CertificatePurpose::SmtpServer => "sslserver",
        _ => "sslclient",
    });
    command.args(["-attime", &asked.at.unix_timestamp().to_string()]);
    command
        .arg("-CAfile")
        .arg(files.write("anchors", asked.anchors));
    if !asked.sent.is_empty() {
        command
            .arg("-untrusted")
            .arg(files.write("sent", asked.sent));
    }
    if !asked.lists.is_empty() {
        let lists = files.write("lists", asked.lists);
        command.arg("-crl_check_all").arg("-CRLfile").arg(lists);
    }
    if let Some((option, name)) = asked.name {
        command.args([option, name]);
    }
    command.arg(files.write("leaf", &[asked.leaf.to_owned()]));
    Some(command.output().ok()?.status.success())
}

fn openssl_of(case: &Case) -> Option<bool> {
    let name = case.expected_peer_name.as_ref();
    let name = name.filter(|_| case.purpose() == CertificatePurpose::SmtpServer);
    openssl(&Verified {
        anchors: &case.trusted_certs,
        sent: &case.untrusted_intermediates,
        leaf: &case.peer_certificate,
        lists: &case.crls,
        purpose: case.purpose(),
        at: case.at(),
        name: name.map(|name| {
            let option = match name.kind.as_str() {
                "IP" => "-verify_ip",
                _ => "-verify_hostname",
            };
            (option, name.value.as_str())
        }),
    })
}

/// What we answer where others answer something else, by case.
type Differing = BTreeMap<String, String>;

fn note(differing: &mut Differing, case: &Case, theirs: bool) {
    let verdict = ours(case);
    if verdict.is_ok() != theirs {
        let answer = verdict.err().unwrap_or_else(|| "taken".to_owned());
        differing.insert(case.id.clone(), answer);
    }
}

fn listed(divergences: &[Divergence]) -> Differing {
    let mut listed = Differing::new();
    for (answer, reason, ids) in divergences {
        assert!(reason.ends_with('.'), "{reason}");
        for id in *ids {
            let before = listed.insert((*id).to_owned(), (*answer).to_owned());
            assert_eq!(before, None, "{id} is listed twice");
        }
    }
    listed
}

#[test]
fn verdicts_on_revocation_differ_from_those_of_limbo_only_where_it_is_meant() {
    let Some(cases) = cases() else { return };
    let mut differing = Differing::new();
    let mut compared = 0;
    for case in cases.iter().filter(|case| case.has_lists()) {
        compared += 1;
        note(&mut differing, case, case.should_be_taken());
    }
    assert_eq!(compared, 8, "the suite has changed");
    assert_eq!(differing, listed(FROM_LIMBO));
}

#[test]
fn verdicts_differ_from_those_of_openssl_only_where_it_is_meant() {
    let Some(cases) = cases() else { return };
    let mut differing = Differing::new();
    for case in &cases {
        let Some(theirs) = openssl_of(case) else {
            return eprintln!("skipped: no openssl here");
        };
        note(&mut differing, case, theirs);
    }
    assert!(
        cases.len() > 150,
        "{} cases: the suite has changed",
        cases.len()
    );
    assert_eq!(differing, listed(FROM_OPENSSL));
}

#[test]
fn openssl_says_the_same_of_the_revocation_of_our_own() {
    /// What is done to the list of the authority that issues, before and after it is signed.
    type Doubt = fn(&Space, &mut DraftList);
    let cases: &[(&str, Doubt, bool)] = &[
        ("as it is", |_, _| {}, true),
        (
            "another is on it",
            |_, list| *list = list.clone().with(&[0x55], Some(1)),
            true,
        ),
        (
            "revoked",
            |space, list| *list = list.clone().with(&space.gateway.serial, Some(1)),
            false,
        ),
        (
            "revoked for no reason that is told",
            |space, list| *list = list.clone().with(&space.gateway.serial, None),
            false,
        ),
        (
            "on hold",
            |space, list| *list = list.clone().with(&space.gateway.serial, Some(6)),
            false,
        ),
        (
            "over",
            |_, list| list.next_update = Some(NOW - Duration::SECOND),
            false,
        ),
        (
            "not yet",
            |_, list| list.this_update = NOW + Duration::HOUR,
            false,
        ),
        (
            "of another key",
            |_, list| list.set(AUTHORITY_KEY, false, authority_key(&[7; 20])),
            false,
        ),
        (
            "of another name",
            |_, list| list.issuer = Party::new("AC autre").name,
            false,
        ),
    ];
    for (name, doubt, is_good) in cases {
        let mut space = Space::new();
        let mut list = DraftList::of(&space.issuing);
        doubt(&space, &mut list);
        space.issued_list(&list);
        let decision = space.decide(&space.asked());
        let mut checks = decision.checks.iter();
        let revocation = checks.find(|it| it.check == Check::Revocation).unwrap();
        assert_eq!(
            revocation.reasons.is_empty(),
            *is_good,
            "{name}: {revocation:?}"
        );
        let lists: Vec<String> = space
            .state
            .revocation_lists
            .iter()
            .map(|it| pem(&it.der).replace("CERTIFICATE", "X509 CRL"))
            .collect();
        let theirs = openssl(&Verified {
            anchors: &[pem(space.anchors[0].der())],
            sent: &[pem(space.authority.der())],
            leaf: &pem(space.gateway.der()),
            lists: &lists,
            purpose: CertificatePurpose::SmtpClient,
            at: NOW,
            name: None,
        });
        match theirs {
            Some(theirs) => assert_eq!(theirs, *is_good, "{name}"),
            None => return eprintln!("skipped: no openssl here"),
        }
    }
}
