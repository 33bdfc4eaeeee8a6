//! Budgets survive a restart and are shared by whoever works on the database.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use async_trait::async_trait;
use domain::{Clock, Side, Timestamp};
use http::{Budget, BudgetPolicy, Lane, Seen};
use jiff::SignedDuration;
use queue::StoredBudget;
use std::sync::{Arc, Mutex};
use store::{Shop, Store};

/// Time that moves only when somebody sleeps.
#[derive(Debug)]
struct Hand(Mutex<Timestamp>);

#[async_trait]
impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, when: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = (*now).max(when);
    }
}

async fn shop(folder: &tempfile::TempDir) -> (Store, Shop) {
    let url = format!("sqlite://{}", folder.path().join("budget.db").display());
    let store = Store::open(&url).await.unwrap();
    let known = store.shop("main").await.unwrap();
    let shop = match known {
        Some(shop) => shop,
        None => {
            let rules = serde_json::Value::Null;
            store
                .add_shop("main", "loc", None, None, &rules, Timestamp::UNIX_EPOCH)
                .await
                .unwrap()
        }
    };
    (store, shop)
}

fn budget(store: &Store, shop: &Shop, clock: &Arc<Hand>, patience: i64) -> StoredBudget {
    let mut policy = BudgetPolicy::per(24, SignedDuration::from_mins(1)).with_lock_out();
    for window in &mut policy.windows {
        window.kept_for_interactive = 0;
        window.kept_for_live = 0;
    }
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let patience = SignedDuration::from_secs(patience);
    StoredBudget::new(
        store.clone(),
        shop.id,
        Side::MyGadgetRepairs,
        policy,
        clock,
        patience,
    )
}

#[tokio::test]
async fn invariant_6_within_budget_across_restarts_and_processes() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand(Mutex::new(Timestamp::from_second(1_000_000).unwrap())));
    let mut sent: Vec<Timestamp> = Vec::new();
    for _ in 0..12 {
        // Everything anew, as after a crash, and two processes side by side.
        let (store, shop) = shop(&folder).await;
        let (one, other) = (
            budget(&store, &shop, &clock, 3600),
            budget(&store, &shop, &clock, 3600),
        );
        for _ in 0..5 {
            one.reserve(Lane::Background).await.unwrap();
            sent.push(clock.now());
            other.reserve(Lane::Live).await.unwrap();
            sent.push(clock.now());
        }
        store.close().await;
    }
    for (at, first) in sent.iter().enumerate() {
        let within = sent[at..]
            .iter()
            .filter(|later| later.duration_since(*first).as_secs() < 60)
            .count();
        assert!(within <= 24, "{within} requests within a minute");
    }
    assert!(
        sent.last().unwrap().duration_since(sent[0]).as_secs() >= 4 * 60,
        "120 requests take their time"
    );
}

#[tokio::test]
async fn a_pause_for_a_doubtful_key_outlives_the_process_until_another_key_is_entered() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand(Mutex::new(Timestamp::from_second(1_000_000).unwrap())));
    let (store, shop) = shop(&folder).await;
    let first = budget(&store, &shop, &clock, 0);
    first.reserve(Lane::Live).await.unwrap();
    first.observe(&Seen::status(200)).await.unwrap();
    let pause = first.observe(&Seen::status(401)).await.unwrap();
    assert!(pause.is_some(), "a key that worked is doubted, not refused");
    let again = budget(&store, &shop, &clock, 0);
    let deferred = again.reserve(Lane::Interactive).await.unwrap_err();
    assert!(deferred.until.duration_since(clock.now()).as_secs() >= 29 * 60);
    again.key_replaced().await.unwrap();
    assert!(again.reserve(Lane::Live).await.is_ok());
}

/// A webhook now and then: what is booked is what is sent, however far apart.
#[tokio::test]
async fn single_requests_do_not_fill_the_window_with_what_is_never_sent() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand(Mutex::new(Timestamp::from_second(1_000_000).unwrap())));
    let (store, shop) = shop(&folder).await;
    let window = BudgetPolicy::per(80, SignedDuration::from_secs(10));
    let patience = SignedDuration::ZERO;
    let budget = StoredBudget::new(
        store,
        shop.id,
        Side::HighLevel,
        window,
        Arc::clone(&clock) as Arc<dyn Clock>,
        patience,
    );
    for _ in 0..40 {
        budget.reserve(Lane::Live).await.unwrap();
        let later = clock.now().checked_add(SignedDuration::from_millis(400));
        *clock.0.lock().unwrap() = later.unwrap();
    }
}
