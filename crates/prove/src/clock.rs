//! Time and chance in our own hands: both go the same way whenever the same schedule is run.

use async_trait::async_trait;
use domain::{Clock, Randomness, Timestamp};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use std::fmt;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use twin::TwinClock;

/// What one look at the time costs, in microseconds: a reading that follows a write carries a later instant.
const LOOK: i64 = 50;
/// A pass that looks at the time so often without an end goes round in circles.
const ENDLESS: u64 = 20_000;

/// Why a pass was cut off in the middle. Travels as the payload of an unwinding: nothing of the pass goes on,
/// just as when its process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The schedule wanted a crash here.
    Crash,
    /// The pass did not come to an end.
    Endless,
}

/// Time that moves a little with every look, and jumps when somebody waits: whoever waits is alone, since the
/// engine does one thing after the other. Clones show the same time.
#[derive(Clone, Debug)]
pub(crate) struct ScheduleClock(Arc<Hands>);

struct Hands {
    /// Microseconds since 1970.
    now: AtomicI64,
    /// Looks since the last pass began.
    looks: AtomicU64,
    /// The look at which the running pass dies; 0 for none.
    dies_at: AtomicU64,
    /// When what a network holds up arrives, in microseconds; in the past where it holds nothing.
    arrival: AtomicI64,
    /// Counts the requests that are not answered yet.
    under_way: OnceLock<Box<dyn Fn() -> u64 + Send + Sync>>,
}

impl fmt::Debug for Hands {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Hands")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl ScheduleClock {
    pub(crate) fn starting(at: Timestamp) -> Self {
        Self(Arc::new(Hands {
            now: AtomicI64::new(at.as_microsecond()),
            looks: AtomicU64::new(0),
            dies_at: AtomicU64::new(0),
            arrival: AtomicI64::new(0),
            under_way: OnceLock::new(),
        }))
    }

    /// Asks the vendors what is under way to them.
    pub(crate) fn knows(&self, under_way: Box<dyn Fn() -> u64 + Send + Sync>) {
        let _known_already = self.0.under_way.set(under_way);
    }

    /// The same time for the twins. Looking at it does not move it.
    pub(crate) fn for_twins(&self) -> TwinClock {
        let hands = Arc::clone(&self.0);
        TwinClock::recorded(Arc::new(move || hands.now.load(Ordering::SeqCst) / 1_000))
    }

    /// Begins counting looks anew; at the given one the pass dies.
    pub(crate) fn begin(&self, dies_at: Option<u64>) {
        self.0.looks.store(0, Ordering::SeqCst);
        self.0.dies_at.store(dies_at.unwrap_or(0), Ordering::SeqCst);
    }

    /// How often somebody looked since the last pass began.
    pub(crate) fn looks(&self) -> u64 {
        self.0.looks.load(Ordering::SeqCst)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.0
            .now
            .fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }

    /// So many seconds from now something arrives: whoever waits for longer finds it there. Answers when.
    pub(crate) fn holds_up(&self, seconds: i64) -> Timestamp {
        let micros = seconds.saturating_mul(1_000_000);
        let arrival = self.0.now.load(Ordering::SeqCst).saturating_add(micros);
        self.0.arrival.store(arrival, Ordering::SeqCst);
        read(arrival)
    }

    /// Waits, without moving time, until everything is answered that has arrived.
    pub(crate) async fn awaits_answers(&self) {
        while self.0.under_way.get().is_some_and(|count| count() > 0) {
            tokio::task::yield_now().await;
        }
    }

    /// Now, without moving it.
    pub(crate) fn look(&self) -> Timestamp {
        read(self.0.now.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl Clock for ScheduleClock {
    fn now(&self) -> Timestamp {
        let looks = self.0.looks.fetch_add(1, Ordering::SeqCst) + 1;
        if looks == self.0.dies_at.load(Ordering::SeqCst) {
            resume_unwind(Box::new(Cut::Crash));
        }
        if looks > ENDLESS {
            resume_unwind(Box::new(Cut::Endless));
        }
        read(self.0.now.fetch_add(LOOK, Ordering::SeqCst) + LOOK)
    }

    async fn sleep_until(&self, when: Timestamp) {
        // The twins see whole milliseconds: who wakes up must not be early for them.
        let whole = |micros: i64| micros.div_euclid(1_000) * 1_000 + 1_000;
        let when = whole(when.as_microsecond());
        let arrival = whole(self.0.arrival.load(Ordering::SeqCst));
        if self.0.now.load(Ordering::SeqCst) < arrival && arrival <= when {
            self.0.now.fetch_max(arrival, Ordering::SeqCst);
            self.awaits_answers().await;
        }
        self.0.now.fetch_max(when, Ordering::SeqCst);
    }
}

fn read(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// Chance from a seed.
#[derive(Debug)]
pub(crate) struct SeededRandomness(Mutex<StdRng>);

impl SeededRandomness {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }
}
