//! Records around the repair: lines, money, estimates, leads, devices, reminders.
//!
//! Of most of them no field is known (mygadgetrepairs-api.md 12.4, 12.6, 12.10); what they hold is a guess by the style of
//! the records that are known, and each resource says so.

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::Custom;
use super::id::Id;

/// A part or a piece of work on a ticket.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub id: Id,
    pub name: String,
    pub description: String,
    pub quantity: f64,
    /// Of one, in pence, cents.
    pub price: i64,
    pub product: Option<u32>,
}

impl Line {
    /// What all of it costs.
    pub(super) fn total(&self) -> i64 {
        (self.price as f64 * self.quantity).round() as i64
    }
}

/// Money that came; that went back when it is negative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payment {
    pub id: u32,
    pub at: Timestamp,
    /// Pence, cents.
    pub amount: i64,
    /// Before there was an invoice to pay.
    pub is_advance: bool,
}

/// An invoice of a ticket, or a sale at the till.
#[derive(Debug, Clone, Default)]
pub(super) struct Invoice {
    pub number: u32,
    pub ticket: Option<Id>,
    pub customer: Option<Id>,
    /// Pence, cents.
    pub amount: i64,
    pub due: Option<Date>,
    pub payments: Vec<Payment>,
}

impl Invoice {
    /// What came less what went back.
    pub(super) fn paid(&self) -> i64 {
        self.payments.iter().map(|payment| payment.amount).sum()
    }

    /// `Paid` is the only one that a source shows (mygadgetrepairs-api.md 12.6); the others are guesses.
    pub(super) fn status(&self) -> &'static str {
        let back = self.payments.iter().any(|payment| payment.amount < 0);
        match self.paid() {
            paid if back && paid <= 0 => "Refunded",
            _ if back => "Part Refunded",
            paid if paid >= self.amount => "Paid",
            paid if paid > 0 => "Part Paid",
            _ => "Unpaid",
        }
    }

    /// When money last came or went.
    pub(super) fn last_payment(&self) -> Option<Timestamp> {
        self.payments.last().map(|payment| payment.at)
    }
}

/// What a repair would cost, and what the customer says to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Estimate {
    pub number: u32,
    pub ticket: Option<Id>,
    pub customer: Option<Id>,
    pub description: String,
    /// Pence, cents.
    pub amount: i64,
    /// One of [`Estimate::STATUSES`]; empty counts as the first.
    pub status: String,
    pub sent: Option<Timestamp>,
    pub answered: Option<Timestamp>,
}

impl Estimate {
    pub(super) const STATUSES: [&'static str; 4] = ["Draft", "Sent", "Approved", "Declined"];
}

/// Somebody who asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Lead {
    pub number: u32,
    pub name: String,
    pub email: String,
    pub mobile: String,
    pub short_info: String,
    pub description: String,
    /// One of [`Lead::STATUSES`]; empty counts as the first.
    pub status: String,
    /// What became of it.
    pub customer: Option<Id>,
    pub ticket: Option<Id>,
    pub custom: Custom,
}

impl Lead {
    pub(super) const STATUSES: [&'static str; 4] = ["New", "Contacted", "Converted", "Lost"];
}

/// A customer's device on record.
#[derive(Debug, Clone, Default)]
pub(super) struct Asset {
    pub customer: Option<Id>,
    pub kind: Option<u32>,
    pub name: String,
    pub brand: String,
    pub model: String,
    pub imei: String,
    pub serial: String,
    pub warranty_end: Option<Date>,
    pub next_service: Option<Date>,
}

/// Something that staff wants to be reminded of.
#[derive(Debug, Clone, Default)]
pub(super) struct Reminder {
    pub title: String,
    pub description: String,
    pub due: Option<Timestamp>,
    pub staff: Option<Id>,
    pub customer: Option<Id>,
    pub ticket: Option<Id>,
    /// Since when it is done.
    pub completed: Option<Timestamp>,
}
