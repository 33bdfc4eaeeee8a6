//! The one place that names the database's driver. The repositories write SQL with `$1` placeholders, bind values,
//! and read columns; which engine answers is decided here.

mod build;
mod connection;
mod query;
mod read;
mod sql;
mod value;

pub(crate) use build::Builder;
pub(crate) use connection::{On, Pool, Scope, Tx};
pub(crate) use query::{query, query_as, query_scalar};
pub(crate) use read::Row;
pub(crate) use value::{Value, json_rows, texts};
