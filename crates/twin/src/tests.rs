//! Both twins on the network: faults, the broken network and the request log.

use serde_json::{Value, json};

use crate::{FaultProfile, RunningTwins, TwinOptions, Vendor, start};

fn client() -> reqwest::Client {
    reqwest::Client::builder().build().unwrap()
}

async fn started(faults: &str) -> RunningTwins {
    let mut options = TwinOptions::new(3, 30);
    options.faults = faults.parse().unwrap();
    options.highlevel.requests_per_10s = None;
    start(options).await.unwrap()
}

async fn note(
    twins: &RunningTwins,
    client: &reqwest::Client,
    text: &str,
) -> reqwest::Result<reqwest::Response> {
    let url = format!(
        "{}/contacts/{}/notes",
        twins.highlevel_url(),
        twins.contact_ids()[0]
    );
    client
        .post(url)
        .bearer_auth(twins.token())
        .header("Version", "2021-07-28")
        .json(&json!({ "body": text }))
        .send()
        .await
}

#[tokio::test]
async fn a_lost_answer_was_carried_out_and_a_reset_was_not() {
    let twins = started("none").await;
    let client = client();
    let before = twins.highlevel().counts().notes;

    twins.set_faults(Vendor::HighLevel, "lost=1".parse().unwrap());
    assert!(note(&twins, &client, "lost").await.is_err());
    assert_eq!(twins.highlevel().counts().notes, before + 1);

    twins.set_faults(Vendor::HighLevel, "reset=1".parse().unwrap());
    assert!(note(&twins, &client, "reset").await.is_err());
    twins.set_faults(Vendor::HighLevel, "errors=1".parse().unwrap());
    let status = note(&twins, &client, "error").await.unwrap().status();
    assert!(status.is_server_error());
    assert_eq!(twins.highlevel().counts().notes, before + 1);

    twins.set_faults(Vendor::HighLevel, "half=1".parse().unwrap());
    let half = note(&twins, &client, "half").await.unwrap();
    assert_eq!(half.status(), 201);
    assert!(half.json::<Value>().await.is_err());
    assert_eq!(twins.highlevel().counts().notes, before + 2);
    twins.shutdown().await;
}

#[tokio::test]
async fn a_broken_network_cuts_vendor_paths_but_not_control() {
    let twins = started("none").await;
    let client = client();
    let at = |path: &str| format!("http://{}{path}", twins.address(Vendor::MyGadgetRepairs));
    let offline = client
        .post(at("/_twin/offline"))
        .json(&json!({ "on": true }))
        .send()
        .await
        .unwrap();
    assert_eq!(offline.status(), 200);
    assert!(client.get(at("/v1/customers")).send().await.is_err());
    let health: Value = client
        .get(at("/_twin/health"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(health["offline"], true);
    client
        .post(at("/_twin/offline"))
        .json(&json!({ "on": false }))
        .send()
        .await
        .unwrap();
    assert!(client.get(at("/v1/customers")).send().await.is_ok());
    // The other vendor was there all the time.
    assert!(note(&twins, &client, "still there").await.is_ok());
}

#[tokio::test]
async fn the_log_tells_what_was_asked() {
    let twins = started("none").await;
    let client = client();
    note(&twins, &client, "first").await.unwrap();
    twins.set_faults(Vendor::HighLevel, "reset=1".parse().unwrap());
    note(&twins, &client, "second").await.unwrap_err();
    let log = |query: &str| {
        let url = format!("{}/_twin/log{query}", twins.highlevel_url());
        let request = client.get(url);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let all = log("?body=true").await;
    assert_eq!(all["total"], 2);
    assert_eq!(all["requests"][0]["method"], "POST");
    assert_eq!(all["requests"][0]["status"], 201);
    assert_eq!(all["requests"][0]["body"], r#"{"body":"first"}"#);
    assert_eq!(all["requests"][1]["fault"], "reset");
    assert_eq!(all["requests"][1]["status"], Value::Null);
    let newer = log("?after=1").await;
    assert_eq!(newer["requests"].as_array().unwrap().len(), 1);
    assert_eq!(newer["requests"][0].get("body"), None);
}

#[tokio::test]
async fn faults_are_set_by_name_by_parts_and_by_rates() {
    let twins = started("none").await;
    let client = client();
    let put = |body: Value| {
        let request = client
            .put(format!("{}/_twin/faults", twins.highlevel_url()))
            .json(&body);
        async move { request.send().await.unwrap() }
    };
    let rough: FaultProfile = put(json!("rough")).await.json().await.unwrap();
    assert_eq!(rough, FaultProfile::rough());
    let parts: FaultProfile = put(json!("errors=0.5,slow=0.1:200ms"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!((parts.errors, parts.slow_ms), (0.5, 200));
    let rates: FaultProfile = put(json!({ "lost": 0.25 })).await.json().await.unwrap();
    assert_eq!(rates.lost, 0.25);
    assert_eq!(put(json!("sometimes")).await.status(), 400);
}

#[tokio::test]
async fn a_taken_address_is_named() {
    let twins = started("none").await;
    let mut options = TwinOptions::new(3, 0);
    options.highlevel_listen = twins.address(Vendor::HighLevel);
    let error = start(options).await.unwrap_err().to_string();
    assert!(
        error.contains("highlevel twin cannot listen on 127.0.0.1:"),
        "{error}"
    );
}

#[tokio::test]
async fn both_vendors_are_told_where_to_deliver() {
    let twins = started("none").await;
    let headers = [("X-Sync-Event".to_owned(), "{event}".to_owned())].into();
    let payload = r#"{"event":"{event}","ref":"{ticket_ref}"}"#;
    twins.notify(
        "http://127.0.0.1:9/hooks/mgr/x",
        "sync",
        "pw",
        &headers,
        payload,
    );
    let set_up = twins.mygadgetrepairs().notifications();
    assert_eq!(set_up.len(), 11);
    assert_eq!(
        set_up[3].payload,
        r#"{"event":"ticket.created","ref":"{ticket_ref}"}"#
    );
    assert_eq!(set_up[3].headers["X-Sync-Event"], "ticket.created");
    let policy = crate::highlevel::WebhookPolicy {
        drop: 0.1,
        ..Default::default()
    };
    twins
        .deliver_webhooks_to("http://127.0.0.1:9/hooks/crm", policy)
        .unwrap();
    let webhooks = twins.highlevel().webhooks();
    assert_eq!(
        webhooks.policy.url.as_deref(),
        Some("http://127.0.0.1:9/hooks/crm")
    );
    assert_eq!(webhooks.policy.drop, 0.1);
    twins.shutdown().await;
}

#[tokio::test]
async fn twins_without_control_answer_the_vendor_alone() {
    let mut options = TwinOptions::new(5, 3);
    options.is_controlled = false;
    let twins = start(options).await.unwrap();
    for base in [twins.highlevel_url(), twins.mygadgetrepairs_url()] {
        let base = base.trim_end_matches("/v1").to_owned();
        for path in [
            "/_twin",
            "/_twin/state?kind=contacts",
            "/_twin/state?kind=customers",
        ] {
            let answer = client().get(format!("{base}{path}")).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
        }
    }
}
