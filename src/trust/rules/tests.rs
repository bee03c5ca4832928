//! Each rule against a certificate that keeps it and one that breaks it in one place.

use time::Duration;
use time::macros::datetime;

use super::{
    CertificatePurpose as Purpose, Finding, Severity, Subject, TOPICS, WithoutRevocation, lint,
};
use crate::trust::certificate::Certificate;
use crate::trust::pki::{
    ACCESS, ALTERNATIVE_NAMES, AUTHORITY_KEY, BASIC_CONSTRAINTS, CLIENT_AUTH, CRL_POINTS, CRL_SIGN,
    Change, DIGITAL_SIGNATURE, Draft, EMAIL_PROTECTION, EXTENDED_USAGE, KEY_CERT_SIGN,
    KEY_ENCIPHERMENT, KEY_USAGE, NAME_CONSTRAINTS, NOW, Party, SERVER_AUTH, SUBJECT_KEY,
    authority_key, crl_point, dns_names, elliptic, extended_usage, key_usage, name, new_key, ocsp,
    operator, rsa, sequence, tlv,
};

fn judged(certificate: &Certificate, purpose: Purpose) -> Vec<Finding> {
    lint(&Subject {
        certificate,
        purpose,
        at: NOW,
        without_revocation: WithoutRevocation::Refuse,
    })
}

/// A draft of the purpose's kind that breaks no rule.
fn draft(purpose: Purpose, authority: &Party) -> Draft {
    match purpose {
        Gateway | SmtpServer | SmtpClient => Draft::gateway(authority, &new_key()),
        ListSigner => Draft::list_signer(authority, &new_key()),
        IssuingAuthority => Draft::authority(authority, &Party::new("AC fille")),
        Anchor => Draft::authority(authority, authority),
    }
}

/// A change to a draft, and the rules it then breaks.
struct Case {
    purpose: Purpose,
    change: Change,
    breaks: &'static [&'static str],
    severity: Severity,
    found: &'static str,
}

const fn refused(
    purpose: Purpose,
    change: Change,
    breaks: &'static [&'static str],
    found: &'static str,
) -> Case {
    Case {
        purpose,
        change,
        breaks,
        severity: Severity::Refuse,
        found,
    }
}

const fn warned(
    purpose: Purpose,
    change: Change,
    breaks: &'static [&'static str],
    found: &'static str,
) -> Case {
    Case {
        purpose,
        change,
        breaks,
        severity: Severity::Warn,
        found,
    }
}

const P521: &str = "1.3.132.0.35";
const SECP256K1: &str = "1.3.132.0.10";
const SHA1_WITH_RSA: &str = "1.2.840.113549.1.1.5";
const POLICY_CONSTRAINTS: &str = "2.5.29.36";
const PRIVATE: &str = "1.3.6.1.4.1.99999.1";
const ANY: &str = "2.5.29.37.0";

use Purpose::{Anchor, Gateway, IssuingAuthority, ListSigner, SmtpClient, SmtpServer};

const CASES: &[Case] = &[
    refused(
        Gateway,
        |d| d.spki = rsa(1024, &[1, 0, 1]),
        &["key.size"],
        "RSA of 1024 bits",
    ),
    refused(
        Gateway,
        |d| d.spki = rsa(2047, &[1, 0, 1]),
        &["key.size"],
        "RSA of 2047 bits",
    ),
    refused(
        Anchor,
        |d| d.spki = rsa(2052, &[1, 0, 1]),
        &["key.size"],
        "RSA of 2052 bits",
    ),
    refused(
        Gateway,
        |d| d.spki = rsa(8200, &[1, 0, 1]),
        &["key.size"],
        "RSA of 8200 bits",
    ),
    refused(Gateway, |d| d.spki = elliptic(P521), &["key.size"], "P-521"),
    refused(
        Gateway,
        |d| d.spki = elliptic(SECP256K1),
        &["key.size"],
        "on 1.3.132.0.10",
    ),
    refused(
        Gateway,
        |d| d.spki = rsa(2048, &[3]),
        &["key.exponent"],
        "3",
    ),
    refused(
        Gateway,
        |d| d.spki = rsa(2048, &[1, 0, 2]),
        &["key.exponent"],
        "65538",
    ),
    refused(
        Gateway,
        |d| d.spki = rsa(2048, &[1; 9]),
        &["key.exponent"],
        "more than 64 bits",
    ),
    refused(
        Gateway,
        |d| (d.signature, d.inner_signature) = (SHA1_WITH_RSA, SHA1_WITH_RSA),
        &["signature.algorithm"],
        SHA1_WITH_RSA,
    ),
    refused(Gateway, |d| d.version = 1, &["version"], "2"),
    refused(Gateway, |d| d.serial = vec![0], &["serial.positive"], "00"),
    refused(
        Gateway,
        |d| d.serial = vec![0x80],
        &["serial.positive"],
        "80",
    ),
    warned(Anchor, |d| d.serial = vec![0], &["serial.positive"], "00"),
    refused(
        Gateway,
        |d| d.serial = vec![0x11; 21],
        &["serial.length"],
        "21 octets",
    ),
    refused(
        Gateway,
        |d| (d.not_before, d.not_after) = (NOW, NOW),
        &["validity.order"],
        "2026-06-01T12:00:00Z to 2026-06-01T12:00:00Z",
    ),
    refused(
        Gateway,
        |d| d.not_after = NOW - Duration::SECOND,
        &["validity.expired"],
        "2026-06-01T11:59:59Z",
    ),
    refused(
        Anchor,
        |d| d.not_after = NOW - Duration::SECOND,
        &["validity.expired"],
        "2026-06-01T11:59:59Z",
    ),
    warned(
        Gateway,
        |d| d.not_before = NOW + Duration::SECOND,
        &["validity.not_yet"],
        "2026-06-01T12:00:01Z",
    ),
    refused(
        Anchor,
        |d| d.not_before = NOW + Duration::SECOND,
        &["validity.not_yet"],
        "2026-06-01T12:00:01Z",
    ),
    warned(
        Gateway,
        |d| d.not_after = datetime!(2028-04-03 0:00 UTC),
        &["validity.length"],
        "1188 days",
    ),
    refused(
        Gateway,
        |d| d.issuer = name(&[]),
        &["name.issuer"],
        "an empty issuer",
    ),
    refused(
        IssuingAuthority,
        |d| d.subject = name(&[]),
        &["name.subject"],
        "an empty subject",
    ),
    refused(
        Gateway,
        |d| d.subject = name(&[("2.5.4.11", "1770816478")]),
        &["name.common_name"],
        "none",
    ),
    refused(
        ListSigner,
        |d| {
            d.subject = name(&[
                ("2.5.4.11", "1770816478"),
                ("2.5.4.3", "one"),
                ("2.5.4.3", "two"),
            ]);
        },
        &["name.common_name"],
        r#"["one", "two"]"#,
    ),
    refused(
        Gateway,
        |d| d.subject = name(&[("2.5.4.3", "mail.essai.fr")]),
        &["name.structure"],
        "none",
    ),
    refused(
        Gateway,
        |d| d.subject = operator("mail.essai.fr", "2770816478"),
        &["name.structure"],
        "2770816478",
    ),
    refused(
        Gateway,
        |d| d.subject = operator("mail.essai.fr", "1770816478 "),
        &["name.structure"],
        "1770816478 ",
    ),
    refused(
        Gateway,
        |d| d.subject = operator("mail.essai.fr", "32613000810015"),
        &["name.structure"],
        "32613000810015",
    ),
    warned(
        Gateway,
        |d| d.subject = operator("mail.essai.fr", "1770816479"),
        &["name.structure_key"],
        "1770816479",
    ),
    warned(
        Gateway,
        |d| d.subject = operator("mail.essai.fr", "326130008100154"),
        &["name.structure_key"],
        "326130008100154",
    ),
    refused(
        Gateway,
        |d| d.remove(ALTERNATIVE_NAMES),
        &["name.hosts"],
        "no dNSName",
    ),
    refused(
        Gateway,
        |d| {
            d.set(
                ALTERNATIVE_NAMES,
                false,
                dns_names(&["mail.essai.fr", "a_b.essai.fr"]),
            );
        },
        &["name.host_form"],
        "a_b.essai.fr",
    ),
    refused(
        SmtpServer,
        |d| d.set(ALTERNATIVE_NAMES, false, dns_names(&["mail.*.essai.fr"])),
        &["name.host_form"],
        "mail.*.essai.fr",
    ),
    refused(
        SmtpServer,
        |d| d.set(ALTERNATIVE_NAMES, false, dns_names(&["mail.essai.fr."])),
        &["name.host_form"],
        "mail.essai.fr.",
    ),
    warned(
        Gateway,
        |d| d.set(ALTERNATIVE_NAMES, false, dns_names(&["*.essai.fr"])),
        &["name.wildcard"],
        "*.essai.fr",
    ),
    refused(
        Gateway,
        |d| d.remove(KEY_USAGE),
        &["usage.present"],
        "no keyUsage",
    ),
    warned(
        Gateway,
        |d| d.set(KEY_USAGE, false, key_usage(DIGITAL_SIGNATURE)),
        &["usage.critical"],
        "not critical",
    ),
    refused(
        IssuingAuthority,
        |d| d.set(KEY_USAGE, true, key_usage(CRL_SIGN)),
        &["usage.authority"],
        "cRLSign",
    ),
    refused(
        Gateway,
        |d| {
            d.set(
                KEY_USAGE,
                true,
                key_usage(DIGITAL_SIGNATURE | KEY_CERT_SIGN),
            );
        },
        &["usage.leaf"],
        "digitalSignature keyCertSign",
    ),
    refused(
        Gateway,
        |d| d.set(KEY_USAGE, true, key_usage(KEY_ENCIPHERMENT)),
        &["usage.channel"],
        "keyEncipherment",
    ),
    refused(
        ListSigner,
        |d| d.set(KEY_USAGE, true, key_usage(KEY_ENCIPHERMENT)),
        &["usage.signer"],
        "keyEncipherment",
    ),
    refused(
        Gateway,
        |d| d.set(EXTENDED_USAGE, false, extended_usage(&[SERVER_AUTH])),
        &["extended_usage.role"],
        "serverAuth",
    ),
    refused(
        Gateway,
        |d| d.set(EXTENDED_USAGE, false, extended_usage(&[EMAIL_PROTECTION])),
        &["extended_usage.role"],
        "emailProtection",
    ),
    refused(
        SmtpServer,
        |d| d.set(EXTENDED_USAGE, false, extended_usage(&[CLIENT_AUTH])),
        &["extended_usage.role"],
        "clientAuth",
    ),
    refused(
        SmtpClient,
        |d| d.remove(EXTENDED_USAGE),
        &["extended_usage.role"],
        "no extKeyUsage",
    ),
    refused(
        ListSigner,
        |d| {
            d.set(
                EXTENDED_USAGE,
                false,
                extended_usage(&[EMAIL_PROTECTION, CLIENT_AUTH]),
            );
        },
        &["extended_usage.role"],
        "emailProtection clientAuth",
    ),
    refused(
        SmtpClient,
        |d| d.set(EXTENDED_USAGE, false, extended_usage(&[CLIENT_AUTH, ANY])),
        &["extended_usage.any"],
        "clientAuth anyExtendedKeyUsage",
    ),
    refused(
        IssuingAuthority,
        |d| d.set(EXTENDED_USAGE, false, extended_usage(&[])),
        &["extended_usage.empty"],
        "an empty extKeyUsage",
    ),
    refused(
        Anchor,
        |d| d.set(EXTENDED_USAGE, false, extended_usage(&[SERVER_AUTH])),
        &["extended_usage.anchor"],
        "serverAuth",
    ),
    refused(
        IssuingAuthority,
        |d| d.remove(BASIC_CONSTRAINTS),
        &["constraints.authority"],
        "no basicConstraints",
    ),
    refused(
        IssuingAuthority,
        |d| d.set(BASIC_CONSTRAINTS, true, sequence(&[])),
        &["constraints.authority"],
        "cA false",
    ),
    refused(
        Anchor,
        |d| d.set(BASIC_CONSTRAINTS, false, sequence(&[tlv(1, &[0xff])])),
        &["constraints.authority"],
        "not critical",
    ),
    refused(
        Gateway,
        |d| d.set(BASIC_CONSTRAINTS, true, sequence(&[tlv(1, &[0xff])])),
        &["constraints.leaf"],
        "cA true",
    ),
    refused(
        Gateway,
        |d| d.set(NAME_CONSTRAINTS, true, permitted("essai.fr")),
        &["constraints.names_in_leaf"],
        "nameConstraints",
    ),
    refused(
        IssuingAuthority,
        |d| d.set(NAME_CONSTRAINTS, true, sequence(&[tlv(0xa0, &[])])),
        &["constraints.names"],
        "no name",
    ),
    refused(
        Anchor,
        |d| d.set(NAME_CONSTRAINTS, true, sequence(&[])),
        &["constraints.names"],
        "no name",
    ),
    refused(
        IssuingAuthority,
        |d| d.set(NAME_CONSTRAINTS, false, permitted("essai.fr")),
        &["constraints.critical"],
        "nameConstraints",
    ),
    refused(
        IssuingAuthority,
        |d| d.set(POLICY_CONSTRAINTS, false, sequence(&[tlv(0x80, &[0])])),
        &["constraints.critical"],
        "policyConstraints",
    ),
    refused(
        Gateway,
        |d| d.remove(AUTHORITY_KEY),
        &["identifier.authority"],
        "no authorityKeyIdentifier",
    ),
    refused(
        Gateway,
        |d| d.set(AUTHORITY_KEY, false, sequence(&[])),
        &["identifier.authority"],
        "no keyIdentifier",
    ),
    refused(
        Anchor,
        |d| d.set(AUTHORITY_KEY, false, authority_key(b"another")),
        &["identifier.root"],
        "another key",
    ),
    refused(
        IssuingAuthority,
        |d| d.remove(SUBJECT_KEY),
        &["identifier.subject"],
        "no subjectKeyIdentifier",
    ),
    warned(
        Gateway,
        |d| d.remove(SUBJECT_KEY),
        &["identifier.leaf_subject"],
        "no subjectKeyIdentifier",
    ),
    refused(
        Gateway,
        |d| d.set(SUBJECT_KEY, true, tlv(4, b"key")),
        &["identifier.critical"],
        "a critical subjectKeyIdentifier",
    ),
    refused(
        IssuingAuthority,
        |d| d.set(AUTHORITY_KEY, true, authority_key(b"key")),
        &["identifier.critical"],
        "a critical authorityKeyIdentifier",
    ),
    refused(
        Gateway,
        |d| {
            let again = d.extensions[0].clone();
            d.extensions.push(again);
        },
        &["extension.repeated"],
        SUBJECT_KEY,
    ),
    refused(
        Anchor,
        |d| d.set(PRIVATE, true, tlv(5, &[])),
        &["extension.critical"],
        PRIVATE,
    ),
    refused(
        Gateway,
        |d| d.set(CRL_POINTS, true, crl_point("http://igc.essai.fr/a.crl")),
        &["extension.critical"],
        CRL_POINTS,
    ),
    refused(
        Gateway,
        |d| {
            d.remove(ACCESS);
            d.set(CRL_POINTS, false, crl_point("ldap://igc.essai.fr/cn=crl"));
        },
        &["distribution.present"],
        "neither",
    ),
];

/// `nameConstraints` with one permitted domain.
fn permitted(domain: &str) -> Vec<u8> {
    let subtree = sequence(&[tlv(0x82, domain.as_bytes())]);
    sequence(&[tlv(0xa0, &subtree)])
}

#[test]
fn a_certificate_as_it_should_be_breaks_no_rule() {
    let authority = Party::new("AC mère");
    for purpose in Purpose::ALL {
        let certificate = draft(purpose, &authority).sign(&authority.key);
        assert_eq!(judged(&certificate, purpose), [], "{purpose:?}");
    }
}

#[test]
fn what_other_profiles_write_is_as_good() {
    let authority = Party::new("AC mère");
    let good: &[(Purpose, Change)] = &[
        (Gateway, |d| d.spki = rsa(2048, &[1, 0, 1])),
        (Gateway, |d| d.spki = rsa(4096, &[1, 0, 0, 0, 1])),
        (Gateway, |d| d.serial = vec![0x7f; 20]),
        (Gateway, |d| d.not_after = NOW),
        (Gateway, |d| d.remove(BASIC_CONSTRAINTS)),
        (Gateway, |d| d.remove(CRL_POINTS)),
        (Gateway, |d| d.remove(ACCESS)),
        (Gateway, |d| d.set(PRIVATE, false, tlv(5, &[]))),
        (Gateway, |d| d.subject = operator("a", "10B0078671")),
        (Anchor, |d| d.remove(AUTHORITY_KEY)),
        (Anchor, |d| d.issuer = name(&[("2.5.4.3", "AC au-dessus")])),
        (IssuingAuthority, |d| {
            d.set(NAME_CONSTRAINTS, true, permitted("essai.fr"));
        }),
        (SmtpServer, |d| d.subject = name(&[("2.5.4.3", "a")])),
        (SmtpClient, |d| d.remove(ALTERNATIVE_NAMES)),
        (ListSigner, |d| d.remove(ALTERNATIVE_NAMES)),
    ];
    for (place, (purpose, change)) in good.iter().enumerate() {
        let mut draft = draft(*purpose, &authority);
        change(&mut draft);
        let certificate = draft.sign(&authority.key);
        assert_eq!(judged(&certificate, *purpose), [], "case {place}");
    }
}

#[test]
fn each_rule_refuses_what_breaks_it_and_nothing_else_does() {
    let authority = Party::new("AC mère");
    for (place, case) in CASES.iter().enumerate() {
        let mut draft = draft(case.purpose, &authority);
        (case.change)(&mut draft);
        let findings = judged(&draft.sign(&authority.key), case.purpose);
        let broken = findings
            .iter()
            .map(|it| it.rule.as_str())
            .collect::<Vec<_>>();
        assert_eq!(broken, case.breaks, "case {place}: {findings:#?}");
        let finding = &findings[0];
        assert_eq!(finding.severity, case.severity, "case {place}: {finding}");
        assert!(
            finding.found.contains(case.found),
            "case {place}: {finding}"
        );
    }
}

#[test]
fn every_rule_has_a_case_that_breaks_it_and_a_name_of_its_own() {
    let mut codes = std::collections::BTreeSet::new();
    for rule in TOPICS.iter().copied().flatten() {
        assert!(codes.insert(rule.code), "{} stands twice", rule.code);
        assert!(!rule.clause.is_empty() && !rule.applies_to.is_empty());
        assert!(
            CASES.iter().any(|case| case.breaks.contains(&rule.code)),
            "no case breaks {}",
            rule.code
        );
    }
}

#[test]
fn where_nobody_can_ask_for_a_revocation_the_deployment_decides() {
    let authority = Party::new("AC mère");
    let mut draft = Draft::gateway(&authority, &new_key());
    draft.remove(CRL_POINTS);
    draft.set(ACCESS, false, ocsp("ldap://ocsp.essai.fr"));
    let certificate = draft.sign(&authority.key);
    for (without_revocation, severity) in [
        (WithoutRevocation::Refuse, Severity::Refuse),
        (WithoutRevocation::Warn, Severity::Warn),
    ] {
        let findings = lint(&Subject {
            certificate: &certificate,
            purpose: Gateway,
            at: NOW,
            without_revocation,
        });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].rule, "distribution.present");
        assert_eq!(findings[0].severity, severity);
    }
}

#[test]
fn a_finding_says_rule_clause_and_value_and_refusals_come_first() {
    let authority = Party::new("AC mère");
    let mut draft = Draft::gateway(&authority, &new_key());
    draft.remove(SUBJECT_KEY);
    draft.set(EXTENDED_USAGE, false, extended_usage(&[EMAIL_PROTECTION]));
    draft.serial = vec![0];
    let findings = judged(&draft.sign(&authority.key), Gateway);
    let sentences = findings.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        sentences,
        [
            "serial.positive (RFC 5280 §4.1.2.2): found 00, expected a number above zero",
            "extended_usage.role (RFC 5280 §4.2.1.12): found emailProtection, expected serverAuth and clientAuth",
            "identifier.leaf_subject (RFC 5280 §4.2.1.2): found no subjectKeyIdentifier, expected subjectKeyIdentifier",
        ]
    );
}

#[test]
fn a_certificate_ends_with_its_last_second_not_within() {
    let authority = Party::new("AC mère");
    let mut draft = Draft::gateway(&authority, &new_key());
    draft.not_after = NOW;
    let certificate = draft.sign(&authority.key);
    for (later, ends) in [(0, false), (999, false), (1000, true)] {
        let findings = lint(&Subject {
            certificate: &certificate,
            purpose: Gateway,
            at: NOW + Duration::milliseconds(later),
            without_revocation: WithoutRevocation::Refuse,
        });
        assert_eq!(!findings.is_empty(), ends, "{later}");
    }
}
