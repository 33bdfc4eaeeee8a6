use serde_json::{Value, json};

use super::super::Settings;
use super::Bench;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_person_is_never_limited_and_may_empty_a_field() {
    let bench = Bench::new(Settings::default(), 0);
    let id = bench.person(json!({"action": "create", "kind": "customer", "fields": {"name": "Ann Lee", "mobile": "07700 900 123"}})).await.id();
    for _ in 0..60 {
        bench
            .person(
                json!({"action": "edit", "kind": "customer", "id": id, "fields": {"mobile": ""}}),
            )
            .await;
    }
    assert_eq!(bench.twin.limits().requests, 0);
    let shown = bench
        .control("GET", &format!("/state/customers/{id}"), None)
        .await
        .json();
    assert_eq!(shown["mobile"], "");
    assert_eq!(shown["created_date"], "2026-03-02T10:00:00+0000");
}

#[tokio::test]
async fn a_person_works_on_tickets_comments_and_appointments() {
    let bench = Bench::plain(0);
    let customer = bench
        .person(json!({"action": "create", "kind": "customer", "fields": {"name": "Ann Lee"}}))
        .await
        .id();
    let ticket = bench.person(json!({"action": "create", "kind": "ticket", "fields": {"customer": customer, "shortInfo": "Screen"}})).await.id();
    bench.pass(5);
    assert_eq!(bench.person(json!({"action": "update", "kind": "ticket", "id": ticket, "fields": {"status": "Collected"}})).await.status, 200);
    let shown = bench.get(&format!("/v1/tickets/{ticket}")).await.json();
    assert_eq!(
        (&shown["status"]["label"], &shown["created_from"]),
        (&json!("Collected"), &json!("Admin"))
    );
    assert_eq!(shown["last_updated"], "2026-03-02T10:00:05+0000");
    let comment = bench.person(json!({"action": "create", "kind": "comment", "fields": {"ticket": ticket, "comment": "hm"}})).await.id();
    bench.person(json!({"action": "edit", "kind": "comment", "id": comment, "fields": {"comment": "hm!"}})).await;
    assert_eq!(
        bench.get("/v1/ticketComments").await.rows()[0]["comment"],
        "hm!"
    );
    bench
        .person(json!({"action": "delete", "kind": "comment", "id": comment}))
        .await;
    let visit = bench.person(json!({"action": "create", "kind": "appointment", "fields": {"subject": "Collect", "start": "05-Mar-2026 09:00"}})).await.id();
    bench
        .person(json!({"action": "delete", "kind": "appointment", "id": visit}))
        .await;
    bench
        .person(json!({"action": "delete_ticket", "id": ticket}))
        .await;
    assert_eq!(
        bench.control("GET", "/counts", None).await.json(),
        json!({"customers": 1, "tickets": 0, "comments": 0, "appointments": 0})
    );
    assert_eq!(
        bench
            .person(json!({"action": "delete_ticket", "id": ticket}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn state_and_truth_come_in_pages_of_lines() {
    let bench = Bench::plain(90);
    let first = bench
        .control("GET", "/state?kind=customer&limit=60", None)
        .await;
    assert_eq!(lines(&first.text).len(), 60);
    let after = first.headers["x-next-after"].to_str().unwrap();
    let rest = bench
        .control(
            "GET",
            &format!("/state?kind=customers&limit=60&after={after}"),
            None,
        )
        .await;
    assert_eq!(lines(&rest.text).len(), 30);
    assert!(!rest.headers.contains_key("x-next-after"));
    assert!(
        !first
            .text
            .contains(lines(&rest.text)[0]["id"].as_str().unwrap())
    );
    let truth = lines(&bench.control("GET", "/truth", None).await.text);
    assert_eq!(truth.len(), 60);
    for row in &truth {
        let shown = bench
            .control(
                "GET",
                &format!("/state/customers/{}", row["customer_id"].as_str().unwrap()),
                None,
            )
            .await
            .json();
        assert_eq!(shown["ref"], row["customer_ref"]);
    }
    assert_eq!(
        bench
            .control("GET", "/state?kind=fridge", None)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn switches_are_named_one_by_one_and_statuses_can_be_renamed() {
    let bench = Bench::plain(60);
    let settings = bench
        .control(
            "PUT",
            "/settings",
            Some(json!({"updated_feeds": "404", "comments": "post_only"})),
        )
        .await
        .json();
    assert_eq!(
        (&settings["updated_feeds"], &settings["throttle_per_minute"]),
        (&json!("404"), &Value::Null)
    );
    assert_eq!(
        bench
            .control("PUT", "/settings", Some(json!({"colour": 1})))
            .await
            .status,
        400
    );
    bench
        .control("PUT", "/statuses/16", Some(json!({"label": "Picked up"})))
        .await;
    assert!(
        bench
            .get("/v1/tickets")
            .await
            .rows()
            .iter()
            .any(|row| row["status"]["label"] == "Picked up")
    );
    bench
        .control("POST", "/statuses", Some(json!({"label": "In the oven"})))
        .await;
    bench.control("DELETE", "/statuses/11", None).await;
    let labels: Vec<Value> = bench
        .get("/v1/statuses")
        .await
        .rows()
        .iter()
        .map(|row| row["label"].clone())
        .collect();
    assert!(labels.contains(&json!("In the oven")) && !labels.contains(&json!("Booked in")));
    assert_eq!(
        bench
            .control("PUT", "/statuses/99", Some(json!({"label": "x"})))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn two_customers_become_one_and_the_work_stays() {
    let bench = Bench::plain(0);
    let customer = async |fields: Value| {
        let act = json!({"action": "create_customer", "fields": fields});
        bench.person(act).await.id()
    };
    let keep = customer(json!({"name": "Ann Lee", "email": "ann@example.test"})).await;
    let gone = customer(json!({"name": "A Lee", "mobile": "07700900123"})).await;
    let ticket = bench
        .person(
            json!({"action": "create_ticket", "fields": {"customer": gone, "shortInfo": "Screen"}}),
        )
        .await
        .id();
    bench.pass(5);
    let merge = json!({"action": "merge_customers", "keep": keep, "gone": gone});
    assert_eq!(bench.person(merge.clone()).await.status, 200);
    let shown = bench.get(&format!("/v1/customers/{keep}")).await.json();
    assert_eq!(
        (&shown["email"], &shown["mobile"]),
        (&json!("ann@example.test"), &json!("07700900123"))
    );
    let shown = bench.get(&format!("/v1/tickets/{ticket}")).await.json();
    assert_eq!(shown["customer"]["id"], keep.as_str());
    let lost = bench.get(&format!("/v1/customers/{gone}")).await.status;
    assert!(lost == 404 || lost == 400, "the id is gone: {lost}");
    // What is gone cannot be merged again.
    assert_ne!(bench.person(merge).await.status, 200);
}
