use reqwest::Method;
use serde_json::json;

use super::empty;

#[tokio::test]
async fn tags_are_added_and_removed_once_and_a_body_comes_with_delete() {
    let bench = empty().await;
    let id = bench
        .contact(json!({ "firstName": "Ada", "tags": ["a"] }))
        .await;
    let path = format!("/contacts/{id}/tags");
    let (status, body) = bench.post(&path, json!({ "tags": ["A", "B"] })).await;
    assert_eq!(
        (status, &body["tags"], &body["tagsAdded"]),
        (201, &json!(["a", "b"]), &json!(["b"]))
    );
    let (_, body) = bench.post(&path, json!({ "tags": ["b"] })).await;
    assert_eq!(body["tagsAdded"], json!([]));
    let answer = bench
        .full(Method::DELETE, &path, Some(json!({ "tags": ["A", "zzz"] })))
        .await;
    assert_eq!((answer.status, &answer.body["tags"]), (200, &json!(["b"])));
    assert_eq!(answer.body["tagsRemoved"], json!(["a"]));
    assert_eq!(
        bench.delete(&path).await.0,
        422,
        "a client that drops the body"
    );
    let names = bench
        .get(&format!("/locations/{}/tags", bench.location()))
        .await
        .1;
    let names: Vec<_> = names["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].clone())
        .collect();
    assert_eq!(names, [json!("a"), json!("b")]);
}

#[tokio::test]
async fn bulk_tags_tell_of_each_contact() {
    let bench = empty().await;
    let ada = bench
        .contact(json!({ "firstName": "Ada", "tags": ["old"] }))
        .await;
    let gone = "a".repeat(20);
    let body =
        json!({ "contacts": [ada, gone, "7"], "tags": ["New"], "locationId": bench.location() });
    let (status, body) = bench.post("/contacts/bulk/tags/update/add", body).await;
    assert_eq!((status, &body["errorCount"]), (201, &json!(2)));
    let messages: Vec<_> = body["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message"].clone())
        .collect();
    assert_eq!(
        messages,
        [
            "Tags updated",
            "contact is deleted",
            "contact id is not a valid firebase id"
        ]
    );
    assert_eq!(body["responses"][0]["tagsAdded"], json!(["new"]));
    let all = json!({ "contacts": [ada], "tags": [], "locationId": bench.location(), "removeAllTags": true });
    bench.post("/contacts/bulk/tags/update/remove", all).await;
    assert_eq!(
        bench.get(&format!("/contacts/{ada}")).await.1["contact"]["tags"],
        json!([])
    );
    let many = json!({ "contacts": vec![ada; 101], "tags": ["x"], "locationId": bench.location() });
    assert_eq!(
        bench.post("/contacts/bulk/tags/update/add", many).await.0,
        422
    );
}

#[tokio::test]
async fn what_would_start_automations_is_recorded() {
    let bench = empty().await;
    let id = bench
        .contact(json!({ "firstName": "Ada", "tags": ["vip"] }))
        .await;
    bench
        .post(
            &format!("/contacts/{id}/tags"),
            json!({ "tags": ["vip", "new"] }),
        )
        .await;
    bench
        .put(&format!("/contacts/{id}"), json!({ "city": "Bath" }))
        .await;
    let log = bench.get("/_twin/automations").await.1;
    let seen: Vec<_> = log["automations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["trigger"].as_str().unwrap(),
                one["detail"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("contact_created", ""),
            ("tag_added", "vip"),
            ("tag_added", "new")
        ]
    );
    assert_eq!(log["automations"][0]["contactId"], json!(id));
    assert_eq!(
        bench.get("/_twin/automations?after=2").await.1["automations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
