//! The loop that keeps the flows of a shop at work, beside the passes that keep its records in step.

use crate::connection::ShopFacts;
use crate::held::Held;
use crate::{App, AppError};
use domain::Timestamp;
use jiff::SignedDuration;
use store::Shop;

/// How often it is looked for runs that another process has let go on, and for what the bell did not tell.
const LOOK_SECONDS: i64 = 5;
/// The same where a shop has no flows.
const IDLE_SECONDS: i64 = 60;
/// Clock triggers are looked at so often.
const CLOCK_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// When what costs more was last done.
#[derive(Debug, Default)]
struct Last {
    clock: Option<Timestamp>,
    watch: Option<Timestamp>,
    trim: Option<Timestamp>,
}

impl App {
    /// Keeps the flows of a shop at work, until it is gone.
    pub(crate) async fn serve_flows(&self, shop: &Shop) {
        let bell = self.calls.of_flows(shop.id.0);
        let mut last = Last::default();
        loop {
            let worked = self.work_flows_now(&shop.name, &mut last).await;
            let until = match worked {
                Ok(until) => until,
                Err(AppError::NoShop(_)) => return,
                Err(error) => {
                    if !matches!(error, AppError::NotConnected { .. } | AppError::ShopBusy(_)) {
                        tracing::warn!(shop.name = shop.name, %error, "the flows could not be worked on");
                    }
                    self.in_seconds(IDLE_SECONDS)
                }
            };
            tokio::select! {
                () = bell.notified() => {}
                () = self.context.clock.sleep_until(until) => {}
            }
        }
    }

    /// Hands out what was seen, and works off what is due, until nothing is left to do now.
    ///
    /// # Errors
    /// When there is no such shop, it is not connected, or the store refuses.
    pub async fn work_flows(&self, name: &str) -> Result<(), AppError> {
        let mut last = Last::default();
        self.work_flows_now(name, &mut last).await.map(|_| ())
    }

    /// Answers when to look again.
    async fn work_flows_now(&self, name: &str, last: &mut Last) -> Result<Timestamp, AppError> {
        let shop = self.shop(name).await?;
        if shop.paused {
            return Ok(self.in_seconds(IDLE_SECONDS));
        }
        // Before the flows: what is seen after a flow is given is not passed over.
        let newest = self.store.newest_sighting(shop.id).await?;
        let next = self.store.next_flow_run(shop.id).await?;
        let look = self.in_seconds(LOOK_SECONDS);
        let poll = SignedDuration::from_secs(i64::from(self.config.poll_seconds));
        let timers = self.is_older(last.watch, poll) || self.is_older(last.clock, CLOCK_EVERY);
        let due = next.is_some_and(|next| next <= self.now());
        let news = newest > self.store.handed_out(shop.id).await?;
        if !timers && !due && !news {
            return Ok(next.map_or(look, |next| next.min(look)));
        }
        let at_work = self.flows_at_work(&shop).await?;
        if at_work.is_empty() && next.is_none() {
            if news {
                self.pass_over(&shop, newest).await?;
            }
            self.trim_flows(&shop, last).await?;
            return Ok(self.in_seconds(IDLE_SECONDS));
        }
        let held = self.lock_flows(&shop).await?;
        let facts = held.flow_facts(&shop).await?;
        if held.is_older(last.watch, poll) {
            last.watch = Some(held.now());
            held.watch(&shop, &facts, &at_work).await?;
        }
        held.hand_out(&shop, &facts).await?;
        if held.is_older(last.clock, CLOCK_EVERY) {
            last.clock = Some(held.now());
            held.look_at_clock(&shop, &facts, &at_work).await?;
        }
        while held.work_off(&shop, &facts).await? {
            // What a run wrote may start another.
            held.hand_out(&shop, &facts).await?;
        }
        held.trim_flows(&shop, last).await?;
        let next = held.store.next_flow_run(shop.id).await?;
        let look = held.in_seconds(LOOK_SECONDS);
        Ok(next.map_or(look, |next| next.min(look)))
    }

    /// Where nobody waits, what was seen is passed over.
    async fn pass_over(&self, shop: &Shop, newest: i64) -> Result<(), AppError> {
        // Nor is it counted since when anything is as it is; a flow that does later begins with what vendors tell.
        self.store.forget_since(shop.id).await?;
        self.store
            .hand_out(shop.id, self.now(), Some(newest), &[], &[])
            .await?;
        Ok(())
    }

    /// What is known of the shop, read from the vendors where it is not known yet.
    pub(super) async fn flow_facts(&self, shop: &Shop) -> Result<ShopFacts, AppError> {
        let (_, facts) = self.open(shop).await?;
        Ok(facts)
    }

    /// One process at a time works on the flows of a shop.
    pub(super) async fn lock_flows(&self, shop: &Shop) -> Result<Held, AppError> {
        self.lock_now(shop, &lock_name(shop)).await
    }

    /// The same, waited for a while.
    pub(super) async fn wait_for_flows(&self, shop: &Shop) -> Result<Held, AppError> {
        self.wait_for_lock(shop, &lock_name(shop)).await
    }

    /// Forgets what is older than what is kept.
    async fn trim_flows(&self, shop: &Shop, last: &mut Last) -> Result<(), AppError> {
        /// What was seen, and runs that ended, are kept so long.
        const KEPT: SignedDuration = SignedDuration::from_hours(24 * 35);
        const MOST: u32 = 1_000;
        /// What flows sent is recognised by its values for some hours only.
        const INPUTS_KEPT: SignedDuration = SignedDuration::from_hours(24);
        /// That they wrote is told of for longer.
        const ACTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);
        if !self.is_older(last.trim, SignedDuration::from_hours(1)) {
            return Ok(());
        }
        last.trim = Some(self.now());
        let before = super::hand_out::earlier(self.now(), KEPT);
        let handed_out = self.store.handed_out(shop.id).await?;
        self.store
            .forget_sightings(shop.id, before, handed_out, MOST)
            .await?;
        self.store.forget_flow_runs(shop.id, before, MOST).await?;
        let inputs = super::hand_out::earlier(self.now(), INPUTS_KEPT);
        self.store.forget_flow_inputs(shop.id, inputs).await?;
        let acts = super::hand_out::earlier(self.now(), ACTS_KEPT);
        self.store.forget_flow_acts(shop.id, acts).await?;
        Ok(())
    }
}

fn lock_name(shop: &Shop) -> String {
    format!("flows-{}", shop.id)
}
