//! Posts what is due by itself, in live mode.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::TwinClock;
use crate::drain::Drain;
use crate::highlevel::HighLevelTwin;
use crate::highlevel::webhooks::DueWebhook;
use crate::loopback::Poster;

/// Posts at the same time; the vendor's number is not known.
const AT_ONCE: usize = 16;

impl HighLevelTwin {
    /// Posts until `stop`, for every location of the agency, those too that are yet to come.
    pub(crate) async fn push_webhooks(self, stop: CancellationToken) {
        let agency = self.agency();
        let mut pushers = JoinSet::new();
        loop {
            let begun = pushers.len();
            for location in agency.locations().into_iter().skip(begun) {
                pushers.spawn(location.push_own_webhooks(stop.clone()));
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = agency.grown() => {}
            }
        }
        while pushers.join_next().await.is_some() {}
    }

    /// Idle while there is no address or deliveries are pulled.
    async fn push_own_webhooks(self, stop: CancellationToken) {
        let news = Arc::clone(&self.world().webhooks.news);
        let poster = Poster::new();
        let mut posts = JoinSet::new();
        loop {
            let room = AT_ONCE.saturating_sub(posts.len());
            let step = self.next_step(room);
            for due in step.due {
                posts.spawn(post(
                    self.clone(),
                    poster.clone(),
                    step.url.clone(),
                    step.patience,
                    due,
                ));
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = news.notified(), if room > 0 => {}
                Some(_) = posts.join_next() => {}
                () = tokio::time::sleep(step.wait), if room > 0 => {}
            }
        }
    }

    fn next_step(&self, room: usize) -> Step {
        let mut world = self.world();
        let outbox = &mut world.webhooks;
        let patience = Duration::from_millis(outbox.policy.timeout_ms);
        let url = outbox.policy.url.clone();
        let (Some(url), Drain::Live) = (url, outbox.policy.drain) else {
            return Step::idle();
        };
        let now = TwinClock::system().millis();
        let due = outbox.take_due(now, room);
        let wait = outbox.next_due().map_or(Step::IDLE, |next| {
            Duration::from_millis(u64::try_from(next.saturating_sub(now)).unwrap_or(0))
        });
        Step {
            due,
            url,
            patience,
            wait,
        }
    }
}

struct Step {
    due: Vec<DueWebhook>,
    url: String,
    patience: Duration,
    wait: Duration,
}

impl Step {
    /// Until something is noted, which wakes the pusher.
    const IDLE: Duration = Duration::from_secs(3_600);

    fn idle() -> Self {
        Self {
            due: Vec::new(),
            url: String::new(),
            patience: Duration::ZERO,
            wait: Self::IDLE,
        }
    }
}

async fn post(
    twin: HighLevelTwin,
    poster: Poster,
    url: String,
    patience: Duration,
    due: DueWebhook,
) {
    let status = poster.post(&url, &due.headers, due.body, patience).await;
    let now = TwinClock::system().millis();
    twin.world().webhooks.answered(due.number, status, now);
}
