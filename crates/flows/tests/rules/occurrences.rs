//! What is told of a sighting: created, changed and gone; real transitions only; nothing of history; keys that are never
//! used twice.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions"
)]

use domain::{CountryCode, Field, Kind, Record, RecordId, Side, Value};
use flows::{Cause, Occurrence, Sighting, occurrences};
use jiff::Timestamp;
use mapping::{Rules, Setting, Status};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

fn setting() -> Setting {
    let statuses = [
        ("1", "In progress"),
        ("2", "Waiting for parts"),
        ("3", "Ready"),
        ("4", "Completed"),
        ("5", "Zork"),
    ];
    let statuses = statuses.map(|(id, label)| Status {
        id: id.to_owned(),
        label: label.to_owned(),
    });
    Setting::new(
        CountryCode::parse("GB").unwrap(),
        "Europe/London",
        statuses.to_vec(),
    )
    .unwrap()
}

fn sighting(source: &str, before: Option<Json>, after: Option<Json>) -> Sighting {
    Sighting {
        seq: 7,
        source: source.to_owned(),
        record: "R1".to_owned(),
        event: None,
        before,
        after,
        at: "2026-07-09T10:00:00Z".parse().unwrap(),
        history: false,
        cause: Cause::Outside,
    }
}

fn told(sighting: &Sighting) -> Vec<Occurrence> {
    occurrences(sighting, &setting(), &Rules::default())
}

/// What is told, without the source.
fn verbs(sighting: &Sighting) -> Vec<String> {
    let told = told(sighting);
    told.iter()
        .map(|one| {
            one.trigger
                .strip_prefix(&format!("{}.", sighting.source))
                .unwrap()
                .to_owned()
        })
        .collect()
}

fn record(side: Side, kind: Kind, fields: &[(Field, &str)]) -> Record {
    let mut record = Record::new(side, kind, RecordId::new("R1"));
    for (field, text) in fields {
        let value = match *text {
            "yes" => Some(Value::Flag(true)),
            "no" => Some(Value::Flag(false)),
            text => text
                .parse::<Timestamp>()
                .map_or_else(|_| Value::text(text), |at| Some(Value::Moment { at })),
        };
        record.set(*field, value);
    }
    record
}

fn json_of(record: &Record) -> Json {
    serde_json::to_value(record).unwrap()
}

fn ticket(status: &str) -> Json {
    let mut ticket = record(
        Side::MyGadgetRepairs,
        Kind::Task,
        &[
            (Field::Status, status),
            (Field::Title, "Screen"),
            (Field::Opened, "2026-07-01T09:00:00Z"),
        ],
    );
    ticket.reference = Some("K-1042".to_owned());
    json_of(&ticket)
}

fn contact(fields: &[(Field, &str)], tags: &[&str]) -> Json {
    let mut contact = record(Side::HighLevel, Kind::Contact, fields);
    contact.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    json_of(&contact)
}

fn task(fields: &[(Field, &str)]) -> Json {
    json_of(&record(Side::HighLevel, Kind::Task, fields))
}

fn booked(status: &str, start: &str) -> Json {
    json_of(&record(
        Side::HighLevel,
        Kind::Appointment,
        &[(Field::Booking, status), (Field::Start, start)],
    ))
}

#[test]
fn history_tells_nothing() {
    let mut seen = sighting(
        "mygadgetrepairs.ticket",
        Some(ticket("1")),
        Some(ticket("3")),
    );
    assert_eq!(verbs(&seen).len(), 3);
    seen.history = true;
    assert!(told(&seen).is_empty());
}

#[test]
fn a_contact_is_created_changed_and_gone() {
    let source = "highlevel.contact";
    let ada = contact(&[(Field::Email, "ada@example.com")], &["vip"]);
    assert_eq!(
        verbs(&sighting(source, None, Some(ada.clone()))),
        ["created"]
    );
    assert!(verbs(&sighting(source, Some(ada.clone()), Some(ada.clone()))).is_empty());
    let moved = contact(&[(Field::Email, "ada@example.org")], &["vip"]);
    let seen = sighting(source, Some(ada.clone()), Some(moved));
    assert_eq!(verbs(&seen), ["updated"]);
    assert_eq!(told(&seen)[0].facts["changed"], json!(["email"]));

    let mut gone = sighting(source, Some(ada.clone()), None);
    assert_eq!(verbs(&gone), ["deleted", "vanished"]);
    gone.event = Some("ContactDelete".to_owned());
    assert_eq!(verbs(&gone), ["deleted"]);

    // Said to be changed, but not known before: it is not new.
    let mut late = sighting(source, None, Some(ada));
    late.event = Some("ContactUpdate".to_owned());
    assert_eq!(verbs(&late), ["updated"]);
    late.event = Some("ContactCreate".to_owned());
    assert_eq!(verbs(&late), ["created"]);
}

#[test]
fn tags_are_told_by_their_difference_and_consent_by_its_own() {
    let source = "highlevel.contact";
    let before = contact(&[], &["vip", "trade"]);
    let seen = sighting(
        source,
        Some(before.clone()),
        Some(contact(&[], &["VIP", "new"])),
    );
    assert_eq!(verbs(&seen), ["updated", "tags_changed"]);
    let facts = &told(&seen)[1].facts;
    assert_eq!(
        (&facts["added"], &facts["removed"]),
        (&json!(["new"]), &json!(["trade"]))
    );

    let blocked = contact(&[(Field::NoSms, "yes")], &["vip", "trade"]);
    let seen = sighting(source, Some(before.clone()), Some(blocked.clone()));
    assert_eq!(verbs(&seen), ["updated", "do_not_disturb_changed"]);
    assert_eq!(told(&seen)[1].facts["blocked"], json!(["no_sms"]));
    let seen = sighting(source, Some(blocked), Some(before.clone()));
    assert_eq!(told(&seen)[1].facts["allowed"], json!(["no_sms"]));
    // Absent and `no` both allow messages.
    let said = contact(&[(Field::NoSms, "no")], &["vip", "trade"]);
    assert!(verbs(&sighting(source, Some(before), Some(said))).is_empty());
}

#[test]
fn a_task_is_edited_completed_or_reopened() {
    let source = "highlevel.task";
    let open = task(&[(Field::Title, "Call"), (Field::Completed, "no")]);
    let done = task(&[(Field::Title, "Call"), (Field::Completed, "yes")]);
    let edited = task(&[(Field::Title, "Call Ada"), (Field::Completed, "no")]);
    let assigned = task(&[
        (Field::Title, "Call"),
        (Field::Completed, "no"),
        (Field::Staff, "U1"),
    ]);
    let both = task(&[(Field::Title, "Called Ada"), (Field::Completed, "yes")]);
    for (before, after, expected) in [
        (&open, &done, "completed"),
        (&done, &open, "reopened"),
        (&open, &edited, "edited"),
        (&open, &assigned, "edited"),
        (&open, &both, "completed"),
    ] {
        let seen = sighting(source, Some(before.clone()), Some(after.clone()));
        assert_eq!(verbs(&seen), [expected]);
    }
    assert_eq!(verbs(&sighting(source, None, Some(done))), ["created"]);
    assert_eq!(verbs(&sighting(source, Some(open), None)), ["deleted"]);
}

#[test]
fn an_appointment_is_moved_called_off_or_missed() {
    let source = "highlevel.appointment";
    let (nine, ten) = ("2026-07-09T09:00:00Z", "2026-07-09T10:00:00Z");
    let stands = booked("confirmed", nine);
    let after = |after: Json| sighting(source, Some(stands.clone()), Some(after));
    let moved = after(booked("confirmed", ten));
    assert_eq!(verbs(&moved), ["updated"]);
    assert_eq!(told(&moved)[0].facts["rescheduled"], json!(true));
    assert_eq!(verbs(&after(booked("cancelled", ten))), ["cancelled"]);
    assert_eq!(verbs(&after(booked("noshow", nine))), ["no_show"]);
    assert_eq!(verbs(&after(booked("no-show", nine))), ["no_show"]);
    let showed = after(booked("showed", nine));
    assert_eq!(verbs(&showed), ["updated"]);
    assert_eq!(
        (
            &told(&showed)[0].facts["from"],
            &told(&showed)[0].facts["to"]
        ),
        (&json!("confirmed"), &json!("showed"))
    );
    let gone = sighting(source, Some(stands.clone()), None);
    assert_eq!(verbs(&gone), ["cancelled"]);
    assert_eq!(told(&gone)[0].facts["deleted"], json!(true));
    assert_eq!(verbs(&sighting(source, None, Some(stands))), ["created"]);
}

#[test]
fn a_ticket_enters_a_group_only_by_a_real_transition() {
    let source = "mygadgetrepairs.ticket";
    let moves =
        |from: &str, to: &str| verbs(&sighting(source, Some(ticket(from)), Some(ticket(to))));
    assert_eq!(moves("1", "3"), ["updated", "status_changed", "ready"]);
    assert_eq!(moves("3", "4"), ["updated", "status_changed", "completed"]);
    assert_eq!(moves("4", "1"), ["updated", "status_changed"]);
    assert_eq!(moves("1", "2"), ["updated", "status_changed"]);
    assert_eq!(moves("5", "3"), ["updated", "status_changed", "ready"]);
    assert!(moves("3", "3").is_empty());
    // First seen ready, or from a status that could not be read: no transition.
    assert_eq!(
        verbs(&sighting(source, None, Some(ticket("3")))),
        ["created"]
    );
    let unread = json_of(&record(
        Side::MyGadgetRepairs,
        Kind::Task,
        &[(Field::Title, "Screen")],
    ));
    assert_eq!(
        verbs(&sighting(source, Some(unread), Some(ticket("3")))),
        ["updated"]
    );
    assert_eq!(
        verbs(&sighting(source, Some(ticket("3")), None)),
        ["deleted"]
    );

    let facts = told(&sighting(source, Some(ticket("1")), Some(ticket("3"))))[2]
        .facts
        .clone();
    assert_eq!(
        (&facts["from"], &facts["to"], &facts["to_group"]),
        (&json!("In progress"), &json!("Ready"), &json!("ready"))
    );
    assert_eq!(facts["after"]["reference"], json!("K-1042"));
    // The same group under two labels is no entry.
    let mut rules = Rules::default();
    rules
        .tasks
        .statuses
        .insert("5".to_owned(), mapping::StatusGroup::Ready);
    let seen = sighting(source, Some(ticket("3")), Some(ticket("5")));
    let told = occurrences(&seen, &setting(), &rules);
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn a_technician_is_changed() {
    let with = |name: &str| {
        let mut fields = vec![(Field::Status, "1"), (Field::Title, "Screen")];
        fields.extend((!name.is_empty()).then_some((Field::Staff, name)));
        json_of(&record(Side::MyGadgetRepairs, Kind::Task, &fields))
    };
    let seen = sighting(
        "mygadgetrepairs.ticket",
        Some(with("Ana")),
        Some(with("Ben")),
    );
    assert_eq!(verbs(&seen), ["updated", "technician_changed"]);
    assert_eq!(told(&seen)[1].facts["to"], json!("Ben"));
}

#[test]
fn an_invoice_is_paid_and_taken_back() {
    let source = "mygadgetrepairs.invoice";
    let open = json!({"id": "I1", "amount_total": "£120.00", "status": "Unpaid"});
    let paid = json!({"id": "I1", "amount_total": "£120.00", "status": "Paid"});
    let back = json!({"id": "I1", "amount_total": "£120.00", "status": "Refunded"});
    let moves = |before: Option<&Json>, after: &Json| {
        verbs(&sighting(source, before.cloned(), Some(after.clone())))
    };
    assert_eq!(moves(None, &open), ["created"]);
    assert_eq!(moves(None, &paid), ["created", "paid"]);
    assert_eq!(moves(Some(&open), &paid), ["paid"]);
    assert_eq!(moves(Some(&paid), &back), ["refunded"]);
    assert_eq!(moves(Some(&paid), &open), ["refunded"]);
    assert_eq!(moves(Some(&back), &paid), ["paid"]);
    assert!(moves(Some(&paid), &paid).is_empty());
    // A part that is given back is told, and it stays paid.
    let part = |status: &str, paid: u32| json!({"id": "I1", "amount_total": 120, "amount_paid": paid, "status": status});
    let partly = part("Part Refunded", 100);
    assert_eq!(moves(Some(&part("Paid", 120)), &partly), ["refunded"]);
    assert_eq!(moves(Some(&partly), &part("Refunded", 0)), ["refunded"]);
    // Without a status the balance tells.
    let owed = |paid: u32| json!({"id": "I1", "amount_total": 120, "payments": [{"amount": paid}]});
    assert_eq!(moves(Some(&owed(50)), &owed(120)), ["paid"]);
    assert!(moves(Some(&owed(20)), &owed(50)).is_empty());
}

#[test]
fn estimates_are_answered_and_reminders_completed() {
    let estimate = |status: &str| Some(json!({"id": "E1", "status": {"label": status}}));
    let source = "mygadgetrepairs.estimate";
    assert_eq!(
        verbs(&sighting(source, None, estimate("Sent"))),
        ["created", "sent"]
    );
    assert_eq!(
        verbs(&sighting(source, None, estimate("Draft"))),
        ["created"]
    );
    let sent = sighting(source, estimate("Draft"), estimate("Sent"));
    assert_eq!(verbs(&sent), ["sent"]);
    let seen = sighting(source, estimate("Awaiting approval"), estimate("Approved"));
    assert_eq!(verbs(&seen), ["answered"]);
    assert_eq!(told(&seen)[0].facts["to"], json!("approved"));
    assert!(
        verbs(&sighting(
            source,
            estimate("Sent"),
            estimate("Not approved")
        ))
        .is_empty()
    );

    let reminder = |done: bool| Some(json!({"id": "M1", "title": "Call", "completed": done}));
    let source = "mygadgetrepairs.reminder";
    assert_eq!(
        verbs(&sighting(source, reminder(false), reminder(true))),
        ["completed"]
    );
    assert_eq!(
        verbs(&sighting(source, reminder(true), reminder(false))),
        ["updated"]
    );
}

#[test]
fn opportunities_move_and_close() {
    let deal = |stage: &str, status: &str| {
        Some(json!({"id": "O1", "pipelineStageId": stage, "status": status}))
    };
    let source = "highlevel.opportunity";
    assert_eq!(
        verbs(&sighting(source, deal("a", "open"), deal("b", "open"))),
        ["stage_changed"]
    );
    assert_eq!(
        verbs(&sighting(source, deal("a", "open"), deal("b", "won"))),
        ["stage_changed", "closed"]
    );
    assert!(verbs(&sighting(source, deal("a", "won"), deal("a", "open"))).is_empty());
    let mut first = sighting(source, None, deal("b", "won"));
    first.event = Some("OpportunityStatusUpdate".to_owned());
    assert_eq!(verbs(&first), ["closed"]);
}

#[test]
fn webhooks_of_their_own_are_known_by_their_id() {
    let message = |seq: i64| {
        let mut seen = sighting(
            "highlevel.message",
            None,
            Some(json!({"messageId": "M1", "direction": "inbound", "body": "hi"})),
        );
        seen.seq = seq;
        seen
    };
    assert_eq!(told(&message(1))[0].key, told(&message(2))[0].key);
    assert_eq!(verbs(&message(1)), ["received"]);
    let event = |id: &str| {
        let source = "highlevel.event.InvoicePaid";
        let seen = sighting(
            source,
            None,
            Some(json!({"webhookId": id, "total": 3, "password": "x"})),
        );
        let told = told(&seen);
        assert_eq!(told[0].trigger, source);
        assert_eq!(told[0].facts["after"].get("password"), None);
        told[0].key.clone()
    };
    assert_ne!(event("a"), event("b"));
    assert_eq!(event("a"), event("a"));
}

/// Any state of any source, sensible or not.
fn state() -> impl Strategy<Value = Option<Json>> {
    prop_oneof![
        Just(None),
        Just(Some(Json::Null)),
        Just(Some(json!("text"))),
        prop::sample::select(vec!["1", "2", "3", "4", "5"]).prop_map(|status| Some(ticket(status))),
        prop::collection::vec("[a-c]", 0..3).prop_map(|tags| {
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            Some(contact(&[], &tags))
        }),
        any::<bool>()
            .prop_map(|done| Some(task(&[(Field::Completed, if done { "yes" } else { "no" })]))),
        prop::sample::select(vec!["confirmed", "cancelled", "noshow", "deleted"])
            .prop_map(|status| Some(booked(status, "2026-07-09T09:00:00Z"))),
        prop::sample::select(vec!["Paid", "Unpaid", "Refunded", "Approved"]).prop_map(|status| {
            Some(json!({"id": "I1", "amount_total": 5, "status": status, "direction": "inbound"}))
        }),
    ]
}

proptest! {
    /// Whatever is seen, one event has one key: never the same twice, and always the same again.
    #[test]
    fn keys_are_unique_and_stable(
        seen in prop::collection::vec(
            (0..flows::triggers().len(), state(), state(), any::<Option<bool>>()),
            1..30,
        )
    ) {
        let mut keys = BTreeSet::new();
        for (seq, (trigger, before, after, event)) in seen.into_iter().enumerate() {
            let mut seen = sighting(flows::triggers()[trigger].source, before, after);
            seen.seq = i64::try_from(seq).unwrap();
            seen.event = event.map(|created| if created { "ContactCreate" } else { "ContactUpdate" }.to_owned());
            // A message is known by the vendor's id, and what lists and webhooks both tell by its own: seen again it is the
            // same event.
            if ["highlevel.message", "highlevel.note", "highlevel.opportunity"].contains(&seen.source.as_str()) { continue; }
            let first = told(&seen);
            prop_assert_eq!(&first, &told(&seen));
            for one in first {
                prop_assert!(flows::trigger(&one.trigger).is_some_and(|kind| !kind.clock), "{}", one.trigger);
                prop_assert!(keys.insert(one.key.clone()), "{} twice", one.key);
            }
        }
    }
}

/// The time at which the vendor says that something was changed counts, not the one at which it was seen.
#[test]
fn what_is_seen_late_happened_when_the_vendor_says_that_it_did() {
    let invoice = |status: &str, changed: Json| {
        let body =
            json!({"id": "R1", "amount_total": 80, "status": status, "last_updated": changed});
        Some(body)
    };
    let at = |before: Json, after: Json| {
        let seen = sighting(
            "mygadgetrepairs.invoice",
            invoice("Unpaid", before),
            invoice("Paid", after),
        );
        let paid = told(&seen);
        assert_eq!(paid[0].trigger, "mygadgetrepairs.invoice.paid");
        paid[0].at.to_string()
    };
    let seen_at = "2026-07-09T10:00:00Z";
    let early = json!("2026-07-09T08:00:00+0100");
    // Whole seconds: it may have been almost one later.
    let told_at = "2026-07-09T07:00:00.999Z";
    assert_eq!(at(Json::Null, early.clone()), told_at);
    assert_eq!(
        at(json!("2026-07-01T08:00:00+0100"), early.clone()),
        told_at
    );
    for (before, after) in [
        // Nothing is said, or nothing new; a bare day; a clock ahead of ours.
        (early.clone(), Json::Null),
        (early.clone(), early.clone()),
        (early, json!("2026-07-09")),
        (Json::Null, json!("2026-07-09T12:00:00+0100")),
    ] {
        assert_eq!(at(before, after), seen_at);
    }
}
