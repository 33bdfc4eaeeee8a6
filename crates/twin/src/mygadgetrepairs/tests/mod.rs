//! The account over its router, one module for each group of rules.

mod acts;
mod catalogue;
mod counter;
mod feeds;
mod framework;
mod limits;
mod money;
mod paging;
mod papers;
mod push;
mod records;
mod size;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::{DEFAULT_API_KEY, MyGadgetRepairsTwin, Settings};
use crate::clock::TwinClock;
use crate::shop::MadeUpShop;

/// An account with a clock in its hand.
struct Bench {
    twin: MyGadgetRepairsTwin,
    millis: Arc<AtomicI64>,
}

#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn rows(&self) -> Vec<Value> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json().as_array().unwrap().clone()
    }

    fn id(&self) -> String {
        self.json()["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id: {}", self.text))
            .to_owned()
    }

    fn allow(&self) -> &str {
        self.headers
            .get("allow")
            .map_or("", |allow| allow.to_str().unwrap())
    }
}

impl Bench {
    /// Without a limit, so that only its own tests meet it.
    fn new(settings: Settings, customers: usize) -> Self {
        let start: jiff::Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        let millis = Arc::new(AtomicI64::new(start.as_millisecond()));
        let hands = Arc::clone(&millis);
        let clock = TwinClock::recorded(Arc::new(move || hands.load(Ordering::SeqCst)));
        let twin = MyGadgetRepairsTwin::new(settings, clock);
        twin.load(&MadeUpShop::new(3, customers, customers, start));
        Self { twin, millis }
    }

    fn free() -> Settings {
        Settings {
            throttle_per_minute: None,
            ..Settings::default()
        }
    }

    fn plain(customers: usize) -> Self {
        Self::new(Self::free(), customers)
    }

    fn pass(&self, seconds: i64) {
        self.millis.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        reply(self.twin.router().oneshot(request).await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(request("GET", path, None)).await
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(request(method, path, Some(body))).await
    }

    async fn control(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        reply(
            self.twin
                .control()
                .oneshot(request(method, path, body))
                .await
                .unwrap(),
        )
        .await
    }

    /// A customer with a ticket.
    async fn ticket(&self) -> (String, String) {
        let fields = serde_json::json!({"name": "Ann Lee", "mobile": "07700900123"});
        let customer = self
            .person(serde_json::json!({"action": "create_customer", "fields": fields}))
            .await
            .id();
        let fields = serde_json::json!({"customer": customer, "shortInfo": "Screen"});
        let ticket = self
            .person(serde_json::json!({"action": "create_ticket", "fields": fields}))
            .await
            .id();
        (customer, ticket)
    }

    async fn person(&self, act: Value) -> Reply {
        self.control("POST", "/person", Some(act)).await
    }
}

async fn reply(response: axum::response::Response) -> Reply {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 64 << 20).await.unwrap();
    Reply {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn request(method: &str, path: &str, body: Option<Value>) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", DEFAULT_API_KEY);
    match body {
        None => request.body(Body::empty()).unwrap(),
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap(),
    }
}
