//! Where a bench's database is: a file, or a schema of its own on the PostgreSQL for tests.

use crate::Shared;
use std::process::{Command, Stdio};
use store::Store;
use uuid::Uuid;

/// A schema that is taken away with its owner.
#[derive(Debug)]
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// One for a bench, where `BENCH_ON=postgres` asks for it and STORE_TEST_POSTGRES names a server
    /// (scripts/postgres.sh).
    pub(crate) async fn wanted() -> Option<(Self, Shared)> {
        if std::env::var("BENCH_ON").ok()?.as_str() != "postgres" {
            return None;
        }
        let server = std::env::var("STORE_TEST_POSTGRES").expect("the address of a server");
        let name = format!("bench_{}", Uuid::new_v4().simple());
        let schema = Self { server, name };
        schema.run("CREATE SCHEMA", "");
        let (server, name) = (&schema.server, &schema.name);
        let url = format!("{server}?connections=6&options[search_path]={name}");
        let store = Store::open(&url).await.expect("a store");
        Some((schema, Shared { store, url }))
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
