//! The twins' own clock, so that a simulation can hold the vendors' time in its hands.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

type Source = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Where a twin reads the time: the machine, or a source given from outside.
#[derive(Clone, Default)]
pub struct TwinClock {
    recorded: Option<Source>,
}

impl TwinClock {
    /// The machine's time.
    pub fn system() -> Self {
        Self { recorded: None }
    }

    /// Time from outside, in milliseconds since 1970 UTC.
    pub fn recorded(source: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        Self {
            recorded: Some(source),
        }
    }

    /// Now, to the millisecond. A recorded value outside of what a timestamp can hold counts as 1970.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.millis()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Now in milliseconds since 1970 UTC.
    pub fn millis(&self) -> i64 {
        match &self.recorded {
            Some(source) => source(),
            None => system_millis(),
        }
    }

    /// Waits until a time. Time from outside is looked at whenever anything else had its turn.
    pub(crate) async fn reaches(&self, millis: i64) {
        loop {
            let left = millis - self.millis();
            match u64::try_from(left) {
                Ok(left) if left > 0 => match &self.recorded {
                    Some(_) => tokio::task::yield_now().await,
                    None => tokio::time::sleep(Duration::from_millis(left)).await,
                },
                _ => return,
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the twins' clock itself; twins share no type with domain::Clock"
)]
fn system_millis() -> i64 {
    Timestamp::now().as_millisecond()
}

impl fmt::Debug for TwinClock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.recorded.is_some() {
            "TwinClock::Recorded"
        } else {
            "TwinClock::System"
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn recorded_time_moves_only_with_its_source() {
        let hands = Arc::new(AtomicI64::new(1_000));
        let seen = Arc::clone(&hands);
        let clock = TwinClock::recorded(Arc::new(move || seen.load(Ordering::SeqCst)));
        assert_eq!(clock.now().as_millisecond(), 1_000);
        hands.store(61_000, Ordering::SeqCst);
        assert_eq!(clock.now().as_millisecond(), 61_000);
    }
}
