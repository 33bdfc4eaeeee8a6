//! The commands that tell why, take back and try again, against both twins.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, twins};
use serde_json::{Value, json};

/// A shop in step, and the run that made it so.
fn in_step(twins: &place::Twins) -> (Place, String) {
    let place =
        Place::at(twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    let sync = place
        .run(&["sync", "main", "--approve", "--json"])
        .with(0)
        .json();
    let run = sync["run"].as_str().unwrap().to_owned();
    (place, run)
}

#[test]
fn a_run_is_listed_explained_and_taken_back() {
    let twins = twins();
    let (place, run) = in_step(&twins);
    let runs = place.run(&["runs", "main", "--json"]).with(0).json();
    assert_eq!(runs["runs"][0]["id"], run.as_str());
    let listed = place.run(&["runs", "main"]).with(0);
    assert!(listed.out.contains(&run), "{}", listed.out);

    let explained = place
        .run(&["explain", "main", "C-1", "--json"])
        .with(0)
        .json();
    assert_eq!(explained["kind"], "contact");
    assert!(!explained["fields"].as_array().unwrap().is_empty());
    let told = place.run(&["explain", "main", "C-1", "name"]).with(0);
    assert!(
        told.out.contains("MyGadgetRepairs customer C-1"),
        "{}",
        told.out
    );

    let before = format!("{:?}", twins.at.highlevel().counts());
    let dry = place
        .run(&[
            "undo",
            "main",
            "--run",
            &run,
            "--dry-run",
            "--delete-created",
            "--json",
        ])
        .with(0)
        .json();
    let would = |of: &Value, list: &str| of[list].as_array().unwrap().len();
    assert!(would(&dry, "taken_back") > 0, "{dry}");
    assert_eq!(before, format!("{:?}", twins.at.highlevel().counts()));
    let done = place
        .run(&["undo", "main", "--run", &run, "--delete-created", "--json"])
        .with(0)
        .json();
    assert!(would(&done, "taken_back") > 0, "{done}");
    assert_ne!(before, format!("{:?}", twins.at.highlevel().counts()));
    let after = place.run(&["sync", "main", "--json"]).with(0).json();
    assert_eq!(after["created"]["highlevel"]["contact"], 0, "{after}");
}

#[test]
fn what_failed_and_what_differs_is_listed() {
    let twins = twins();
    let (place, _) = in_step(&twins);
    let retry = place.run(&["retry", "main", "--json"]).with(0).json();
    assert_eq!(retry["failed"].as_array().unwrap().len(), 0);
    let none = place.run(&["retry", "main"]).with(0);
    assert!(none.out.contains("nothing failed"), "{}", none.out);
    let all = place.run(&["retry", "main", "--all", "--json"]).with(0);
    assert_eq!(all.json()["retried"], 0);

    let status = place.run(&["status", "main", "--json"]).with(0).json();
    let differences = place
        .run(&["status", "main", "--differences", "--json"])
        .with(0)
        .json();
    let fields: u64 = differences["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair["fields"].as_array().unwrap().len() as u64)
        .sum();
    let agreement = &status["agreement"];
    let differ = agreement["fields"].as_u64().unwrap() - agreement["agree"].as_u64().unwrap();
    assert!(fields >= differ, "{fields} listed, {differ} counted");
    place.run(&["status", "main", "--differences"]).with(0);
}

#[test]
fn bad_input_is_refused_with_the_way_on() {
    let twins = twins();
    let (place, run) = in_step(&twins);
    let nobody = "00000000-0000-7000-8000-000000000000";
    for (words, says) in [
        (&["explain", "main", "C-99999"][..], "C-99999"),
        (&["explain", "main", "C-1", "colour"], "colour"),
        (&["explain", "nowhere", "C-1"], "nowhere"),
        (&["undo", "main"], "--run"),
        (
            &["undo", "main", "--run", &run, "--record", "C-1"],
            "--record",
        ),
        (&["undo", "main", "--run", nobody], "repairbridge runs main"),
        (
            &["undo", "main", "--run", "today"],
            "repairbridge runs main",
        ),
        (&["undo", "main", "--record", "C-99999"], "C-99999"),
        (
            &["undo", "main", "--record", "C-1", "--field", "colour"],
            "colour",
        ),
        (&["retry", "main", nobody], "repairbridge retry main"),
        (&["retry", "main", "first"], "repairbridge retry main"),
        (&["retry", "main", nobody, "--all"], "--all"),
        (&["runs", "nowhere"], "nowhere"),
        (&["status", "--differences"], "NAME"),
    ] {
        let ran = place.run(words).with(2).says(says);
        assert!(ran.out.is_empty(), "{words:?}: {}", ran.out);
    }
}

#[test]
fn a_shop_that_was_never_read_has_nothing_to_explain() {
    let twins = twins();
    let place =
        Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    place
        .run(&["explain", "main", "C-1"])
        .with(2)
        .says("no sync has read");
    place.run(&["status", "main", "--differences"]).with(0);
    let runs = place.run(&["runs", "main"]).with(0);
    assert!(runs.out.contains("no run yet"), "{}", runs.out);
}

#[test]
fn a_customers_name_does_nothing_to_the_terminal() {
    let twins = twins();
    let place =
        Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    let evil = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{7f}";
    let (crm, counter) = (twins.at.highlevel(), twins.at.mygadgetrepairs());
    for name in ["Anna", "Annabel"] {
        let fields = json!({"name": format!("{name} {evil}Quist"), "mobile": "07400123456"});
        let act = json!({"action": "create_customer", "fields": fields});
        counter.act(&act).unwrap();
    }
    let name = format!("A{evil}");
    let fields = json!({"firstName": name, "lastName": "Quist", "phone": "+447400123456"});
    let act = json!({"action": "create_contact", "fields": fields});
    let contact = crm.act(&act).unwrap()["contact"]["id"].clone();
    let contact = contact.as_str().unwrap();
    place.run(&["sync", "main", "--approve"]).with(0);
    let mut seen = String::new();
    for words in [
        &["review", "main"][..],
        &["explain", "main", contact],
        &["explain", "main", contact, "name"],
        &["log", "main"],
        &["log", "main", "--contact", contact],
        &["status", "main", "--differences"],
        // What is typed comes back in the message as well.
        &["log", evil],
    ] {
        let ran = place.run(words);
        for letter in ran.out.chars().chain(ran.err.chars()) {
            let is_turn = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            let is_obeyed = letter.is_control() && letter != '\n' && letter != '\t';
            assert!(
                !is_obeyed && !is_turn,
                "{words:?}: {:?} {:?}",
                ran.out,
                ran.err
            );
        }
        seen += &ran.out;
    }
    assert!(seen.contains("\u{241b}]0;owned\u{2407}"), "{seen}");
}
