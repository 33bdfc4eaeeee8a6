//! A stand-in for the service in unit tests: answers by a closure, remembers what it was asked.

use crate::{Client, Config};
use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Response},
};
use domain::Context;
use http::{Budget, BudgetError, Deferred, Lane, Seen, SystemClock, SystemRandomness};
use secrecy::SecretString;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Asked {
    pub fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name).map(|text| text.parse().unwrap())
    }
}

pub type Reply = (u16, Option<&'static str>, String);

pub fn json(value: &Value) -> Reply {
    (200, None, value.to_string())
}

#[derive(Debug)]
struct Free;

#[async_trait::async_trait]
impl Budget for Free {
    async fn reserve(&self, _: Lane) -> Result<(), Deferred> {
        Ok(())
    }
    async fn observe(&self, _: &Seen) -> Result<Option<Deferred>, BudgetError> {
        Ok(None)
    }
}

pub struct Stub {
    pub client: Client,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let (answer, shared) = (Arc::new(answer), Arc::clone(&log));
        let service = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let (answer, shared) = (Arc::clone(&answer), Arc::clone(&shared));
            async move {
                let url = url::Url::parse(&format!("http://x{uri}")).unwrap();
                let asked = Asked {
                    method: method.to_string(),
                    path: uri.path().to_owned(),
                    query: url.query_pairs().into_owned().collect(),
                    headers,
                    body: serde_json::from_slice(&body).unwrap_or(Value::Null),
                };
                let (status, allow, text) = answer(&asked);
                shared.lock().unwrap().push(asked);
                let mut response: Response = text.into_response();
                *response.status_mut() = status.try_into().unwrap();
                if let Some(allow) = allow {
                    response
                        .headers_mut()
                        .insert("ALLOW", allow.parse().unwrap());
                }
                response
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move {
            axum::serve(listener, axum::Router::new().fallback(service))
                .await
                .unwrap();
        });
        let context = Context {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
        };
        let key = SecretString::from(" k|e!y@%=^&*. \n");
        let client = Client::new(
            Config::new(base.parse().unwrap()),
            &key,
            Arc::new(Free),
            context,
        )
        .unwrap();
        Self { client, log }
    }

    pub fn log(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }
}
