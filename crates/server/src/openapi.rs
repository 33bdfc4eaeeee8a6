//! `GET /api/openapi.json`: what `/api/v1` takes and gives, as an OpenAPI 3.1 document, made from the routes. Each action of the catalogue's core
//! is a path of its own in it; everything else is called the same way by its id.

use crate::describe::Schemas;
use crate::view::Views;
use app::operations::OperationReport;
use axum::routing::get;
use axum::{Json, Router};
use catalogue::{Danger, Operation, OperationKind};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new().route("/api/openapi.json", get(async || Json(document())))
}

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    let mut put = |path: &str, method: &str, operation: Value| {
        paths.entry(path).or_insert_with(|| json!({}))[method] = operation;
    };
    for described in crate::api::routes().into_described() {
        let operation = described.operation(&mut schemas);
        put(described.path, described.method, operation);
    }
    let report = schemas.answered::<OperationReport>();
    for operation in catalogue::core().filter(|one| one.kind == OperationKind::Action) {
        let path = format!("/api/v1/shops/{{shop}}/operations/{}", operation.id);
        put(&path, "post", of(&operation, &report));
    }
    let description = "Everything that the dashboard shows and does, with an API token. A token's scopes are `read`, `operate` and `admin`, each including those before it; `x-permission` names the one that an operation takes.";
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Repairbridge",
            "version": env!("CARGO_PKG_VERSION"),
            "description": description,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "components": {
            "schemas": schemas.collected(),
            "responses": { "Refused": refused() },
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{ "token": [] }],
        "paths": paths,
    })
}

fn of(operation: &Operation, report: &Value) -> Value {
    let (permission, needs) = match operation.danger {
        Danger::Reads => ("read", "the permission to read"),
        _ => (
            "operate",
            "the permission to operate, and `allow` in the body",
        ),
    };
    json!({
        "summary": operation.title,
        "description": format!("{} It {}, and takes {needs}.", operation.help, operation.danger.words()),
        "operationId": operation.id,
        "tags": [operation.side.as_str()],
        "x-permission": permission,
        "parameters": [{ "name": "shop", "in": "path", "required": true, "schema": { "type": "string" } }],
        "requestBody": body(&operation.input()),
        "responses": {
            "200": {
                "description": "What was sent, and what came of it",
                "content": { "application/json": { "schema": report } },
            },
            "default": { "$ref": "#/components/responses/Refused" },
        },
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

/// Why not, and the mend.
fn refused() -> Value {
    let mistakes = json!({
        "type": "array",
        "description": "Each mistake of an input with its place",
        "items": {
            "type": "object",
            "properties": { "place": { "type": "string" }, "words": { "type": "string" } },
            "required": ["place", "words"],
        },
    });
    let error = json!({
        "type": "object",
        "properties": {
            "code": { "type": "string", "description": "Stable; for programs" },
            "message": { "type": "string", "description": "What is wrong and how to mend it; for people" },
            "mistakes": mistakes,
        },
        "required": ["code", "message"],
    });
    json!({
        "description": "Why not, and the mend",
        "content": { "application/json": { "schema": {
            "type": "object", "properties": { "error": error }, "required": ["error"],
        } } },
    })
}
