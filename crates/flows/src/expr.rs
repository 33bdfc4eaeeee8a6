//! A value in a flow: written out, picked from what is known, or a text made of it.

use crate::transform::Transform;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// A value in a flow.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// As written.
    Literal(Json),
    /// Picked by its path, then changed.
    Pick {
        /// The path, such as `contact.email`.
        path: String,
        /// The changes, in order.
        then: Vec<Transform>,
    },
    /// A text with values in it, then changed.
    Template {
        /// The text.
        source: String,
        /// The changes, in order.
        then: Vec<Transform>,
    },
    /// The first of these that is filled.
    FirstFilled(Vec<Expr>),
    /// A list of values.
    List(Vec<Expr>),
    /// A table of values.
    Table(BTreeMap<String, Expr>),
}

/// The keys that make a table an expression.
const MARKERS: [&str; 4] = ["pick", "template", "first_filled", "literal"];

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Expr {
    fn read(json: Json) -> Result<Self, String> {
        Ok(match json {
            Json::Array(items) => {
                let items = items
                    .into_iter()
                    .map(Self::read)
                    .collect::<Result<Vec<_>, _>>()?;
                Self::List(items).folded()
            }
            Json::Object(table) => Self::read_table(table)?,
            plain => Self::Literal(plain),
        })
    }

    fn read_table(mut table: Map<String, Json>) -> Result<Self, String> {
        let text = |value: Json, key: &str| match value {
            Json::String(text) => Ok(text),
            other => Err(format!(
                "`{key}` must be a text, not {}",
                crate::words::kind(&other)
            )),
        };
        let marker = MARKERS.into_iter().find(|key| table.contains_key(*key));
        let Some(marker) = marker else {
            let fields = table
                .into_iter()
                .map(|(key, value)| Ok((key, Self::read(value)?)))
                .collect::<Result<BTreeMap<_, _>, String>>()?;
            return Ok(Self::Table(fields).folded());
        };
        let value = table.remove(marker).unwrap_or_default();
        let takes_then = matches!(marker, "pick" | "template");
        let then = match table.remove("then") {
            Some(then) if takes_then => serde_json::from_value::<Vec<Transform>>(then)
                .map_err(|error| format!("then: {error}"))?,
            Some(_) => return Err(format!("`then` does not go with `{marker}`")),
            None => Vec::new(),
        };
        if let Some(other) = table.keys().next() {
            return Err(format!(
                "unknown key `{other}` beside `{marker}`; known are {marker}{}",
                if takes_then { " and then" } else { "" }
            ));
        }
        Ok(match marker {
            "pick" => Self::Pick {
                path: text(value, marker)?,
                then,
            },
            "template" => Self::Template {
                source: text(value, marker)?,
                then,
            },
            "first_filled" => match Self::read(value)? {
                Self::List(items) => Self::FirstFilled(items),
                Self::Literal(Json::Array(items)) => {
                    Self::FirstFilled(items.into_iter().map(Self::Literal).collect())
                }
                _ => return Err("`first_filled` must be a list of values".to_owned()),
            },
            _ => Self::Literal(value),
        })
    }

    /// A list or table of nothing but literals is a literal.
    fn folded(self) -> Self {
        match self {
            Self::List(items) if items.iter().all(Self::is_literal) => Self::Literal(Json::Array(
                items.into_iter().filter_map(Self::literal).collect(),
            )),
            Self::Table(fields) if fields.values().all(Self::is_literal) => {
                Self::Literal(Json::Object(
                    fields
                        .into_iter()
                        .filter_map(|(key, value)| Some((key, value.literal()?)))
                        .collect(),
                ))
            }
            other => other,
        }
    }

    const fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }

    fn literal(self) -> Option<Json> {
        match self {
            Self::Literal(json) => Some(json),
            _ => None,
        }
    }

    /// As it is written.
    fn into_json(self) -> Json {
        let with_then = |key: &str, text: String, then: Vec<Transform>| {
            let mut table = Map::new();
            table.insert(key.to_owned(), Json::String(text));
            if !then.is_empty() {
                table.insert(
                    "then".to_owned(),
                    serde_json::to_value(then).unwrap_or_default(),
                );
            }
            Json::Object(table)
        };
        match self {
            Self::Literal(json) => escaped(json),
            Self::Pick { path, then } => with_then("pick", path, then),
            Self::Template { source, then } => with_then("template", source, then),
            Self::FirstFilled(items) => {
                let items = items.into_iter().map(Self::into_json).collect();
                Json::Object(Map::from_iter([(
                    "first_filled".to_owned(),
                    Json::Array(items),
                )]))
            }
            Self::List(items) => Json::Array(items.into_iter().map(Self::into_json).collect()),
            Self::Table(fields) => Json::Object(
                fields
                    .into_iter()
                    .map(|(key, value)| (key, value.into_json()))
                    .collect(),
            ),
        }
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.clone().into_json().serialize(serializer)
    }
}

/// A value as it must be written to be read as itself: what looks like an expression is marked as a literal.
fn escaped(value: Json) -> Json {
    match value {
        Json::Array(items) => Json::Array(items.into_iter().map(escaped).collect()),
        Json::Object(table) if MARKERS.iter().any(|key| table.contains_key(*key)) => Json::Object(
            Map::from_iter([("literal".to_owned(), Json::Object(table))]),
        ),
        Json::Object(table) => Json::Object(
            table
                .into_iter()
                .map(|(key, value)| (key, escaped(value)))
                .collect(),
        ),
        plain => plain,
    }
}
