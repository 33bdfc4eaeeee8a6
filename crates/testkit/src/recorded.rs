//! Recorded time: a clock that stands still while anything is being done and jumps to the next thing that
//! somebody waits for. Hours at the vendors' real limits pass in seconds.

mod idle;

use crate::{Assembly, Bench};
use app::AppConfig;
use async_trait::async_trait;
use domain::{Clock, Context};
use http::SystemRandomness;
use idle::Idle;
use jiff::Timestamp;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::oneshot;
use twin::{TwinClock, TwinOptions};

/// What one look at the time costs, in microseconds: without it, a reading that follows a write would carry
/// the same instant.
const LOOK: u64 = 50;
/// How often it is looked whether everybody waits.
const TICK: Duration = Duration::from_micros(400);
/// So many looks in a row must find everybody waiting before time jumps.
const QUIET: u32 = 4;

/// Time in our own hands. Clones show the same time.
#[derive(Clone)]
pub struct RecordedClock(Arc<Hands>);

struct Hands {
    /// Microseconds since 1970.
    now: AtomicU64,
    /// How often anybody looked at the time or went to sleep.
    looks: AtomicU64,
    sleepers: Mutex<Sleepers>,
}

#[derive(Default)]
struct Sleepers {
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    jumps: u64,
}

impl RecordedClock {
    /// A clock that shows this instant and runs until the last clone is dropped.
    #[must_use]
    pub fn starting(at: Timestamp) -> Self {
        let hands = Arc::new(Hands {
            now: AtomicU64::new(micros(at)),
            looks: AtomicU64::new(0),
            sleepers: Mutex::default(),
        });
        let weak = Arc::downgrade(&hands);
        std::thread::Builder::new()
            .name(idle::DRIVER.to_owned())
            .spawn(move || drive(&weak))
            .expect("a thread");
        Self(hands)
    }

    /// The same time for the twins. Looking at it does not move it.
    #[must_use]
    pub fn for_twins(&self) -> TwinClock {
        let hands = Arc::clone(&self.0);
        TwinClock::recorded(Arc::new(move || {
            hands.looks.fetch_add(1, Ordering::SeqCst);
            i64::try_from(hands.now.load(Ordering::SeqCst) / 1_000).unwrap_or(i64::MAX)
        }))
    }

    /// How often time jumped.
    #[must_use]
    pub fn jumps(&self) -> u64 {
        self.0.sleepers().jumps
    }
}

impl Hands {
    fn sleepers(&self) -> std::sync::MutexGuard<'_, Sleepers> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves time to the earliest instant that is still waited for, and wakes whom it reaches.
    fn jump(&self) {
        let mut sleepers = self.sleepers();
        // Who stopped waiting must not hold time back.
        sleepers.waiting.retain(|(_, wake)| !wake.is_closed());
        let Some(next) = sleepers.waiting.iter().map(|(when, _)| *when).min() else {
            return;
        };
        let now = self.now.fetch_max(next, Ordering::SeqCst).max(next);
        sleepers.jumps += 1;
        let (due, later) = std::mem::take(&mut sleepers.waiting)
            .into_iter()
            .partition(|(when, _)| *when <= now);
        sleepers.waiting = later;
        let due: Vec<(u64, oneshot::Sender<()>)> = due;
        for (_, wake) in due {
            // Nobody there any more: then nobody is to be woken.
            let _nobody = wake.send(());
        }
    }
}

#[async_trait]
impl Clock for RecordedClock {
    fn now(&self) -> Timestamp {
        self.0.looks.fetch_add(1, Ordering::SeqCst);
        let now = self.0.now.fetch_add(LOOK, Ordering::SeqCst) + LOOK;
        i64::try_from(now)
            .ok()
            .and_then(|now| Timestamp::from_microsecond(now).ok())
            .unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, when: Timestamp) {
        self.0.looks.fetch_add(1, Ordering::SeqCst);
        // The twins see whole milliseconds: who wakes up must not be early for them.
        let when = micros(when).div_ceil(1_000) * 1_000;
        let woken = {
            let mut sleepers = self.0.sleepers();
            if when <= self.0.now.load(Ordering::SeqCst) {
                return;
            }
            let (wake, woken) = oneshot::channel();
            sleepers.waiting.push((when, wake));
            woken
        };
        // The sender is dropped only with the clock, which we hold.
        let _woken = woken.await;
    }
}

impl fmt::Debug for RecordedClock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RecordedClock")
            .field("micros", &self.0.now.load(Ordering::SeqCst))
            .finish()
    }
}

fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.as_microsecond()).unwrap_or(0)
}

/// Lets time jump whenever somebody sleeps and nobody does anything else.
fn drive(hands: &Weak<Hands>) {
    let mut idle = Idle::default();
    let mut looks = 0;
    let mut quiet = 0;
    loop {
        std::thread::sleep(TICK);
        let Some(hands) = hands.upgrade() else { return };
        let seen = hands.looks.load(Ordering::SeqCst);
        let still = seen == looks && !hands.sleepers().waiting.is_empty() && idle.all_wait();
        looks = seen;
        quiet = if still { quiet + 1 } else { 0 };
        if quiet >= QUIET {
            quiet = 0;
            hands.jump();
        }
    }
}

impl Bench {
    /// Twins and application in recorded time, which begins at the system's time and is handed back beside
    /// the bench. `tune` changes the application's configuration; without a change there are no ceilings of ours.
    /// Time stands still for as long as anything in this process works, other tests included.
    pub async fn recorded(options: TwinOptions, tune: fn(&mut AppConfig)) -> (Self, RecordedClock) {
        Self::recorded_from(http::SystemClock.now(), options, tune).await
    }

    /// As [`Bench::recorded`], with a time that begins at this instant: a certain weekday, say.
    pub async fn recorded_from(
        at: Timestamp,
        mut options: TwinOptions,
        tune: fn(&mut AppConfig),
    ) -> (Self, RecordedClock) {
        let clock = RecordedClock::starting(at);
        options.clock = clock.for_twins();
        let context = Context {
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SystemRandomness),
        };
        let bench = Self::assembled(
            options,
            Assembly {
                context,
                tune,
                ..Assembly::default()
            },
        )
        .await;
        (bench, clock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn hours_pass_in_moments_and_in_order() {
        let began = Timestamp::UNIX_EPOCH;
        let clock = RecordedClock::starting(began);
        let twins = clock.for_twins();
        let at = |seconds| {
            began
                .checked_add(SignedDuration::from_secs(seconds))
                .unwrap()
        };
        let order = Arc::new(Mutex::new(Vec::new()));
        let sleeper = |seconds| {
            let (clock, order) = (clock.clone(), Arc::clone(&order));
            async move {
                clock.sleep_until(at(seconds)).await;
                order.lock().unwrap().push(seconds);
            }
        };
        tokio::join!(sleeper(7_200), sleeper(60), sleeper(3_600));
        assert_eq!(*order.lock().unwrap(), [60, 3_600, 7_200]);
        assert!(clock.now() >= at(7_200));
        assert!(clock.now() < at(7_201), "nobody waited for more");
        assert!(twins.now() >= at(7_200), "the twins see the same time");
        assert_eq!(clock.jumps(), 3);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn time_stands_still_while_somebody_works() {
        let clock = RecordedClock::starting(Timestamp::UNIX_EPOCH);
        let hour = Timestamp::from_second(3_600).unwrap();
        let sleeping = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(hour).await }
        });
        let twins = clock.for_twins();
        let worked = tokio::task::spawn_blocking(move || {
            let mut sum = 0_u64;
            for round in 0..60_000_000_u64 {
                sum = std::hint::black_box(sum ^ round);
            }
            (sum, twins.now())
        });
        let (_, at_the_end) = worked.await.unwrap();
        assert!(at_the_end < hour, "it jumped in the middle of the work");
        sleeping.await.unwrap();
        assert!(clock.now() >= hour);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_gave_up_waiting_does_not_hold_time_back() {
        let clock = RecordedClock::starting(Timestamp::UNIX_EPOCH);
        let early = Timestamp::from_second(10).unwrap();
        let late = Timestamp::from_second(20).unwrap();
        tokio::select! {
            biased;
            () = clock.sleep_until(late) => unreachable!("the earlier one wakes first"),
            () = clock.sleep_until(early) => {}
        }
        let far = Timestamp::from_second(3_600).unwrap();
        clock.sleep_until(far).await;
        assert_eq!(clock.jumps(), 2);
    }
}
