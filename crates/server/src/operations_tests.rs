//! The catalogue over HTTP, on the twins: what may be asked, by whom, and what comes back.

use crate::serving::Peer;
use crate::{ServerOptions, router};
use app::access::{Permission, Scopes};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use testkit::Bench;
use tower::ServiceExt;

struct Desk {
    bench: Bench,
    router: Router,
}

impl Desk {
    async fn new() -> Self {
        let bench = Bench::new(3, 2, 0).await;
        let router = router(bench.app.clone(), &ServerOptions::default());
        Self { bench, router }
    }

    async fn token(&self, scope: Permission) -> String {
        let scopes = Scopes::new([scope]);
        let name = format!("t-{scope}");
        let token = self
            .bench
            .app
            .create_api_token(&name, &scopes, 1, "test")
            .await;
        token.unwrap().expose().to_owned()
    }

    async fn ask(&self, token: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let method = if body.is_some() { "POST" } else { "GET" };
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8780")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(text));
        let mut request = request.unwrap();
        let peer = Peer("127.0.0.1:40000".parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 22).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

#[tokio::test]
async fn the_catalogue_is_listed_searched_and_shown() {
    let desk = Desk::new().await;
    let token = desk.token(Permission::Read).await;
    let (status, listed) = desk.ask(&token, "/api/v1/operations", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(listed["operations"].as_array().unwrap().len(), 126);
    let (_, triggers) = desk
        .ask(
            &token,
            "/api/v1/operations?kind=trigger&side=mygadgetrepairs",
            None,
        )
        .await;
    assert_eq!(triggers["operations"].as_array().unwrap().len(), 20);
    let (_, found) = desk
        .ask(&token, "/api/v1/operations?search=send%20message", None)
        .await;
    assert_eq!(found["operations"][0]["id"], "highlevel.message.send");
    let (_, shown) = desk
        .ask(&token, "/api/v1/operations/highlevel.task.create", None)
        .await;
    assert_eq!(shown["input"]["properties"]["title"]["type"], "string");
    let (status, none) = desk
        .ask(&token, "/api/v1/operations/highlevel.task.creat", None)
        .await;
    assert_eq!(
        (status, &none["error"]["code"]),
        (StatusCode::NOT_FOUND, &json!("OPERATION-UNKNOWN"))
    );
    let (_, offers) = desk
        .ask(&token, "/api/v1/shops/main/operations", None)
        .await;
    assert!(
        offers["operations"][0]["availability"]["state"].is_string(),
        "{offers}"
    );
    let (status, _) = desk.ask("nobody", "/api/v1/operations", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, _) = desk.ask(&token, "/api/v1/operations?sied=x", None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_a_shop_is_told_what_it_can_use() {
    let desk = Desk::new().await;
    let token = desk.token(Permission::Read).await;
    let mut ids = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let path = format!("/api/v1/shops/main/operations?all=true&limit=500&after={after}");
        let (status, page) = desk.ask(&token, &path, None).await;
        assert_eq!(status, StatusCode::OK);
        let lines = page["operations"].as_array().unwrap();
        assert!(!lines.is_empty() && lines.len() <= 500);
        assert!(lines.iter().all(|line| line["availability"].is_object()));
        ids.extend(lines.iter().map(|line| line["id"].clone()));
        after = page["next"].clone();
        assert!(after.is_null() || page["total"].as_u64() > after.as_u64());
    }
    let (_, whole) = desk.ask(&token, "/api/v1/operations?all=true", None).await;
    let whole = whole["operations"].as_array().unwrap().iter();
    assert_eq!(
        ids,
        whole.map(|line| line["id"].clone()).collect::<Vec<_>>()
    );

    let search = "operations?search=add%20tags&limit=3";
    let (_, anywhere) = desk.ask(&token, &format!("/api/v1/{search}"), None).await;
    let (_, here) = desk
        .ask(&token, &format!("/api/v1/shops/main/{search}"), None)
        .await;
    assert_eq!(here["operations"][0]["id"], anywhere["operations"][0]["id"]);
    assert_eq!(here["operations"][0]["availability"]["state"], "available");
    assert_eq!(here["operations"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn reading_takes_the_permission_to_read_and_writing_takes_more() {
    let desk = Desk::new().await;
    let (reads, operates) = (
        desk.token(Permission::Read).await,
        desk.token(Permission::Operate).await,
    );
    let at = |id: &str| format!("/api/v1/shops/main/operations/{id}");
    let (status, listed) = desk
        .ask(
            &reads,
            &at("mygadgetrepairs.customer.list"),
            Some(json!({})),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{listed}");
    let customer = listed["answer"]["body"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // Who may only look sees forms and ids; who runs the shop sees its people.
    let names = desk.bench.truth().await.customers[&customer]["name"].clone();
    let name = names.as_str().unwrap();
    assert!(!listed.to_string().contains(name), "{listed}");
    let list = at("mygadgetrepairs.customer.list");
    let (_, shown) = desk.ask(&operates, &list, Some(json!({}))).await;
    assert!(shown.to_string().contains(name), "{shown}");
    let company = json!({"input": {"customerId": customer, "company": "Example Ltd"}, "allow": {"writes": true}});
    let update = at("mygadgetrepairs.customer.update");
    let (status, told) = desk.ask(&reads, &update, Some(company.clone())).await;
    assert_eq!(
        (status, &told["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("FORBIDDEN"))
    );
    let silent = json!({"input": company["input"]});
    let (status, told) = desk.ask(&operates, &update, Some(silent.clone())).await;
    assert_eq!(
        (status, &told["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("NOT-ALLOWED"))
    );
    let plan = json!({"input": company["input"], "plan": true});
    let (status, planned) = desk.ask(&reads, &update, Some(plan)).await;
    assert_eq!(
        (status, &planned["outcome"]),
        (StatusCode::OK, &json!("planned"))
    );
    let (status, done) = desk.ask(&operates, &update, Some(company)).await;
    assert_eq!(
        (status, &done["outcome"]),
        (StatusCode::OK, &json!("done")),
        "{done}"
    );
    let customers = desk.bench.truth().await.customers;
    assert_eq!(customers[&customer]["company"], "Example Ltd");
    let wrong = json!({"input": {"customerId": customer, "kompany": 1}, "plan": true});
    let (status, told) = desk.ask(&operates, &update, Some(wrong)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(told["error"]["mistakes"][0]["place"], "/kompany");
    let extended = json!({"input": {"name": "x"}, "allow": {"writes": true}});
    let (status, _) = desk
        .ask(
            &operates,
            &at("highlevel.businesses.create-business"),
            Some(extended),
        )
        .await;
    assert_eq!(
        status,
        StatusCode::FORBIDDEN,
        "beyond the core an owner's token is needed"
    );
    let audit = desk.bench.app.audit(10).await.unwrap();
    let lines = serde_json::to_string(&audit).unwrap();
    assert!(
        lines.contains("called mygadgetrepairs.customer.update") && !lines.contains("Example Ltd"),
        "{lines}"
    );
}

#[tokio::test]
async fn the_document_names_every_action_of_the_core() {
    let desk = Desk::new().await;
    let token = desk.token(Permission::Read).await;
    let (status, document) = desk.ask(&token, "/api/openapi.json", None).await;
    assert_eq!(status, StatusCode::OK);
    let paths = document["paths"].as_object().unwrap();
    let calls = paths.keys().filter(|path| {
        path.starts_with("/api/v1/shops/{shop}/operations/h")
            || path.starts_with("/api/v1/shops/{shop}/operations/m")
    });
    assert_eq!(calls.count(), 80);
    for (path, methods) in paths {
        for (_, operation) in methods.as_object().unwrap() {
            assert!(operation["responses"].is_object(), "{path}");
            let named = operation["parameters"].as_array().into_iter().flatten();
            let named: Vec<&str> = named
                .filter(|one| one["in"] == "path")
                .filter_map(|one| one["name"].as_str())
                .collect();
            let wanted: Vec<&str> = catalogue::path_names(path).collect();
            assert_eq!(named, wanted, "{path}");
        }
    }
}
