//! Many shops that are in step, as copies of one that is: their rows are copied in the database, and their twins hold what the
//! first one's do. A thousand first runs would take hours.

use super::Size;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use testkit::{Bench, Schema, Shared};

/// What is known of a shop once it is in step. Keys and budgets each shop has of its own.
const TABLES: [&str; 7] = [
    "fact",
    "record",
    "identity_key",
    "link",
    "review",
    "run",
    "cursor",
];

/// Makes copies of a shop.
pub(super) struct Copier {
    database: PgConnection,
    /// For each table, the columns to fill and what is put in them, where `$1` is the copy's shop.
    statements: Vec<String>,
}

impl Copier {
    pub(super) async fn of(schema: &Schema, server: &str, first: &Bench) -> Self {
        let url = schema.url(server, 1).replace("connections=1&", "");
        let mut database = PgConnection::connect(&url).await.unwrap();
        let shop = first.app.shop(&first.name).await.unwrap().id.0;
        let mut statements = Vec::new();
        for table in TABLES {
            let columns: Vec<String> = sqlx::query_scalar(
                "SELECT column_name::text FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'NO'",
            )
            .bind(table)
            .fetch_all(&mut database)
            .await
            .unwrap();
            let is_ours = matches!(table, "link" | "run");
            let values = columns.iter().map(|column| match column.as_str() {
                "shop" => "$1".to_owned(),
                "id" if is_ours => "md5(id || $1)::uuid::text".to_owned(),
                other => other.to_owned(),
            });
            let values: Vec<String> = values.collect();
            statements.push(format!(
                "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE shop = {shop} ON CONFLICT DO NOTHING",
                columns.join(", "),
                values.join(", ")
            ));
        }
        Self {
            database,
            statements,
        }
    }

    /// One more shop, which has its own accounts.
    pub(super) async fn copy(
        &mut self,
        number: usize,
        size: Size,
        shared: &Shared,
        first: &Bench,
    ) -> Bench {
        let empty = Size {
            customers: 0,
            ..size
        };
        let bench = super::connected(number, empty, shared).await;
        bench.twins.take_over(&first.twins);
        let shop = bench.app.shop(&bench.name).await.unwrap().id.0;
        let mut tx = self.database.begin().await.unwrap();
        for statement in &self.statements {
            sqlx::query(AssertSqlSafe(statement.clone()))
                .bind(shop)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        sqlx::query("UPDATE shop SET approved_at = created_at WHERE id = $1")
            .bind(shop)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        bench
    }

    /// Counts come to be known, as they are after a while anyway.
    pub(super) async fn finish(mut self) {
        sqlx::query("ANALYZE")
            .execute(&mut self.database)
            .await
            .unwrap();
        self.database.close().await.unwrap();
    }
}
