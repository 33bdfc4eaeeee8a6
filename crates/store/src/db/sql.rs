//! The text of a statement. Most statements are one text for every engine.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// A statement that is known when the program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
}

/// A statement, or one that was put together while running: never out of what people type, which is bound.
pub(crate) enum Statement {
    Fixed(Sql),
    Built(String),
}

impl Statement {
    pub(super) fn for_sqlite(self) -> SqlStr {
        match self {
            Self::Fixed(sql) => sql.sqlite.into_sql_str(),
            Self::Built(text) => AssertSqlSafe(text).into_sql_str(),
        }
    }
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self::Fixed(Sql { sqlite: text })
    }
}

impl From<Sql> for Statement {
    fn from(sql: Sql) -> Self {
        Self::Fixed(sql)
    }
}

impl From<String> for Statement {
    fn from(text: String) -> Self {
        Self::Built(text)
    }
}
