//! A shop's flows as one document: TOML or JSON.

mod places;

use crate::example::Example;
use crate::recipe::Installed;
use crate::{Flow, Operations, ceiling};
use mapping::Rules;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use std::fmt;

/// A shop's flows, with what is tested about them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    /// The rules of the sync that differ from the defaults, in the form of [`mapping::Rules`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Json>,
    /// The recipes that are installed.
    #[serde(rename = "recipe", skip_serializing_if = "Vec::is_empty")]
    pub recipes: Vec<Installed>,
    /// The flows.
    #[serde(rename = "flow", skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<Flow>,
    /// What is expected of them.
    #[serde(rename = "example", skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
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
    /// Reads a TOML document, or a JSON one. Its names and types are checked by [`check`](crate::check), not here.
    ///
    /// # Errors
    /// When it cannot be read, or has keys or values that do not exist.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        read(text)
    }

    /// Reads what a shop's document holds beside the rules of the sync, which stand at its top: recipes, flows, examples.
    ///
    /// # Errors
    /// When it cannot be read, or these have keys or values that do not exist.
    pub fn parse_beside_rules(text: &str) -> Result<Self, Problems> {
        let mut json: Json = read(text)?;
        if let Json::Object(parts) = &mut json {
            parts.retain(|part, _| matches!(part.as_str(), "recipe" | "flow" | "example"));
        }
        shaped(&json, Some(text))
    }

    /// The whole document as TOML.
    ///
    /// # Errors
    /// When a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, String> {
        // TOML has no word for nothing: what is empty is left out.
        let json = serde_json::to_value(self).map_err(|error| error.to_string())?;
        toml::to_string(&filled(json)).map_err(|error| error.to_string())
    }

    /// The rules of the sync that the document asks for, defaults filled in.
    ///
    /// # Errors
    /// When they are no rules; the text says where.
    pub fn sync_rules(&self) -> Result<Rules, String> {
        let text = toml::to_string(&self.rules_said()).map_err(|error| error.to_string())?;
        Rules::from_toml(&text).map_err(|error| error.to_string())
    }

    /// Reads a document that is JSON already.
    ///
    /// # Errors
    /// When it has keys or values that do not exist.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "whoever has read a document needs its JSON no longer"
    )]
    pub fn from_json(json: Json) -> Result<Self, Problems> {
        shaped(&json, None)
    }

    /// Reads a document and checks it: mistakes are told with their lines where it is TOML.
    ///
    /// # Errors
    /// When it cannot be read, or something in it is wrong.
    pub fn parse_checked(text: &str, operations: &dyn Operations) -> Result<Self, Problems> {
        let document = read::<Self>(text)?;
        let mut problems = crate::check(&document, operations);
        locate(text, &mut problems);
        if problems.is_empty() {
            Ok(document)
        } else {
            Err(Problems(problems))
        }
    }
}

/// Gives the problems of a document their lines in the TOML text that it was read from.
fn locate(text: &str, problems: &mut [Problem]) {
    for problem in problems.iter_mut().filter(|problem| problem.line.is_none()) {
        problem.line = places::line_of_problem(text, problem);
    }
}

/// Reads something that is written as TOML or JSON.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problems> {
    let refuse = |line: Option<usize>, why: String| {
        Problems(vec![Problem {
            flow: None,
            place: String::new(),
            line,
            why,
        }])
    };
    if text.len() > ceiling::DOCUMENT {
        return Err(refuse(
            None,
            format!("it is larger than {} bytes", ceiling::DOCUMENT),
        ));
    }
    if text.trim_start().starts_with('{') {
        let json = serde_json::from_str(text)
            .map_err(|error| refuse(Some(error.line()), error.to_string()))?;
        return shaped(&json, None);
    }
    let value: toml::Value = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| places::line(text, span.start));
        refuse(line, error.message().to_owned())
    })?;
    shaped(&plain(value), Some(text))
}

fn shaped<T: DeserializeOwned>(json: &Json, text: Option<&str>) -> Result<T, Problems> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let path: Vec<String> = error
            .path()
            .iter()
            .map(|part| part.to_string().trim_matches(['[', ']']).to_owned())
            .collect();
        let (flow, place) = places::named(json, &path);
        let why = places::told(&error.inner().to_string());
        let line = text.and_then(|text| places::line_of(text, &path, &why));
        Problems(vec![Problem {
            flow,
            place,
            line,
            why,
        }])
    })
}

/// A value without empty fields.
fn filled(json: Json) -> Json {
    match json {
        Json::Object(table) => {
            let fields = table.into_iter().filter(|(_, value)| !value.is_null());
            fields.map(|(key, value)| (key, filled(value))).collect()
        }
        Json::Array(items) => items.into_iter().map(filled).collect(),
        plain => plain,
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
