//! The webhook events of HighLevel.

use anyhow::{Context, Result};
use catalogue::facts::EventFacts;
use catalogue::shape::{Member, Shape};
use serde_json::Value as Json;

pub(crate) fn lines(operations: &Json) -> Result<String> {
    let mut all = Vec::new();
    for event in operations["webhookEvents"]
        .as_array()
        .context("`webhookEvents` is a list")?
    {
        let fields = event["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str);
        all.push(EventFacts {
            event: event["event"]
                .as_str()
                .context("an event has a name")?
                .to_owned(),
            scope: event["scope"].as_str().map(str::to_owned),
            body: body(fields),
        });
    }
    all.sort_by(|a, b| a.event.cmp(&b.event));
    let lines: Result<Vec<_>, _> = all.iter().map(serde_json::to_string).collect();
    Ok(lines?.join("\n") + "\n")
}

/// The first level of what an event carries; `trial.onTrial` and the like are left to what comes.
fn body<'a>(fields: impl Iterator<Item = &'a str>) -> Shape {
    let mut members: Vec<Member> = fields
        .filter_map(|field| field.split_once(':'))
        .filter(|(name, _)| !name.contains('.') && !name.contains('['))
        .map(|(name, kind)| Member {
            name: name.to_owned(),
            required: false,
            shape: match kind.to_ascii_lowercase().as_str() {
                "string" | "date" => Shape::Text(None),
                "number" => Shape::Number,
                "integer" => Shape::Integer,
                "boolean" => Shape::YesNo,
                kind if kind.starts_with("array") => Shape::List(Box::new(Shape::Any)),
                _ => Shape::Any,
            },
        })
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    members.dedup_by(|a, b| a.name == b.name);
    Shape::Object {
        members,
        others: Some(Box::new(Shape::Any)),
    }
}
