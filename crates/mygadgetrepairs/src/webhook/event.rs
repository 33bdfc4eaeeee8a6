//! Our names for what happened.

use std::fmt;

/// The extra header with our name for the event.
pub const EVENT_HEADER: &str = "x-sync-event";

macro_rules! events {
    ($($variant:ident $name:literal $when:literal,)*) => {
        /// What happened. These are constants of ours, put into each notification by whoever sets it up: the
        /// vendor's own names are unknown (mygadgetrepairs-webhooks.md 1.5).
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Event {
            $(#[doc = concat!("`", $name, "`: ", $when, ".")] $variant,)*
            /// Something else that was typed there, cut to a sane length.
            Other(String),
        }

        impl Event {
            /// Every constant of ours.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// What is written in the notification.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            /// Which notification of MyGadgetRepairs it belongs into, for people.
            #[must_use]
            pub const fn when(&self) -> &'static str {
                match self {
                    $(Self::$variant => $when,)*
                    Self::Other(_) => "something else",
                }
            }

            pub(super) fn named(name: &str) -> Self {
                match name.to_ascii_lowercase().as_str() {
                    $($name => Self::$variant,)*
                    _ => Self::Other(name.to_owned()),
                }
            }
        }
    };
}

events! {
    TicketCreated "ticket.created" "a ticket was made",
    TicketStatusChanged "ticket.status_changed" "a ticket got another status",
    TicketCommentAdded "ticket.comment_added" "a ticket got a comment",
    TicketUpdated "ticket.updated" "a ticket was edited",
    CustomerCreated "customer.created" "a customer was added",
    CustomerUpdated "customer.updated" "a customer was edited",
    AppointmentCreated "appointment.created" "an appointment was made",
    AppointmentChanged "appointment.changed" "an appointment was moved or cancelled",
    EstimateApproved "estimate.approved" "an estimate was approved",
    InvoicePaid "invoice.paid" "an invoice was paid",
}

impl Event {
    /// Whether it is about a customer alone, so that there is no ticket to name.
    #[must_use]
    pub const fn is_about_customer(&self) -> bool {
        matches!(self, Self::CustomerCreated | Self::CustomerUpdated)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
