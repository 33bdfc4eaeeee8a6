//! Listening while writing: messages that HighLevel sends to contacts just after we wrote to them stop the writing
//! there. What came is in the store, so the count outlives a restart.

use super::Pass;
use crate::AppError;
use domain::{RunId, ShopId, Side, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{MutexGuard, PoisonError};
use store::{Change, Intent, IntentOp, JournalEntry, Store};
use sync::messages::{Followed, Pace, WINDOW_SECONDS, outbreak};

/// The code of writes that wait because messages went out.
pub(crate) const CODE: &str = "GUARD-MESSAGES";
/// The fact that holds a [`Breaker`].
const FACT: &str = "messages";
/// How far back messages count, where nothing was accepted since.
const LOOK_BACK_SECONDS: f64 = 86_400.0;

/// Whether writing to HighLevel is stopped because of messages.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Breaker {
    /// Why it is stopped, for people.
    stopped: Option<String>,
    /// A person approved the messages that the work at hand causes.
    accepted: bool,
    /// Messages that follow writes up to here were approved.
    accepted_to: Option<Timestamp>,
}

impl Breaker {
    async fn of(store: &Store, shop: ShopId) -> Result<Self, AppError> {
        let fact = store.fact(shop, FACT).await?;
        Ok(fact
            .and_then(|fact| serde_json::from_value(fact.value).ok())
            .unwrap_or_default())
    }

    fn change(&self) -> Change {
        Change::Fact(FACT, serde_json::to_value(self).unwrap_or_default())
    }
}

/// Why writing to HighLevel is stopped because of messages, if it is.
pub(crate) async fn stopped(store: &Store, shop: ShopId) -> Result<Option<String>, AppError> {
    Ok(Breaker::of(store, shop).await?.stopped)
}

impl Pass<'_> {
    /// Holds what is to be written to HighLevel while messages answer to our writes.
    pub(super) async fn hold_for_messages(&self) -> Result<(), AppError> {
        if let Some(reason) = self.messages_go_out().await? {
            self.store
                .hold_ready(self.shop.id, Some(Side::HighLevel), CODE, &reason)
                .await?;
            self.tally(|tally| tally.stop(reason));
        }
        Ok(())
    }

    /// Why writing to HighLevel has to stop, if so.
    pub(super) async fn messages_go_out(&self) -> Result<Option<String>, AppError> {
        let limit = self.judge.rules.guard.messages;
        let mut breaker = Breaker::of(self.store, self.shop.id).await?;
        if limit == 0 || breaker.accepted {
            return Ok(None);
        }
        if breaker.stopped.is_some() {
            return Ok(breaker.stopped);
        }
        let since = self.after(self.now(), -LOOK_BACK_SECONDS);
        let since = breaker.accepted_to.map_or(since, |to| to.max(since));
        let followed: Vec<Followed> = self
            .store
            .messages_after_writes(self.shop.id, since, WINDOW_SECONDS)
            .await?
            .into_iter()
            .map(|one| Followed {
                contact: one.contact,
                wrote_at: one.wrote_at,
                message_at: one.message_at,
            })
            .collect();
        let Some(contacts) = outbreak(&followed, limit, breaker.accepted_to) else {
            return Ok(None);
        };
        breaker.stopped = Some(reason(&self.shop.name, contacts));
        let journal = Change::Journal(JournalEntry {
            run: RunId(self.run.0),
            event: "stopped_by_messages",
            side: Some(Side::HighLevel),
            kind: None,
            record: None,
            counterpart: None,
            detail: json!({"contacts": contacts, "limit": limit}),
        });
        self.commit(vec![breaker.change(), journal]).await?;
        Ok(breaker.stopped)
    }

    /// A person approves: what was held because of messages goes on, whatever messages it causes.
    pub(super) async fn accept_messages(&self) -> Result<(), AppError> {
        let mut breaker = Breaker::of(self.store, self.shop.id).await?;
        if breaker.stopped.take().is_some() {
            breaker.accepted = true;
            self.commit(vec![breaker.change()]).await?;
        }
        self.store.release_held(self.shop.id, CODE, true).await?;
        Ok(())
    }

    /// What was approved is done: later writes are listened to again.
    pub(super) async fn listen_again(&self) -> Result<(), AppError> {
        let mut breaker = Breaker::of(self.store, self.shop.id).await?;
        if breaker.accepted {
            breaker.accepted = false;
            breaker.accepted_to = Some(self.now());
            self.commit(vec![breaker.change()]).await?;
        }
        Ok(())
    }

    /// How many writes to HighLevel may be handed out at once; none while messages answer to them. Where many
    /// contacts are made, listens between the batches.
    pub(super) async fn may_write(&self, most: u32) -> Result<Option<u32>, AppError> {
        if self.messages_go_out().await?.is_some() {
            return Ok(None);
        }
        if self.pace().left() == 0 && self.listen().await? {
            return Ok(None);
        }
        Ok(Some(most.min(self.pace().left())))
    }

    /// Contacts among these are about to be made.
    pub(super) fn makes(&self, intents: &[Intent]) {
        let contacts = intents
            .iter()
            .filter(|intent| (intent.kind, intent.op) == (domain::Kind::Contact, IntentOp::Create))
            .count();
        self.pace()
            .made(u32::try_from(contacts).unwrap_or(u32::MAX));
    }

    /// Waits whether messages go out. Answers whether they do.
    async fn listen(&self) -> Result<bool, AppError> {
        for _ in 0..self.config.listen_seconds {
            self.progress.update(|progress| {
                progress.note = Some("listening whether HighLevel sends messages".to_owned());
            });
            let next = self.after(self.now(), 1.0);
            self.context.clock.sleep_until(next).await;
            if self.messages_go_out().await?.is_some() {
                return Ok(true);
            }
        }
        self.progress.update(|progress| progress.note = None);
        let told = self.store.hears_webhooks(self.shop.id).await?;
        if told && self.config.listen_seconds > 0 {
            self.pace().quiet();
        } else {
            self.pace().deaf();
        }
        Ok(false)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reason(shop: &str, contacts: u64) -> String {
    format!(
        "HighLevel sent messages to {contacts} contacts just after Repairbridge had written to them: an automation \
         answers to what is written, so writing to HighLevel has stopped. In HighLevel, leave contacts out of that \
         automation whose source begins with “MyGadgetRepairs”; then, or if the messages are wanted, go on with \
         `repairbridge sync {shop} --approve`"
    )
}
