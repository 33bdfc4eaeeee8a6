//! What the vendors push: lost, doubled, late, shuffled and forged on its way to the engine.

use crate::stage::{SHOP, Stage};
use crate::{Trouble, Violation};
use app::{Accepted, App, CounterWebhook, NotTaken};
use rand::Rng;
use rand::rngs::StdRng;
use serde::Serialize;
use std::collections::BTreeMap;
use twin::highlevel::WebhookPolicy;
use twin::mygadgetrepairs::{Notification, NotificationEvent};

/// How badly both vendors deliver. Shares are from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pushing {
    /// Share that never arrives.
    pub lost: f64,
    /// Share that arrives twice.
    pub doubled: f64,
    /// Everything is up to this much late, which mixes its order.
    pub late_ms: u64,
    /// Share that is followed by something that the vendor did not send.
    pub forged: f64,
    /// Share of new tasks of which only the id is told.
    pub thin: f64,
    /// Whether values break the JSON of MyGadgetRepairs' payloads.
    pub broken: bool,
}

impl Pushing {
    /// Everything arrives at once, in order, once.
    #[must_use]
    pub fn well() -> Self {
        Self {
            lost: 0.0,
            doubled: 0.0,
            late_ms: 0,
            forged: 0.0,
            thin: 0.0,
            broken: false,
        }
    }

    pub(crate) fn drawn(random: &mut StdRng) -> Self {
        Self {
            lost: [0.0, 0.3, 0.7][random.random_range(0..3)],
            doubled: [0.0, 0.2, 0.5][random.random_range(0..3)],
            late_ms: [0, 3_000, 90_000, 7_200_000][random.random_range(0..4)],
            forged: [0.0, 0.05, 0.3][random.random_range(0..3)],
            thin: [0.0, 0.5][random.random_range(0..2)],
            broken: random.random_bool(0.3),
        }
    }

    fn policy(&self) -> WebhookPolicy {
        WebhookPolicy {
            drop: self.lost,
            double: self.doubled,
            shuffle_ms: self.late_ms,
            forge: self.forged,
            thin_tasks: self.thin,
            ..WebhookPolicy::pulled()
        }
    }

    fn notification(&self, event: NotificationEvent, texts: &CounterWebhook) -> Notification {
        let own = texts
            .notifications
            .iter()
            .find(|text| text.event == event.name());
        let (headers, payload) = own.map_or((&texts.headers, &texts.payload), |text| {
            (&text.headers, &text.payload)
        });
        let headers = headers
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        Notification {
            username: texts.user.clone(),
            password: texts.password.clone(),
            headers: headers.collect(),
            unescaped: self.broken,
            drop: self.lost,
            duplicate: self.doubled,
            shuffle_ms: self.late_ms,
            ..Notification::new(event, &texts.url, payload)
        }
    }
}

/// What arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// Kept by the engine.
    pub(crate) kept: u64,
    /// Forged, and refused.
    pub(crate) refused: u64,
}

impl Stage {
    /// Sets both vendors up to push, with what `shop show` prints.
    pub(crate) async fn push(&self, pushing: &Pushing) -> Result<(), Trouble> {
        let wrong = |why: twin::highlevel::WebhookPolicyError| Trouble::Folder(why.to_string());
        let crm = self.twins.highlevel();
        crm.set_webhooks(pushing.policy()).map_err(wrong)?;
        let shop = self.app.shop(SHOP).await?;
        let texts = self.app.counter_webhook(&shop).await?;
        let notifications = NotificationEvent::ALL
            .into_iter()
            .map(|event| pushing.notification(event, &texts));
        let counter = self.twins.mygadgetrepairs();
        counter.set_notifications(notifications.collect());
        Ok(())
    }

    /// Hands on what the vendors pushed and is due.
    pub(crate) async fn deliver(&self) -> Result<Arrived, Violation> {
        self.clock.begin(None);
        let mut arrived = Arrived::default();
        for due in self.twins.highlevel().take_due_webhooks() {
            let taken = take_crm(&self.app, &due.headers, &due.body).await;
            arrived.judge(due.kind, due.forged, &taken)?;
            let status = if taken.is_ok() { 200 } else { 401 };
            self.twins
                .highlevel()
                .webhook_answered(due.number, Some(status));
        }
        for due in self.twins.mygadgetrepairs().take_due_calls() {
            let token = due.url.rsplit('/').next().unwrap_or_default();
            let headers = by_name(&due.headers);
            let header = |name: &str| headers.get(name).map(String::as_str);
            let taken = self.app.take_counter_webhook(token, header, &due.body);
            arrived.judge(due.event.name(), false, &taken.await)?;
            self.twins
                .mygadgetrepairs()
                .call_answered(due.number, Some(200));
        }
        Ok(arrived)
    }
}

impl Arrived {
    /// What the vendor sent is kept, and nothing else.
    fn judge(
        &mut self,
        what: &str,
        forged: bool,
        taken: &Result<Accepted, NotTaken>,
    ) -> Result<(), Violation> {
        match (taken, forged) {
            (Ok(_), false) => self.kept += 1,
            (Err(NotTaken::Forged(_)), true) => self.refused += 1,
            (taken, _) => {
                let expected = if forged {
                    format!("a {what} that the vendor did not send is refused")
                } else {
                    format!("a {what} of the vendor is kept")
                };
                return Err(Violation::new(
                    "invariant_1_stored_before_acknowledged",
                    expected,
                    format!("{taken:?}"),
                ));
            }
        }
        Ok(())
    }
}

async fn take_crm(
    app: &App,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<Accepted, NotTaken> {
    let headers = by_name(headers);
    let header = |name: &str| headers.get(name).map(String::as_str);
    app.take_crm_webhook(header, body).await
}

fn by_name(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
    headers.iter().map(lower).collect()
}
