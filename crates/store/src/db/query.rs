//! A statement with its values, and carrying it out.

use super::connection::{On, Pool, Tx};
use super::read::{Column, FromRow, Row};
use super::sql::Statement;
use super::value::{Bind, Value};
use sqlx::Sqlite;
use sqlx::sqlite::SqliteArguments;
use std::borrow::Cow;
use std::marker::PhantomData;

type OnSqlite<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

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
    pub(crate) async fn execute(self, on: impl Into<On<'_>>) -> Result<Done, sqlx::Error> {
        let done = match on.into() {
            On::Pool(Pool::Sqlite(pool)) | On::Turn(Pool::Sqlite(pool), _) => {
                self.on_sqlite().execute(pool).await?
            }
            On::Tx(Tx::Sqlite(tx)) => self.on_sqlite().execute(&mut **tx).await?,
        };
        Ok(Done {
            rows_affected: done.rows_affected(),
        })
    }

    /// All rows.
    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<Row>, sqlx::Error> {
        let rows = match on.into() {
            On::Pool(Pool::Sqlite(pool)) | On::Turn(Pool::Sqlite(pool), _) => {
                self.on_sqlite().fetch_all(pool).await?
            }
            On::Tx(Tx::Sqlite(tx)) => self.on_sqlite().fetch_all(&mut **tx).await?,
        };
        Ok(rows.into_iter().map(Row::Sqlite).collect())
    }

    /// The first row, if there is any.
    pub(crate) async fn fetch_optional(
        self,
        on: impl Into<On<'_>>,
    ) -> Result<Option<Row>, sqlx::Error> {
        let row = match on.into() {
            On::Pool(Pool::Sqlite(pool)) | On::Turn(Pool::Sqlite(pool), _) => {
                self.on_sqlite().fetch_optional(pool).await?
            }
            On::Tx(Tx::Sqlite(tx)) => self.on_sqlite().fetch_optional(&mut **tx).await?,
        };
        Ok(row.map(Row::Sqlite))
    }

    /// The one row that there must be.
    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<Row, sqlx::Error> {
        let row = self.fetch_optional(on).await?;
        row.ok_or(sqlx::Error::RowNotFound)
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
                Value::Texts(list) => query.bind(Value::json_of(&list)),
                Value::Ints(list) => query.bind(serde_json::Value::from(list).to_string()),
            };
        }
        query
    }
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

    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<T>, sqlx::Error> {
        let rows = self.query.fetch_all(on).await?;
        rows.iter().map(T::from_row).collect()
    }

    pub(crate) async fn fetch_optional(
        self,
        on: impl Into<On<'_>>,
    ) -> Result<Option<T>, sqlx::Error> {
        let row = self.query.fetch_optional(on).await?;
        row.as_ref().map(T::from_row).transpose()
    }

    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<T, sqlx::Error> {
        T::from_row(&self.query.fetch_one(on).await?)
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

    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<T>, sqlx::Error> {
        let rows = self.query.fetch_all(on).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    pub(crate) async fn fetch_optional(
        self,
        on: impl Into<On<'_>>,
    ) -> Result<Option<T>, sqlx::Error> {
        let row = self.query.fetch_optional(on).await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<T, sqlx::Error> {
        self.query.fetch_one(on).await?.try_get(0)
    }
}
