//! Over HTTP: behind the guard, as far as the token goes.

use super::{Shop, says, with, wrong};
use crate::serving::Peer;
use crate::{ServerOptions, router};
use app::access::{Permission, Scopes};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Json,
}

/// The shop's page, and tokens of it.
struct Place {
    shop: Shop,
    router: Router,
}

impl Place {
    async fn new() -> Self {
        let shop = Shop::new().await;
        let router = router(shop.bench.app.clone(), &ServerOptions::default());
        Self { shop, router }
    }

    async fn token(&self, name: &str, scope: Permission) -> String {
        let scopes = Scopes::new([scope]);
        let made = self
            .shop
            .bench
            .app
            .create_api_token(name, &scopes, 1, "test");
        made.await.unwrap().expose().to_owned()
    }

    async fn send(&self, method: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri("/mcp");
        let usual = [
            ("host", "127.0.0.1:8780"),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", "2025-11-25"),
        ];
        for (name, value) in usual.iter().chain(headers) {
            let given = headers.iter().any(|(other, _)| other == name);
            if !given || headers.contains(&(*name, *value)) {
                request = request.header(*name, *value);
            }
        }
        let mut request = request.body(Body::from(body)).unwrap();
        let peer = Peer("127.0.0.1:40000".parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), 8 << 20).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or(Json::Null);
        Answer {
            status,
            headers,
            body,
        }
    }

    async fn ask(&self, token: &str, method: &str, params: Json) -> Answer {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        self.send("POST", &headers, message.to_string().into_bytes())
            .await
    }

    async fn call(&self, token: &str, tool: &str, input: Json) -> Json {
        let answer = self
            .ask(
                token,
                "tools/call",
                json!({"name": tool, "arguments": input}),
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/json");
        answer.body["result"].clone()
    }
}

#[tokio::test]
async fn nobody_comes_in_without_a_token() {
    let place = Place::new().await;
    let hello = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.to_vec();
    for headers in [&[][..], &[("authorization", "Bearer rb_wrong")]] {
        let refused = place.send("POST", headers, hello.clone()).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.headers["www-authenticate"], "Bearer");
        assert_eq!(refused.body["error"]["code"], "NOT-SIGNED-IN");
    }
}

#[tokio::test]
async fn every_request_stands_for_itself_and_nothing_stays_open() {
    let place = Place::new().await;
    let token = place.token("reader", Permission::Read).await;
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
    let welcome = place.ask(&token, "initialize", hello).await;
    assert_eq!(welcome.status, StatusCode::OK);
    assert_eq!(welcome.headers.get("mcp-session-id"), None);
    assert_eq!(welcome.body["result"]["serverInfo"]["name"], "repairbridge");
    let bearer = format!("Bearer {token}");
    for method in ["GET", "DELETE"] {
        let headers = [
            ("authorization", bearer.as_str()),
            ("accept", "text/event-stream"),
        ];
        let refused = place.send(method, &headers, Vec::new()).await;
        assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

#[tokio::test]
async fn invariant_11_least_privilege_a_token_goes_as_far_as_its_scope() {
    let place = Place::new().await;
    let shop = &place.shop;
    let before = shop.contact().await;
    let reader = place.token("reader", Permission::Read).await;
    let staff = place.token("staff", Permission::Operate).await;
    let owner = place.token("owner", Permission::Admin).await;
    let read = place
        .call(
            &reader,
            "highlevel_contact_get",
            json!({"contactId": shop.contact}),
        )
        .await;
    let name = &read["structuredContent"]["answer"]["contact"]["firstName"];
    assert_eq!(*name, before["firstName"]);
    let refused = place
        .call(&reader, "highlevel_contact_update", shop.rename("Grace"))
        .await;
    assert_eq!(wrong(&refused), "NOT-ALLOWED");
    assert!(says(&refused).contains("scope `operate`"), "{refused}");
    let beyond = json!({"operation": "highlevel.links.create-link", "input": {"name": "x", "redirectTo": "https://example.com"}});
    let refused = place.call(&staff, "operations_call", beyond.clone()).await;
    assert!(says(&refused).contains("scope `admin`"), "{refused}");
    let shown = place.call(&owner, "operations_call", beyond).await;
    assert_eq!(
        shown["structuredContent"]["outcome"], "waits_for_confirmation",
        "what is beyond the core may change the account itself: {shown}"
    );
    let gone = json!({"contactId": shop.contact});
    let refused = place
        .call(&staff, "highlevel_contact_delete", gone.clone())
        .await;
    assert!(says(&refused).contains("scope `admin`"), "{refused}");
    let shown = place.call(&owner, "highlevel_contact_delete", gone).await;
    assert_eq!(
        shown["structuredContent"]["outcome"],
        "waits_for_confirmation"
    );
    for (token, may) in [(&reader, false), (&staff, true)] {
        let listed = place.ask(token, "tools/list", json!({})).await.body;
        let tools = listed["result"]["tools"].as_array().unwrap();
        let has = tools
            .iter()
            .any(|tool| tool["name"] == "highlevel_contact_update");
        assert_eq!(has, may);
        assert!(
            !tools
                .iter()
                .any(|tool| tool["name"] == "highlevel_contact_delete")
        );
    }
    assert_eq!(shop.contact().await, before);
}

#[tokio::test]
async fn a_change_is_confirmed_by_the_token_to_which_it_was_shown() {
    let place = Place::new().await;
    let shop = &place.shop;
    let staff = place.token("staff", Permission::Operate).await;
    let other = place.token("other", Permission::Operate).await;
    let shown = place
        .call(&staff, "highlevel_contact_update", shop.rename("Grace"))
        .await;
    let code = shown["structuredContent"]["confirm"].clone();
    let confirmed = with(shop.rename("Grace"), "confirm", code);
    let refused = place
        .call(&other, "highlevel_contact_update", confirmed.clone())
        .await;
    assert_eq!(wrong(&refused), "NOT-CONFIRMED");
    let done = place
        .call(&staff, "highlevel_contact_update", confirmed.clone())
        .await;
    assert_eq!(wrong(&done), "", "{done}");
    assert_eq!(shop.contact().await["firstName"], "Grace");
    let again = place
        .call(&staff, "highlevel_contact_update", confirmed)
        .await;
    assert_eq!(wrong(&again), "NOT-CONFIRMED");
    let line = (
        "staff".to_owned(),
        "called highlevel.contact.update".to_owned(),
    );
    assert_eq!(shop.audit().await, [line]);
}

#[tokio::test]
async fn what_is_too_large_or_comes_from_elsewhere_is_refused() {
    let place = Place::new().await;
    let token = place.token("staff", Permission::Operate).await;
    let bearer = format!("Bearer {token}");
    let known = ("authorization", bearer.as_str());
    let huge = vec![b' '; 5 * 1024 * 1024];
    let refused = place.send("POST", &[known], huge).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let hello = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.to_vec();
    let elsewhere = ("host", "evil.example");
    let refused = place.send("POST", &[known, elsewhere], hello.clone()).await;
    assert_eq!(refused.status, StatusCode::MISDIRECTED_REQUEST);
    let page = [
        known,
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let refused = place.send("POST", &page, hello.clone()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nonsense = place.send("POST", &[known], b"{".to_vec()).await;
    assert!(nonsense.status.is_client_error(), "{}", nonsense.status);
    let fine = place.send("POST", &[known], hello).await;
    assert_eq!(fine.status, StatusCode::OK);
}
