//! The tools: those of our own, then one for each action of the core that is allowed and that the shop can use.

use super::desk::Desk;
use super::own;
use super::party::Party;
use app::AppError;
use app::operations::OfferState;
use catalogue::{Danger, Filter, Operation, OperationKind, Recovery};
use domain::Side;
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value as Json, json};

/// What is listed for somebody.
pub(super) async fn list(desk: &Desk, party: &Party) -> Result<Vec<Tool>, AppError> {
    let only = desk.only_shop(party).await?;
    let mut tools = own::list(party, only.as_deref());
    let actions = Filter {
        kind: Some(OperationKind::Action),
        ..Filter::default()
    };
    let operations: Vec<Operation> = match &only {
        Some(shop) => {
            let offers = desk.app.operations(shop, &actions).await?.into_iter();
            let there = offers.filter(|offer| offer.availability.state != OfferState::Missing);
            there.map(|offer| offer.operation).collect()
        }
        None => catalogue::list(&actions).collect(),
    };
    let allowed = operations
        .iter()
        .filter(|operation| party.allowed.covers(operation.mildest()));
    tools.extend(allowed.map(|operation| tool(operation, only.as_deref())));
    Ok(tools)
}

/// The tool's name of an operation: ids have dots, which names of tools must not have.
fn name_of(id: &str) -> String {
    id.replace('.', "_")
}

fn actions() -> impl Iterator<Item = Operation> {
    catalogue::core().filter(|operation| operation.kind == OperationKind::Action)
}

/// The operation of the core that a tool calls.
pub(super) fn operation(tool: &str) -> Option<Operation> {
    actions().find(|operation| name_of(&operation.id) == tool)
}

/// The tool whose name is most like one that is not there.
pub(super) fn nearest(tool: &str) -> Option<String> {
    if let Some(own) = own::near(tool) {
        return Some(own.to_owned());
    }
    let id = catalogue::nearest(&tool.replacen('_', ".", 2))?;
    let operation = catalogue::find(&id)?;
    let has_tool = operation.is_core() && operation.kind == OperationKind::Action;
    has_tool.then(|| name_of(&operation.id))
}

/// What a search shows of an operation.
pub(super) fn line(operation: &Operation) -> Json {
    let mut line = operation.line();
    let has_tool = operation.is_core() && operation.kind == OperationKind::Action;
    line["tool"] = match (has_tool, operation.kind) {
        (true, _) => json!(name_of(&operation.id)),
        (false, OperationKind::Action) => json!(own::CALL),
        (false, OperationKind::Trigger) => Json::Null,
    };
    line
}

fn tool(operation: &Operation, only: Option<&str>) -> Tool {
    let schema = operation.input();
    let mut properties = match &schema["properties"] {
        Json::Object(properties) => properties.clone(),
        _ => Map::new(),
    };
    let required = schema["required"].as_array().into_iter().flatten();
    let mut required: Vec<&str> = required.filter_map(Json::as_str).collect();
    if only.is_none() {
        properties.insert("shop".to_owned(), shop_schema());
        required.push("shop");
    }
    if operation.danger != Danger::Reads {
        properties.insert("confirm".to_owned(), confirm_schema());
    }
    Tool::new(
        name_of(&operation.id),
        help(operation),
        object(properties, &required),
    )
    .with_title(&operation.title)
    .with_annotations(annotations(operation))
}

fn help(operation: &Operation) -> String {
    let mut help = operation.help.clone();
    if operation.danger != Danger::Reads {
        help.push_str(" Nothing is sent before the person has agreed.");
    }
    if operation.side == Side::MyGadgetRepairs {
        let requests = match operation.cost {
            1 => "1 request".to_owned(),
            more => format!("{more} requests"),
        };
        help.push_str(&format!(
            " Takes {requests} of the some 24 that MyGadgetRepairs may be asked a minute."
        ));
    }
    help
}

/// What programs may know of a tool before it is called. All speak with the vendors, whose records anybody may have
/// written.
fn annotations(operation: &Operation) -> ToolAnnotations {
    let method = operation.call.as_ref().map_or("", |call| &call.method);
    let reads = operation.danger == Danger::Reads;
    // What replaces a value, or takes something away.
    let replaces = matches!(method, "PUT" | "PATCH" | "DELETE") || operation.id.ends_with("upsert");
    ToolAnnotations::with_title(&operation.title)
        .read_only(reads)
        .destructive(!reads && (replaces || operation.danger == Danger::Deletes))
        .idempotent(operation.recovery == Recovery::Repeat)
        .open_world(true)
}

pub(super) fn shop_schema() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 200, "title": "Shop", "description": "The shop's name, as shops_list shows it."})
}

pub(super) fn confirm_schema() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "title": "Confirmation", "description": "The code that the first call answered, once the person has agreed to what it showed. Leave it out at first."})
}

pub(super) fn object(properties: Map<String, Json>, required: &[&str]) -> Map<String, Json> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Json::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_tool_has_a_name_of_its_own_that_every_program_takes() {
        let mut names: Vec<String> = actions().map(|one| name_of(&one.id)).collect();
        names.extend(own::NAMES.map(str::to_owned));
        let apart: BTreeSet<&String> = names.iter().collect();
        assert_eq!(apart.len(), names.len());
        for name in &names {
            let sound = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            assert!(name.len() <= 64 && name.chars().all(sound), "{name}");
        }
        for one in actions() {
            assert_eq!(
                operation(&name_of(&one.id)).map(|found| found.id),
                Some(one.id)
            );
        }
    }

    #[test]
    fn what_is_added_to_an_input_has_no_name_that_an_operation_uses() {
        for one in actions() {
            for field in &one.fields {
                assert!(
                    !["shop", "confirm"].contains(&field.name.as_str()),
                    "{}",
                    one.id
                );
            }
        }
    }

    #[test]
    fn programs_are_told_the_truth_about_each_tool() {
        let of = |id: &str| annotations(&catalogue::find(id).unwrap());
        let read = of("highlevel.contact.get");
        assert_eq!(
            (read.read_only_hint, read.destructive_hint),
            (Some(true), Some(false))
        );
        let note = of("highlevel.note.create");
        assert_eq!(
            (note.read_only_hint, note.destructive_hint),
            (Some(false), Some(false))
        );
        assert_eq!(note.idempotent_hint, Some(false));
        for id in [
            "highlevel.contact.update",
            "highlevel.contact.delete",
            "highlevel.contact.remove_tags",
        ] {
            let changes = of(id);
            assert_eq!(
                (changes.read_only_hint, changes.destructive_hint),
                (Some(false), Some(true)),
                "{id}"
            );
        }
    }
}
