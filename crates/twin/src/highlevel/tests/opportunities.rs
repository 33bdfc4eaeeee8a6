use serde_json::{Value, json};

use super::{Bench, bench, empty, ids};
use crate::highlevel::{Kind, Settings};

impl Bench {
    async fn pipeline(&self) -> Value {
        let path = format!("/opportunities/pipelines?locationId={}", self.location());
        let (status, body) = self.get(&path).await;
        assert_eq!(status, 200, "{body}");
        body["pipelines"][0].clone()
    }

    async fn opportunity(&self, contact: &str, more: Value) -> (u16, Value) {
        let pipeline = self.pipeline().await;
        let mut body = json!({
            "pipelineId": pipeline["id"], "locationId": self.location(), "name": "Screen", "status": "open",
            "contactId": contact, "monetaryValue": 120,
        });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.post("/opportunities/", body).await
    }
}

#[tokio::test]
async fn an_opportunity_is_made_moved_won_and_deleted() {
    let bench = empty().await;
    let contact = bench
        .contact(json!({ "firstName": "Ada", "email": "ada@example.com" }))
        .await;
    let stages = bench.pipeline().await["stages"].clone();
    let (status, made) = bench.opportunity(&contact, json!({})).await;
    assert_eq!(status, 201, "{made}");
    let opportunity = &made["opportunity"];
    assert_eq!(
        opportunity["pipelineStageId"], stages[0]["id"],
        "the first stage"
    );
    assert_eq!(opportunity["contact"]["email"], "ada@example.com");
    let id = opportunity["id"].as_str().unwrap();
    let path = format!("/opportunities/{id}");

    bench.pass(60_000);
    let (status, moved) = bench
        .put(&path, json!({ "pipelineStageId": stages[2]["id"] }))
        .await;
    assert_eq!(status, 200, "{moved}");
    let moved = &moved["opportunity"];
    assert_eq!(moved["lastStageChangeAt"], "2026-08-03T08:01:00.000Z");
    assert_eq!(moved["lastStatusChangeAt"], "2026-08-03T08:00:00.000Z");
    let (status, done) = bench
        .put(&format!("{path}/status"), json!({ "status": "won" }))
        .await;
    assert_eq!((status, &done["succeded"]), (200, &json!(true)));
    let (_, got) = bench.get(&path).await;
    assert_eq!(got["opportunity"]["status"], "won");
    assert_eq!(got["opportunity"]["monetaryValue"], 120.0);

    assert_eq!(bench.delete(&path).await.0, 200);
    assert_eq!(bench.get(&path).await.0, 400);
    assert_eq!(bench.twins.highlevel().counts().opportunities, 0);
}

#[tokio::test]
async fn strange_stages_pipelines_statuses_and_keys_are_refused() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let pipelines = bench.twins.highlevel().pipelines();
    let other_stage = &pipelines[1].stages[0].id;
    for (more, status) in [
        (json!({ "pipelineStageId": other_stage }), 400),
        (json!({ "pipelineId": "nowhere" }), 400),
        (json!({ "status": "all" }), 422),
        (json!({ "contactId": "x".repeat(20) }), 400),
        (json!({ "title": "Screen" }), 422),
        (json!({ "monetaryValue": "120" }), 422),
    ] {
        let (told, body) = bench.opportunity(&contact, more.clone()).await;
        assert_eq!(told, status, "{more}: {body}");
    }
    let (status, body) = bench.post("/opportunities/", json!({})).await;
    assert_eq!(status, 422);
    let complaints = body["message"].as_array().unwrap();
    for name in ["pipelineId", "locationId", "name", "status", "contactId"] {
        assert!(
            complaints.contains(&json!(format!("{name} should not be empty"))),
            "{name}"
        );
    }
    assert_eq!(bench.twins.highlevel().counts().opportunities, 0);
}

#[tokio::test]
async fn a_contact_has_one_in_a_pipeline_and_upsert_finds_it() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let (_, made) = bench.opportunity(&contact, json!({})).await;
    let id = made["opportunity"]["id"].clone();
    assert_eq!(bench.opportunity(&contact, json!({})).await.0, 400);
    let pipeline = bench.pipeline().await["id"].clone();
    let upsert = |fields: Value| {
        let mut body = json!({ "pipelineId": pipeline, "locationId": bench.location() });
        for (key, value) in fields.as_object().unwrap() {
            body[key] = value.clone();
        }
        let bench = &bench;
        async move { bench.post("/opportunities/upsert", body).await }
    };
    let (status, found) = upsert(json!({ "contactId": contact, "monetaryValue": 90 })).await;
    assert_eq!((status, &found["new"]), (200, &json!(false)), "{found}");
    assert_eq!(found["opportunity"]["id"], id);
    assert_eq!(found["opportunity"]["monetaryValue"], 90.0);
    let (_, found) = upsert(json!({ "id": id, "name": "Battery" })).await;
    assert_eq!(found["opportunity"]["name"], "Battery");
    let other = bench.contact(json!({ "firstName": "Bob" })).await;
    let (_, new) = upsert(json!({ "contactId": other, "name": "Glass", "status": "open" })).await;
    assert_eq!(new["new"], true);
    assert_eq!(upsert(json!({ "name": "Nobody's" })).await.0, 422);

    let more = Settings {
        allow_duplicate_opportunity: true,
        ..bench.twins.highlevel().settings()
    };
    bench.twins.highlevel().set_settings(more);
    assert_eq!(bench.opportunity(&contact, json!({})).await.0, 201);
}

#[tokio::test]
async fn custom_values_are_read_by_id_only() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let (_, field) = bench
        .post(
            &format!("/locations/{}/customFields", bench.location()),
            json!({ "name": "Ticket", "dataType": "TEXT", "model": "opportunity" }),
        )
        .await;
    let field = field["customField"]["id"].clone();
    let values = json!([{ "id": field, "field_value": "K-1042" }]);
    let (status, made) = bench
        .opportunity(&contact, json!({ "customFields": values }))
        .await;
    assert_eq!(status, 201, "{made}");
    let (_, got) = bench
        .get(&format!(
            "/opportunities/{}",
            made["opportunity"]["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        got["opportunity"]["customFields"],
        json!([{ "id": field, "fieldValue": "K-1042" }])
    );
    let path = format!("/opportunities/search?location_id={}", bench.location());
    let (_, rows) = bench.get(&path).await;
    assert_eq!(rows["opportunities"][0]["customFields"], json!([]));
}

#[tokio::test]
async fn each_generation_asks_the_search_with_its_own_names() {
    let mut bench = bench(40, Settings::unhindered()).await;
    let twin = bench.twins.highlevel().clone();
    assert_eq!(twin.records(Kind::Opportunities, None, 100).len(), 4);
    let location = bench.location().to_owned();
    let dated = format!("/opportunities/search?location_id={location}");
    let v3 = format!("/opportunities/search?locationId={location}");
    let (status, all) = bench.get(&dated).await;
    assert_eq!((status, &all["meta"]["total"]), (200, &json!(4)), "{all}");
    let (status, body) = bench.get(&v3).await;
    assert_eq!(status, 422, "{body}");
    assert!(
        body["message"]
            .as_array()
            .unwrap()
            .contains(&json!("property locationId should not exist"))
    );
    assert_eq!(
        bench
            .get("/opportunities/search?location_id=elsewhere")
            .await
            .0,
        403
    );
    assert_eq!(bench.get(&format!("{dated}&limit=101")).await.0, 422);
    assert_eq!(bench.get(&format!("{dated}&status=gone")).await.0, 422);

    let (_, first) = bench.get(&format!("{dated}&limit=3")).await;
    let (after, id) = (
        &first["meta"]["startAfter"],
        first["meta"]["startAfterId"].as_str().unwrap(),
    );
    let (_, rest) = bench
        .get(&format!(
            "{dated}&limit=3&startAfter={after}&startAfterId={id}"
        ))
        .await;
    let mut seen = ids(&first["opportunities"]);
    seen.extend(ids(&rest["opportunities"]));
    assert_eq!(seen, ids(&all["opportunities"]));
    let contact = all["opportunities"][1]["contactId"].as_str().unwrap();
    let (_, own) = bench.get(&format!("{dated}&contact_id={contact}")).await;
    assert_eq!(own["meta"]["total"], 1);

    bench.version = Some("v3");
    assert_eq!(bench.get(&dated).await.0, 422);
    assert_eq!(
        bench.get(&format!("{v3}&contactId={contact}")).await.1["meta"]["total"],
        1
    );
}

#[tokio::test]
async fn the_other_search_pages_by_cursor_and_answers_201() {
    let bench = bench(40, Settings::unhindered()).await;
    let ask = |more: Value| {
        let mut body = json!({ "locationId": bench.location(), "limit": 3 });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        let bench = &bench;
        async move { bench.post("/opportunities/search", body).await }
    };
    let (status, first) = ask(json!({})).await;
    assert_eq!((status, &first["total"]), (201, &json!(4)), "{first}");
    let cursor = first["opportunities"][2]["sort"].clone();
    let (_, rest) = ask(json!({ "searchAfter": cursor })).await;
    assert_eq!(rest["opportunities"].as_array().unwrap().len(), 1);
    assert_eq!(ask(json!({ "pageLimit": 3 })).await.0, 422);
    assert_eq!(ask(json!({ "limit": 101 })).await.0, 422);
    let wanted = first["opportunities"][0]["id"].clone();
    let filter = json!([{ "field": "id", "operator": "contains_set", "value": [wanted] }]);
    assert_eq!(ask(json!({ "filters": filter })).await.1["total"], 1);
    let (status, body) = ask(json!({ "filters": [{ "field": "colour" }] })).await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("Invalid field colour"))
    );
}

#[tokio::test]
async fn a_person_has_pipelines_too_and_a_merge_keeps_the_work() {
    let bench = empty().await;
    let twin = bench.twins.highlevel();
    let keep = bench.contact(json!({ "firstName": "Ada" })).await;
    let gone = bench.contact(json!({ "firstName": "Ade" })).await;
    let made = twin
        .act(&json!({"action": "create_opportunity", "contact": gone,
            "fields": {"name": "Glass", "status": "open", "locationId": bench.location()}}))
        .unwrap();
    let id = made["opportunity"]["id"].clone();
    twin.act(&json!({"action": "edit_opportunity", "id": id, "fields": {"status": "lost"}}))
        .unwrap();
    twin.act(&json!({"action": "merge_contacts", "keep": keep, "gone": gone}))
        .unwrap();
    let kept = twin.records(Kind::Opportunities, None, 9);
    assert_eq!(
        (&kept[0]["contactId"], &kept[0]["status"]),
        (&json!(keep), &json!("lost"))
    );
    bench.delete(&format!("/contacts/{keep}")).await;
    assert_eq!(twin.counts().opportunities, 0, "they go with the contact");
}
