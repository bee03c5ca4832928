//! Looking at tables from outside the program.

use sqlx::{AssertSqlSafe, PgPool};

/// The rows of a query of one text column.
pub(crate) async fn texts(pool: &PgPool, query: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_all(pool)
        .await
        .unwrap()
}

/// The number that a query gives.
pub(crate) async fn number(pool: &PgPool, query: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Open rows of a table.
pub(crate) async fn open_rows(pool: &PgPool, table: &str) -> i64 {
    number(
        pool,
        &format!("select count(*) from {table} where closed_on is null"),
    )
    .await
}

/// Everything the truth holds, as text, table by table: equal before and after where nothing changed.
pub(crate) async fn everything(pool: &PgPool) -> Vec<String> {
    let mut all = Vec::new();
    for entity in annuaire::storage::ENTITIES {
        let name = entity.name;
        all.extend(
            texts(
                pool,
                &format!("select '{name} ' || t::text from {name} t order by 1"),
            )
            .await,
        );
    }
    all.extend(texts(pool, "select t::text from code_label t order by 1").await);
    all.extend(
        texts(
            pool,
            "select position || kind || keys::text from feed order by position",
        )
        .await,
    );
    all.extend(texts(pool, "select position::text from feed_head").await);
    all
}
