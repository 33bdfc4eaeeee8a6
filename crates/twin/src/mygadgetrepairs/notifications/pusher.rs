//! Makes the calls beside the request that caused them, in live mode.

use std::time::Duration;

use crate::clock::TwinClock;
use crate::drain::Drain;
use crate::mygadgetrepairs::MyGadgetRepairsTwin;

/// How long the vendor waits for a 2xx (mygadgetrepairs-webhooks.md 1.6).
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes these calls, each at its time; nothing when calls are pulled.
pub(in crate::mygadgetrepairs) fn send(twin: &MyGadgetRepairsTwin, calls: Vec<(u64, i64)>) {
    if calls.is_empty() || twin.settings().notifications == Drain::Pulled {
        return;
    }
    for (number, due) in calls {
        tokio::spawn(make(twin.clone(), number, due));
    }
}

/// Due times are those of the twin's clock; how far away they are is waited for in the machine's time.
async fn make(twin: MyGadgetRepairsTwin, number: u64, due: i64) {
    let mut due = due;
    let mut now = twin.inner.clock.millis();
    loop {
        let wait = u64::try_from(due.saturating_sub(now)).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let taken = twin.account().outbox.take(number);
        let Some(call) = taken else { return };
        let status = twin
            .inner
            .poster
            .post(&call.url, &call.headers, call.body, PATIENCE)
            .await;
        now = TwinClock::system().millis();
        let again = twin.account().outbox.answered(number, status, now);
        match again {
            Some(next) => due = next,
            None => return,
        }
    }
}
