//! The one place that names the databases' drivers. The repositories write SQL with `$1` placeholders, bind values, and
//! read columns; which engine answers is decided here.

mod build;
mod connection;
mod query;
mod read;
mod sql;
mod value;

pub(crate) use build::Builder;
pub(crate) use connection::{
    Between, Engine, On, PATIENCE, Pool, Room, Scope, Tx, begin_on, begun,
};
pub(crate) use query::{known_letters, query, query_as, query_scalar};
pub(crate) use read::Row;
pub(crate) use sql::{Sql, both, spell};
pub(crate) use value::{Value, json_rows, texts};
