//! What nodes decide by, read whole: as it is, and as it was at any past moment. Bytes never change, so
//! those that the reader before has are not read again.

mod evidence;

use std::sync::Arc;

use sqlx::PgConnection;
use time::OffsetDateTime;

use self::evidence::Stored;
use super::StorageError;
use crate::domain::certificate::{CertificateState, RevocationReason};
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::trust_state::{Binding, CertificateStanding, OperatorStanding, TrustState};

/// A state with the numbers of the rows that its evidence stands in.
#[derive(Clone, Debug)]
pub struct Read {
    /// The state.
    pub state: Arc<TrustState>,
    revocation_lists: Vec<i64>,
    ocsp_answers: Vec<i64>,
}

/// The state as this connection's snapshot sees it, told as of now. What was read before lends its
/// bytes.
pub async fn current(
    truth: &mut PgConnection,
    at: OffsetDateTime,
    before: Option<&Read>,
) -> Result<Read, StorageError> {
    let head = sqlx::query!(
        "select
            (
                select position
                from feed
                where kind = 'trust'
                order by position desc
                limit 1
            ) as epoch,
            (
                select at
                from feed
                where kind = 'trust'
                order by position desc
                limit 1
            ) as epoch_at,
            (select max(sequence) from trust_list) as list,
            (select min(due_at) from scheduled_act where state = 'waiting') as next_change_at"
    )
    .fetch_one(&mut *truth)
    .await?;
    let operators = sqlx::query_as!(
        OperatorRow,
        "select
            id,
            legal_name,
            state,
            state_since
        from operator
        order by id"
    )
    .fetch_all(&mut *truth)
    .await?;
    let certificates = sqlx::query_as!(
        CertificateRow,
        r#"select
            certificate.id,
            certificate.operator_id,
            certificate.dn,
            certificate.state,
            certificate.state_since as since,
            certificate.revocation_reason,
            authority.name as "authority?"
        from certificate
        left join authority on authority.id = certificate.authority_id
        order by certificate.id"#
    )
    .fetch_all(&mut *truth)
    .await?;
    let bindings = sqlx::query_as!(
        BindingRow,
        "select
            binding.mail_domain,
            binding.certificate_id as certificate
        from binding
        join certificate on certificate.id = binding.certificate_id
        join mail_domain_operator
            on mail_domain_operator.mail_domain = binding.mail_domain
            and mail_domain_operator.operator_id = certificate.operator_id"
    )
    .fetch_all(&mut *truth)
    .await?;
    let rows = Rows {
        head: Head {
            epoch: head.epoch,
            list: head.list,
            next_change_at: head.next_change_at,
        },
        epoch_at: head.epoch_at,
        operators,
        certificates,
        bindings,
        until: None,
    };
    gathered(truth, at, rows, before).await
}

/// The state as it was known at a moment: what was decided, published and fetched by then.
pub async fn at(
    truth: &mut PgConnection,
    moment: OffsetDateTime,
) -> Result<TrustState, StorageError> {
    let head = sqlx::query_file_as!(Head, "src/storage/sql/head_at.sql", moment)
        .fetch_one(&mut *truth)
        .await?;
    let operators = sqlx::query_as!(
        OperatorRow,
        "select distinct on (operator_id)
            operator_id as id,
            legal_name,
            state,
            state_since
        from operator_history
        where since <= $1
        order by operator_id, since desc, operator_history.id desc",
        moment,
    )
    .fetch_all(&mut *truth)
    .await?;
    let certificates = sqlx::query_file_as!(
        CertificateRow,
        "src/storage/sql/certificates_at.sql",
        moment
    )
    .fetch_all(&mut *truth)
    .await?;
    let bindings = sqlx::query_file_as!(BindingRow, "src/storage/sql/bindings_at.sql", moment)
        .fetch_all(&mut *truth)
        .await?;
    let epoch_at = sqlx::query_scalar!("select at from feed where position = $1", head.epoch)
        .fetch_optional(&mut *truth)
        .await?;
    let rows = Rows {
        head,
        epoch_at,
        operators,
        certificates,
        bindings,
        until: Some(moment),
    };
    let read = gathered(truth, moment, rows, None).await?;
    Ok(Arc::unwrap_or_clone(read.state))
}

/// All rows but those of bytes.
struct Rows {
    head: Head,
    /// When the change of the epoch was made.
    epoch_at: Option<OffsetDateTime>,
    operators: Vec<OperatorRow>,
    certificates: Vec<CertificateRow>,
    bindings: Vec<BindingRow>,
    /// Evidence that was fetched later is left out.
    until: Option<OffsetDateTime>,
}

struct Head {
    epoch: Option<i64>,
    list: Option<i64>,
    next_change_at: Option<OffsetDateTime>,
}

struct OperatorRow {
    id: i64,
    legal_name: String,
    state: String,
    state_since: OffsetDateTime,
}

struct CertificateRow {
    id: i64,
    operator_id: i64,
    dn: String,
    state: String,
    since: OffsetDateTime,
    revocation_reason: Option<String>,
    authority: Option<String>,
}

struct BindingRow {
    mail_domain: String,
    certificate: i64,
}

struct BytesRow {
    id: i64,
    der: Option<Vec<u8>>,
    chain: Vec<Vec<u8>>,
}

async fn gathered(
    truth: &mut PgConnection,
    at: OffsetDateTime,
    rows: Rows,
    before: Option<&Read>,
) -> Result<Read, StorageError> {
    let certificates = standings(truth, rows.certificates, before).await?;
    let known = before.map_or_else(Stored::default, |before| {
        Stored::known(&before.state.revocation_lists, &before.revocation_lists)
    });
    let lists = evidence::revocation_lists(truth, rows.until, known).await?;
    let known = before.map_or_else(Stored::default, |before| {
        Stored::known(&before.state.ocsp_answers, &before.ocsp_answers)
    });
    let answers = evidence::ocsp_answers(truth, at, rows.until, known).await?;
    let mut bindings = rows
        .bindings
        .into_iter()
        .map(Binding::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    // The order of the database is that of its language.
    bindings.sort_unstable();
    let operators = rows.operators.into_iter().map(OperatorStanding::try_from);
    Ok(Read {
        state: Arc::new(TrustState {
            epoch: rows.head.epoch.unwrap_or_default(),
            epoch_at: rows.epoch_at,
            at,
            list: rows.head.list,
            operators: operators.collect::<Result<_, _>>()?,
            certificates,
            bindings,
            next_change_at: rows.head.next_change_at,
            revocation_lists: lists.evidence,
            ocsp_answers: answers.evidence,
        }),
        revocation_lists: lists.numbers,
        ocsp_answers: answers.numbers,
    })
}

/// Where certificates stand, with their bytes: those that were read before, and the others read now.
async fn standings(
    truth: &mut PgConnection,
    rows: Vec<CertificateRow>,
    before: Option<&Read>,
) -> Result<Vec<CertificateStanding>, StorageError> {
    let known = before.map_or(&[][..], |before| &before.state.certificates);
    let known = |id: i64| {
        let place = known.binary_search_by_key(&id, |it| it.id).ok()?;
        known.get(place)
    };
    let unread: Vec<i64> = rows
        .iter()
        .map(|row| row.id)
        .filter(|id| known(*id).is_none())
        .collect();
    let mut read = sqlx::query_as!(
        BytesRow,
        "select
            id,
            der,
            chain
        from certificate
        where id = any($1)
        order by id",
        &unread,
    )
    .fetch_all(truth)
    .await?
    .into_iter()
    .peekable();
    rows.into_iter()
        .map(|row| {
            let chain = match known(row.id) {
                Some(known) => known.chain.clone(),
                None => read
                    .next_if(|bytes| bytes.id == row.id)
                    .map_or_else(Vec::new, BytesRow::into_chain),
            };
            row.standing(chain)
        })
        .collect()
}

impl TryFrom<OperatorRow> for OperatorStanding {
    type Error = StorageError;

    fn try_from(row: OperatorRow) -> Result<Self, StorageError> {
        Ok(Self {
            state: OperatorState::from_name(&row.state)
                .ok_or_else(|| unknown("operator", row.id, &row.state))?,
            id: row.id,
            name: row.legal_name,
            since: row.state_since,
        })
    }
}

impl CertificateRow {
    fn standing(self, chain: Vec<Vec<u8>>) -> Result<CertificateStanding, StorageError> {
        let of_name = |name: &str| unknown("certificate", self.id, name);
        let reason = self
            .revocation_reason
            .as_deref()
            .map(|name| RevocationReason::from_name(name).ok_or_else(|| of_name(name)));
        Ok(CertificateStanding {
            state: CertificateState::from_name(&self.state).ok_or_else(|| of_name(&self.state))?,
            revocation_reason: reason.transpose()?,
            id: self.id,
            operator: self.operator_id,
            dn: self.dn,
            chain,
            since: self.since,
            authority: self.authority,
        })
    }
}

impl BytesRow {
    fn into_chain(self) -> Vec<Vec<u8>> {
        match self.der {
            Some(der) => std::iter::once(der).chain(self.chain).collect(),
            None => Vec::new(),
        }
    }
}

impl TryFrom<BindingRow> for Binding {
    type Error = StorageError;

    fn try_from(row: BindingRow) -> Result<Self, StorageError> {
        Ok(Self {
            certificate: row.certificate,
            mail_domain: MailDomainName::parse(&row.mail_domain).map_err(|error| {
                StorageError::Inconsistent {
                    table: "binding",
                    problem: error.to_string(),
                    key: row.mail_domain,
                }
            })?,
        })
    }
}

fn unknown(table: &'static str, id: i64, name: &str) -> StorageError {
    StorageError::Inconsistent {
        table,
        key: id.to_string(),
        problem: format!("unknown state or reason {name:?}"),
    }
}
