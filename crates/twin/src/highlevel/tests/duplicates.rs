use serde_json::{Value, json};

use super::{Bench, bench, empty};
use crate::highlevel::{Identifier, Settings};

async fn two(bench: &Bench) -> (String, String) {
    let a = bench
        .contact(json!({ "firstName": "Ada", "lastName": "Byron", "email": "a@example.com" }))
        .await;
    let b = bench
        .contact(json!({ "firstName": "Bea", "phone": "+447700900002" }))
        .await;
    (a, b)
}

#[tokio::test]
async fn a_duplicate_is_refused_on_create_and_on_update() {
    let bench = empty().await;
    let (a, b) = two(&bench).await;
    let create = |fields: Value| {
        let mut body = fields;
        body["locationId"] = json!(bench.location());
        bench.post("/contacts/", body)
    };
    let (status, body) = create(json!({ "email": "A@EXAMPLE.com", "phone": "07700 900002" })).await;
    assert_eq!(status, 400);
    assert_eq!(
        body["message"],
        "This location does not allow duplicated contacts."
    );
    assert_eq!(
        body["meta"],
        json!({ "contactId": a, "contactName": "ada byron", "matchingField": "email" })
    );
    let (_, body) = create(json!({ "phone": "07700 900002" })).await;
    assert_eq!(body["meta"]["contactId"], json!(b));
    assert_eq!(body["meta"]["matchingField"], "phone");

    let (status, body) = bench
        .put(
            &format!("/contacts/{a}"),
            json!({ "phone": "07700 900002" }),
        )
        .await;
    assert_eq!((status, &body["meta"]["contactId"]), (400, &json!(b)));
    assert_eq!(
        bench
            .put(
                &format!("/contacts/{b}"),
                json!({ "phone": "+447700900002" })
            )
            .await
            .0,
        200
    );
    bench
        .put(
            "/_twin/settings",
            json!({ "allow_duplicate_contact": true }),
        )
        .await;
    assert_eq!(create(json!({ "email": "a@example.com" })).await.0, 201);
}

#[tokio::test]
async fn upsert_follows_the_first_identifier_and_is_silent_about_the_second() {
    let bench = empty().await;
    let (a, b) = two(&bench).await;
    let upsert = |fields: Value| {
        let mut body = fields;
        body["locationId"] = json!(bench.location());
        bench.post("/contacts/upsert", body)
    };
    let (status, body) =
        upsert(json!({ "email": "a@example.com", "phone": "+447700900002", "city": "Bath" })).await;
    assert_eq!(
        (status, &body["new"], &body["contact"]["id"]),
        (200, &json!(false), &json!(a))
    );
    assert_eq!(body["contact"]["city"], "Bath");
    assert_eq!(body["contact"].get("phone"), None, "it is the other one's");
    let (_, body) = upsert(json!({ "phone": "07700 900002", "lastName": "Bell" })).await;
    assert_eq!(body["contact"]["id"], json!(b));
    let (_, body) = upsert(json!({ "email": "c@example.com", "gender": "x" })).await;
    assert_eq!(body["new"], true);
    // The flag means nothing where duplicates are forbidden.
    let again = json!({ "email": "c@example.com", "createNewIfDuplicateAllowed": true });
    assert_eq!(upsert(again.clone()).await.1["new"], false);
    bench
        .put(
            "/_twin/settings",
            json!({ "allow_duplicate_contact": true }),
        )
        .await;
    assert_eq!(upsert(again).await.1["new"], true);
    assert_eq!(
        upsert(json!({ "email": "c@example.com" })).await.1["new"],
        false
    );
}

#[tokio::test]
async fn a_secondary_email_becomes_the_first_and_the_first_is_lost() {
    let bench = empty().await;
    let action = json!({
        "action": "create_contact",
        "fields": { "email": "first@example.com", "additionalEmails": ["second@example.com"] },
    });
    let made = bench.post("/_twin/person", action).await.1;
    let body = json!({ "locationId": bench.location(), "email": "Second@example.com" });
    let (_, body) = bench.post("/contacts/upsert", body).await;
    assert_eq!(body["contact"]["id"], made["contact"]["id"]);
    assert_eq!(body["contact"]["email"], "Second@example.com");
    assert_eq!(body["contact"]["additionalEmails"], json!([]));
    let missing = format!(
        "/contacts/search/duplicate?locationId={}&email=first%40example.com",
        bench.location()
    );
    assert_eq!(bench.get(&missing).await.1["contact"], Value::Null);
}

#[tokio::test]
async fn the_look_up_sees_writes_at_once_and_needs_the_plus_encoded() {
    let bench = bench(
        0,
        Settings {
            index_lag_ms: 60_000,
            ..Settings::default()
        },
    )
    .await;
    let (a, b) = two(&bench).await;
    let look = |query: &'static str| {
        let path = format!(
            "/contacts/search/duplicate?locationId={}&{query}",
            bench.location()
        );
        async { bench.get(&{ path }).await.1["contact"]["id"].clone() }
    };
    assert_eq!(look("number=%2B447700900002").await, json!(b));
    assert_eq!(look("number=+447700900002").await, Value::Null);
    assert_eq!(look("number=07700900002").await, json!(b));
    assert_eq!(look("email=A%40EXAMPLE.COM").await, json!(a));
    assert_eq!(
        look("email=a%40example.com&number=%2B447700900002").await,
        json!(a)
    );
    let mut settings = bench.twins.highlevel().settings();
    settings.contact_unique_identifiers = vec![Identifier::Phone, Identifier::Email];
    bench.twins.highlevel().set_settings(settings);
    assert_eq!(
        look("email=a%40example.com&number=%2B447700900002").await,
        json!(b)
    );
}
