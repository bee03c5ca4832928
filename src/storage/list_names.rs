//! Names of certificates that a list tells of: which are registered, and how new ones are.

use sqlx::PgConnection;

use super::StorageError;
use super::list_import::ImportedBy;
use crate::domain::certificate::CertificateState;

/// A registered certificate that bears a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownName {
    /// Number of the certificate.
    pub id: i64,
    /// Its operator.
    pub operator: i64,
    /// The name, as our list writes it.
    pub dn: String,
    /// What names of the same subject share.
    pub match_key: String,
    /// Whether nothing but the name is known.
    pub by_name: bool,
    /// Where it stands.
    pub state: CertificateState,
}

/// A name that a list tells of.
#[derive(Clone, Debug)]
pub struct NewName {
    /// Its operator.
    pub operator: i64,
    /// As our list writes it.
    pub dn: String,
    /// What names of the same subject share.
    pub match_key: String,
}

/// Every certificate whose name is one of these, spelling aside (what [`NewName::match_key`] tells),
/// in the order of their numbers.
pub async fn with_names(
    truth: &mut PgConnection,
    match_keys: &[String],
) -> Result<Vec<KnownName>, StorageError> {
    let rows = sqlx::query!(
        r#"select
            id,
            operator_id,
            dn,
            match_key,
            der is null as "by_name!",
            state
        from certificate
        where match_key = any($1)
        order by id"#,
        match_keys,
    )
    .fetch_all(truth)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(KnownName {
                id: row.id,
                operator: row.operator_id,
                dn: row.dn,
                match_key: row.match_key,
                by_name: row.by_name,
                state: CertificateState::from_name(&row.state).ok_or_else(|| {
                    StorageError::Inconsistent {
                        table: "certificate",
                        key: row.id.to_string(),
                        problem: format!("unknown state {:?}", row.state),
                    }
                })?,
            })
        })
        .collect()
}

/// Registers certificates of which nothing but the name is known, active, with an event each; gives
/// them with their numbers.
pub async fn add_names(
    truth: &mut PgConnection,
    new: &[NewName],
    by: ImportedBy<'_>,
) -> Result<Vec<KnownName>, StorageError> {
    let operators: Vec<i64> = new.iter().map(|name| name.operator).collect();
    let dns: Vec<String> = new.iter().map(|name| name.dn.clone()).collect();
    let keys: Vec<String> = new.iter().map(|name| name.match_key.clone()).collect();
    let rows = sqlx::query!(
        "insert into certificate (
            operator_id,
            dn,
            match_key,
            state,
            state_since,
            created_at
        )
        select operator, dn, match_key, 'active', $4, $4
        from unnest($1::bigint[], $2::text[], $3::text[])
            with ordinality as told (operator, dn, match_key, place)
        order by place
        returning
            id,
            operator_id,
            dn,
            match_key",
        &operators,
        &dns,
        &keys,
        by.at,
    )
    .fetch_all(&mut *truth)
    .await?;
    let names: Vec<KnownName> = rows
        .into_iter()
        .map(|row| KnownName {
            id: row.id,
            operator: row.operator_id,
            dn: row.dn,
            match_key: row.match_key,
            by_name: true,
            state: CertificateState::Active,
        })
        .collect();
    let (ids, operators): (Vec<i64>, Vec<i64>) =
        names.iter().map(|name| (name.id, name.operator)).unzip();
    sqlx::query!(
        "insert into registry_event (
            at,
            actor,
            approved_by,
            action,
            operator_id,
            certificate_id,
            to_state,
            reason
        )
        select $3, $4, $5, 'certificate.imported', operator, id, 'active', $6
        from unnest($1::bigint[], $2::bigint[]) as told (id, operator)
        order by id",
        &ids,
        &operators,
        by.at,
        by.actor,
        by.approved_by,
        by.reason,
    )
    .execute(truth)
    .await?;
    Ok(names)
}
