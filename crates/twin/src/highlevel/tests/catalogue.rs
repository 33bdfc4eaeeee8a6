//! The twin knows every HighLevel action of the operations' catalogue, under the scope that the official documents name.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::highlevel::operation;

/// HA01 to HA50 of operations-catalogue.md.
const ACTIONS: [(&str, &str, &str); 51] = [
    ("HA01", "POST", "/contacts/"),
    ("HA02", "POST", "/contacts/upsert"),
    ("HA03", "PUT", "/contacts/{}"),
    ("HA04", "GET", "/contacts/{}"),
    ("HA05", "DELETE", "/contacts/{}"),
    ("HA06", "POST", "/contacts/search"),
    ("HA07", "GET", "/contacts/search/duplicate"),
    ("HA08", "GET", "/contacts/"),
    ("HA09", "GET", "/contacts/business/{}"),
    ("HA10", "POST", "/contacts/{}/tags"),
    ("HA11", "DELETE", "/contacts/{}/tags"),
    ("HA12", "POST", "/contacts/bulk/tags/update/{}"),
    ("HA13", "POST", "/contacts/{}/workflow/{}"),
    ("HA14", "DELETE", "/contacts/{}/workflow/{}"),
    ("HA15", "GET", "/contacts/{}/tasks"),
    ("HA16", "GET", "/contacts/{}/tasks/{}"),
    ("HA17", "POST", "/contacts/{}/tasks"),
    ("HA18", "PUT", "/contacts/{}/tasks/{}"),
    ("HA19", "PUT", "/contacts/{}/tasks/{}/completed"),
    ("HA20", "DELETE", "/contacts/{}/tasks/{}"),
    ("HA21", "POST", "/locations/{}/tasks/search"),
    ("HA22", "GET", "/contacts/{}/notes"),
    ("HA23", "GET", "/contacts/{}/notes/{}"),
    ("HA24", "POST", "/contacts/{}/notes"),
    ("HA25", "PUT", "/contacts/{}/notes/{}"),
    ("HA26", "DELETE", "/contacts/{}/notes/{}"),
    ("HA27", "GET", "/contacts/{}/appointments"),
    ("HA28", "GET", "/calendars/events/appointments/{}"),
    ("HA29", "POST", "/calendars/events/appointments"),
    ("HA30", "PUT", "/calendars/events/appointments/{}"),
    ("HA31", "PUT", "/calendars/events/appointments/{}"),
    ("HA32", "DELETE", "/calendars/events/{}"),
    ("HA33", "GET", "/calendars/events"),
    ("HA34", "GET", "/calendars/{}/free-slots"),
    ("HA35", "POST", "/calendars/events/block-slots"),
    ("HA36", "POST", "/calendars/appointments/{}/notes"),
    ("HA37", "GET", "/calendars/"),
    ("HA38", "GET", "/opportunities/pipelines"),
    ("HA39", "GET", "/opportunities/search"),
    ("HA39", "POST", "/opportunities/search"),
    ("HA40", "POST", "/opportunities/"),
    ("HA41", "POST", "/opportunities/upsert"),
    ("HA42", "PUT", "/opportunities/{}"),
    ("HA43", "PUT", "/opportunities/{}/status"),
    ("HA44", "POST", "/conversations/messages"),
    ("HA45", "GET", "/locations/{}/customFields"),
    ("HA46", "POST", "/locations/{}/customFields"),
    ("HA47", "GET", "/locations/{}/tags"),
    ("HA48", "GET", "/users/"),
    ("HA49", "GET", "/workflows/"),
    ("HA50", "GET", "/locations/{}"),
];

/// A path with something in place of each parameter.
fn filled(path: &str) -> String {
    path.replace("{}", "x")
}

#[test]
fn every_action_of_the_catalogue_has_its_route() {
    for (row, method, path) in ACTIONS {
        let filled = filled(path);
        let (found, _) =
            operation::find(method, &filled).unwrap_or_else(|| panic!("{row}: {method} {path}"));
        assert_eq!(found.path, path.trim_matches('/'), "{row}");
    }
}

#[test]
fn every_operation_needs_the_scope_of_the_official_document() {
    let root = std::env::var_os("REPAIRBRIDGE_OPENAPI_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/openapi"),
        PathBuf::from,
    );
    let folder = root.join("highlevel/apps");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: HighLevel's official documents are not here; set REPAIRBRIDGE_OPENAPI_DIR"
        );
        return;
    }
    let mut compared = 0;
    for (name, scopes) in official(&folder) {
        let (method, path) = name.split_once(' ').unwrap();
        let filled = filled(path);
        let Some((known, _)) = operation::find(method, &filled) else {
            continue;
        };
        // A path of the documents may be one that here only looks like a record's.
        if known.path != path.trim_matches('/') || scopes.is_empty() {
            continue;
        }
        let own = known.scope.unwrap_or_default();
        assert!(
            scopes.iter().any(|scope| scope == own),
            "{name}: {own}, not {scopes:?}"
        );
        compared += 1;
    }
    assert!(compared > 70, "only {compared}");
}

/// Scopes by method and path, with `{}` for each parameter.
fn official(folder: &std::path::Path) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let documents = [
        "contacts",
        "locations",
        "calendars",
        "users",
        "businesses",
        "workflows",
        "campaigns",
        "opportunities",
        "conversations",
    ];
    for document in documents {
        let text = std::fs::read_to_string(folder.join(format!("{document}.json"))).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let path: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "{}" } else { part })
                .collect();
            for (method, operation) in methods.as_object().unwrap() {
                let name = format!("{} {}", method.to_uppercase(), path.join("/"));
                let needs = operation["security"].as_array().into_iter().flatten();
                let scopes = needs
                    .filter_map(Value::as_object)
                    .flat_map(|need| need.values())
                    .filter_map(Value::as_array)
                    .flatten()
                    .filter_map(|scope| scope.as_str().map(str::to_owned));
                found.entry(name).or_default().extend(scopes);
            }
        }
    }
    found
}
