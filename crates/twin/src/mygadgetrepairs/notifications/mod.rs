//! Notification webhooks, the vendor's only push (mygadgetrepairs-webhooks.md 1): what to tell, and telling it.

mod outbox;
mod payload;
mod pusher;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::outbox::DueCall;
pub(super) use self::outbox::{Delivery, Outbox, due};
pub(super) use self::pusher::send;
use super::MyGadgetRepairsTwin;
use crate::drain::Drain;

/// Something that a shop can have a notification for. The names are ours; the vendor's are unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotificationEvent {
    /// A customer was made.
    #[serde(rename = "customer.created")]
    CustomerCreated,
    /// A customer was changed.
    #[serde(rename = "customer.updated")]
    CustomerUpdated,
    /// A customer was deleted.
    #[serde(rename = "customer.deleted")]
    CustomerDeleted,
    /// A ticket was made.
    #[serde(rename = "ticket.created")]
    TicketCreated,
    /// A ticket was changed, but not its status.
    #[serde(rename = "ticket.updated")]
    TicketUpdated,
    /// A ticket's status was changed.
    #[serde(rename = "ticket.status_changed")]
    TicketStatusChanged,
    /// A comment was added to a ticket.
    #[serde(rename = "ticket.comment_added")]
    TicketCommentAdded,
    /// A ticket was deleted.
    #[serde(rename = "ticket.deleted")]
    TicketDeleted,
    /// An appointment was made.
    #[serde(rename = "appointment.created")]
    AppointmentCreated,
    /// An appointment was changed.
    #[serde(rename = "appointment.updated")]
    AppointmentUpdated,
    /// An appointment was deleted.
    #[serde(rename = "appointment.deleted")]
    AppointmentDeleted,
}

impl NotificationEvent {
    /// Every event there is.
    pub const ALL: [Self; 11] = [
        Self::CustomerCreated,
        Self::CustomerUpdated,
        Self::CustomerDeleted,
        Self::TicketCreated,
        Self::TicketUpdated,
        Self::TicketStatusChanged,
        Self::TicketCommentAdded,
        Self::TicketDeleted,
        Self::AppointmentCreated,
        Self::AppointmentUpdated,
        Self::AppointmentDeleted,
    ];

    /// Its name, as `ticket.created`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CustomerCreated => "customer.created",
            Self::CustomerUpdated => "customer.updated",
            Self::CustomerDeleted => "customer.deleted",
            Self::TicketCreated => "ticket.created",
            Self::TicketUpdated => "ticket.updated",
            Self::TicketStatusChanged => "ticket.status_changed",
            Self::TicketCommentAdded => "ticket.comment_added",
            Self::TicketDeleted => "ticket.deleted",
            Self::AppointmentCreated => "appointment.created",
            Self::AppointmentUpdated => "appointment.updated",
            Self::AppointmentDeleted => "appointment.deleted",
        }
    }
}

/// One notification with its webhook, as an administrator sets it up, and how badly its calls are made. Shares are from 0
/// to 1 and drawn from the twin's seed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// What it tells of.
    pub event: NotificationEvent,
    /// `http://…`; the twin does not speak TLS.
    pub url: String,
    /// For HTTP Basic; with an empty password too, none is sent.
    #[serde(default)]
    pub username: String,
    /// For HTTP Basic.
    #[serde(default)]
    pub password: String,
    /// JSON text with tags in braces; an unknown tag becomes nothing.
    pub payload: String,
    /// Sent besides the vendor's own.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Value of `mgr-event-id`.
    #[serde(default)]
    pub event_id: String,
    /// Tag values are put in as they are, which breaks the JSON at a quote.
    #[serde(default)]
    pub unescaped: bool,
    /// Share of calls that are never made.
    #[serde(default)]
    pub drop: f64,
    /// Share of calls that are made twice.
    #[serde(default)]
    pub duplicate: f64,
    /// Every call waits this long at least.
    #[serde(default)]
    pub delay_ms: u64,
    /// Every call waits up to this much longer, which mixes their order.
    #[serde(default)]
    pub shuffle_ms: u64,
    /// Calls made again after a failure. Whether the vendor does that is unknown.
    #[serde(default)]
    pub retries: u32,
    /// Distance of those calls.
    #[serde(default)]
    pub retry_ms: u64,
}

impl Notification {
    /// Without credentials, headers and faults.
    pub fn new(event: NotificationEvent, url: &str, payload: &str) -> Self {
        Self {
            event,
            url: url.to_owned(),
            username: String::new(),
            password: String::new(),
            payload: payload.to_owned(),
            headers: BTreeMap::new(),
            event_id: String::new(),
            unescaped: false,
            drop: 0.0,
            duplicate: 0.0,
            delay_ms: 0,
            shuffle_ms: 0,
            retries: 0,
            retry_ms: 0,
        }
    }
}

impl MyGadgetRepairsTwin {
    /// Sets up notifications in place of those that are there.
    pub fn set_notifications(&self, notifications: Vec<Notification>) {
        self.account().outbox.notifications = notifications;
    }

    /// The notifications as they are set up.
    pub fn notifications(&self) -> Vec<Notification> {
        self.account().outbox.notifications.clone()
    }

    /// Calls that are due by the twin's clock, earliest first; nothing unless [`super::Settings::notifications`] is pulled.
    /// Each must be answered by [`MyGadgetRepairsTwin::call_answered`].
    pub fn take_due_calls(&self) -> Vec<DueCall> {
        let now = self.inner.clock.millis();
        let mut account = self.account();
        if account.settings.notifications != Drain::Pulled {
            return Vec::new();
        }
        account.outbox.take_due(now)
    }

    /// When the next call is due, in milliseconds.
    pub fn next_call_due(&self) -> Option<i64> {
        self.account().outbox.next_due()
    }

    /// Tells how a taken call was answered; `None` for no answer. Retries are set from this.
    pub fn call_answered(&self, call: u64, status: Option<u16>) {
        let now = self.inner.clock.millis();
        let _again = self.account().outbox.answered(call, status, now);
    }
}
