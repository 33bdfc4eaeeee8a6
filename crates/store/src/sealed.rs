//! Which columns hold sealed texts. Rotation, reset and the guards below work on this list alone.

use crate::StoreError;
use crate::db::Engine;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Executor};

/// A table with a column `sealed`.
#[derive(Debug)]
pub struct SealedTable {
    /// Its name.
    pub name: &'static str,
    /// The columns of its key; their values are the row that a text is bound to.
    pub key: &'static [&'static str],
}

/// Every table with a column `sealed`, except for the data keys themselves.
pub const SEALED: &[SealedTable] = &[
    SealedTable {
        name: "secret",
        key: &["shop", "name"],
    },
    SealedTable {
        name: "app_secret",
        key: &["name"],
    },
    SealedTable {
        name: "installation",
        key: &["class", "account"],
    },
];

/// What the guards say.
pub(crate) const KEY_GONE: &str = "sealed with a data key that is gone";

/// Lets the database refuse a text whose data key is not there (any more): a process that missed a rotation must
/// not store what nobody could open again. It is told, reads the keys anew, and seals again. PostgreSQL has its guards from
/// a migration.
pub(crate) async fn guard(writer: &SqlitePool) -> Result<(), StoreError> {
    for table in SEALED {
        for (event, when) in [("insert", "INSERT"), ("update", "UPDATE OF sealed")] {
            let name = table.name;
            let sql = format!(
                "CREATE TRIGGER IF NOT EXISTS {name}_sealed_{event} BEFORE {when} ON {name}
                 WHEN NEW.sealed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM data_key WHERE version = {})
                 BEGIN SELECT RAISE(ABORT, '{KEY_GONE}'); END",
                version_in(Engine::Sqlite, "NEW.sealed")
            );
            writer.execute(AssertSqlSafe(sql)).await?;
        }
    }
    Ok(())
}

/// The data key's version in a sealed text: what stands between its first two points.
pub(crate) fn version_in(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Sqlite => {
            format!("CAST(substr({column}, instr({column}, '.') + 1) AS INTEGER)")
        }
        Engine::Postgres => format!("sealed_version({column})"),
    }
}
