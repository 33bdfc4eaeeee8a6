use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::super::DEFAULT_API_KEY;
use super::{Bench, request};

#[tokio::test]
async fn only_the_bare_key_opens() {
    let bench = Bench::plain(0);
    for wrong in [
        None,
        Some(format!("Bearer {DEFAULT_API_KEY}")),
        Some("other".to_owned()),
    ] {
        let mut request = Request::builder().uri("/v1/info");
        if let Some(key) = &wrong {
            request = request.header("authorization", key);
        }
        let reply = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, 401);
        assert!(reply.json()["error"].is_string());
    }
    assert_eq!(bench.get("/v1/info").await.status, 200);
}

#[tokio::test]
async fn paths_know_no_case_no_version_and_no_slashes() {
    let bench = Bench::plain(5);
    for path in [
        "/v1/customers",
        "/customers",
        "/V1/CUSTOMERS/",
        "/v1//Customers.json",
    ] {
        assert_eq!(bench.get(path).await.rows().len(), 5, "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_and_verbs_are_empty_and_successes_say_what_is_allowed() {
    let bench = Bench::plain(5);
    let unknown = bench.get("/v1/fridges").await;
    assert_eq!((unknown.status.as_u16(), unknown.text.as_str()), (404, ""));
    let verb = bench
        .call("PATCH", "/v1/customers", json!({"name": "A"}))
        .await;
    assert_eq!(
        (verb.status.as_u16(), verb.text.as_str(), verb.allow()),
        (405, "", "GET,POST")
    );
    assert_eq!(bench.get("/v1/customers").await.allow(), "GET,POST");
    assert_eq!(bench.get("/v1/statuses").await.allow(), "GET");
    for path in ["/v1/payments/17", "/v1/ticketPayments/17"] {
        assert_eq!(bench.get(path).await.status, 404);
    }
}

#[tokio::test]
async fn arguments_merge_body_over_query_over_path() {
    let bench = Bench::plain(0);
    let made = bench
        .call(
            "POST",
            "/v1/customers?NAME=Query+Name&company=Kept",
            json!({"Name": "Body Name"}),
        )
        .await;
    assert_eq!(made.status, 201);
    let shown = bench
        .get(&format!("/v1/customers/{}", made.id()))
        .await
        .json();
    assert_eq!(shown["name"], "Body Name");
    assert_eq!(shown["company"], "Kept");
    let other = bench
        .call("POST", "/v1/customers", json!({"name": "Other One"}))
        .await
        .id();
    // A body that names another id wins over the path.
    let changed = bench
        .call(
            "PUT",
            &format!("/v1/customers/{}", made.id()),
            json!({"CUSTOMERID": other, "company": "Moved"}),
        )
        .await;
    assert_eq!(changed.id(), other);
}

#[tokio::test]
async fn forms_count_and_broken_bodies_do_not() {
    let bench = Bench::plain(0);
    let form = Request::post("/v1/customers")
        .header("authorization", DEFAULT_API_KEY)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("name=Zo%C3%AB+B&unheardOf=1"))
        .unwrap();
    let id = bench.send(form).await.id();
    assert_eq!(
        bench
            .get(&format!("/v1/customers/{}", id.to_lowercase()))
            .await
            .json()["name"],
        "Zoë B"
    );
    for (kind, body) in [
        ("application/json", "{\"name\":"),
        ("application/json", "[1]"),
        ("text/plain", "name=A"),
    ] {
        let broken = Request::post("/v1/customers")
            .header("authorization", DEFAULT_API_KEY)
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        let reply = bench.send(broken).await;
        assert_eq!(
            (reply.status.as_u16(), reply.text.as_str()),
            (400, ""),
            "{kind} {body}"
        );
    }
    let mut xml = request("GET", "/v1/customers", None);
    xml.headers_mut()
        .insert("accept", "image/png".parse().unwrap());
    assert_eq!(bench.send(xml).await.status, 400);
}

#[tokio::test]
async fn every_listed_collection_answers_with_an_array() {
    let bench = Bench::plain(60);
    for name in [
        "users",
        "taxRates",
        "paymentMethods",
        "statuses",
        "issueTypes",
        "customers",
        "customers/updated",
        "tickets",
        "tickets/updated",
        "ticketComments",
        "appointments",
        "appointments/updated",
        "reminders",
        "groups",
        "projectTasks",
        "taskLists",
        "projectTags",
        "customFields/customer",
        "customFields/ticket",
        "brands",
        "models",
        "products",
        "payments",
        "ticketInvoices",
        "posOrders",
    ] {
        let _rows = bench.get(&format!("/v1/{name}")).await.rows();
    }
    assert_eq!(bench.get("/v1/customFields/fridge").await.status, 400);
    let user = bench.get("/v1/users").await.rows()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        bench.get(&format!("/v1/users/{user}")).await.json()["id"],
        user
    );
    let invoice = bench.get("/v1/ticketInvoices").await.rows()[0].clone();
    let whole = bench
        .get(&format!(
            "/v1/ticketInvoices/{}",
            invoice["id"].as_str().unwrap()
        ))
        .await
        .json();
    assert!(whole["payments"][0]["payment_id"].is_i64() && invoice["payments"].is_null());
}

#[tokio::test]
async fn inbound_hooks_take_any_object_with_the_key() {
    let bench = Bench::plain(0);
    assert_eq!(
        bench
            .call("POST", "/v1/webhook/inboundCall", json!({"phone": "0113"}))
            .await
            .id()
            .len(),
        35
    );
    assert_eq!(
        bench
            .call("POST", "/v1/webhook/rmmAlert", json!({"title": "disk"}))
            .await
            .status,
        200
    );
    let kept = bench.control("GET", "/inbound", None).await.json();
    assert_eq!(kept[0]["body"]["phone"], "0113");
    assert_eq!(kept[1]["path"], "rmmAlert");
}
