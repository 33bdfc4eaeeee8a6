//! What the vendors publish beyond the core: all of it is in the data files, and every call can be made.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

use catalogue::{Circumstances, Extent, OperationKind, Place, Plain, find};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

const SHOP: Circumstances<'_> = Circumstances {
    location: "loc1",
    company: Some("company1"),
    spelling: &Plain,
};

/// A reference document beside the project; nothing, and loudly, where there is none.
fn reference(name: &str) -> Option<Json> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
        eprintln!(
            "SKIPPED: {name} is not in ../shared/reference, so the data files were not held against it"
        );
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn every_operation_of_both_generations_is_there_with_its_facts() {
    let Some(document) = reference("highlevel-operations.json") else {
        return;
    };
    let operations = document["operations"].as_array().unwrap();
    assert_eq!(operations.len(), 1203);
    for one in operations {
        let text = |name: &str| one[name].as_str().unwrap();
        let generation = match text("generation") {
            "v3" => "v3.",
            _ => "",
        };
        let name = text("operationId").replace(' ', "-");
        let id = format!("highlevel.{generation}{}.{name}", text("app"));
        let Some(found) = find(&id) else {
            panic!("{id} is missing");
        };
        let call = found.call.as_ref().unwrap();
        assert_eq!(
            (call.method.as_str(), call.path.as_str()),
            (text("method"), text("path")),
            "{id}"
        );
        assert_eq!(json!(found.scopes), one["scopes"], "{id}");
        assert_eq!(
            found.deprecated,
            one["deprecated"].as_bool().unwrap(),
            "{id}"
        );
        let version = one["versionHeader"][0].as_str();
        assert_eq!(call.version.as_deref(), version, "{id}");
        for parameter in one["parameters"].as_array().unwrap() {
            let parameter = parameter.as_str().unwrap();
            let (name, rest) = parameter.split_once('@').unwrap();
            let name = name.trim_end_matches('!');
            let place = match rest.split(':').next() {
                Some("path") => Place::Path,
                Some("query") => Place::Query,
                _ => continue,
            };
            let held = found
                .fields
                .iter()
                .any(|field| field.wire == name && field.place == place);
            assert!(held, "{id}: {parameter}");
        }
        if !one["requestContent"].as_array().unwrap().is_empty() {
            let plan = catalogue::request(
                &found,
                &catalogue::sample_input(&found, Extent::Required),
                &SHOP,
            )
            .unwrap();
            assert_ne!(plan.body, catalogue::Body::None, "{id}");
        }
    }
}

#[test]
fn every_event_and_every_resource_is_there() {
    if let Some(document) = reference("highlevel-operations.json") {
        let events = document["webhookEvents"].as_array().unwrap();
        assert_eq!(events.len(), 64);
        for event in events {
            let id = format!("highlevel.event.{}", event["event"].as_str().unwrap());
            assert_eq!(
                find(&id).unwrap_or_else(|| panic!("{id}")).kind,
                OperationKind::Trigger
            );
        }
    }
    if let Some(document) = reference("mygadgetrepairs-api.json") {
        let paths: std::collections::BTreeSet<String> = catalogue::beyond_core()
            .filter(|one| one.id.starts_with("mygadgetrepairs."))
            .filter_map(|one| one.call.map(|call| call.path))
            .collect();
        let resources = document["resources"].as_array().unwrap();
        assert_eq!(resources.len(), 102);
        for resource in resources {
            assert!(
                paths.contains(resource["path"].as_str().unwrap()),
                "{resource}"
            );
        }
    }
}

#[test]
fn a_sample_input_fits_its_schema_and_makes_a_request_without_gaps() {
    let mut calls = 0;
    for one in catalogue::beyond_core() {
        for extent in [Extent::Required, Extent::Everything] {
            let input = catalogue::sample_input(&one, extent);
            if let Err(mistakes) = catalogue::validate(&one.input(), &input) {
                panic!("{}: {mistakes:?}", one.id);
            }
            if one.kind == OperationKind::Trigger {
                continue;
            }
            let plan = match catalogue::request(&one, &input, &SHOP) {
                Ok(plan) => plan,
                Err(why) => panic!("{}: {why}", one.id),
            };
            assert!(
                plan.path.starts_with('/') && !plan.path.contains(['{', '}', ' ']),
                "{}",
                plan.path
            );
            calls += 1;
        }
    }
    assert_eq!(calls, 2 * (1203 + 181));
}

#[test]
fn the_sub_account_is_filled_in_wherever_it_is_wanted() {
    let plan = |id: &str| {
        let operation = find(id).unwrap();
        catalogue::request(
            &operation,
            &catalogue::sample_input(&operation, Extent::Required),
            &SHOP,
        )
        .unwrap()
    };
    assert_eq!(
        plan("highlevel.locations.get-location").path,
        "/locations/loc1"
    );
    let invoices = plan("highlevel.invoices.list-invoices");
    let query: Vec<String> = invoices
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert!(
        query.contains(&"altId=loc1".to_owned()) && query.contains(&"altType=location".to_owned()),
        "{query:?}"
    );
}

#[test]
fn no_sentence_of_a_vendor_is_in_the_data() {
    let Some(document) = reference("highlevel-operations.json") else {
        return;
    };
    let data = std::fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/highlevel.jsonl"),
    )
    .unwrap();
    for one in document["operations"].as_array().unwrap() {
        let summary = one["summary"].as_str().unwrap_or_default();
        assert!(summary.len() < 25 || !data.contains(summary), "{summary}");
    }
    assert!(data.len() < 1_500_000);
    let mut lines: Vec<&str> = data.lines().collect();
    let ids = |line: &&str| {
        serde_json::from_str::<Json>(line).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let before: Vec<String> = lines.iter().map(ids).collect();
    lines.sort_by_key(ids);
    assert_eq!(
        before,
        lines.iter().map(ids).collect::<Vec<_>>(),
        "the lines are in the order of their ids"
    );
}
