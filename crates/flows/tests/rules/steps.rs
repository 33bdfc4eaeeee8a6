//! What each kind of step does, as a runner drives it.

#![expect(clippy::panic, reason = "helpers of tests, outside of test functions")]

use crate::desk;
use crate::desk::{begin, flow, scope, step, with_steps};
use flows::{CallFailure, Flow, Next, Outcome, Resume, Run, StepOutcome};
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
body = { pick = "customer.email" }
"#;

fn ready() -> Flow {
    flow(READY)
}

fn in_group(group: &str) -> Json {
    let mut scope = scope();
    scope["ticket"]["status_group"] = json!(group);
    scope
}

fn failed(next: &Next) -> (String, String) {
    match next {
        Next::End {
            outcome: Outcome::Failed { place, why },
        } => (place.clone(), why.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_waits_in_business_days_looks_again_and_calls() {
    // A Thursday: three business days later is the Tuesday.
    let waits = begin(&ready());
    let Next::Wait { until, .. } = waits.next else {
        panic!("{:?}", waits.next)
    };
    assert_eq!(until, "2026-07-14T10:00:00Z".parse().unwrap());

    let early = step(
        &ready(),
        waits.run.clone(),
        "2026-07-13T10:00:00Z",
        &in_group("ready"),
        Resume::Woke,
    );
    assert!(matches!(early.next, Next::Wait { .. }), "{:?}", early.next);

    let calls = step(
        &ready(),
        waits.run,
        "2026-07-14T10:00:00Z",
        &in_group("ready"),
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
    // What is empty is left out.
    assert_eq!(
        input,
        json!({"contactId": "C1", "title": "K-1042: not collected", "dueDate": "2026-07-15T10:00:00Z"})
    );
    let done = step(
        &ready(),
        calls.run,
        "2026-07-14T10:00:01Z",
        &in_group("ready"),
        Resume::Called(Ok(json!({"id": "X"}))),
    );
    assert_eq!(
        done.next,
        Next::End {
            outcome: Outcome::Done
        }
    );
    assert_eq!(done.run.steps["task"], json!({"id": "X"}));
    // What is over stays over.
    let again = step(
        &ready(),
        done.run.clone(),
        "2026-07-15T10:00:01Z",
        &in_group("ready"),
        Resume::Begin,
    );
    assert_eq!((again.next, again.run), (done.next, done.run));
    assert!(again.log.is_empty());
}

#[test]
fn what_was_collected_meanwhile_is_no_longer_needed() {
    let waits = begin(&ready());
    let ends = step(
        &ready(),
        waits.run,
        "2026-07-14T10:00:00Z",
        &in_group("done"),
        Resume::Woke,
    );
    let Next::End {
        outcome: Outcome::NotNeeded { why },
    } = &ends.next
    else {
        panic!("{:?}", ends.next)
    };
    assert_eq!(why, "condition 1 does not hold: `ticket.status_group`");
    assert!(matches!(
        ends.log.last().unwrap().outcome,
        StepOutcome::Ended { .. }
    ));
}

#[test]
fn what_must_hold_is_judged_before_the_first_step() {
    let mut trade = scope();
    trade["customer"]["tags"] = json!(["Trade"]);
    let ends = step(
        &ready(),
        Run::new(&ready(), desk::occurrence()),
        "2026-07-09T10:00:00Z",
        &trade,
        Resume::Begin,
    );
    assert!(matches!(
        ends.next,
        Next::End {
            outcome: Outcome::NotNeeded { .. }
        }
    ));
    assert!(ends.log.is_empty());
}

#[test]
fn after_a_crash_it_needs_the_same_again() {
    let waits = begin(&ready());
    let calls = step(
        &ready(),
        waits.run,
        "2026-07-14T10:00:00Z",
        &in_group("ready"),
        Resume::Woke,
    );
    // The call was not kept as done: the same step, operation and input, though the records have changed since.
    let again = step(
        &ready(),
        calls.run.clone(),
        "2026-07-14T11:00:00Z",
        &in_group("done"),
        Resume::Begin,
    );
    assert_eq!((again.next, again.run), (calls.next, calls.run));
}

#[test]
fn a_failure_ends_the_run_unless_it_may_go_on() {
    let failure = || {
        Resume::Called(Err(CallFailure {
            code: "HL-404".to_owned(),
            why: "the contact is gone".to_owned(),
        }))
    };
    let one = with_steps("[[flow.step]]\nid = \"tag\"\ncall = \"highlevel.contact.add_tags\"\n");
    let calls = begin(&one);
    let ends = step(&one, calls.run, "2026-07-09T10:00:00Z", &scope(), failure());
    assert_eq!(
        failed(&ends.next),
        ("tag".to_owned(), "the contact is gone (HL-404)".to_owned())
    );

    let two = with_steps(
        "[[flow.step]]\nid = \"tag\"\ncall = \"highlevel.contact.add_tags\"\non_failure = \"go_on\"\n[[flow.step]]\nid = \"told\"\nset = { why = { pick = \"steps.tag.why\" } }\n",
    );
    let calls = begin(&two);
    let ends = step(&two, calls.run, "2026-07-09T10:00:00Z", &scope(), failure());
    assert_eq!(
        ends.next,
        Next::End {
            outcome: Outcome::Done
        }
    );
    assert_eq!(ends.run.names["why"], json!("the contact is gone"));
}

#[test]
fn each_item_has_its_own_call_with_its_own_path() {
    let each = with_steps(
        r#"
[[flow.step]]
id = "all"
[flow.step.for_each]
in = { pick = "tickets" }
as = "one"
at_most = 2
[[flow.step.for_each.do]]
id = "old"
branch = { if = [ { pick = "one.opened", older_than = { days = 30 } } ], then = [ { id = "tag", call = "highlevel.contact.add_tags", with = { tags = [ { pick = "one.id" } ] } } ], else = [ { id = "name", set = { last = { pick = "one.id" } } } ] }
[[flow.step]]
id = "end"
set = { ended = true }
"#,
    );
    let mut many = scope();
    many["tickets"] = json!([
        {"id": "A", "opened": "2026-01-01T09:00:00Z"},
        {"id": "B", "opened": "2026-07-08T09:00:00Z"},
        {"id": "C", "opened": "2026-01-01T09:00:00Z"},
    ]);
    let calls = step(
        &each,
        Run::new(&each, desk::occurrence()),
        "2026-07-09T10:00:00Z",
        &many,
        Resume::Begin,
    );
    let Next::Call {
        step: path, input, ..
    } = &calls.next
    else {
        panic!("{:?}", calls.next)
    };
    assert_eq!(
        (path.as_str(), input),
        ("all/0/old/then/tag", &json!({"tags": ["A"]}))
    );
    let ends = step(
        &each,
        calls.run,
        "2026-07-09T10:00:00Z",
        &many,
        Resume::Called(Ok(json!({}))),
    );
    // The third item is left out.
    assert_eq!(
        ends.next,
        Next::End {
            outcome: Outcome::Done
        }
    );
    assert_eq!(
        (&ends.run.names["last"], &ends.run.names["ended"]),
        (&json!("B"), &json!(true))
    );
    assert_eq!(
        ends.log
            .iter()
            .map(|log| log.step.as_str())
            .collect::<Vec<_>>(),
        [
            "all/0/old/then/tag",
            "all/1/old",
            "all/1/old/else/name",
            "end"
        ]
    );
}

#[test]
fn a_person_is_asked_and_need_not_answer() {
    let asks = with_steps(
        "[[flow.step]]\nid = \"may\"\nask = { question = { template = \"Call {{ customer.name }}?\" }, options = [\"yes\", \"no\"], within = { days = 2 }, otherwise = \"no\" }\n[[flow.step]]\nid = \"only\"\ngo_on_if = [ { pick = \"steps.may.answer\", is = \"yes\" } ]\n",
    );
    let asked = begin(&asks);
    let Next::Ask {
        question, until, ..
    } = &asked.next
    else {
        panic!("{:?}", asked.next)
    };
    assert_eq!(question, "Call ada byron?");
    assert_eq!(*until, "2026-07-11T10:00:00Z".parse().unwrap());
    let answered =
        |resume: Resume, now: &str| step(&asks, asked.run.clone(), now, &scope(), resume);
    let yes = answered(Resume::Answered("Yes".to_owned()), "2026-07-09T12:00:00Z");
    assert_eq!(
        yes.next,
        Next::End {
            outcome: Outcome::Done
        }
    );
    let early = answered(Resume::Woke, "2026-07-10T12:00:00Z");
    assert!(matches!(early.next, Next::Ask { .. }));
    let nobody = answered(Resume::Woke, "2026-07-11T10:00:00Z");
    assert!(matches!(
        nobody.next,
        Next::End {
            outcome: Outcome::NotNeeded { .. }
        }
    ));
    assert_eq!(
        nobody.run.steps["may"],
        json!({"answer": "no", "answered": false})
    );
    let odd = answered(
        Resume::Answered("perhaps".to_owned()),
        "2026-07-09T12:00:00Z",
    );
    assert_eq!(failed(&odd.next).1, "the answer is none of yes, no");
}

#[test]
fn only_the_first_time() {
    let once = with_steps(
        "[[flow.step]]\nid = \"first\"\nonce = { per = \"contact.id\", within = { days = 180 } }\n",
    );
    let asks = begin(&once);
    let Next::Once { key, within, .. } = &asks.next else {
        panic!("{:?}", asks.next)
    };
    assert_eq!(key, "f/first/C1");
    assert_eq!(within.unwrap().as_hours(), 180 * 24);
    let first = step(
        &once,
        asks.run.clone(),
        "2026-07-09T10:00:00Z",
        &scope(),
        Resume::Once(true),
    );
    assert_eq!(
        first.next,
        Next::End {
            outcome: Outcome::Done
        }
    );
    let again = step(
        &once,
        asks.run,
        "2026-07-09T10:00:00Z",
        &scope(),
        Resume::Once(false),
    );
    assert!(matches!(
        again.next,
        Next::End {
            outcome: Outcome::NotNeeded { .. }
        }
    ));
    // Nothing can be remembered for nobody.
    let mut nobody = scope();
    nobody["contact"] = Json::Null;
    let ends = step(
        &once,
        Run::new(&once, desk::occurrence()),
        "2026-07-09T10:00:00Z",
        &nobody,
        Resume::Begin,
    );
    assert_eq!(
        failed(&ends.next).1,
        "once.per: `contact.id` is empty, so nothing can be remembered for it"
    );
}

#[test]
fn waiting_for_opening_and_for_an_instant() {
    let until = |wait: &str, now: &str| {
        let flow = with_steps(&format!("[[flow.step]]\nid = \"w\"\nwait = {wait}\n"));
        match step(
            &flow,
            Run::new(&flow, desk::occurrence()),
            now,
            &scope(),
            Resume::Begin,
        )
        .next
        {
            Next::Wait { until, .. } => until.to_string(),
            Next::End {
                outcome: Outcome::Done,
            } => "now".to_owned(),
            other => format!("{other:?}"),
        }
    };
    let thursday = "2026-07-09T10:00:00Z";
    assert_eq!(until("{ until = \"next_business_time\" }", thursday), "now");
    assert_eq!(
        until("{ until = \"next_business_time\" }", "2026-07-10T17:00:00Z"),
        "2026-07-13T08:00:00Z"
    );
    assert_eq!(
        until(
            "{ until = { pick = \"now\", then = [{ add_days = 2 }] } }",
            thursday
        ),
        "2026-07-11T10:00:00Z"
    );
    assert_eq!(
        until("{ until = \"2026-07-12\" }", thursday),
        "2026-07-11T23:00:00Z"
    );
    assert_eq!(
        until("{ hours = 10, business = true }", thursday),
        "2026-07-10T12:00:00Z"
    );
    assert_eq!(until("{ minutes = 90 }", thursday), "2026-07-09T11:30:00Z");
    assert!(until("{ until = { pick = \"customer.name\" } }", thursday).contains("is not a date"));
}

#[test]
fn a_flow_cannot_take_more_steps_than_are_allowed() {
    let many = with_steps(
        r#"
[[flow.step]]
id = "a"
[flow.step.for_each]
in = { pick = "tickets" }
at_most = 1000
[[flow.step.for_each.do]]
id = "b"
set = { x = 1 }
[[flow.step.for_each.do]]
id = "c"
set = { y = 1 }
"#,
    );
    let mut scope = scope();
    scope["tickets"] = Json::Array((0..900).map(|id| json!({"id": id})).collect());
    let ends = step(
        &many,
        Run::new(&many, desk::occurrence()),
        "2026-07-09T10:00:00Z",
        &scope,
        Resume::Begin,
    );
    let (place, why) = failed(&ends.next);
    assert_eq!(ends.run.taken, flows::ceiling::STEPS);
    assert!(why.contains("1000 steps"), "{why}");
    assert!(place.starts_with("a/4"), "{place}");
}
