//! A statement whose conditions are known only while running.

use super::query::Query;
use super::value::{Bind, Value};
use std::fmt::Write;

/// Puts a statement together piece by piece. What people type is bound, never pushed.
pub(crate) struct Builder<'q> {
    text: String,
    values: Vec<Value<'q>>,
}

impl<'q> Builder<'q> {
    pub(crate) fn new(begin: &str) -> Self {
        Self {
            text: begin.to_owned(),
            values: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn push_bind(&mut self, value: impl Bind<'q>) -> &mut Self {
        self.values.push(value.value());
        // Writing into a String does not fail.
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    pub(crate) fn build(self) -> Query<'q> {
        Query::with(self.text.into(), self.values)
    }
}
