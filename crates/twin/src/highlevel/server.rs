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
use super::oauth::{self, Asking, Bearer};
use super::operation::{self, From, Operation};
use super::refusal::Refusal;
use super::token::Reach;
use super::{body, guard};

pub(super) fn router(twin: &HighLevelTwin) -> Router {
    Router::new().fallback(answer).with_state(twin.clone())
}

pub(super) struct Answer {
    status: u16,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub fn new(result: Result<Reply, Refusal>, headers: Vec<(&'static str, String)>) -> Self {
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

    pub fn into_response(self, trace_id: String) -> Response<Body> {
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
    let now = twin.inner.clock.millis();
    let asking = Asking {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
        now,
    };
    if let Some(answer) = oauth::answer(&twin.agency, &asking).await {
        return answer;
    }
    let arrived = Arrived {
        method: method.as_str(),
        path: uri.path(),
        query: &query,
        headers: &headers,
        body: &body,
        now,
    };
    let (answer, by) = respond(&twin, &arrived);
    let trace_id = by.world().ids.uuid();
    answer.into_response(trace_id)
}

/// The answer, and the location that gives it.
fn respond(twin: &HighLevelTwin, arrived: &Arrived<'_>) -> (Answer, HighLevelTwin) {
    let Some((operation, params)) = operation::find(arrived.method, arrived.path) else {
        let refusal = Refusal::no_route(arrived.method, arrived.path);
        return (Answer::new(Err(refusal), Vec::new()), twin.clone());
    };
    let admitted = guard::version(arrived.headers, operation.any_version)
        .and_then(|v3| Ok((v3, twin.agency.bearer(arrived.headers, arrived.now)?)));
    let (v3, bearer) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return (Answer::new(Err(refusal), Vec::new()), twin.clone()),
    };
    let allowance = guard::spend(&mut bearer.home.world(), &bearer, arrived.now);
    if allowance.over {
        let answer = Answer::new(Err(Refusal::too_many()), allowance.headers);
        return (answer, bearer.home);
    }
    // Scope and location are told even about a body that cannot be read.
    let parsed = match operation.body {
        Some(_) => parse(arrived.body),
        None => Ok(Map::new()),
    };
    let asked = Asked {
        operation,
        params,
        parsed,
        v3,
    };
    let by = asked.place(&bearer, arrived);
    let result = asked.run(&by, &bearer, arrived);
    (Answer::new(result, allowance.headers), by)
}

/// What an admitted request is about.
struct Asked<'a> {
    operation: &'static Operation,
    params: Vec<&'a str>,
    parsed: Result<Map<String, Value>, Refusal>,
    v3: bool,
}

impl Asked<'_> {
    /// The location that answers: the bearer's own, and for the agency's tokens the one that is asked for.
    fn place(&self, bearer: &Bearer, arrived: &Arrived<'_>) -> HighLevelTwin {
        let own = || bearer.home.clone();
        match &bearer.token.reach {
            Reach::Location(_) => own(),
            Reach::Agency(_) => self
                .asked_location(arrived)
                .and_then(|id| bearer.home.agency.location(id))
                .unwrap_or_else(own),
        }
    }

    fn asked_location<'a>(&'a self, arrived: &'a Arrived<'_>) -> Option<&'a str> {
        let body = self.parsed.as_ref().ok();
        guard::asked_location(self.operation, &self.params, arrived.query, body)
    }

    fn run(
        self,
        by: &HighLevelTwin,
        bearer: &Bearer,
        arrived: &Arrived<'_>,
    ) -> Result<Reply, Refusal> {
        let elsewhere = self.is_elsewhere(by);
        let world = &mut *by.world();
        let empty = Map::new();
        let seen = self.parsed.as_ref().unwrap_or(&empty);
        guard::access(
            world,
            self.operation,
            bearer,
            &self.params,
            arrived.query,
            seen,
        )?;
        if elsewhere {
            return Err(guard::strange());
        }
        let body = self.parsed?;
        if let Some(fields) = self.operation.body {
            body::check(&body, fields, &world.settings)?;
        }
        let call = Call {
            params: self.params,
            query: arrived.query,
            body: &body,
            now: arrived.now,
            v3: self.v3,
            writer: Writer::integration(Arc::clone(&bearer.source)),
        };
        (self.operation.run)(world, &call)
    }

    /// Whether the record in the path is one of another location of the agency.
    fn is_elsewhere(&self, by: &HighLevelTwin) -> bool {
        if self.operation.location != From::Record {
            return false;
        }
        let others = by.agency.others(by);
        others
            .iter()
            .any(|other| guard::has_record(&other.world(), self.operation, &self.params))
    }
}

pub(super) fn parse(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
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
