//! From an HTTP request to an operation and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};
use serde_json::{Map, Value};

use super::HighLevelTwin;
use super::call::{Call, Reply};
use super::contacts::model::Writer;
use super::operation::{self, Operation};
use super::refusal::Refusal;
use super::token::Token;
use super::world::World;
use super::{body, guard};

pub(super) fn router(twin: &HighLevelTwin) -> Router {
    Router::new().fallback(answer).with_state(twin.clone())
}

struct Answer {
    status: u16,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    fn new(result: Result<Reply, Refusal>, headers: Vec<(&'static str, String)>) -> Self {
        let (status, body) = match result {
            Ok(reply) => (reply.status, reply.body),
            Err(refusal) => (refusal.status, refusal.body),
        };
        Self {
            status,
            body,
            headers,
        }
    }

    fn into_response(self, trace_id: String) -> Response<Body> {
        let mut body = self.body;
        if let Some(object) = body.as_object_mut() {
            object.insert("traceId".to_owned(), Value::String(trace_id));
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// A request as it arrived.
struct Arrived<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a BTreeMap<String, String>,
    headers: &'a HeaderMap,
    body: &'a [u8],
    now: i64,
}

async fn answer(
    State(twin): State<HighLevelTwin>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let arrived = Arrived {
        method: method.as_str(),
        path: uri.path(),
        query: &query,
        headers: &headers,
        body: &body,
        now: twin.inner.clock.millis(),
    };
    let mut world = twin.world();
    let answer = respond(&mut world, &arrived);
    let trace_id = world.ids.uuid();
    drop(world);
    answer.into_response(trace_id)
}

fn respond(world: &mut World, arrived: &Arrived<'_>) -> Answer {
    let Some((operation, params)) = operation::find(arrived.method, arrived.path) else {
        let refusal = Refusal::no_route(arrived.method, arrived.path);
        return Answer::new(Err(refusal), Vec::new());
    };
    let admitted = guard::version(arrived.headers, operation)
        .and_then(|v3| Ok((v3, guard::token(arrived.headers, &world.tokens)?)));
    let (v3, token) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return Answer::new(Err(refusal), Vec::new()),
    };
    let allowance = guard::spend(world, &token, arrived.now);
    let result = if allowance.over {
        Err(Refusal::too_many())
    } else {
        run(world, operation, params, arrived, &token, v3)
    };
    Answer::new(result, allowance.headers)
}

fn run(
    world: &mut World,
    operation: &Operation,
    params: Vec<&str>,
    arrived: &Arrived<'_>,
    token: &Token,
    v3: bool,
) -> Result<Reply, Refusal> {
    // Scope and location are told even about a body that cannot be read.
    let parsed = match operation.body {
        Some(_) => parse(arrived.body),
        None => Ok(Map::new()),
    };
    let empty = Map::new();
    let seen = parsed.as_ref().unwrap_or(&empty);
    guard::access(world, operation, token, &params, arrived.query, seen)?;
    let body = parsed?;
    if let Some(fields) = operation.body {
        body::check(&body, fields, &world.settings)?;
    }
    let call = Call {
        params,
        query: arrived.query,
        body: &body,
        now: arrived.now,
        v3,
        writer: Writer::integration(source_id(token)),
    };
    (operation.run)(world, &call)
}

fn parse(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Refusal::bad_request(
            "Unexpected body, expected a JSON object",
        )),
        Err(error) => Err(Refusal::bad_request(format!(
            "Unexpected token in JSON: {error}"
        ))),
    }
}

/// Stands for the client id; tells tokens apart without telling them.
fn source_id(token: &Token) -> Arc<str> {
    let tail: String = token.secret.chars().rev().take(8).collect();
    Arc::from(format!("integration-{tail}"))
}
