use super::{Direction, Event, EventKind, ParseError, Subject};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

fn parse(body: &Value) -> Event {
    Event::parse(body.to_string().as_bytes()).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The shapes of highlevel-webhooks.md 6 with what they are about.
fn deliveries() -> Vec<(Value, Subject)> {
    let contact = |kind: &str| {
        json!({"type": kind, "locationId": "loc1", "appId": "app1", "versionId": "app1", "id": "c1",
            "firstName": "Mia", "email": "mia@example.com", "phone": "+15550100002", "dnd": false, "tags": ["vip", "a\"b"],
            "customFields": [{"id": "f1", "value": {"deep": [1, 2.5e3, null]}}],
            "dndSettings": {"SMS": {"status": "active", "code": "103"}},
            "timestamp": "2026-09-01T10:00:00.412Z", "webhookId": "w-1"})
    };
    let mut all: Vec<(Value, Subject)> = [
        "ContactCreate",
        "ContactUpdate",
        "ContactDelete",
        "ContactTagUpdate",
        "ContactDndUpdate",
    ]
    .iter()
    .map(|kind| {
        (
            contact(kind),
            Subject::Contact {
                id: "c1".to_owned(),
            },
        )
    })
    .collect();
    all.push((
        json!({"type": "NoteCreate", "locationId": "loc1", "id": "n1", "body": "No answer", "contactId": "c1", "webhookId": "w-2"}),
        Subject::Note { id: "n1".to_owned(), contact: some("c1") },
    ));
    all.push((
        json!({"type": "TaskCreate", "locationId": "loc1", "id": "t1", "title": "Call", "body": "b", "contactId": "c1", "dueDate": "2026-09-03T09:00:00.000Z"}),
        Subject::Task { id: "t1".to_owned(), contact: some("c1") },
    ));
    all.push((
        json!({"type": "TaskCreate", "locationId": "loc1", "id": "t1", "title": "Call", "dueDate": "2026-09-03T09:00:00.000Z", "webhookId": "w-3"}),
        Subject::Task { id: "t1".to_owned(), contact: None },
    ));
    let appointment = json!({"id": "a1", "title": "Drop-off", "calendarId": "k1", "contactId": "c1", "users": [], "startTime": "2026-09-05T09:00:00-04:00"});
    let subject = Subject::Appointment {
        id: "a1".to_owned(),
        contact: some("c1"),
        calendar: some("k1"),
    };
    all.push((json!({"type": "AppointmentUpdate", "locationId": "loc1", "appointment": appointment, "webhookId": "w-4"}), subject.clone()));
    let mut flat = appointment;
    flat["type"] = json!("AppointmentDelete");
    flat["locationId"] = json!("loc1");
    all.push((flat, subject));
    all.push((json!({"type": "INSTALL", "appId": "app1", "installType": "Location", "locationId": "loc1", "companyId": "co1", "whitelabelDetails": {}}), Subject::Install));
    all.push((
        json!({"type": "UNINSTALL", "appId": "app1", "locationId": "loc1"}),
        Subject::Uninstall,
    ));
    all.push((
        json!({"type": "OpportunityStageUpdate", "locationId": "loc1", "id": "o1", "contactId": "c1", "pipelineId": "p1", "pipelineStageId": "s1", "monetaryValue": 120}),
        Subject::Opportunity { id: "o1".to_owned(), contact: some("c1"), pipeline: some("p1"), stage: some("s1") },
    ));
    all.push((
        json!({"type": "InboundMessage", "locationId": "loc1", "body": "hi", "contactId": "c1", "conversationId": "v1", "direction": "outbound", "messageType": "SMS", "messageId": "m1"}),
        Subject::Message { contact: some("c1"), message_id: some("m1"), conversation: some("v1"), direction: Some(Direction::Inbound), channel: some("SMS"), by_staff: false },
    ));
    all
}

#[test]
fn every_delivered_shape_names_its_record() {
    for (body, subject) in deliveries() {
        let event = parse(&body);
        assert_eq!(event.subject, subject, "{body}");
        assert_eq!(event.kind.as_str(), body["type"], "{body}");
        assert_eq!(
            event.event_id.as_deref(),
            body["webhookId"].as_str(),
            "{body}"
        );
        assert_eq!(event.location_id.as_deref(), Some("loc1"), "{body}");
        assert_eq!(event.app_id.as_deref(), body["appId"].as_str(), "{body}");
    }
    let at = parse(&deliveries()[0].0).timestamp.unwrap();
    assert_eq!(at.to_string(), "2026-09-01T10:00:00.412Z");
}

#[test]
fn without_a_name_the_shape_decides() {
    for (mut body, subject) in deliveries() {
        body.as_object_mut().unwrap().remove("type");
        let event = parse(&body);
        assert_eq!(event.kind, EventKind::Untyped);
        match subject {
            // Their shape says nothing.
            Subject::Install | Subject::Uninstall => {
                assert!(matches!(event.subject, Subject::Other { .. }), "{body}");
            }
            Subject::Message { .. } => assert!(matches!(
                event.subject,
                Subject::Message {
                    direction: Some(Direction::Outbound),
                    ..
                }
            )),
            other => assert_eq!(event.subject, other, "{body}"),
        }
    }
    for other in [
        json!({"id": "u1", "firstName": "Eve", "email": "e@example.com", "role": "admin"}),
        json!({"_id": "i1", "name": "Invoice", "altId": "loc1"}),
        json!({"id": "r1", "firstObjectKey": "contact", "firstRecordId": "c1"}),
        json!({}),
    ] {
        assert!(
            matches!(parse(&other).subject, Subject::Other { .. }),
            "{other}"
        );
    }
}

#[test]
fn new_names_and_wrong_types_are_no_errors() {
    let event = parse(&json!({"type": "TaskUpdate", "id": "t9", "contactId": "c1"}));
    assert_eq!(event.kind, EventKind::Unknown("TaskUpdate".to_owned()));
    assert_eq!(
        event.subject,
        Subject::Other {
            id: some("t9"),
            contact: some("c1")
        }
    );
    let event = parse(
        &json!({"type": "ContactUpdate", "id": 42, "locationId": ["x"], "timestamp": {}, "webhookId": null}),
    );
    assert_eq!(
        event.subject,
        Subject::Contact {
            id: "42".to_owned()
        }
    );
    assert_eq!(
        (event.location_id, event.timestamp, event.event_id),
        (None, None, None)
    );
    let event = parse(&json!({"type": "ContactUpdate"}));
    assert_eq!(
        event.subject,
        Subject::Other {
            id: None,
            contact: None
        }
    );
    let event =
        parse(&json!({"type": 7, "id": "x".repeat(5000), "timestamp": 1_788_256_800_000_i64}));
    assert_eq!(
        event.subject,
        Subject::Other {
            id: None,
            contact: None
        }
    );
    assert!(event.timestamp.is_some());
    let event =
        parse(&json!({"type": "SMS", "contactId": "c1", "messageId": "m1", "message": "hi"}));
    assert_eq!(event.kind, EventKind::ProviderOutboundMessage);
    // Half an emoji, as cut off by the sender, in a text that is not read, and in one that is.
    let body =
        br#"{"type":"NoteCreate","id":"n1","body":"\ud83d","contactId":"\ud83d","contactId":"c1"}"#;
    let expected = Subject::Note {
        id: "n1".to_owned(),
        contact: some("c1"),
    };
    assert_eq!(Event::parse(body).unwrap().subject, expected);
}

#[test]
fn only_what_is_no_object_is_an_error() {
    for (body, error) in [
        (&b""[..], ParseError::NotJson),
        (b"{", ParseError::NotJson),
        (b"{} x", ParseError::NotJson),
        (b"<html>", ParseError::NotJson),
        (b"{\"id\":\"\xff\"}", ParseError::NotJson),
        (b"[]", ParseError::NotAnObject),
        (b"\"ContactCreate\"", ParseError::NotAnObject),
        (b"null", ParseError::NotAnObject),
    ] {
        assert_eq!(Event::parse(body).unwrap_err(), error, "{body:?}");
    }
    let nested = |levels: usize| {
        format!(
            "{{\"a\":{}{}}}",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    for levels in [2, 100, 127] {
        assert!(Event::parse(nested(levels).as_bytes()).is_ok(), "{levels}");
        assert!(
            serde_json::from_str::<Value>(&nested(levels)).is_ok(),
            "{levels}"
        );
    }
    for levels in [128, 100_000] {
        assert_eq!(
            Event::parse(nested(levels).as_bytes()).unwrap_err(),
            ParseError::TooDeep
        );
        assert!(
            serde_json::from_str::<Value>(&nested(levels)).is_err(),
            "{levels}"
        );
    }
    let brackets_in_text =
        json!({"type": "NoteCreate", "id": "n1", "body": format!("\\\"{}", "[{".repeat(500))});
    assert!(matches!(
        parse(&brackets_in_text).subject,
        Subject::Note { .. }
    ));
}

#[test]
fn doubles_have_one_key_and_others_have_not() {
    let with = json!({"type": "ContactUpdate", "id": "c1", "webhookId": "w-1"});
    assert_eq!(parse(&with).dedupe_key(), "w-1");
    let without = json!({"type": "ContactUpdate", "id": "c1"});
    let key = parse(&without).dedupe_key().to_owned();
    assert_eq!(parse(&without).dedupe_key(), key);
    assert_ne!(
        parse(&json!({"type": "ContactUpdate", "id": "c2"})).dedupe_key(),
        key
    );
}

#[test]
fn every_documented_name_is_known() {
    assert_eq!(EventKind::DOCUMENTED.len(), 64);
    for kind in EventKind::DOCUMENTED {
        assert_eq!(parse(&json!({"type": kind.as_str()})).kind, *kind);
    }
}

/// The official examples, where their collection lies beside the project: `HIGHLEVEL_WEBHOOK_EXAMPLES` names its folder.
#[test]
fn official_examples_are_what_their_page_says() {
    let Some(folder) = std::env::var_os("HIGHLEVEL_WEBHOOK_EXAMPLES").map(PathBuf::from) else {
        eprintln!(
            "SKIPPED: HIGHLEVEL_WEBHOOK_EXAMPLES does not name the folder of official examples"
        );
        return;
    };
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let page = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for example in document["examples"].as_array().unwrap() {
            // Some pages list their schema among the examples.
            if !example.is_object()
                || example
                    .get("properties")
                    .is_some_and(|at| at.get("type").is_some())
            {
                continue;
            }
            seen += 1;
            assert_example(&page, example);
        }
    }
    assert!(seen > 50, "only {seen} examples");
}

fn assert_example(page: &str, example: &Value) {
    let event = parse(example);
    let name = match page {
        "AppInstall" => "INSTALL",
        "AppUninstall" => "UNINSTALL",
        "PlanChange" => "PLAN_CHANGE",
        "ConversationUnreadWebhook" => "ConversationUnreadUpdate",
        // These pages show another event's name by mistake (highlevel-webhooks.md 5.3).
        "AppointmentUpdate" | "AppointmentDelete" => "AppointmentCreate",
        other => other,
    };
    match example.get("type").and_then(Value::as_str) {
        None => assert_eq!(event.kind, EventKind::Untyped, "{page}"),
        // One documented call is labelled with the other way.
        Some("OutboundMessage") => assert_eq!(event.kind, EventKind::OutboundMessage, "{page}"),
        // A placeholder instead of a name, or a record's own type.
        Some(other)
            if page.starts_with("Record") || other == "string" || page.starts_with("Price") =>
        {
            assert!(matches!(event.kind, EventKind::Unknown(_)), "{page}");
        }
        Some(_) => assert_eq!(event.kind.as_str(), name, "{page}"),
    }
    let family = ["Contact", "Note", "Task", "Appointment", "Opportunity"]
        .into_iter()
        .find(|family| page.starts_with(family));
    let fits = match (&event.subject, family) {
        (Subject::Contact { id }, Some("Contact")) => example["id"] == **id,
        (Subject::Note { id, contact }, Some("Note"))
        | (Subject::Task { id, contact }, Some("Task"))
        | (Subject::Opportunity { id, contact, .. }, Some("Opportunity")) => {
            example["id"] == **id && example["contactId"].as_str() == contact.as_deref()
        }
        (
            Subject::Appointment {
                id,
                contact,
                calendar,
            },
            Some("Appointment"),
        ) => {
            let inner = &example["appointment"];
            inner["id"] == **id
                && inner["contactId"].as_str() == contact.as_deref()
                && inner["calendarId"].as_str() == calendar.as_deref()
        }
        (Subject::Message { contact, .. }, None) => {
            page.ends_with("Message") && example["contactId"].as_str() == contact.as_deref()
        }
        (Subject::Install, None) => page == "AppInstall",
        (Subject::Uninstall, None) => page == "AppUninstall",
        (Subject::Other { .. }, None) => {
            !page.ends_with("Message") && page != "AppInstall" && page != "AppUninstall"
        }
        _ => false,
    };
    assert!(fits, "{page}: {:?}", event.subject);
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Event::parse(&body);
    }

    #[test]
    fn damaged_bodies_are_an_answer(which in 0_usize..14, at in any::<prop::sample::Index>(), byte in any::<u8>(), insert in any::<bool>()) {
        let all = deliveries();
        let mut body = all[which % all.len()].0.to_string().into_bytes();
        let at = at.index(body.len());
        if insert { body.insert(at, byte); } else { body[at] = byte; }
        let parsed = Event::parse(&body);
        // Whatever is a JSON object is an event, and nothing else is.
        if let Ok(value) = serde_json::from_slice::<Value>(&body) {
            prop_assert_eq!(parsed.is_ok(), value.is_object());
        }
    }

    #[test]
    fn members_of_any_type_and_order_are_read(
        members in prop::collection::vec((0_usize..14, 0_usize..8), 0..14)
    ) {
        const NAMES: [&str; 14] = ["type", "id", "_id", "webhookId", "contactId", "appointment", "locationId", "timestamp", "title", "dueDate", "messageId", "calendarId", "other", "type"];
        const VALUES: [&str; 8] = ["null", "1e400", "\"\"", "\"ContactCreate\"", "[{}]", "{\"id\":\"a\",\"appointment\":{}}", "true", "\"\\u0041\""];
        let text: Vec<String> = members.iter().map(|(name, value)| format!("\"{}\":{}", NAMES[*name], VALUES[*value])).collect();
        let body = format!("{{{}}}", text.join(","));
        prop_assert!(Event::parse(body.as_bytes()).is_ok(), "{}", body);
    }
}
