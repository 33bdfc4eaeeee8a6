//! Durable remote writes.

use super::bench::*;
use domain::{IntentId, Kind};
use serde_json::json;
use std::collections::HashSet;
use store::{Change, Intent, IntentOp, IntentState};
use uuid::Uuid;

const CONTACT: Kind = Kind::Contact;

async fn intended(bench: &Bench, intents: Vec<Intent>) {
    bench
        .commit(1, intents.into_iter().map(intend).collect())
        .await;
}

async fn in_state(bench: &Bench, state: IntentState) -> Vec<Intent> {
    bench
        .store
        .intents(bench.shop, state, None, 100)
        .await
        .unwrap()
}

pub async fn one_open_write_per_source_and_side(bench: &Bench) {
    let first = intent(1, MyGadgetRepairs, CONTACT, "h1");
    intended(
        bench,
        vec![first.clone(), intent(2, MyGadgetRepairs, CONTACT, "h1")],
    )
    .await;
    // In no open state is there room for another.
    for state in [
        IntentState::Ready,
        IntentState::Sent,
        IntentState::Unknown,
        IntentState::Written,
        IntentState::Failed,
        IntentState::Held,
    ] {
        bench
            .commit(
                2,
                vec![
                    progress(1, state),
                    intend(intent(3, MyGadgetRepairs, CONTACT, "h1")),
                ],
            )
            .await;
        let open = bench
            .store
            .open_intent(bench.shop, MyGadgetRepairs, CONTACT, &id("h1"))
            .await
            .unwrap();
        assert_eq!(
            open.map(|open| (open.id, open.state)),
            Some((first.id, state))
        );
    }
    // Another side, kind or source has its own; and a finished one makes room.
    intended(
        bench,
        vec![
            intent(4, HighLevel, CONTACT, "h1"),
            intent(5, MyGadgetRepairs, Kind::Task, "h1"),
            intent(6, MyGadgetRepairs, CONTACT, "h2"),
        ],
    )
    .await;
    bench
        .commit(
            3,
            vec![
                progress(1, IntentState::Done),
                intend(intent(7, MyGadgetRepairs, CONTACT, "h1")),
            ],
        )
        .await;
    let open = bench
        .store
        .open_intents(
            bench.shop,
            MyGadgetRepairs,
            CONTACT,
            &[id("h1"), id("h2"), id("h3")],
        )
        .await
        .unwrap();
    let open: HashSet<u128> = open.values().map(|intent| intent.id.0.as_u128()).collect();
    assert_eq!(open, HashSet::from([6, 7]));
    assert_eq!(in_state(bench, IntentState::Done).await.len(), 1);
    let counts = bench.store.count_intents(bench.shop).await.unwrap();
    assert_eq!(counts.iter().map(|one| one.count).sum::<u64>(), 4);
    let ready = counts.iter().find(|one| {
        let what = (one.side, one.kind, one.op, one.state);
        what == (
            MyGadgetRepairs,
            CONTACT,
            IntentOp::Create,
            IntentState::Ready,
        )
    });
    assert_eq!(ready.unwrap().count, 2);
}

pub async fn claiming_marks_as_sent_before_handing_out(bench: &Bench) {
    intended(
        bench,
        vec![
            intent(1, MyGadgetRepairs, Kind::Task, "t1"),
            intent(2, MyGadgetRepairs, CONTACT, "h1"),
            Intent {
                not_before: at(50),
                ..intent(3, MyGadgetRepairs, CONTACT, "h2")
            },
            intent(4, HighLevel, CONTACT, "m1"),
            Intent {
                state: IntentState::Held,
                ..intent(5, MyGadgetRepairs, CONTACT, "h3")
            },
        ],
    )
    .await;
    let first = bench
        .store
        .claim(bench.shop, MyGadgetRepairs, at(10), 1)
        .await
        .unwrap();
    assert_eq!(first[0].source, id("h1"), "contacts come first");
    assert_eq!(
        (first[0].state, first[0].sent_at),
        (IntentState::Sent, Some(at(10)))
    );
    // Whoever looks from elsewhere sees the mark already.
    let seen = bench
        .again()
        .await
        .intents(bench.shop, IntentState::Sent, Some(MyGadgetRepairs), 9)
        .await
        .unwrap();
    assert_eq!(seen, first);
    let rest = bench
        .store
        .claim(bench.shop, MyGadgetRepairs, at(10), 9)
        .await
        .unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].source, id("t1"));
    let later = bench
        .store
        .claim(bench.shop, MyGadgetRepairs, at(50), 9)
        .await
        .unwrap();
    assert_eq!(later[0].source, id("h2"));
    assert!(
        bench
            .store
            .claim(bench.shop, MyGadgetRepairs, at(99), 9)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn two_claimers_never_get_the_same_write(bench: &Bench) {
    let all = (1..=60)
        .map(|n| intent(n, MyGadgetRepairs, CONTACT, &format!("h{n}")))
        .collect();
    intended(bench, all).await;
    let mut claimers = Vec::new();
    for _ in 0..4 {
        let (store, shop) = (bench.again().await, bench.shop);
        claimers.push(tokio::spawn(async move {
            let mut got = Vec::new();
            loop {
                let some = store.claim(shop, MyGadgetRepairs, at(5), 3).await.unwrap();
                if some.is_empty() {
                    return got;
                }
                got.extend(some.into_iter().map(|intent| intent.id));
            }
        }));
    }
    let mut got = Vec::new();
    for claimer in claimers {
        got.extend(claimer.await.unwrap());
    }
    assert_eq!(got.len(), 60);
    assert_eq!(got.into_iter().collect::<HashSet<_>>().len(), 60);
}

pub async fn what_was_sent_at_a_crash_becomes_unknown(bench: &Bench) {
    intended(
        bench,
        vec![
            intent(1, MyGadgetRepairs, CONTACT, "h1"),
            intent(2, HighLevel, CONTACT, "m1"),
        ],
    )
    .await;
    bench
        .store
        .claim(bench.shop, MyGadgetRepairs, at(2), 9)
        .await
        .unwrap();
    let restarted = bench.again().await;
    assert_eq!(restarted.recover_sent(bench.shop).await.unwrap(), 1);
    assert_eq!(restarted.recover_sent(bench.shop).await.unwrap(), 0);
    let unknown = in_state(bench, IntentState::Unknown).await;
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        (&unknown[0].source, unknown[0].sent_at),
        (&id("h1"), Some(at(2)))
    );
    assert!(
        bench
            .store
            .claim(bench.shop, MyGadgetRepairs, at(9), 9)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn progress_is_kept(bench: &Bench) {
    intended(bench, vec![intent(1, MyGadgetRepairs, CONTACT, "h1")]).await;
    let number = IntentId(Uuid::from_u128(1));
    let failed = Change::Progress {
        intent: number,
        state: IntentState::Ready,
        target: Some(id("m1")),
        not_before: Some(at(60)),
        counts: true,
        failure: Some(("MGR-01".into(), "no answer".into())),
    };
    bench
        .commit(
            2,
            vec![
                progress(1, IntentState::Sent),
                failed,
                Change::Rewrite(number, json!({"name": "B"})),
            ],
        )
        .await;
    let wanted = Intent {
        target: Some(id("m1")),
        payload: json!({"name": "B"}),
        attempt: 1,
        not_before: at(60),
        sent_at: Some(at(2)),
        code: Some("MGR-01".into()),
        message: Some("no answer".into()),
        ..intent(1, MyGadgetRepairs, CONTACT, "h1")
    };
    assert_eq!(
        in_state(bench, IntentState::Ready).await,
        std::slice::from_ref(&wanted)
    );
    bench.commit(3, vec![progress(1, IntentState::Done)]).await;
    let done = Intent {
        state: IntentState::Done,
        code: None,
        message: None,
        ..wanted
    };
    assert_eq!(
        in_state(bench, IntentState::Done).await,
        [done],
        "what is not named stays"
    );
}

pub async fn retry_and_hold_and_release(bench: &Bench) {
    intended(
        bench,
        vec![
            intent(1, MyGadgetRepairs, CONTACT, "h1"),
            intent(2, MyGadgetRepairs, CONTACT, "h2"),
            intent(3, HighLevel, CONTACT, "m1"),
        ],
    )
    .await;
    bench
        .commit(
            2,
            vec![
                progress(1, IntentState::Failed),
                progress(2, IntentState::Failed),
            ],
        )
        .await;
    let one = Some(IntentId(Uuid::from_u128(1)));
    assert_eq!(
        bench
            .store
            .retry(bench.shop, IntentState::Failed, one)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        bench
            .store
            .retry(bench.shop, IntentState::Failed, None)
            .await
            .unwrap(),
        1
    );
    assert_eq!(in_state(bench, IntentState::Ready).await.len(), 3);

    let hold = |side, code: &'static str| bench.store.hold_ready(bench.shop, side, code, "mend it");
    assert_eq!(hold(Some(MyGadgetRepairs), "GUARD-KEY").await.unwrap(), 2);
    assert_eq!(hold(None, "SCOPE").await.unwrap(), 1);
    let held = in_state(bench, IntentState::Held).await;
    assert!(
        held.iter()
            .all(|intent| intent.message.as_deref() == Some("mend it"))
    );
    assert_eq!(
        bench
            .store
            .release_held(bench.shop, "GUARD-KEY", false)
            .await
            .unwrap(),
        1
    );
    let ready = in_state(bench, IntentState::Ready).await;
    assert_eq!(
        (ready.len(), &ready[0].source, &ready[0].code),
        (1, &id("m1"), &None)
    );
    assert_eq!(
        bench
            .store
            .release_held(bench.shop, "GUARD-KEY", true)
            .await
            .unwrap(),
        2
    );
}

pub async fn only_what_was_never_sent_is_cancelled(bench: &Bench) {
    let all = (1..=4)
        .map(|n| intent(n, MyGadgetRepairs, CONTACT, &format!("h{n}")))
        .collect();
    intended(bench, all).await;
    let cancel = |number| Change::Cancel(IntentId(Uuid::from_u128(number)));
    bench
        .commit(
            2,
            vec![
                progress(1, IntentState::Sent),
                progress(2, IntentState::Unknown),
                cancel(1),
                cancel(2),
                cancel(3),
            ],
        )
        .await;
    assert_eq!(in_state(bench, IntentState::Sent).await.len(), 1);
    assert_eq!(in_state(bench, IntentState::Unknown).await.len(), 1);
    assert_eq!(in_state(bench, IntentState::Ready).await.len(), 1);
}

pub async fn the_next_due_instant(bench: &Bench) {
    let due = |state| bench.store.next_due(bench.shop, MyGadgetRepairs, state);
    assert_eq!(due(IntentState::Ready).await.unwrap(), None);
    intended(
        bench,
        vec![
            Intent {
                not_before: at(70),
                ..intent(1, MyGadgetRepairs, CONTACT, "h1")
            },
            Intent {
                not_before: at(60),
                ..intent(2, MyGadgetRepairs, CONTACT, "h2")
            },
            Intent {
                not_before: at(10),
                ..intent(3, HighLevel, CONTACT, "m1")
            },
        ],
    )
    .await;
    assert_eq!(due(IntentState::Ready).await.unwrap(), Some(at(60)));
    assert_eq!(due(IntentState::Unknown).await.unwrap(), None);
}

pub async fn the_urgent_go_first(bench: &Bench) {
    intended(
        bench,
        vec![
            intent(1, MyGadgetRepairs, CONTACT, "history"),
            Intent {
                lane: domain::Lane::Live,
                ..intent(2, MyGadgetRepairs, Kind::Task, "live")
            },
            Intent {
                lane: domain::Lane::Interactive,
                ..intent(3, MyGadgetRepairs, Kind::Task, "waited for")
            },
        ],
    )
    .await;
    let mut order = Vec::new();
    for _ in 0..3 {
        let one = bench
            .store
            .claim(bench.shop, MyGadgetRepairs, at(10), 1)
            .await
            .unwrap();
        order.push(one[0].source.as_str().to_owned());
    }
    assert_eq!(order, ["waited for", "live", "history"]);
}

pub async fn deletions_that_wait_are_found_by_what_they_delete(bench: &Bench) {
    let delete = |number, source: &str, target: &str| Intent {
        op: IntentOp::Delete,
        target: Some(id(target)),
        ..intent(number, MyGadgetRepairs, CONTACT, source)
    };
    let update = Intent {
        target: Some(id("m3")),
        ..intent(3, MyGadgetRepairs, CONTACT, "h3")
    };
    intended(
        bench,
        vec![delete(1, "h1", "m1"), delete(2, "h2", "m2"), update],
    )
    .await;
    let waiting = || async {
        let targets = [id("m1"), id("m2"), id("m3")];
        let found = bench
            .store
            .waiting_deletes(bench.shop, MyGadgetRepairs, CONTACT, &targets);
        let mut found: Vec<_> = found.await.unwrap();
        found.sort_by_key(|intent| intent.id);
        found
            .into_iter()
            .filter_map(|intent| intent.target)
            .collect::<Vec<_>>()
    };
    assert_eq!(waiting().await, [id("m1"), id("m2")]);
    bench
        .commit(
            2,
            vec![
                progress(1, IntentState::Held),
                progress(2, IntentState::Sent),
            ],
        )
        .await;
    assert_eq!(
        waiting().await,
        [id("m1")],
        "one that was sent does not wait"
    );
}
