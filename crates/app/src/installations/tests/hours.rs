//! Two days of tokens that live minutes.

use super::Stage;
use domain::Clock;
use jiff::SignedDuration;
use std::sync::Arc;

const LIFE: u64 = 1_200;
const HOURS: i64 = 48;
/// How often each task calls, in seconds.
const EVERY: i64 = 200;
const TASKS: i64 = 8;

/// Two processes on one database with eight tasks each call for 48 hours with tokens that live twenty minutes. One of the
/// processes is restarted every six hours. No call is refused, and there is exactly one refresh per expiry.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_refresh_per_expiry_over_two_days_eight_tasks_and_two_processes() {
    let stage = Arc::new(Stage::with_tokens_of(LIFE).await);
    let id = stage.install().await.id;
    let began = stage.clock.now();
    let end = began
        .checked_add(SignedDuration::from_hours(HOURS))
        .unwrap();
    let mut processes = Vec::new();
    for number in 0..2_i64 {
        let stage = Arc::clone(&stage);
        processes.push(tokio::spawn(async move {
            let mut calls = 0_u64;
            while stage.clock.now() < end {
                let restart = stage
                    .clock
                    .now()
                    .checked_add(SignedDuration::from_hours(if number == 0 {
                        6
                    } else {
                        HOURS
                    }))
                    .unwrap();
                let process = stage.process().await;
                let mut tasks = Vec::new();
                for _ in 0..TASKS {
                    let client = process.client(&stage, id);
                    let stage = Arc::clone(&stage);
                    tasks.push(tokio::spawn(async move {
                        let mut calls = 0_u64;
                        // All of them wake up at the same instants, so that all find the same token due.
                        while stage.clock.now() < end.min(restart) {
                            let passed = stage.clock.now().duration_since(began).as_secs();
                            let next = (passed / EVERY + 1) * EVERY;
                            let next = began.checked_add(SignedDuration::from_secs(next));
                            stage.clock.sleep_until(next.unwrap()).await;
                            client.location().get().await.unwrap();
                            calls += 1;
                        }
                        calls
                    }));
                }
                for task in tasks {
                    calls += task.await.unwrap();
                }
            }
            calls
        }));
    }
    let mut calls = 0;
    for process in processes {
        calls += process.await.unwrap();
    }
    assert!(calls > 8_000, "{calls}");
    let counted = stage.counted();
    assert_eq!(counted.refused_refreshes, 0, "{counted:?}");
    assert_eq!(
        counted.graced, 0,
        "nobody refreshed a second time: {counted:?}"
    );
    assert_eq!(
        counted.stale_calls, 0,
        "no call went out with an ended token: {counted:?}"
    );
    let row = stage.row(&stage.process().await.app).await;
    assert_eq!(
        row.generation,
        1 + i64::try_from(counted.refreshes).unwrap()
    );
    // Each token is due after 960 seconds, and somebody calls every 200.
    assert_eq!(counted.refreshes, 172);
}
