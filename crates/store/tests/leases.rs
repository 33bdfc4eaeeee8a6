//! Leases on a PostgreSQL server: who holds one, who lost it, and that whoever lost it writes nothing any more. Without
//! STORE_TEST_POSTGRES (see scripts/postgres.sh) each of these is skipped, and says so.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../testkit/src/line.rs"]
mod line;
mod place;

use domain::{ShopId, Timestamp};
use line::Line;
use place::{OURS, Place, run};
use serde_json::json;
use std::time::Duration;
use store::{Change, Lock, Node, Store, StoreError};
use tokio::time::{Instant, sleep};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// The store of a place, over a line that can be cut.
async fn over(place: &Place) -> (Store, Line) {
    let line = Line::to(host(&place.server)).await.unwrap();
    let url = place.url("").replace(host(&place.server), &line.address());
    (Store::open(&url).await.unwrap(), line)
}

/// A shop's lock, held, and a store that writes by the right of it.
async fn held(store: &Store) -> (Lock, Store) {
    let lock = store.lock("shop-1").await.unwrap().unwrap();
    let fenced = store.under(&lock);
    (lock, fenced)
}

fn host(server: &str) -> &str {
    let rest = server.rsplit_once('@').unwrap().1;
    rest.split_once('/').unwrap().0
}

async fn shop(store: &Store) -> ShopId {
    let rules = json!({});
    let shop = store.add_shop("main", "place", None, None, &rules, NOW);
    shop.await.unwrap().id
}

fn fact(value: &str) -> Vec<Change> {
    vec![Change::Fact("zone", json!(value))]
}

async fn known(store: &Store, shop: ShopId) -> serde_json::Value {
    let fact = store.fact(shop, "zone").await.unwrap();
    fact.map_or(serde_json::Value::Null, |fact| fact.value)
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// The server alone decides: the one that lost its lease still thinks that it has it.
#[tokio::test]
async fn whoever_lost_a_lease_and_does_not_know_it_writes_nothing() {
    let Some(place) = Place::new().await else {
        return;
    };
    let (one, other) = (place.open().await, place.open().await);
    let shop = shop(&one).await;
    let (lock, fenced) = held(&one).await;
    fenced.commit(shop, NOW, fact("mine")).await.unwrap();
    // As if the server had not heard of it for long.
    place
        .run("UPDATE process SET lives_until = clock_timestamp() - interval '1 second'")
        .await;
    let taken = other.lock("shop-1").await.unwrap().expect("free again");
    let theirs = other.under(&taken);
    theirs.commit(shop, NOW, fact("theirs")).await.unwrap();
    assert!(lock.holds(), "it knows of nothing");
    let refused = fenced.commit(shop, NOW, fact("mine again")).await;
    assert!(matches!(refused, Err(StoreError::Lost)), "{refused:?}");
    assert_eq!(known(&one, shop).await, "theirs");
    // What needs no lease is written all the same.
    one.commit(shop, NOW, fact("a click")).await.unwrap();
    assert_eq!(known(&one, shop).await, "a click");
    place.end_with([one, other]).await;
}

#[tokio::test]
async fn whoever_is_cut_off_loses_its_leases_and_goes_on_under_another_id() {
    let Some(place) = Place::new().await else {
        return;
    };
    let ((one, line), other) = (over(&place).await, place.open().await);
    let shop = shop(&other).await;
    let (lock, fenced) = held(&one).await;
    fenced.commit(shop, NOW, fact("mine")).await.unwrap();
    assert!(other.lock("shop-1").await.unwrap().is_none());
    line.cut();
    let mut taken = None;
    until("it is taken over", async || {
        taken = other.lock("shop-1").await.unwrap();
        assert!(
            taken.is_none() || !lock.holds(),
            "before that, who held it has stopped"
        );
        taken.is_some()
    })
    .await;
    line.mend();
    let refused = fenced.commit(shop, NOW, fact("mine again")).await;
    assert!(matches!(refused, Err(StoreError::Lost)), "{refused:?}");
    drop(taken);
    let mut anew = None;
    until("it is taken anew", async || {
        anew = one.lock("shop-1").await.ok().flatten();
        anew.is_some()
    })
    .await;
    // Letting the former one go does not let the new one go.
    drop(lock);
    sleep(Duration::from_millis(300)).await;
    assert!(other.lock("shop-1").await.unwrap().is_none());
    let refused = fenced.commit(shop, NOW, fact("mine again")).await;
    assert!(matches!(refused, Err(StoreError::Lost)), "{refused:?}");
    one.under(&anew.unwrap())
        .commit(shop, NOW, fact("anew"))
        .await
        .unwrap();
    place.end_with([one, other]).await;
}

/// Whoever is frozen with a transaction under way holds up the others for some seconds, not for ever.
#[tokio::test]
async fn a_transaction_of_somebody_who_was_frozen_ends() {
    let Some(place) = Place::new().await else {
        return;
    };
    let (one, other) = (place.open().await, place.open().await);
    let shop = shop(&one).await;
    let (_lock, fenced) = held(&one).await;
    let mut frozen = place.raw().await;
    // What each transaction of ours begins with, and then nothing.
    let begin = format!(
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s';
         SELECT pg_advisory_xact_lock_shared({OURS}, 0), pg_advisory_xact_lock({OURS}, {});
         SELECT pg_advisory_xact_lock_shared(hashtextextended('repairbridge ' || current_schema() || ' ' || 'shop-1', 0))",
        shop.0
    );
    run(&mut frozen, &begin).await;
    let begun = Instant::now();
    fenced.commit(shop, NOW, fact("after it")).await.unwrap();
    assert!(begun.elapsed() > Duration::from_secs(3), "it waited");
    place.end_with([one, other]).await;
}

#[tokio::test]
async fn those_that_serve_know_of_one_another() {
    let Some(place) = Place::new().await else {
        return;
    };
    let ((one, line), other) = (over(&place).await, place.open().await);
    let node = |name: &str| Node {
        name: name.to_owned(),
        ..Node::default()
    };
    let first = one
        .join(node("one"))
        .await
        .unwrap()
        .expect("nobody objects");
    let second = other.join(node("other")).await.unwrap().unwrap();
    until("both know of both", async || {
        first.nodes().all.len() == 2 && first.nodes().all == second.nodes().all
    })
    .await;
    let named = place.open().await;
    let names = async || {
        let nodes = named.nodes().await.unwrap();
        nodes.into_iter().map(|node| node.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["one", "other"]);
    line.cut();
    until("who is cut off is not counted", async || {
        second.nodes().all.len() == 1
    })
    .await;
    until("and knows it", async || first.nodes().own.is_none()).await;
    line.mend();
    until("it comes back", async || {
        first.nodes().own.is_some() && second.nodes().all.len() == 2
    })
    .await;
    other.leave().await;
    until("who leaves is not counted", async || {
        first.nodes().all.len() == 1
    })
    .await;
    assert_eq!(names().await, ["one"]);
    place.end_with([one, other, named]).await;
}

#[tokio::test]
async fn what_must_be_alone_is_not_done_beside_those_that_serve() {
    let Some(place) = Place::new().await else {
        return;
    };
    let (one, other) = (place.open().await, place.open().await);
    let seat = one.join(Node::default()).await.unwrap();
    assert!(seat.is_some());
    assert!(other.lock("serve").await.unwrap().is_none());
    one.close().await;
    let alone = other.lock("serve").await.unwrap().expect("nobody serves");
    let third = place.open().await;
    assert!(third.join(Node::default()).await.unwrap().is_none());
    drop(alone);
    until("it may serve", async || {
        third.join(Node::default()).await.unwrap().is_some()
    })
    .await;
    place.end_with([other, third]).await;
}

/// What is held is not lost when a process that held something begins to serve.
#[tokio::test]
async fn who_begins_to_serve_keeps_what_it_holds() {
    let Some(place) = Place::new().await else {
        return;
    };
    let (one, other) = (place.open().await, place.open().await);
    let lock = one.lock("shop-1").await.unwrap().expect("free");
    assert!(one.join(Node::default()).await.unwrap().is_some());
    assert!(lock.holds());
    assert!(other.lock("shop-1").await.unwrap().is_none());
    place.end_with([one, other]).await;
}
