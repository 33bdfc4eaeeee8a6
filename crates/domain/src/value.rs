//! The value of one field.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A field's value. An empty field is absent: there is no null and no empty text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// An instant.
    Moment {
        /// When.
        #[schemars(with = "String")]
        at: Timestamp,
    },
    /// Text that is not blank.
    Text(String),
}

impl Value {
    /// Text, or nothing when it is blank. Surrounding white space is dropped.
    pub fn text(text: impl AsRef<str>) -> Option<Self> {
        let trimmed = text.as_ref().trim();
        (!trimmed.is_empty()).then(|| Self::Text(trimmed.to_owned()))
    }

    /// The text, where this is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The flag, where this is a flag.
    #[must_use]
    pub const fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The instant, where this is one.
    #[must_use]
    pub const fn as_moment(&self) -> Option<Timestamp> {
        match self {
            Self::Moment { at } => Some(*at),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
            Self::Moment { at } => at.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}
