//! A server that answers as told and remembers what it was asked.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "test support; each test file uses a part"
)]

use async_trait::async_trait;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use domain::{Clock, Context, Randomness, Timestamp};
use highlevel::{Client, Config, StaticToken, TokenSource};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

pub const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, when: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = when.max(*now);
    }
}

#[derive(Debug)]
struct NoChance;

impl Randomness for NoChance {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    pub uri: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub struct Rig {
    pub client: Client,
    script: Script,
}

impl Rig {
    /// A client on a server that gives these answers, then `200 {}`.
    pub async fn start(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        Self::with(
            answers,
            "2021-07-28",
            Arc::new(StaticToken::new(" pit-1\n")),
        )
        .await
    }

    pub async fn v3(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        Self::with(answers, "v3", Arc::new(StaticToken::new("pit-1"))).await
    }

    pub async fn with(
        answers: impl IntoIterator<Item = (u16, Value)>,
        version: &str,
        tokens: Arc<dyn TokenSource>,
    ) -> Self {
        let script = Script {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            asked: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(play).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });

        let clock = Arc::new(ManualClock(Mutex::new(
            "2026-07-01T10:00:00Z".parse().unwrap(),
        )));
        let context = Context {
            clock: clock.clone(),
            randomness: Arc::new(NoChance),
        };
        let patience = jiff::SignedDuration::from_secs(60);
        let budget = Arc::new(http::MemoryBudget::new(
            highlevel::budget_policy(80, 180_000),
            clock,
            patience,
        ));
        let mut config = Config::new(base.parse().unwrap(), LOCATION);
        config.api_version = version.parse().unwrap();
        let client = Client::new(config, tokens, budget, context).unwrap();
        Self { client, script }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap().clone()
    }

    /// The only request, or the last one.
    pub fn last(&self) -> Asked {
        self.asked().pop().unwrap()
    }
}

async fn play(
    State(script): State<Script>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    script.asked.lock().unwrap().push(Asked {
        method,
        uri: uri.to_string(),
        headers,
        body,
    });
    let (status, body) = script
        .answers
        .lock()
        .unwrap()
        .pop_front()
        .unwrap_or((200, json!({})));
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(body)).into_response()
}

pub fn keys(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}
