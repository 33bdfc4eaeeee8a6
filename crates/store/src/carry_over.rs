//! Everything of a store, carried over into an empty one, whatever engines the two have: to move a live installation,
//! and to make a file out of a database on a server.

use crate::db::{Engine, Row, Scope, Tx, Value, both, query, query_as, query_scalar};
use crate::{Store, StoreError};
use std::borrow::Cow;

/// Every table, each after those that it refers to and those that its triggers look at. What is not among them is made
/// of them: the words of people, by triggers.
pub(crate) const TABLES: [&str; 48] = [
    "shop",
    "data_key",
    "key_derivation",
    "fact",
    "secret",
    "app_secret",
    "record",
    "identity_key",
    "link",
    "apart",
    "intent",
    "review",
    "journal",
    "cursor",
    "budget",
    "run",
    "webhook",
    "webhook_count",
    "note_watch",
    "told",
    "comment_watch",
    "told_back",
    "note_rule",
    "fired",
    "installation",
    "install_ticket",
    "dashboard_user",
    "session",
    "api_token",
    "setup_link",
    "login_attempt",
    "audit",
    "sighting",
    "watched",
    "since",
    "flow",
    "flow_version",
    "recipe",
    "flow_run",
    "flow_step",
    "flow_once",
    "flow_act",
    "person",
    "left_alone",
    "notification_settings",
    "notification_told",
    "notice",
    "notification_way",
];

/// So many rows at a time: bodies of records may be big.
const PAGE: usize = 100;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    name: String,
    holds: Holds,
    /// Its place in the primary key, from 1; 0 where it is not in it.
    key: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Number,
    Text,
    Bytes,
}

impl Store {
    /// Carries everything over into an empty store, in one transaction there, while nobody writes here. `told` hears
    /// of every table and how many rows it has. Answers how many rows there were in all.
    ///
    /// # Errors
    /// When the other store is not empty, either database refuses, or not everything arrived; then the other one is
    /// as it was.
    pub async fn carry_over(
        &self,
        into: &Self,
        mut told: impl FnMut(&str, u64) + Send,
    ) -> Result<u64, StoreError> {
        // Who writes here waits until all is there: what is written later would be lost.
        let mut from = self.begin(Scope::Whole).await?;
        let mut to = into.begin(Scope::Whole).await?;
        let all = all_tables(&mut from, &mut to, &mut told).await?;
        to.commit().await?;
        from.rollback().await?;
        Ok(all)
    }

    /// The same into a new file, as of one instant, while others may write here.
    pub(crate) async fn carry_into_file(&self, into: &Self) -> Result<(), StoreError> {
        let mut from = self.readers.snapshot().await?;
        let mut to = into.begin(Scope::Whole).await?;
        all_tables(&mut from, &mut to, &mut |_, _| ()).await?;
        to.commit().await?;
        Ok(())
    }
}

async fn all_tables(
    from: &mut Tx,
    to: &mut Tx,
    told: &mut (dyn FnMut(&str, u64) + Send),
) -> Result<u64, StoreError> {
    for table in TABLES {
        if count(to, table).await? > 0 {
            return Err(StoreError::NotEmpty { table });
        }
    }
    // An installation may name one with a higher number.
    let later = match to.engine() {
        Engine::Sqlite => "PRAGMA defer_foreign_keys = ON",
        Engine::Postgres => "SET CONSTRAINTS ALL DEFERRED",
    };
    query(later).execute(&mut *to).await?;
    let mut all = 0;
    for table in TABLES {
        let carried = one_table(from, to, table).await?;
        if to.engine() == Engine::Postgres {
            // Until the server has looked at a table by itself, it takes it for a small one.
            query(format!("ANALYZE {table}")).execute(&mut *to).await?;
        }
        told(table, carried);
        all += carried;
    }
    Ok(all)
}

async fn one_table(from: &mut Tx, to: &mut Tx, table: &'static str) -> Result<u64, StoreError> {
    let columns = columns_of(from, table).await?;
    let mut after: Option<Vec<Value<'static>>> = None;
    let mut carried = 0;
    loop {
        let rows = page(from, table, &columns, after.take()).await?;
        let Some(last) = rows.last() else { break };
        after = Some(key_of(last, &columns)?);
        insert(to, table, &columns, &rows).await?;
        carried += rows.len() as u64;
        if rows.len() < PAGE {
            break;
        }
    }
    if columns.iter().any(|column| is_number(column, "id")) {
        go_on_counting(from, to, table).await?;
    }
    let (there, arrived) = (count(from, table).await?, count(to, table).await?);
    if there != carried || arrived != carried {
        return Err(StoreError::NotCarried {
            table,
            there,
            arrived,
        });
    }
    Ok(carried)
}

async fn page(
    from: &mut Tx,
    table: &str,
    columns: &[Column],
    after: Option<Vec<Value<'static>>>,
) -> Result<Vec<Row>, StoreError> {
    let key = names(&keys(columns));
    let beyond = match &after {
        Some(values) => format!(" AND ({key}) > ({})", places(1, values.len())),
        None => String::new(),
    };
    let all: Vec<&Column> = columns.iter().collect();
    let mut asked = query(format!(
        "SELECT {} FROM {table} WHERE {}{beyond} ORDER BY {key} LIMIT {PAGE}",
        names(&all),
        carried(table)
    ));
    for value in after.into_iter().flatten() {
        asked = asked.bind(value);
    }
    Ok(asked.fetch_all(from).await?)
}

async fn insert(
    to: &mut Tx,
    table: &str,
    columns: &[Column],
    rows: &[Row],
) -> Result<(), StoreError> {
    let lines: Vec<String> = (0..rows.len())
        .map(|row| format!("({})", places(row * columns.len() + 1, columns.len())))
        .collect();
    let all: Vec<&Column> = columns.iter().collect();
    let mut filled = query(format!(
        "INSERT INTO {table} ({}) VALUES {}",
        names(&all),
        lines.join(", ")
    ));
    for row in rows {
        for (at, column) in columns.iter().enumerate() {
            filled = filled.bind(value(row, at, column.holds)?);
        }
    }
    filled.execute(to).await?;
    Ok(())
}

/// Numbers that were given once are not given again: cursors may name them.
async fn go_on_counting(from: &mut Tx, to: &mut Tx, table: &str) -> Result<(), StoreError> {
    let newest: Option<i64> = query_scalar(format!("SELECT max(id) FROM {table}"))
        .fetch_one(&mut *from)
        .await?;
    let given: Option<i64> =
        match from.engine() {
            Engine::Sqlite => {
                query_scalar("SELECT seq FROM sqlite_sequence WHERE name = $1")
                    .bind(table.to_owned())
                    .fetch_optional(&mut *from)
                    .await?
            }
            Engine::Postgres => query_scalar(
                "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence($1, 'id') AS regclass))",
            )
            .bind(table.to_owned())
            .fetch_one(&mut *from)
            .await?,
        };
    let Some(last) = newest.max(given) else {
        return Ok(());
    };
    match to.engine() {
        Engine::Sqlite => {
            // Only tables that count so have a line of their own.
            let counted =
                "SELECT count(*) FROM sqlite_schema WHERE name = $1 AND sql LIKE '%AUTOINCREMENT%'";
            let counts: i64 = query_scalar(counted)
                .bind(table.to_owned())
                .fetch_one(&mut *to)
                .await?;
            if counts == 0 {
                return Ok(());
            }
            for sql in [
                "DELETE FROM sqlite_sequence WHERE name = $1",
                "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
            ] {
                let mut line = query(sql).bind(table.to_owned());
                if sql.contains("$2") {
                    line = line.bind(last);
                }
                line.execute(&mut *to).await?;
            }
        }
        Engine::Postgres => {
            query("SELECT setval(CAST(pg_get_serial_sequence($1, 'id') AS regclass), $2)")
                .bind(table.to_owned())
                .bind(last)
                .execute(&mut *to)
                .await?;
        }
    }
    Ok(())
}

async fn columns_of(tx: &mut Tx, table: &str) -> Result<Vec<Column>, StoreError> {
    let rows: Vec<(String, String, i64)> = query_as(both!(
        [sqlite "SELECT name, lower(type), pk FROM pragma_table_info($1) ORDER BY cid"],
        [postgres
            "SELECT CAST(found.attname AS text), CAST(format_type(found.atttypid, NULL) AS text),
                 CAST(coalesce(array_position(CAST(index.indkey AS int2[]), found.attnum) + 1, 0) AS bigint)
             FROM pg_attribute AS found
             LEFT JOIN pg_index AS index ON index.indrelid = found.attrelid AND index.indisprimary
             WHERE found.attrelid = CAST(CAST($1 AS text) AS regclass) AND found.attnum > 0 AND NOT found.attisdropped
             ORDER BY found.attnum"]
    ))
    .bind(table.to_owned())
    .fetch_all(tx)
    .await?;
    let columns = rows.into_iter().map(|(name, of, key)| {
        Ok(Column {
            name,
            holds: match of.as_str() {
                "integer" | "bigint" => Holds::Number,
                "text" => Holds::Text,
                "blob" | "bytea" => Holds::Bytes,
                other => {
                    return Err(sqlx::Error::Decode(
                        format!("{table} has a column of type {other}").into(),
                    )
                    .into());
                }
            },
            key,
        })
    });
    columns.collect()
}

fn value(row: &Row, at: usize, holds: Holds) -> Result<Value<'static>, StoreError> {
    Ok(match holds {
        Holds::Number => Value::Int(row.try_get(at)?),
        Holds::Text => Value::Text(row.try_get::<Option<String>, _>(at)?.map(Cow::Owned)),
        Holds::Bytes => Value::Bytes(row.try_get::<Option<Vec<u8>>, _>(at)?.map(Cow::Owned)),
    })
}

fn key_of(row: &Row, columns: &[Column]) -> Result<Vec<Value<'static>>, StoreError> {
    keys(columns)
        .into_iter()
        .map(|key| {
            let at = columns.iter().position(|column| column == key);
            value(row, at.unwrap_or_default(), key.holds)
        })
        .collect()
}

/// The columns of the primary key, in its order.
fn keys(columns: &[Column]) -> Vec<&Column> {
    let mut keys: Vec<&Column> = columns.iter().filter(|column| column.key > 0).collect();
    keys.sort_by_key(|column| column.key);
    keys
}

fn is_number(column: &Column, name: &str) -> bool {
    column.name == name && column.holds == Holds::Number && column.key == 1
}

fn names(columns: &[&Column]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    names.join(", ")
}

fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|at| format!("${at}")).collect();
    places.join(", ")
}

/// Keys that are too long for an index of PostgreSQL say nothing (see the commit of keys).
fn carried(table: &str) -> &'static str {
    match table {
        "identity_key" => "octet_length(value) <= 1000",
        _ => "true",
    }
}

async fn count(tx: &mut Tx, table: &str) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM {table} WHERE {}", carried(table));
    let count: i64 = query_scalar(sql).fetch_one(tx).await?;
    Ok(count.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of a later migration must not be forgotten.
    #[tokio::test]
    async fn every_table_is_carried_over() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("store.db").display());
        let store = Store::open(&url).await.unwrap();
        let mut there: Vec<String> = query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                 AND name NOT LIKE 'person_word%' AND name <> '_sqlx_migrations'",
        )
        .fetch_all(&store.readers)
        .await
        .unwrap();
        there.sort();
        let mut carried = TABLES;
        carried.sort_unstable();
        assert_eq!(there, carried);
    }
}
