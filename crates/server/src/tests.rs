use crate::serving::Peer;
use crate::words::sentence_about;
use crate::{ServerOptions, router, sentence};
use app::access::{Permission, Scopes};
use app::{App, AppConfig, NewShop, Subject};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use domain::{Context, Kind, RecordId, RunId, Side};
use http::{SystemClock, SystemRandomness};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{JournalRow, Store};
use tower::ServiceExt;
use uuid::Uuid;
use vault::{MasterKey, Vault};

pub(crate) async fn application(folder: &tempfile::TempDir) -> App {
    let context = Context {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    };
    let database = folder.path().join("test.db");
    let store = Store::open(&format!("sqlite://{}", database.display()))
        .await
        .unwrap();
    let master = MasterKey::from_text(&SecretString::from("11".repeat(32))).unwrap();
    let (vault, new) = Vault::open(&master, &[], &context).unwrap();
    let (version, sealed) = new.unwrap();
    let now = context.clock.now();
    store.add_data_key(version, &sealed, now).await.unwrap();
    let mut config = AppConfig::standard().unwrap();
    // Nobody is asked anything outside.
    config.highlevel_base = "http://127.0.0.1:9/".parse().unwrap();
    config.mygadgetrepairs_base = "http://127.0.0.1:9/".parse().unwrap();
    config.webhook_keys = app::webhook_keys(&[testkit::signed::public_key()], false).unwrap();
    App::new(store, vault, config, context).expect("the addresses can be used")
}

async fn with_shop(folder: &tempfile::TempDir) -> Router {
    let hosts = vec!["bridge.example".into()];
    let options = ServerOptions {
        hosts,
        ..ServerOptions::default()
    };
    served(folder, &options).await
}

/// A request as it comes from this machine.
pub(crate) fn from_here(mut request: Request<Body>) -> Request<Body> {
    let peer = Peer("127.0.0.1:40000".parse().unwrap());
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// An API token of the application in a folder.
pub(crate) async fn api_token(folder: &tempfile::TempDir, scope: Permission) -> String {
    let name = format!("test-{scope}");
    let scopes = Scopes::new([scope]);
    let app = application(folder).await;
    let token = app
        .create_api_token(&name, &scopes, 1, "test")
        .await
        .unwrap();
    token.expose().to_owned()
}

/// An application with one shop, served.
pub(crate) async fn served(folder: &tempfile::TempDir, options: &ServerOptions) -> Router {
    let app = application(folder).await;
    let new = NewShop {
        name: "main".into(),
        location: "loc".into(),
        zone: None,
        country: None,
    };
    app.add_shop(&new).await.unwrap();
    router(app, options)
}

/// Posts to a hook under a host name that nobody configured, as vendors do.
async fn post(router: &Router, path: &str, headers: &[(&str, &str)], body: &[u8]) -> StatusCode {
    let mut request = Request::post(path).header("host", "whatever.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_vec())).unwrap();
    router.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn webhooks_are_answered_as_the_vendors_rules_want_it() {
    let folder = tempfile::tempdir().unwrap();
    let app = application(&folder).await;
    let new = NewShop {
        name: "main".into(),
        location: "loc".into(),
        zone: None,
        country: None,
    };
    let shop = app.add_shop(&new).await.unwrap();
    let paste = app.counter_webhook(&shop).await.unwrap();
    let counter = paste.url.split_once("8780").unwrap().1.to_owned();
    let token = paste.headers["X-Sync-Token"].as_str().unwrap().to_owned();
    let router = router(app.clone(), &ServerOptions::default());
    let body = br#"{"type":"ContactUpdate","locationId":"loc","id":"c1","webhookId":"w1"}"#;
    let right = testkit::signed::signature(body);
    let signed = [("X-GHL-Signature", right.as_str())];
    assert_eq!(post(&router, "/hooks/crm", &signed, body).await, 200);
    assert_eq!(post(&router, "/hooks/crm", &signed, body).await, 200);
    assert_eq!(post(&router, "/hooks/crm", &signed, b"{}").await, 401);
    assert_eq!(post(&router, "/hooks/crm", &[], body).await, 401);
    let large = vec![b' '; (1 << 20) + 1];
    assert_eq!(post(&router, "/hooks/crm", &signed, &large).await, 413);
    let known = [("X-Sync-Token", token.as_str())];
    assert_eq!(post(&router, &counter, &known, b"not json").await, 200);
    assert_eq!(post(&router, &counter, &[], b"{}").await, 401);
    assert_eq!(post(&router, "/hooks/mgr/else", &known, b"{}").await, 401);
    assert_eq!(post(&router, &counter, &known, &large).await, 413);
    assert_eq!(
        app.store()
            .waiting_signals(shop.id, 10)
            .await
            .unwrap()
            .len(),
        3,
        "an event that comes again is kept again until it is looked at"
    );

    // What cannot be kept is asked for again, never taken.
    app.store().clone().close().await;
    let other = br#"{"type":"ContactUpdate","locationId":"loc","id":"c1","webhookId":"w2"}"#;
    let right = testkit::signed::signature(other);
    let signed = [("X-GHL-Signature", right.as_str())];
    assert_eq!(post(&router, "/hooks/crm", &signed, other).await, 429);
    assert_eq!(post(&router, &counter, &known, b"{}").await, 503);
}

/// Asks with an API token, or without where it is empty.
async fn get(router: &Router, path: &str, host: &str, token: &str) -> (StatusCode, String, String) {
    let mut request = Request::get(path).header("host", host);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = from_here(request.body(Body::empty()).unwrap());
    let answer = router.clone().oneshot(request).await.unwrap();
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap(), policy)
}

/// With or without the built dashboard in the binary.
#[tokio::test]
async fn the_page_needs_nothing_that_its_policy_forbids() {
    let folder = tempfile::tempdir().unwrap();
    let router = with_shop(&folder).await;
    let token = api_token(&folder, Permission::Read).await;
    for path in ["/", "/shops/main/people", "/settings/users"] {
        let (status, page, policy) = get(&router, path, "127.0.0.1:8780", &token).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains("http://"));
        assert!(
            !page.contains("<script>"),
            "no script stands in the page itself"
        );
        // What it needs is there for who has not signed in yet as well, since nobody's secrets are in it.
        let needed = page.split('"').filter(|part| {
            part.starts_with("/assets/") || *part == "/status.css" || *part == "/favicon.svg"
        });
        let mut count = 0;
        for file in needed {
            assert_eq!(
                get(&router, file, "localhost", "").await.0,
                StatusCode::OK,
                "{file}"
            );
            count += 1;
        }
        assert!(count > 0, "{page}");
    }
    assert_eq!(
        get(&router, "/assets/none.js", "localhost", "").await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_status_tells_health_and_progress_of_every_shop() {
    let folder = tempfile::tempdir().unwrap();
    let router = with_shop(&folder).await;
    let token = api_token(&folder, Permission::Read).await;
    let (status, body, _) = get(&router, "/api/v1/status", "[::1]:8780", &token).await;
    assert_eq!(status, StatusCode::OK);
    let overview: Value = serde_json::from_str(&body).unwrap();
    let shop = &overview["shops"][0];
    assert_eq!(shop["name"], "main");
    assert_eq!(shop["status"]["health"], "stopped");
    assert_eq!(shop["progress"]["phase"], "idle");
    assert_eq!(shop["approved"], false);
    assert_eq!(shop["status"]["backlog"], 0);
}

#[tokio::test]
async fn logs_of_unknown_shops_are_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let router = with_shop(&folder).await;
    let token = api_token(&folder, Permission::Read).await;
    let (status, body, _) = get(&router, "/api/v1/shops/main/log", "localhost", &token).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::OK, r#"{"lines":[],"next":null}"#)
    );
    let (status, body, _) = get(&router, "/api/v1/shops/other/log", "localhost", &token).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("SHOP-UNKNOWN"), "{body}");
}

#[tokio::test]
async fn a_strange_host_name_is_refused_and_a_configured_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let router = with_shop(&folder).await;
    for (host, expected) in [
        ("localhost:1", StatusCode::OK),
        ("127.0.0.1", StatusCode::OK),
        ("Bridge.example:443", StatusCode::OK),
        ("evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("localhost.evil.example", StatusCode::MISDIRECTED_REQUEST),
    ] {
        assert_eq!(
            get(&router, "/healthz", host, "").await.0,
            expected,
            "{host}"
        );
    }
    assert_eq!(
        get(&router, "/readyz", "localhost", "").await.0,
        StatusCode::OK
    );
}

#[test]
fn sentences_for_whoever_may_see_people_name_them() {
    let row = |event: &str, side: Side, detail: Value| JournalRow {
        id: 1,
        run: RunId(Uuid::nil()),
        at: jiff::Timestamp::UNIX_EPOCH,
        event: event.into(),
        side: Some(side),
        kind: Some(Kind::Contact),
        record: Some(RecordId::new("r1")),
        counterpart: Some(RecordId::new("r2")),
        detail,
    };
    let told = |event, side, detail| {
        let names = match side {
            Side::HighLevel => ["Ada", "ada"],
            Side::MyGadgetRepairs => ["ada", "Ada"],
        };
        let [name, across] = names.map(|name| Some(name.to_owned()));
        let subject = Subject {
            name,
            across,
            reference: Some("C-7".into()),
        };
        sentence_about(&row(event, side, detail), &subject)
    };
    assert_eq!(
        told("edited", Side::HighLevel, json!({"fields": ["city"]})),
        "A person changed city of HighLevel contact Ada"
    );
    assert_eq!(
        told("created", Side::HighLevel, json!({})),
        "Made a HighLevel contact for MyGadgetRepairs customer ada (C-7)"
    );
    assert_eq!(
        told("unlinked", Side::MyGadgetRepairs, json!({})),
        "MyGadgetRepairs customer ada (C-7) and HighLevel contact Ada are no longer joined"
    );
    // Without names, by the number; a sentence begins with a capital.
    let nameless = sentence(&row(
        "vanished",
        Side::HighLevel,
        json!({"reference": "C-7"}),
    ));
    assert_eq!(nameless, "The HighLevel contact of C-7 is gone");
}

#[test]
fn sentences_name_records_and_never_what_is_in_the_detail() {
    let row = JournalRow {
        id: 1,
        run: RunId(Uuid::nil()),
        at: jiff::Timestamp::UNIX_EPOCH,
        event: "created".into(),
        side: Some(Side::HighLevel),
        kind: Some(Kind::Task),
        record: Some(RecordId::new("t1")),
        counterpart: Some(RecordId::new("K-1")),
        detail: json!({"name": "Ada Example", "message": "Ada Example"}),
    };
    assert_eq!(
        sentence(&row),
        "Made HighLevel task t1 from MyGadgetRepairs ticket K-1"
    );
    for event in [
        "updated",
        "linked",
        "unlinked",
        "vanished",
        "archived",
        "kept",
        "one_more",
        "answer_taken_back",
        "failed",
        "something new",
    ] {
        let row = JournalRow {
            event: event.into(),
            ..row.clone()
        };
        let text = sentence(&row);
        assert!(text.contains("t1") && !text.contains("Ada"), "{text}");
    }
}
