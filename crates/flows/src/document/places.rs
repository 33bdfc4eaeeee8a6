//! Where something stands in a document: the flow and the step by their ids, and the line.

use crate::words;
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The flow and the place in it that a path leads to, with ids in place of numbers: `step wait, days`.
pub(super) fn named(document: &Json, path: &[String]) -> (Option<String>, String) {
    let mut at = document;
    let mut flow = None;
    let mut steps: Vec<String> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let mut list = String::new();
    for part in path {
        let id = |value: &Json| {
            let id = value.get("id").and_then(Json::as_str);
            id.filter(|id| !id.is_empty()).map(str::to_owned)
        };
        if let Json::Array(items) = at {
            let item = part
                .parse()
                .ok()
                .and_then(|place: usize| items.get(place))
                .unwrap_or(&Json::Null);
            let name = id(item).unwrap_or_else(|| {
                part.parse()
                    .map_or_else(|_| part.clone(), |place: usize| (place + 1).to_string())
            });
            match list.as_str() {
                "flow" if flow.is_none() => flow = Some(name),
                "step" | "then" | "else" | "do" if item.is_object() && is_step(item) => {
                    steps.push(name);
                    keys.clear();
                }
                _ => {
                    let of = keys.pop().unwrap_or_default();
                    keys.push(format!("{of}[{part}]"));
                }
            }
            at = item;
        } else {
            at = at.get(part).unwrap_or(&Json::Null);
            list.clone_from(part);
            // Lists of steps are told by the steps themselves.
            if !(matches!(part.as_str(), "flow" | "step") && at.is_array()) {
                keys.push(part.clone());
            }
        }
    }
    let keys = keys.join(".");
    let place = match (steps.is_empty(), keys.is_empty()) {
        (true, _) => keys,
        (false, true) => format!("step {}", steps.join("/")),
        (false, false) => format!("step {}, {keys}", steps.join("/")),
    };
    (flow, place)
}

/// Whether an item of a list is a step, not a condition or a change.
fn is_step(item: &Json) -> bool {
    let deeds = [
        "id", "call", "wait", "go_on_if", "branch", "for_each", "ask", "set", "once", "stop",
        "with",
    ];
    deeds.iter().any(|key| item.get(key).is_some())
}

/// A message of the reader, with the nearest name that exists where one does not.
pub(super) fn told(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.contains("unknown field") || message.contains("unknown variant");
    match quoted.split_first() {
        Some((wrong, known)) if unknown => {
            let message = message
                .replace("unknown field", "unknown key")
                .replace("unknown variant", "unknown word");
            format!("{message}{}", words::hint(wrong, known.iter().copied()))
        }
        _ => message.to_owned(),
    }
}

/// The line of a place in a text, from one.
pub(super) fn line(text: &str, place: usize) -> usize {
    let before = text.get(..place.min(text.len())).unwrap_or_default();
    1 + before.matches('\n').count()
}

/// The line to which a path leads in a TOML text; of an unknown key its own.
pub(super) fn line_of(text: &str, path: &[String], why: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut place = 0;
    let mut at = Some(Found::Table(table.get_ref()));
    let unknown = why
        .contains("unknown key")
        .then(|| why.split('`').nth(1))
        .flatten();
    for part in path.iter().map(String::as_str).chain(unknown) {
        let next = match at? {
            Found::Table(table) => table
                .iter()
                .find(|(key, _)| key.get_ref() == part)
                .map(|(key, value)| (key.span().start, value)),
            Found::List(items) => items
                .get(part.parse::<usize>().ok()?)
                .map(|value| (value.span().start, value)),
            Found::Other => None,
        };
        let Some((start, value)) = next else { break };
        place = start;
        at = Some(Found::of(value));
    }
    Some(line(text, place))
}

/// A value on the way.
#[derive(Clone, Copy)]
enum Found<'a> {
    Table(&'a DeTable<'a>),
    List(&'a [Spanned<DeValue<'a>>]),
    Other,
}

impl<'a> Found<'a> {
    fn of(value: &'a Spanned<DeValue<'a>>) -> Self {
        match value.get_ref() {
            DeValue::Table(table) => Self::Table(table),
            DeValue::Array(items) => Self::List(items),
            _ => Self::Other,
        }
    }
}
