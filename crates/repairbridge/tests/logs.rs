//! Logs: as text and as JSON, with the shop and the run of what they tell, and without people.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

mod place;

use place::{Place, Ran, twins};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use testkit::Truth;

/// A first sync, with logs at a level and in a form.
fn synced(place: &Place, level: &str, format: &str) -> String {
    let mut command = place.command(&["sync", "main", "--approve", "--json"]);
    command
        .env("RUST_LOG", level)
        .env("NO_COLOR", "1")
        .env("REPAIRBRIDGE_LOG__FORMAT", format);
    Ran::of(&command.output().unwrap()).with(0).err
}

#[test]
fn every_json_line_is_whole_and_those_of_a_pass_name_shop_and_run() {
    let twins = twins();
    let (token, key) = (twins.at.token().to_owned(), twins.at.key());
    let place = Place::at(&twins).with_shop(twins.at.location_id(), &token, &key);
    let err = synced(&place, "warn,app=debug,http=debug", "json");
    let lines: Vec<Json> = err
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 10, "{err}");
    for line in &lines {
        for key in ["timestamp", "level", "target", "message"] {
            assert!(line[key].is_string(), "{key}: {line}");
        }
    }
    let runs: BTreeSet<&str> = lines
        .iter()
        .filter(|line| line["span"]["name"] == "pass")
        .map(|line| {
            assert_eq!(line["span"]["shop"], "main", "{line}");
            line["span"]["run"].as_str().unwrap()
        })
        .collect();
    assert_eq!(runs.len(), 1, "one run: {runs:?}");
    let text = synced(&place, "warn,app=debug,http=debug", "text");
    assert!(text.lines().all(|line| !line.starts_with('{')), "{text}");
    assert!(text.contains("pass{shop=\"main\" run="), "{text}");
}

#[test]
fn no_person_stands_in_the_logs_at_info_in_either_form() {
    let twins = twins();
    let (token, key) = (twins.at.token().to_owned(), twins.at.key());
    for format in ["text", "json"] {
        let place = Place::at(&twins).with_shop(twins.at.location_id(), &token, &key);
        let err = synced(&place, "info", format);
        let people = twins.runtime.block_on(Truth::read(&twins.at)).people();
        assert!(people.len() > 20, "{people:?}");
        for person in people {
            assert!(!err.contains(&person), "{format}: {person} in {err}");
        }
    }
}
