//! How somebody is told: what an admin writes, what of it is sealed, and what must hold of it.

use super::outbox::NoticeWay;
use super::shown::NotificationsKept;
use crate::{App, AppError};
use domain::Timestamp;
use notify::{Encryption, MailServer, is_loopback, mailbox, target};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;
use vault::Place;

/// The names of what is sealed, among the secrets of the installation.
const PASSWORD: &str = "notifications.mail_password";
const WEBHOOK: &str = "notifications.webhook_address";
const SIGNING: &str = "notifications.webhook_secret";
const ALARM: &str = "notifications.alarm_address";
/// Begins a secret that signs webhooks, so that one in the wrong place is known for what it is.
const PREFIX: &str = "rbn_";
/// Receivers of a mail at most.
const RECEIVERS: usize = 20;
/// A day: the longest grace time, and the longest time between visits.
const DAY_MINUTES: u32 = 24 * 60;
/// The longest time until a reminder.
const MONTH_HOURS: u32 = 31 * 24;

/// How the line to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// From the first byte on, mostly on port 465.
    Tls,
    /// After the greeting, mostly on port 587.
    StartTls,
    /// Not at all: only to a mail server on this machine.
    None,
}

/// How somebody is to be told; takes the place of what was written before.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationsWish {
    /// By mail; nothing turns it off.
    pub email: Option<EmailWish>,
    /// By a webhook; nothing turns it off.
    pub webhook: Option<WebhookWish>,
    /// The dead-man alarm; nothing turns it off.
    pub alarm: Option<AlarmWish>,
    /// Minutes that a need has to stand before it is told.
    pub attention_minutes: u32,
    /// The same for one that stops the syncing.
    pub stopped_minutes: u32,
    /// Hours after which what still stands is told again; 0 for never.
    pub reminder_hours: u32,
}

impl Default for NotificationsWish {
    fn default() -> Self {
        let Settings {
            attention_minutes,
            stopped_minutes,
            reminder_hours,
            ..
        } = Settings::default();
        Self {
            email: None,
            webhook: None,
            alarm: None,
            attention_minutes,
            stopped_minutes,
            reminder_hours,
        }
    }
}

/// By mail.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailWish {
    /// The mail server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is encrypted.
    pub encryption: MailEncryption,
    /// The name to sign in with; left out where none is asked for.
    #[serde(default)]
    pub user: Option<String>,
    /// The password. Left out, the one before is kept, for the same server and user.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub password: Option<SecretString>,
    /// Who sends.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
}

/// By a webhook.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookWish {
    /// Where to. Left out, the one before is kept.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub address: Option<SecretString>,
    /// Whether a new secret to sign with is made. The first one is made by itself.
    #[serde(default)]
    pub new_secret: bool,
}

/// The dead-man alarm.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmWish {
    /// What is visited while all goes on. Left out, the one before is kept.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub address: Option<SecretString>,
    /// Minutes between visits.
    #[serde(default = "five")]
    pub minutes: u32,
}

const fn five() -> u32 {
    5
}

/// As kept, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    pub(super) email: Option<Email>,
    pub(super) webhook: Option<Webhook>,
    pub(super) alarm: Option<Alarm>,
    pub(super) attention_minutes: u32,
    pub(super) stopped_minutes: u32,
    pub(super) reminder_hours: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Email {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: MailEncryption,
    pub(super) user: Option<String>,
    pub(super) from: String,
    pub(super) to: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Webhook {
    pub(super) host: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Alarm {
    pub(super) host: String,
    pub(super) minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            email: None,
            webhook: None,
            alarm: None,
            attention_minutes: 10,
            stopped_minutes: 2,
            reminder_hours: 24,
        }
    }
}

impl Settings {
    /// The ways by which notices are sent.
    pub(super) fn ways(&self) -> Vec<NoticeWay> {
        let email = self.email.as_ref().map(|_| NoticeWay::Email);
        let webhook = self.webhook.as_ref().map(|_| NoticeWay::Webhook);
        email.into_iter().chain(webhook).collect()
    }
}

impl App {
    /// Writes how somebody is to be told, in place of what was written before. What is secret of it is sealed, and not
    /// shown again; a new secret for signing webhooks is answered this once.
    ///
    /// # Errors
    /// When something of it cannot be used; then nothing is changed.
    pub async fn set_notifications(
        &self,
        wish: NotificationsWish,
    ) -> Result<NotificationsKept, AppError> {
        let before = self.notification_settings().await?;
        let mut sealed: Vec<(&'static str, SecretString)> = Vec::new();
        let mut forgotten = Vec::new();
        let mut settings = Settings {
            attention_minutes: bounded(
                wish.attention_minutes,
                0,
                DAY_MINUTES,
                "a grace time, in minutes,",
            )?,
            stopped_minutes: bounded(
                wish.stopped_minutes,
                0,
                DAY_MINUTES,
                "a grace time, in minutes,",
            )?,
            reminder_hours: bounded(wish.reminder_hours, 0, MONTH_HOURS, "a reminder, in hours,")?,
            ..Settings::default()
        };
        if let Some(wish) = wish.email {
            let password = wish
                .password
                .clone()
                .filter(|text| !text.expose_secret().is_empty());
            let email = checked(wish)?;
            match (&email.user, password) {
                (None, _) => forgotten.push(PASSWORD),
                (Some(_), Some(password)) => sealed.push((PASSWORD, password)),
                // A password goes only to the server that it was typed for.
                (Some(user), None) => {
                    let known = before.email.as_ref().is_some_and(|known| {
                        known.host == email.host && known.user.as_ref() == Some(user)
                    });
                    if !known || self.store.app_secret(PASSWORD).await?.is_none() {
                        return Err(refused(
                            "the mail server's password is missing. It is kept only while server and user stay the same",
                        ));
                    }
                }
            }
            settings.email = Some(email);
        } else {
            forgotten.push(PASSWORD);
        }
        let mut webhook_secret = None;
        if let Some(wish) = wish.webhook {
            let known = before.webhook.map(|known| known.host);
            let host = match typed(wish.address) {
                Some(address) => {
                    let host = host_of(&address, "the webhook")?;
                    sealed.push((WEBHOOK, address));
                    host
                }
                None => self.kept_host(known, WEBHOOK, "the webhook").await?,
            };
            if wish.new_secret || self.store.app_secret(SIGNING).await?.is_none() {
                let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
                self.context.randomness.fill(&mut *bytes);
                let secret = SecretString::from(format!("{PREFIX}{}", hex::encode(*bytes)));
                sealed.push((SIGNING, secret.clone()));
                webhook_secret = Some(secret.expose_secret().to_owned());
            }
            settings.webhook = Some(Webhook { host });
        } else {
            forgotten.extend([WEBHOOK, SIGNING]);
        }
        if let Some(wish) = wish.alarm {
            let known = before.alarm.map(|known| known.host);
            let host = match typed(wish.address) {
                Some(address) => {
                    let host = host_of(&address, "the alarm")?;
                    sealed.push((ALARM, address));
                    host
                }
                None => self.kept_host(known, ALARM, "the alarm").await?,
            };
            let minutes = bounded(
                wish.minutes,
                1,
                DAY_MINUTES,
                "the time between visits, in minutes,",
            )?;
            settings.alarm = Some(Alarm { host, minutes });
        } else {
            forgotten.push(ALARM);
        }
        for (name, secret) in &sealed {
            self.keep_notification_secret(name, secret).await?;
        }
        self.keep_notification_settings(&settings, &forgotten)
            .await?;
        Ok(NotificationsKept {
            notifications: self.notifications().await?,
            webhook_secret,
        })
    }

    /// The host of an address that stays as it was.
    async fn kept_host(
        &self,
        known: Option<String>,
        name: &str,
        of: &str,
    ) -> Result<String, AppError> {
        match (known, self.store.app_secret(name).await?) {
            (Some(host), Some(_)) => Ok(host),
            _ => Err(refused(&format!("{of}'s address is missing"))),
        }
    }

    async fn keep_notification_settings(
        &self,
        settings: &Settings,
        forgotten: &[&str],
    ) -> Result<(), AppError> {
        let off: Vec<&str> = [
            (NoticeWay::Email, settings.email.is_none()),
            (NoticeWay::Webhook, settings.webhook.is_none()),
            (NoticeWay::Alarm, settings.alarm.is_none()),
        ]
        .into_iter()
        .filter(|(_, off)| *off)
        .map(|(way, _)| way.as_str())
        .collect();
        let value = serde_json::to_value(settings)
            .map_err(|why| AppError::Refused(format!("this cannot be kept: {why}")))?;
        if settings.ways().is_empty() {
            // Nobody was told what stands: whoever is told from now on is told of it.
            self.store.forget_told().await?;
        }
        let now = self.now();
        Ok(self
            .store
            .save_notification_settings(&value, &off, forgotten, now)
            .await?)
    }

    async fn keep_notification_secret(
        &self,
        name: &'static str,
        secret: &SecretString,
    ) -> Result<(), AppError> {
        let now: Timestamp = self.now();
        self.seal_and_store(&place(name), secret, |sealed| async move {
            self.store.save_app_secret(name, &sealed, now).await
        })
        .await
    }

    async fn notification_secret(&self, name: &str) -> Result<Option<SecretString>, AppError> {
        let read = || self.store.app_secret(name);
        self.read_and_unseal(&place(name), read).await
    }

    pub(super) async fn notification_settings(&self) -> Result<Settings, AppError> {
        let kept = self.store.notification_settings().await?;
        match kept {
            None => Ok(Settings::default()),
            Some(kept) => serde_json::from_value(kept).map_err(|why| {
                AppError::Refused(format!(
                    "the settings of the notifications cannot be read: {why}. Write them anew"
                ))
            }),
        }
    }

    /// The mail server with its password.
    pub(super) async fn mail_server(&self, email: &Email) -> Result<MailServer, AppError> {
        let login = match &email.user {
            None => None,
            Some(user) => {
                let password = self.notification_secret(PASSWORD).await?;
                let password = password.ok_or_else(|| {
                    refused("the mail server's password is not known any more. Enter it anew")
                })?;
                Some((user.clone(), password))
            }
        };
        Ok(MailServer {
            host: email.host.clone(),
            port: email.port,
            encryption: match email.encryption {
                MailEncryption::Tls => Encryption::Tls,
                MailEncryption::StartTls => Encryption::StartTls,
                MailEncryption::None => Encryption::None,
            },
            login,
        })
    }

    /// Where webhooks go, and what they are signed with.
    pub(super) async fn webhook_target(&self) -> Result<(Url, SecretString), AppError> {
        let address = self.notification_secret(WEBHOOK).await?;
        let secret = self.notification_secret(SIGNING).await?;
        let (Some(address), Some(secret)) = (address, secret) else {
            let why =
                "the webhook's address or its secret is not known any more. Enter the address anew";
            return Err(refused(why));
        };
        let address = target(address.expose_secret()).map_err(|why| refused(&why.to_string()))?;
        Ok((address, secret))
    }

    /// What the alarm visits.
    pub(super) async fn alarm_target(&self) -> Result<Url, AppError> {
        let address = self.notification_secret(ALARM).await?;
        let address = address
            .ok_or_else(|| refused("the alarm's address is not known any more. Enter it anew"))?;
        target(address.expose_secret()).map_err(|why| refused(&why.to_string()))
    }

    /// Whether the mail server's password is kept.
    pub(super) async fn mail_password_is_set(&self) -> Result<bool, AppError> {
        Ok(self.store.app_secret(PASSWORD).await?.is_some())
    }
}

fn place(name: &str) -> Place {
    Place::new("app_secret", "sealed", [name])
}

fn refused(why: &str) -> AppError {
    AppError::Refused(why.to_owned())
}

fn typed(address: Option<SecretString>) -> Option<SecretString> {
    address.filter(|text| !text.expose_secret().trim().is_empty())
}

fn host_of(address: &SecretString, of: &str) -> Result<String, AppError> {
    let url = target(address.expose_secret())
        .map_err(|why| AppError::Refused(format!("the address of {of} cannot be used: {why}")))?;
    Ok(url.host_str().unwrap_or_default().to_owned())
}

fn bounded(number: u32, least: u32, most: u32, what: &str) -> Result<u32, AppError> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(AppError::Refused(format!(
        "{what} lies between {least} and {most}"
    )))
}

fn checked(wish: EmailWish) -> Result<Email, AppError> {
    let trimmed = |text: &str| text.trim().to_owned();
    let host = trimmed(&wish.host);
    if host.is_empty()
        || host.contains(|letter: char| letter.is_whitespace() || "/@".contains(letter))
    {
        return Err(refused(
            "the mail server is named by its host alone, such as smtp.example.com",
        ));
    }
    if wish.port == 0 {
        return Err(refused(
            "the mail server's port is missing: 465 or 587, mostly",
        ));
    }
    if wish.encryption == MailEncryption::None && !is_loopback(&host) {
        return Err(refused(
            "without encryption only a mail server on this machine is used. Choose tls (mostly port 465) or starttls (mostly 587)",
        ));
    }
    let from = trimmed(&wish.from);
    let to: Vec<String> = wish
        .to
        .iter()
        .map(|one| trimmed(one))
        .filter(|one| !one.is_empty())
        .collect();
    if !mailbox(&from) {
        return Err(refused("the sender is no e-mail address"));
    }
    if to.is_empty() || to.len() > RECEIVERS || !to.iter().all(|one| mailbox(one)) {
        return Err(AppError::Refused(format!(
            "the receivers are one to {RECEIVERS} e-mail addresses"
        )));
    }
    Ok(Email {
        host,
        port: wish.port,
        encryption: wish.encryption,
        user: wish
            .user
            .map(|user| trimmed(&user))
            .filter(|user| !user.is_empty()),
        from,
        to,
    })
}
