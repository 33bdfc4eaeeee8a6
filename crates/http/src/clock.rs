//! The system's clock.

use async_trait::async_trait;
use domain::Clock;
use jiff::Timestamp;
use std::time::Duration;

/// Time as the operating system tells it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// The wall clock may be set while we sleep, so long sleeps look at it now and then.
const LONGEST_NAP: Duration = Duration::from_secs(30);

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, when: Timestamp) {
        loop {
            let left = when.duration_since(self.now());
            let Ok(left) = Duration::try_from(left) else {
                return;
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LONGEST_NAP)).await;
        }
    }
}
