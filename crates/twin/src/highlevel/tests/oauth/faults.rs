use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;

use super::{Bench, SCOPES, everywhere, registered, text};
use crate::highlevel::TokenFault;

fn plan(bench: &Bench, faults: &[TokenFault]) {
    let mut policy = bench.agency().oauth_policy();
    policy.token_faults = VecDeque::from(faults.to_vec());
    bench.agency().set_oauth_policy(policy);
}

/// The status of a refresh; `None` when the connection was cut.
async fn tried(bench: &Bench, token: &str) -> Option<u16> {
    let app = bench.agency().app();
    let fields = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
    ];
    let url = format!("{}/oauth/token", bench.twins.highlevel_url());
    // A client of its own: a kept connection that is cut would be tried again by itself.
    let client = reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .retry(reqwest::retry::never())
        .build()
        .unwrap();
    let answer = client.post(url).form(&fields).send().await.ok()?;
    Some(answer.status().as_u16())
}

#[tokio::test]
async fn each_planned_fault_befalls_one_call() {
    let bench = registered().await;
    let tokens = bench.install(SCOPES, &bench.here()).await;
    let refresh = text(&tokens, "refresh_token");
    let rotated = || bench.agency().oauth_counts().all.refreshes;
    plan(
        &bench,
        &[
            TokenFault::Status(503),
            TokenFault::Reset,
            TokenFault::Lost,
            TokenFault::StatusAfter(500),
        ],
    );
    assert_eq!((tried(&bench, refresh).await, rotated()), (Some(503), 0));
    assert_eq!((tried(&bench, refresh).await, rotated()), (None, 0));
    assert_eq!(
        (tried(&bench, refresh).await, rotated()),
        (None, 1),
        "rotated, and lost"
    );
    assert_eq!(tried(&bench, refresh).await, Some(500));
    assert!(bench.agency().oauth_policy().token_faults.is_empty());
    // Within the grace the lost pair can still be had.
    let (status, second) = bench.refresh(refresh).await;
    assert_eq!((status, rotated()), (200, 1));
    assert_eq!(bench.agency().oauth_counts().all.graced, 2);

    // After it, nobody knows it any more.
    plan(&bench, &[TokenFault::Lost]);
    let last = text(&second, "refresh_token");
    assert_eq!(tried(&bench, last).await, None);
    bench.pass(30_001);
    assert_eq!(tried(&bench, last).await, Some(400));
}

#[tokio::test]
async fn a_late_answer_was_carried_out_at_once_and_a_late_call_was_not() {
    let bench = registered().await;
    let tokens = bench.install(SCOPES, &bench.here()).await;
    let refresh = text(&tokens, "refresh_token").to_owned();
    let rotated = || bench.agency().oauth_counts().all.refreshes;
    plan(
        &bench,
        &[TokenFault::Late(400), TokenFault::LateAnswer(400)],
    );
    for before in [0, 1] {
        let waits = tried(&bench, &refresh);
        let looks = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            rotated()
        };
        let (status, seen) = tokio::join!(waits, looks);
        assert_eq!((status, seen), (Some(200), before));
    }
}

#[tokio::test]
async fn control_sets_policy_app_and_locations() {
    let bench = registered().await;
    let (status, policy) = bench
        .put(
            "/_twin/oauth",
            json!({ "access_token_seconds": 60, "token_faults": [{ "status": 500 }, "lost", { "late": 5 }] }),
        )
        .await;
    assert_eq!((status, &policy["grace_seconds"]), (200, &json!(30)));
    assert_eq!(
        bench.agency().oauth_policy().token_faults,
        [
            TokenFault::Status(500),
            TokenFault::Lost,
            TokenFault::Late(5)
        ]
    );
    assert_eq!(
        bench.put("/_twin/oauth", json!({ "nonsense": 1 })).await.0,
        400
    );
    bench
        .put("/_twin/oauth", json!({ "token_faults": [] }))
        .await;

    let back = "https://shop.example/back";
    let (status, app) = bench
        .put("/_twin/oauth/app", json!({ "redirect": back }))
        .await;
    assert_eq!(status, 200);
    assert!(app["redirects"].as_array().unwrap().contains(&json!(back)));
    assert_eq!(
        bench
            .put("/_twin/oauth/app", json!({ "redirect": "nowhere" }))
            .await
            .0,
        400
    );

    let (status, made) = bench
        .post("/_twin/oauth/locations", json!({ "name": "Shop 2" }))
        .await;
    assert_eq!(status, 201);
    let (status, sent) = bench
        .post(
            "/_twin/oauth/consent",
            json!({ "link": bench.link(SCOPES), "location": made["locationId"] }),
        )
        .await;
    assert_eq!(status, 200, "{sent}");
    let code = super::parameter(text(&sent, "redirect"), "code").unwrap();
    let tokens = bench.exchange(&code).await.1;
    assert_eq!(
        (&tokens["expires_in"], &tokens["locationId"]),
        (&json!(60), &made["locationId"])
    );
    let counts = bench.get("/_twin/oauth/counts").await.1;
    assert_eq!(counts["exchanges"], 1);
    assert_eq!(
        counts["installations"][text(&made, "locationId")]["exchanges"],
        1
    );
    let where_ = bench.get("/_twin/oauth/installations").await.1;
    assert_eq!(where_["byLocation"], json!([made["locationId"]]));
    let body = json!({ "locationId": made["locationId"] });
    assert_eq!(bench.post("/_twin/oauth/uninstall", body).await.0, 202);
    assert_eq!(bench.refresh(text(&tokens, "refresh_token")).await.0, 400);
    let wrong = json!({ "link": bench.link(SCOPES), "location": "x", "agency": true });
    assert_eq!(bench.post("/_twin/oauth/consent", wrong).await.0, 400);
}

#[tokio::test]
async fn the_exchange_for_a_location_has_faults_of_its_own() {
    let bench = registered().await;
    let company = bench.install("oauth.write", &everywhere()).await;
    let mut policy = bench.agency().oauth_policy();
    policy.location_token_faults = VecDeque::from([TokenFault::StatusAfter(502)]);
    bench.agency().set_oauth_policy(policy);
    let here = bench.location().to_owned();
    assert_eq!(bench.location_token(&company, &here).await.0, 502);
    assert_eq!(bench.location_token(&company, &here).await.0, 201);
    assert_eq!(bench.agency().oauth_counts().all.location_tokens, 2);
}
