//! Flows and recipes in the OpenAPI document.

use crate::openapi::{described, put};
use serde_json::{Map, Value, json};

/// Path, method, what it does, names in the query, members of the body with their types.
type Entry = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

const FLOWS: &str = "/api/v1/shops/{name}/flows";
const FLOW: &str = "/api/v1/shops/{name}/flows/{flow}";
const RUNS: &str = "/api/v1/shops/{name}/flow-runs";
const RUN: &str = "/api/v1/shops/{name}/flow-runs/{run}";
const RECIPE: &str = "/api/v1/shops/{name}/recipes/{recipe}";

const ENTRIES: [Entry; 16] = [
    (FLOWS, "get", "The flows of a shop", &[], &[]),
    (FLOW, "get", "A flow as a document", &[], &[]),
    (FLOW, "delete", "Removes a flow with its runs", &[], &[]),
    (
        "/api/v1/shops/{name}/flows/{flow}/versions",
        "get",
        "The versions of a flow",
        &[],
        &[],
    ),
    (
        "/api/v1/shops/{name}/flows/{flow}/comparison",
        "get",
        "What the draft of a flow would have done otherwise",
        &[],
        &[],
    ),
    (
        "/api/v1/shops/{name}/flows/{flow}/{deed}",
        "post",
        "Tells a flow to `enable`, `disable`, `release`, `stop`, `promote` or `run`",
        &[],
        &[
            ("record", "string"),
            ("send", "boolean"),
            ("version", "integer"),
        ],
    ),
    (
        RUNS,
        "get",
        "Runs of a shop's flows, newest first",
        &["flow", "state", "mode", "limit"],
        &[],
    ),
    (RUN, "get", "A run with every step", &[], &[]),
    (
        "/api/v1/shops/{name}/flow-runs/{run}/answer",
        "post",
        "Answers a run that asks",
        &[],
        &[("answer", "string")],
    ),
    (
        "/api/v1/shops/{name}/flow-runs/{run}/replay",
        "post",
        "Plays a run again; writes only with `send`",
        &[],
        &[("send", "boolean")],
    ),
    ("/api/v1/recipes", "get", "Every recipe", &[], &[]),
    (
        "/api/v1/shops/{name}/recipes",
        "get",
        "Every recipe, with whether a shop has it",
        &[],
        &[],
    ),
    (
        RECIPE,
        "get",
        "What a recipe asks a shop, with what there is to choose from",
        &[],
        &[],
    ),
    (
        "/api/v1/shops/{name}/recipes/{recipe}/preview",
        "post",
        "What a recipe would have done last month",
        &[],
        &[("answers", "object")],
    ),
    (
        RECIPE,
        "post",
        "Installs a recipe",
        &[],
        &[("answers", "object")],
    ),
    (
        RECIPE,
        "delete",
        "Removes a recipe without a trace",
        &[],
        &[],
    ),
];

/// Adds them to the paths.
pub(crate) fn describe(paths: &mut Map<String, Value>) {
    for (path, method, summary, named, members) in ENTRIES {
        let mut operation = described(path, summary, named);
        if !members.is_empty() {
            let properties: Map<String, Value> = members
                .iter()
                .map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind })))
                .collect();
            operation["requestBody"] = json!({ "content": { "application/json": { "schema": {
                "type": "object", "properties": properties, "additionalProperties": false,
            } } } });
        }
        put(paths, path, method, operation);
    }
    let mut keep = described(
        FLOWS,
        "Keeps the flows of a document, TOML or JSON",
        &["draft"],
    );
    keep["requestBody"] =
        json!({ "content": { "text/plain": { "schema": { "type": "string" } } } });
    put(paths, FLOWS, "post", keep);
}
