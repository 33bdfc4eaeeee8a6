//! Answers in the vendor's manner.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// What a resource says; the router adds the `ALLOW` header.
#[derive(Debug)]
pub(super) enum Answer {
    /// 200 with JSON.
    Found(Value),
    /// 200 with a page for people.
    Page(&'static str),
    /// The status of a successful POST with the id, and for an announced upload where to send it.
    Made { id: Value, location: Option<String> },
    /// 200 with the id of what was changed.
    Changed(Value),
    /// 200 without content.
    Gone,
    /// An application error: a status and "what went wrong. what to do".
    Refused(StatusCode, String),
    /// A framework error: a status without content.
    Bare(StatusCode),
}

impl Answer {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::Refused(StatusCode::BAD_REQUEST, message.into())
    }

    pub(super) fn unknown(what: &str) -> Self {
        Self::Refused(
            StatusCode::NOT_FOUND,
            format!("{what} was not found. Check the id and try again."),
        )
    }

    /// The answer on the wire.
    pub(super) fn response(self, post_status: u16, allow: &[&str]) -> Response<Body> {
        match self {
            Self::Found(value) => with_allow(body(StatusCode::OK, &value), allow),
            Self::Page(html) => {
                let mut response = with_allow(Response::new(Body::from(html)), allow);
                response.headers_mut().insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("text/html;charset=utf-8"),
                );
                response
            }
            Self::Made { id, location } => {
                let status = StatusCode::from_u16(post_status).unwrap_or(StatusCode::CREATED);
                let mut response = with_allow(body(status, &json!({ "id": id })), allow);
                if let Some(location) =
                    location.and_then(|location| HeaderValue::from_str(&location).ok())
                {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                response
            }
            Self::Changed(id) => with_allow(body(StatusCode::OK, &json!({ "id": id })), allow),
            Self::Gone => with_allow(empty(StatusCode::OK), allow),
            Self::Refused(status, message) => body(status, &json!({ "error": message })),
            Self::Bare(StatusCode::METHOD_NOT_ALLOWED) => {
                with_allow(empty(StatusCode::METHOD_NOT_ALLOWED), allow)
            }
            Self::Bare(status) => empty(status),
        }
    }
}

fn body(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json;charset=utf-8"),
    );
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn with_allow(mut response: Response<Body>, allow: &[&str]) -> Response<Body> {
    if let Ok(verbs) = HeaderValue::from_str(&allow.join(",")) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("allow"), verbs);
    }
    response
}
