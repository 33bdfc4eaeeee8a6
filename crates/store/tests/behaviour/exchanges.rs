//! Writes as an account: found again, kept for a time, forgotten.

use super::bench::*;
use domain::{IntentId, Kind, Record};
use serde_json::json;
use store::{Change, IntentState, JournalEntry};
use uuid::Uuid;

const CONTACT: Kind = Kind::Contact;

fn finish(number: u128, target: &str, of: u128) -> Change {
    Change::Finish {
        intent: IntentId(Uuid::from_u128(number)),
        target: id(target),
        run: run(of),
        exchange: json!({"wrote": number as u64}),
    }
}

pub async fn a_finished_write_is_found_by_its_record_and_by_the_run_that_read_it_back(
    bench: &Bench,
) {
    for (number, source) in [(1, "h1"), (2, "h1"), (3, "h2")] {
        let open = intend(intent(number, MyGadgetRepairs, CONTACT, source));
        let target = if source == "h1" { "m1" } else { "m2" };
        let now = i64::try_from(number).unwrap() * 10;
        bench
            .commit(now, vec![open, finish(number, target, 7)])
            .await;
    }
    bench
        .commit(40, vec![intend(intent(4, MyGadgetRepairs, CONTACT, "h1"))])
        .await;
    let found = bench
        .store
        .exchanges_of(bench.shop, MyGadgetRepairs, CONTACT, &id("m1"))
        .await
        .unwrap();
    let numbers: Vec<_> = found
        .iter()
        .map(|one| one.intent.payload["wrote"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [2, 1], "newest first, and no open one");
    assert_eq!(found[0].finished_at, Some(at(20)));
    assert_eq!(found[0].intent.state, IntentState::Done);
    let none = bench
        .store
        .exchanges_of(bench.shop, HighLevel, CONTACT, &id("m1"))
        .await
        .unwrap();
    assert!(none.is_empty(), "the other side has an id of its own");
    let of_run = |number| bench.store.exchanges_of_run(bench.shop, run(number));
    assert_eq!(of_run(7).await.unwrap().len(), 3);
    assert_eq!(
        of_run(1).await.unwrap().len(),
        1,
        "an open one is its decider's"
    );
    let one = bench
        .store
        .exchange(bench.shop, IntentId(Uuid::from_u128(3)));
    assert_eq!(one.await.unwrap().unwrap().intent.target, Some(id("m2")));
}

pub async fn only_the_writes_of_a_run_are_claimed(bench: &Bench) {
    let mut other = intent(2, MyGadgetRepairs, CONTACT, "h2");
    other.run = run(2);
    bench
        .commit(
            1,
            vec![
                intend(intent(1, MyGadgetRepairs, CONTACT, "h1")),
                intend(other),
            ],
        )
        .await;
    let claim = || {
        bench
            .store
            .claim_of_run(bench.shop, MyGadgetRepairs, run(2), at(5), 10)
    };
    let claimed = claim().await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].source, id("h2"));
    assert_eq!(claimed[0].sent_at, Some(at(5)));
    assert!(claim().await.unwrap().is_empty(), "handed out once");
}

pub async fn old_ones_are_forgotten_a_few_at_a_time_and_open_ones_never(bench: &Bench) {
    for number in 1..=5 {
        let source = format!("h{number}");
        let mut changes = vec![
            intend(intent(number, MyGadgetRepairs, CONTACT, &source)),
            Change::Journal(JournalEntry {
                run: run(1),
                event: "created",
                side: None,
                kind: None,
                record: None,
                counterpart: None,
                detail: json!({}),
            }),
        ];
        if number != 2 {
            changes.push(finish(number, "m", 1));
        }
        bench.commit(i64::try_from(number).unwrap(), changes).await;
    }
    let trim = |limit| bench.store.trim(bench.shop, at(5), at(3), limit);
    assert_eq!(trim(2).await.unwrap(), (2, 2));
    assert_eq!(trim(2).await.unwrap(), (1, 0));
    assert_eq!(trim(2).await.unwrap(), (0, 0));
    let left = bench
        .store
        .exchanges_of_run(bench.shop, run(1))
        .await
        .unwrap();
    assert_eq!(left.len(), 2, "the open one and the young one");
    let lines = bench.store.journal_tail(bench.shop, None, 10).await;
    assert_eq!(lines.unwrap().len(), 3);
}

pub async fn records_are_found_by_id_and_by_the_counters_number(bench: &Bench) {
    let numbered = |side, name: &str| Record {
        reference: Some("C-317".to_owned()),
        ..contact(side, name)
    };
    bench
        .saw(1, 0, vec![(numbered(MyGadgetRepairs, "m1"), vec![])])
        .await;
    bench
        .saw(1, 0, vec![(contact(HighLevel, "h1"), vec![])])
        .await;
    for (name, expected) in [("m1", "m1"), ("h1", "h1"), ("c-317", "m1")] {
        let found = bench.store.records_named(bench.shop, name).await.unwrap();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].record.id, id(expected));
    }
    let none = bench.store.records_named(bench.shop, "C-31").await;
    assert!(none.unwrap().is_empty());
}
