use serde_json::{Value, json};

use super::{bench, empty};
use crate::highlevel::Settings;

#[tokio::test]
async fn a_task_is_made_changed_completed_and_deleted() {
    let bench = empty().await;
    let id = bench.contact(json!({ "firstName": "Ada" })).await;
    let path = format!("/contacts/{id}/tasks");
    let task =
        json!({ "title": "Call back", "dueDate": "2026-08-10T10:00:00Z", "completed": false });
    let (status, body) = bench.post(&path, task).await;
    assert_eq!(status, 201);
    let task = &body["task"];
    assert_eq!(task["dueDate"], "2026-08-10T10:00:00.000Z");
    assert_eq!(task["contactId"], json!(id));
    assert_eq!(
        (
            task.get("body"),
            task.get("assignedTo"),
            task.get("dateAdded")
        ),
        (None, None, None)
    );

    let one = format!("{path}/{}", task["id"].as_str().unwrap());
    let (status, body) = bench.put(&one, json!({ "dueDate": task["dueDate"] })).await;
    assert_eq!(
        (status, &body["message"]),
        (
            422,
            &json!(["dueDate must be a valid ISO 8601 date string"])
        )
    );
    let (_, body) = bench.put(&one, json!({ "completed": true })).await;
    assert_eq!(
        (&body["task"]["completed"], &body["task"]["title"]),
        (&json!(true), &json!("Call back"))
    );
    let (_, body) = bench
        .put(&format!("{one}/completed"), json!({ "completed": false }))
        .await;
    assert_eq!(body["task"]["completed"], false);
    assert_eq!(
        bench.put(&format!("{one}/completed"), json!({})).await.0,
        422
    );
    assert_eq!(
        bench.get(&path).await.1["tasks"].as_array().unwrap().len(),
        1
    );

    assert_eq!(bench.delete(&one).await.1["succeded"], true);
    assert_eq!(bench.get(&one).await.0, 400);
    bench
        .put(
            "/_twin/settings",
            json!({ "refuse_due_date_milliseconds": false }),
        )
        .await;
    let late = json!({ "title": "x", "dueDate": "2026-08-10T10:00:00.000Z", "completed": false });
    assert_eq!(bench.post(&path, late).await.0, 201);
    let (_, body) = bench
        .post(&path, json!({ "taskId": "x", "title": "" }))
        .await;
    assert_eq!(
        body["message"],
        json!([
            "property taskId should not exist",
            "title should not be empty",
            "dueDate should not be empty",
            "dueDate must be a valid ISO 8601 date string",
            "completed should not be empty",
            "completed must be a boolean value",
        ])
    );
}

#[tokio::test]
async fn the_locations_tasks_are_walked_by_cursor_without_a_total() {
    let bench = bench(200, Settings::unhindered()).await;
    let path = format!("/locations/{}/tasks/search", bench.location());
    let all = bench.twins.highlevel().counts().tasks;
    assert!(all > 30, "{all}");
    let (status, body) = bench.post(&path, json!({})).await;
    assert_eq!((status, body["tasks"].as_array().unwrap().len()), (201, 25));
    assert_eq!(body.get("total"), None);
    assert_eq!(bench.post(&path, json!({ "limit": 501 })).await.0, 422);

    let mut seen: Vec<Value> = Vec::new();
    loop {
        let mut question = json!({ "limit": 10 });
        if let Some(last) = seen.last() {
            question["searchAfter"] = last["searchAfter"].clone();
        }
        let page = bench.post(&path, question).await.1["tasks"]
            .as_array()
            .unwrap()
            .clone();
        let short = page.len() < 10;
        seen.extend(page);
        if short {
            break;
        }
    }
    assert_eq!(seen.len(), all);
    let row = &seen[3];
    assert!(row["_id"].is_string() && row.get("id").is_none());
    assert!(row["dateUpdated"].is_string() && row["contactDetails"]["_id"] == row["contactId"]);
    assert!(
        seen.iter()
            .any(|row| row["contactDetails"]["firstName"].is_null())
    );

    let contact = row["contactId"].as_str().unwrap();
    let (_, own) = bench.post(&path, json!({ "contactId": [contact] })).await;
    let listed = bench.get(&format!("/contacts/{contact}/tasks")).await.1;
    assert_eq!(
        own["tasks"].as_array().unwrap().len(),
        listed["tasks"].as_array().unwrap().len()
    );
    let (_, open) = bench
        .post(&path, json!({ "completed": false, "limit": 500 }))
        .await;
    let wanted = seen.iter().filter(|row| row["completed"] == false).count();
    assert_eq!(open["tasks"].as_array().unwrap().len(), wanted);
}

#[tokio::test]
async fn an_edit_shows_in_the_search_by_its_date() {
    let bench = empty().await;
    let id = bench.contact(json!({ "firstName": "Ada" })).await;
    let task = json!({ "title": "Call", "dueDate": "2026-08-10T10:00:00Z", "completed": false });
    let made = bench.post(&format!("/contacts/{id}/tasks"), task).await.1["task"]["id"].clone();
    bench.pass(5_000);
    let edit = json!({ "action": "edit_task", "id": made, "fields": { "completed": true } });
    assert_eq!(bench.post("/_twin/person", edit).await.0, 200);
    let (_, found) = bench
        .post(
            &format!("/locations/{}/tasks/search", bench.location()),
            json!({}),
        )
        .await;
    let row = &found["tasks"][0];
    assert_eq!(
        (&row["status"], &row["completed"]),
        (&json!("completed"), &json!(true))
    );
    assert_eq!(
        (&row["dateAdded"], &row["dateUpdated"]),
        (
            &json!("2026-08-03T08:00:00.000Z"),
            &json!("2026-08-03T08:00:05.000Z")
        )
    );
}

#[tokio::test]
async fn notes_have_a_plain_text_and_no_change_date() {
    let bench = empty().await;
    let id = bench.contact(json!({ "firstName": "Ada" })).await;
    let path = format!("/contacts/{id}/notes");
    let (status, body) = bench
        .post(&path, json!({ "body": "<p>Screen <b>broken</b></p>" }))
        .await;
    assert_eq!(status, 201);
    let note = &body["note"];
    assert_eq!(note["bodyText"], "Screen broken");
    assert_eq!(
        (&note["userId"], &note["pinned"], note.get("dateUpdated")),
        (&Value::Null, &json!(false), None)
    );
    let one = format!("{path}/{}", note["id"].as_str().unwrap());
    assert_eq!(
        bench
            .put(&one, json!({ "body": "ready", "pinned": true }))
            .await
            .1["note"]["body"],
        "ready"
    );
    let (status, body) = bench
        .post(&path, json!({ "body": "x", "contactId": id }))
        .await;
    assert_eq!(
        (status, &body["message"]),
        (422, &json!(["property contactId should not exist"]))
    );
    assert_eq!(bench.post(&path, json!({})).await.0, 422);
    assert_eq!(bench.delete(&one).await.0, 200);
    assert_eq!(bench.get(&path).await.1["notes"], json!([]));
    assert_eq!(bench.get(&one).await.0, 400);
}
