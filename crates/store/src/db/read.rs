//! Reading columns.

use sqlx::ColumnIndex;
use sqlx::sqlite::SqliteRow;

/// A row that a statement answered.
pub(crate) enum Row {
    Sqlite(SqliteRow),
}

/// Where a column is: its place, or its name.
pub(crate) trait At: ColumnIndex<SqliteRow> {}
impl<T: ColumnIndex<SqliteRow>> At for T {}

/// What may be read from a column.
pub(crate) trait Column<'r>: Sized {
    fn of_sqlite(row: &'r SqliteRow, at: impl At) -> Result<Self, sqlx::Error>;
}

impl Row {
    /// A column's value.
    pub(crate) fn try_get<'r, T: Column<'r>, I: At>(&'r self, at: I) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => T::of_sqlite(row, at),
        }
    }
}

macro_rules! columns {
    ($($type:ty)*) => {
        $(impl<'r> Column<'r> for $type {
            fn of_sqlite(row: &'r SqliteRow, at: impl At) -> Result<Self, sqlx::Error> {
                sqlx::Row::try_get(row, at)
            }
        })*
    };
}

columns! {
    i64 Option<i64> u32 bool
    String Option<String> &'r str
    Vec<u8>
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
