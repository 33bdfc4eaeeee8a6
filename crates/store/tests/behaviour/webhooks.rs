use super::bench::{Bench, HighLevel, MyGadgetRepairs, at};
use domain::{Kind, RecordId, Side};
use store::{Change, Webhook};

fn webhook(bench: &Bench, number: u128, record: &str) -> Webhook {
    Webhook {
        shop: bench.shop,
        side: HighLevel,
        event: number.to_be_bytes(),
        what: "ContactUpdate".into(),
        kind: Some(Kind::Contact),
        record: Some(RecordId::new(record)),
        parent: None,
        body: b"{\"as\":\"sent\"}".to_vec(),
        received_at: at(10),
    }
}

async fn waiting(bench: &Bench) -> Vec<i64> {
    let signals = bench
        .store
        .waiting_signals(bench.shop, 10_000)
        .await
        .unwrap();
    signals.iter().map(|signal| signal.webhook).collect()
}

fn heard(webhooks: Vec<i64>, on: Side, told: usize, missed: usize) -> Change {
    Change::Heard {
        asked: 0,
        webhooks,
        on,
        told,
        missed,
        last_at: Some(at(10)),
    }
}

/// Small and large batches, one after the other in a turn.
pub async fn invariant_1_stored_before_acknowledged_in_batches(bench: &Bench) {
    let mut all = 0;
    for size in [1_u128, 7, 16, 31, 64, 161, 512, 600] {
        let batch: Vec<Webhook> = (0..size)
            .map(|number| webhook(bench, size * 1_000 + number, &format!("c{number}")))
            .collect();
        let mut turn = bench.store.keeping().await.unwrap();
        turn.keep(&batch[..1]).unwrap();
        turn.keep(&batch[1..]).unwrap();
        drop(turn);
        all += batch.len();
        // What another process sees is on the disk.
        let other = bench.again().await;
        for one in &batch {
            assert!(other.knows_webhook(&one.event).await.unwrap());
        }
        let signals = bench.store.waiting_signals(bench.shop, 10_000).await;
        let signals = signals.unwrap().split_off(all - batch.len());
        for (signal, one) in signals.iter().zip(&batch) {
            assert_eq!((&signal.record, &signal.body), (&one.record, &one.body));
        }
        assert_eq!(signals.len(), batch.len(), "once each, in their order");
    }
}

pub async fn an_event_that_comes_again_counts_once_and_is_known_once_it_was_looked_at(
    bench: &Bench,
) {
    let one = webhook(bench, 1, "c1");
    bench
        .store
        .keep_webhooks(&[one.clone(), one.clone(), webhook(bench, 2, "c1")])
        .await
        .unwrap();
    let signals = bench.store.waiting_signals(bench.shop, 10).await.unwrap();
    assert_eq!(signals.len(), 3, "{signals:?}");
    assert!(signals.iter().all(|signal| !signal.is_known));
    assert_eq!(signals[0].record, Some(RecordId::new("c1")));
    assert_eq!(signals[0].kind, Some(Kind::Contact));
    assert!(bench.store.has_signals(bench.shop).await.unwrap());
    assert_eq!(signals[0].body, one.body);

    let all = waiting(bench).await;
    bench.commit(20, vec![heard(all, HighLevel, 1, 0)]).await;
    assert!(!bench.store.has_signals(bench.shop).await.unwrap());
    let received = async || {
        let counts = bench.store.counts_of_webhooks(bench.shop, HighLevel).await;
        counts.unwrap().received
    };
    assert_eq!(received().await, 2, "one came twice");

    bench
        .store
        .keep_webhooks(&[one.clone(), webhook(bench, 3, "c1")])
        .await
        .unwrap();
    let signals = bench.store.waiting_signals(bench.shop, 10).await.unwrap();
    let known: Vec<bool> = signals.iter().map(|signal| signal.is_known).collect();
    assert_eq!(known, [true, false]);
    let all = waiting(bench).await;
    bench.commit(30, vec![heard(all, HighLevel, 0, 0)]).await;
    assert!(!bench.store.has_signals(bench.shop).await.unwrap());
    assert_eq!(received().await, 3);
    assert!(bench.store.knows_webhook(&one.event).await.unwrap());
}

pub async fn what_came_of_webhooks_is_added_up_by_side(bench: &Bench) {
    bench
        .commit(
            10,
            vec![
                heard(vec![], HighLevel, 3, 1),
                heard(vec![], HighLevel, 1, 0),
                heard(vec![], MyGadgetRepairs, 0, 2),
            ],
        )
        .await;
    let left = bench
        .store
        .counts_of_webhooks(bench.shop, HighLevel)
        .await
        .unwrap();
    assert_eq!((left.told, left.missed), (4, 1));
    assert_eq!(left.last_at, Some(at(10)));
    let right = bench
        .store
        .counts_of_webhooks(bench.shop, MyGadgetRepairs)
        .await
        .unwrap();
    assert_eq!((right.told, right.missed), (0, 2));
}

pub async fn only_old_ones_that_were_looked_at_are_forgotten(bench: &Bench) {
    let mut late = webhook(bench, 3, "c3");
    late.received_at = at(1_000);
    bench
        .store
        .keep_webhooks(&[webhook(bench, 1, "c1"), webhook(bench, 2, "c2"), late])
        .await
        .unwrap();
    let all = waiting(bench).await;
    bench
        .commit(20, vec![heard(vec![all[0], all[2]], HighLevel, 2, 0)])
        .await;
    let gone = bench
        .store
        .forget_webhooks(bench.shop, at(500), 100)
        .await
        .unwrap();
    assert_eq!(gone, 1);
    assert!(
        !bench
            .store
            .knows_webhook(&1_u128.to_be_bytes())
            .await
            .unwrap()
    );
    assert!(
        bench
            .store
            .knows_webhook(&2_u128.to_be_bytes())
            .await
            .unwrap()
    );
    assert!(
        bench
            .store
            .knows_webhook(&3_u128.to_be_bytes())
            .await
            .unwrap()
    );
    assert_eq!(waiting(bench).await, vec![all[1]]);
}
