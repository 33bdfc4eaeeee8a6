//! Kills at every step of a refresh.

use super::Stage;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use store::InstallationState;
use twin::highlevel::TokenFault;

/// How far a refresh had come when its process was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// It was noted that a new pair will be asked for, or not even that.
    BeforeSending,
    /// The vendor has rotated the pair, and the new one is not stored.
    Rotated,
    /// It is stored.
    Stored,
}

/// Polls a future so many times, waits for what it set in motion, and drops it: what it held is gone, as in a process
/// that was killed. Answers whether it was over before.
async fn kill_after<F: Future>(polls: u32, waits: impl Future, future: F) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    let over = std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await;
    if !over {
        waits.await;
    }
    over
}

/// A refresh is killed after every single step that it takes, at once and after a moment. The next process is connected
/// all the same, within the vendor's thirty seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_step_of_a_refresh_leaves_it_connected() {
    let stage = Stage::with_tokens_of(600).await;
    let id = stage.install().await.id;
    let mut reached = BTreeSet::new();
    // How many steps there are differs from time to time: what is ready at once needs no waiting.
    for round in 0..12 {
        let waits = round % 2 == 1;
        if round > 1 && reached.len() == 3 {
            break;
        }
        for polls in 0.. {
            // Four fifths of its life are over.
            stage.later(500).await;
            let before = stage.counted();
            if waits {
                stage.befall(vec![TokenFault::LateAnswer(300)]);
            }
            let victim = stage.process().await;
            let generation = stage.row(&victim.app).await.generation;
            let keeper = victim.keeper();
            // At once, or when the vendor has had the time to do what it was asked for.
            let served = async {
                for _ in 0..if waits { 40 } else { 0 } {
                    if stage.counted().refreshes > before.refreshes {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            let over = kill_after(polls, served, keeper.token(id)).await;
            drop((keeper, victim));
            stage.befall(Vec::new());

            let next = stage.process().await;
            let row = stage.row(&next.app).await;
            let rotated = stage.counted().refreshes > before.refreshes;
            reached.insert(match (rotated, row.generation > generation) {
                (_, true) => Step::Stored,
                (true, false) => Step::Rotated,
                (false, false) => Step::BeforeSending,
            });
            let client = next.client(&stage, id);
            client
                .location()
                .get()
                .await
                .unwrap_or_else(|error| panic!("not connected after {polls} steps: {error}"));
            let row = stage.row(&next.app).await;
            assert_eq!(row.state, InstallationState::Active);
            assert_eq!(row.generation, generation + 1, "{polls} steps");
            assert_eq!(row.asked_at, None);
            let counted = stage.counted();
            assert_eq!(counted.refreshes, before.refreshes + 1, "{polls} steps");
            assert_eq!(counted.refused_refreshes, 0, "{polls} steps");
            if over {
                break;
            }
            assert!(polls < 200, "it never ends");
        }
    }
    let all = [Step::BeforeSending, Step::Rotated, Step::Stored];
    assert_eq!(
        reached.into_iter().collect::<Vec<_>>(),
        all,
        "every step was hit"
    );
}

/// A kill between the vendor's rotation and the store is mended by the service at its start, without anybody asking for
/// a token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_takes_up_an_interrupted_refresh_at_its_start() {
    let stage = Stage::with_tokens_of(86_399).await;
    let id = stage.install().await.id;
    let victim = stage.process().await;
    let row = stage.row(&victim.app).await;
    // Long before it is due: as after a token that the vendor refused.
    stage.befall(vec![TokenFault::LateAnswer(2_000)]);
    let keeper = victim.keeper();
    let rotated = async {
        while stage.counted().refreshes == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = keeper.keep_alive(&row) => panic!("the answer is late"),
        () = rotated => {}
    }
    drop((keeper, victim));
    let service = stage.process().await;
    assert!(stage.row(&service.app).await.asked_at.is_some());
    let stop = tokio_util::sync::CancellationToken::new();
    let mended = async {
        while stage.row(&service.app).await.asked_at.is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    tokio::join!(service.app.keep_installations(stop.clone()), mended);
    let after = stage.row(&service.app).await;
    assert_eq!((after.id, after.generation), (id, row.generation + 1));
    let counted = stage.counted();
    assert_eq!((counted.refreshes, counted.graced), (1, 1), "{counted:?}");
    service.client(&stage, id).location().get().await.unwrap();
}
