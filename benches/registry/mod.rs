//! A registry of so many entries on a private PostgreSQL, with a key that is current.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;

use annuaire::app;
use annuaire::config::Config;
use annuaire::storage::{self, Database};
use annuaire::trust::digest::sha256;
use annuaire::trust::sign::{PemSigner, Signer};
use anyhow::ensure;
use tempfile::TempDir;

/// A registry to publish from.
pub(crate) struct Registry {
    /// Settings of a node on it, which listens on any free port.
    pub(crate) config: Config,
    pub(crate) database: Database,
    pub(crate) key: Arc<dyn Signer>,
    /// Removed with everything in it when the measuring is over.
    _dir: TempDir,
}

/// As many names as the real list has, each behind many mail domains.
const NAMES: i64 = 391;

pub(crate) async fn fill(entries: i64) -> anyhow::Result<Registry> {
    // Where the user who runs PostgreSQL for root may enter, and short enough for a socket's path.
    let dir = tempfile::Builder::new()
        .prefix("annuaire-bench-")
        .tempdir_in("/tmp")?;
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711))?;
    let mut config = Config {
        data_dir: dir.path().join("data"),
        ..Config::default()
    };
    config.http.listen = ([127, 0, 0, 1], 0).into();
    let database = app::open_database(&config).await?;
    storage::migrate(&database.pool).await?;
    let (key_file, certificate_file) = (dir.path().join("key.pem"), dir.path().join("cert.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=alb.invalid",
        ])
        .args(["-days", "3650"])
        .arg("-keyout")
        .arg(&key_file)
        .arg("-out")
        .arg(&certificate_file)
        .output()?;
    ensure!(
        made.status.success(),
        "openssl: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let key = PemSigner::open(&key_file, &certificate_file)?;
    for statement in [
        "insert into operator (legal_name, number, responsible_contact, support_contact, state, state_since, created_at)
        select 'ETABLISSEMENT FICTIF ' || n, '1' || (440000000 + n), '01 02 03 04 05 dsi@etablissement' || n || '.invalid',
            '01 02 03 04 06 aide@etablissement' || n || '.invalid', 'active', '2026-01-01', '2026-01-01'
        from generate_series(1, $1) as n where $2 > 0",
        "insert into certificate (operator_id, dn, match_key, state, state_since, created_at)
        select n, 'CN=passerelle' || n || '.mssante.fr,OU=1' || (440000000 + n) || ',O=ETABLISSEMENT FICTIF ' || n || ',ST=Ville (75),C=FR',
            n::text, 'active', '2026-01-01', '2026-01-01'
        from generate_series(1, $1) as n where $2 > 0",
        "insert into mail_domain (name, description, created_at)
        select 'service' || n || '.mssante.fr', 'Domaine de messagerie du service numéro ' || n, '2026-01-01'
        from generate_series(1, $2) as n where $1 > 0",
        "insert into mail_domain_operator (mail_domain, operator_id)
        select 'service' || n || '.mssante.fr', 1 + n % $1 from generate_series(1, $2) as n",
        "insert into binding (mail_domain, certificate_id, updated_at)
        select mail_domain, operator_id, timestamptz '2024-01-01' + operator_id * interval '1 hour'
        from mail_domain_operator where $1 > 0 and $2 > 0",
    ] {
        sqlx::query(statement)
            .bind(NAMES)
            .bind(entries)
            .execute(&database.pool)
            .await?;
    }
    sqlx::query(
        "insert into list_signer (der, sha256, state, announced_at, current_at) values ($1, $2, 'current', now(), now())",
    )
    .bind(key.certificate())
    .bind(sha256(key.certificate()).as_bytes().as_slice())
    .execute(&database.pool)
    .await?;
    sqlx::query("analyze").execute(&database.pool).await?;
    Ok(Registry {
        config,
        database,
        key: Arc::new(key),
        _dir: dir,
    })
}
