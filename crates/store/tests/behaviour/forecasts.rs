//! What will have to be written, what was, and what followed it.

use super::bench::*;
use domain::{IntentId, Kind, Record};
use serde_json::json;
use store::{Change, IntentState, NoteChange, RecordState, Webhook};
use uuid::Uuid;

fn task(side: domain::Side, name: &str, parent: &str) -> Record {
    let mut record = record(side, Kind::Task, name, name);
    record.parent = Some(id(parent));
    record
}

pub async fn what_waits_for_its_parent_and_what_is_undecided_is_counted(bench: &Bench) {
    let store = &bench.store;
    let records = ["t1", "t2"].map(|name| (task(MyGadgetRepairs, name, "m1"), vec![]));
    bench.saw(1, 0, records.to_vec()).await;
    bench
        .saw(1, 0, vec![(task(MyGadgetRepairs, "t3", "m2"), vec![])])
        .await;
    let waits = |name: &str| {
        Change::Settle(
            MyGadgetRepairs,
            Kind::Task,
            id(name),
            RecordState::WaitsForParent,
        )
    };
    bench
        .commit(
            2,
            vec![
                waits("t1"),
                intend(intent(1, HighLevel, Kind::Contact, "m1")),
                Change::Link(link(1, "h2", "m2")),
            ],
        )
        .await;
    let (count, some) = store
        .followers(bench.shop, MyGadgetRepairs, Kind::Task, 5)
        .await
        .unwrap();
    assert_eq!((count, some[0].id.as_str()), (1, "t1"));
    let (count, some) = store
        .undecided(bench.shop, MyGadgetRepairs, Kind::Task, 5)
        .await
        .unwrap();
    assert_eq!((count, some[0].id.as_str()), (1, "t3"));
    let none = store.undecided(bench.shop, HighLevel, Kind::Task, 5).await;
    assert_eq!(none.unwrap().0, 0);
}

fn finish(number: u128, target: &str) -> Change {
    Change::Finish {
        intent: IntentId(Uuid::from_u128(number)),
        target: id(target),
        run: run(1),
        exchange: json!({}),
    }
}

pub async fn what_a_run_wrote_is_counted_and_found_by_its_target(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    for (number, source) in [(1, "m1"), (2, "m2")] {
        bench
            .commit(
                1,
                vec![intend(intent(number, HighLevel, Kind::Contact, source))],
            )
            .await;
    }
    let claimed = store.claim(shop, HighLevel, at(5), 10).await.unwrap();
    assert_eq!(claimed.len(), 2);
    bench.commit(7, vec![finish(1, "h1")]).await;
    assert_eq!(
        store.contacts_made(shop, run(1)).await.unwrap(),
        (1, Some(at(7)))
    );
    assert_eq!(store.contacts_made(shop, run(2)).await.unwrap(), (0, None));
    assert_eq!(
        store.written_in_run(shop, run(1), HighLevel).await.unwrap(),
        [(Kind::Contact, 1)]
    );
    let sent = store
        .sent_to(shop, HighLevel, Kind::Contact, &id("h1"), at(5))
        .await
        .unwrap();
    assert_eq!(sent.len(), 1);
    let later = store
        .sent_to(shop, HighLevel, Kind::Contact, &id("h1"), at(6))
        .await
        .unwrap();
    assert!(later.is_empty());
    let open = store
        .exchanges_in(shop, IntentState::Sent, 10)
        .await
        .unwrap();
    assert_eq!((open.len(), open[0].finished_at), (1, None));
    assert_eq!(open[0].decided_at, at(1));
    // Of a run's writes, those that are not finished come last.
    let all = store.exchanges_of_run(shop, run(1)).await.unwrap();
    assert_eq!(
        all.iter().map(|one| one.finished_at).collect::<Vec<_>>(),
        [Some(at(7)), None]
    );
}

pub async fn messages_that_followed_our_writes_are_told(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    bench
        .commit(1, vec![intend(intent(1, HighLevel, Kind::Contact, "m1"))])
        .await;
    store.claim(shop, HighLevel, at(100), 10).await.unwrap();
    bench.commit(101, vec![finish(1, "h1")]).await;
    let message = |number: u128, parent: &str, received: i64| Webhook {
        shop,
        side: HighLevel,
        event: number.to_be_bytes(),
        what: "OutboundMessage".into(),
        kind: None,
        record: None,
        parent: Some(id(parent)),
        body: vec![],
        received_at: at(received),
    };
    assert!(!store.hears_webhooks(shop).await.unwrap());
    store
        .keep_webhooks(&[
            message(1, "h1", 110),
            message(2, "h1", 500),
            message(3, "h2", 110),
            message(4, "h1", 90),
        ])
        .await
        .unwrap();
    assert!(store.hears_webhooks(shop).await.unwrap());
    let followed = store.messages_after_writes(shop, at(0), 60).await.unwrap();
    let told: Vec<_> = followed
        .iter()
        .map(|one| (one.contact.as_str(), one.wrote_at, one.message_at))
        .collect();
    assert_eq!(told, [("h1", at(100), at(110))]);
}

pub async fn notes_that_are_due_are_counted(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    let mut note = record(HighLevel, Kind::Note, "n1", "hello");
    note.parent = Some(id("h1"));
    bench.saw(1, 0, vec![(note, vec![])]).await;
    let checked = |contact: &str| {
        Change::Note(NoteChange::Checked {
            contact: id(contact),
            seen: 1,
            open: 1,
            held: 0,
            again_at: None,
        })
    };
    bench
        .commit(
            2,
            vec![
                Change::NotesDue(id("h1")),
                Change::NotesDue(id("h2")),
                Change::NotesDue(id("h3")),
                checked("h1"),
                checked("h2"),
                Change::NotesDue(id("h2")),
                Change::Note(NoteChange::CommentsDue(id("t1"), 9)),
                Change::Note(NoteChange::CommentsDue(id("t1"), 5)),
            ],
        )
        .await;
    assert_eq!(store.contacts_with_notes(shop).await.unwrap(), (2, 1));
    let (count, new, contacts) = store.called_for_notes(shop, 10).await.unwrap();
    assert_eq!((count, new, contacts.len()), (2, 1, 2));
    let due = store.due_comments(shop, 10).await.unwrap();
    assert_eq!((due.len(), due[0].due), (1, 9), "the latest change counts");
    bench
        .commit(3, vec![Change::Note(NoteChange::CommentsRead(id("t1"), 9))])
        .await;
    assert!(store.due_comments(shop, 10).await.unwrap().is_empty());
}
