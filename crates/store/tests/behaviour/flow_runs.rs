//! Runs of flows as they are held, stopped, counted and forgotten; recipes; what flows watch.

use super::bench::*;
use domain::Kind;
use serde_json::{Value as Json, json};
use store::{FlowAct, FlowRunState, FlowToKeep, NewFlowRun, RunMode, RunProgress, Since, Watched};

fn run(id: &str, record: &str, state: FlowRunState) -> NewFlowRun {
    NewFlowRun {
        id: id.to_owned(),
        flow: "thank".to_owned(),
        version: 1,
        mode: RunMode::Live,
        key: id.to_owned(),
        source: "highlevel.contact".to_owned(),
        record: record.to_owned(),
        occurrence: json!({}),
        state,
        why: None,
    }
}

async fn begun(bench: &Bench, now: i64, runs: &[NewFlowRun]) {
    let begun = bench.store.hand_out(bench.shop, at(now), None, runs, &[]);
    assert_eq!(begun.await.unwrap(), runs.len() as u64);
}

fn progress(id: &str, state: FlowRunState, act: Option<Json>) -> RunProgress {
    RunProgress {
        id: id.to_owned(),
        state,
        why: None,
        run: json!({}),
        act,
        acts: json!([]),
        question: None,
        due_at: at(5),
        attempt: 0,
        steps: vec![],
    }
}

async fn state(bench: &Bench, id: &str) -> FlowRunState {
    let run = bench.store.flow_run(bench.shop, id).await.unwrap();
    run.expect("it is there").begun.state
}

pub async fn held_runs_are_released_unless_they_may_have_sent_something(bench: &Bench) {
    use FlowRunState::{Held, Ready};
    let (store, shop) = (&bench.store, bench.shop);
    begun(bench, 1, &["r1", "r2", "r3"].map(|id| run(id, "h1", Ready))).await;
    for (id, act) in [
        ("r1", None),
        ("r2", Some(json!({"sent_at": "2026-01-01T00:00:00Z"}))),
        ("r3", Some(json!({"sent_at": null}))),
    ] {
        store
            .save_flow_run(shop, at(2), &progress(id, Held, act))
            .await
            .unwrap();
    }
    assert_eq!(
        store.release_flow_runs(shop, at(3), "thank").await.unwrap(),
        2
    );
    assert_eq!(state(bench, "r1").await, Ready);
    assert_eq!(state(bench, "r2").await, Held);
    let released = store.flow_run(shop, "r3").await.unwrap().unwrap();
    assert!(released.allowed);
    assert!(store.release_flow_run(shop, at(4), "r2").await.unwrap());
    assert!(!store.release_flow_run(shop, at(4), "r2").await.unwrap());
    store
        .put_off_flow_run(shop, "r1", at(90), "busy")
        .await
        .unwrap();
    let put_off = store.flow_run(shop, "r1").await.unwrap().unwrap();
    assert_eq!(
        (put_off.due_at, put_off.begun.why.as_deref()),
        (at(90), Some("busy"))
    );
    assert_eq!(
        store
            .stop_flow_runs(shop, at(5), "thank", "a loop")
            .await
            .unwrap(),
        3
    );
    assert_eq!(state(bench, "r1").await, FlowRunState::Stopped);
    // What is over stays as it is.
    let late = progress("r1", Ready, None);
    assert!(!store.save_flow_run(shop, at(6), &late).await.unwrap());
}

pub async fn runs_are_counted_by_their_times_and_states_and_forgotten(bench: &Bench) {
    use FlowRunState::{Done, Failed, Ready};
    let (store, shop) = (&bench.store, bench.shop);
    begun(bench, 1, &[run("r1", "h1", Ready)]).await;
    begun(bench, 2, &[run("r2", "h2", Ready), run("r3", "h1", Ready)]).await;
    let times = |about, since| async move {
        let times = store
            .flow_run_times(shop, "thank", about, at(since), 10)
            .await;
        times.unwrap()
    };
    assert_eq!(times(None, 0).await, [at(2), at(2), at(1)]);
    assert_eq!(
        times(Some(("highlevel.contact", "h1")), 0).await,
        [at(2), at(1)]
    );
    assert_eq!(times(None, 1).await.len(), 2);
    for (now, id, to) in [(10, "r1", Failed), (20, "r2", Done)] {
        let done = progress(id, to, None);
        store.save_flow_run(shop, at(now), &done).await.unwrap();
    }
    assert_eq!(store.failed_flow_runs_since(shop, at(10)).await.unwrap(), 1);
    assert_eq!(store.failed_flow_runs_since(shop, at(11)).await.unwrap(), 0);
    let mut totals = store.flow_run_totals(shop).await.unwrap();
    totals.sort_by_key(|(_, state, _)| state.as_str());
    assert_eq!(
        totals,
        [Done, Failed, Ready].map(|state| ("thank".to_owned(), state, 1))
    );
    assert_eq!(store.forget_flow_runs(shop, at(15), 10).await.unwrap(), 1);
    assert!(store.flow_run(shop, "r1").await.unwrap().is_none());

    let act = |run: &str, now: i64| FlowAct {
        run: run.to_owned(),
        step: "tag".to_owned(),
        operation: "highlevel.contact.add_tags".to_owned(),
        chain: vec!["thank".to_owned()],
        input: json!({"contactId": "h1", "nested": {"a": 1}}),
        made: false,
        at: at(now),
    };
    for (run, now) in [("r2", 30), ("r3", 40)] {
        store
            .note_flow_act(shop, &["h1".to_owned()], &act(run, now))
            .await
            .unwrap();
    }
    let writes = |but, since| async move {
        let times = store.flow_writes(shop, "thank", but, at(since), 10).await;
        times.unwrap()
    };
    assert_eq!(writes("r9", 0).await, [at(40), at(30)]);
    assert_eq!(writes("r3", 0).await, [at(30)]);
    assert_eq!(writes("r9", 30).await, [at(40)]);
    store.forget_flow_inputs(shop, at(35)).await.unwrap();
    let acts = store.flow_acts(shop, "h1", at(0)).await.unwrap();
    assert_eq!(acts[0].input, act("r3", 40).input);
    assert_eq!(
        acts[1].input,
        json!({"contactId": null, "nested": null}),
        "the names are kept"
    );
}

pub async fn recipes_and_versions_are_remembered(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    for value in [1, 2] {
        store
            .keep_recipe(
                shop,
                at(value),
                "thanks",
                &json!({"days": value}),
                &json!(null),
            )
            .await
            .unwrap();
    }
    assert_eq!(
        store.recipes(shop).await.unwrap(),
        [("thanks".to_owned(), json!({"days": 2}), json!(null))]
    );
    store.forget_recipe(shop, "thanks").await.unwrap();
    assert!(store.recipes(shop).await.unwrap().is_empty());
    let document = json!({"id": "b"});
    for id in ["b", "a", "B"] {
        let flow = FlowToKeep {
            id,
            document: &document,
            enabled: true,
            draft: false,
            recipe: Some("thanks"),
        };
        store.keep_flow(shop, at(1), &flow).await.unwrap();
    }
    let ids: Vec<_> = (store.flows(shop).await.unwrap().into_iter())
        .map(|flow| flow.id)
        .collect();
    assert_eq!(ids, ["B", "a", "b"], "byte by byte");
    let version = store.flow_version(shop, "a", 1).await.unwrap().unwrap();
    assert_eq!(version.document, document);
    assert!(store.flow_version(shop, "a", 2).await.unwrap().is_none());
}

pub async fn what_is_watched_is_found_by_what_it_names(bench: &Bench) {
    const INVOICES: &str = "mygadgetrepairs.invoice";
    let (store, shop) = (&bench.store, bench.shop);
    let row = |id: &str, body: Json| Watched {
        record: id.to_owned(),
        body,
        created_at: None,
    };
    let rows = vec![
        row("i1", json!({"ticket": {"id": 17}, "total": 1})),
        row("i2", json!({"ticket_ref": "K-17"})),
        row("i3", json!({"ticket_ref": "K-18", "odd": "\u{0}"})),
    ];
    store
        .watch(shop, at(1), INVOICES, rows, true)
        .await
        .unwrap();
    let about = |named: Vec<(&'static str, &'static str)>| async move {
        let named: Vec<_> = (named.into_iter())
            .map(|(at, is)| (at, is.to_owned()))
            .collect();
        let found = store.watched_about(shop, INVOICES, &named, 10).await;
        found.unwrap().len()
    };
    assert_eq!(
        about(vec![("ticket.id", "17"), ("ticket_ref", "K-17")]).await,
        2
    );
    assert_eq!(about(vec![("ticket_ref", "K-18")]).await, 1);
    assert_eq!(about(vec![("ticket", "17")]).await, 0);
    let ids = ["i1".to_owned(), "i9".to_owned()];
    assert_eq!(store.watched(shop, INVOICES, &ids).await.unwrap().len(), 1);
    let after = store.watched_after(shop, INVOICES, "i1", 1).await.unwrap();
    assert_eq!(after[0].0, "i2");
    store.forget_watching(shop, INVOICES).await.unwrap();
    let changed = vec![row("i2", json!({"ticket_ref": "K-19"}))];
    let sighted = store.watch(shop, at(9), INVOICES, changed, false).await;
    assert_eq!(sighted.unwrap(), 0, "as if for the first time");
    assert_eq!(store.newest_sighting(shop).await.unwrap(), 0);
}

pub async fn since_when_something_is_as_it_is_is_known(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    let since = |what: &str, second: i64| Since {
        source: "mygadgetrepairs.ticket".to_owned(),
        record: "t1".to_owned(),
        what: what.to_owned(),
        at: at(second),
    };
    let told = [since("status", 1), since("due", 2), since("status", 3)];
    store.hand_out(shop, at(5), None, &[], &told).await.unwrap();
    let ids = ["t1".to_owned()];
    let found = store
        .since(shop, "mygadgetrepairs.ticket", &ids)
        .await
        .unwrap();
    let found: Vec<_> = found["t1"]
        .iter()
        .map(|(what, at)| (what.as_str(), *at))
        .collect();
    assert_eq!(
        found,
        [("due", at(2)), ("status", at(3))],
        "the last one holds"
    );
    store.forget_since(shop).await.unwrap();
    let none = store
        .since(shop, "mygadgetrepairs.ticket", &ids)
        .await
        .unwrap();
    assert!(none.is_empty());
    let live = store
        .live_records_after(shop, HighLevel, Kind::Contact, "", 10)
        .await;
    assert!(live.unwrap().is_empty());
}
