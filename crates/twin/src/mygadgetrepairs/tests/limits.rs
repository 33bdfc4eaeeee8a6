use super::super::Settings;
use super::Bench;

#[tokio::test]
async fn the_thirty_first_request_of_a_minute_is_refused_and_counted() {
    let bench = Bench::new(Settings::default(), 1);
    for _ in 0..30 {
        assert_eq!(bench.get("/v1/info").await.status, 200);
    }
    let refused = bench.get("/v1/info").await;
    assert_eq!(refused.status, 401);
    assert!(refused.json()["error"].is_string());
    assert_eq!(bench.twin.limits().violations, 1);
    bench.pass(59);
    assert_eq!(bench.get("/v1/info").await.status, 401);
    bench.pass(1);
    assert_eq!(bench.get("/v1/info").await.status, 200);
    assert_eq!(
        bench.control("GET", "/violations", None).await.json()["violations"],
        2
    );
}

#[tokio::test]
async fn twenty_four_a_minute_never_offends() {
    let bench = Bench::new(Settings::default(), 1);
    for _ in 0..240 {
        assert_eq!(bench.get("/v1/info").await.status, 200);
        bench
            .millis
            .fetch_add(2_500, std::sync::atomic::Ordering::SeqCst);
    }
    assert_eq!(bench.twin.limits().violations, 0);
}

#[tokio::test]
async fn ten_violations_lock_the_key_out_for_hours() {
    let bench = Bench::new(
        Settings {
            over_limit_status: 429,
            ..Settings::default()
        },
        1,
    );
    for _ in 0..40 {
        bench.get("/v1/info").await;
    }
    let state = bench.twin.limits();
    assert_eq!((state.violations, state.lockouts), (10, 1));
    bench.pass(5 * 3_600);
    assert_eq!(bench.get("/v1/info").await.status, 429);
    assert_eq!(bench.twin.limits().refused_while_locked, 1);
    bench.pass(3_600);
    assert_eq!(bench.get("/v1/info").await.status, 200);
    assert_eq!(bench.twin.limits().locked_until, None);
}

#[tokio::test]
async fn a_lock_out_can_be_set_and_lifted_and_strangers_do_not_count() {
    let bench = Bench::new(Settings::default(), 1);
    bench
        .control("POST", "/lock", Some(serde_json::json!({"seconds": 60})))
        .await;
    assert_eq!(bench.get("/v1/info").await.status, 401);
    bench.control("DELETE", "/lock", None).await;
    assert_eq!(bench.get("/v1/info").await.status, 200);
    for _ in 0..50 {
        let stranger = axum::http::Request::get("/v1/info")
            .header("authorization", "x")
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(bench.send(stranger).await.status, 401);
    }
    assert_eq!(bench.twin.limits().violations, 0);
}
