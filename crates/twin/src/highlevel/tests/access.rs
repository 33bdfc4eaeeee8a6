use reqwest::Method;
use serde_json::{Value, json};

use super::{bench, empty};
use crate::highlevel::{Reach, Settings, Token};

#[tokio::test]
async fn the_version_header_has_three_wrong_forms() {
    let mut bench = empty().await;
    let path = format!("/calendars/?locationId={}", bench.location());
    for (version, status, message) in [
        (None, 401, "version header was not found."),
        (Some("2020-01-01"), 401, "version header is invalid"),
        (
            Some("bogus-version"),
            400,
            "Invalid API version segment 'bogus-version' at position 0",
        ),
    ] {
        bench.version = version;
        let (got, body) = bench.get(&path).await;
        assert_eq!((got, body["message"].as_str()), (status, Some(message)));
        assert!(body["traceId"].is_string());
    }
    for version in ["2021-04-15", "2021-07-28", "2023-02-21", "v3"] {
        bench.version = Some(version);
        assert_eq!(bench.get(&path).await.0, 200, "{version}");
    }
    // One endpoint does not look at it at all.
    bench.version = None;
    let tasks = format!("/locations/{}/tasks/search", bench.location());
    assert_eq!(bench.post(&tasks, json!({})).await.0, 201);
}

#[tokio::test]
async fn tokens_are_checked_after_the_version_and_before_anything_else() {
    let mut bench = empty().await;
    for (token, message) in [
        ("", "Missing API key!"),
        ("pit-unknown", "Invalid Private Integration token"),
        ("ey.some.jwt", "Invalid JWT"),
    ] {
        bench.token = token.to_owned();
        let (status, body) = bench.post("/contacts/", json!({ "nonsense": 1 })).await;
        assert_eq!((status, body["message"].as_str()), (401, Some(message)));
    }
    bench.version = None;
    let (_, body) = bench.get("/contacts/").await;
    assert_eq!(body["message"], "version header was not found.");
    let (status, body) = bench.get("/contacts/lookup/x/y").await;
    assert_eq!(
        (status, body["message"].as_str()),
        (404, Some("Cannot GET /contacts/lookup/x/y"))
    );
}

#[tokio::test]
async fn a_token_that_was_rotated_is_refused_and_the_new_one_may_the_same() {
    let mut bench = empty().await;
    let (_, made) = bench
        .post("/_twin/person", json!({ "action": "rotate_token" }))
        .await;
    let path = format!("/calendars/?locationId={}", bench.location());
    assert_eq!(bench.get(&path).await.0, 401);
    bench.token = made["token"].as_str().unwrap().to_owned();
    assert_eq!(bench.get(&path).await.0, 200);
}

#[tokio::test]
async fn scope_comes_before_kind_before_location_before_body() {
    let mut bench = empty().await;
    let known = bench.twins.highlevel().credentials().clone();
    let wrong_body = json!({ "locationId": "elsewhere", "nonsense": 1 });

    bench.token = known.read_only.secret.clone();
    let (status, body) = bench.post("/contacts/", wrong_body.clone()).await;
    assert_eq!(
        (status, body["message"].as_str()),
        (401, Some("The token is not authorized for this scope."))
    );
    assert_eq!(
        bench
            .get(&format!("/contacts/?locationId={}", known.location_id))
            .await
            .0,
        200
    );

    bench.token = known.agency.secret.clone();
    let (status, body) = bench.post("/contacts/", wrong_body.clone()).await;
    assert_eq!(
        (status, body["message"].as_str()),
        (401, Some("Token's user type mismatch!"))
    );
    assert_eq!(
        bench
            .get(&format!("/locations/{}", known.location_id))
            .await
            .0,
        200
    );

    bench.token = known.token.secret.clone();
    let (status, body) = bench.post("/contacts/", wrong_body).await;
    assert_eq!(
        (status, body["message"].as_str()),
        (
            403,
            Some("The token does not have access to this location.")
        )
    );

    let (status, body) = bench.post("/contacts/", json!({ "nonsense": 1 })).await;
    assert_eq!(status, 422);
    assert_eq!(
        body["message"],
        json!([
            "property nonsense should not exist",
            "locationId should not be empty",
            "locationId must be a string"
        ])
    );
}

#[tokio::test]
async fn a_token_of_another_location_sees_no_record_and_a_revoked_one_nothing() {
    let mut bench = empty().await;
    let id = bench.contact(json!({ "firstName": "Ada" })).await;
    let path = format!("/contacts/{id}");
    bench.token = bench
        .twins
        .highlevel()
        .credentials()
        .other_location
        .secret
        .clone();
    assert_eq!(bench.get(&path).await.0, 403);
    assert_eq!(bench.put(&path, json!({ "nonsense": 1 })).await.0, 403);

    let (status, body) = bench.full(Method::GET, "/calendars/", None).await.into();
    assert_eq!(
        (status, body["message"].as_str()),
        (400, Some("Please provide location Id!"))
    );

    let notes_only = Token {
        secret: "pit-notes".to_owned(),
        reach: Reach::Location(bench.location().to_owned()),
        scopes: Some(vec!["contacts.readonly".to_owned()]),
    };
    bench.twins.highlevel().add_token(notes_only);
    bench.token = "pit-notes".to_owned();
    assert_eq!(bench.get(&path).await.0, 200);
    bench.twins.highlevel().revoke_token("pit-notes");
    assert_eq!(bench.get(&path).await.0, 401);
}

#[tokio::test]
async fn the_old_list_needs_its_location_on_every_page() {
    let bench = bench(30, Settings::unhindered()).await;
    let first = bench
        .get(&format!(
            "/contacts/?locationId={}&limit=20",
            bench.location()
        ))
        .await
        .1;
    assert_eq!(first["contacts"].as_array().unwrap().len(), 20);
    let meta = &first["meta"];
    let cursor = format!(
        "startAfter={}&startAfterId={}",
        meta["startAfter"],
        meta["startAfterId"].as_str().unwrap()
    );
    assert_eq!(bench.get(&format!("/contacts/?{cursor}")).await.0, 403);
    let rest = bench
        .get(&format!(
            "/contacts/?{cursor}&locationId={}",
            bench.location()
        ))
        .await
        .1;
    assert_eq!(rest["contacts"].as_array().unwrap().len(), 10);
    assert_eq!(rest["meta"]["startAfterId"], Value::Null);
}

impl From<super::Answer> for (u16, Value) {
    fn from(answer: super::Answer) -> Self {
        (answer.status, answer.body)
    }
}
