//! The whole way: a change is seen, it is told as what happened, a recipe's flow starts on it and does its work.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions"
)]

use crate::desk;
use domain::{CountryCode, Field, Kind, Record, RecordId, Side, Value};
use flows::play::{Scene, play_on};
use flows::{Cause, Outcome, Sighting, occurrences, recipe};
use mapping::{Rules, Setting};
use serde_json::{Map, Value as Json, json};

fn ticket(status: &str) -> Json {
    let mut ticket = Record::new(Side::MyGadgetRepairs, Kind::Task, RecordId::new("T1"));
    ticket.reference = Some("K-1042".to_owned());
    ticket.set(Field::Title, Value::text("Screen"));
    ticket.set(Field::Status, Value::text(status));
    ticket.set(Field::StatusLabel, Value::text(status));
    serde_json::to_value(ticket).unwrap()
}

fn seen(from: &str, to: &str) -> Sighting {
    Sighting {
        seq: 1,
        source: "mygadgetrepairs.ticket".to_owned(),
        record: "T1".to_owned(),
        event: None,
        before: Some(ticket(from)),
        after: Some(ticket(to)),
        at: "2026-07-09T10:00:00Z".parse().unwrap(),
        history: false,
        cause: Cause::Outside,
    }
}

#[test]
fn a_ticket_becomes_ready_and_is_not_collected() {
    let setting = Setting::new(
        CountryCode::parse("GB").unwrap(),
        "Europe/London",
        Vec::new(),
    )
    .unwrap();
    let rules = Rules::default();
    let recipe = recipe::find("ready-not-collected").unwrap();
    let document = recipe::instantiate(&recipe, &Map::new()).unwrap();
    let flow = &document.flows[0];
    let starts = |sighting: &Sighting| {
        let told = occurrences(sighting, &setting, &rules);
        told.into_iter()
            .filter(|one| flow.starts_on(one))
            .collect::<Vec<_>>()
    };
    let sighting = seen("In progress", "Ready");
    let started = starts(&sighting);
    assert_eq!(started.len(), 1);
    // Seen again it is the same event; while history is loaded, or without a transition, it is none.
    assert_eq!(starts(&sighting), started);
    assert!(
        starts(&Sighting {
            history: true,
            ..sighting.clone()
        })
        .is_empty()
    );
    assert!(
        starts(&Sighting {
            before: None,
            ..sighting.clone()
        })
        .is_empty()
    );
    assert!(starts(&seen("Ready", "Ready for pickup")).is_empty());
    // The sync may have set the status: this recipe looks at the ticket, whoever moved it.
    assert_eq!(
        starts(&Sighting {
            cause: Cause::Sync,
            ..sighting
        })
        .len(),
        1
    );

    let ready = flows::view::view("mygadgetrepairs.ticket", &ticket("Ready"), &setting, &rules);
    let scope = json!({"ticket": ready, "contact": {"id": "C1"}});
    let scene = Scene {
        scope: scope.as_object().unwrap().clone(),
        ..Scene::default()
    };
    let played = play_on(flow, started[0].clone(), &scene, &desk::calendar());
    assert_eq!(played.outcome, Outcome::Done);
    let acts: Vec<(&str, String)> = played
        .acts
        .iter()
        .map(|act| (act.operation.as_str(), act.at.to_string()))
        .collect();
    assert_eq!(
        acts,
        [
            ("highlevel.task.create", "2026-07-14T10:00:00Z".to_owned()),
            (
                "highlevel.contact.add_tags",
                "2026-07-20T10:00:00Z".to_owned()
            ),
        ]
    );
    assert_eq!(
        played.acts[0].input["title"],
        json!("K-1042: ready, not collected")
    );
    assert_eq!(
        played.acts[0].input["body"],
        json!("Screen has been ready since 09 Jul. Please call.")
    );
}
