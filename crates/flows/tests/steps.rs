//! A flow from its document to its end, as a runner drives it.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions"
)]

use flows::{
    Advanced, BusinessHours, Cause, Document, Given, Next, Occurrence, Outcome, Resume, Run,
};
use serde_json::{Value as Json, json};

const READY: &str = r#"
[[flow]]
id = "ready-not-collected"
title = "Ready for pick-up, not collected"
[flow.trigger]
on = "mygadgetrepairs.ticket.ready"
[[flow.when]]
pick = "customer.tags"
lacks = "trade"
[[flow.step]]
id = "wait"
wait = { days = 3, business = true }
[[flow.step]]
id = "still"
go_on_if = [ { pick = "ticket.status_group", is = "ready" } ]
[[flow.step]]
id = "task"
call = "highlevel.task.create"
[flow.step.with]
contactId = { pick = "contact.id" }
title = { template = "{{ ticket.reference }}: not collected" }
dueDate = { pick = "now", then = [ { add_business_days = 1 } ] }
"#;

fn occurrence() -> Occurrence {
    Occurrence {
        trigger: "mygadgetrepairs.ticket.ready".to_owned(),
        key: "1:mygadgetrepairs.ticket.ready".to_owned(),
        at: "2026-07-09T10:00:00Z".parse().unwrap(),
        source: "mygadgetrepairs.ticket".to_owned(),
        record: "T1".to_owned(),
        facts: json!({"from": "open", "to": "ready"}),
        cause: Cause::Outside,
    }
}

fn scope(group: &str) -> Json {
    json!({
        "ticket": {"reference": "K-1042", "status_group": group},
        "customer": {"tags": ["vip"]},
        "contact": {"id": "C1"},
        "shop": {"name": "Main", "country": "GB", "zone": "Europe/London"},
    })
}

fn step(run: Run, now: &str, scope: &Json, resume: Resume) -> Advanced {
    let document = Document::parse(READY).unwrap();
    let calendar = BusinessHours::usual(jiff::tz::TimeZone::get("Europe/London").unwrap());
    let given = Given {
        now: now.parse().unwrap(),
        scope,
        resume,
        calendar: &calendar,
    };
    flows::advance(&document.flows[0], run, &given)
}

fn begun() -> Run {
    let document = Document::parse(READY).unwrap();
    Run::new(&document.flows[0], occurrence())
}

#[test]
fn it_waits_in_business_days_looks_again_and_calls() {
    // A Thursday: three business days later is the Tuesday.
    let waits = step(
        begun(),
        "2026-07-09T10:00:00Z",
        &scope("ready"),
        Resume::Begin,
    );
    let Next::Wait { until, .. } = waits.next else {
        panic!("{:?}", waits.next)
    };
    assert_eq!(until, "2026-07-14T10:00:00Z".parse().unwrap());

    let early = step(
        waits.run.clone(),
        "2026-07-13T10:00:00Z",
        &scope("ready"),
        Resume::Woke,
    );
    assert!(matches!(early.next, Next::Wait { .. }), "{:?}", early.next);

    let calls = step(
        waits.run,
        "2026-07-14T10:00:00Z",
        &scope("ready"),
        Resume::Woke,
    );
    let Next::Call {
        step: path,
        operation,
        input,
    } = calls.next
    else {
        panic!("{:?}", calls.next)
    };
    assert_eq!(
        (path.as_str(), operation.as_str()),
        ("task", "highlevel.task.create")
    );
    assert_eq!(
        input,
        json!({"contactId": "C1", "title": "K-1042: not collected", "dueDate": "2026-07-15T10:00:00Z"})
    );
    let done = step(
        calls.run,
        "2026-07-14T10:00:01Z",
        &scope("ready"),
        Resume::Called(Ok(json!({"id": "X"}))),
    );
    assert_eq!(
        done.next,
        Next::End {
            outcome: Outcome::Done
        }
    );
    assert_eq!(done.run.steps["task"], json!({"id": "X"}));
}

#[test]
fn what_was_collected_meanwhile_is_no_longer_needed() {
    let waits = step(
        begun(),
        "2026-07-09T10:00:00Z",
        &scope("ready"),
        Resume::Begin,
    );
    let ends = step(
        waits.run,
        "2026-07-14T10:00:00Z",
        &scope("done"),
        Resume::Woke,
    );
    assert!(
        matches!(
            ends.next,
            Next::End {
                outcome: Outcome::NotNeeded { .. }
            }
        ),
        "{:?}",
        ends.next
    );
}
