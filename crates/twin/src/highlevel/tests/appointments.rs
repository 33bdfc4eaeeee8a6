use serde_json::{Value, json};

use super::{Bench, MONDAY, empty};

async fn calendars(bench: &Bench) -> (String, String) {
    let (_, body) = bench
        .get(&format!("/calendars/?locationId={}", bench.location()))
        .await;
    let all = body["calendars"].as_array().unwrap();
    assert_eq!(
        all[0]["appoinmentPerSlot"], 1,
        "the misspelling is part of it"
    );
    let id = |calendar: &Value| calendar["id"].as_str().unwrap().to_owned();
    (id(&all[0]), id(all.last().unwrap()))
}

async fn book(
    bench: &Bench,
    calendar: &str,
    contact: &str,
    start: &str,
    more: Value,
) -> (u16, Value) {
    let mut body = json!({
        "calendarId": calendar, "contactId": contact, "locationId": bench.location(), "startTime": start,
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    bench.post("/calendars/events/appointments", body).await
}

#[tokio::test]
async fn a_booking_is_answered_flat_and_read_in_an_envelope() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let (calendar, _) = calendars(&bench).await;
    let (status, body) = book(
        &bench,
        &calendar,
        &contact,
        "2026-08-04T11:00:00+01:00",
        json!({ "title": "Screen" }),
    )
    .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        (&body["appoinmentStatus"], &body["status"]),
        (&json!("confirmed"), &json!("booked"))
    );
    assert_eq!(body.get("startTime"), None);
    let id = body["id"].as_str().unwrap();
    let path = format!("/calendars/events/appointments/{id}");
    let (_, got) = bench.get(&path).await;
    assert_eq!(got["appointment"]["startTime"], "2026-08-04T11:00:00+01:00");
    assert_eq!(got["appointment"]["createdBy"]["source"], "third_party");
    let (_, own) = bench
        .get(&format!("/contacts/{contact}/appointments"))
        .await;
    assert_eq!(
        own["events"][0]["startTime"], "2026-08-04 11:00:00",
        "local, without a zone"
    );

    let events = |query: &str| {
        bench.get_owned(format!(
            "/calendars/events?locationId={}&{query}",
            bench.location()
        ))
    };
    let window = format!("startTime={MONDAY}&endTime={}", MONDAY + 2 * 86_400_000);
    assert_eq!(
        events(&window).await.0,
        422,
        "one of user, calendar or group"
    );
    let (_, found) = events(&format!("{window}&calendarId={calendar}")).await;
    assert_eq!(found["events"][0]["id"], json!(id));
    let (_, none) = events(&format!(
        "startTime={MONDAY}&endTime={}&calendarId={calendar}",
        MONDAY + 1
    ))
    .await;
    assert_eq!(none["events"], json!([]));

    let (status, body) = bench.delete(&format!("/calendars/events/{id}")).await;
    assert_eq!((status, &body["succeeded"]), (201, &json!(true)));
    assert_eq!(bench.get(&path).await.1["appointment"]["deleted"], true);
    let (_, own) = bench
        .get(&format!("/contacts/{contact}/appointments"))
        .await;
    assert_eq!(own["events"], json!([]));
}

#[tokio::test]
async fn slots_have_to_be_open_ahead_and_free_unless_told_otherwise() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let (calendar, last) = calendars(&bench).await;
    let try_at = |start: &'static str, more: Value| {
        let (bench, calendar, contact) = (&bench, &calendar, &contact);
        async move { book(bench, calendar, contact, start, more).await }
    };
    assert_eq!(try_at("2026-08-04T10:00:00+01:00", json!({})).await.0, 200);
    for (start, why) in [
        ("2026-08-04T10:00:00+01:00", "taken"),
        ("2026-08-04T22:00:00+01:00", "closed"),
        ("2026-08-09T10:00:00+01:00", "Sunday"),
        ("2026-08-01T10:00:00+01:00", "past"),
    ] {
        let (status, body) = try_at(start, json!({})).await;
        assert_eq!(
            (status, body["message"].as_str()),
            (
                400,
                Some("The slot you have selected is no longer available.")
            ),
            "{why}"
        );
        assert_eq!(
            try_at(start, json!({ "ignoreFreeSlotValidation": true }))
                .await
                .0,
            200,
            "{why}"
        );
    }
    assert_eq!(try_at("tomorrow", json!({})).await.0, 422);
    assert_eq!(
        try_at("2026-08-05T10:00:00Z", json!({ "rrule": "FREQ=DAILY" }))
            .await
            .0,
        400
    );

    let (status, body) = book(&bench, &last, &contact, "2026-08-05T10:00:00Z", json!({})).await;
    assert_eq!(
        status, 400,
        "this calendar needs a member of its team: {body}"
    );
    assert_eq!(
        book(
            &bench,
            &last,
            &contact,
            "2026-08-05T10:00:00Z",
            json!({ "assignedUserId": "nobody" })
        )
        .await
        .0,
        400
    );
    let (_, free) = bench
        .get(&format!(
            "/calendars/{calendar}/free-slots?startDate={}&endDate={}",
            MONDAY + 86_400_000,
            MONDAY + 2 * 86_400_000
        ))
        .await;
    let slots = free["2026-08-04"]["slots"].as_array().unwrap();
    assert!(
        slots.contains(&json!("2026-08-04T15:00:00+01:00"))
            && !slots.contains(&json!("2026-08-04T10:00:00+01:00"))
    );
}

#[tokio::test]
async fn only_to_notify_false_keeps_automations_quiet() {
    let bench = empty().await;
    let contact = bench.contact(json!({ "firstName": "Ada" })).await;
    let (calendar, _) = calendars(&bench).await;
    let before = bench.twins.highlevel().counts().automations;
    let (_, quiet) = book(
        &bench,
        &calendar,
        &contact,
        "2026-08-04T10:00:00+01:00",
        json!({ "toNotify": false }),
    )
    .await;
    let path = format!(
        "/calendars/events/appointments/{}",
        quiet["id"].as_str().unwrap()
    );
    bench
        .put(
            &path,
            json!({ "appointmentStatus": "cancelled", "toNotify": false }),
        )
        .await;
    assert_eq!(bench.twins.highlevel().counts().automations, before);
    book(
        &bench,
        &calendar,
        &contact,
        "2026-08-04T10:00:00+01:00",
        json!({}),
    )
    .await;
    assert_eq!(bench.twins.highlevel().counts().automations, before + 1);
    let (status, body) = bench.put(&path, json!({ "contactId": contact })).await;
    assert_eq!(
        (status, &body["message"]),
        (422, &json!(["property contactId should not exist"]))
    );
}

impl Bench {
    async fn get_owned(&self, path: String) -> (u16, Value) {
        self.get(&path).await
    }
}
