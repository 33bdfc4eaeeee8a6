//! What is to be sent leaves from here, and is tried again where it could not; and the tests of each way.

use super::words;
use crate::{App, AppError};
use domain::Timestamp;
use domain::normalize::text::capitalised;
use notify::{LeaveError, Mail, Signed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::Sending;
use sync::notices::next_try;

/// A way by which somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoticeWay {
    /// A mail by the owner's own mail server.
    Email,
    /// A signed document to an address.
    Webhook,
    /// Visits that keep an alarm quiet.
    Alarm,
}

impl NoticeWay {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Email, Self::Webhook, Self::Alarm];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Alarm => "alarm",
        }
    }
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoticeTest {
    /// Whether it was taken.
    pub ok: bool,
    /// What came of it, in a sentence.
    pub says: String,
}

impl App {
    /// Sends what is due by a way, one after the other. Once one fails, the rest waits for the next time, so that a mail
    /// server that does not answer is not asked for each of them.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn send_notices(&self, way: NoticeWay) -> Result<(), AppError> {
        if self.carrier.is_none() {
            return Ok(());
        }
        for notice in self.store.due_notices(way.as_str(), self.now()).await? {
            let sent = self
                .send(way, &notice.id, notice.made_at, &notice.content)
                .await;
            let now = self.now();
            let outcome = match sent {
                Ok(()) => Sending::Sent,
                Err(why) => Sending::Failed {
                    why,
                    next_at: next_try(notice.made_at, notice.attempts + 1, now),
                },
            };
            if let Sending::Failed { why, .. } = &outcome {
                tracing::warn!(
                    notice.id,
                    way = way.as_str(),
                    why,
                    "a notice could not be sent"
                );
            }
            self.store
                .notice_tried(way.as_str(), &notice.id, &outcome, now)
                .await?;
            if outcome != Sending::Sent {
                break;
            }
        }
        Ok(())
    }

    /// Tries a way, and tells what came of it.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn test_notification(&self, way: NoticeWay) -> Result<NoticeTest, AppError> {
        let settings = self.notification_settings().await?;
        let is_on = match way {
            NoticeWay::Email => settings.email.is_some(),
            NoticeWay::Webhook => settings.webhook.is_some(),
            NoticeWay::Alarm => settings.alarm.is_some(),
        };
        if !is_on {
            let what = match way {
                NoticeWay::Email => "E-mail",
                NoticeWay::Webhook => "The webhook",
                NoticeWay::Alarm => "The dead-man alarm",
            };
            return Ok(NoticeTest {
                ok: false,
                says: format!("{what} is not set up yet. Save it first, then test it"),
            });
        }
        let now = self.now();
        let id = self.context.new_id().to_string();
        let page = &self.config.public_url;
        let content = match way {
            NoticeWay::Email => words::test_mail(page),
            NoticeWay::Webhook => words::test_document(&id, now, page),
            NoticeWay::Alarm => Json::Null,
        };
        let sent = self.send(way, &id, now, &content).await;
        let outcome = match &sent {
            Ok(()) => Sending::Sent,
            Err(why) => Sending::Failed {
                why: why.clone(),
                next_at: None,
            },
        };
        self.store
            .way_tried(way.as_str(), &outcome, self.now())
            .await?;
        Ok(match sent {
            Err(why) => NoticeTest {
                ok: false,
                says: capitalised(&why),
            },
            Ok(()) => NoticeTest {
                ok: true,
                says: match (way, &settings.email, &settings.webhook, &settings.alarm) {
                    (NoticeWay::Email, Some(email), ..) => format!(
                        "The mail server {} took the mail for {}. Look whether it arrives, also among spam",
                        email.host,
                        email.to.join(", ")
                    ),
                    (NoticeWay::Webhook, _, Some(webhook), _) => {
                        format!("{} took the message", webhook.host)
                    }
                    (_, _, _, Some(alarm)) => format!("{} answered the visit", alarm.host),
                    _ => "It was sent".to_owned(),
                },
            },
        })
    }

    /// Sends one, or says why not.
    async fn send(
        &self,
        way: NoticeWay,
        id: &str,
        at: Timestamp,
        content: &Json,
    ) -> Result<(), String> {
        let Some(carrier) = &self.carrier else {
            return Err("nothing can be sent from here".to_owned());
        };
        let ours = |why: AppError| why.to_string();
        let theirs = |why: LeaveError| why.to_string();
        match way {
            NoticeWay::Email => {
                let settings = self.notification_settings().await.map_err(ours)?;
                let email = settings.email.ok_or("e-mail is off")?;
                let server = self.mail_server(&email).await.map_err(ours)?;
                let text = |name: &str| {
                    let text = content.get(name).and_then(Json::as_str);
                    text.unwrap_or_default().to_owned()
                };
                let mail = Mail {
                    id: id.to_owned(),
                    at,
                    from: email.from,
                    to: email.to,
                    subject: text("subject"),
                    text: text("text"),
                };
                carrier.mail(&server, &mail).await.map_err(theirs)
            }
            NoticeWay::Webhook => {
                let (address, secret) = self.webhook_target().await.map_err(ours)?;
                let body = content.to_string();
                let what = Signed {
                    id,
                    body: &body,
                    secret: &secret,
                };
                carrier.post(&address, what).await.map_err(theirs)
            }
            NoticeWay::Alarm => {
                let address = self.alarm_target().await.map_err(ours)?;
                carrier.visit(&address).await.map_err(theirs)
            }
        }
    }
}
