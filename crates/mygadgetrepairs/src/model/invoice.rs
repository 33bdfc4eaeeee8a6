//! Ticket invoices, read only (mygadgetrepairs-api.md 12.6).

use super::{Raw, created, remote};
use crate::{Stamp, lenient::Row};
use domain::RecordId;

/// An invoice of a ticket.
#[derive(Clone, PartialEq)]
pub struct Invoice {
    /// Id.
    pub id: RecordId,
    /// Number that people use.
    pub number: Option<String>,
    /// The ticket's id, where it was sent.
    pub ticket: Option<RecordId>,
    /// The ticket's `ticket_ref`.
    pub ticket_reference: Option<String>,
    /// Total as sent: it may carry a currency sign and separators.
    pub amount_total: Option<String>,
    /// State, such as `Paid`.
    pub status: Option<String>,
    /// Payments; only the single invoice has them, the list does not.
    pub payments: Vec<Payment>,
    /// When it was made.
    pub created: Option<Stamp>,
    /// As sent.
    pub raw: Raw,
}

/// A payment of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Id, a number.
    pub id: Option<RecordId>,
    /// `payment_id`, another number.
    pub payment_id: Option<RecordId>,
    /// Amount as sent.
    pub amount: Option<String>,
    /// When.
    pub date: Option<Stamp>,
}

impl Payment {
    fn read(row: Row<'_>) -> Self {
        Self {
            id: row.id(&["id"]),
            payment_id: row.id(&["payment_id"]),
            amount: row.text(&["amount"]),
            date: row.stamp(&["date", "created_date"]),
        }
    }
}

remote!(Invoice, "invoice", |row, id| Invoice {
    id,
    number: row.text(&["number", "invoice_no", "ref"]),
    ticket: row.reference("ticket", &["ticket_id"]),
    ticket_reference: row
        .object(&["ticket"])
        .and_then(|ticket| ticket.text(&["ticket_ref", "ref"]))
        .or_else(|| row.text(&["ticket_ref"])),
    amount_total: row.text(&["amount_total", "total"]),
    status: row.label("status"),
    payments: row
        .objects("payments")
        .into_iter()
        .map(Payment::read)
        .collect(),
    created: created(row),
    raw: Raw::new(),
});
