//! Notification webhooks of MyGadgetRepairs: who may call, and what an administrator pastes to make it call.

use super::{Accepted, NotTaken};
use crate::{App, AppError};
use domain::{Kind, RecordId, ShopId, Side};
use mygadgetrepairs::webhook::{Credentials, Notice, setup};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Shop, Webhook};
use vault::Place;

/// The vault's name for what guards a shop's address.
const SECRET: &str = "mygadgetrepairs.webhook";
/// Random bytes of each secret.
const BYTES: usize = 20;
const USER: &str = "repairbridge";

/// Guards the address of one shop.
pub(crate) struct Doorkeeper {
    shop: ShopId,
    credentials: Credentials,
}

/// What is pasted into each notification of MyGadgetRepairs. Holds secrets in clear, since people copy them.
#[derive(Clone, Serialize, JsonSchema)]
pub struct CounterWebhook {
    /// Webhook URL.
    pub url: String,
    /// Username.
    pub user: String,
    /// Password.
    pub password: String,
    /// Add Headers, for any notification.
    pub headers: serde_json::Map<String, serde_json::Value>,
    /// Payload, for any notification.
    pub payload: String,
    /// Better texts for the notifications that are worth it.
    pub notifications: Vec<NotificationText>,
}

/// The texts of one notification.
#[derive(Clone, Serialize, JsonSchema)]
pub struct NotificationText {
    /// When MyGadgetRepairs sends the notification, in words.
    pub when: &'static str,
    /// Our name of the event.
    pub event: String,
    /// Add Headers.
    pub headers: serde_json::Map<String, serde_json::Value>,
    /// Payload.
    pub payload: String,
}

/// The secrets of a shop's address.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Secrets {
    path: String,
    password: String,
    token: String,
}

impl Secrets {
    fn credentials(&self) -> Credentials {
        let secret = |text: &String| SecretString::from(text.clone());
        Credentials::new(USER, secret(&self.password), secret(&self.token))
    }
}

impl App {
    /// Takes a notification webhook that came to the address with this secret part. `header` finds a header by its
    /// name in lower case. Returns once it is on the disk.
    ///
    /// # Errors
    /// When address or credentials are wrong, or when it could not be kept.
    pub async fn take_counter_webhook<'h>(
        &self,
        token: &str,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
    ) -> Result<Accepted, NotTaken> {
        let taken = self.prove_and_keep_counter(token, header, body).await;
        self.metrics.webhook(Side::MyGadgetRepairs, &taken);
        taken
    }

    async fn prove_and_keep_counter<'h>(
        &self,
        token: &str,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
    ) -> Result<Accepted, NotTaken> {
        let refused = || NotTaken::Forged("address, user, password or token is wrong".to_owned());
        let door = self.door(token).await;
        let door = door.map_err(|error| NotTaken::NotKept(error.to_string()))?;
        let door = door.ok_or_else(refused)?;
        if !door.credentials.authorized(&header) {
            return Err(refused());
        }
        let notice = Notice::read(&header, body);
        if let Some(event_id) = &notice.event_id {
            tracing::debug!(mgr.event_id = event_id, "a notification of MyGadgetRepairs");
        }
        let event = notice.event.as_ref();
        let customer = event.is_some_and(mygadgetrepairs::webhook::Event::is_about_customer);
        let diary = event.is_some_and(|event| event.as_str().starts_with("appointment."));
        let (kind, record) = match notice.ticket_reference {
            Some(reference) => (Some(Kind::Task), Some(RecordId::new(reference))),
            None if customer => (Some(Kind::Contact), None),
            None if diary => (Some(Kind::Appointment), None),
            None => (None, None),
        };
        let webhook = Webhook {
            shop: door.shop,
            side: Side::MyGadgetRepairs,
            // The vendor gives its calls no number; doubles are coalesced when they are looked at.
            event: *self.context.new_id().as_bytes(),
            what: event.map_or_else(|| "notification".to_owned(), ToString::to_string),
            kind,
            record,
            parent: None,
            body: body.to_vec(),
            received_at: self.now(),
        };
        self.keep(webhook).await
    }

    /// What to paste into the notifications of MyGadgetRepairs, with the secrets of this shop, which are made when
    /// they are first asked for.
    ///
    /// # Errors
    /// When store or vault refuse.
    pub async fn counter_webhook(&self, shop: &Shop) -> Result<CounterWebhook, AppError> {
        let secrets = match self.webhook_secrets(shop).await? {
            Some(secrets) => secrets,
            None => self.make_webhook_secrets(shop).await?,
        };
        let texts = setup(
            self.config.public_url.as_str(),
            &secrets.path,
            &secrets.credentials(),
        );
        let notifications = texts.notifications.into_iter().filter_map(|text| {
            let event = text.event?;
            Some(NotificationText {
                when: event.when(),
                event: event.to_string(),
                headers: text.headers,
                payload: text.payload,
            })
        });
        Ok(CounterWebhook {
            url: texts.url,
            user: texts.user,
            password: texts.password,
            headers: texts.any.headers,
            payload: texts.any.payload,
            notifications: notifications.collect(),
        })
    }

    /// Makes new secrets for the address of a shop's notifications: the ones before are refused from then on, by other
    /// processes within seconds.
    ///
    /// # Errors
    /// When there is no such shop, or store or vault refuse.
    pub async fn renew_counter_webhook(&self, name: &str) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        self.make_webhook_secrets(&shop).await.map(|_| ())
    }

    /// The address for HighLevel's app webhooks; the same for every shop.
    #[must_use]
    pub fn crm_webhook_url(&self) -> String {
        let base = self.config.public_url.as_str().trim_end_matches('/');
        format!("{base}/hooks/crm")
    }

    /// The guard of a shop's address, and the address' secret part; nothing before anybody asked for it.
    pub(super) async fn doorkeeper(
        &self,
        shop: &Shop,
        sealed: &str,
    ) -> Result<Option<(String, Doorkeeper)>, AppError> {
        let secrets = match self.unseal(&place(shop), sealed).await {
            Ok(text) => serde_json::from_str(text.expose_secret()).ok(),
            // The keys may have been rotated since it was read.
            Err(_) => self.webhook_secrets(shop).await?,
        };
        Ok(secrets.map(|secrets: Secrets| {
            let door = Doorkeeper {
                shop: shop.id,
                credentials: secrets.credentials(),
            };
            (secrets.path, door)
        }))
    }

    /// The sealed secrets of all shops' addresses, by the shop's number.
    pub(super) async fn sealed_doors(&self) -> Result<HashMap<i64, String>, AppError> {
        let all = self.store.secrets(SECRET).await?;
        let by_shop = all.into_iter().map(|(shop, sealed)| (shop.0, sealed));
        Ok(by_shop.collect())
    }

    /// Whether a shop has an address for its counter's webhooks.
    pub(crate) async fn has_door(&self, shop: &Shop) -> Result<bool, AppError> {
        Ok(self.webhook_secrets(shop).await?.is_some())
    }

    async fn webhook_secrets(&self, shop: &Shop) -> Result<Option<Secrets>, AppError> {
        let read = || self.store.secret(shop.id, SECRET);
        let Some(text) = self.read_and_unseal(&place(shop), read).await? else {
            return Ok(None);
        };
        Ok(serde_json::from_str(text.expose_secret()).ok())
    }

    async fn make_webhook_secrets(&self, shop: &Shop) -> Result<Secrets, AppError> {
        let secrets = Secrets {
            path: self.secret_word(),
            password: self.secret_word(),
            token: self.secret_word(),
        };
        let text = serde_json::to_string(&secrets)
            .map_err(|why| AppError::Refused(format!("the secrets have no JSON form: {why}")))?;
        let now = self.now();
        let text = SecretString::from(text);
        self.seal_and_store(&place(shop), &text, |sealed| async move {
            self.store.save_secret(shop.id, SECRET, &sealed, now).await
        })
        .await?;
        self.forget_directory();
        Ok(secrets)
    }

    /// Letters and digits that nobody can guess.
    fn secret_word(&self) -> String {
        let mut bytes = [0_u8; BYTES];
        self.context.randomness.fill(&mut bytes);
        hex::encode(bytes)
    }
}

fn place(shop: &Shop) -> Place {
    Place::secret(shop.id.0, SECRET)
}
