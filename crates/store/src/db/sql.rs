//! The text of a statement. Most statements are one text for every engine; where they differ, [`both`] keeps the two
//! side by side.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// A statement that is known when the program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
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

    /// Lent, since a statement may be carried out again.
    pub(super) fn for_postgres(&self) -> SqlStr {
        match self {
            Self::Fixed(sql) => sql.postgres.into_sql_str(),
            Self::Built(text) => AssertSqlSafe(text.as_str()).into_sql_str(),
        }
    }
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self::Fixed(Sql {
            sqlite: text,
            postgres: text,
        })
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

/// A statement for every engine, out of texts, macros that stand for texts, and pieces that are spelled differently:
///
/// * `[list "3"]`: `column` is in the list that is bound as `$3` ([`super::texts`])
/// * `[numbers "3"]`: the same of numbers ([`super::Value::Ints`])
/// * `[listed "3"]`: a list of texts as a table with a column `value`
/// * `[rows "3"]`: the JSON rows that are bound as `$3` ([`super::json_rows`]) as a table with a column `value`
/// * `[by "index"]`: the index that SQLite is to take; PostgreSQL's planner is told no such thing
/// * `[sqlite …]`, `[postgres …]`: for that engine alone
macro_rules! both {
    ($($piece:tt)*) => {
        $crate::db::Sql {
            sqlite: $crate::db::spell!(sqlite [] $($piece)*),
            postgres: $crate::db::spell!(postgres [] $($piece)*),
        }
    };
}
pub(crate) use both;

macro_rules! spell {
    ($engine:ident [$($done:tt)*]) => { concat!($($done)*) };
    ($engine:ident [$($done:tt)*] , $($rest:tt)*) => { $crate::db::spell!($engine [$($done)*] $($rest)*) };
    (sqlite [$($done:tt)*] [list $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(sqlite [$($done)* "IN (SELECT value FROM json_each($", $n, "))",] $($rest)*)
    };
    (postgres [$($done:tt)*] [list $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(postgres [$($done)* "= ANY(ARRAY(SELECT json_array_elements_text($", $n, "::json)))",] $($rest)*)
    };
    (sqlite [$($done:tt)*] [numbers $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(sqlite [$($done)* "IN (SELECT value FROM json_each($", $n, "))",] $($rest)*)
    };
    (postgres [$($done:tt)*] [numbers $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(postgres [$($done)* "= ANY($", $n, ")",] $($rest)*)
    };
    (sqlite [$($done:tt)*] [listed $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(sqlite [$($done)* "json_each($", $n, ")",] $($rest)*)
    };
    (postgres [$($done:tt)*] [listed $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(postgres [$($done)* "json_array_elements_text($", $n, "::json) AS listed (value)",] $($rest)*)
    };
    (sqlite [$($done:tt)*] [rows $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(sqlite [$($done)* "json_each($", $n, ")",] $($rest)*)
    };
    (postgres [$($done:tt)*] [rows $n:literal] $($rest:tt)*) => {
        $crate::db::spell!(postgres [$($done)* "json_array_elements($", $n, "::json) AS listed (value)",] $($rest)*)
    };
    (sqlite [$($done:tt)*] [by $index:literal] $($rest:tt)*) => {
        $crate::db::spell!(sqlite [$($done)* " INDEXED BY ", $index, " ",] $($rest)*)
    };
    (postgres [$($done:tt)*] [by $index:literal] $($rest:tt)*) => {
        $crate::db::spell!(postgres [$($done)* " ",] $($rest)*)
    };
    (sqlite [$($done:tt)*] [sqlite $($piece:tt)*] $($rest:tt)*) => {
        $crate::db::spell!(sqlite [$($done)*] $($piece)* $($rest)*)
    };
    (postgres [$($done:tt)*] [postgres $($piece:tt)*] $($rest:tt)*) => {
        $crate::db::spell!(postgres [$($done)*] $($piece)* $($rest)*)
    };
    ($engine:ident [$($done:tt)*] [sqlite $($piece:tt)*] $($rest:tt)*) => {
        $crate::db::spell!($engine [$($done)*] $($rest)*)
    };
    ($engine:ident [$($done:tt)*] [postgres $($piece:tt)*] $($rest:tt)*) => {
        $crate::db::spell!($engine [$($done)*] $($rest)*)
    };
    ($engine:ident [$($done:tt)*] $name:ident ! ($($args:tt)*) $($rest:tt)*) => {
        $crate::db::spell!($engine [$($done)* $name!($($args)*),] $($rest)*)
    };
    ($engine:ident [$($done:tt)*] $text:literal $($rest:tt)*) => {
        $crate::db::spell!($engine [$($done)* $text,] $($rest)*)
    };
}
pub(crate) use spell;
