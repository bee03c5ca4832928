//! What a key may be used for, role by role.

use super::{
    ALL, AUTHORITIES, Anchor, CHANNELS, LEAVES, ListSigner, Outcome, Rule, Subject, refuse, warn,
};
use crate::domain::certificate::CertificatePurpose;
use crate::trust::certificate::KeyUsage;
use crate::trust::certificate::oid::{
    ANY_PURPOSE, CLIENT_AUTH, EMAIL_PROTECTION, KEY_USAGE, SERVER_AUTH,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "usage.present",
        clause: "RFC 5280 §4.2.1.3",
        applies_to: ALL,
        check: present,
    },
    Rule {
        code: "usage.critical",
        clause: "RFC 5280 §4.2.1.3",
        applies_to: ALL,
        check: critical,
    },
    Rule {
        code: "usage.authority",
        clause: "RFC 5280 §4.2.1.3, §6.1.4 (n)",
        applies_to: AUTHORITIES,
        check: authority,
    },
    Rule {
        code: "usage.leaf",
        clause: "RFC 5280 §4.2.1.3",
        applies_to: LEAVES,
        check: leaf,
    },
    Rule {
        code: "usage.channel",
        clause: "RFC 8446 §4.4.2.2, §4.4.2.3",
        applies_to: CHANNELS,
        check: channel,
    },
    Rule {
        code: "usage.signer",
        clause: "RFC 5280 §4.2.1.3",
        applies_to: &[ListSigner],
        check: signer,
    },
    Rule {
        code: "extended_usage.role",
        clause: "RFC 5280 §4.2.1.12",
        applies_to: LEAVES,
        check: role,
    },
    Rule {
        code: "extended_usage.any",
        clause: "RFC 5280 §4.2.1.12; CA/Browser Forum BR §7.1.2.7.10",
        applies_to: LEAVES,
        check: any,
    },
    Rule {
        code: "extended_usage.empty",
        clause: "RFC 5280 §4.2.1.12",
        applies_to: ALL,
        check: empty,
    },
    Rule {
        code: "extended_usage.anchor",
        clause: "CA/Browser Forum BR §7.1.2.1.2",
        applies_to: &[Anchor],
        check: anchor,
    },
];

fn present(subject: &Subject<'_>) -> Outcome {
    if subject.certificate.extensions.key_usages.is_some() {
        return Outcome::Pass;
    }
    refuse("no keyUsage", "keyUsage")
}

/// The RFC says SHOULD, and authorities of good name leave it out.
fn critical(subject: &Subject<'_>) -> Outcome {
    match subject.certificate.extensions.find(KEY_USAGE) {
        Some(usage) if !usage.is_critical => warn("not critical", "a critical keyUsage"),
        Some(_) | None => Outcome::Pass,
    }
}

/// Passes where there is no keyUsage at all: another rule says so.
fn allows(subject: &Subject<'_>, wanted: &[KeyUsage], expected: &'static str) -> Outcome {
    match &subject.certificate.extensions.key_usages {
        Some(usages) if !wanted.iter().any(|usage| usages.allow(*usage)) => {
            refuse(usages.to_string(), expected)
        }
        Some(_) | None => Outcome::Pass,
    }
}

fn authority(subject: &Subject<'_>) -> Outcome {
    allows(subject, &[KeyUsage::KeyCertSign], "keyCertSign")
}

fn leaf(subject: &Subject<'_>) -> Outcome {
    match &subject.certificate.extensions.key_usages {
        Some(usages) if usages.allow(KeyUsage::KeyCertSign) || usages.allow(KeyUsage::CrlSign) => {
            refuse(
                usages.to_string(),
                "neither keyCertSign nor cRLSign: those are an authority's",
            )
        }
        Some(_) | None => Outcome::Pass,
    }
}

fn channel(subject: &Subject<'_>) -> Outcome {
    allows(subject, &[KeyUsage::DigitalSignature], "digitalSignature")
}

fn signer(subject: &Subject<'_>) -> Outcome {
    allows(
        subject,
        &[KeyUsage::DigitalSignature, KeyUsage::NonRepudiation],
        "digitalSignature or nonRepudiation",
    )
}

/// What a role must name, and what it must not: the key that signs the list opens no channel.
fn role(subject: &Subject<'_>) -> Outcome {
    let found = subject
        .certificate
        .extensions
        .extended_key_usages
        .as_deref();
    let names = |oid: &str| found.is_some_and(|all| all.iter().any(|it| it == oid));
    let (is_right, expected) = match subject.purpose {
        CertificatePurpose::Gateway => (
            names(SERVER_AUTH) && names(CLIENT_AUTH),
            "serverAuth and clientAuth",
        ),
        CertificatePurpose::SmtpServer => (names(SERVER_AUTH), "serverAuth"),
        CertificatePurpose::SmtpClient => (names(CLIENT_AUTH), "clientAuth"),
        ListSigner => (
            names(EMAIL_PROTECTION) && !names(SERVER_AUTH) && !names(CLIENT_AUTH),
            "emailProtection, without serverAuth and clientAuth",
        ),
        CertificatePurpose::IssuingAuthority | Anchor => (true, ""),
    };
    if is_right {
        return Outcome::Pass;
    }
    refuse(listed(found), expected)
}

fn any(subject: &Subject<'_>) -> Outcome {
    let found = subject
        .certificate
        .extensions
        .extended_key_usages
        .as_deref();
    if found.is_some_and(|all| all.iter().any(|it| it == ANY_PURPOSE)) {
        return refuse(listed(found), "the purposes it is for, not any");
    }
    Outcome::Pass
}

fn empty(subject: &Subject<'_>) -> Outcome {
    match subject
        .certificate
        .extensions
        .extended_key_usages
        .as_deref()
    {
        Some([]) => refuse("an empty extKeyUsage", "at least one purpose"),
        Some(_) | None => Outcome::Pass,
    }
}

/// An intermediate authority may be trusted by configuration, and may be limited so.
fn anchor(subject: &Subject<'_>) -> Outcome {
    let found = subject
        .certificate
        .extensions
        .extended_key_usages
        .as_deref();
    if found.is_some() && subject.certificate.is_self_issued {
        return refuse(listed(found), "a root without extKeyUsage");
    }
    Outcome::Pass
}

fn listed(usages: Option<&[String]>) -> String {
    let name = |oid: &String| match oid.as_str() {
        SERVER_AUTH => "serverAuth".to_owned(),
        CLIENT_AUTH => "clientAuth".to_owned(),
        EMAIL_PROTECTION => "emailProtection".to_owned(),
        ANY_PURPOSE => "anyExtendedKeyUsage".to_owned(),
        _ => oid.clone(),
    };
    match usages {
        None | Some([]) => "no extKeyUsage".to_owned(),
        Some(usages) => usages.iter().map(name).collect::<Vec<_>>().join(" "),
    }
}
