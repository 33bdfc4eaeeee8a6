//! Bodies of writes, key by key: what is not put in is not sent.

use crate::Patch;
use jiff::Timestamp;
use serde_json::{Map, Value};

#[derive(Debug, Default)]
pub(crate) struct Draft(Map<String, Value>);

impl Draft {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    pub(crate) fn put_some<T: Clone + Into<Value>>(&mut self, key: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.put(key, value.clone());
        }
    }

    /// For keys that the vendor declares nullable: clearing sends `null`.
    pub(crate) fn patch<T: Clone + Into<Value>>(&mut self, key: &str, patch: &Patch<T>) {
        match patch {
            Patch::Keep => {}
            Patch::Clear => self.put(key, Value::Null),
            Patch::Set(value) => self.put(key, value.clone()),
        }
    }

    /// For text keys that are not nullable: clearing sends an empty text.
    pub(crate) fn patch_text(&mut self, key: &str, patch: &Patch<String>) {
        match patch {
            Patch::Keep => {}
            Patch::Clear => self.put(key, ""),
            Patch::Set(value) => self.put(key, value.clone()),
        }
    }

    pub(crate) fn into_json(self) -> Value {
        Value::Object(self.0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`: an instant with milliseconds, as the vendor itself returns it, was refused on write
/// (highlevel-quirks.md 2.5).
pub(crate) fn instant(at: Timestamp) -> String {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    format!("{whole:.0}")
}
