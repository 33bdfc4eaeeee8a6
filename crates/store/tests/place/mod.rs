//! A schema of its own on the PostgreSQL for tests, until the test is over.

#![allow(clippy::unwrap_used, reason = "test support may panic")]
#![allow(dead_code, reason = "every test file uses its part")]

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use store::Store;
use uuid::Uuid;

/// The first half of the advisory locks that transactions take, as SQL.
pub const OURS: &str = "hashtext('repairbridge ' || current_schema())";

pub struct Place {
    pub server: String,
    pub schema: String,
}

impl Place {
    /// Nothing without a server; then it says so.
    pub async fn new() -> Option<Self> {
        let Ok(server) = std::env::var("STORE_TEST_POSTGRES") else {
            eprintln!("SKIPPED: STORE_TEST_POSTGRES names no server; see scripts/postgres.sh");
            return None;
        };
        let schema = format!("test_{}", Uuid::new_v4().simple());
        let place = Self { server, schema };
        place.run(&format!("CREATE SCHEMA {}", place.schema)).await;
        Some(place)
    }

    pub fn url(&self, options: &str) -> String {
        format!(
            "{}?connections=4&options[search_path]={}{options}",
            self.server, self.schema
        )
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url("")).await.unwrap()
    }

    /// A connection that knows nothing of us.
    pub async fn raw(&self) -> PgConnection {
        let url = format!("{}?options[search_path]={}", self.server, self.schema);
        let options: PgConnectOptions = url.parse().unwrap();
        options.connect().await.unwrap()
    }

    /// Statements on such a connection.
    pub async fn run(&self, statements: &str) {
        let mut raw = self.raw().await;
        run(&mut raw, statements).await;
        raw.close().await.unwrap();
    }

    /// Closes what was opened, and takes everything away.
    pub async fn end_with<const N: usize>(self, stores: [Store; N]) {
        for store in stores {
            store.close().await;
        }
        self.end().await;
    }

    pub async fn end(self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.schema))
            .await;
    }
}

pub async fn run(raw: &mut PgConnection, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(raw)
        .await
        .unwrap();
}
