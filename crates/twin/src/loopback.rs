//! Posting to an address on this machine over plain HTTP, with connections that are kept open.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Sends what a vendor would send. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Poster {
    client: Client<HttpConnector, Body>,
}

impl Poster {
    pub fn new() -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Posts once; the status of the answer, `None` when none came in time.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
        patience: Duration,
    ) -> Option<u16> {
        let mut request = Request::builder().method(Method::POST).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(body)).ok()?;
        let answer = tokio::time::timeout(patience, self.client.request(request)).await;
        let answer = answer.ok()?.ok()?;
        let status = answer.status().as_u16();
        // Read to its end, or the connection could not be used again.
        let rest = axum::body::to_bytes(Body::new(answer.into_body()), 64 * 1024);
        let _rest = tokio::time::timeout(patience, rest).await;
        Some(status)
    }
}
