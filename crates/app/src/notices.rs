//! Telling somebody who does not look: by mail, by a webhook, and by an alarm that goes off when nothing is heard of us.
//!
//! Every half minute it is looked how the shops stand; what is to be told of that is decided by `sync::notices`. It is put
//! into the outbox in the transaction that remembers it as told, and sent from there, so that a crash may send something
//! twice, and never loses it. Only the running service does so.

mod alarm;
mod carrier;
mod outbox;
mod settings;
mod shown;
mod standing;
mod words;

pub use carrier::Carrier;
pub use outbox::{NoticeTest, NoticeWay};
pub use settings::{AlarmWish, EmailWish, MailEncryption, NotificationsWish, WebhookWish};
pub use shown::{
    AlarmShown, EmailShown, NotificationsKept, NotificationsShown, WayShown, WebhookShown,
};

use crate::{App, AppError};
use jiff::SignedDuration;
use settings::Settings;
use standing::Seen;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{NewNotice, Remembered};
use sync::notices::{Patience, ToldShop, notices};
use tokio_util::sync::CancellationToken;

/// Seconds between looks at the shops.
const LOOK_SECONDS: i64 = 30;
/// Seconds between looks into the outbox.
const OUTBOX_SECONDS: i64 = 10;
/// Questions of a shop are told no more often than this.
const QUESTIONS: SignedDuration = SignedDuration::from_hours(1);
/// Where there are several shops, what breaks within this time goes into one mail.
const GATHERING: SignedDuration = SignedDuration::from_secs(60);

impl App {
    /// The same with a way out for notices. Without one nothing is told.
    #[must_use]
    pub fn with_carrier(mut self, carrier: Arc<dyn Carrier>) -> Self {
        self.carrier = Some(carrier);
        self
    }

    /// Looks how the shops stand, tells what is to be told, and keeps the alarm quiet, until cancelled.
    pub async fn serve_notices(&self, cancel: CancellationToken) {
        let looks = async {
            loop {
                if let Err(error) = self.look_for_notices().await {
                    tracing::warn!(code = error.code(), %error, "it could not be looked what is to be told");
                }
                self.pause(LOOK_SECONDS).await;
            }
        };
        let mails = self.keep_sending(NoticeWay::Email);
        let posts = self.keep_sending(NoticeWay::Webhook);
        let visits = self.keep_visiting();
        // Each for itself: a mail server that does not answer must not set off the alarm.
        tokio::select! {
            () = cancel.cancelled() => {}
            ((), (), (), ()) = async { tokio::join!(looks, mails, posts, visits) } => {}
        }
    }

    async fn keep_sending(&self, way: NoticeWay) {
        loop {
            if let Err(error) = self.send_notices(way).await {
                tracing::warn!(code = error.code(), %error, "the outbox could not be worked off");
            }
            self.pause(OUTBOX_SECONDS).await;
        }
    }

    /// Looks once how the shops stand, and puts what is to be told into the outbox.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn look_for_notices(&self) -> Result<(), AppError> {
        let settings = self.notification_settings().await?;
        let ways = settings.ways();
        if ways.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let before = self.store.notices_told().await?;
        let mut told: BTreeMap<_, ToldShop> = before
            .iter()
            // What an older version cannot have meant otherwise: then it is told anew.
            .map(|one| {
                let told = serde_json::from_value(one.value.clone()).unwrap_or_default();
                (one.shop, told)
            })
            .collect();
        let seen = self.shops_seen(&settings).await?;
        let standing: Vec<_> = seen.iter().map(Seen::standing).collect();
        let several = standing.iter().filter(|shop| shop.watched).count() > 1;
        let due = notices(&mut told, &standing, now, &patience(&settings, several));
        let remembered: Vec<Remembered> = told
            .iter()
            .filter_map(|(shop, told)| {
                let value = serde_json::to_value(told).ok()?;
                let was = before.iter().find(|one| one.shop == *shop);
                let is_new = was.map_or(!told.is_empty(), |was| was.value != value);
                is_new.then_some(Remembered { shop: *shop, value })
            })
            .collect();
        let tidings: Vec<words::Tiding> = due
            .iter()
            .filter_map(|notice| {
                let seen = seen.iter().find(|seen| seen.shop == notice.shop)?;
                Some(words::Tiding::of(notice, seen, &self.config.public_url))
            })
            .collect();
        let new = self.messages(&ways, &tidings, now);
        if remembered.is_empty() && new.is_empty() {
            return Ok(());
        }
        Ok(self.store.tell(&remembered, &new, now).await?)
    }

    /// One mail of everything, and one document a shop.
    fn messages(
        &self,
        ways: &[NoticeWay],
        tidings: &[words::Tiding],
        now: domain::Timestamp,
    ) -> Vec<NewNotice> {
        let page = &self.config.public_url;
        let mut new = Vec::new();
        if tidings.is_empty() {
            return new;
        }
        for way in ways {
            let mut add = |id: String, content| {
                new.push(NewNotice {
                    id,
                    way: way.as_str(),
                    content,
                });
            };
            let id = || self.context.new_id().to_string();
            match way {
                NoticeWay::Email => add(id(), words::mail(tidings, page)),
                NoticeWay::Webhook => {
                    for tiding in tidings {
                        let id = id();
                        let document = words::document(&id, now, tiding, page);
                        add(id, document);
                    }
                }
                NoticeWay::Alarm => {}
            }
        }
        new
    }
}

fn patience(settings: &Settings, several_shops: bool) -> Patience {
    let minutes = |minutes: u32| SignedDuration::from_mins(i64::from(minutes));
    Patience {
        attention: minutes(settings.attention_minutes),
        stopped: minutes(settings.stopped_minutes),
        reminder: (settings.reminder_hours > 0)
            .then(|| SignedDuration::from_hours(i64::from(settings.reminder_hours))),
        questions: QUESTIONS,
        gathering: if several_shops {
            GATHERING
        } else {
            SignedDuration::ZERO
        },
    }
}
