//! Events on their way out: what was noted, what is due, what became of it.

mod delivery;
mod forgery;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::sync::Notify;

use self::delivery::posted;
use super::payload::Payload;
use super::policy::WebhookPolicy;
use super::signing::Signer;
use crate::clock::TwinClock;
use crate::drain::Drain;
use crate::highlevel::date;
use crate::ids::Ids;

pub use delivery::{DueWebhook, WebhookCounters, WebhookDelivery, WebhookState};

/// Deliveries that are kept when they are over, and those that may wait. What comes on top is forgotten, or lost.
const KEPT: usize = 10_000;
const MAY_WAIT: usize = 100_000;

#[derive(Debug)]
pub(in crate::highlevel) struct Outbox {
    pub policy: WebhookPolicy,
    pub counters: WebhookCounters,
    pub(super) signer: Arc<Signer>,
    pub app_id: String,
    pub version_id: String,
    pub installed: bool,
    /// Wakes whoever posts.
    pub news: Arc<Notify>,
    seed: u64,
    ids: Ids,
    last: u64,
    deliveries: BTreeMap<u64, WebhookDelivery>,
    waiting: BTreeSet<(i64, u64)>,
    sending: usize,
    failures_in_row: u32,
    pub paused_until: Option<i64>,
}

impl Outbox {
    pub fn seeded(seed: u64) -> Self {
        let mut ids = Ids::seeded(seed ^ 0x6877_6862);
        let app_id = ids.object_id();
        Self {
            policy: WebhookPolicy::default(),
            counters: WebhookCounters::default(),
            signer: Arc::new(Signer::seeded(seed)),
            version_id: app_id.clone(),
            app_id,
            installed: true,
            news: Arc::new(Notify::new()),
            seed,
            ids,
            last: 0,
            deliveries: BTreeMap::new(),
            waiting: BTreeSet::new(),
            sending: 0,
            failures_in_row: 0,
            paused_until: None,
        }
    }

    /// Becomes the outbox of a further location of the same app: the vendor's key, the app and its address are the same,
    /// and the app is not installed there yet.
    pub fn join(&mut self, first: &Self) {
        self.signer = Arc::clone(&first.signer);
        self.app_id.clone_from(&first.app_id);
        self.version_id.clone_from(&first.version_id);
        self.policy = first.policy.clone();
        self.installed = false;
    }

    /// Whether events are worth making at all.
    pub fn listens(&self) -> bool {
        self.installed && (self.policy.url.is_some() || self.policy.drain == Drain::Pulled)
    }

    /// Changes the policy; what waits for a time of the other clock becomes due at once.
    pub fn set_policy(&mut self, policy: WebhookPolicy, now: i64) {
        let turned = policy.drain != self.policy.drain;
        self.policy = policy;
        self.failures_in_row = 0;
        self.paused_until = None;
        if turned {
            let base = self.time(now);
            for (_, number) in std::mem::take(&mut self.waiting) {
                if let Some(delivery) = self.deliveries.get_mut(&number) {
                    delivery.due = base;
                    self.waiting.insert((base, number));
                }
            }
        }
        self.news.notify_one();
    }

    /// The time that deliveries go by: the machine's when they are live, the twin's when they are pulled.
    pub fn time(&self, twin: i64) -> i64 {
        match self.policy.drain {
            Drain::Live => TwinClock::system().millis(),
            Drain::Pulled => twin,
        }
    }

    /// Takes an event on: builds its body, signs it, and draws what will befall it.
    ///
    /// Without a location it is about the agency, and this outbox is only its way out.
    pub fn note(
        &mut self,
        kind: &'static str,
        payload: Payload,
        location_id: Option<&str>,
        now: i64,
    ) {
        let silent = location_id.is_some() && !self.installed;
        if silent || !self.policy.wants(kind) {
            return;
        }
        self.counters.noted += 1;
        let mut dice = SmallRng::seed_from_u64(self.seed.rotate_left(17) ^ self.counters.noted);
        // All dice are thrown whatever the shares are, so that one share does not change what the others draw.
        let [dropped, doubled, forged, thin]: [f64; 4] = dice.random();
        let mut payload = payload;
        if kind == "TaskCreate" && thin < self.policy.thin_tasks {
            payload.remove("contactId");
            payload.remove("body");
        }
        let webhook_id = self.ids.uuid();
        self.seal(&mut payload, kind, location_id, &webhook_id, now);
        let body: Arc<[u8]> = Value::Object(payload.clone())
            .to_string()
            .into_bytes()
            .into();
        let signature = self.signer.sign(&body);
        let delivery = WebhookDelivery {
            number: 0,
            kind,
            webhook_id,
            forged: false,
            state: WebhookState::Waiting,
            status: None,
            tries: 0,
            due: 0,
            body,
            signature,
        };
        let base = self.time(now);
        if forged < self.policy.forge {
            let forgery = self.forgery(&delivery, payload, &mut dice);
            self.counters.forged += 1;
            self.add(forgery, base, &mut dice);
        }
        if dropped < self.policy.drop {
            self.counters.dropped += 1;
            let state = WebhookState::Dropped;
            self.keep(WebhookDelivery { state, ..delivery });
            return;
        }
        if doubled < self.policy.double {
            self.counters.doubled += 1;
            self.add(delivery.clone(), base, &mut dice);
        }
        self.add(delivery, base, &mut dice);
    }

    /// Adds type, location and envelope (highlevel-webhooks.md 2).
    fn seal(&self, payload: &mut Payload, kind: &str, location: Option<&str>, id: &str, now: i64) {
        if let Some(location) = location {
            payload.insert("locationId".to_owned(), json!(location));
        }
        for (name, value) in [
            ("type", kind),
            ("appId", &self.app_id),
            ("versionId", &self.version_id),
            ("timestamp", &date::iso(now)),
            ("webhookId", id),
        ] {
            payload.insert(name.to_owned(), json!(value));
        }
    }

    fn add(&mut self, mut delivery: WebhookDelivery, base: i64, dice: &mut SmallRng) {
        let wait = self
            .policy
            .delay_ms
            .saturating_add(dice.random_range(0..=self.policy.shuffle_ms));
        delivery.due = base.saturating_add(millis(wait));
        if self.waiting.len() >= MAY_WAIT {
            self.counters.given_up += 1;
            delivery.state = WebhookState::GivenUp;
            self.keep(delivery);
            return;
        }
        let due = delivery.due;
        let number = self.keep(delivery);
        self.waiting.insert((due, number));
        self.news.notify_one();
    }

    fn keep(&mut self, mut delivery: WebhookDelivery) -> u64 {
        self.last += 1;
        delivery.number = self.last;
        self.deliveries.insert(self.last, delivery);
        self.forget();
        self.last
    }

    /// Forgets the oldest deliveries that are over.
    fn forget(&mut self) {
        while self.deliveries.len() - self.waiting.len().min(self.deliveries.len())
            > KEPT + self.sending
        {
            let over = |delivery: &&WebhookDelivery| {
                !matches!(
                    delivery.state,
                    WebhookState::Waiting | WebhookState::Sending
                )
            };
            let oldest = self.deliveries.values().find(over).map(|old| old.number);
            match oldest {
                Some(number) => self.deliveries.remove(&number),
                None => return,
            };
        }
    }

    /// When the next delivery is due.
    pub fn next_due(&self) -> Option<i64> {
        let (due, _) = self.waiting.first()?;
        Some(self.paused_until.map_or(*due, |until| until.max(*due)))
    }

    /// What is due now, earliest first; each counts as sent.
    pub fn take_due(&mut self, now: i64, most: usize) -> Vec<DueWebhook> {
        if self.paused_until.is_some_and(|until| until > now) {
            return Vec::new();
        }
        self.paused_until = None;
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some((due, number)) = self.waiting.first().copied()
            && due <= now
        {
            self.waiting.remove(&(due, number));
            if let Some(delivery) = self.deliveries.get_mut(&number) {
                delivery.state = WebhookState::Sending;
                delivery.tries += 1;
                self.sending += 1;
                self.counters.sent += 1;
                taken.push(posted(delivery));
            }
        }
        taken
    }

    /// Takes the answer to a delivery that is being sent; anything else is not looked at.
    pub fn answered(&mut self, number: u64, status: Option<u16>, now: i64) {
        let Some(delivery) = self
            .deliveries
            .get_mut(&number)
            .filter(|delivery| delivery.state == WebhookState::Sending)
        else {
            return;
        };
        self.sending = self.sending.saturating_sub(1);
        delivery.status = status;
        let genuine = !delivery.forged;
        if status.is_some_and(|status| (200..300).contains(&status)) {
            delivery.state = WebhookState::Accepted;
            self.counters.accepted += 1;
            if genuine {
                self.failures_in_row = 0;
            }
            self.forget();
            return;
        }
        self.counters.refused += 1;
        let tries = delivery.tries;
        if genuine && self.policy.retries_after(status) && tries <= self.policy.retries {
            let seed = self.seed ^ (number << 8) ^ u64::from(tries);
            let jitter =
                SmallRng::seed_from_u64(seed).random_range(0..=self.policy.retry_jitter_ms);
            let wait = self.policy.distance_ms(tries).saturating_add(jitter);
            delivery.due = now.saturating_add(millis(wait));
            delivery.state = WebhookState::Waiting;
            self.waiting.insert((delivery.due, number));
        } else {
            delivery.state = WebhookState::GivenUp;
            self.counters.given_up += 1;
        }
        if genuine {
            self.failed(now);
        }
        self.forget();
    }

    /// After enough failures in a row all deliveries pause; the first failure after the pause begins another.
    fn failed(&mut self, now: i64) {
        self.failures_in_row = self.failures_in_row.saturating_add(1);
        if let Some(most) = self.policy.breaker_after
            && self.failures_in_row >= most
            && self.paused_until.is_none()
        {
            self.paused_until = Some(now.saturating_add(millis(self.policy.breaker_ms)));
            self.counters.paused += 1;
            self.failures_in_row = most.saturating_sub(1);
        }
    }

    /// Delivers a kept event once more; `false` when it is not kept.
    pub fn replay(&mut self, webhook_id: &str, now: i64) -> bool {
        let kept = self
            .deliveries
            .values()
            .find(|kept| kept.webhook_id == webhook_id && !kept.forged);
        let Some(again) = kept.cloned() else {
            return false;
        };
        self.counters.replayed += 1;
        let due = self.time(now);
        let number = self.keep(WebhookDelivery {
            state: WebhookState::Waiting,
            status: None,
            tries: 0,
            due,
            ..again
        });
        self.waiting.insert((due, number));
        self.news.notify_one();
        true
    }

    /// Kept deliveries with a number above this one.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &WebhookDelivery> {
        self.deliveries
            .range(number.saturating_add(1)..)
            .map(|(_, delivery)| delivery)
    }

    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

fn millis(wait: u64) -> i64 {
    i64::try_from(wait).unwrap_or(i64::MAX)
}
