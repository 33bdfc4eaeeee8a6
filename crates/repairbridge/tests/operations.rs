//! The catalogue on the command line, and calls of it against both twins.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, twins};
use serde_json::json;

#[test]
fn the_core_counts_126_in_an_empty_folder_and_everything_else_is_there() {
    let place = Place::empty();
    let core = place.run(&["operations", "list", "--json"]).with(0).json();
    assert_eq!(core["core"].as_array().unwrap().len(), 126);
    for one in core["core"].as_array().unwrap() {
        for part in [
            "id", "side", "kind", "title", "help", "input", "output", "scopes", "cost", "danger",
            "needs", "example",
        ] {
            assert!(!one[part].is_null(), "{part} of {one}");
        }
    }
    let all = place
        .run(&["operations", "list", "--all", "--json"])
        .with(0)
        .json();
    assert!(all["extended"].as_array().unwrap().len() > 1_400);
    let found = place
        .run(&["operations", "search", "ticket", "status", "--json"])
        .with(0)
        .json();
    assert_eq!(
        found["operations"][0]["id"],
        "mygadgetrepairs.ticket.set_status"
    );
    let shown = place
        .run(&["operations", "show", "highlevel.task.create"])
        .with(0);
    assert!(
        shown.out.contains("What is to be done") && shown.out.contains("must be given"),
        "{}",
        shown.out
    );
    let none = place
        .run(&["operations", "show", "highlevel.task.creat"])
        .with(2);
    assert!(
        none.err.contains("did you mean `highlevel.task.create`?"),
        "{}",
        none.err
    );
}

#[test]
fn reads_go_at_once_and_what_changes_something_waits_for_its_word() {
    let twins = twins();
    let place =
        Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    let call = |id: &str, input: &serde_json::Value, more: &[&str]| {
        std::fs::write(place.path().join("input.json"), input.to_string()).unwrap();
        let mut words = vec![
            "operations",
            "call",
            id,
            "--shop",
            "main",
            "--input",
            "input.json",
            "--json",
        ];
        words.extend(more);
        place.run(&words)
    };
    let list = call(
        "mygadgetrepairs.customer.list",
        &json!({}),
        &["--show-values"],
    )
    .with(0)
    .json();
    let customer = list["answer"]["body"][0]["id"].as_str().unwrap().to_owned();
    let hidden = call(
        "mygadgetrepairs.customer.get",
        &json!({"customerId": customer}),
        &[],
    )
    .with(0)
    .json();
    assert!(
        hidden["answer"]["body"]["name"]
            .as_str()
            .unwrap()
            .starts_with("(text,"),
        "{hidden}"
    );
    let update = json!({"customerId": customer, "company": "Example Ltd"});
    let dry = call("mygadgetrepairs.customer.update", &update, &[])
        .with(0)
        .json();
    assert_eq!(
        (&dry["outcome"], &dry["answer"]),
        (&json!("planned"), &json!(null))
    );
    let sent = call("mygadgetrepairs.customer.update", &update, &["--send"])
        .with(0)
        .json();
    assert_eq!(sent["outcome"], "done");
    let gone = json!({"customerId": customer});
    let refused = call("mygadgetrepairs.customer.delete", &gone, &["--send"]).with(2);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    call(
        "mygadgetrepairs.customer.delete",
        &gone,
        &["--send", "--yes"],
    )
    .with(0);
    let wrong = call(
        "mygadgetrepairs.customer.update",
        &json!({"kompany": 1}),
        &["--send"],
    )
    .with(2);
    assert!(
        wrong.err.contains("`customerId` is missing")
            && wrong.err.contains("did you mean `company`?"),
        "{}",
        wrong.err
    );
    let audit = place.run(&["audit", "--json"]).with(0).out;
    assert!(
        audit.contains("operations call mygadgetrepairs.customer.delete --send"),
        "{audit}"
    );
    assert!(
        !audit.contains("operations call mygadgetrepairs.customer.list"),
        "what reads is not logged: {audit}"
    );
}
