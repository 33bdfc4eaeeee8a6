//! Triggers of the clock: when they are due, that each is due once, and for whom never. And the guards.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions"
)]

use crate::desk;
use domain::{CountryCode, Field, Kind, Record, RecordId, Side, Value};
use flows::loops::{burst, circle, mass};
use flows::{Cause, Due, Sighting, Trigger, Watched, due, since};
use jiff::Timestamp;
use mapping::{Rules, Setting, Status};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn trigger(json: Json) -> Trigger {
    serde_json::from_value(json).unwrap()
}

fn found(
    trigger_json: Json,
    source: &str,
    view: &Json,
    since: &[(&str, &str)],
    scope: &Json,
) -> Option<Due> {
    let since: BTreeMap<String, Timestamp> = since
        .iter()
        .map(|(name, when)| ((*name).to_owned(), at(when)))
        .collect();
    let watched = Watched {
        source,
        record: "R1",
        view,
        since: &since,
        scope,
    };
    due(&trigger(trigger_json), &watched, &desk::calendar())
}

fn when(due: Option<Due>) -> Option<String> {
    due.map(|due| due.at.to_string())
}

#[test]
fn a_task_is_overdue_until_it_is_done() {
    let task =
        |done: bool| json!({"id": "R1", "due_date": "2026-07-10T16:00:00Z", "completed": done});
    let of =
        |asked: Json, task: &Json| when(found(asked, "highlevel.task", task, &[], &Json::Null));
    let on = "highlevel.task.overdue";
    assert_eq!(
        of(json!({"on": on}), &task(false)).as_deref(),
        Some("2026-07-10T16:00:00Z")
    );
    assert_eq!(
        of(json!({"on": on, "days": 1}), &task(false)).as_deref(),
        Some("2026-07-11T16:00:00Z")
    );
    // A Friday: the next business day is Monday.
    assert_eq!(
        of(json!({"on": on, "business_days": 1}), &task(false)).as_deref(),
        Some("2026-07-13T16:00:00Z")
    );
    assert_eq!(of(json!({"on": on}), &task(true)), None);
    assert_eq!(of(json!({"on": on}), &json!({"completed": false})), None);
    // Another source than the trigger's is not watched.
    assert_eq!(
        when(found(
            json!({"on": on}),
            "mygadgetrepairs.ticket",
            &task(false),
            &[],
            &Json::Null
        )),
        None
    );
}

#[test]
fn an_appointment_starts_soon_and_it_is_too_late_when_it_began() {
    let view = json!({"id": "R1", "start": "2026-07-10T16:00:00Z", "cancelled": false, "calendar_id": "K1"});
    let asked = |calendars: &[&str]| json!({"on": "highlevel.appointment.starts_soon", "hours": 24, "calendars": calendars});
    let soon = found(
        asked(&["K1"]),
        "highlevel.appointment",
        &view,
        &[],
        &Json::Null,
    )
    .unwrap();
    assert_eq!(
        (soon.at, soon.until),
        (at("2026-07-09T16:00:00Z"), Some(at("2026-07-10T16:00:00Z")))
    );
    assert!(
        found(
            asked(&["K2"]),
            "highlevel.appointment",
            &view,
            &[],
            &Json::Null
        )
        .is_none()
    );
    let off = json!({"start": "2026-07-10T16:00:00Z", "cancelled": true});
    assert!(found(asked(&[]), "highlevel.appointment", &off, &[], &Json::Null).is_none());
    // Moved, it is due anew and by another key.
    let moved = json!({"start": "2026-07-11T16:00:00Z", "cancelled": false});
    let later = found(
        asked(&[]),
        "highlevel.appointment",
        &moved,
        &[],
        &Json::Null,
    )
    .unwrap();
    assert_ne!(soon.occurrence.key, later.occurrence.key);
}

#[test]
fn a_ticket_is_stuck_since_it_came_into_its_status_or_group() {
    let ticket = |group: &str| json!({"id": "R1", "status": "Waiting for parts", "status_id": "2", "status_group": group});
    let times = [
        ("status", "2026-07-09T10:00:00Z"),
        ("status_group", "2026-07-06T10:00:00Z"),
    ];
    let of = |asked: Json, group: &str| {
        when(found(
            asked,
            "mygadgetrepairs.ticket",
            &ticket(group),
            &times,
            &Json::Null,
        ))
    };
    let stuck = |more: Json| {
        let mut asked =
            json!({"on": "mygadgetrepairs.ticket.stuck", "days": 2, "business_days": true});
        asked
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        asked
    };
    assert_eq!(
        of(stuck(json!({})), "waiting").as_deref(),
        Some("2026-07-13T10:00:00Z")
    );
    assert_eq!(
        of(stuck(json!({"groups": ["waiting"]})), "waiting").as_deref(),
        Some("2026-07-08T10:00:00Z")
    );
    assert_eq!(
        of(stuck(json!({"statuses": ["waiting for parts"]})), "waiting").as_deref(),
        Some("2026-07-13T10:00:00Z")
    );
    assert_eq!(
        of(stuck(json!({"statuses": ["2"]})), "waiting").as_deref(),
        Some("2026-07-13T10:00:00Z")
    );
    assert_eq!(of(stuck(json!({"groups": ["open"]})), "waiting"), None);
    // Finished work is not stuck, unless that is asked for.
    assert_eq!(of(stuck(json!({})), "done"), None);
    assert!(of(stuck(json!({"groups": ["done"]})), "done").is_some());
    // Due once for each time that it came into the status.
    let once = found(
        stuck(json!({})),
        "mygadgetrepairs.ticket",
        &ticket("waiting"),
        &times,
        &Json::Null,
    )
    .unwrap();
    let same = found(
        stuck(json!({})),
        "mygadgetrepairs.ticket",
        &ticket("waiting"),
        &times,
        &Json::Null,
    )
    .unwrap();
    assert_eq!(once, same);
    // A flow that counts fewer days from today on does not tell once more of what it told.
    let sooner = found(
        stuck(json!({"days": 1})),
        "mygadgetrepairs.ticket",
        &ticket("waiting"),
        &times,
        &Json::Null,
    )
    .unwrap();
    assert_ne!(once.at, sooner.at);
    assert_eq!(once.occurrence.key, sooner.occurrence.key);
}

#[test]
fn an_appointment_is_missed_unless_a_ticket_was_opened_that_day() {
    let diary = json!({"id": "R1", "start": "2026-07-09T22:30:00Z", "cancelled": false});
    let of = |minutes: Option<u32>, tickets: Json| {
        let asked = json!({"on": "mygadgetrepairs.appointment.missed", "minutes": minutes});
        when(found(
            asked,
            "mygadgetrepairs.appointment",
            &diary,
            &[],
            &json!({"tickets": tickets}),
        ))
    };
    assert_eq!(of(None, json!([])).as_deref(), Some("2026-07-09T23:30:00Z"));
    assert_eq!(
        of(Some(15), json!([])).as_deref(),
        Some("2026-07-09T22:45:00Z")
    );
    // The shop's day, not the one of the zone nought: half past eleven in the evening in London.
    assert_eq!(of(None, json!([{"opened": "2026-07-09T08:00:00Z"}])), None);
    assert!(of(None, json!([{"opened": "2026-07-09T23:30:00Z"}])).is_some());
    assert!(of(None, json!([{"opened": "2026-07-08T08:00:00Z"}])).is_some());
}

#[test]
fn an_invoice_is_overdue_until_it_is_paid() {
    let invoice = |paid: bool| json!({"id": "R1", "due_date": "2026-07-01", "created": "2026-06-20T10:00:00+0100", "is_paid": paid});
    let of = |view: &Json| {
        when(found(
            json!({"on": "mygadgetrepairs.invoice.overdue", "days": 14}),
            "mygadgetrepairs.invoice",
            view,
            &[],
            &Json::Null,
        ))
    };
    assert_eq!(of(&invoice(false)).as_deref(), Some("2026-07-14T23:00:00Z"));
    assert_eq!(of(&invoice(true)), None);
    assert_eq!(
        of(&json!({"created": "2026-06-20T10:00:00+0100"})).as_deref(),
        Some("2026-07-04T09:00:00Z")
    );
}

#[test]
fn since_when_a_ticket_is_in_its_status_and_group() {
    let statuses = [
        ("1", "In progress"),
        ("2", "Waiting for parts"),
        ("3", "Awaiting approval"),
    ];
    let statuses = statuses.map(|(id, label)| Status {
        id: id.to_owned(),
        label: label.to_owned(),
    });
    let setting = Setting::new(
        CountryCode::parse("GB").unwrap(),
        "Europe/London",
        statuses.to_vec(),
    )
    .unwrap();
    let ticket = |status: &str, changed: Option<&str>| {
        let mut ticket = Record::new(Side::MyGadgetRepairs, Kind::Task, RecordId::new("T1"));
        ticket.set(Field::Status, Value::text(status));
        ticket.created_at = Some(at("2026-07-01T09:00:00Z"));
        ticket.changed_at = changed.map(at);
        serde_json::to_value(ticket).unwrap()
    };
    let told = |before: Option<Json>, after: Json| {
        let sighting = Sighting {
            seq: 1,
            source: "mygadgetrepairs.ticket".to_owned(),
            record: "T1".to_owned(),
            event: None,
            before,
            after: Some(after),
            at: at("2026-07-09T10:00:00Z"),
            history: true,
            cause: Cause::Outside,
        };
        since(&sighting, &setting, &Rules::default())
    };
    let changed = Some("2026-07-09T09:00:00Z");
    assert_eq!(
        told(None, ticket("2", None)),
        [
            ("status", at("2026-07-01T09:00:00Z")),
            ("status_group", at("2026-07-01T09:00:00Z"))
        ]
    );
    assert_eq!(
        told(Some(ticket("1", None)), ticket("2", changed)),
        [
            ("status", at("2026-07-09T09:00:00Z")),
            ("status_group", at("2026-07-09T09:00:00Z"))
        ]
    );
    // From one way of waiting into another.
    assert_eq!(
        told(Some(ticket("2", None)), ticket("3", changed)),
        [("status", at("2026-07-09T09:00:00Z"))]
    );
    assert!(told(Some(ticket("2", None)), ticket("2", changed)).is_empty());
}

#[test]
fn a_flow_does_not_start_on_what_it_led_to() {
    let chain = |flows: &[&str]| {
        flows
            .iter()
            .fold(Cause::Outside, |cause, flow| cause.then(flow))
    };
    assert_eq!(circle("a", &Cause::Outside), None);
    assert_eq!(circle("a", &Cause::Sync), None);
    assert_eq!(circle("a", &chain(&["b", "c"])), None);
    assert!(circle("a", &chain(&["a"])).is_some());
    assert!(
        circle("a", &chain(&["b", "a", "c"]))
            .unwrap()
            .contains("b, a, c")
    );
    assert_eq!(circle("a", &chain(&["b", "c", "d", "e", "f"])), None);
    assert!(circle("a", &chain(&["b", "c", "d", "e", "f", "g"])).is_some());
}

#[test]
fn bursts_and_masses_are_counted_within_their_time() {
    let now = at("2026-07-09T10:00:00Z");
    let ago = |minutes: i64, count: usize| {
        vec![
            now.checked_sub(jiff::SignedDuration::from_mins(minutes))
                .unwrap();
            count
        ]
    };
    assert_eq!(burst(&ago(59, 9), now), None);
    assert!(burst(&ago(59, 10), now).is_some());
    assert_eq!(burst(&ago(60, 100), now), None);
    assert_eq!(mass(&ago(9, 49), now), None);
    assert!(mass(&ago(9, 50), now).is_some());
    assert_eq!(mass(&ago(10, 500), now), None);
}
