use reqwest::Method;
use serde_json::json;

use super::{MONDAY, bench};
use crate::highlevel::Settings;

#[tokio::test]
async fn headers_count_down_within_fixed_windows_and_the_limit_is_429() {
    let bench = bench(
        0,
        Settings {
            requests_per_10s: Some(3),
            requests_per_day: Some(50),
            ..Settings::default()
        },
    )
    .await;
    let path = format!("/calendars/?locationId={}", bench.location());
    let mut left = Vec::new();
    for _ in 0..4 {
        let answer = bench.full(Method::GET, &path, None).await;
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        left.push((
            answer.status,
            header("X-RateLimit-Remaining"),
            header("X-RateLimit-Daily-Remaining"),
        ));
        assert_eq!(header("X-RateLimit-Max"), "3");
        assert_eq!(header("X-RateLimit-Interval-Milliseconds"), "10000");
        assert_eq!(header("X-RateLimit-Limit-Daily"), "50");
        assert_eq!(header("X-RateLimit-Daily-Reset"), "86400000");
        assert!(answer.headers.get("Retry-After").is_none());
    }
    let row = |status, window: &str, day: &str| (status, window.to_owned(), day.to_owned());
    assert_eq!(
        left,
        [
            row(200, "2", "49"),
            row(200, "1", "48"),
            row(200, "0", "47"),
            row(429, "0", "47")
        ]
    );
    assert_eq!(bench.twins.highlevel().violations(), 1);
    assert_eq!(MONDAY % 10_000, 0, "the window begins with the test");
    bench.pass(9_999);
    assert_eq!(bench.get(&path).await.0, 429);
    bench.pass(1);
    assert_eq!(bench.get(&path).await.0, 200);
}

#[tokio::test]
async fn every_token_has_its_own_budget_and_control_has_none() {
    let mut bench = bench(
        0,
        Settings {
            requests_per_10s: Some(1),
            ..Settings::default()
        },
    )
    .await;
    let path = format!("/calendars/?locationId={}", bench.location());
    assert_eq!(bench.get(&path).await.0, 200);
    assert_eq!(bench.get(&path).await.0, 429);
    for _ in 0..5 {
        let (status, _) = bench
            .post(
                "/_twin/person",
                json!({ "action": "create_contact", "fields": {} }),
            )
            .await;
        assert_eq!(status, 200);
    }
    assert_eq!(bench.get("/_twin/violations").await.1["violations"], 1);
    bench.token = bench
        .twins
        .highlevel()
        .credentials()
        .read_only
        .secret
        .clone();
    assert_eq!(bench.get(&path).await.0, 200);
    let (_, settings) = bench
        .put("/_twin/settings", json!({ "requests_per_10s": null }))
        .await;
    assert_eq!(settings["requests_per_day"], 200_000);
    assert_eq!(bench.get(&path).await.0, 200);
}
