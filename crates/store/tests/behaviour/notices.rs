//! How somebody is told, what was told, and what is still to be sent.

use super::bench::*;
use domain::ShopId;
use serde_json::json;
use store::{Change, NewNotice, Remembered, Sending};

fn notice(number: u8) -> NewNotice {
    NewNotice {
        id: format!("n{number}"),
        way: "mail",
        content: json!({"number": number}),
    }
}

pub async fn what_is_told_is_remembered_and_sent_until_it_is_given_up(bench: &Bench) {
    let store = &bench.store;
    let told = |value: u8| Remembered {
        shop: bench.shop,
        value: json!(value),
    };
    let gone = Remembered {
        shop: ShopId(999),
        value: json!(0),
    };
    store
        .tell(&[told(1), gone], &[notice(1), notice(2)], at(10))
        .await
        .unwrap();
    store.tell(&[told(2)], &[], at(11)).await.unwrap();
    assert_eq!(store.notices_told().await.unwrap(), [told(2)]);
    let due = store.due_notices("mail", at(10)).await.unwrap();
    assert_eq!(due.len(), 2);
    assert_eq!((due[0].id.as_str(), due[0].attempts), ("n1", 0));

    let failed = |next_at| Sending::Failed {
        why: "no answer".into(),
        next_at,
    };
    store
        .notice_tried("mail", "n1", &failed(Some(at(50))), at(12))
        .await
        .unwrap();
    store
        .notice_tried("mail", "n2", &failed(None), at(12))
        .await
        .unwrap();
    assert!(store.due_notices("mail", at(49)).await.unwrap().is_empty());
    let state = store.way_state("mail").await.unwrap();
    assert_eq!((state.waiting, state.given_up), (1, 1));
    assert_eq!(state.failure.as_deref(), Some("no answer"));
    let due = store.due_notices("mail", at(50)).await.unwrap();
    assert_eq!(due[0].attempts, 1);
    store
        .notice_tried("mail", "n1", &Sending::Sent, at(51))
        .await
        .unwrap();
    let state = store.way_state("mail").await.unwrap();
    assert_eq!((state.sent_at, state.failure), (Some(at(51)), None));
    assert_eq!((state.waiting, state.given_up), (0, 0));
    store
        .way_tried("alarm", &Sending::Sent, at(52))
        .await
        .unwrap();
    assert_eq!(
        store.way_state("alarm").await.unwrap().sent_at,
        Some(at(52))
    );
    store.forget_told().await.unwrap();
    assert!(store.notices_told().await.unwrap().is_empty());
}

pub async fn settings_drop_what_waits_for_a_way_that_is_off(bench: &Bench) {
    let store = &bench.store;
    assert!(store.notification_settings().await.unwrap().is_none());
    store.add_data_key(1, "key", at(1)).await.unwrap();
    store
        .save_app_secret("mail", "v1.1.x", at(1))
        .await
        .unwrap();
    store.tell(&[], &[notice(1)], at(1)).await.unwrap();
    let later = Sending::Failed {
        why: "not now".into(),
        next_at: Some(at(900)),
    };
    store
        .notice_tried("mail", "n1", &later, at(2))
        .await
        .unwrap();
    store
        .save_notification_settings(&json!({"a": 1}), &["web"], &[], at(3))
        .await
        .unwrap();
    let due = store.due_notices("mail", at(3)).await.unwrap();
    assert_eq!(
        due.len(),
        1,
        "what waits for a way that is on is tried at once"
    );
    store
        .save_notification_settings(&json!({"a": 2}), &["mail"], &["mail"], at(4))
        .await
        .unwrap();
    assert!(store.due_notices("mail", at(9)).await.unwrap().is_empty());
    assert!(store.app_secret("mail").await.unwrap().is_none());
    assert_eq!(
        store.notification_settings().await.unwrap(),
        Some(json!({"a": 2}))
    );
}

pub async fn it_is_known_whether_it_can_be_written_and_when_a_side_was_read(bench: &Bench) {
    let store = &bench.store;
    store.prove_writable(at(1)).await.unwrap();
    store.prove_writable(at(2)).await.unwrap();
    let read = |source: &str| Change::Cursor(source.to_owned(), json!(1));
    bench.commit(5, vec![read("highlevel.contacts")]).await;
    bench.commit(9, vec![read("read.highlevel.task")]).await;
    let last = store.last_read(bench.shop, HighLevel).await.unwrap();
    assert_eq!(last, Some(at(9)));
    let never = store.last_read(bench.shop, MyGadgetRepairs).await.unwrap();
    assert_eq!(never, None);
}
