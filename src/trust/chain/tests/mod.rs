//! Paths that hold, and paths that break at one certificate each.

mod limbo;
mod outside;

use std::fmt::Write as _;

use time::Duration;

use super::{Anchors, PathError, check_path, is_for_host};
use crate::domain::certificate::CertificatePurpose as Purpose;
use crate::trust::certificate::Certificate;
use crate::trust::pki::{
    ALTERNATIVE_NAMES, AUTHORITY_KEY, BASIC_CONSTRAINTS, CLIENT_AUTH, Change, Draft,
    EXTENDED_USAGE, NAME_CONSTRAINTS, NOW, Party, SERVER_AUTH, authority_key, dns_names,
    extended_usage, new_key, pem, sequence, tlv,
};

/// Authorities in a row: each signs the next, the first itself.
struct Row(Vec<Party>);

impl Row {
    fn of(length: usize) -> Self {
        Self(
            (0..length)
                .map(|n| Party::new(&format!("AC {n}")))
                .collect(),
        )
    }

    fn root(&self) -> &Party {
        &self.0[0]
    }

    fn last(&self) -> &Party {
        &self.0[self.0.len() - 1]
    }

    fn anchors(&self) -> Anchors {
        anchors(&[self.root().root()])
    }

    /// The certificates between root and leaf, each as `change` leaves it.
    fn intermediates(&self, change: impl Fn(&mut Draft)) -> Vec<Certificate> {
        let pairs = self.0.windows(2);
        pairs
            .map(|pair| {
                let mut draft = Draft::authority(&pair[0], &pair[1]);
                change(&mut draft);
                draft.sign(&pair[0].key)
            })
            .collect()
    }

    fn leaf(&self, change: impl Fn(&mut Draft)) -> Certificate {
        let mut draft = Draft::gateway(self.last(), &new_key());
        change(&mut draft);
        draft.sign(&self.last().key)
    }
}

fn anchors(certificates: &[Certificate]) -> Anchors {
    let text = certificates.iter().fold(String::new(), |mut text, it| {
        write!(text, "{}", pem(it.der())).unwrap();
        text
    });
    Anchors::from_pem(text.as_bytes()).unwrap()
}

fn as_is(_: &mut Draft) {}

fn broken_rule(result: Result<super::Path, PathError>) -> (String, String) {
    let error = result.unwrap_err();
    (error.certificate, error.findings[0].rule.clone())
}

#[test]
fn a_path_is_answered_from_leaf_to_anchor_whatever_the_order_sent() {
    for length in 1..=4 {
        let row = Row::of(length);
        let (leaf, mut sent) = (row.leaf(as_is), row.intermediates(as_is));
        let mut expected = vec![leaf.clone()];
        expected.extend(sent.iter().rev().cloned());
        let anchors = row.anchors();
        expected.push(anchors.certificates()[0].clone());
        sent.push(Row::of(1).root().root());
        let path = check_path(&leaf, &sent, &anchors, Purpose::Gateway, NOW).unwrap();
        assert_eq!(path.certificates, expected, "{length}");
    }
}

#[test]
fn more_authorities_than_three_between_are_refused() {
    let row = Row::of(5);
    let path = check_path(
        &row.leaf(as_is),
        &row.intermediates(as_is),
        &row.anchors(),
        Purpose::Gateway,
        NOW,
    );
    assert_eq!(broken_rule(path).1, "path.depth");
    let row = Row::of(2);
    let crowd = vec![row.intermediates(as_is)[0].clone(); 8];
    let path = check_path(
        &row.leaf(as_is),
        &crowd,
        &row.anchors(),
        Purpose::Gateway,
        NOW,
    );
    assert_eq!(broken_rule(path).1, "path.size");
}

#[test]
fn each_purpose_is_asked_of_the_leaf_and_of_every_authority() {
    let row = Row::of(2);
    let limited = |usages: &'static [&'static str]| {
        row.intermediates(move |d| d.set(EXTENDED_USAGE, false, extended_usage(usages)))
    };
    for (sent, purpose, holds) in [
        (limited(&[SERVER_AUTH]), Purpose::SmtpServer, true),
        (limited(&[SERVER_AUTH]), Purpose::SmtpClient, false),
        (limited(&[SERVER_AUTH]), Purpose::Gateway, false),
        (limited(&[SERVER_AUTH, CLIENT_AUTH]), Purpose::Gateway, true),
        (row.intermediates(as_is), Purpose::Gateway, true),
    ] {
        let path = check_path(&row.leaf(as_is), &sent, &row.anchors(), purpose, NOW);
        assert_eq!(path.is_ok(), holds, "{purpose:?}: {path:?}");
        if !holds {
            assert_eq!(broken_rule(path).1, "path.extended_usage");
        }
    }
    let signer = Draft::list_signer(row.last(), &new_key()).sign(&row.last().key);
    let sent = row.intermediates(as_is);
    for (leaf, purpose, rule) in [
        (&signer, Purpose::ListSigner, None),
        (&signer, Purpose::SmtpClient, Some("extended_usage.role")),
        (
            &row.leaf(as_is),
            Purpose::ListSigner,
            Some("extended_usage.role"),
        ),
        (&signer, Purpose::Anchor, Some("constraints.authority")),
    ] {
        let path = check_path(leaf, &sent, &row.anchors(), purpose, NOW);
        let rule_broken = path.err().map(|it| {
            it.findings
                .iter()
                .any(|found| Some(found.rule.as_str()) == rule)
        });
        assert_eq!(rule_broken, rule.map(|_| true), "{purpose:?}");
    }
}

#[test]
fn an_authority_that_breaks_a_rule_is_named() {
    let row = Row::of(3);
    let leaf = row.leaf(as_is);
    let cases: &[(Change, &str)] = &[
        (|d| d.serial = vec![0], "serial.positive"),
        (|d| d.remove(BASIC_CONSTRAINTS), "constraints.authority"),
        (|d| d.remove(AUTHORITY_KEY), "identifier.authority"),
        (
            |d| d.set("1.2.3.4", true, tlv(5, &[])),
            "extension.critical",
        ),
        (|d| d.not_after = NOW - Duration::SECOND, "validity.expired"),
        (
            |d| d.not_before = NOW + Duration::SECOND,
            "validity.not_yet",
        ),
    ];
    for (change, rule) in cases {
        let mut sent = row.intermediates(as_is);
        sent[0] = row.intermediates(change).remove(0);
        let path = check_path(&leaf, &sent, &row.anchors(), Purpose::Gateway, NOW);
        let expected = ("CN=AC 1,C=FR".to_owned(), (*rule).to_owned());
        assert_eq!(broken_rule(path), expected);
    }
}

#[test]
fn an_anchor_that_breaks_a_rule_anchors_nothing_and_is_reported() {
    let root = Party::new("AC racine");
    let leaf = Draft::gateway(&root, &new_key()).sign(&root.key);
    let cases: &[(Change, &str)] = &[
        (|d| d.not_after = NOW - Duration::SECOND, "validity.expired"),
        (
            |d| d.set("1.2.3.4", true, tlv(5, &[])),
            "extension.critical",
        ),
        (|d| d.remove(BASIC_CONSTRAINTS), "constraints.authority"),
    ];
    for (change, rule) in cases {
        let mut draft = Draft::authority(&root, &root);
        change(&mut draft);
        let odd = draft.sign(&root.key);
        let file = anchors(std::slice::from_ref(&odd));
        let reports = file.lint(NOW);
        assert_eq!(reports.len(), 1);
        assert_eq!((reports[0].0, reports[0].1[0].rule.as_str()), (&odd, *rule));
        let path = check_path(&leaf, &[], &file, Purpose::Gateway, NOW);
        let expected = ("CN=AC racine,C=FR".to_owned(), (*rule).to_owned());
        assert_eq!(broken_rule(path), expected);
        // Renewed under its name and key, it anchors again, whichever stands first.
        let renewed = root.root();
        for both in [[&odd, &renewed], [&renewed, &odd]] {
            let file = anchors(&both.map(Clone::clone));
            let path = check_path(&leaf, &[], &file, Purpose::Gateway, NOW).unwrap();
            assert_eq!(path.certificates[1], renewed);
        }
    }
}

#[test]
fn an_intermediate_authority_can_be_the_anchor() {
    let row = Row::of(2);
    let anchor = row.intermediates(as_is);
    let path = check_path(
        &row.leaf(as_is),
        &[],
        &anchors(&anchor),
        Purpose::Gateway,
        NOW,
    );
    assert_eq!(path.unwrap().certificates.len(), 2);
}

#[test]
fn where_the_names_lead_nowhere_the_last_one_is_named() {
    let (row, other) = (Row::of(3), Row::of(1));
    let leaf = row.leaf(as_is);
    let only_last = &row.intermediates(as_is)[1..];
    let path = check_path(&leaf, only_last, &row.anchors(), Purpose::Gateway, NOW);
    let error = path.unwrap_err();
    assert_eq!(
        error.to_string(),
        "certificate CN=AC 2,C=FR: path.issuer (RFC 5280 §6.1.3 (a)(4)): found the issuer \
         CN=AC 1,C=FR, expected an anchor, or an authority whose certificate was sent along"
    );
    // Another authority of the same name has another key.
    let path = check_path(
        &other.leaf(as_is),
        &[],
        &row.anchors(),
        Purpose::Gateway,
        NOW,
    );
    assert_eq!(broken_rule(path).1, "path.signature");
    let path = check_path(&leaf, &[], &Anchors::default(), Purpose::Gateway, NOW);
    assert_eq!(broken_rule(path).1, "path.issuer");
}

#[test]
fn a_key_identifier_that_is_not_the_issuers_is_refused_though_the_signature_holds() {
    let row = Row::of(1);
    let leaf = row.leaf(|d| d.set(AUTHORITY_KEY, false, authority_key(&[0xab; 20])));
    let path = check_path(&leaf, &[], &row.anchors(), Purpose::Gateway, NOW);
    let error = path.unwrap_err();
    assert_eq!(error.findings[0].rule, "path.identifier");
    assert!(error.to_string().contains(&"AB".repeat(20)), "{error}");
}

#[test]
fn limits_of_authorities_hold_for_what_is_below() {
    let row = Row::of(3);
    let leaf = row.leaf(as_is);
    let length = |n: u8| sequence(&[tlv(1, &[0xff]), tlv(2, &[n])]);
    let permitted = |domain: &str| {
        let subtree = sequence(&[tlv(0x82, domain.as_bytes())]);
        sequence(&[tlv(0xa0, &subtree)])
    };
    for (place, oid, value, rule) in [
        (0, BASIC_CONSTRAINTS, length(0), Some("path.length")),
        (0, BASIC_CONSTRAINTS, length(1), None),
        (
            1,
            NAME_CONSTRAINTS,
            permitted("autre.fr"),
            Some("path.name_constraints"),
        ),
        (1, NAME_CONSTRAINTS, permitted("essai.fr"), None),
    ] {
        let mut sent = row.intermediates(as_is);
        sent[place] = row
            .intermediates(|d| d.set(oid, true, value.clone()))
            .remove(place);
        let path = check_path(&leaf, &sent, &row.anchors(), Purpose::Gateway, NOW);
        match rule {
            Some(rule) => assert_eq!(broken_rule(path).1, rule),
            None => assert!(path.is_ok(), "{path:?}"),
        }
    }
}

#[test]
fn one_changed_bit_anywhere_in_the_leaf_breaks_the_path() {
    let row = Row::of(1);
    let leaf = row.leaf(as_is);
    for place in 0..leaf.der().len() {
        let mut der = leaf.der().to_vec();
        der[place] ^= 1;
        if let Ok(changed) = Certificate::parse(&der) {
            let path = check_path(&changed, &[], &row.anchors(), Purpose::Gateway, NOW);
            assert!(path.is_err(), "byte {place}");
        }
    }
}

#[test]
fn a_host_is_named_by_alternative_names_alone() {
    let row = Row::of(1);
    let leaf = row.leaf(|d| {
        d.set(
            ALTERNATIVE_NAMES,
            false,
            dns_names(&["mx.essai.fr", "*.autre.fr"]),
        );
    });
    for (host, is_for) in [
        ("mx.essai.fr", true),
        ("MX.essai.FR", true),
        ("a.autre.fr", true),
        ("a.b.autre.fr", false),
        ("autre.fr", false),
        ("mail.essai.fr", false),
        ("", false),
        ("mx essai", false),
        ("127.0.0.1", false),
    ] {
        assert_eq!(is_for_host(&leaf, host), is_for, "{host}");
    }
}

#[test]
fn a_leaf_out_of_its_days_is_refused_by_name() {
    let row = Row::of(1);
    let cases: &[(Change, &str)] = &[
        (|d| d.not_after = NOW - Duration::SECOND, "validity.expired"),
        (|d| d.not_before = NOW + Duration::SECOND, "path.not_yet"),
    ];
    for (change, rule) in cases {
        let path = check_path(
            &row.leaf(change),
            &[],
            &row.anchors(),
            Purpose::Gateway,
            NOW,
        );
        let (certificate, broken) = broken_rule(path);
        assert_eq!(broken, *rule);
        assert!(
            certificate.starts_with("CN=mail.essai.fr,"),
            "{certificate}"
        );
    }
}

#[test]
fn a_file_of_anchors_that_cannot_be_read_says_why() {
    for (file, reason) in [
        (String::new(), "this file is empty"),
        (new_key().serialize_pem(), "private key"),
        (pem(b"nonsense"), "certificate 1 of this file"),
    ] {
        let error = Anchors::from_pem(file.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn an_authority_is_no_leaf_whatever_the_purpose() {
    let row = Row::of(2);
    let authority = row.intermediates(as_is).remove(0);
    for (purpose, rule) in [
        (Purpose::IssuingAuthority, "path.purpose"),
        (Purpose::Gateway, "constraints.leaf"),
        (Purpose::SmtpClient, "usage.leaf"),
    ] {
        let path = check_path(&authority, &[], &row.anchors(), purpose, NOW);
        let rules = path.unwrap_err().findings.into_iter().map(|it| it.rule);
        let rules = rules.collect::<Vec<_>>();
        assert!(rules.iter().any(|it| it == rule), "{purpose:?}: {rules:?}");
    }
}
