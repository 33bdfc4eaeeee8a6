//! The requests that the catalogue builds out of sample inputs for HighLevel's calls, one per line as JSON, so that
//! something else can judge them by the vendor's documents.
#![allow(clippy::print_stdout, reason = "what this prints is its answer")]

use catalogue::{Body, Circumstances, Extent, Plain, Plan, beyond_core, request, sample_input};
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
        for (extent, name) in [
            (Extent::Required, "required"),
            (Extent::Everything, "everything"),
        ] {
            let input = sample_input(&operation, extent);
            let mut line = match request(&operation, &input, &shop) {
                Ok(plan) => told(id, &plan),
                Err(why) => json!({ "id": id, "problem": why.to_string() }),
            };
            line["extent"] = json!(name);
            println!("{line}");
        }
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
