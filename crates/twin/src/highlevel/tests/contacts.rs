use serde_json::{Value, json};

use super::empty;

#[tokio::test]
async fn a_contact_is_kept_as_the_reference_says() {
    let bench = empty().await;
    let (status, body) = bench
        .post("/contacts/", json!({
            "locationId": bench.location(), "firstName": "Ada", "lastName": "Byron", "email": "Ada@Example.com",
            "phone": "07700 900123", "tags": [" VIP ", "vip", "New"], "gender": "female", "dateOfBirth": "12/10/1990",
            "companyName": "Engines", "dndSettings": { "Call": { "status": "active" } },
        }))
        .await;
    assert_eq!(status, 201);
    let contact = &body["contact"];
    assert_eq!(contact["phone"], "+447700900123");
    assert_eq!(contact["emailLowerCase"], "ada@example.com");
    assert_eq!(contact["fullNameLowerCase"], "ada byron");
    assert_eq!(contact["tags"], json!(["vip", "new"]));
    assert_eq!(contact["country"], "GB", "the location's");
    assert_eq!(contact["dateOfBirth"], "1990-12-10T00:00:00.000Z");
    assert_eq!(contact["dateAdded"], "2026-08-03T08:00:00.000Z");
    assert_eq!(contact["createdBy"]["source"], "INTEGRATION");
    assert_eq!(contact["deleted"], false);
    assert_eq!(contact.get("gender"), None);

    let id = contact["id"].as_str().unwrap();
    assert_eq!(id.len(), 20);
    let got = bench.get(&format!("/contacts/{id}")).await.1;
    assert_eq!(
        got["contact"].get("city"),
        None,
        "empty fields are left out"
    );
    assert_eq!(got["contact"].get("deleted"), None);
    assert_eq!(got["contact"]["additionalEmails"], json!([]));
    assert!(body["traceId"].is_string());
}

#[tokio::test]
async fn an_update_changes_what_was_sent_and_null_clears() {
    let bench = empty().await;
    let id = bench
        .contact(
            json!({ "firstName": "Ada", "email": "a@example.com", "city": "Bath", "tags": ["x"] }),
        )
        .await;
    bench.pass(60_000);
    let path = format!("/contacts/{id}");
    let (status, body) = bench
        .put(&path, json!({ "city": null, "lastName": "Byron" }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        (&body["succeded"], &body["succeeded"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(body["contact"].get("city"), None);
    assert_eq!(body["contact"]["firstName"], "Ada");
    assert_eq!(body["contact"]["tags"], json!(["x"]));
    assert_eq!(body["contact"]["dateUpdated"], "2026-08-03T08:01:00.000Z");
    assert_eq!(body["contact"]["dateAdded"], "2026-08-03T08:00:00.000Z");
    let (_, body) = bench.put(&path, json!({ "tags": ["Y"] })).await;
    assert_eq!(body["contact"]["tags"], json!(["y"]), "tags are replaced");
}

#[tokio::test]
async fn undeclared_properties_refuse_the_whole_write() {
    let bench = empty().await;
    let id = bench.contact(json!({ "firstName": "Ada" })).await;
    let path = format!("/contacts/{id}");
    for property in [
        "locationId",
        "gender",
        "id",
        "additionalEmails",
        "businessId",
        "companyName",
    ] {
        let (status, body) = bench
            .put(&path, json!({ "lastName": "Byron", property: "x" }))
            .await;
        assert_eq!(status, 422);
        assert_eq!(
            body["message"],
            json!([format!("property {property} should not exist")])
        );
        assert_eq!(body["error"], "Unprocessable Entity");
    }
    assert_eq!(bench.get(&path).await.1["contact"].get("lastName"), None);
    bench
        .put("/_twin/settings", json!({ "company_name_on_update": true }))
        .await;
    let (_, body) = bench.put(&path, json!({ "companyName": "Engines" })).await;
    assert_eq!(body["contact"]["companyName"], "Engines");
    let (_, body) = bench
        .put(
            &path,
            json!({ "tags": "x", "dnd": "no", "email": "nobody" }),
        )
        .await;
    assert_eq!(
        body["message"],
        json!([
            "email must be an email",
            "dnd must be a boolean value",
            "tags must be an array"
        ])
    );
}

#[tokio::test]
async fn a_missing_contact_is_400_in_two_forms() {
    let bench = empty().await;
    let id = bench.contact(json!({ "firstName": "Ada" })).await;
    let path = format!("/contacts/{id}");
    let (status, body) = bench.delete(&path).await;
    assert_eq!(
        (status, &body["succeded"], &body["succeeded"]),
        (200, &json!(true), &json!(true))
    );
    let by_id = json!(format!("Contact not found for id:{id}"));
    let below = json!(format!("Contact with id {id} not found"));
    for (path, message) in [
        (path.clone(), &by_id),
        (format!("{path}/tasks"), &below),
        (format!("{path}/notes"), &below),
        (format!("{path}/appointments"), &below),
        (
            "/contacts/tasks".to_owned(),
            &json!("Contact with id tasks not found"),
        ),
    ] {
        let (status, body) = bench.get(&path).await;
        assert_eq!(
            (status, &body["message"], &body["error"]),
            (400, message, &json!("Bad Request"))
        );
    }
    assert_eq!(bench.put(&path, json!({ "city": "Bath" })).await.0, 400);
    // What is wrong with a body is told before what is missing.
    assert_eq!(bench.put(&path, json!({ "nonsense": 1 })).await.0, 422);
}

#[tokio::test]
async fn custom_fields_merge_by_field_and_refuse_wrong_types() {
    let bench = empty().await;
    let fields = format!("/locations/{}/customFields", bench.location());
    let mut made = Vec::new();
    for (name, data_type) in [
        ("IMEI", "TEXT"),
        ("Spent", "MONETORY"),
        ("Likes", "CHECKBOX"),
    ] {
        let (status, body) = bench
            .post(&fields, json!({ "name": name, "dataType": data_type }))
            .await;
        assert_eq!(status, 201, "{body}");
        made.push(body["customField"]["id"].as_str().unwrap().to_owned());
    }
    let id = bench.contact(json!({ "firstName": "Ada" })).await;
    let path = format!("/contacts/{id}");
    let write = |fields: Value| bench.put(&path, json!({ "customFields": fields }));
    let (status, _) = write(json!([{ "key": "imei", "field_value": "35" }])).await;
    assert_eq!(status, 200);
    let (_, body) = write(json!([{ "id": made[1], "fieldValue": 12.5 }])).await;
    assert_eq!(
        body["contact"]["customFields"],
        json!([{ "id": made[0], "value": "35" }, { "id": made[1], "value": 12.5 }])
    );
    let (status, body) =
        write(json!([{ "id": made[1], "field_value": { "currency": "GBP", "value": 1 } }])).await;
    assert_eq!(status, 400);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .starts_with("Invalid Custom Field Value")
    );
    assert_eq!(
        write(json!([{ "id": made[2], "field_value": "one" }]))
            .await
            .0,
        400
    );
    assert_eq!(
        write(json!([{ "id": "aaaaaaaaaaaaaaaaaaaa", "field_value": "x" }]))
            .await
            .0,
        400
    );
    let (_, body) = write(json!([{ "id": made[0], "field_value": "" }])).await;
    assert_eq!(
        body["contact"]["customFields"],
        json!([{ "id": made[1], "value": 12.5 }])
    );
}

#[tokio::test]
async fn v3_has_its_own_channel_names() {
    let mut bench = empty().await;
    bench.version = Some("v3");
    let id = bench
        .contact(
            json!({ "firstName": "Ada", "dndSettings": { "whatsApp": { "status": "active" } } }),
        )
        .await;
    let path = format!("/contacts/{id}");
    assert_eq!(
        bench.get(&path).await.1["contact"]["dndSettings"]["whatsApp"]["status"],
        "active"
    );
    bench.version = Some("2021-07-28");
    assert_eq!(
        bench.get(&path).await.1["contact"]["dndSettings"]["WhatsApp"]["status"],
        "active"
    );
    let (status, body) = bench
        .put(
            &path,
            json!({ "dndSettings": { "Call": { "status": "maybe" } } }),
        )
        .await;
    assert_eq!(status, 422, "{body}");
}
