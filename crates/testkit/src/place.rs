//! Where a bench's database is: a file, or a schema of its own on the PostgreSQL for tests.

use crate::Shared;
use std::process::{Command, Stdio};
use store::Store;
use uuid::Uuid;

/// A schema that is taken away with its owner.
#[derive(Debug)]
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// One on this server.
    #[must_use]
    pub fn on(server: &str) -> Self {
        let schema = Self {
            server: server.to_owned(),
            name: format!("bench_{}", Uuid::new_v4().simple()),
        };
        schema.run("CREATE SCHEMA", "");
        schema
    }

    /// One for a bench, where `BENCH_ON=postgres` asks for it and STORE_TEST_POSTGRES names a server
    /// (scripts/postgres.sh).
    pub(crate) async fn wanted() -> Option<(Self, Shared)> {
        if std::env::var("BENCH_ON").ok()?.as_str() != "postgres" {
            return None;
        }
        let server = std::env::var("STORE_TEST_POSTGRES").expect("the address of a server");
        let schema = Self::on(&server);
        let shared = schema.shared(6).await;
        Some((schema, shared))
    }

    /// A store in it, with so many connections.
    pub async fn shared(&self, connections: u32) -> Shared {
        let url = self.url(&self.server, connections);
        let store = Store::open(&url).await.expect("a store");
        Shared { store, url }
    }

    /// Its address, where the server is reached at this one.
    #[must_use]
    pub fn url(&self, server: &str, connections: u32) -> String {
        let name = &self.name;
        format!("{server}?connections={connections}&options[search_path]={name}")
    }

    fn run(&self, what: &str, how: &str) {
        let done = Command::new("psql")
            .args([&self.server, "-q", "-c"])
            .arg(format!("{what} {} {how}", self.name))
            .stderr(Stdio::null())
            .status();
        assert!(done.is_ok_and(|done| done.success()), "{what}");
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.run("DROP SCHEMA", "CASCADE");
        }
    }
}
