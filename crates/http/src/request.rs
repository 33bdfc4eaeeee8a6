//! What is to be sent.

use crate::{Guard, Lane};
use reqwest::{
    Method,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// May the request be sent again although it may already have been carried out?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is the same as once.
    Safe,
    /// Twice may mean two records; only what was certainly not carried out is sent again.
    Never,
}

/// The body of a request.
#[derive(Clone, Default)]
pub enum Body {
    /// None.
    #[default]
    None,
    /// JSON.
    Json(serde_json::Value),
    /// A form, percent-encoded.
    Form(Vec<(String, String)>),
    /// Bytes as they are.
    Bytes {
        /// What they are.
        content_type: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// One request, relative to the sender's base address.
///
/// `get` and `put` and `delete` start as [`Repeat::Safe`], `post` and `patch` as [`Repeat::Never`]; the lane is
/// [`Lane::Live`] until told otherwise.
#[derive(Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path under the base, starting with `/`, each segment percent-encoded (see [`path`]).
    pub path: String,
    /// Query, in this order; names may repeat.
    pub query: Vec<(String, String)>,
    /// Headers beside the usual ones.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Body.
    pub body: Body,
    /// Whether it may be repeated.
    pub repeat: Repeat,
    /// How urgent it is.
    pub lane: Lane,
    /// What may keep it from being sent at the last moment.
    pub(crate) guard: Option<Guard>,
    /// A mistake made while building; the sender refuses such a request.
    pub(crate) fault: Option<&'static str>,
}

impl Request {
    /// A request of any method.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let repeat = match method {
            Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE => {
                Repeat::Safe
            }
            _ => Repeat::Never,
        };
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            repeat,
            lane: Lane::Live,
            guard: None,
            fault: None,
        }
    }

    /// `GET`, safe to repeat.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// `POST`, not to be repeated.
    #[must_use]
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// `PUT`, safe to repeat.
    #[must_use]
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// `PATCH`, not to be repeated.
    #[must_use]
    pub fn patch(path: impl Into<String>) -> Self {
        Self::new(Method::PATCH, path)
    }

    /// `DELETE`, safe to repeat.
    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Lets it be kept back at the last moment.
    #[must_use]
    pub fn guarded(mut self, guard: Option<Guard>) -> Self {
        self.guard = guard;
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds a header whose value is a secret: marked sensitive, so that nothing prints it.
    #[must_use]
    pub fn secret_header(self, name: HeaderName, value: &SecretString) -> Self {
        self.sensitive(name, value.expose_secret())
    }

    /// Adds `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &SecretString) -> Self {
        let value = SecretString::from(format!("Bearer {}", token.expose_secret()));
        self.sensitive(AUTHORIZATION, value.expose_secret())
    }

    fn sensitive(mut self, name: HeaderName, text: &str) -> Self {
        match HeaderValue::from_str(text) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.push((name, value));
            }
            Err(_) => {
                self.fault = Some("a key or token holds characters that no header may hold");
            }
        }
        self
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(mut self, body: serde_json::Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// Sets a form body.
    #[must_use]
    pub fn form(mut self, fields: Vec<(String, String)>) -> Self {
        self.body = Body::Form(fields);
        self
    }

    /// Sets a body of bytes.
    #[must_use]
    pub fn bytes(mut self, content_type: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.body = Body::Bytes {
            content_type: content_type.into(),
            bytes,
        };
        self
    }

    /// Says whether it may be repeated.
    #[must_use]
    pub const fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Says how urgent it is.
    #[must_use]
    pub const fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }
}

/// Joins segments to a path, each percent-encoded, so that an id can never reach another endpoint.
/// An empty last segment makes a trailing slash: `path(["contacts", ""])` is `/contacts/`.
#[must_use]
pub fn path<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                path.push(char::from(byte));
            } else {
                path.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    path
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Json(_) => "Json(..)",
            Self::Form(_) => "Form(..)",
            Self::Bytes { .. } => "Bytes(..)",
        })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field(
                "query",
                &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            )
            .field(
                "headers",
                &self
                    .headers
                    .iter()
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>(),
            )
            .field("body", &self.body)
            .field("repeat", &self.repeat)
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_cannot_leave_its_place() {
        assert_eq!(
            path(["contacts", "a/b?c#d e", ""]),
            "/contacts/a%2Fb%3Fc%23d%20e/"
        );
    }

    #[test]
    fn debug_shows_no_secret_and_no_personal_data() {
        let request = Request::post("/contacts/")
            .bearer(&SecretString::from("pit-secret"))
            .query("email", "ada@example.com")
            .json(serde_json::json!({"phone": "+15550100001"}));
        let text = format!("{request:?} {request:#?}");
        for hidden in ["pit-secret", "ada@example.com", "+15550100001"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(text.contains("/contacts/"));
    }

    #[test]
    fn a_token_with_a_line_break_is_a_fault_not_a_panic() {
        let request = Request::get("/x").bearer(&SecretString::from("pit\n1"));
        assert!(request.fault.is_some());
        assert!(request.headers.is_empty());
    }
}
