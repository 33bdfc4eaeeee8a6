//! A shop's flows as one document: TOML or JSON.

use crate::Flow;
use mapping::Rules;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fmt;

/// A shop's flows, with what is tested about them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    /// The rules of the sync that differ from the defaults, in the form of [`mapping::Rules`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Json>,
    /// The flows.
    #[serde(rename = "flow", skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<Flow>,
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The flow, where it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Where in it: `step remind, with.dueDate`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The line in the document, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What is wrong and how to mend it.
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(flow) = &self.flow {
            write!(f, "flow `{flow}`: ")?;
        }
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.why)
    }
}

/// Why a document cannot be used: everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(pub Vec<Problem>);

impl Document {
    /// Reads a TOML document, or a JSON one. Its names and types are checked by [`check`], not here.
    ///
    /// # Errors
    /// When it cannot be read, or has keys or values that do not exist.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let refuse = |place: String, line: Option<usize>, why: String| {
            Problems(vec![Problem {
                flow: None,
                place,
                line,
                why,
            }])
        };
        let json = if text.trim_start().starts_with('{') {
            serde_json::from_str(text)
                .map_err(|error| refuse(String::new(), Some(error.line()), error.to_string()))?
        } else {
            let value: toml::Value = toml::from_str(text).map_err(|error| {
                let line = error
                    .span()
                    .map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
                refuse(String::new(), line, error.message().to_owned())
            })?;
            plain(value)
        };
        Self::from_json(json)
    }

    /// The rules of the sync that the document asks for, defaults filled in.
    ///
    /// # Errors
    /// When they are no rules; the text says where.
    pub fn sync_rules(&self) -> Result<Rules, String> {
        let Some(rules) = &self.rules else {
            return Ok(Rules::default());
        };
        let text = toml::to_string(rules).map_err(|error| error.to_string())?;
        Rules::from_toml(&text).map_err(|error| error.to_string())
    }

    /// Reads a document that is JSON already.
    ///
    /// # Errors
    /// When it has keys or values that do not exist.
    pub fn from_json(json: Json) -> Result<Self, Problems> {
        serde_path_to_error::deserialize(json).map_err(|error| {
            Problems(vec![Problem {
                flow: None,
                place: error.path().to_string(),
                line: None,
                why: error.inner().to_string(),
            }])
        })
    }
}

/// TOML as JSON; dates as texts.
fn plain(value: toml::Value) -> Json {
    match value {
        toml::Value::String(text) => Json::String(text),
        toml::Value::Integer(number) => Json::from(number),
        toml::Value::Float(number) => Json::from(number),
        toml::Value::Boolean(flag) => Json::Bool(flag),
        toml::Value::Datetime(moment) => Json::String(moment.to_string()),
        toml::Value::Array(items) => Json::Array(items.into_iter().map(plain).collect()),
        toml::Value::Table(table) => Json::Object(
            table
                .into_iter()
                .map(|(key, value)| (key, plain(value)))
                .collect(),
        ),
    }
}
