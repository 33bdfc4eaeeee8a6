//! Blocked times and notes of appointments.

use serde_json::{Value, json};

use super::{Bench, MONDAY, empty};
use crate::highlevel::Kind;

const DAY: i64 = 86_400_000;

async fn calendar(bench: &Bench) -> String {
    bench.twins.highlevel().calendars()[0].0.clone()
}

async fn block(bench: &Bench, more: Value) -> (u16, Value) {
    let mut body = json!({
        "locationId": bench.location(), "title": "Full",
        "startTime": "2026-08-04T10:00:00+01:00", "endTime": "2026-08-04T12:00:00+01:00",
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    bench.post("/calendars/events/block-slots", body).await
}

#[tokio::test]
async fn a_blocked_time_cannot_be_booked_until_it_is_deleted() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let calendar = calendar(&bench).await;
    let (status, made) = block(&bench, json!({ "calendarId": calendar })).await;
    assert_eq!(
        (status, &made["calendarId"]),
        (201, &json!(calendar)),
        "{made}"
    );
    let id = made["id"].as_str().unwrap();
    let book = |start: &'static str| {
        let body = json!({ "calendarId": calendar, "contactId": contact, "locationId": bench.location(), "startTime": start });
        let bench = &bench;
        async move { bench.post("/calendars/events/appointments", body).await.0 }
    };
    assert_eq!(book("2026-08-04T11:30:00+01:00").await, 400);
    assert_eq!(book("2026-08-04T12:00:00+01:00").await, 200);
    let free = format!(
        "/calendars/{calendar}/free-slots?startDate={}&endDate={}",
        MONDAY + DAY,
        MONDAY + 2 * DAY
    );
    let slots = bench.get(&free).await.1["2026-08-04"]["slots"].to_string();
    assert!(
        !slots.contains("T10:00") && slots.contains("T14:00"),
        "{slots}"
    );

    let window = format!(
        "/calendars/blocked-slots?locationId={}&startTime={MONDAY}&endTime={}",
        bench.location(),
        MONDAY + 2 * DAY
    );
    assert_eq!(
        bench.get(&window).await.0,
        422,
        "one of user, calendar or group"
    );
    let (_, found) = bench.get(&format!("{window}&calendarId={calendar}")).await;
    assert_eq!(found["events"][0]["id"], id);

    let moved = json!({ "locationId": bench.location(), "endTime": "2026-08-04T11:00:00+01:00" });
    let path = format!("/calendars/events/block-slots/{id}");
    assert_eq!(bench.put(&path, moved).await.0, 201);
    assert_eq!(book("2026-08-04T11:30:00+01:00").await, 200);
    assert_eq!(
        bench.delete(&format!("/calendars/events/{id}")).await.0,
        201
    );
    assert_eq!(book("2026-08-04T10:30:00+01:00").await, 200);
    assert!(
        bench
            .twins
            .highlevel()
            .records(Kind::Blocks, None, 9)
            .is_empty()
    );
}

#[tokio::test]
async fn a_block_is_of_a_calendar_or_of_somebody() {
    let bench = empty().await;
    let calendar = calendar(&bench).await;
    let user = bench.twins.highlevel().users()[0].0.clone();
    for (more, status) in [
        (json!({}), 422),
        (
            json!({ "calendarId": calendar, "assignedUserId": user }),
            422,
        ),
        (json!({ "assignedUserId": "nobody" }), 400),
        (json!({ "calendarId": "nowhere" }), 400),
        (
            json!({ "calendarId": calendar, "endTime": "2026-08-04T09:00:00+01:00" }),
            400,
        ),
        (json!({ "calendarId": calendar, "startTime": "soon" }), 422),
        (json!({ "calendarId": calendar, "contactId": "x" }), 422),
        (
            json!({ "calendarId": calendar, "locationId": "elsewhere" }),
            403,
        ),
    ] {
        let (told, body) = block(&bench, more.clone()).await;
        assert_eq!(told, status, "{more}: {body}");
    }
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    assert_eq!(
        block(&bench, json!({ "assignedUserId": user })).await.0,
        201
    );
    let other = bench.twins.highlevel().users()[1].0.clone();
    for (who, status) in [(&user, 400), (&other, 200)] {
        let body = json!({ "calendarId": calendar, "contactId": contact, "locationId": bench.location(),
            "startTime": "2026-08-04T10:00:00+01:00", "assignedUserId": who });
        let (told, body) = bench.post("/calendars/events/appointments", body).await;
        assert_eq!(told, status, "{body}");
    }
}

#[tokio::test]
async fn notes_of_an_appointment_come_in_pages() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let twin = bench.twins.highlevel();
    let fields =
        json!({ "calendarId": calendar(&bench).await, "startTime": "2026-08-05T10:00:00+01:00" });
    let booked = twin
        .act(&json!({"action": "create_appointment", "contact": contact, "fields": fields}))
        .unwrap();
    let path = format!(
        "/calendars/appointments/{}/notes",
        booked["id"].as_str().unwrap()
    );
    let (user, name) = twin.users()[0].clone();
    let mut made = Vec::new();
    for number in 0..3 {
        bench.pass(1_000);
        let (status, body) = bench
            .post(
                &path,
                json!({ "body": format!("Note {number}"), "userId": user }),
            )
            .await;
        assert_eq!(status, 201, "{body}");
        assert_eq!(body["note"]["createdBy"]["name"], json!(name));
        made.push(body["note"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(bench.get(&path).await.0, 422);
    assert_eq!(bench.get(&format!("{path}?limit=21&offset=0")).await.0, 422);
    let (_, page) = bench.get(&format!("{path}?limit=2&offset=0")).await;
    assert_eq!(
        (&page["hasMore"], &page["notes"][0]["body"]),
        (&json!(true), &json!("Note 2"))
    );
    let one = format!("{path}/{}", made[0]);
    let (status, body) = bench.put(&one, json!({ "body": "Changed" })).await;
    assert_eq!((status, &body["note"]["body"]), (200, &json!("Changed")));
    assert_eq!(bench.put(&one, json!({})).await.0, 422);
    assert_eq!(bench.delete(&one).await.1["success"], true);
    assert_eq!(bench.delete(&one).await.0, 400);
    assert_eq!(
        bench.get(&format!("/contacts/{contact}/notes")).await.1["notes"],
        json!([]),
        "they are no notes of the contact"
    );
}

#[tokio::test]
async fn somebody_does_not_come_by_api_and_by_hand() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let twin = bench.twins.highlevel();
    let fields =
        json!({ "calendarId": calendar(&bench).await, "startTime": "2026-08-05T10:00:00+01:00" });
    let booked = twin
        .act(&json!({"action": "create_appointment", "contact": contact, "fields": fields}))
        .unwrap();
    let path = format!(
        "/calendars/events/appointments/{}",
        booked["id"].as_str().unwrap()
    );
    for status in ["noshow", "showed", "cancelled", "confirmed"] {
        let (told, body) = bench
            .put(
                &path,
                json!({ "appointmentStatus": status, "toNotify": false }),
            )
            .await;
        assert_eq!((told, &body["appointmentStatus"]), (200, &json!(status)));
    }
    assert_eq!(
        bench
            .put(&path, json!({ "appointmentStatus": "late" }))
            .await
            .0,
        422
    );
    twin.act(&json!({"action": "edit_appointment", "id": booked["id"], "fields": {"appointmentStatus": "noshow"}}))
        .unwrap();
    assert_eq!(
        bench.get(&path).await.1["appointment"]["appointmentStatus"],
        "noshow"
    );
}
