//! An authority of our own with its responder, and so many certificates that it issued. It must not know what is measured.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use annuaire::config;
use annuaire::domain::authority::{IssuedCertificate, IssuedStatus};
use annuaire::domain::certificate::RevocationReason;
use annuaire::storage::Pool;
use annuaire::trust::authority::{
    Ceremony, IssuingKey, KeySize, ResponderOrder, Serial, issue_responder,
};
use annuaire::trust::certificate::Certificate;
use annuaire::trust::sign::PemSigner;
use anyhow::Context as _;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use time::{Duration, OffsetDateTime};

const NAME: &str = "mesure";

/// The authority, as files and as settings have it.
pub(crate) struct Ours {
    pub(crate) issuing: Certificate,
    pub(crate) key: PemSigner,
    pub(crate) settings: config::Ca,
}

impl Ours {
    /// Makes it in a directory.
    pub(crate) fn make(dir: &Path, now: OffsetDateTime) -> anyhow::Result<Self> {
        let made = Ceremony {
            name: NAME.to_owned(),
            organization: "Mesure".to_owned(),
            public_url: "http://annuaire.invalid".to_owned(),
            witnesses: vec!["A".to_owned(), "B".to_owned()],
            at: now - Duration::days(2),
            root_key: KeySize::Bits2048,
            issuing_key: IssuingKey::Made(KeySize::Bits2048),
        }
        .hold(Serial::from_chance([1; 16]), Serial::from_chance([2; 16]))?;
        let issuing_key = made.issuing_key_pem.as_deref().context("no key was made")?;
        let file = |name: &str, text: &str| -> anyhow::Result<_> {
            let path = dir.join(name);
            fs::write(&path, text)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            Ok(path)
        };
        let certificate_file = file("issuing.pem", &pem(made.issuing.der()))?;
        let key_file = file("issuing.key", issuing_key)?;
        let key = PemSigner::open(&key_file, &certificate_file)?;
        let order = ResponderOrder {
            name: "OCSP",
            not_before: now - Duration::days(1),
            not_after: now + Duration::days(30),
            serial: Serial::from_chance([3; 16]),
        };
        let responder = issue_responder(&order, &made.issuing, &key)?;
        let identity = config::trust::Identity {
            certificate_file: file("responder.pem", &pem(responder.certificate.der()))?,
            key_file: file("responder.key", &responder.key_pem)?,
        };
        let settings = config::Ca {
            authorities: vec![config::ca::Authority {
                name: NAME.to_owned(),
                certificate_file,
                key_file: None,
                pkcs11: None,
                responder: Some(identity),
            }],
            ..config::Ca::default()
        };
        Ok(Self {
            issuing: made.issuing,
            key,
            settings,
        })
    }

    /// Writes it and its certificates to the truth, all of them in force.
    pub(crate) async fn store(&self, pool: &Pool, certificates: i64) -> anyhow::Result<()> {
        sqlx::query(
            "insert into authority (name, kind, der, sha256, spki_sha256, not_after, created_at)
            values ($1, 'issuing', $2, $3, $4, $5, now())",
        )
        .bind(NAME)
        .bind(self.issuing.der().as_ref())
        .bind(self.issuing.fingerprint.as_bytes().as_slice())
        .bind(self.issuing.spki_sha256.as_bytes().as_slice())
        .bind(self.issuing.not_after)
        .execute(pool)
        .await?;
        sqlx::query(
            "insert into certificate (operator_id, dn, match_key, der, sha256, spki_sha256, issuer_dn, serial,
                not_before, not_after, state, state_since, created_at, authority_id)
            select 1, 'CN=' || n, 'ours' || n, 'x', sha256(n::text::bytea), sha256(n::text::bytea), 'CN=' || $2,
                '1f' || lpad(to_hex(n), 30, '0'), now() - interval '1 day', now() + interval '1 year',
                'active', now() - interval '1 day', now(), authority.id
            from generate_series(1, $1) as n, authority where authority.name = $2",
        )
        .bind(certificates)
        .bind(NAME)
        .execute(pool)
        .await?;
        Ok(())
    }
}

/// The serial number of the n-th certificate.
pub(crate) fn serial(number: u32) -> Vec<u8> {
    [&[0x1f_u8; 1][..], &[0; 11], &number.to_be_bytes()].concat()
}

/// So many certificates, each revoked but those in force: the longest list there can be.
pub(crate) fn issued(count: u32, now: OffsetDateTime) -> Vec<IssuedCertificate> {
    let revoked = IssuedStatus::Revoked(now - Duration::days(1), RevocationReason::KeyCompromise);
    (1..=count)
        .map(|number| IssuedCertificate {
            id: number.into(),
            serial: serial(number),
            status: revoked,
            not_after: now + Duration::days(365),
        })
        .collect()
}

fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let mut lines = String::from("-----BEGIN CERTIFICATE-----\n");
    for (place, letter) in text.chars().enumerate() {
        lines.push(letter);
        if place % 64 == 63 {
            lines.push('\n');
        }
    }
    lines + "\n-----END CERTIFICATE-----\n"
}
