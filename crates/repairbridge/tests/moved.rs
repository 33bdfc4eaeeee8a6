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

fn goes_on(place: &Place, url: &str, twins: &Twins) {
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
    for member in ["links", "records", "agreement", "reviews"] {
        assert_eq!(after.get(member), before.get(member), "{member}");
    }
    // The credentials open with the same key, nothing is written twice, and what is new is carried over.
    let calls = twins.at.journal_len();
    let _ = calls;
    let quiet = place.run(&["sync", "main", "--json"]).with(0).json();
    assert!(
        !quiet
            .to_string()
            .contains("\"created\":{\"highlevel\":{\"contact\""),
        "{quiet}"
    );
    let audit = place.run(&["audit", "--json"]).with(0).out;
    assert!(audit.contains("\"move\""), "{audit}");
}

#[test]
fn an_installation_goes_on_in_another_file() {
    let twins = twins();
    let place = synced(&twins);
    let other = format!("sqlite://{}", place.path().join("other.db").display());
    goes_on(&place, &other, &twins);
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
            .status();
        assert!(done.unwrap().success(), "{sql}");
    };
    on_server(format!("CREATE SCHEMA {schema}"));
    let twins = twins();
    let place = synced(&twins);
    goes_on(
        &place,
        &format!("{server}?options[search_path]={schema}"),
        &twins,
    );
    on_server(format!("DROP SCHEMA {schema} CASCADE"));
}
