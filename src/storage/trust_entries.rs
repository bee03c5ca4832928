//! What the trust space publishes: the rows of a list, read in one statement and so of one moment.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::StorageError;

/// A row of a list, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedEntry {
    /// Name of the mail domain.
    pub mail_domain: String,
    /// The entry's own description, else the mail domain's.
    pub description: String,
    /// The certificate's name, as our list writes it.
    pub dn: String,
    /// The entry's own contact, else the operator's.
    pub responsible_contact: String,
    /// The entry's own contact, else the operator's.
    pub support_contact: String,
    /// When the entry last changed, UTC.
    pub updated_at: OffsetDateTime,
}

/// The rows that a list of this moment may be made of: those that stand, of certificates that are valid
/// then where their dates are known. In no particular order; two certificates with one name, as during
/// a rotation, have a row each.
pub async fn published(
    truth: &mut PgConnection,
    at: OffsetDateTime,
) -> Result<Vec<PublishedEntry>, StorageError> {
    nested_loops(truth, NestedLoops::Avoided).await?;
    let rows = sqlx::query_as!(
        PublishedEntry,
        r#"select
            mail_domain as "mail_domain!",
            description as "description!",
            dn as "dn!",
            responsible_contact as "responsible_contact!",
            support_contact as "support_contact!",
            updated_at as "updated_at!"
        from standing_entry
        where not_after is null
            or $1 between not_before and not_after"#,
        at,
    )
    .fetch_all(&mut *truth)
    .await?;
    nested_loops(truth, NestedLoops::Usual).await?;
    Ok(rows)
}

#[derive(Clone, Copy)]
enum NestedLoops {
    Avoided,
    Usual,
}

/// The planner takes a mail domain and its operator for independent, expects hundreds of rows where
/// all stand, and would look up each of them one by one. For the rest of the transaction at most.
async fn nested_loops(truth: &mut PgConnection, wish: NestedLoops) -> Result<(), StorageError> {
    let value = match wish {
        NestedLoops::Avoided => "off",
        NestedLoops::Usual => "on",
    };
    sqlx::query_scalar!("select set_config('enable_nestloop', $1, true)", value)
        .fetch_one(truth)
        .await?;
    Ok(())
}

/// The position of the newest change of the trust space in the feed; 0 before the first.
pub async fn changed_at_position(truth: &mut PgConnection) -> Result<i64, StorageError> {
    // A revocation list of ours changes nothing of what lists are made of.
    let position = sqlx::query_scalar!(
        r#"select coalesce(max(position), 0) as "position!"
        from feed
        where kind = 'trust' and reason is distinct from 'revocation_list.published'"#
    )
    .fetch_one(truth)
    .await?;
    Ok(position)
}
