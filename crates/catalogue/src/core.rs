//! The core of 126 operations: files of `core/`, one per subject, read entry by entry when one is asked for.

mod notation;

use self::notation::{amend, paging};
use crate::extended;
use crate::field::of_facts;
use crate::operation::{
    Call, Danger, Evidence, Instead, Needs, Operation, OperationKind, Recovery, Source,
};
use crate::shape::Shape;
use crate::views;
use domain::Side;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The files, in the order of operations-catalogue.md.
const FILES: [&str; 10] = [
    include_str!("../core/highlevel_contacts.toml"),
    include_str!("../core/highlevel_tasks_and_notes.toml"),
    include_str!("../core/highlevel_calendars.toml"),
    include_str!("../core/highlevel_opportunities.toml"),
    include_str!("../core/highlevel_location.toml"),
    include_str!("../core/highlevel_triggers.toml"),
    include_str!("../core/mygadgetrepairs_customers.toml"),
    include_str!("../core/mygadgetrepairs_tickets.toml"),
    include_str!("../core/mygadgetrepairs_triggers.toml"),
    include_str!("../core/further_triggers.toml"),
];
const HEAD: &str = "[[operation]]\n";

/// Every operation of the files, the core's and the few further triggers.
pub(crate) fn all() -> impl Iterator<Item = Result<Operation, String>> {
    entries().map(read)
}

/// The one with this id.
pub(crate) fn find(id: &str) -> Option<Result<Operation, String>> {
    let line = format!("id = \"{id}\"\n");
    entries().find(|entry| entry.starts_with(&line)).map(read)
}

/// The ids of the facts that entries build on.
pub(crate) fn sources() -> Vec<String> {
    let lines = FILES.iter().flat_map(|file| file.lines());
    lines
        .filter_map(|line| line.strip_prefix("of = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .collect()
}

fn entries() -> impl Iterator<Item = &'static str> {
    FILES.iter().flat_map(|file| file.split(HEAD).skip(1))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    reference: Option<String>,
    kind: Option<OperationKind>,
    title: String,
    help: String,
    /// The facts that it builds on.
    of: Option<String>,
    /// Else the method and the path.
    call: Option<String>,
    /// Only these inputs of the facts.
    only: Option<Vec<String>>,
    upload: Option<String>,
    answer: Option<String>,
    danger: Option<Danger>,
    scopes: Option<Vec<String>>,
    cost: Option<u32>,
    evidence: Option<Evidence>,
    capability: Option<String>,
    source: Option<Source>,
    #[serde(default)]
    events: Vec<String>,
    sees: Option<String>,
    #[serde(default)]
    facts: Vec<String>,
    example: Map<String, Json>,
    #[serde(default)]
    defaults: Map<String, Json>,
    #[serde(default)]
    fixed: Map<String, Json>,
    #[serde(default)]
    quiet: Map<String, Json>,
    #[serde(default)]
    loud: Vec<String>,
    #[serde(default)]
    paged: bool,
    recovery: Option<RecoveryEntry>,
    runs: Option<Instead>,
    #[serde(default)]
    operation: Parts,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoveryEntry {
    #[serde(default)]
    repeat: bool,
    ask: Option<String>,
    look: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, String>,
    #[serde(default)]
    also: Map<String, Json>,
    #[serde(default)]
    found: String,
    #[serde(default)]
    compare: BTreeMap<String, String>,
}

fn read(text: &'static str) -> Result<Operation, String> {
    let entry: Entry = toml::from_str(text).map_err(|why| format!("{why}\n{text}"))?;
    let id = entry.id.clone();
    operation(entry).map_err(|why| format!("{id}: {why}"))
}

fn operation(entry: Entry) -> Result<Operation, String> {
    let side = match entry.id.split('.').next() {
        Some("highlevel") => Side::HighLevel,
        _ => Side::MyGadgetRepairs,
    };
    let base = entry
        .of
        .as_deref()
        .map(|of| {
            extended::facts(Side::HighLevel, of)
                .ok_or_else(|| format!("there are no facts of `{of}`"))
        })
        .transpose()?;
    let mut fields = base.as_ref().map(of_facts).unwrap_or_default();
    if let Some(only) = &entry.only {
        fields.retain(|field| only.contains(&field.name));
    }
    for (name, notation) in &entry.operation.fields {
        amend(&mut fields, name, notation)?;
    }
    if entry.paged {
        fields.push(paging());
    }
    let kind = entry.kind.unwrap_or(OperationKind::Action);
    let call = match (&base, &entry.call) {
        (Some(facts), _) => Some(Call {
            method: facts.method.clone(),
            path: facts.path.clone(),
            version: facts.versions.first().cloned(),
            encoding: facts.encoding,
            body: facts.body.is_some(),
            ..Call::default()
        }),
        (None, Some(call)) => {
            let (method, path) = call.split_once(' ').ok_or("`call` is METHOD PATH")?;
            Some(Call {
                method: method.to_owned(),
                path: path.to_owned(),
                body: matches!(method, "POST" | "PUT"),
                ..Call::default()
            })
        }
        (None, None) => None,
    }
    .map(|call| Call {
        fixed: entry.fixed,
        defaults: entry.defaults,
        paged: entry.paged,
        upload: entry.upload.map(|upload| {
            let path = upload.split_once(' ').map(|(_, path)| path.to_owned());
            path.unwrap_or(upload)
        }),
        instead: entry.runs,
        ..call
    });
    let output = match (&entry.sees, &entry.answer, &base) {
        (Some(sees), ..) => views::occurrence(sees, &entry.facts)?,
        (None, Some(answer), _) => {
            let notation = serde_json::from_str(answer).map_err(|why| why.to_string())?;
            Shape::read(&notation)?.answer_schema()
        }
        (None, None, Some(facts)) => {
            let answer = facts.answer.as_ref();
            answer.map_or_else(|| serde_json::json!({}), Shape::answer_schema)
        }
        (None, None, None) => serde_json::json!({}),
    };
    let danger = match (entry.danger, kind) {
        (Some(danger), _) => danger,
        (None, OperationKind::Trigger) => Danger::Reads,
        (None, OperationKind::Action) => return Err("`danger` is missing".to_owned()),
    };
    let recovery = match (entry.recovery, danger) {
        (Some(recovery), _) => recovery.read()?,
        (None, Danger::Reads) => Recovery::Repeat,
        (None, _) => return Err("`recovery` is missing".to_owned()),
    };
    Ok(Operation {
        side,
        kind,
        title: entry.title,
        help: entry.help,
        fields,
        output,
        scopes: entry
            .scopes
            .or_else(|| base.as_ref().map(|facts| facts.scopes.clone()))
            .unwrap_or_default(),
        cost: entry.cost.unwrap_or(match kind {
            OperationKind::Action => 1,
            OperationKind::Trigger => 0,
        }),
        danger,
        needs: Needs {
            evidence: entry.evidence,
            verb: call
                .as_ref()
                .filter(|_| entry.capability.is_some())
                .map(|call| call.method.clone()),
            capability: entry.capability,
            events: entry.events,
            source: entry.source,
            agency: false,
        },
        example: Json::Object(entry.example),
        recovery,
        deprecated: base.as_ref().is_some_and(|facts| facts.deprecated),
        call,
        quiet: entry.quiet,
        loud: entry.loud,
        id: entry.id,
        reference: entry.reference,
    })
}

impl RecoveryEntry {
    fn read(self) -> Result<Recovery, String> {
        Ok(match (self.repeat, self.ask, self.look) {
            (true, None, None) => Recovery::Repeat,
            (false, Some(why), None) => Recovery::AskPerson { why },
            (false, None, Some(operation)) => Recovery::Look {
                operation,
                with: self.with,
                also: self.also,
                found: self.found,
                compare: self.compare,
            },
            _ => return Err("`recovery` is one of repeat, ask and look".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_entry_can_be_read() {
        for entry in super::all() {
            if let Err(why) = entry {
                panic!("{why}");
            }
        }
    }
}
