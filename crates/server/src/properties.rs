//! Whatever is asked: an answer that is no fault of ours, and nothing but what the page may hold.

use crate::ServerOptions;
use crate::tests::{api_token, from_here, served};
use app::access::Permission;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tower::ServiceExt;

/// Paths that are there, paths that are not, and queries of every sort, as they may stand in a request line.
fn target() -> impl Strategy<Value = String> {
    let path = prop_oneof![
        prop::sample::select(vec![
            "/",
            "/assets/none.js",
            "/shops/main",
            "/healthz",
            "/readyz",
            "/api/v1/status",
            "/api/v1/me",
            "/api/v1/audit",
            "/api/v1/shops/main/pause",
            "/login",
            "/logout",
            "/setup",
            "/account",
            "/account/end",
            "/account/password",
            "/people",
            "/people/add",
            "/people/change",
            "/programs",
            "/programs/add",
            "/programs/revoke",
            "/api/v1/sessions",
            "/api/v1/sessions/1/end",
            "/api/v1/shops/main/log",
            "/api/v1/shops/none/log",
            "/hooks/crm",
            "/hooks/mgr/x",
            "/hooks/mgr/",
            "/api/v1/shops//log",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}".prop_map(|name| format!("/api/v1/shops/{}/log", escaped(&name))),
        "\\PC{0,8}".prop_map(|name| format!("/api/v1/shops/{}/log", escaped(&name))),
        "\\PC{0,8}".prop_map(|name| format!("/hooks/mgr/{}", escaped(&name))),
        "[a-zA-Z0-9/._~%-]{0,16}".prop_map(|path| format!("/{path}")),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        "\\PC{0,6}".prop_map(|text| escaped(&text)),
    ];
    let query = prop::collection::vec(
        (
            prop::sample::select(vec!["after", "limit", "contact", "next", "token", "x"]),
            number,
        ),
        0..3,
    );
    (path, query).prop_map(|(path, query)| {
        let query: Vec<String> = query
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{}", query.join("&"))
        }
    })
}

fn escaped(text: &str) -> String {
    let bytes = text.bytes();
    bytes.map(|byte| format!("%{byte:02X}")).collect()
}

fn header() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        "(localhost|127.0.0.1|\\[::1\\]|bridge.example|)(:[0-9]{0,6})?"
            .prop_map(String::into_bytes),
        "(Basic|Bearer|) ?[A-Za-z0-9+/=]{0,12}".prop_map(String::into_bytes),
    ];
    let names = vec![
        "host",
        "authorization",
        "cookie",
        "origin",
        "sec-fetch-site",
        "x-forwarded-for",
        "user-agent",
        "x-sync-token",
        "x-sync-event",
        "x-ghl-signature",
        "x-wh-signature",
        "content-type",
        "content-length",
        "accept",
    ];
    (prop::sample::select(names), value)
}

/// A signed webhook needs a signature that nobody can guess, so nothing here is ever kept or counts as one.
#[tokio::test]
async fn whatever_is_asked_is_answered_and_is_no_fault_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let options = ServerOptions {
        trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
        ..ServerOptions::default()
    };
    let server = served(&folder, &options).await;
    let token = api_token(&folder, Permission::Admin).await;
    let mut runner = TestRunner::deterministic();
    let request = (
        prop::sample::select(vec![
            "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH",
        ]),
        target(),
        prop::collection::vec(header(), 0..3),
        prop::collection::vec(any::<u8>(), 0..40),
        any::<bool>(),
        any::<bool>(),
    );
    let mut answered = 0;
    for _ in 0..3_000 {
        let (method, target, headers, body, is_known, is_form) =
            request.new_tree(&mut runner).unwrap().current();
        let mut asked = Request::builder().method(method).uri(&target);
        for (name, value) in &headers {
            asked = asked.header(*name, value.as_slice());
        }
        if is_known {
            asked = asked.header("authorization", format!("Bearer {token}"));
        }
        if is_form {
            asked = asked.header("content-type", "application/x-www-form-urlencoded");
        }
        // What cannot even be a request does not reach the server.
        let Ok(asked) = asked.body(Body::from(body)) else {
            continue;
        };
        let answer = server.clone().oneshot(from_here(asked)).await.unwrap();
        let status = answer.status();
        assert!(
            !status.is_server_error(),
            "{status}: {method} {target} {headers:?}"
        );
        let hook = target.starts_with("/hooks/");
        assert!(
            !(hook && status.is_success()),
            "{method} {target} {headers:?} was taken"
        );
        let page = !hook;
        assert!(
            !page || answer.headers().contains_key("content-security-policy"),
            "{target}"
        );
        let said = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        if status == 404
            && target.starts_with("/api/v1/shops/")
            && method == "GET"
            && !said.is_empty()
            && is_known
        {
            let says: serde_json::Value = serde_json::from_slice(&said).unwrap();
            let code = says["error"]["code"].as_str();
            let known = [Some("SHOP-UNKNOWN"), Some("NOT-FOUND")];
            assert!(known.contains(&code), "{target}: {says}");
        }
        answered += 1;
    }
    assert!(answered > 1_000, "{answered}");
}
