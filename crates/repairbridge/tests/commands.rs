//! The commands against both twins.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, Ran, Twins, twins};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

fn connected(twins: &Twins) -> Place {
    Place::at(twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key())
}

/// The lines of `check` that failed.
fn failures(ran: &Ran) -> Vec<Value> {
    let report = ran.json();
    let lines = report["lines"].as_array().unwrap();
    lines
        .iter()
        .filter(|line| line["verdict"] == "failed")
        .cloned()
        .collect()
}

#[test]
fn a_shop_goes_from_check_over_preview_to_an_approved_sync() {
    let twins = twins();
    let place = connected(&twins);
    place.run(&["check", "main", "--json"]).with(0);
    let preview = place.run(&["preview", "main", "--json"]).with(0).json();
    assert!(preview["created"]["highlevel"]["contact"].as_u64().unwrap() > 0);
    let before = twins.at.highlevel().counts();

    // The first run waits for a person, and says so.
    let waiting = place.run(&["sync", "main", "--json"]).with(1);
    assert_eq!(waiting.json()["finished"], false);
    assert!(waiting.err.contains("not finished"), "{}", waiting.err);
    assert_eq!(
        format!("{before:?}"),
        format!("{:?}", twins.at.highlevel().counts())
    );

    let sync = place
        .run(&["sync", "main", "--approve", "--json"])
        .with(0)
        .json();
    assert_eq!(sync["finished"], true);
    assert_eq!(
        sync["created"]["highlevel"],
        preview["created"]["highlevel"]
    );
    let again = place.run(&["sync", "main", "--json"]).with(0).json();
    assert_eq!(again["created"]["highlevel"]["contact"], 0);
    assert_eq!(again["updated"]["highlevel"]["contact"], 0);

    let status = place.run(&["status", "main", "--json"]).with(0).json();
    assert_eq!(status["shop"], "main");
    assert_eq!(status["backlog"], 0);
    let log = place.run(&["log", "main", "--json"]).with(0).json();
    assert!(!log["lines"].as_array().unwrap().is_empty());
    let review = place.run(&["review", "main", "--json"]).with(0).json();
    assert_eq!(
        review["review"].as_array().unwrap().len() as u64,
        sync["review"].as_u64().unwrap()
    );
}

#[test]
fn a_bad_key_is_found_by_check_and_stops_a_sync() {
    let twins = twins();
    let place = Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), "wrong-key");
    let ran = place.run(&["check", "main", "--json"]).with(1);
    let failed = failures(&ran);
    assert!(
        failed
            .iter()
            .any(|line| line["what"].as_str().unwrap().contains("MyGadgetRepairs")),
        "{failed:?}"
    );
    assert!(format!("{failed:?}").contains("MGR-KEY"), "{failed:?}");
    place.run(&["sync", "main", "--approve"]).with(1);
    assert!(!ran.out.contains("wrong-key") && !ran.err.contains("wrong-key"));
}

#[test]
fn a_token_of_another_location_is_found_by_check() {
    let twins = twins();
    let other = twins
        .at
        .highlevel()
        .credentials()
        .other_location
        .secret
        .clone();
    let place = Place::at(&twins).with_shop(twins.at.location_id(), &other, &twins.at.key());
    let failed = failures(&place.run(&["check", "main", "--json"]).with(1));
    assert!(
        failed
            .iter()
            .any(|line| line["what"].as_str().unwrap().contains("HighLevel")),
        "{failed:?}"
    );
}

#[test]
fn a_missing_scope_is_named_by_check() {
    let twins = twins();
    let scopes = [
        "locations.readonly",
        "locations/tasks.readonly",
        "users.readonly",
    ];
    let narrow = twin::highlevel::Token {
        secret: "pit-narrow".into(),
        reach: twin::highlevel::Reach::Location(twins.at.location_id().to_owned()),
        scopes: Some(scopes.map(str::to_owned).to_vec()),
    };
    twins.at.highlevel().add_token(narrow);
    let place = Place::at(&twins).with_shop(twins.at.location_id(), "pit-narrow", &twins.at.key());
    let ran = place.run(&["check", "main", "--json"]).with(1);
    let failed = failures(&ran);
    assert_eq!(
        failed.len(),
        1,
        "only what the scope is missing for fails: {failed:?}"
    );
    assert_eq!(failed[0]["what"], "HighLevel contacts");
    assert!(
        failed[0]["says"].as_str().unwrap().contains("scope"),
        "{failed:?}"
    );
}

#[test]
fn a_vendor_that_cannot_be_reached_is_told() {
    let twins = twins();
    let place = connected(&twins);
    place.configure("http://127.0.0.1:9", &twins.at.mygadgetrepairs_url());
    let failed = failures(&place.run(&["check", "main", "--json"]).with(1));
    assert!(
        failed
            .iter()
            .any(|line| line["what"].as_str().unwrap().contains("HighLevel")),
        "{failed:?}"
    );
    let ran = place.run(&["sync", "main", "--json"]).with(1);
    assert!(ran.err.contains("HighLevel"), "{}", ran.err);
}

#[test]
fn a_shop_without_credentials_says_how_to_connect() {
    let twins = twins();
    let place = Place::at(&twins);
    place
        .run(&["shop", "add", "main", "--location", twins.at.location_id()])
        .with(0);
    place
        .run(&["sync", "main"])
        .with(2)
        .says("repairbridge connect highlevel main --token-file");
    let empty = place.write("empty", " \n");
    place
        .run(&[
            "connect",
            "highlevel",
            "main",
            "--token-file",
            empty.to_str().unwrap(),
        ])
        .with(2)
        .says("no secret");
    let show = place
        .run(&["shop", "show", "main", "--json"])
        .with(0)
        .json();
    assert_eq!(show["connected"]["highlevel"], false);
    let webhooks = &show["webhooks"];
    assert_eq!(
        webhooks["highlevel"]["url"],
        "http://127.0.0.1:8780/hooks/crm"
    );
    let counter = &webhooks["mygadgetrepairs"];
    for key in ["url", "user", "password", "payload"] {
        assert!(
            counter[key].as_str().is_some_and(|text| !text.is_empty()),
            "{key}"
        );
    }
    assert!(counter["headers"]["X-Sync-Token"].is_string());
    let again = place
        .run(&["shop", "show", "main", "--json"])
        .with(0)
        .json();
    assert_eq!(again["webhooks"], *webhooks, "the secrets stay");
}

#[test]
fn rules_are_shown_set_and_refused() {
    let place = Place::empty();
    place
        .run(&["shop", "add", "main", "--location", "x"])
        .with(0);
    let file = place.write("rules.toml", "[create]\nhighlevel = \"none\"\n");
    place
        .run(&["rules", "set", "main", "--file", file.to_str().unwrap()])
        .with(0);
    let shown = place.run(&["rules", "show", "main"]).with(0);
    assert!(shown.out.contains("highlevel = \"none\""), "{}", shown.out);
    let wrong = place.write("wrong.toml", "[create]\nhighlvl = \"none\"\n");
    place
        .run(&["rules", "check", "main", "--file", wrong.to_str().unwrap()])
        .with(2)
        .says("highlvl");
}

#[test]
fn a_paused_shop_is_not_synced_and_a_removed_one_is_gone() {
    let place = Place::empty();
    place
        .run(&["shop", "add", "main", "--location", "x"])
        .with(0);
    place.run(&["shop", "pause", "main"]).with(0);
    place.run(&["sync", "main"]).with(1).says("paused");
    place.run(&["shop", "resume", "main"]).with(0);
    place.run(&["shop", "remove", "main"]).with(0);
    place
        .run(&["shop", "show", "main"])
        .with(2)
        .says("no shop `main`");
}

/// A service that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(place: &Place, words: &[&str]) -> (Running, Value) {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_repairbridge"))
        .current_dir(place.path())
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (Running(child), serde_json::from_str(&line).unwrap())
}

#[test]
fn a_second_service_on_one_database_is_refused_while_commands_run_beside_it() {
    let twins = twins();
    let place = connected(&twins);
    let (first, document) = start(&place, &["serve", "--json"]);
    assert!(
        document["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    place.run(&["serve"]).with(2).says("already running");
    place.run(&["status", "main"]).with(0);
    drop(first);
    let (_second, _) = start(&place, &["serve", "--json"]);
}

#[cfg(unix)]
#[test]
fn a_service_that_is_asked_to_end_ends_well() {
    let place = Place::empty();
    let (mut running, _) = start(&place, &["serve", "--listen", "127.0.0.1:0", "--json"]);
    let id = running.0.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn the_twin_command_prints_addresses_and_credentials() {
    let place = Place::empty();
    let any = "127.0.0.1:0";
    let words = [
        "twin",
        "--highlevel-listen",
        any,
        "--mygadgetrepairs-listen",
        any,
        "--customers",
        "3",
        "--json",
    ];
    let (_running, document) = start(&place, &words);
    let highlevel = &document["highlevel"];
    assert!(highlevel["token"].as_str().unwrap().starts_with("pit-"));
    assert!(
        highlevel["control_url"]
            .as_str()
            .unwrap()
            .ends_with("/_twin")
    );
    assert!(
        document["mygadgetrepairs"]["base_url"]
            .as_str()
            .unwrap()
            .ends_with("/v1")
    );
    let key = highlevel["webhook_public_key"].as_str().unwrap();
    assert!(key.starts_with("MCowBQYDK2VwAyEA"), "{key}");
    place.run(&["twin", "--faults", "awful"]).with(2);
    let unreachable = ["twin", "--webhooks", "https://example.com/hooks/crm"];
    let free = ["--highlevel-listen", any, "--mygadgetrepairs-listen", any];
    place.run(&[&unreachable[..], &free[..]].concat()).with(2);
}

#[test]
fn the_demo_ends_after_one_complete_sync_and_leaves_one_folder() {
    let place = Place::empty();
    let words = [
        "demo",
        "--once",
        "--customers",
        "20",
        "--listen",
        "127.0.0.1:0",
        "--json",
    ];
    let document = place.run(&words).with(0).json();
    assert_eq!(document["sync"]["finished"], true);
    let left: Vec<_> = std::fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(
        left[0]
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("repairbridge-demo-")
    );
    assert_eq!(
        std::fs::canonicalize(&left[0]).unwrap().to_str(),
        document["folder"].as_str()
    );
}

#[test]
fn a_question_is_answered_and_the_answer_taken_back() {
    let twins = twins();
    let place = connected(&twins);
    let (crm, counter) = (twins.at.highlevel(), twins.at.mygadgetrepairs());
    for name in ["Anna Quist", "Annabel Quist"] {
        let fields = json!({"name": name, "mobile": "07400123456"});
        let act = json!({"action": "create_customer", "fields": fields});
        counter.act(&act).unwrap();
    }
    let fields = json!({"firstName": "A", "lastName": "Quist", "phone": "+447400123456"});
    crm.act(&json!({"action": "create_contact", "fields": fields}))
        .unwrap();
    place.run(&["sync", "main", "--approve"]).with(0);
    let open = || -> Vec<i64> {
        let listed = place.run(&["review", "main", "--json"]).with(0).json();
        let lines = listed["review"].as_array().unwrap().iter();
        let quist = lines.filter(|line| line["detail"].to_string().contains("Quist"));
        quist.map(|line| line["id"].as_i64().unwrap()).collect()
    };
    let asked = open();
    assert_eq!(asked.len(), 2);
    let id = asked[0].to_string();

    // Without an answer there is nothing to take back.
    place
        .run(&["review", "main", "undo", &id])
        .with(2)
        .says("no answer");
    place.run(&["review", "main", "accept", &id]).with(0);
    let answered = place
        .run(&["review", "main", "--answered", "--json"])
        .with(0)
        .json();
    assert_eq!(answered["review"][0]["id"], asked[0]);
    assert!(answered["review"][0]["answer"].is_string());
    let listed = place.run(&["review", "main", "--answered"]).with(0);
    assert!(listed.out.contains(&format!("undo {id}")), "{}", listed.out);

    let taken = place
        .run(&["review", "main", "undo", &id, "--json"])
        .with(0)
        .json();
    assert_eq!(taken["id"], asked[0]);
    assert!(taken["done"].as_str().unwrap().contains("open again"));
    assert_eq!(taken["cannot"], json!([]));
    assert_eq!(open(), asked);

    // Written by a sync, the values stay, and the answer says so.
    place.run(&["review", "main", "accept", &id]).with(0);
    place.run(&["sync", "main"]).with(0);
    let taken = place.run(&["review", "main", "undo", &id]).with(0);
    assert!(taken.out.contains("not taken back"), "{}", taken.out);
    assert!(open().contains(&asked[0]));
}

#[test]
fn delete_rules_are_checked_in_plain_words() {
    let twins = twins();
    let place = connected(&twins);
    let rules = |text: &str| {
        let file = place.write("rules.toml", text);
        file.to_str().unwrap().to_owned()
    };
    let archive = rules("[delete]\ncontact = \"archive\"\n");
    for command in ["check", "set"] {
        place
            .run(&["rules", command, "main", "--file", &archive])
            .with(2)
            .says("HighLevel has no archive for contacts");
    }
    let sound = rules("[delete]\ntask = { highlevel = \"archive\" }\n");
    place
        .run(&["rules", "set", "main", "--file", &sound])
        .with(0);
    let shown = place.run(&["rules", "show", "main"]).with(0);
    assert!(shown.out.contains("archive"), "{}", shown.out);
}
