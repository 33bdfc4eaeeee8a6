//! The requests that the catalogue builds out of sample inputs for HighLevel's calls, one per line as JSON, so that
//! something else can judge them by the vendor's documents.
#![allow(clippy::print_stdout, reason = "what this prints is its answer")]

use catalogue::{Body, Circumstances, Plain, Plan, beyond_core, request, sample_input};
use serde_json::{Value as Json, json};

fn main() {
    let shop = Circumstances {
        location: "ve9EPM428h8vShlRW1KT",
        company: Some("5DP4iH6HLkQsiKESj6rh"),
        spelling: &Plain,
    };
    for operation in beyond_core() {
        let Some(id) = operation.id.strip_prefix("highlevel.") else {
            continue;
        };
        if operation.call.is_none() {
            continue;
        }
        let line = match request(&operation, &sample_input(&operation), &shop) {
            Ok(plan) => told(id, &plan),
            Err(why) => json!({ "id": id, "problem": why.to_string() }),
        };
        println!("{line}");
    }
}

fn told(id: &str, plan: &Plan) -> Json {
    let (kind, body) = match &plan.body {
        Body::None => (None, Json::Null),
        Body::Json(body) => (Some("application/json"), body.clone()),
        Body::Form(fields) => (
            Some("application/x-www-form-urlencoded"),
            fields
                .iter()
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect(),
        ),
        Body::Multipart(parts) => (
            Some("multipart/form-data"),
            parts
                .iter()
                .map(|part| (part.name.clone(), json!(part.file)))
                .collect(),
        ),
    };
    json!({
        "id": id,
        "method": plan.method,
        "path": plan.path,
        "query": plan.query,
        "version": plan.version,
        "type": kind,
        "body": body,
    })
}
