//! The control paths and the load of a made-up shop.

use serde_json::{Value, json};

use super::{Bench, bench, empty};
use crate::highlevel::{Kind, Settings};

async fn person(bench: &Bench, action: Value) -> Value {
    let (status, body) = bench.post("/_twin/person", action).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn a_shop_is_loaded_whole_and_quietly() {
    let bench = bench(120, Settings::unhindered()).await;
    let shop = bench.twins.shop();
    let counts = bench.twins.highlevel().counts();
    assert_eq!(
        (counts.contacts, counts.tasks, counts.notes),
        (120, shop.tasks.len(), shop.notes.len())
    );
    assert_eq!(counts.appointments, shop.crm_appointments.len());
    assert_eq!(counts.automations, 0);
    let wanted = &shop.contacts[7];
    let (_, got) = bench
        .get(&format!("/contacts/{}", bench.twins.contact_ids()[7]))
        .await;
    assert_eq!(got["contact"]["firstName"], json!(wanted.first));
    assert_eq!(
        got["contact"]["dateAdded"],
        json!(format!("{:.3}", wanted.created))
    );
    assert_eq!(bench.search(json!({})).await["total"], 120);
}

#[tokio::test]
async fn the_state_comes_in_pages_of_lines() {
    let bench = bench(25, Settings::unhindered()).await;
    let answer = bench
        .full(
            reqwest::Method::GET,
            "/_twin/state?kind=contacts&limit=10",
            None,
        )
        .await;
    let next = answer.headers["x-next-after"].to_str().unwrap().to_owned();
    let lines: Vec<Value> = answer
        .body
        .as_str()
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), lines[9]["id"].as_str()),
        (10, Some(next.as_str()))
    );
    assert_eq!(lines[0]["kind"], "contact");
    let rest = bench
        .full(
            reqwest::Method::GET,
            &format!("/_twin/state?kind=contacts&limit=20&after={next}"),
            None,
        )
        .await;
    assert_eq!(rest.body.as_str().unwrap().lines().count(), 15);
    assert!(rest.headers.get("x-next-after").is_none());
    assert_eq!(
        bench
            .twins
            .highlevel()
            .records(Kind::Contacts, None, 100)
            .len(),
        25
    );
}

#[tokio::test]
async fn a_person_changes_what_the_api_then_shows() {
    let bench = empty().await;
    let made = person(&bench, json!({ "action": "create_contact", "fields": { "firstName": "Ada", "email": "a@example.com" } })).await;
    let id = made["contact"]["id"].as_str().unwrap();
    bench.pass(1_000);
    person(
        &bench,
        json!({ "action": "edit_contact", "id": id, "fields": { "companyName": "Engines" } }),
    )
    .await;
    let (_, got) = bench.get(&format!("/contacts/{id}")).await;
    assert_eq!(
        (
            &got["contact"]["companyName"],
            &got["contact"]["dateUpdated"]
        ),
        (&json!("Engines"), &json!("2026-08-03T08:00:01.000Z"))
    );
    assert_eq!(got["contact"]["createdBy"]["source"], "WEB_USER");
    let note = person(
        &bench,
        json!({ "action": "create_note", "contact": id, "fields": { "body": "hi" } }),
    )
    .await;
    person(
        &bench,
        json!({ "action": "edit_note", "id": note["note"]["id"], "fields": { "body": "ho" } }),
    )
    .await;
    assert_eq!(
        bench.get(&format!("/contacts/{id}/notes")).await.1["notes"][0]["body"],
        "ho"
    );

    let twice = json!({ "action": "create_contact", "fields": { "email": "a@example.com" } });
    assert_eq!(bench.post("/_twin/person", twice.clone()).await.0, 400);
    let mut forced = twice;
    forced["force"] = json!(true);
    person(&bench, forced).await;
    assert!(!bench.twins.highlevel().settings().allow_duplicate_contact);
    let (status, body) = bench
        .post("/_twin/person", json!({ "action": "dance" }))
        .await;
    assert!(status == 400 && body["message"].as_str().unwrap().contains("'dance'"));
}

#[tokio::test]
async fn a_merge_moves_everything_to_the_one_that_is_kept() {
    let bench = empty().await;
    let keep = bench
        .contact(json!({ "firstName": "Ada", "email": "a@example.com" }))
        .await;
    let gone = bench
        .contact(json!({ "firstName": "Ada B", "phone": "+447700900002", "tags": ["vip"] }))
        .await;
    let task = json!({ "title": "Call", "dueDate": "2026-08-10T10:00:00Z", "completed": false });
    bench.post(&format!("/contacts/{gone}/tasks"), task).await;
    bench
        .post(&format!("/contacts/{gone}/notes"), json!({ "body": "x" }))
        .await;
    person(
        &bench,
        json!({ "action": "merge_contacts", "keep": keep, "gone": gone }),
    )
    .await;
    let (_, got) = bench.get(&format!("/contacts/{keep}")).await;
    assert_eq!(
        (&got["contact"]["firstName"], &got["contact"]["phone"]),
        (&json!("Ada"), &json!("+447700900002"))
    );
    assert_eq!(got["contact"]["tags"], json!(["vip"]));
    assert_eq!(
        bench.get(&format!("/contacts/{keep}/tasks")).await.1["tasks"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        bench.get(&format!("/contacts/{keep}/notes")).await.1["notes"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(bench.get(&format!("/contacts/{gone}")).await.0, 400);
    assert_eq!(bench.twins.highlevel().counts().contacts, 1);
}

#[tokio::test]
async fn settings_change_one_by_one_and_nonsense_is_named() {
    let bench = empty().await;
    let (_, settings) = bench
        .put(
            "/_twin/settings",
            json!({ "index_lag_ms": 5_000, "contact_unique_identifiers": ["phone"] }),
        )
        .await;
    assert_eq!(
        (&settings["index_lag_ms"], &settings["country"]),
        (&json!(5_000), &json!("GB"))
    );
    let (status, body) = bench
        .put("/_twin/settings", json!({ "index_lag": 1 }))
        .await;
    assert!(status == 400 && body["message"].as_str().unwrap().contains("index_lag"));
    let (_, known) = bench.get("/_twin/credentials").await;
    assert_eq!(known["locationId"], json!(bench.location()));
}
