//! What both twins have in common under `/_twin/`: health, request log, faults, and the broken network.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::TwinClock;
use crate::fault::{FaultProfile, Ruling};
use crate::request_log::RequestLog;

/// What a listener and its control paths share.
#[derive(Debug)]
pub(crate) struct Shared {
    vendor: &'static str,
    seed: u64,
    pub clock: TwinClock,
    pub log: RequestLog,
    faults: Mutex<FaultProfile>,
    offline: AtomicBool,
    requests: AtomicU64,
    under_way: AtomicU64,
    /// When requests that are asked now arrive, in milliseconds since 1970; 0 for at once.
    arrival: AtomicI64,
}

/// A request that has been asked and is not answered yet.
pub(crate) struct UnderWay<'a>(&'a AtomicU64);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shared {
    pub fn new(vendor: &'static str, seed: u64, clock: TwinClock, faults: FaultProfile) -> Self {
        Self {
            vendor,
            seed,
            clock,
            log: RequestLog::default(),
            faults: Mutex::new(faults),
            offline: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            under_way: AtomicU64::new(0),
            arrival: AtomicI64::new(0),
        }
    }

    /// The number of a request that is asked now, from 1, and what counts it until it is answered.
    pub fn asked(&self) -> (u64, UnderWay<'_>) {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        (number, UnderWay(&self.under_way))
    }

    pub fn under_way(&self) -> u64 {
        self.under_way.load(Ordering::SeqCst)
    }

    pub fn arrival(&self) -> i64 {
        self.arrival.load(Ordering::SeqCst)
    }

    pub fn set_arrival(&self, millis: i64) {
        self.arrival.store(millis, Ordering::SeqCst);
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    pub fn ruling(&self, number: u64) -> Ruling {
        self.faults().ruling(self.seed, number)
    }

    pub fn is_offline(&self) -> bool {
        self.offline.load(Ordering::SeqCst)
    }

    pub fn set_offline(&self, on: bool) {
        self.offline.store(on, Ordering::SeqCst);
    }

    pub fn faults(&self) -> FaultProfile {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_faults(&self, faults: FaultProfile) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }
}

/// The control paths that both twins have.
pub(crate) fn common(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/log", get(log).delete(clear_log))
        .route("/faults", get(faults).put(put_faults))
        .route("/offline", post(offline))
        .with_state(shared)
}

async fn health(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "vendor": shared.vendor,
        "ok": true,
        "time": shared.clock.now().to_string(),
        "requests": shared.requests(),
        "offline": shared.is_offline(),
    }))
}

#[derive(Debug, Deserialize)]
struct LogQuery {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    /// `true` or `1`: bodies too.
    #[serde(default)]
    body: String,
}

async fn log(State(shared): State<Arc<Shared>>, Query(query): Query<LogQuery>) -> Json<Value> {
    let bodies = matches!(query.body.as_str(), "true" | "1");
    let entries = shared
        .log
        .after(query.after, query.limit.unwrap_or(1_000), bodies);
    let newest = entries.last().map_or(query.after, |entry| entry.number);
    Json(json!({
        "total": shared.requests(),
        "newest": newest,
        "requests": entries,
    }))
}

async fn clear_log(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.log.clear();
    StatusCode::NO_CONTENT
}

async fn faults(State(shared): State<Arc<Shared>>) -> Json<FaultProfile> {
    Json(shared.faults())
}

/// A profile's name or parts as a JSON string, or the rates as an object.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum WantedFaults {
    Text(String),
    Rates(FaultProfile),
}

async fn put_faults(
    State(shared): State<Arc<Shared>>,
    Json(wanted): Json<WantedFaults>,
) -> Result<Json<FaultProfile>, (StatusCode, String)> {
    let profile = match wanted {
        WantedFaults::Text(text) => text.parse().map_err(|error: crate::FaultProfileError| {
            (StatusCode::BAD_REQUEST, error.to_string())
        })?,
        WantedFaults::Rates(rates) => rates,
    };
    shared.set_faults(profile);
    Ok(Json(profile))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offline {
    on: bool,
}

async fn offline(State(shared): State<Arc<Shared>>, Json(wanted): Json<Offline>) -> Json<Value> {
    shared.set_offline(wanted.on);
    Json(json!({ "offline": wanted.on }))
}
