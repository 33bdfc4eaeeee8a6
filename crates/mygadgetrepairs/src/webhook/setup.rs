//! What an administrator pastes into the notifications of MyGadgetRepairs (mygadgetrepairs-webhooks.md 1.2).

use super::{Credentials, Event};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use std::fmt;

/// Where the server takes these calls, before the shop's token.
pub const HOOK_PATH: &str = "/hooks/mgr/";

/// The four inputs and the extra headers of a notification. Holds secrets in clear, since people copy them.
#[derive(Clone, PartialEq, Eq)]
pub struct Setup {
    /// Webhook URL.
    pub url: String,
    /// Username.
    pub user: String,
    /// Password.
    pub password: String,
    /// For any notification, when one text for all is wanted: says no event, so it costs a poll instead of a look.
    pub any: Notification,
    /// One per event that is worth it, the most useful first.
    pub notifications: Vec<Notification>,
}

/// What differs between notifications.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// Our constant for it.
    pub event: Option<Event>,
    /// Add Headers: one JSON object.
    pub headers: Map<String, Value>,
    /// Payload: JSON with tags.
    pub payload: String,
}

/// The texts to paste. `public_url` is what the vendor can reach; `token` is the shop's unguessable part of the path.
#[must_use]
pub fn setup(public_url: &str, token: &str, credentials: &Credentials) -> Setup {
    let notification = |event: Option<&Event>| Notification {
        event: event.cloned(),
        headers: headers(event, credentials),
        payload: payload(event),
    };
    Setup {
        url: format!("{}{HOOK_PATH}{token}", public_url.trim_end_matches('/')),
        user: credentials.user().to_owned(),
        password: credentials.password().expose_secret().to_owned(),
        any: notification(None),
        notifications: Event::ALL
            .iter()
            .map(|event| notification(Some(event)))
            .collect(),
    }
}

fn headers(event: Option<&Event>, credentials: &Credentials) -> Map<String, Value> {
    let mut headers = Map::new();
    if let Some(event) = event {
        headers.insert("X-Sync-Event".to_owned(), json!(event.as_str()));
    }
    let token = credentials.token().expose_secret();
    headers.insert("X-Sync-Token".to_owned(), json!(token));
    headers
}

/// One line, with the one tag that is short and never holds a quote: others could break the JSON (1.4).
fn payload(event: Option<&Event>) -> String {
    let mut members = vec![r#""source":"mgr""#.to_owned()];
    if let Some(event) = event {
        members.push(format!(r#""event":"{event}""#));
    }
    if !event.is_some_and(Event::is_about_customer) {
        members.push(r#""ticket_ref":"{ticket_ref}""#.to_owned());
    }
    format!("{{{}}}", members.join(","))
}

/// Without the secrets.
impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").finish_non_exhaustive()
    }
}

/// Without the secrets.
impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("event", &self.event)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
