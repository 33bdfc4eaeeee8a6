//! Deliveries that the twin posts by itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};

use super::super::empty;

type Seen = Arc<Mutex<Vec<(String, Value)>>>;

/// Refuses the first post with 429 and takes every further one.
async fn receiver() -> (String, Seen) {
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let take = move |headers: HeaderMap, body: Bytes| {
        let signature = headers["x-ghl-signature"].to_str().unwrap().to_owned();
        let mut kept = kept.lock().unwrap();
        kept.push((signature, serde_json::from_slice(&body).unwrap()));
        let first = kept.len() == 1;
        async move {
            if first {
                StatusCode::TOO_MANY_REQUESTS
            } else {
                StatusCode::OK
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks/crm", listener.local_addr().unwrap());
    let router = Router::new().route("/hooks/crm", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, seen)
}

#[tokio::test]
async fn the_twin_posts_and_tries_again() {
    let bench = empty().await;
    let (url, seen) = receiver().await;
    let control = format!("{}/_twin/webhooks", bench.twins.highlevel_url());
    let policy = json!({"url": url, "retry_ms": 20, "retry_jitter_ms": 0});
    let put = bench
        .client
        .put(&control)
        .json(&policy)
        .send()
        .await
        .unwrap();
    assert_eq!(put.status(), 200);
    let wrong = json!({"url": "https://example.com"});
    let refused = bench
        .client
        .put(&control)
        .json(&wrong)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 400);
    bench.contact(json!({"firstName": "Ada"})).await;
    bench.contact(json!({"firstName": "Bob"})).await;
    for _ in 0..500 {
        if bench.twins.highlevel().webhooks().counters.accepted == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let shown = bench.get("/_twin/webhooks").await.1;
    let counters = &shown["counters"];
    assert_eq!(
        (&counters["accepted"], &counters["sent"]),
        (&json!(2), &json!(3)),
        "{shown}"
    );
    let deliveries = bench.get("/_twin/webhooks/deliveries?after=1").await.1;
    assert_eq!(deliveries["deliveries"][0]["type"], "ContactCreate");
    assert_eq!(deliveries["deliveries"][0]["status"], 200);
    let seen = seen.lock().unwrap();
    let retried = seen
        .iter()
        .filter(|(_, body)| body["webhookId"] == seen[0].1["webhookId"]);
    assert_eq!(retried.count(), 2);
    assert_eq!(seen[0].0.len(), 88);
}
