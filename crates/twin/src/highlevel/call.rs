//! One request on its way to an operation, and the operation's answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::contacts::model::Writer;

/// A request that passed the guard.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// Path parameters in order.
    pub params: Vec<&'a str>,
    pub query: &'a BTreeMap<String, String>,
    pub body: &'a Map<String, Value>,
    /// Milliseconds.
    pub now: i64,
    /// `Version: v3`.
    pub v3: bool,
    pub writer: Writer,
}

impl Call<'_> {
    /// Path parameter, empty when the route has none there.
    pub fn param(&self, number: usize) -> &str {
        self.params.get(number).copied().unwrap_or_default()
    }

    /// Query parameter; an empty one counts as left out.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A number in the query, within bounds.
    pub fn query_number(&self, name: &str, usual: usize, most: usize) -> usize {
        self.query(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(usual)
            .min(most)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        texts(self.body.get(name))
    }
}

/// The texts of an array.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .map(|items| {
            items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

/// A success.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    pub fn created(body: Value) -> Self {
        Self { status: 201, body }
    }
}
