//! `GET /api/openapi.json`: what `/api/v1` takes and gives, as an OpenAPI 3.1 document. Each action of the catalogue's core
//! is a path of its own in it; everything else is called the same way by its id.

use crate::view::Views;
use axum::routing::get;
use axum::{Json, Router};
use catalogue::{Danger, Operation, OperationKind};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new().route("/api/openapi.json", get(async || Json(document())))
}

/// The document.
pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for (path, method, summary, named) in PLAIN {
        put(&mut paths, path, method, described(path, summary, named));
    }
    crate::api::describe_flows(&mut paths);
    paths.insert(
        "/api/v1/shops/{name}/operations/{id}".to_owned(),
        json!({ "post": {
            "summary": "Calls an operation of the catalogue for a shop",
            "parameters": path_names("/{name}/{id}").collect::<Vec<_>>(),
            "requestBody": body(&json!({ "type": "object" })),
            "responses": answers("What was sent, and what came of it"),
        } }),
    );
    for operation in catalogue::core().filter(|one| one.kind == OperationKind::Action) {
        let path = format!("/api/v1/shops/{{name}}/operations/{}", operation.id);
        paths.insert(path, json!({ "post": of(&operation) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Repairbridge",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the status page shows, and what can be done, with an API token.",
        },
        "components": { "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } },
        "security": [{ "token": [] }],
        "paths": paths,
    })
}

/// Everything but calls: path, method, what it does, names in the query.
const PLAIN: [(&str, &str, &str, &[&str]); 12] = [
    ("/api/v1/status", "get", "How all shops are", &[]),
    (
        "/api/v1/shops/{name}/log",
        "get",
        "Lines of a shop's journal",
        &["after", "contact", "limit"],
    ),
    ("/api/v1/shops/{name}/pause", "post", "Pauses a shop", &[]),
    (
        "/api/v1/shops/{name}/resume",
        "post",
        "Lets a shop go on",
        &[],
    ),
    (
        "/api/v1/me",
        "get",
        "Who is asking, and what this one may do",
        &[],
    ),
    ("/api/v1/audit", "get", "Who did what", &["limit"]),
    ("/api/v1/sessions", "get", "Who is signed in", &[]),
    (
        "/api/v1/sessions/{id}/end",
        "post",
        "Signs somebody out",
        &[],
    ),
    (
        "/api/v1/operations",
        "get",
        "The operations catalogue",
        &["search", "side", "kind", "danger", "all"],
    ),
    (
        "/api/v1/operations/{id}",
        "get",
        "One operation: what it takes, gives, costs and may do",
        &[],
    ),
    (
        "/api/v1/shops/{name}/operations",
        "get",
        "Operations with whether a shop can use each",
        &["side", "kind", "danger", "all"],
    ),
    ("/api/openapi.json", "get", "This document", &[]),
];

fn of(operation: &Operation) -> Value {
    let needs = match operation.danger {
        Danger::Reads => "the permission to read",
        _ => "the permission to operate, and `allow` in the body",
    };
    json!({
        "summary": operation.title,
        "description": format!("{} It {}, and takes {needs}.", operation.help, operation.danger.words()),
        "operationId": operation.id,
        "tags": [operation.side.as_str()],
        "parameters": path_names("/{name}").collect::<Vec<_>>(),
        "requestBody": body(&operation.input()),
        "responses": answers("What was sent, and what came of it"),
    })
}

/// A call, as [`crate::operations`] takes it.
fn body(input: &Value) -> Value {
    let flag = json!({ "type": "boolean", "default": false });
    let mut input = input.clone();
    if let Value::Object(schema) = &mut input {
        // Said once for the whole document by its version.
        schema.remove("$schema");
    }
    let allow = json!({
        "type": "object",
        "description": "How far the call may go beside reading",
        "properties": { "writes": flag, "messages": flag, "deletes": flag },
        "additionalProperties": false,
    });
    json!({ "content": { "application/json": { "schema": {
        "type": "object",
        "properties": {
            "input": input,
            "allow": allow,
            "plan": { "type": "boolean", "description": "Only shows what would be sent" },
            "redact": { "type": "boolean", "description": "Leaves personal data out of the answer" },
        },
        "additionalProperties": false,
    } } } })
}

/// A call of one path: what it does, and the names in its path and its query.
pub(crate) fn described(path: &str, summary: &str, named: &[&str]) -> Value {
    let mut operation = json!({ "summary": summary, "responses": answers("The answer") });
    let named = named.iter().map(|name| query(name));
    let parameters: Vec<Value> = path_names(path).chain(named).collect();
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    operation
}

pub(crate) fn put(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    paths.entry(path).or_insert_with(|| json!({}))[method] = operation;
}

fn path_names(path: &str) -> impl Iterator<Item = Value> {
    catalogue::path_names(path).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    })
}

fn query(name: &str) -> Value {
    json!({ "name": name, "in": "query", "schema": { "type": "string" } })
}

fn answers(good: &str) -> Value {
    let error = json!({ "application/json": { "schema": {
        "type": "object",
        "properties": { "error": { "type": "object", "properties": {
            "code": { "type": "string" },
            "message": { "type": "string" },
            "mistakes": { "type": "array", "items": { "type": "object", "properties": {
                "place": { "type": "string" }, "words": { "type": "string" } } } },
        } } },
    } } });
    json!({
        "200": { "description": good, "content": { "application/json": { "schema": { "type": "object" } } } },
        "default": { "description": "Why not, and the mend", "content": error },
    })
}
