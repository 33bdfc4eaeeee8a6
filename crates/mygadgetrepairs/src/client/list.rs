//! A list of the account as a source of pages.

use super::Client;
use crate::{
    Cursor, Error, Page, Walk,
    error::Target,
    lenient::{self, Row},
    model::Remote,
    page::{self, Learnt, Source, Window},
};
use http::Request;
use serde_json::Value;
use std::fmt;

/// A list and its arguments.
#[derive(Clone)]
pub(crate) struct List<'a> {
    client: &'a Client,
    noun: &'static str,
    path: String,
    query: Vec<(String, String)>,
    vocabulary: bool,
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl<'a> List<'a> {
    pub fn new(client: &'a Client, noun: &'static str, path: impl Into<String>) -> Self {
        Self {
            client,
            noun,
            path: path.into(),
            query: Vec::new(),
            vocabulary: false,
        }
    }

    pub fn with(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query;
        self
    }

    /// Marks a short list that may not be paged.
    pub const fn vocabulary(mut self) -> Self {
        self.vocabulary = true;
        self
    }

    pub fn learnt(&self) -> &'a Learnt {
        self.client.learnt()
    }

    pub async fn page<T: Remote>(&self, cursor: &Cursor) -> Result<Page<T>, Error> {
        page::page(self, self.learnt(), cursor).await
    }

    pub fn walk<T: Remote>(self, from: Cursor) -> Walk<'a, T> {
        Walk::new(self, from)
    }

    /// Everything, for vocabularies.
    pub async fn all<T: Remote>(self) -> Result<Vec<T>, Error> {
        self.vocabulary()
            .walk(Cursor::start())
            .all()
            .await
            .map(|(items, _)| items)
    }
}

impl Source for List<'_> {
    async fn rows(&self, window: Window) -> Result<Vec<Value>, Error> {
        let target = Target::list(self.noun);
        let mut request = Request::get(self.path.clone());
        for (name, value) in self.query.iter().cloned().chain(window.arguments()) {
            request = request.query(name, value);
        }
        let answer = self.client.succeed(request, &target).await?;
        rows(&answer.body, &target)
    }

    fn name(&self) -> &str {
        &self.path
    }

    fn may_be_unpaged(&self) -> bool {
        self.vocabulary
    }
}

/// The rows of an answer: a bare array, or an object with exactly one array in it
/// (mygadgetrepairs-api.md section 15). Anything else is an error and never an empty list.
pub(crate) fn rows(body: &[u8], target: &Target) -> Result<Vec<Value>, Error> {
    let value =
        lenient::parse(body).map_err(|error| target.decode("$", unreadable(body, &error)))?;
    match value {
        Value::Array(rows) => Ok(rows),
        Value::Object(map) => {
            let known = ["data", "items", "results", "records"]
                .iter()
                .find_map(|name| Row(&map).get(name).filter(|value| value.is_array()));
            let mut arrays = map.values().filter(|value| value.is_array());
            let only = match (arrays.next(), arrays.next()) {
                (Some(array), None) => Some(array),
                _ => None,
            };
            match known.or(only) {
                Some(Value::Array(rows)) => Ok(rows.clone()),
                _ => Err(target.decode("$", "an object without a list came instead of a list")),
            }
        }
        _ => Err(target.decode("$", "a single value came instead of a list")),
    }
}

/// Why a body is no JSON, without quoting it.
pub(super) fn unreadable(body: &[u8], error: &serde_json::Error) -> String {
    match body.trim_ascii().first() {
        None => "the answer is empty".to_owned(),
        Some(b'<') => "an HTML page came instead of data".to_owned(),
        Some(_) => format!(
            "it is not complete JSON (line {}, column {})",
            error.line(),
            error.column()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_bare_or_wrapped_and_nothing_else_is_an_empty_list() {
        let target = Target::list("customer");
        for (body, count) in [
            ("[]", 0),
            ("[{\"id\":1}]", 1),
            ("{\"data\":[1,2]}", 2),
            ("{\"customers\":[1],\"total\":1}", 1),
            ("{\"data\":[1],\"links\":[]}", 1),
            ("{\"DATA\":[1]}", 1),
        ] {
            assert_eq!(
                rows(body.as_bytes(), &target).unwrap().len(),
                count,
                "{body}"
            );
        }
        for bad in [
            "",
            "\"\"",
            "null",
            "{}",
            "{\"a\":[],\"b\":[]}",
            "[1",
            "<html>",
            "{\"id\":1}",
            "oops",
        ] {
            assert!(
                matches!(rows(bad.as_bytes(), &target), Err(Error::Decode { .. })),
                "{bad}"
            );
        }
    }
}
