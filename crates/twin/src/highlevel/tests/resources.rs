use serde_json::json;

use super::{bench, empty};
use crate::highlevel::Settings;

#[tokio::test]
async fn the_location_tells_zone_and_rules_of_duplicates() {
    let bench = empty().await;
    let path = format!("/locations/{}", bench.location());
    let (_, body) = bench.get(&path).await;
    assert_eq!(body["location"]["timezone"], "Europe/London");
    assert_eq!(
        body["location"]["settings"]["contactUniqueIdentifiers"],
        json!(["email", "phone"])
    );
    assert_eq!(body["location"]["settings"]["allowDuplicateContact"], false);
    let (_, zones) = bench.get(&format!("{path}/timezones")).await;
    assert!(
        zones["timeZones"]
            .as_array()
            .unwrap()
            .contains(&json!("US/Eastern"))
    );
    assert_eq!(
        bench.get(&format!("/locations/{}", "x".repeat(20))).await.0,
        403
    );
}

#[tokio::test]
async fn custom_fields_keep_key_and_type_and_the_list_is_of_contacts() {
    let bench = empty().await;
    let path = format!("/locations/{}/customFields", bench.location());
    let (_, body) = bench
        .post(
            &path,
            json!({ "name": "Device IMEI", "dataType": "TEXT", "model": "contact" }),
        )
        .await;
    let field = &body["customField"];
    assert_eq!(field["fieldKey"], "contact.device_imei");
    bench
        .post(
            &path,
            json!({ "name": "Value", "dataType": "MONETORY", "model": "opportunity" }),
        )
        .await;
    assert_eq!(
        bench.get(&path).await.1["customFields"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        bench.get(&format!("{path}?model=all")).await.1["customFields"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let one = format!("{path}/{}", field["id"].as_str().unwrap());
    let (_, renamed) = bench.put(&one, json!({ "name": "Serial" })).await;
    assert_eq!(
        (
            &renamed["customField"]["name"],
            &renamed["customField"]["fieldKey"]
        ),
        (&json!("Serial"), &json!("contact.device_imei"))
    );
    assert_eq!(
        bench
            .put(&one, json!({ "name": "x", "dataType": "DATE" }))
            .await
            .0,
        422
    );
    assert_eq!(
        bench
            .post(&path, json!({ "name": "x", "dataType": "MONEY" }))
            .await
            .0,
        422
    );
    assert_eq!(bench.delete(&one).await.0, 200);
}

#[tokio::test]
async fn businesses_answer_in_a_misspelt_envelope() {
    let bench = empty().await;
    let (status, body) = bench
        .post(
            "/businesses/",
            json!({ "name": "Engines Ltd", "locationId": bench.location() }),
        )
        .await;
    assert_eq!(
        (status, &body["buiseness"]["name"]),
        (201, &json!("Engines Ltd"))
    );
    let id = body["buiseness"]["id"].as_str().unwrap();
    let path = format!("/businesses/{id}");
    assert_eq!(
        bench
            .put(
                &path,
                json!({ "city": "Bath", "locationId": bench.location() })
            )
            .await
            .0,
        422
    );
    assert_eq!(
        bench.put(&path, json!({ "city": "Bath" })).await.1["buiseness"]["city"],
        "Bath"
    );
    let (status, body) = bench.get("/businesses/42").await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("42 is not a valid ObjectId"))
    );

    let ada = bench.contact(json!({ "firstName": "Ada" })).await;
    let link = |business: serde_json::Value| {
        let body = json!({ "locationId": bench.location(), "ids": [ada], "businessId": business });
        bench.post("/contacts/bulk/business", body)
    };
    assert_eq!(link(json!(id)).await.1["ids"], json!([ada]));
    let members = format!("/contacts/business/{id}?locationId={}", bench.location());
    assert_eq!(bench.get(&members).await.1["count"], 1);
    link(json!(null)).await;
    assert_eq!(bench.get(&members).await.1["count"], 0);
}

#[tokio::test]
async fn users_and_workflows_are_listed() {
    let bench = bench(3, Settings::unhindered()).await;
    let company = bench.twins.highlevel().credentials().company_id.clone();
    assert_eq!(bench.get("/users/search").await.0, 422);
    let (_, found) = bench
        .get(&format!("/users/search?companyId={company}"))
        .await;
    let user = &found["users"][0];
    assert_eq!(user["roles"]["locationIds"], json!([bench.location()]));
    assert_eq!(
        bench
            .get(&format!("/users/{}", user["id"].as_str().unwrap()))
            .await
            .1["email"],
        user["email"]
    );

    let (_, list) = bench
        .get(&format!("/workflows/?locationId={}", bench.location()))
        .await;
    let workflow = list["workflows"][0]["id"].as_str().unwrap();
    let contact = &bench.twins.contact_ids()[0];
    let path = format!("/contacts/{contact}/workflow/{workflow}");
    assert_eq!(
        bench
            .post(
                &path,
                json!({ "eventStartTime": "2026-08-04T10:00:00+01:00" })
            )
            .await
            .0,
        201
    );
    let (_, log) = bench.get("/_twin/automations").await;
    assert_eq!(
        (
            &log["automations"][0]["trigger"],
            &log["automations"][0]["detail"]
        ),
        (&json!("workflow_added"), &json!(workflow))
    );
    let active =
        json!({ "filters": [{ "field": "activeWorkflows", "operator": "eq", "value": workflow }] });
    assert_eq!(bench.search(active).await["total"], 1);
    assert_eq!(bench.delete(&path).await.0, 200);
}
