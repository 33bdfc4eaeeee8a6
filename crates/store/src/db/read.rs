//! Reading columns.

use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Postgres, TypeInfo, ValueRef};

/// A row that a statement answered.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Where a column is: its place, or its name.
pub(crate) trait At: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> {}
impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>> At for T {}

/// What may be read from a column.
pub(crate) trait Column<'r>: Sized {
    fn of_sqlite(row: &'r SqliteRow, at: impl At) -> Result<Self, sqlx::Error>;
    fn of_postgres(row: &'r PgRow, at: impl At) -> Result<Self, sqlx::Error>;
}

impl Row {
    /// A column's value.
    pub(crate) fn try_get<'r, T: Column<'r>, I: At>(&'r self, at: I) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => T::of_sqlite(row, at),
            Self::Postgres(row) => T::of_postgres(row, at),
        }
    }
}

macro_rules! alike {
    ($($type:ty)*) => {
        $(impl<'r> Column<'r> for $type {
            fn of_sqlite(row: &'r SqliteRow, at: impl At) -> Result<Self, sqlx::Error> {
                sqlx::Row::try_get(row, at)
            }
            fn of_postgres(row: &'r PgRow, at: impl At) -> Result<Self, sqlx::Error> {
                sqlx::Row::try_get(row, at)
            }
        })*
    };
}

alike! {
    String Option<String> &'r str
    Vec<u8> Option<Vec<u8>>
}

/// Numbers: PostgreSQL keeps all of ours in eight bytes, and answers questions as its own booleans.
macro_rules! numbers {
    ($($type:ty: $number:ident => $read:expr;)*) => {
        $(impl<'r> Column<'r> for $type {
            fn of_sqlite(row: &'r SqliteRow, at: impl At) -> Result<Self, sqlx::Error> {
                sqlx::Row::try_get(row, at)
            }
            fn of_postgres(row: &'r PgRow, at: impl At) -> Result<Self, sqlx::Error> {
                let $number = number(sqlx::Row::try_get_raw(row, at)?)?;
                $read
            }
        })*
    };
}

numbers! {
    i64: found => found.ok_or_else(missing);
    Option<i64>: found => Ok(found);
    u32: found => u32::try_from(found.ok_or_else(missing)?).map_err(|why| sqlx::Error::Decode(why.into()));
    bool: found => Ok(found.ok_or_else(missing)? != 0);
}

fn number(value: PgValueRef<'_>) -> Result<Option<i64>, sqlx::Error> {
    if value.is_null() {
        return Ok(None);
    }
    let read = match value.type_info().name() {
        "BOOL" => <bool as Decode<Postgres>>::decode(value).map(i64::from),
        "INT4" => <i32 as Decode<Postgres>>::decode(value).map(i64::from),
        "INT8" => <i64 as Decode<Postgres>>::decode(value),
        other => Err(format!("a number was expected, not {other}").into()),
    };
    read.map(Some).map_err(sqlx::Error::Decode)
}

fn missing() -> sqlx::Error {
    sqlx::Error::Decode("there is no value".into())
}

/// A row as a tuple.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error>;
}

macro_rules! tuples {
    ($(($($name:ident $at:literal),+))*) => {
        $(impl<$($name: for<'r> Column<'r>),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
                Ok(($(row.try_get::<$name, _>($at)?,)+))
            }
        })*
    };
}

tuples! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
}
