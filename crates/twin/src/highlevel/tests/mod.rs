//! One test for each group of rules, over real HTTP.

mod access;
mod appointments;
mod catalogue;
mod contacts;
mod conversations;
mod diary;
mod duplicates;
mod limits;
mod oauth;
mod opportunities;
mod outside;
mod resources;
mod search;
mod tags;
mod tasks;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::Settings;
use crate::{RunningTwins, TwinClock, TwinOptions, start};

/// 2026-08-03 08:00:00 UTC, a Monday.
const MONDAY: i64 = 1_785_744_000_000;

struct Bench {
    twins: RunningTwins,
    client: reqwest::Client,
    hands: Arc<AtomicI64>,
    token: String,
    version: Option<&'static str>,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

/// A location without contacts, limits and lag.
async fn empty() -> Bench {
    bench(0, Settings::unhindered()).await
}

async fn bench(contacts: usize, settings: Settings) -> Bench {
    let hands = Arc::new(AtomicI64::new(MONDAY));
    let seen = Arc::clone(&hands);
    let mut options = TwinOptions::new(11, 0);
    options.contacts = Some(contacts);
    options.highlevel = settings;
    options.clock = TwinClock::recorded(Arc::new(move || seen.load(Ordering::SeqCst)));
    let twins = start(options).await.unwrap();
    Bench {
        token: twins.token().to_owned(),
        client: reqwest::Client::builder().build().unwrap(),
        twins,
        hands,
        version: Some("2021-07-28"),
    }
}

impl Bench {
    fn pass(&self, millis: i64) {
        self.hands.fetch_add(millis, Ordering::SeqCst);
    }

    fn location(&self) -> &str {
        self.twins.location_id()
    }

    async fn full(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.twins.highlevel_url()));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(version) = self.version {
            request = request.header("Version", version);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer {
            status,
            headers,
            body,
        }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.full(Method::GET, path, None).await;
        (answer.status, answer.body)
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.full(Method::POST, path, Some(body)).await;
        (answer.status, answer.body)
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.full(Method::PUT, path, Some(body)).await;
        (answer.status, answer.body)
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        let answer = self.full(Method::DELETE, path, None).await;
        (answer.status, answer.body)
    }

    /// Creates a contact with these fields and answers its id.
    async fn contact(&self, fields: Value) -> String {
        let mut body = fields;
        body["locationId"] = json!(self.location());
        let (status, body) = self.post("/contacts/", body).await;
        assert_eq!(status, 201, "{body}");
        body["contact"]["id"].as_str().unwrap().to_owned()
    }

    async fn search(&self, question: Value) -> Value {
        let mut body = question;
        body["locationId"] = json!(self.location());
        if body.get("pageLimit").is_none() {
            body["pageLimit"] = json!(100);
        }
        let (status, body) = self.post("/contacts/search", body).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect()
}
