//! Which changes are told, and in which shape (highlevel-webhooks.md 5).

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Bench, kinds, pulled, told};

impl Bench {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "reads better where it is called"
    )]
    fn act(&self, action: Value) -> Value {
        self.twins.highlevel().act(&action).unwrap()
    }

    async fn task(&self, contact: &str, fields: Value) -> String {
        let mut body = json!({"title": "Call", "dueDate": "2026-08-05T09:00:00Z", "completed": false, "body": "About it"});
        let Value::Object(fields) = fields else {
            panic!("no object: {fields}");
        };
        for (key, value) in fields {
            body[key] = value;
        }
        let (status, body) = self.post(&format!("/contacts/{contact}/tasks"), body).await;
        assert_eq!(status, 201, "{body}");
        body["task"]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn api_writes_are_told_like_those_of_people() {
    let bench = pulled(json!({})).await;
    let twin = bench.twins.highlevel();
    let by_api = bench
        .contact(json!({"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com"}))
        .await;
    let made = told(twin);
    assert_eq!(kinds(&made), ["ContactCreate"]);
    assert_eq!(made[0]["id"], by_api);
    assert_eq!(made[0]["name"], "Ada Byron");
    bench.act(json!({"action": "create_contact", "fields": {"firstName": "Bob"}}));
    assert_eq!(kinds(&told(twin)), ["ContactCreate"]);

    let path = format!("/contacts/{by_api}");
    bench.put(&path, json!({"city": "Bath"})).await;
    assert_eq!(kinds(&told(twin)), ["ContactUpdate"]);
    bench
        .post(&format!("{path}/tags"), json!({"tags": ["vip"]}))
        .await;
    let tagged = told(twin);
    assert_eq!(kinds(&tagged), ["ContactTagUpdate", "ContactUpdate"]);
    assert_eq!(tagged[0]["tags"], json!(["vip"]));
    bench
        .post(&format!("{path}/tags"), json!({"tags": ["vip"]}))
        .await;
    assert!(told(twin).is_empty(), "a tag that was there");
    let active = json!({"SMS": {"status": "active", "message": "", "code": "103"}});
    bench.put(&path, json!({"dndSettings": active})).await;
    let quiet = told(twin);
    assert_eq!(kinds(&quiet), ["ContactDndUpdate", "ContactUpdate"]);
    assert_eq!(quiet[0]["dndSettings"]["SMS"]["status"], "active");
    let inbound = json!({"all": {"status": "active", "message": ""}});
    bench
        .put(&path, json!({"inboundDndSettings": inbound}))
        .await;
    assert!(told(twin).is_empty(), "inbound settings alone");
    bench.delete(&path).await;
    let gone = told(twin);
    assert_eq!(kinds(&gone), ["ContactDelete"]);
    assert_eq!(gone[0]["email"], "ada@example.com");
}

#[tokio::test]
async fn empty_fields_are_left_out_and_cleared_ones_cannot_be_seen() {
    let bench = pulled(json!({})).await;
    let twin = bench.twins.highlevel();
    let id = bench
        .contact(json!({"firstName": "Ada", "city": "Bath"}))
        .await;
    bench
        .put(&format!("/contacts/{id}"), json!({"city": ""}))
        .await;
    let bodies = told(twin);
    assert_eq!(bodies[0]["city"], "Bath");
    assert_eq!(bodies[1].get("city"), None);
    for body in &bodies {
        for (key, value) in body.as_object().unwrap() {
            assert!(
                !value.is_null() && value != "" && *value != json!([]),
                "{key} in {body}"
            );
        }
    }
}

#[tokio::test]
async fn a_task_tells_of_its_making_completion_and_end_and_of_no_edit() {
    let bench = pulled(json!({})).await;
    let twin = bench.twins.highlevel();
    let contact = bench.contact(json!({"firstName": "Ada"})).await;
    told(twin);
    let task = bench.task(&contact, json!({})).await;
    let made = told(twin);
    assert_eq!(kinds(&made), ["TaskCreate"]);
    assert_eq!(made[0]["contactId"], contact);
    let path = format!("/contacts/{contact}/tasks/{task}");
    for edit in [
        json!({"title": "Call back"}),
        json!({"dueDate": "2026-08-07T09:00:00Z"}),
        json!({"completed": false}),
    ] {
        assert_eq!(bench.put(&path, edit).await.0, 200);
    }
    bench.act(json!({"action": "edit_task", "id": task, "fields": {"body": "By hand"}}));
    assert!(told(twin).is_empty(), "edits");
    bench
        .put(&format!("{path}/completed"), json!({"completed": true}))
        .await;
    assert_eq!(kinds(&told(twin)), ["TaskComplete"]);
    bench.put(&path, json!({"completed": true})).await;
    bench.put(&path, json!({"completed": false})).await;
    assert!(told(twin).is_empty(), "completed already, and re-opened");
    bench.delete(&path).await;
    assert_eq!(kinds(&told(twin)), ["TaskDelete"]);
}

#[tokio::test]
async fn thin_tasks_lack_their_contact_and_body() {
    let bench = pulled(json!({"thin_tasks": 1.0})).await;
    let contact = bench.contact(json!({"firstName": "Ada"})).await;
    let task = bench.task(&contact, json!({})).await;
    let bodies = told(bench.twins.highlevel());
    assert_eq!(bodies[1]["id"], task);
    assert_eq!(bodies[1]["title"], "Call");
    assert_eq!(
        (bodies[1].get("contactId"), bodies[1].get("body")),
        (None, None)
    );
}

#[tokio::test]
async fn an_app_that_was_taken_away_hears_nothing_more() {
    let bench = pulled(json!({})).await;
    let twin = bench.twins.highlevel();
    twin.uninstall_app();
    bench.contact(json!({"firstName": "Ada"})).await;
    twin.install_app();
    bench.contact(json!({"firstName": "Bob"})).await;
    assert_eq!(
        kinds(&told(twin)),
        ["UNINSTALL", "INSTALL", "ContactCreate"]
    );
}

/// One of each event, from changes of every sort.
async fn one_of_each() -> Vec<Value> {
    let bench = super::super::bench(4, crate::highlevel::Settings::unhindered()).await;
    let twin = bench.twins.highlevel();
    twin.set_webhooks(super::wanted(json!({}))).unwrap();
    twin.install_app();
    let full = json!({"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "phone": "+447700900123",
        "companyName": "Engines Ltd", "address1": "1 Mill Lane", "city": "Bath", "state": "Somerset", "postalCode": "BA1 1AA",
        "website": "https://example.com", "source": "public api", "dateOfBirth": "1990-03-04", "assignedTo": "u", "tags": ["vip"]});
    let contact = bench.contact(full).await;
    let path = format!("/contacts/{contact}");
    bench
        .put(&path, json!({"tags": ["vip", "new"], "dnd": true}))
        .await;
    let (_, note) = bench
        .post(
            &format!("{path}/notes"),
            json!({"body": "Called", "title": "x", "pinned": true}),
        )
        .await;
    let note = format!("{path}/notes/{}", note["note"]["id"].as_str().unwrap());
    bench.put(&note, json!({"body": "Called again"})).await;
    bench.delete(&note).await;
    let task = format!(
        "{path}/tasks/{}",
        bench.task(&contact, json!({"assignedTo": "u"})).await
    );
    bench.put(&task, json!({"completed": true})).await;
    bench.delete(&task).await;
    let (_, calendars) = bench
        .get(&format!("/calendars/?locationId={}", bench.location()))
        .await;
    let booking = json!({"calendarId": calendars["calendars"][0]["id"], "startTime": "2026-08-05T10:00:00+01:00", "description": "Screen"});
    let booked =
        bench.act(json!({"action": "create_appointment", "contact": contact, "fields": booking}));
    let event = booked["id"].as_str().unwrap();
    bench.act(json!({"action": "edit_appointment", "id": event, "fields": {"appointmentStatus": "showed"}}));
    bench.act(json!({"action": "delete_appointment", "id": event}));
    bench.act(json!({"action": "send_message", "contact": contact, "body": "Ready"}));
    bench.act(json!({"action": "receive_message", "contact": contact, "body": "Thanks"}));
    let deal = json!({"name": "Glass", "status": "open", "monetaryValue": 40, "assignedTo": "u", "locationId": bench.location()});
    let deal =
        bench.act(json!({"action": "create_opportunity", "contact": contact, "fields": deal}));
    let deal = format!(
        "/opportunities/{}",
        deal["opportunity"]["id"].as_str().unwrap()
    );
    let stage = &twin.pipelines()[0].stages[1].id;
    let all =
        json!({"pipelineStageId": stage, "status": "won", "assignedTo": "v", "monetaryValue": 50});
    bench.put(&deal, all).await;
    bench.delete(&deal).await;
    bench.delete(&path).await;
    twin.uninstall_app();
    told(twin)
}

const EVENTS: [&str; 26] = [
    "INSTALL",
    "ContactCreate",
    "ContactTagUpdate",
    "ContactDndUpdate",
    "ContactUpdate",
    "NoteCreate",
    "NoteUpdate",
    "NoteDelete",
    "TaskCreate",
    "TaskComplete",
    "TaskDelete",
    "AppointmentCreate",
    "AppointmentUpdate",
    "AppointmentDelete",
    "OutboundMessage",
    "InboundMessage",
    "OpportunityCreate",
    "OpportunityStageUpdate",
    "OpportunityStatusUpdate",
    "OpportunityAssignedToUpdate",
    "OpportunityMonetaryValueUpdate",
    "OpportunityUpdate",
    "OpportunityUpdate",
    "OpportunityDelete",
    "ContactDelete",
    "UNINSTALL",
];

#[tokio::test]
async fn every_event_has_its_envelope() {
    let bodies = one_of_each().await;
    assert_eq!(kinds(&bodies), EVENTS);
    let ids: BTreeSet<&str> = bodies
        .iter()
        .map(|body| body["webhookId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), EVENTS.len());
    for body in &bodies {
        let id: uuid::Uuid = body["webhookId"].as_str().unwrap().parse().unwrap();
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(body["timestamp"], "2026-08-03T08:00:00.000Z");
        assert_eq!(body["appId"].as_str().unwrap().len(), 24);
        assert_eq!(body["locationId"], bodies[0]["locationId"]);
        assert!(body.get("versionId").is_some());
    }
    let appointment = &bodies[11]["appointment"];
    assert_eq!(appointment["startTime"], "2026-08-05T10:00:00+01:00");
    assert_eq!(appointment["notes"], "Screen");
    assert_eq!(bodies[13]["type"], "AppointmentDelete");
}

#[tokio::test]
async fn an_opportunity_tells_each_side_that_changed_and_its_end_as_a_change_too() {
    let bench = pulled(json!({})).await;
    let twin = bench.twins.highlevel();
    let contact = bench.contact(json!({"firstName": "Ada"})).await;
    let pipeline = &twin.pipelines()[0];
    let body = json!({"pipelineId": pipeline.id, "locationId": bench.location(), "name": "Glass", "status": "open", "contactId": contact});
    told(twin);
    let (_, made) = bench.post("/opportunities/", body).await;
    let path = format!(
        "/opportunities/{}",
        made["opportunity"]["id"].as_str().unwrap()
    );
    let created = told(twin);
    assert_eq!(kinds(&created), ["OpportunityCreate"]);
    assert_eq!(
        created[0]["pipelineStageId"],
        pipeline.stages[0].id.as_str()
    );
    for (edit, wanted) in [
        (json!({"name": "Screen"}), vec!["OpportunityUpdate"]),
        (
            json!({"pipelineStageId": pipeline.stages[1].id}),
            vec!["OpportunityStageUpdate", "OpportunityUpdate"],
        ),
        (
            json!({"status": "lost"}),
            vec!["OpportunityStatusUpdate", "OpportunityUpdate"],
        ),
    ] {
        bench.put(&path, edit).await;
        assert_eq!(kinds(&told(twin)), wanted);
    }
    bench
        .put(&format!("{path}/status"), json!({"status": "won"}))
        .await;
    let won = told(twin);
    assert_eq!(
        kinds(&won),
        ["OpportunityStatusUpdate", "OpportunityUpdate"]
    );
    assert_eq!(won[0]["status"], "won");
    bench.delete(&path).await;
    assert_eq!(
        kinds(&told(twin)),
        ["OpportunityUpdate", "OpportunityDelete"]
    );
}

#[tokio::test]
async fn what_a_client_sends_is_told_as_well() {
    let bench = pulled(json!({"events": ["OutboundMessage"]})).await;
    let twin = bench.twins.highlevel();
    let contact = bench
        .contact(json!({"firstName": "Ada", "phone": "+447700900123"}))
        .await;
    let text = json!({"type": "SMS", "contactId": contact, "message": "Ready"});
    let (_, sent) = bench.post("/conversations/messages", text.clone()).await;
    let bodies = told(twin);
    assert_eq!(kinds(&bodies), ["OutboundMessage"]);
    assert_eq!(
        (&bodies[0]["messageId"], &bodies[0]["source"]),
        (&sent["messageId"], &json!("api"))
    );
    let mut later = text;
    later["scheduledTimestamp"] = json!(1_785_900_000);
    bench.post("/conversations/messages", later).await;
    assert!(told(twin).is_empty(), "not sent yet");
}

/// The keys that are sent must be keys of the vendor's own example, or of the envelope as it is seen live.
#[tokio::test]
async fn every_event_keeps_to_the_official_example() {
    let root = std::env::var_os("REPAIRBRIDGE_OPENAPI_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/openapi"),
        PathBuf::from,
    );
    let folder = root.join("highlevel/webhooks");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: HighLevel's official webhook examples are not here; set REPAIRBRIDGE_OPENAPI_DIR"
        );
        return;
    }
    for body in one_of_each().await {
        let kind = body["type"].as_str().unwrap();
        let file = match kind {
            "INSTALL" => "AppInstall",
            "UNINSTALL" => "AppUninstall",
            other => other,
        };
        let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
        let official: Value = serde_json::from_str(&text).unwrap();
        let examples = official["examples"].as_array().unwrap();
        let mut known = keys(examples.iter());
        known.extend([
            "timestamp",
            "webhookId",
            "appId",
            "versionId",
            "locationId",
            "installType",
        ]);
        for key in body.as_object().unwrap().keys() {
            assert!(known.contains(key.as_str()), "{kind}: {key}");
        }
        if let Some(inner) = body.get("appointment") {
            let known = keys(examples.iter().map(|example| &example["appointment"]));
            for key in inner.as_object().unwrap().keys() {
                assert!(known.contains(key.as_str()), "{kind}: appointment.{key}");
            }
        }
    }
}

fn keys<'a>(examples: impl Iterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    examples
        .filter_map(Value::as_object)
        .flat_map(|example| example.keys().map(String::as_str))
        .collect()
}
