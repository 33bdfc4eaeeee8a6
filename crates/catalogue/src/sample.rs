//! Values for calls of which only the facts are known, the same every time.

use crate::field::asked;
use crate::operation::Operation;
use crate::shape::{Member, Shape};
use serde_json::{Map, Value as Json, json};

/// How much is in a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What must be given, and of objects what must be in them.
    Required,
    /// Everything.
    Everything,
}

/// An input for an operation.
pub(crate) fn input(operation: &Operation, extent: Extent) -> Json {
    let fields =
        asked(&operation.fields).filter(|field| field.required || extent == Extent::Everything);
    let input: Map<_, _> = fields
        .map(|field| (field.name.clone(), field.shape.sample(&field.wire, extent)))
        .collect();
    Json::Object(input)
}

impl Shape {
    /// A value of this shape. The name leads to a text that somebody would expect there.
    #[must_use]
    pub fn sample(&self, name: &str, extent: Extent) -> Json {
        match self {
            Self::Text(format) => json!(text(name, format.as_deref())),
            Self::Integer | Self::Number => json!(1),
            Self::YesNo => json!(true),
            Self::File => json!("aGVsbG8="),
            Self::Any => json!("sample"),
            Self::Unstated => json!({}),
            Self::Null => Json::Null,
            Self::Choice(values) => values.first().cloned().unwrap_or_default(),
            Self::List(item) => json!([item.sample(name, extent)]),
            Self::Either(shapes) => {
                let first = shapes.first();
                first.map_or(Json::Null, |one| one.sample(name, extent))
            }
            Self::Object { members, .. } => {
                let wanted = |member: &&Member| member.required || extent == Extent::Everything;
                let members = members.iter().filter(wanted);
                let one = |member: &Member| {
                    (
                        member.name.clone(),
                        member.shape.sample(&member.name, extent),
                    )
                };
                Json::Object(members.map(one).collect())
            }
        }
    }
}

/// A text that its name leads to expect, where the documents name no format.
fn text(name: &str, format: Option<&str>) -> String {
    let lower = name.to_ascii_lowercase();
    let ends = |parts: &[&str]| parts.iter().any(|part| lower.ends_with(part));
    match format {
        Some("date-time") => "2030-01-02T09:00:00Z",
        Some("date") => "2030-01-02",
        Some("email") => "ada@example.com",
        Some("uri") => "https://example.com/",
        Some("uuid") => "6f1f2a0e-5b7a-4d6c-9f57-2f2b6c0a1d11",
        _ if ends(&["email"]) => "ada@example.com",
        _ if ends(&["url", "uri", "link"]) => "https://example.com/",
        _ if ends(&["timezone"]) => "Europe/London",
        _ if ends(&["time"]) => "2030-01-02T09:00:00Z",
        _ if ends(&["date"]) => "2030-01-02",
        _ if ends(&["phone", "phonenumber"]) => "+447700900123",
        _ if ends(&["id"]) => "ve9EPM428h8vShlRW1KT",
        _ => "sample",
    }
    .to_owned()
}
