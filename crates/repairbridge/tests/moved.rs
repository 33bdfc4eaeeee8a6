//! A live installation, moved to another database, where it goes on.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, Twins, twins};
use std::process::Command;

fn synced(twins: &Twins) -> Place {
    let place =
        Place::at(twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    place.run(&["preview", "main"]).with(0);
    place.run(&["sync", "main", "--approve"]).with(0);
    place
}

/// Lets the configuration name another database.
fn use_database(place: &Place, url: &str) {
    let file = place.path().join("repairbridge.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("[store]"), "{text}");
    std::fs::write(&file, format!("{text}\n[store]\nurl = \"{url}\"\n")).unwrap();
}

fn status(place: &Place) -> serde_json::Value {
    let mut status = place.run(&["status", "main", "--json"]).with(0).json();
    let shop = status
        .get_mut("shops")
        .and_then(|shops| shops.get_mut(0))
        .cloned();
    shop.unwrap_or(status)
}

fn goes_on(place: &Place, url: &str) {
    let before = status(place);
    let shops = place.run(&["shop", "list", "--json"]).with(0).json();
    let moved = place
        .run(&[
            "move",
            "--from",
            "sqlite://repairbridge.db",
            "--to",
            url,
            "--json",
        ])
        .with(0)
        .json();
    assert!(moved["rows"].as_u64().unwrap() > 50, "{moved}");
    place
        .run(&["move", "--from", "sqlite://repairbridge.db", "--to", url])
        .with(2)
        .says("is not empty");
    use_database(place, url);
    assert_eq!(place.run(&["shop", "list", "--json"]).with(0).json(), shops);
    let after = status(place);
    for member in ["linked", "records", "agreement", "held", "last_run"] {
        assert!(before[member] != serde_json::Value::Null, "{before}");
        assert_eq!(after[member], before[member], "{member}");
    }
    // The credentials open with the same key, and nothing is written twice.
    let quiet = place.run(&["sync", "main", "--json"]).with(0).json();
    for did in ["created", "updated", "deleted", "linked"] {
        let counts = quiet[did].to_string();
        assert!(
            counts.len() > 2 && !counts.contains(['1', '2', '3', '4', '5', '6', '7', '8', '9']),
            "{quiet}"
        );
    }
    // What works on a copy of the database.
    place.run(&["preview", "main"]).with(0);
    place.run(&["backup", "moved.backup"]).with(0);
    assert!(place.path().join("moved.backup").exists());
    let audit = place.run(&["audit", "--json"]).with(0).out;
    assert!(audit.contains("\"move\""), "{audit}");
}

#[test]
fn an_installation_goes_on_in_another_file() {
    let twins = twins();
    let place = synced(&twins);
    let other = format!("sqlite://{}", place.path().join("other.db").display());
    goes_on(&place, &other);
}

#[test]
fn an_installation_goes_on_on_a_server() {
    let Ok(server) = std::env::var("STORE_TEST_POSTGRES") else {
        eprintln!("SKIPPED: STORE_TEST_POSTGRES names no server; see scripts/postgres.sh");
        return;
    };
    let schema = format!("moved_{}", std::process::id());
    let on_server = |sql: String| {
        let done = Command::new("psql")
            .args([&server, "-q", "-c", &sql])
            .output();
        assert!(done.unwrap().status.success(), "{sql}");
    };
    on_server(format!("CREATE SCHEMA {schema}"));
    let twins = twins();
    let place = synced(&twins);
    let url = format!("{server}?options[search_path]={schema}");
    goes_on(&place, &url);
    place
        .run(&["restore", "moved.backup", "--yes"])
        .with(2)
        .says("pg_restore");
    // The way back.
    let file = format!("sqlite://{}", place.path().join("back.db").display());
    place.run(&["move", "--from", &url, "--to", &file]).with(0);
    on_server(format!("DROP SCHEMA {schema} CASCADE"));
}
