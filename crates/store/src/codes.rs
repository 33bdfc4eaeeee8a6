//! How enums, times and JSON stand in columns.

use crate::StoreError;
use domain::{Kind, Lane, Side, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) const fn side(side: Side) -> i64 {
    match side {
        Side::HighLevel => 0,
        Side::MyGadgetRepairs => 1,
    }
}

pub(crate) const fn read_side(code: i64) -> Side {
    if code == 0 {
        Side::HighLevel
    } else {
        Side::MyGadgetRepairs
    }
}

pub(crate) const fn kind(kind: Kind) -> i64 {
    match kind {
        Kind::Contact => 0,
        Kind::Task => 1,
        Kind::Note => 2,
        Kind::Appointment => 3,
    }
}

pub(crate) const fn read_kind(code: i64) -> Kind {
    match code {
        0 => Kind::Contact,
        1 => Kind::Task,
        2 => Kind::Note,
        _ => Kind::Appointment,
    }
}

pub(crate) const fn lane(lane: Lane) -> i64 {
    match lane {
        Lane::Interactive => 0,
        Lane::Live => 1,
        Lane::Background => 2,
    }
}

pub(crate) const fn read_lane(code: i64) -> Lane {
    match code {
        0 => Lane::Interactive,
        1 => Lane::Live,
        _ => Lane::Background,
    }
}

pub(crate) fn time(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(crate) fn read_time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(crate) fn json<T: Serialize>(
    value: &T,
    table: &'static str,
    column: &'static str,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|why| StoreError::Value {
        table,
        column,
        why: why.to_string(),
    })
}

pub(crate) fn read_json<T: DeserializeOwned>(
    text: &str,
    table: &'static str,
    column: &'static str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|why| StoreError::Value {
        table,
        column,
        why: why.to_string(),
    })
}

pub(crate) fn read_id<T: std::str::FromStr<Err = String>>(
    text: &str,
    table: &'static str,
    column: &'static str,
) -> Result<T, StoreError> {
    text.parse()
        .map_err(|why| StoreError::Value { table, column, why })
}

/// A text in which nothing is a wildcard of `LIKE … ESCAPE '\\'`.
pub(crate) fn like_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
