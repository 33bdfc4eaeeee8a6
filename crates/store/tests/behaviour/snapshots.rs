//! Snapshots: what counts as a change, and what waits.

use super::bench::*;
use domain::{Fingerprint, Kind, Record};
use serde_json::json;
use store::{Change, RecordState};

const CONTACT: Kind = Kind::Contact;

/// Contact h1 as a search row, with its content and the second of its last change.
fn row(content: &str, changed: i64) -> Record {
    let mut record = record(HighLevel, CONTACT, "h1", content);
    record.changed_at = Some(at(changed));
    record
}

fn settle(name: &str, state: RecordState) -> Change {
    Change::Settle(HighLevel, CONTACT, id(name), state)
}

async fn search(bench: &Bench, now: i64, sweep: i64, stale_after: i64, record: Record) {
    let saw = Change::Saw {
        records: vec![(record, vec![])],
        sweep,
        asked_at: at(now),
        stale_after: Some(at(stale_after)),
    };
    bench.commit(now, vec![saw]).await;
}

pub async fn an_unchanged_record_keeps_its_state_and_a_changed_one_is_unsettled(bench: &Bench) {
    let two = |content| {
        vec![
            (record(HighLevel, CONTACT, "h1", "Ann"), vec![]),
            (record(HighLevel, CONTACT, "h2", content), vec![]),
        ]
    };
    bench.saw(1, 0, two("Bob")).await;
    assert_eq!(bench.store.count_unsettled(bench.shop).await.unwrap(), 2);
    bench
        .commit(
            2,
            vec![
                settle("h1", RecordState::WaitsForPerson),
                settle("h2", RecordState::Settled),
            ],
        )
        .await;
    bench.saw(3, 0, two("Bobby")).await;

    let same = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!(
        (same.state, same.fetched_at, same.first_seen_at),
        (RecordState::WaitsForPerson, at(3), at(1))
    );
    let changed = bench.record(HighLevel, CONTACT, "h2").await;
    assert_eq!(changed.state, RecordState::Unsettled);
    assert_eq!(changed.record, record(HighLevel, CONTACT, "h2", "Bobby"));
    assert_eq!(changed.fingerprint, Fingerprint::of(&changed.record));
}

pub async fn times_alone_are_no_change(bench: &Bench) {
    bench.saw(1, 0, vec![(row("Ann", 1), vec![])]).await;
    bench
        .commit(2, vec![settle("h1", RecordState::Settled)])
        .await;
    bench.saw(3, 0, vec![(row("Ann", 3), vec![])]).await;
    let found = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!(
        (found.state, found.record.changed_at),
        (RecordState::Settled, Some(at(3)))
    );
}

pub async fn a_gone_record_that_is_back_is_unsettled(bench: &Bench) {
    bench.saw(1, 0, vec![(row("Ann", 1), vec![])]).await;
    bench
        .commit(2, vec![Change::Gone(HighLevel, CONTACT, id("h1"))])
        .await;
    let gone = bench.record(HighLevel, CONTACT, "h1").await;
    assert!(gone.gone && gone.state == RecordState::Unsettled);
    bench
        .commit(3, vec![settle("h1", RecordState::Settled)])
        .await;
    // Told again, it is no news.
    bench
        .commit(3, vec![Change::Gone(HighLevel, CONTACT, id("h1"))])
        .await;
    assert_eq!(
        bench.record(HighLevel, CONTACT, "h1").await.state,
        RecordState::Settled
    );
    let known = bench
        .store
        .fingerprints(bench.shop, HighLevel, CONTACT, [&id("h1")])
        .await;
    assert!(known.unwrap().is_empty());

    bench.saw(4, 0, vec![(row("Ann", 1), vec![])]).await;
    let back = bench.record(HighLevel, CONTACT, "h1").await;
    assert!(!back.gone && back.state == RecordState::Unsettled);
}

pub async fn a_stale_row_after_our_own_write_is_left_out_but_counts_as_seen(bench: &Bench) {
    search(bench, 10, 1, 0, row("Ann", 5)).await;
    bench
        .commit(100, vec![Change::Wrote(Box::new(row("Anna", 100)), vec![])])
        .await;
    bench
        .commit(101, vec![settle("h1", RecordState::Settled)])
        .await;

    search(bench, 110, 2, 80, row("Ann", 5)).await;
    let kept = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!(kept.record, row("Anna", 100));
    assert_eq!(
        (kept.state, kept.fetched_at),
        (RecordState::Settled, at(100))
    );
    let unseen = bench
        .store
        .unseen(bench.shop, HighLevel, CONTACT, 2, None, 10)
        .await
        .unwrap();
    assert!(
        unseen.is_empty(),
        "a stale row proves that the record is there"
    );
}

/// A webhook led to a look, and the index does not know of the edit yet; or a write whose answer was lost was looked up.
pub async fn invariant_3_no_lost_edit_a_stale_row_after_a_look_is_left_out(bench: &Bench) {
    search(bench, 10, 1, 0, row("Ann", 5)).await;
    bench.saw(100, 0, vec![(row("Anna", 99), vec![])]).await;
    search(bench, 110, 2, 80, row("Ann", 5)).await;
    let kept = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!((kept.record, kept.fetched_at), (row("Anna", 99), at(100)));
    search(bench, 111, 2, 81, row("Annabel", 105)).await;
    let kept = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!(kept.record, row("Annabel", 105), "what is newer is taken");
    search(bench, 500, 2, 470, row("Ann", 5)).await;
    let kept = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!(
        kept.record,
        row("Ann", 5),
        "the index has caught up by then"
    );
}

/// An answer that is on its way while we write the record, or while it is asked for once more, is older than what is kept,
/// unless the vendor says otherwise.
pub async fn invariant_3_no_lost_edit_an_answer_that_comes_late_is_left_out(bench: &Bench) {
    let person = |content, changed| vec![(row(content, changed), vec![])];
    let kept = async |content, fetched| {
        let kept = bench.record(HighLevel, CONTACT, "h1").await;
        assert_eq!(kept.record.text(domain::Field::Name), Some(content));
        assert_eq!(kept.fetched_at, at(fetched));
        let unseen = bench
            .store
            .unseen(bench.shop, HighLevel, CONTACT, 2, None, 10);
        assert!(unseen.await.unwrap().is_empty(), "it is there all the same");
    };
    bench.saw(10, 2, person("Ann", 5)).await;
    let wrote = Change::Wrote(Box::new(row("Anna", 20)), vec![]);
    bench.commit(20, vec![wrote]).await;
    for (number, changed) in [(1, 5), (2, 20)] {
        bench.saw_late(19, 21, number, person("Ann", changed)).await;
        kept("Anna", 20).await;
    }
    bench.saw(30, 0, person("Annie", 25)).await;
    bench.saw_late(29, 31, 0, person("Anna", 20)).await;
    kept("Annie", 30).await;
    bench.saw_late(29, 32, 0, person("Annabel", 26)).await;
    kept("Annabel", 29).await;
    bench.saw(33, 0, person("Annie", 25)).await;
    kept("Annie", 33).await;
}

/// The clock of the node that kept it was ahead.
pub async fn what_is_kept_from_a_time_to_come_keeps_nothing_out(bench: &Bench) {
    let person = |content| vec![(row(content, 5), vec![])];
    bench.saw(10, 0, person("Ann")).await;
    bench.saw(600, 0, person("Anna")).await;
    bench.saw(11, 0, person("Annie")).await;
    let kept = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!((kept.record, kept.fetched_at), (row("Annie", 5), at(11)));
}

pub async fn a_newer_row_is_accepted_within_the_window(bench: &Bench) {
    bench
        .commit(100, vec![Change::Wrote(Box::new(row("Anna", 100)), vec![])])
        .await;
    search(bench, 110, 0, 80, row("Annabel", 105)).await;
    assert_eq!(
        bench.record(HighLevel, CONTACT, "h1").await.record,
        row("Annabel", 105)
    );
    // Our own write, as the index shows it at last.
    search(bench, 111, 0, 80, row("Annabel", 105)).await;
    assert_eq!(
        bench.record(HighLevel, CONTACT, "h1").await.fetched_at,
        at(111)
    );
}

pub async fn a_row_is_accepted_after_the_window(bench: &Bench) {
    bench
        .commit(100, vec![Change::Wrote(Box::new(row("Anna", 100)), vec![])])
        .await;
    search(bench, 500, 0, 470, row("Ann", 5)).await;
    let found = bench.record(HighLevel, CONTACT, "h1").await;
    assert_eq!(
        (found.record, found.state),
        (row("Ann", 5), RecordState::Unsettled)
    );
    // An authoritative source is believed at once.
    bench
        .commit(600, vec![Change::Wrote(Box::new(row("Anna", 600)), vec![])])
        .await;
    bench.saw(601, 0, vec![(row("Ann", 5), vec![])]).await;
    assert_eq!(
        bench.record(HighLevel, CONTACT, "h1").await.record,
        row("Ann", 5)
    );
}

pub async fn unsettled_ones_come_in_pages(bench: &Bench) {
    let names = ["a", "b", "c", "d"];
    bench
        .saw(
            1,
            0,
            names
                .iter()
                .map(|name| (contact(HighLevel, name), vec![]))
                .collect(),
        )
        .await;
    bench
        .saw(1, 0, vec![(contact(MyGadgetRepairs, "b"), vec![])])
        .await;
    bench
        .commit(2, vec![settle("b", RecordState::Settled)])
        .await;
    let page = |after: Option<&'static str>| async move {
        let after = after.map(id);
        let page = bench
            .store
            .unsettled(bench.shop, HighLevel, CONTACT, after.as_ref(), 2)
            .await;
        page.unwrap()
            .into_iter()
            .map(|found| found.record.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, ["a", "c"]);
    assert_eq!(page(Some("c")).await, ["d"]);
    assert!(page(Some("d")).await.is_empty());
    bench
        .commit(3, vec![Change::Unsettle(HighLevel, CONTACT, id("b"))])
        .await;
    assert_eq!(page(Some("a")).await, ["b", "c"]);
}

pub async fn children_wake_with_their_parent(bench: &Bench) {
    let child = |name, parent| {
        let mut task = record(HighLevel, Kind::Task, name, name);
        task.parent = Some(id(parent));
        (task, vec![])
    };
    bench
        .saw(
            1,
            0,
            vec![child("t1", "h1"), child("t2", "h1"), child("t3", "h2")],
        )
        .await;
    let wait = |name, state| Change::Settle(HighLevel, Kind::Task, id(name), state);
    bench
        .commit(
            2,
            vec![
                wait("t1", RecordState::WaitsForParent),
                wait("t2", RecordState::WaitsForPerson),
                wait("t3", RecordState::WaitsForParent),
                Change::WakeChildren(HighLevel, id("h1")),
            ],
        )
        .await;
    assert_eq!(
        bench.record(HighLevel, Kind::Task, "t1").await.state,
        RecordState::Unsettled
    );
    assert_eq!(
        bench.record(HighLevel, Kind::Task, "t2").await.state,
        RecordState::WaitsForPerson
    );
    assert_eq!(
        bench.record(HighLevel, Kind::Task, "t3").await.state,
        RecordState::WaitsForParent
    );
}

pub async fn waiting_records_are_counted(bench: &Bench) {
    let names = ["a", "b", "c"];
    bench
        .saw(
            1,
            0,
            names
                .iter()
                .map(|name| (contact(HighLevel, name), vec![]))
                .collect(),
        )
        .await;
    bench
        .commit(
            2,
            vec![
                settle("a", RecordState::WaitsForPerson),
                settle("b", RecordState::WaitsForPerson),
            ],
        )
        .await;
    let waiting = bench.store.count_waiting(bench.shop).await.unwrap();
    assert_eq!(
        waiting,
        [(HighLevel, CONTACT, RecordState::WaitsForPerson, 2)]
    );
    assert_eq!(bench.store.count_unsettled(bench.shop).await.unwrap(), 1);
}

pub async fn a_sweep_finds_what_it_has_not_seen(bench: &Bench) {
    let all = |names: &[&str]| {
        names
            .iter()
            .map(|name| (contact(HighLevel, name), vec![]))
            .collect()
    };
    bench.saw(1, 1, all(&["a", "b", "c", "d"])).await;
    bench.saw(2, 2, all(&["b"])).await;
    // A look outside any sweep does not undo a sweep's.
    bench.saw(3, 0, all(&["b"])).await;
    bench.saw(3, 2, all(&["d"])).await;
    bench
        .commit(4, vec![Change::Gone(HighLevel, CONTACT, id("c"))])
        .await;
    let unseen = bench
        .store
        .unseen(bench.shop, HighLevel, CONTACT, 2, None, 10)
        .await
        .unwrap();
    assert_eq!(unseen, [id("a")]);
    let none = bench
        .store
        .unseen(bench.shop, HighLevel, CONTACT, 1, None, 10)
        .await
        .unwrap();
    assert!(none.is_empty());
    let later = bench
        .store
        .unseen(bench.shop, HighLevel, CONTACT, 9, Some(&id("a")), 1)
        .await
        .unwrap();
    assert_eq!(later, [id("b")]);
}

pub async fn reads_by_id_keep_shops_sides_and_kinds_apart(bench: &Bench) {
    let other = bench
        .store
        .add_shop("other", "loc2", None, None, &json!({}), at(0))
        .await
        .unwrap()
        .id;
    bench
        .saw(1, 0, vec![(contact(HighLevel, "1"), vec![])])
        .await;
    bench
        .saw(
            1,
            0,
            vec![(record(HighLevel, Kind::Task, "1", "task"), vec![])],
        )
        .await;
    bench
        .saw(1, 0, vec![(contact(MyGadgetRepairs, "1"), vec![])])
        .await;
    let ids = [id("1"), id("2")];
    let found = bench
        .store
        .records(bench.shop, HighLevel, Kind::Task, &ids)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].record.kind, Kind::Task);
    let prints = bench
        .store
        .fingerprints(bench.shop, HighLevel, Kind::Task, &ids)
        .await
        .unwrap();
    assert_eq!(prints.get(&id("1")), Some(&found[0].fingerprint));
    assert!(
        bench
            .store
            .record(other, HighLevel, CONTACT, &id("1"))
            .await
            .unwrap()
            .is_none()
    );
    let counts = bench.store.count_records(bench.shop).await.unwrap();
    assert_eq!(
        counts,
        [
            (HighLevel, CONTACT, 1),
            (HighLevel, Kind::Task, 1),
            (MyGadgetRepairs, CONTACT, 1)
        ]
    );
}

pub async fn unsettling_a_kind_leaves_gone_ones_and_other_kinds(bench: &Bench) {
    bench
        .saw(
            1,
            0,
            vec![
                (contact(HighLevel, "a"), vec![]),
                (contact(HighLevel, "b"), vec![]),
            ],
        )
        .await;
    bench
        .saw(
            1,
            0,
            vec![(record(HighLevel, Kind::Task, "t", "t"), vec![])],
        )
        .await;
    bench
        .commit(
            2,
            vec![
                Change::Gone(HighLevel, CONTACT, id("b")),
                settle("a", RecordState::WaitsForPerson),
                settle("b", RecordState::Settled),
                Change::Settle(HighLevel, Kind::Task, id("t"), RecordState::Settled),
                Change::UnsettleAll(CONTACT),
            ],
        )
        .await;
    assert_eq!(
        bench.record(HighLevel, CONTACT, "a").await.state,
        RecordState::Unsettled
    );
    assert_eq!(
        bench.record(HighLevel, CONTACT, "b").await.state,
        RecordState::Settled
    );
    assert_eq!(
        bench.record(HighLevel, Kind::Task, "t").await.state,
        RecordState::Settled
    );
}
