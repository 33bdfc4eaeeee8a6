//! One call of HighLevel's interface, tried out before it is relied on: what would be sent, and what came back, without
//! personal data unless asked for.

mod endpoints;
pub(crate) mod redact;

pub use endpoints::Endpoint;

use crate::ports::PortError;
use crate::{App, AppError};
use domain::Lane;
use http::{Answer, HeaderMap, Repeat, Request};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::Shop;

/// Headers of an answer that are worth showing: limits, time, and what the vendor's support asks for.
const SHOWN_HEADERS: [&str; 12] = [
    "content-type",
    "date",
    "retry-after",
    "x-ratelimit-limit-daily",
    "x-ratelimit-daily-remaining",
    "x-ratelimit-daily-reset",
    "x-ratelimit-interval-milliseconds",
    "x-ratelimit-max",
    "x-ratelimit-remaining",
    "x-request-id",
    "x-trace-id",
    "traceid",
];
/// Bytes of an answer that is no JSON.
const MOST_TEXT: usize = 200;

/// What is to be called.
#[derive(Clone, Debug, Default)]
pub struct TestCall {
    /// Which of [`Endpoint::ALL`].
    pub endpoint: String,
    /// The ids in its path, in their order.
    pub ids: Vec<String>,
    /// The body of a write.
    pub input: Option<Json>,
    /// Whether a write is sent.
    pub send: bool,
    /// Whether values are shown as they are.
    pub show_values: bool,
}

/// What was called, and what came back.
#[derive(Clone, Debug, Serialize)]
pub struct TestCallReport {
    /// The endpoint.
    pub endpoint: &'static str,
    /// What it does.
    pub does: &'static str,
    /// The permission that it needs.
    pub scope: &'static str,
    /// The request.
    pub request: ShownRequest,
    /// The answer; nothing where it was not sent.
    pub answer: Option<ShownAnswer>,
}

/// A request, without its token.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShownRequest {
    /// The method.
    pub method: String,
    /// Path and query, below highlevel.base_url.
    pub path: String,
    /// The `Version` header.
    pub version: String,
    /// The body.
    pub body: Option<Json>,
}

/// An answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShownAnswer {
    /// Its status.
    pub status: u16,
    /// How long it took.
    pub milliseconds: i64,
    /// Its headers about limits and time.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Json,
}

impl App {
    /// Tries a call. Reads are sent; a write only where `send` says so, with the ids or the body that a person named.
    ///
    /// # Errors
    /// When there is no such shop or endpoint, an id or a body is missing, or no answer came.
    pub async fn test_call(&self, name: &str, call: &TestCall) -> Result<TestCallReport, AppError> {
        let shop = self.shop(name).await?;
        let endpoint = Endpoint::named(&call.endpoint)?;
        let (request, path) = self.request_for(&shop, endpoint, call)?;
        let shown = |body: &Json| {
            if call.show_values {
                body.clone()
            } else {
                redact::redacted(body)
            }
        };
        let body = match &request.body {
            http::Body::Json(body) => Some(shown(body)),
            _ => None,
        };
        let mut report = TestCallReport {
            endpoint: endpoint.name,
            does: endpoint.does,
            scope: endpoint.scope,
            request: ShownRequest {
                method: request.method.to_string(),
                path,
                version: self.config.highlevel_version.clone(),
                body,
            },
            answer: None,
        };
        if endpoint.writes && !call.send {
            return Ok(report);
        }
        let clients = self
            .clients(&shop, &TimeZone::UTC, &BTreeMap::new())
            .await?;
        let client = clients.highlevel.with_lane(Lane::Interactive);
        let began = self.now();
        let answer = client.raw(request).await;
        let answer = answer.map_err(|error| AppError::Vendor(PortError::from(error)))?;
        report.answer = Some(ShownAnswer {
            status: answer.status.as_u16(),
            milliseconds: i64::try_from(self.now().duration_since(began).as_millis())
                .unwrap_or(i64::MAX),
            headers: shown_headers(&answer.headers),
            body: shown(&body_of(&answer)),
        });
        Ok(report)
    }

    fn request_for(
        &self,
        shop: &Shop,
        endpoint: &Endpoint,
        call: &TestCall,
    ) -> Result<(Request, String), AppError> {
        let path = endpoint.path(&call.ids)?;
        let mut request = Request::new(endpoint.method(), path.clone());
        let mut shown = path;
        if let Some((name, value)) = endpoint.query {
            let value = if value == endpoints::LOCATION {
                shop.location.as_str()
            } else {
                value
            };
            request = request.query(name, value);
            shown.push_str(&format!("?{name}={value}"));
        }
        if endpoint.writes {
            // Nothing is written twice by a trial.
            request = request.repeat(Repeat::Never);
        }
        if let Some(example) = endpoint.body(&shop.location) {
            let body = match (&call.input, call.send) {
                (Some(input), _) => input.clone(),
                (None, false) => example,
                (None, true) => {
                    return Err(AppError::Refused(format!(
                        "`{}` sends a body. Name a file with it with --input, such as {example}",
                        endpoint.name
                    )));
                }
            };
            request = request.json(body);
        }
        Ok((request, shown))
    }
}

pub(crate) fn shown_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    SHOWN_HEADERS
        .iter()
        .filter_map(|name| {
            let value = headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), value.to_owned()))
        })
        .collect()
}

/// JSON, or the beginning of whatever it is.
pub(crate) fn body_of(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(&answer.body);
        Json::String(text.chars().take(MOST_TEXT).collect())
    })
}
