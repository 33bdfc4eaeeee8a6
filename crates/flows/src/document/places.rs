//! Where something stands in a document: the flow and the step by their ids, and the line.

use super::Problem;
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
    let mut at = Found::Table(table.get_ref());
    let unknown = why
        .contains("unknown key")
        .then(|| why.split('`').nth(1))
        .flatten();
    for part in path.iter().map(String::as_str).chain(unknown) {
        let next = at.key(part);
        let Some((start, value)) = next else { break };
        (place, at) = (start, value);
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
    /// What stands under a key, or a number from nought, with its beginning.
    fn key(self, key: &str) -> Option<(usize, Self)> {
        match self {
            Self::Table(table) => table
                .iter()
                .find(|(own, _)| own.get_ref() == key)
                .map(|(own, value)| (own.span().start, Self::of(value))),
            Self::List(items) => {
                let value = items.get(key.parse::<usize>().ok()?)?;
                Some((value.span().start, Self::of(value)))
            }
            Self::Other => None,
        }
    }

    fn of(value: &'a Spanned<DeValue<'a>>) -> Self {
        match value.get_ref() {
            DeValue::Table(table) => Self::Table(table),
            DeValue::Array(items) => Self::List(items),
            _ => Self::Other,
        }
    }
}

/// The line of a problem in a TOML text: of its key, else of its step, else of its flow.
pub(super) fn line_of_problem(text: &str, problem: &Problem) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let root = Found::Table(table.get_ref());
    let (mut start, mut at) = match &problem.flow {
        Some(flow) => item(root.key("flow")?.1, flow)?,
        None => (0, root),
    };
    let (steps, keys) = match problem.place.strip_prefix("step ") {
        Some(rest) => rest.split_once(", ").unwrap_or((rest, "")),
        None => ("", problem.place.as_str()),
    };
    // The names of lists and the numbers of items lie between the ids of steps; without an id its number is one.
    for id in steps
        .split('/')
        .filter(|id| !matches!(*id, "" | "then" | "else" | "do"))
    {
        let lists = [
            &["step"][..],
            &["branch", "then"],
            &["branch", "else"],
            &["for_each", "do"],
        ];
        let found = lists.into_iter().find_map(|path| {
            let list = path.iter().try_fold(at, |at, key| Some(at.key(key)?.1))?;
            item(list, id)
        });
        let Some((place, step)) = found else { break };
        (start, at) = (place, step);
    }
    for key in keys.split(['.', '[']).map(|key| key.trim_end_matches(']')) {
        let Some((place, value)) = at.key(key) else {
            break;
        };
        (start, at) = (place, value);
    }
    Some(line(text, start))
}

/// The item of a list with this id, or with this number.
fn item<'a>(list: Found<'a>, id: &str) -> Option<(usize, Found<'a>)> {
    let Found::List(items) = list else {
        return None;
    };
    let has_id = |value: &Spanned<DeValue<'_>>| {
        let own = value.get_ref().as_table().and_then(|table| table.get("id"));
        own.and_then(|own| own.get_ref().as_str())
            .map(str::to_owned)
    };
    let named = items
        .iter()
        .find(|value| has_id(value).as_deref() == Some(id));
    let numbered = || items.get(id.parse::<usize>().ok()?.checked_sub(1)?);
    let value = named.or_else(numbered)?;
    Some((value.span().start, Found::of(value)))
}
