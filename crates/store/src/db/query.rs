//! A statement with its values, and carrying it out.

use super::connection::{Between, On, Pool, Tx, begin_postgres, begun};
use super::read::{Column, FromRow, Row};
use super::sql::Statement;
use super::value::{Bind, Value};
use sqlx::postgres::{PgArguments, PgQueryResult};
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult};
use sqlx::{Postgres, Sqlite};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::pin::Pin;

type OnSqlite<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;
type OnPostgres<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

/// So often a statement is carried out where the server lets another one go first.
const TRIES: u32 = 4;

/// Carries a statement out in a transaction of its own, after waiting for its turn. Where the server took it back for the
/// sake of another one, nothing was done, and it is carried out again.
macro_rules! in_turn {
    ($pool:expr, $between:expr, $scope:expr, $tx:ident => $work:expr) => {{
        let mut tries = 1;
        loop {
            let mut $tx = begin_postgres($pool, $between, $scope).await?;
            let done = match $work.await {
                Ok(done) => $tx.commit().await.map(|()| done),
                Err(why) => Err(why),
            };
            match done {
                Ok(done) => break done,
                Err(why) if tries < TRIES && is_taken_back(&why) => tries += 1,
                Err(why) => return Err(why),
            }
        }
    }};
}

/// Carries a statement out that needs no turn.
macro_rules! in_read {
    ($query:ident, $pool:expr, $between:expr, $how:ident) => {
        match $between {
            Between::Nothing => $query.on_postgres(Between::Nothing).$how($pool).await?,
            Between::Pooler => {
                let mut tx = begun($pool, "BEGIN").await?;
                let done = $query.on_postgres(Between::Pooler).$how(&mut *tx).await?;
                tx.commit().await?;
                done
            }
        }
    };
}

/// Carries a statement out where it is to be: on which engine, in whose transaction, with or without a turn of its own.
/// What the engine answers is taken by its own function.
macro_rules! carried_out {
    ($query:ident, $on:expr, $how:ident, $sqlite:expr, $postgres:expr) => {
        match $on {
            On::Turn(Pool::Sqlite(pool), turn, _writing) => {
                turn.check()?;
                $sqlite($query.on_sqlite().$how(pool).await?)
            }
            On::Pool(Pool::Sqlite(pool)) => {
                $sqlite($query.on_sqlite().$how(pool).await?)
            }
            On::Tx(Tx::Sqlite(tx, _)) => $sqlite($query.on_sqlite().$how(&mut **tx).await?),
            On::Pool(Pool::Postgres(pool, between, room)) => {
                let _place = room.place().await;
                $postgres(in_read!($query, pool, *between, $how))
            }
            On::Tx(Tx::Postgres(tx, between, ..)) => {
                $postgres($query.on_postgres(*between).$how(&mut **tx).await?)
            }
            On::Turn(Pool::Postgres(pool, between, room), scope, _writing) => {
                let _place = room.place().await;
                $postgres(in_turn!(pool, *between, scope, tx => $query.on_postgres(*between).$how(&mut *tx)))
            }
        }
    };
}

/// Serialization failures and deadlocks.
fn is_taken_back(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(|database| database.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

/// A statement that is being carried out: boxed, as the drivers' own are, so that what awaits it stays small.
pub(crate) type Running<'e, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'e>>;

/// A statement that is being put together.
pub(crate) struct Query<'q> {
    sql: Statement,
    values: Vec<Value<'q>>,
}

/// What a statement did that answers no rows.
pub(crate) struct Done {
    rows_affected: u64,
}

impl Done {
    pub(crate) const fn rows_affected(&self) -> u64 {
        self.rows_affected
    }
}

/// A statement, whose rows are read column by column.
pub(crate) fn query<'q>(sql: impl Into<Statement>) -> Query<'q> {
    Query {
        sql: sql.into(),
        values: Vec::new(),
    }
}

/// A statement whose rows are tuples.
pub(crate) fn query_as<'q, T: FromRow>(sql: impl Into<Statement>) -> QueryAs<'q, T> {
    QueryAs {
        query: query(sql),
        rows: PhantomData,
    }
}

/// A statement whose rows have one column.
pub(crate) fn query_scalar<'q, T>(sql: impl Into<Statement>) -> QueryScalar<'q, T>
where
    T: for<'r> Column<'r>,
{
    QueryScalar {
        query: query(sql),
        rows: PhantomData,
    }
}

impl<'q> Query<'q> {
    pub(super) fn with(sql: Statement, values: Vec<Value<'q>>) -> Self {
        Self { sql, values }
    }

    /// Binds the next value: `$1` is the first.
    pub(crate) fn bind(mut self, value: impl Bind<'q>) -> Self {
        self.values.push(value.value());
        self
    }

    /// Carries it out and answers how many rows it touched.
    pub(crate) fn execute<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Done>
    where
        'q: 'e,
    {
        let on = on.into();
        Box::pin(self.execute_on(on))
    }

    async fn execute_on(self, on: On<'_>) -> Result<Done, sqlx::Error> {
        let sqlite = |done: SqliteQueryResult| done.rows_affected();
        let postgres = |done: PgQueryResult| done.rows_affected();
        let rows_affected = carried_out!(self, on, execute, sqlite, postgres);
        Ok(Done { rows_affected })
    }

    /// All rows.
    pub(crate) fn fetch_all<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Vec<Row>>
    where
        'q: 'e,
    {
        let on = on.into();
        Box::pin(self.fetch_all_on(on))
    }

    async fn fetch_all_on(self, on: On<'_>) -> Result<Vec<Row>, sqlx::Error> {
        let sqlite = |found| rows(found, Row::Sqlite);
        let postgres = |found| rows(found, Row::Postgres);
        Ok(carried_out!(self, on, fetch_all, sqlite, postgres))
    }

    /// The first row, if there is any.
    pub(crate) fn fetch_optional<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Option<Row>>
    where
        'q: 'e,
    {
        let on = on.into();
        Box::pin(self.fetch_optional_on(on))
    }

    async fn fetch_optional_on(self, on: On<'_>) -> Result<Option<Row>, sqlx::Error> {
        let sqlite = |found: Option<_>| found.map(Row::Sqlite);
        let postgres = |found: Option<_>| found.map(Row::Postgres);
        Ok(carried_out!(self, on, fetch_optional, sqlite, postgres))
    }

    /// The one row that there must be.
    pub(crate) fn fetch_one<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Row>
    where
        'q: 'e,
    {
        let row = self.fetch_optional(on);
        Box::pin(async move { row.await?.ok_or(sqlx::Error::RowNotFound) })
    }

    fn on_sqlite(self) -> OnSqlite<'q> {
        let mut query = sqlx::query(self.sql.for_sqlite());
        for value in self.values {
            query = match value {
                Value::Int(number) => query.bind(number),
                Value::Bool(flag) => query.bind(flag),
                Value::Text(Some(Cow::Borrowed(text))) => query.bind(text),
                Value::Text(text) => query.bind(text.map(Cow::into_owned)),
                Value::Bytes(Some(Cow::Borrowed(bytes))) => query.bind(bytes),
                Value::Bytes(bytes) => query.bind(bytes.map(Cow::into_owned)),
                Value::Json(text) => query.bind(text),
                Value::Texts(list) => query.bind(serde_json::Value::from(list).to_string()),
                Value::Ints(list) => query.bind(serde_json::Value::from(list).to_string()),
            };
        }
        query
    }

    fn on_postgres(&self, between: Between) -> OnPostgres<'_> {
        let kept = between == Between::Nothing;
        let mut query = sqlx::query(self.sql.for_postgres()).persistent(kept);
        for value in &self.values {
            query = match value {
                Value::Int(number) => query.bind(number),
                Value::Bool(flag) => query.bind(flag),
                Value::Text(text) => query.bind(text.as_deref().map(known_letters)),
                Value::Bytes(bytes) => query.bind(bytes.as_deref()),
                Value::Json(text) => query.bind(known_escapes(text)),
                Value::Texts(list) => {
                    let list: Vec<_> = list.iter().map(|text| known_letters(text)).collect();
                    query.bind(list)
                }
                Value::Ints(list) => query.bind(list),
            };
        }
        query
    }
}

fn rows<T>(found: Vec<T>, as_row: fn(T) -> Row) -> Vec<Row> {
    found.into_iter().map(as_row).collect()
}

/// PostgreSQL's texts know every letter but U+0000, which no vendor has a use for.
pub(crate) fn known_letters(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same in JSON, where a backslash may stand before the backslash: then it is the text `\u0000`, not that letter.
fn known_escapes(json: &str) -> Cow<'_, str> {
    const UNKNOWN: &str = "\\u0000";
    if !json.contains(UNKNOWN) {
        return Cow::Borrowed(json);
    }
    let mut known = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        known.push_str(before);
        let is_unknown = escape.starts_with(UNKNOWN);
        // Every other escape is a backslash and one letter more.
        let (escape, after) = match is_unknown {
            true => ("\\ufffd", &escape[UNKNOWN.len()..]),
            false => {
                let end = escape.char_indices().nth(2);
                escape.split_at(end.map_or(escape.len(), |(at, _)| at))
            }
        };
        known.push_str(escape);
        rest = after;
    }
    known.push_str(rest);
    Cow::Owned(known)
}

/// A [`Query`] whose rows are tuples.
pub(crate) struct QueryAs<'q, T> {
    query: Query<'q>,
    rows: PhantomData<fn() -> T>,
}

impl<'q, T: FromRow> QueryAs<'q, T> {
    pub(crate) fn bind(mut self, value: impl Bind<'q>) -> Self {
        self.query = self.query.bind(value);
        self
    }

    pub(crate) fn fetch_all<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Vec<T>>
    where
        'q: 'e,
        T: 'e,
    {
        let rows = self.query.fetch_all(on);
        Box::pin(async move { rows.await?.iter().map(T::from_row).collect() })
    }

    pub(crate) fn fetch_optional<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Option<T>>
    where
        'q: 'e,
        T: 'e,
    {
        let row = self.query.fetch_optional(on);
        Box::pin(async move { row.await?.as_ref().map(T::from_row).transpose() })
    }

    pub(crate) fn fetch_one<'e>(self, on: impl Into<On<'e>>) -> Running<'e, T>
    where
        'q: 'e,
        T: 'e,
    {
        let row = self.query.fetch_one(on);
        Box::pin(async move { T::from_row(&row.await?) })
    }
}

/// A [`Query`] whose rows have one column.
pub(crate) struct QueryScalar<'q, T> {
    query: Query<'q>,
    rows: PhantomData<fn() -> T>,
}

impl<'q, T: for<'r> Column<'r>> QueryScalar<'q, T> {
    pub(crate) fn bind(mut self, value: impl Bind<'q>) -> Self {
        self.query = self.query.bind(value);
        self
    }

    pub(crate) fn fetch_all<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Vec<T>>
    where
        'q: 'e,
        T: 'e,
    {
        let rows = self.query.fetch_all(on);
        Box::pin(async move { rows.await?.iter().map(|row| row.try_get(0)).collect() })
    }

    pub(crate) fn fetch_optional<'e>(self, on: impl Into<On<'e>>) -> Running<'e, Option<T>>
    where
        'q: 'e,
        T: 'e,
    {
        let row = self.query.fetch_optional(on);
        Box::pin(async move { row.await?.map(|row| row.try_get(0)).transpose() })
    }

    pub(crate) fn fetch_one<'e>(self, on: impl Into<On<'e>>) -> Running<'e, T>
    where
        'q: 'e,
        T: 'e,
    {
        let row = self.query.fetch_one(on);
        Box::pin(async move { row.await?.try_get(0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_letter_that_is_not_known_is_replaced() {
        for text in [
            "plain",
            "\0",
            "a\0\0b",
            "\\u0000",
            "\\\\u0000\\",
            "\\\0é\0\\",
        ] {
            let json = serde_json::Value::from(text).to_string();
            let known: String = serde_json::from_str(&known_escapes(&json)).unwrap();
            assert_eq!(known, known_letters(text), "{json}");
        }
    }
}
