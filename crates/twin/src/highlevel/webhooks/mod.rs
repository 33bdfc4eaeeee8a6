//! App webhooks (highlevel-webhooks.md): events of the location, signed and delivered as well or as badly as wanted.

mod control;
mod event;
mod outbox;
mod payload;
mod policy;
mod pusher;
mod signing;

use serde::Serialize;

pub(super) use self::control::router;
pub(super) use self::outbox::Outbox;
pub use self::outbox::{DueWebhook, WebhookCounters, WebhookDelivery, WebhookState};
pub use self::policy::{RetryOn, WebhookPolicy, WebhookPolicyError};
pub use self::signing::WebhookKey;
use super::HighLevelTwin;

/// The app's webhooks as they stand; `GET /_twin/webhooks`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhooks {
    /// How they are delivered.
    pub policy: WebhookPolicy,
    /// What happened so far.
    pub counters: WebhookCounters,
    /// What a receiver must accept.
    pub public_key: WebhookKey,
    /// `appId` of the envelope.
    pub app_id: String,
    /// `versionId` of the envelope.
    pub version_id: String,
    /// Whether the app is installed; else nothing is delivered.
    pub installed: bool,
    /// Deliveries whose time has not come.
    pub waiting: usize,
    /// Until when the breaker pauses deliveries, in milliseconds.
    pub paused_until: Option<i64>,
}

impl HighLevelTwin {
    /// Policy, counters and key.
    pub fn webhooks(&self) -> Webhooks {
        let outbox = &self.world().webhooks;
        Webhooks {
            policy: outbox.policy.clone(),
            counters: outbox.counters,
            public_key: outbox.signer.public(),
            app_id: outbox.app_id.clone(),
            version_id: outbox.version_id.clone(),
            installed: outbox.installed,
            waiting: outbox.waiting(),
            paused_until: outbox.paused_until,
        }
    }

    /// Changes how webhooks are delivered. Events are noted from now on; deliveries that wait go by the new policy.
    ///
    /// # Errors
    /// When the address cannot be posted to, or a share is none.
    pub fn set_webhooks(&self, policy: WebhookPolicy) -> Result<(), WebhookPolicyError> {
        policy.check()?;
        let now = self.inner.clock.millis();
        self.world().webhooks.set_policy(policy, now);
        Ok(())
    }

    /// What is due by the twin's clock, earliest first; nothing unless deliveries are pulled. Each must be answered by
    /// [`HighLevelTwin::webhook_answered`].
    pub fn take_due_webhooks(&self) -> Vec<DueWebhook> {
        let now = self.inner.clock.millis();
        let outbox = &mut self.world().webhooks;
        if outbox.policy.drain != crate::Drain::Pulled {
            return Vec::new();
        }
        outbox.take_due(now, usize::MAX)
    }

    /// When the next delivery is due, in milliseconds.
    pub fn next_webhook_due(&self) -> Option<i64> {
        self.world().webhooks.next_due()
    }

    /// Tells how a taken delivery was answered, by its number; `None` for no answer. Retries are set from this.
    pub fn webhook_answered(&self, number: u64, status: Option<u16>) {
        let now = self.inner.clock.millis();
        self.world().webhooks.answered(number, status, now);
    }

    /// Kept deliveries with a number above `after`, oldest first: the last 10,000 that are over, and all that are not.
    pub fn webhook_deliveries(&self, after: u64) -> Vec<WebhookDelivery> {
        self.world().webhooks.after(after).cloned().collect()
    }

    /// Delivers an event once more, as a person can from the vendor's log; `false` when it is not kept.
    pub fn replay_webhook(&self, webhook_id: &str) -> bool {
        let now = self.inner.clock.millis();
        self.world().webhooks.replay(webhook_id, now)
    }

    /// Installs the app into the location, which tells it `INSTALL`.
    pub fn install_app(&self) {
        let now = self.inner.clock.millis();
        self.agency
            .note_by_hand(&self.inner.credentials.location_id, true);
        self.world().note_install(now);
    }

    /// Takes the app out of the location, which tells it `UNINSTALL` and nothing after that, and ends its tokens there.
    pub fn uninstall_app(&self) {
        let now = self.inner.clock.millis();
        self.agency
            .note_by_hand(&self.inner.credentials.location_id, false);
        self.world().note_uninstall(now);
    }
}
