//! The direction of dependencies between our crates (DESIGN.md section 4): each knows only what stands below.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

use std::collections::BTreeMap;
use std::process::Command;

/// What each crate may depend on, dev-dependencies aside.
const ALLOWED: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("access", &["domain"]),
    ("mapping", &["domain"]),
    ("catalogue", &["domain"]),
    ("flows", &["domain", "mapping", "catalogue"]),
    ("sync", &["domain", "mapping"]),
    ("vault", &["domain"]),
    ("repairbridge-http", &["domain"]),
    ("store", &["domain"]),
    ("queue", &["domain", "store", "repairbridge-http"]),
    ("notify", &["domain"]),
    ("highlevel", &["domain", "repairbridge-http"]),
    ("mygadgetrepairs", &["domain", "repairbridge-http"]),
    (
        "app",
        &[
            "access",
            "domain",
            "flows",
            "mapping",
            "catalogue",
            "sync",
            "vault",
            "repairbridge-http",
            "store",
            "queue",
            "highlevel",
            "mygadgetrepairs",
            "notify",
        ],
    ),
    ("server", &["app", "catalogue", "domain", "store"]),
    (
        "prove",
        &["app", "domain", "mapping", "store", "twin", "vault"],
    ),
    (
        "repairbridge",
        &[
            "app",
            "catalogue",
            "domain",
            "flows",
            "mapping",
            "notify",
            "prove",
            "repairbridge-http",
            "server",
            "store",
            "twin",
            "vault",
        ],
    ),
    ("twin", &[]),
];

/// For tests, measurements and made files only: they may know everything, and nothing of the product may know them.
const TOOLS: [&str; 3] = ["testkit", "bench", "xtask"];

fn found() -> BTreeMap<String, Vec<String>> {
    let answer = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        answer.status.success(),
        "{}",
        String::from_utf8_lossy(&answer.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    let mut found = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let ours = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|other| other["path"].is_string() && other["kind"] != "dev")
            .map(|other| other["name"].as_str().unwrap().to_owned())
            .collect();
        found.insert(package["name"].as_str().unwrap().to_owned(), ours);
    }
    found
}

#[test]
fn every_crate_knows_only_what_stands_below_it() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let found = found();
    for name in allowed.keys() {
        assert!(
            found.contains_key(*name),
            "the crate {name} is gone; take it out of the table"
        );
    }
    for (name, knows) in found
        .iter()
        .filter(|(name, _)| !TOOLS.contains(&name.as_str()))
    {
        let Some(may) = allowed.get(name.as_str()) else {
            panic!("the crate {name} has no line in the table of this test");
        };
        for other in knows {
            assert!(
                may.contains(&other.as_str()),
                "{name} must not depend on {other}"
            );
        }
    }
}
