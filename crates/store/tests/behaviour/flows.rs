//! Flows: what is sighted, and that everything is handed out once.

use super::bench::*;
use domain::{Kind, Record};
use serde_json::{Value as Json, json};
use store::{
    Change, FlowAct, FlowRunState, FlowToKeep, NewFlowRun, NewSighting, NewStep, RunFilter,
    RunMode, RunProgress, StoredSighting, Watched,
};

const CONTACT: Kind = Kind::Contact;

fn saw(content: &str, stale_after: Option<i64>, created: Option<i64>, changed: i64) -> Change {
    let mut row = record(HighLevel, CONTACT, "h1", content);
    row.created_at = created.map(at);
    row.changed_at = Some(at(changed));
    Change::Saw {
        records: vec![(row, vec![])],
        sweep: 0,
        asked_at: at(100),
        stale_after: stale_after.map(at),
    }
}

fn sight(change: Change) -> Vec<Change> {
    vec![Change::Sight, change]
}

async fn sightings(bench: &Bench) -> Vec<StoredSighting> {
    let found = bench.store.sightings_after(bench.shop, 0, 100).await;
    found.unwrap()
}

/// The names that a contact had and has, as sighted.
fn names(seen: &StoredSighting) -> (Option<String>, Option<String>) {
    let name = |body: &Option<Json>| {
        let record: Record = serde_json::from_value(body.clone()?).unwrap();
        record.text(domain::Field::Name).map(str::to_owned)
    };
    (name(&seen.sighting.before), name(&seen.sighting.after))
}

fn text(name: &str) -> Option<String> {
    Some(name.to_owned())
}

pub async fn history_is_not_sighted_and_every_later_change_is_sighted_once(bench: &Bench) {
    bench.commit(1, sight(saw("Ann", None, Some(1), 1))).await;
    assert!(
        sightings(bench).await.is_empty(),
        "nothing is read completely yet"
    );
    let read = Change::Cursor("read.highlevel.contact".to_owned(), json!(10));
    bench.commit(11, vec![read]).await;

    bench.commit(12, sight(saw("Ann", None, Some(1), 1))).await;
    bench
        .commit(13, sight(saw("Anna", None, Some(1), 13)))
        .await;
    bench
        .commit(14, sight(saw("Anna", None, Some(1), 13)))
        .await;
    // A stale row of the lagging index is not taken, and so not sighted.
    bench
        .commit(15, sight(saw("Ann", Some(0), Some(1), 1)))
        .await;
    // Nobody keeps sightings here.
    bench
        .commit(16, vec![saw("Annie", None, Some(1), 16)])
        .await;
    let gone = Change::Gone(HighLevel, CONTACT, id("h1"));
    bench.commit(17, sight(gone.clone())).await;
    bench.commit(18, sight(gone)).await;

    let seen = sightings(bench).await;
    let told: Vec<_> = seen.iter().map(names).collect();
    assert_eq!(told, [(text("Ann"), text("Anna")), (text("Annie"), None)]);
    assert!(
        seen.iter()
            .all(|one| one.sighting.source == "highlevel.contact")
    );
    assert_eq!(seen[0].cause, json!({"by": "outside"}));
}

pub async fn a_new_record_is_sighted_unless_it_was_made_before_its_kind_was_read(bench: &Bench) {
    let read = Change::Cursor("read.highlevel.contact".to_owned(), json!(10));
    bench.commit(11, vec![read]).await;
    bench.commit(12, sight(saw("Old", None, Some(9), 9))).await;
    assert!(sightings(bench).await.is_empty());

    let mut new = record(HighLevel, CONTACT, "h2", "New");
    new.created_at = Some(at(11));
    let wrote = Change::Wrote(Box::new(new), vec![]);
    bench.commit(13, sight(wrote)).await;
    let seen = sightings(bench).await;
    assert_eq!(names(&seen[0]), (None, text("New")));
    assert_eq!(
        seen[0].cause,
        json!({"by": "sync"}),
        "our own write is called so"
    );
}

pub async fn what_flows_watch_is_sighted_after_it_was_read_completely(bench: &Bench) {
    let row = |id: &str, paid: bool, created: i64| Watched {
        record: id.to_owned(),
        body: json!({"id": id, "paid": paid}),
        created_at: Some(at(created)),
    };
    let watch = async |now: i64, rows: Vec<Watched>, complete: bool| {
        let kept = bench.store.watch(
            bench.shop,
            at(now),
            "mygadgetrepairs.invoice",
            rows,
            complete,
        );
        kept.await.unwrap()
    };
    assert_eq!(watch(10, vec![row("i1", false, 1)], true).await, 0);
    assert_eq!(
        watch(20, vec![row("i1", false, 1), row("i0", true, 2)], true).await,
        0
    );
    assert_eq!(
        watch(30, vec![row("i1", true, 1), row("i2", false, 25)], true).await,
        2
    );
    assert_eq!(
        watch(40, vec![row("i1", true, 1), row("i2", false, 25)], true).await,
        0
    );
    let seen = sightings(bench).await;
    assert_eq!(
        seen[0].sighting.before,
        Some(json!({"id": "i1", "paid": false}))
    );
    assert_eq!(seen[1].sighting.before, None);
}

fn run(id: &str, key: &str) -> NewFlowRun {
    NewFlowRun {
        id: id.to_owned(),
        flow: "thank".to_owned(),
        version: 1,
        mode: RunMode::Live,
        key: key.to_owned(),
        source: "highlevel.contact".to_owned(),
        record: "h1".to_owned(),
        occurrence: json!({"key": key}),
        state: FlowRunState::Ready,
        why: None,
    }
}

async fn keep(bench: &Bench, now: i64, title: &str, enabled: bool, draft: bool) -> i64 {
    let document = json!({"id": "thank", "title": title});
    let flow = FlowToKeep {
        id: "thank",
        document: &document,
        enabled,
        draft,
        recipe: None,
    };
    let kept = bench.store.keep_flow(bench.shop, at(now), &flow).await;
    kept.unwrap()
}

pub async fn an_occurrence_begins_a_flow_once_and_the_cursor_moves_with_it(bench: &Bench) {
    keep(bench, 1, "one", true, false).await;
    let (store, shop) = (&bench.store, bench.shop);
    let runs = [run("r1", "k1"), run("r2", "k2")];
    assert_eq!(
        store
            .hand_out(shop, at(2), Some(7), &runs, &[])
            .await
            .unwrap(),
        2
    );
    let again = [run("r3", "k1"), run("r4", "k3")];
    assert_eq!(
        store
            .hand_out(shop, at(3), Some(9), &again, &[])
            .await
            .unwrap(),
        1
    );
    assert_eq!(store.handed_out(shop).await.unwrap(), 9);
    let due = store.due_flow_runs(shop, at(3), 10).await.unwrap();
    let keys: Vec<_> = due.iter().map(|run| run.begun.key.as_str()).collect();
    assert_eq!(keys, ["k1", "k2", "k3"]);
    // The cursor is the shop's: it stays when the flow goes.
    store.remove_flow(shop, "thank").await.unwrap();
    assert_eq!(store.handed_out(shop).await.unwrap(), 9);
    assert!(
        store
            .due_flow_runs(shop, at(9), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn a_run_is_saved_with_its_steps_and_goes_on_when_it_is_due(bench: &Bench) {
    keep(bench, 1, "one", true, false).await;
    let (store, shop) = (&bench.store, bench.shop);
    store
        .hand_out(shop, at(2), None, &[run("r1", "k1")], &[])
        .await
        .unwrap();
    let mut progress = RunProgress {
        id: "r1".to_owned(),
        state: FlowRunState::Asking,
        why: None,
        run: json!({"at": "wait"}),
        act: None,
        acts: json!([]),
        question: Some(json!({"question": "Send it?"})),
        due_at: at(50),
        attempt: 0,
        steps: vec![NewStep {
            step: "ask".to_owned(),
            input: json!({}),
            output: json!(null),
            outcome: "asked".to_owned(),
        }],
    };
    store.save_flow_run(shop, at(3), &progress).await.unwrap();
    assert!(
        store
            .due_flow_runs(shop, at(49), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.next_flow_run(shop).await.unwrap(), Some(at(50)));

    assert!(
        store
            .answer_flow_run(shop, at(10), "r1", "yes")
            .await
            .unwrap()
    );
    assert!(
        !store
            .answer_flow_run(shop, at(10), "r1", "no")
            .await
            .unwrap(),
        "answered already"
    );
    let due = store.due_flow_runs(shop, at(10), 10).await.unwrap();
    assert_eq!(due[0].answer.as_deref(), Some("yes"));
    progress.state = FlowRunState::Done;
    progress.steps[0].step = "end".to_owned();
    store.save_flow_run(shop, at(11), &progress).await.unwrap();
    let steps = store.flow_steps("r1").await.unwrap();
    let names: Vec<_> = steps.iter().map(|taken| taken.step.step.as_str()).collect();
    assert_eq!(names, ["ask", "end"]);
    let filter = RunFilter {
        state: Some(FlowRunState::Done),
        limit: 10,
        ..RunFilter::default()
    };
    let done = store.flow_runs(shop, &filter).await.unwrap();
    assert_eq!((done.len(), done[0].finished_at), (1, Some(at(11))));
}

pub async fn editing_a_flow_keeps_its_beginning_and_a_draft_leaves_it_at_work(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    assert_eq!(keep(bench, 1, "one", true, false).await, 1);
    assert_eq!(keep(bench, 5, "two", true, false).await, 2);
    let flow = store.flow(shop, "thank").await.unwrap().unwrap();
    assert_eq!((flow.live, flow.active_from), (2, at(1)));

    assert_eq!(keep(bench, 6, "three", false, true).await, 3);
    let flow = store.flow(shop, "thank").await.unwrap().unwrap();
    assert_eq!((flow.live, flow.draft, flow.enabled), (2, Some(3), true));
    assert_eq!(flow.document["title"], "two");
    assert_eq!(flow.draft_document.unwrap()["title"], "three");
    assert!(store.put_to_work(shop, "thank", 3).await.unwrap());
    assert!(!store.put_to_work(shop, "thank", 9).await.unwrap());
    let flow = store.flow(shop, "thank").await.unwrap().unwrap();
    assert_eq!((flow.live, flow.draft, flow.active_from), (3, None, at(1)));

    store
        .switch_flow(shop, at(7), "thank", false)
        .await
        .unwrap();
    store.switch_flow(shop, at(8), "thank", true).await.unwrap();
    let flow = store.flow(shop, "thank").await.unwrap().unwrap();
    assert_eq!(
        flow.active_from,
        at(8),
        "what happened while it was off is history"
    );
    store.pause_flow(shop, "thank", "a loop").await.unwrap();
    store.switch_flow(shop, at(9), "thank", true).await.unwrap();
    let flow = store.flow(shop, "thank").await.unwrap().unwrap();
    assert_eq!((flow.active_from, flow.paused_why), (at(9), None));
    assert_eq!(store.flow_versions(shop, "thank").await.unwrap().len(), 3);
}

pub async fn events_are_kept_in_the_order_in_which_they_came(bench: &Bench) {
    let event = |id: &str| NewSighting {
        source: "highlevel.message".to_owned(),
        record: id.to_owned(),
        event: Some("InboundMessage".to_owned()),
        before: None,
        after: Some(json!({"messageId": id})),
    };
    let events = vec![event("m1"), event("m2")];
    bench.commit(1, vec![Change::Sighted(events)]).await;
    bench
        .commit(2, vec![Change::Sighted(vec![event("m1")])])
        .await;
    let seen = sightings(bench).await;
    let records: Vec<_> = seen
        .iter()
        .map(|one| one.sighting.record.as_str())
        .collect();
    assert_eq!(records, ["m1", "m2", "m1"]);
    let (store, shop) = (&bench.store, bench.shop);
    let last = store
        .last_sighting(shop, "highlevel.message", "m1", seen[1].seq)
        .await;
    assert_eq!(last.unwrap().unwrap().seq, seen[0].seq);
    assert_eq!(
        store.sighting_before(shop, at(2)).await.unwrap(),
        seen[1].seq
    );
    assert_eq!(
        store
            .forget_sightings(shop, at(3), seen[1].seq, 10)
            .await
            .unwrap(),
        2
    );
    assert_eq!(sightings(bench).await.len(), 1);
}

pub async fn what_is_done_once_belongs_to_one_run_until_its_time_is_over(bench: &Bench) {
    keep(bench, 1, "one", true, false).await;
    let claim = async |run: &str, now: i64, since: Option<i64>| {
        let (store, shop) = (&bench.store, bench.shop);
        let claimed = store.claim_once(shop, at(now), "thank", "c1", run, since.map(at));
        claimed.await.unwrap()
    };
    assert!(claim("r1", 10, None).await);
    assert!(claim("r1", 11, None).await, "asked again by the same run");
    assert!(!claim("r2", 12, None).await);
    assert!(!claim("r2", 13, Some(9)).await, "within the time");
    assert!(claim("r2", 14, Some(12)).await, "after it");
    assert!(!claim("r1", 15, Some(12)).await);
}

pub async fn calls_are_found_by_the_records_that_they_named_or_made(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    let act = |step: &str, made: bool, now: i64| FlowAct {
        run: "r1".to_owned(),
        step: step.to_owned(),
        operation: "highlevel.contact.add_tags".to_owned(),
        chain: vec!["thank".to_owned()],
        input: json!({"contactId": "h1"}),
        made,
        at: at(now),
    };
    let named = ["h1".to_owned()];
    store
        .note_flow_act(shop, &named, &act("tag", false, 10))
        .await
        .unwrap();
    let made = ["t1".to_owned()];
    store
        .note_flow_act(shop, &made, &act("task", true, 11))
        .await
        .unwrap();
    assert_eq!(
        store.flow_acts(shop, "h1", at(10)).await.unwrap(),
        [act("tag", false, 10)]
    );
    assert!(
        store
            .flow_acts(shop, "h1", at(11))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.flow_acts(shop, "t1", at(0)).await.unwrap()[0].made);
    store.forget_flow_acts(shop, at(11)).await.unwrap();
    assert!(store.flow_acts(shop, "h1", at(0)).await.unwrap().is_empty());
}
