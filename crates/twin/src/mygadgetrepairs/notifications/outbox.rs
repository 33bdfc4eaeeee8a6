//! Calls on their way out: what was noted, what is due, what became of it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;

use super::payload::filled;
use super::{Notification, NotificationEvent};
use crate::mygadgetrepairs::Account;
use crate::mygadgetrepairs::id::Id;

/// Calls that are kept for a test to look at.
const KEPT: usize = 10_000;

/// A call that was made or is about to be.
#[derive(Debug, Clone, Serialize)]
pub(in crate::mygadgetrepairs) struct Delivery {
    pub number: u64,
    pub event: NotificationEvent,
    pub url: String,
    pub body: String,
    /// Status of the answer; `None` when none came in time.
    pub status: Option<u16>,
    pub tries: u32,
    pub done: bool,
    #[serde(skip)]
    pub due: i64,
    #[serde(skip)]
    headers: Vec<(String, String)>,
    #[serde(skip)]
    retries: u32,
    #[serde(skip)]
    retry_ms: u64,
}

/// A call that is to be made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueCall {
    /// Its number, for the answer.
    pub number: u64,
    /// What it tells of.
    pub event: NotificationEvent,
    /// Where to.
    pub url: String,
    /// What to send with it, the Basic credentials among them.
    pub headers: Vec<(String, String)>,
    /// The payload with its tags replaced.
    pub body: Vec<u8>,
}

/// The notifications of the shop, and what happened.
#[derive(Debug, Default)]
pub(in crate::mygadgetrepairs) struct Outbox {
    pub notifications: Vec<Notification>,
    pub deliveries: BTreeMap<u64, Delivery>,
    waiting: BTreeSet<(i64, u64)>,
    noted: Vec<(NotificationEvent, Id)>,
    count: u64,
}

/// The calls that what was noted asks for, by number and due time. `by_person`: a person did it, not a client of the API.
pub(in crate::mygadgetrepairs) fn due(
    account: &mut Account,
    by_person: bool,
    now: i64,
) -> Vec<(u64, i64)> {
    let noted = std::mem::take(&mut account.outbox.noted);
    if !by_person && !account.settings.notify_api_writes {
        return Vec::new();
    }
    let mut calls = Vec::new();
    for (event, record) in noted {
        let asked: Vec<Notification> = account
            .outbox
            .notifications
            .iter()
            .filter(|notification| notification.event == event)
            .cloned()
            .collect();
        for notification in asked {
            let body = filled(&notification, &account.book, &account.settings, record);
            let seed = account.settings.seed;
            account
                .outbox
                .call(&notification, &body, seed, now, &mut calls);
        }
    }
    calls
}

impl Outbox {
    /// Notes that something happened to a record; to a comment's ticket for a comment.
    pub fn note(&mut self, event: NotificationEvent, record: Id) {
        if !self.notifications.is_empty() {
            self.noted.push((event, record));
        }
    }

    fn call(
        &mut self,
        notification: &Notification,
        body: &str,
        seed: u64,
        now: i64,
        calls: &mut Vec<(u64, i64)>,
    ) {
        self.count += 1;
        let mut dice = SmallRng::seed_from_u64(seed.rotate_left(17) ^ self.count);
        let [dropped, doubled]: [f64; 2] = dice.random();
        if dropped < notification.drop {
            return;
        }
        let times = if doubled < notification.duplicate {
            2
        } else {
            1
        };
        for time in 0..times {
            if time > 0 {
                self.count += 1;
            }
            let wait = notification
                .delay_ms
                .saturating_add(dice.random_range(0..=notification.shuffle_ms));
            let call = Delivery {
                number: self.count,
                event: notification.event,
                url: notification.url.clone(),
                body: body.to_owned(),
                status: None,
                tries: 0,
                done: false,
                due: later(now, wait),
                headers: headers(notification),
                retries: notification.retries,
                retry_ms: notification.retry_ms,
            };
            calls.push((call.number, call.due));
            self.keep(call);
        }
    }

    fn keep(&mut self, call: Delivery) {
        if self.deliveries.len() >= KEPT
            && let Some((_, oldest)) = self.deliveries.pop_first()
        {
            self.waiting.remove(&(oldest.due, oldest.number));
        }
        self.waiting.insert((call.due, call.number));
        self.deliveries.insert(call.number, call);
    }

    pub fn next_due(&self) -> Option<i64> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// What is due now, earliest first.
    pub fn take_due(&mut self, now: i64) -> Vec<DueCall> {
        let mut taken = Vec::new();
        while let Some((due, number)) = self.waiting.first().copied()
            && due <= now
        {
            taken.extend(self.take(number));
        }
        taken
    }

    /// Takes one call out of those that wait.
    pub fn take(&mut self, number: u64) -> Option<DueCall> {
        let call = self.deliveries.get_mut(&number)?;
        if !self.waiting.remove(&(call.due, number)) {
            return None;
        }
        call.tries += 1;
        Some(DueCall {
            number,
            event: call.event,
            url: call.url.clone(),
            headers: call.headers.clone(),
            body: call.body.clone().into_bytes(),
        })
    }

    /// Takes the answer to a call; when it is to be made again, if it is.
    pub fn answered(&mut self, number: u64, status: Option<u16>, now: i64) -> Option<i64> {
        let call = self.deliveries.get_mut(&number)?;
        if call.done || call.tries == 0 || self.waiting.contains(&(call.due, number)) {
            return None;
        }
        call.status = status;
        let accepted = status.is_some_and(|status| (200..300).contains(&status));
        if accepted || call.tries > call.retries {
            call.done = true;
            return None;
        }
        call.due = later(now, call.retry_ms);
        self.waiting.insert((call.due, number));
        Some(call.due)
    }
}

fn later(now: i64, wait: u64) -> i64 {
    now.saturating_add(i64::try_from(wait).unwrap_or(i64::MAX))
}

/// What the vendor sends, and what the administrator added (mygadgetrepairs-webhooks.md 1.3).
fn headers(notification: &Notification) -> Vec<(String, String)> {
    let mut headers = vec![
        ("User-Agent".to_owned(), "mygadgetrepairs".to_owned()),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    if !notification.username.is_empty() || !notification.password.is_empty() {
        let pair = format!("{}:{}", notification.username, notification.password);
        headers.push((
            "Authorization".to_owned(),
            format!("Basic {}", STANDARD.encode(pair)),
        ));
    }
    headers.push(("mgr-event-id".to_owned(), notification.event_id.clone()));
    for (name, value) in &notification.headers {
        if !name.contains(['\r', '\n']) && !value.contains(['\r', '\n']) {
            headers.push((name.clone(), value.clone()));
        }
    }
    headers
}
