//! Notification webhooks, the vendor's only push (mygadgetrepairs-webhooks.md 1): what to tell, and telling it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::book::Book;
use super::id::Id;
use super::resources::reference;
use super::{Account, MyGadgetRepairsTwin, Settings};

/// How long the vendor waits for a 2xx.
const PATIENCE: Duration = Duration::from_secs(5);
/// Deliveries that are kept for a test to look at.
const KEPT: usize = 10_000;

/// Something that a shop can have a notification for. The names are ours; the vendor's are unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Event {
    #[serde(rename = "customer.created")]
    CustomerCreated,
    #[serde(rename = "customer.updated")]
    CustomerUpdated,
    #[serde(rename = "customer.deleted")]
    CustomerDeleted,
    #[serde(rename = "ticket.created")]
    TicketCreated,
    #[serde(rename = "ticket.updated")]
    TicketUpdated,
    #[serde(rename = "ticket.status_changed")]
    TicketStatusChanged,
    #[serde(rename = "ticket.comment_added")]
    TicketCommentAdded,
    #[serde(rename = "ticket.deleted")]
    TicketDeleted,
    #[serde(rename = "appointment.created")]
    AppointmentCreated,
    #[serde(rename = "appointment.updated")]
    AppointmentUpdated,
    #[serde(rename = "appointment.deleted")]
    AppointmentDeleted,
}

/// One notification with its webhook, as an administrator sets it up.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    event: Event,
    /// `http://…`; the twin does not speak TLS.
    url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    /// JSON text with tags in braces; an unknown tag becomes nothing.
    payload: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Value of `mgr-event-id`.
    #[serde(default)]
    event_id: String,
    /// Tag values are put in as they are, which breaks the JSON at a quote.
    #[serde(default)]
    unescaped: bool,
    /// Share of calls that are never made.
    #[serde(default)]
    drop: f64,
    /// Share of calls that are made twice.
    #[serde(default)]
    duplicate: f64,
    /// Calls made again after a failure. Whether the vendor does that is unknown.
    #[serde(default)]
    retries: u32,
}

/// A call that was made or is about to be.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Delivery {
    pub number: u64,
    pub event: Event,
    pub url: String,
    pub body: String,
    /// Status of the answer; `None` when none came in time.
    pub status: Option<u16>,
    pub done: bool,
    #[serde(skip)]
    headers: String,
    #[serde(skip)]
    retries: u32,
}

/// The notifications of the shop, and what happened.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub notifications: Vec<Notification>,
    pub deliveries: VecDeque<Delivery>,
    noted: Vec<(Event, Id)>,
    count: u64,
}

impl Outbox {
    /// Notes that something happened to a record; to a comment's ticket for a comment.
    pub(super) fn note(&mut self, event: Event, record: Id) {
        if !self.notifications.is_empty() {
            self.noted.push((event, record));
        }
    }
}

/// The calls that what was noted asks for.
pub(super) fn due(account: &mut Account) -> Vec<Delivery> {
    let noted = std::mem::take(&mut account.outbox.noted);
    let mut calls = Vec::new();
    for (event, record) in noted {
        for notification in account
            .outbox
            .notifications
            .iter()
            .filter(|notification| notification.event == event)
        {
            account.outbox.count += 1;
            let mut dice = SmallRng::seed_from_u64(account.settings.seed ^ account.outbox.count);
            let call = Delivery {
                number: account.outbox.count,
                event,
                url: notification.url.clone(),
                body: filled(notification, &account.book, &account.settings, record),
                status: None,
                done: false,
                headers: headers(notification),
                retries: notification.retries,
            };
            if dice.random::<f64>() < notification.drop {
                continue;
            }
            if dice.random::<f64>() < notification.duplicate {
                calls.push(call.clone());
            }
            calls.push(call);
        }
    }
    for call in &calls {
        if account.outbox.deliveries.len() == KEPT {
            account.outbox.deliveries.pop_front();
        }
        account.outbox.deliveries.push_back(call.clone());
    }
    calls
}

/// Makes the calls beside the request that caused them.
pub(super) fn send(twin: &MyGadgetRepairsTwin, calls: Vec<Delivery>) {
    for call in calls {
        let twin = twin.clone();
        tokio::spawn(async move {
            let mut status = None;
            for _ in 0..=call.retries {
                status = tokio::time::timeout(PATIENCE, post(&call))
                    .await
                    .ok()
                    .flatten();
                if status.is_some_and(|status| (200..300).contains(&status)) {
                    break;
                }
            }
            let mut account = twin.account();
            if let Some(kept) = account
                .outbox
                .deliveries
                .iter_mut()
                .find(|kept| kept.number == call.number && !kept.done)
            {
                (kept.status, kept.done) = (status, true);
            }
        });
    }
}

/// The payload with its tags replaced.
fn filled(notification: &Notification, book: &Book, settings: &Settings, record: Id) -> String {
    let mut body = String::new();
    let mut rest = notification.payload.as_str();
    while let Some(open) = rest.find('{') {
        let (before, after) = (&rest[..open], &rest[open + 1..]);
        body.push_str(before);
        match after
            .find('}')
            .map(|close| (&after[..close], &after[close + 1..]))
        {
            Some((tag, further))
                if !tag.is_empty()
                    && tag
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
            {
                let value = value(tag, book, settings, record);
                if notification.unescaped {
                    body.push_str(&value);
                } else {
                    let quoted = serde_json::Value::from(value).to_string();
                    body.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
                }
                rest = further;
            }
            _ => {
                body.push('{');
                rest = after;
            }
        }
    }
    body.push_str(rest);
    body
}

fn value(tag: &str, book: &Book, settings: &Settings, record: Id) -> String {
    let ticket = book.tickets.get(record);
    let customer = ticket.map_or(Some(record), |ticket| ticket.body.customer);
    match (tag, ticket) {
        ("ticket_ref", Some(ticket)) => reference(settings, &ticket.body),
        ("ticket_model", Some(ticket)) => ticket.body.device.clone(),
        // The portal's id is not known to be the id of the API, so it is another one here.
        ("customer_account_url", _) => customer
            .map(|id| format!("https://portal.shop.example/account/{}", Id(!id.0)))
            .unwrap_or_default(),
        (field, ticket) => {
            let Some(number) = field
                .strip_prefix("cf_")
                .and_then(|number| number.parse().ok())
            else {
                return String::new();
            };
            let of_ticket = ticket.and_then(|ticket| ticket.body.custom.get(&number));
            let of_customer = || {
                customer
                    .and_then(|id| book.customers.get(id))
                    .and_then(|row| row.body.custom.get(&number))
            };
            of_ticket.or_else(of_customer).cloned().unwrap_or_default()
        }
    }
}

fn headers(notification: &Notification) -> String {
    let mut headers =
        "User-Agent: mygadgetrepairs\r\nContent-Type: application/json\r\n".to_owned();
    if !notification.username.is_empty() || !notification.password.is_empty() {
        let pair = STANDARD.encode(format!(
            "{}:{}",
            notification.username, notification.password
        ));
        headers.push_str(&format!("Authorization: Basic {pair}\r\n"));
    }
    let event_id = [("mgr-event-id", &notification.event_id)];
    let own = notification
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value));
    for (name, value) in event_id.into_iter().chain(own) {
        if !name.contains(['\r', '\n']) && !value.contains(['\r', '\n']) {
            headers.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    headers
}

/// One POST on a connection of its own; the status of the answer, if one came.
async fn post(call: &Delivery) -> Option<u16> {
    let address = call.url.strip_prefix("http://")?;
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let target = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let mut stream = TcpStream::connect(target).await.ok()?;
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        call.headers,
        call.body.len(),
        call.body
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    let mut part = [0_u8; 512];
    while !answer.contains(&b'\n') && answer.len() < 4_096 {
        match stream.read(&mut part).await.ok()? {
            0 => break,
            read => answer.extend_from_slice(part.get(..read)?),
        }
    }
    let line = String::from_utf8_lossy(&answer);
    line.split_whitespace().nth(1)?.parse().ok()
}
