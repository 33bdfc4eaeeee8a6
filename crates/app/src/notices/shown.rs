//! How somebody is told, as the settings page shows it: without anything secret.

use super::outbox::NoticeWay;
use super::settings::MailEncryption;
use crate::{App, AppError};
use domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// How somebody is told, and what came of it. No secret is in it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NotificationsShown {
    /// By mail; nothing where that is off.
    pub email: Option<EmailShown>,
    /// By a webhook; nothing where that is off.
    pub webhook: Option<WebhookShown>,
    /// The dead-man alarm; nothing where that is off.
    pub alarm: Option<AlarmShown>,
    /// Minutes that a need has to stand before it is told.
    pub attention_minutes: u32,
    /// The same for one that stops the syncing.
    pub stopped_minutes: u32,
    /// Hours after which what still stands is told again; 0 for never.
    pub reminder_hours: u32,
}

/// By mail.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EmailShown {
    /// The mail server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is encrypted.
    pub encryption: MailEncryption,
    /// The name to sign in with.
    pub user: Option<String>,
    /// Whether a password is kept.
    pub password_set: bool,
    /// Who sends.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// What came of it.
    pub state: WayShown,
}

/// By a webhook.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WebhookShown {
    /// The host of its address; the rest may be a secret.
    pub host: String,
    /// What came of it.
    pub state: WayShown,
}

/// The dead-man alarm.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AlarmShown {
    /// The host of its address; the rest is a secret.
    pub host: String,
    /// Minutes between visits.
    pub minutes: u32,
    /// Why it is not visited just now; nothing where it is.
    pub holds: Option<String>,
    /// What came of it.
    pub state: WayShown,
}

/// What came of a way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WayShown {
    /// When something was sent by it, or it was visited.
    #[schemars(with = "Option<String>")]
    pub sent_at: Option<Timestamp>,
    /// When that failed for the last time.
    #[schemars(with = "Option<String>")]
    pub failed_at: Option<Timestamp>,
    /// What is wrong, in a sentence; nothing where the last time went well.
    pub trouble: Option<String>,
    /// How much waits to be sent.
    pub waiting: u64,
}

/// How somebody is told now, after that was changed.
#[derive(Clone, Serialize, JsonSchema)]
pub struct NotificationsKept {
    /// How.
    pub notifications: NotificationsShown,
    /// The new secret that webhooks are signed with, told this once; nothing where the one before stays.
    pub webhook_secret: Option<String>,
}

impl App {
    /// How somebody is told, and what came of it, without anything secret.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn notifications(&self) -> Result<NotificationsShown, AppError> {
        let settings = self.notification_settings().await?;
        let email = match &settings.email {
            None => None,
            Some(email) => Some(EmailShown {
                host: email.host.clone(),
                port: email.port,
                encryption: email.encryption,
                user: email.user.clone(),
                password_set: self.mail_password_is_set().await?,
                from: email.from.clone(),
                to: email.to.clone(),
                state: self.way_shown(NoticeWay::Email).await?,
            }),
        };
        let webhook = match &settings.webhook {
            None => None,
            Some(webhook) => Some(WebhookShown {
                host: webhook.host.clone(),
                state: self.way_shown(NoticeWay::Webhook).await?,
            }),
        };
        let alarm = match &settings.alarm {
            None => None,
            Some(alarm) => Some(AlarmShown {
                host: alarm.host.clone(),
                minutes: alarm.minutes,
                holds: self.alarm_holds(alarm.minutes).await?,
                state: self.way_shown(NoticeWay::Alarm).await?,
            }),
        };
        Ok(NotificationsShown {
            email,
            webhook,
            alarm,
            attention_minutes: settings.attention_minutes,
            stopped_minutes: settings.stopped_minutes,
            reminder_hours: settings.reminder_hours,
        })
    }

    async fn way_shown(&self, way: NoticeWay) -> Result<WayShown, AppError> {
        let state = self.store.way_state(way.as_str()).await?;
        let what = match way {
            NoticeWay::Email => "the last mail could not be sent",
            NoticeWay::Webhook => "the last webhook could not be delivered",
            NoticeWay::Alarm => "the last visit failed",
        };
        let trouble = state.failure.map(|why| match (state.waiting, state.given_up) {
            (0, 0) => format!("{what}: {why}"),
            (0, gone) => format!("{what}: {why}. {gone} given up after a day"),
            (waiting, 0) => format!("{what}: {why}. {waiting} waiting, it is tried again"),
            (waiting, gone) => {
                format!("{what}: {why}. {waiting} waiting, it is tried again; {gone} given up after a day")
            }
        });
        Ok(WayShown {
            sent_at: state.sent_at,
            failed_at: state.failed_at,
            trouble,
            waiting: state.waiting,
        })
    }
}
