//! Everything else that the vendors publish: data files with a line per call or event, searched line by line, so that
//! nothing of them stays in memory.

use crate::facts::{EventFacts, Facts};
use crate::field::of_facts;
use crate::operation::{Call, Danger, Evidence, Needs, Operation, OperationKind, Recovery, Source};
use crate::sample;
use crate::shape::Shape;
use crate::titles;
use domain::Side;
use serde_json::{Map, Value as Json, json};

const HIGHLEVEL: &str = include_str!("../data/highlevel.jsonl");
const EVENTS: &str = include_str!("../data/events.jsonl");
const MYGADGETREPAIRS: &str = include_str!("../data/mygadgetrepairs.jsonl");
const EVENT: &str = "highlevel.event.";

/// The facts of a call, by its id in the data file.
pub(crate) fn facts(side: Side, id: &str) -> Option<Facts> {
    let head = format!("{{\"id\":\"{id}\",");
    let line = lines(side).find(|line| line.starts_with(&head))?;
    serde_json::from_str(line).ok()
}

/// The operation with this id.
pub(crate) fn find(id: &str) -> Option<Operation> {
    if let Some(name) = id.strip_prefix(EVENT) {
        let head = format!("{{\"event\":\"{name}\",");
        let line = EVENTS.lines().find(|line| line.starts_with(&head))?;
        return serde_json::from_str(line).ok().map(awaited);
    }
    let (side, rest) = id.split_once('.')?;
    let side = Side::BOTH.into_iter().find(|one| one.as_str() == side)?;
    facts(side, rest).map(|facts| called(side, facts))
}

/// All of them, one after the other.
pub(crate) fn all() -> impl Iterator<Item = Operation> {
    let calls = |side| {
        lines(side)
            .filter_map(|line| serde_json::from_str(line).ok())
            .map(move |facts| called(side, facts))
    };
    let events = EVENTS
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .map(awaited);
    calls(Side::HighLevel)
        .chain(events)
        .chain(calls(Side::MyGadgetRepairs))
}

fn lines(side: Side) -> std::str::Lines<'static> {
    match side {
        Side::HighLevel => HIGHLEVEL.lines(),
        Side::MyGadgetRepairs => MYGADGETREPAIRS.lines(),
    }
}

fn called(side: Side, facts: Facts) -> Operation {
    let danger = danger(side, &facts);
    let fields = of_facts(&facts);
    let mut fixed = Map::new();
    if crate::field::by_alternative(&fields) {
        fixed.insert("altType".to_owned(), json!("location"));
        fixed.insert("altId".to_owned(), json!("{location}"));
    }
    let recovery = match (danger, facts.method.as_str()) {
        (Danger::Reads, _) | (_, "PUT" | "DELETE") => Recovery::Repeat,
        _ => Recovery::AskPerson {
            why: "Look whether it was done before it is done once more.".to_owned(),
        },
    };
    let needs = match side {
        Side::HighLevel => Needs {
            agency: !facts.tokens.is_empty()
                && facts.tokens.iter().all(|kind| kind.starts_with("Agency")),
            ..Needs::default()
        },
        Side::MyGadgetRepairs => Needs {
            evidence: Some(match facts.guessed {
                true => Evidence::Listed,
                false => Evidence::Documented,
            }),
            capability: Some(facts.path.clone()),
            verb: Some(facts.method.clone()),
            ..Needs::default()
        },
    };
    let mut operation = Operation {
        id: format!("{}.{}", side.as_str(), facts.id),
        reference: None,
        side,
        kind: OperationKind::Action,
        title: titles::title(&facts),
        help: titles::help(&facts, danger),
        fields,
        output: facts
            .answer
            .as_ref()
            .map_or_else(|| json!({}), Shape::answer_schema),
        scopes: facts.scopes.clone(),
        cost: 1,
        danger,
        needs,
        example: Json::Null,
        recovery,
        deprecated: facts.deprecated,
        call: Some(Call {
            version: facts.versions.first().cloned(),
            encoding: facts.encoding,
            body: facts.body.is_some(),
            fixed,
            method: facts.method,
            path: facts.path,
            ..Call::default()
        }),
        quiet: Map::new(),
        loud: Vec::new(),
    };
    operation.example = sample::input(&operation, sample::Extent::Required);
    operation
}

/// Words in a path that send something to people.
const MESSAGING: [&str; 15] = [
    "messages",
    "send",
    "schedule",
    "workflow",
    "workflows",
    "campaigns",
    "text2pay",
    "tags",
    "appointments",
    "bookings",
    "publish",
    "posts",
    "calls",
    "upsert",
    "opportunities",
];

fn danger(side: Side, facts: &Facts) -> Danger {
    let parts: Vec<&str> = facts
        .path
        .split(['/', '-'])
        .filter(|part| !part.is_empty())
        .collect();
    // A search is a POST that changes nothing.
    let searches = facts.method == "POST" && facts.path.trim_end_matches('/').ends_with("/search");
    match facts.method.as_str() {
        "GET" => Danger::Reads,
        "DELETE" => Danger::Deletes,
        _ if searches => Danger::Reads,
        _ if side == Side::MyGadgetRepairs => match parts.first() {
            Some(&("tickets" | "ticketComments" | "notifications" | "estimates")) => {
                Danger::MayMessage
            }
            _ => Danger::Writes,
        },
        _ if parts.iter().any(|part| MESSAGING.contains(part))
            || facts.path == "/contacts/" && facts.method == "POST" =>
        {
            Danger::MayMessage
        }
        _ => Danger::Writes,
    }
}

fn awaited(event: EventFacts) -> Operation {
    let mut output = event.body.answer_schema();
    output["title"] = json!("What HighLevel sent");
    Operation {
        id: format!("{EVENT}{}", event.event),
        reference: None,
        side: Side::HighLevel,
        kind: OperationKind::Trigger,
        title: titles::event(&event.event),
        help: "Told by HighLevel's webhook; it needs your own app with webhooks. What came is handed on as it is."
            .to_owned(),
        fields: Vec::new(),
        output,
        scopes: event.scope.into_iter().collect(),
        cost: 0,
        danger: Danger::Reads,
        needs: Needs {
            events: vec![event.event],
            source: Some(Source::Webhook),
            ..Needs::default()
        },
        example: json!({}),
        recovery: Recovery::Repeat,
        call: None,
        deprecated: false,
        quiet: Map::new(),
        loud: Vec::new(),
    }
}
