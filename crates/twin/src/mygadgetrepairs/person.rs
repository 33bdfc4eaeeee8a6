//! What a person at the counter does: the same records, without key, limit or fault, and with the power to empty a field.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Account;
use super::answer::Answer;
use super::arguments::Arguments;
use super::desk;
use super::id::Id;
use super::merge;
use super::resources::{self, Call, Resource};

/// One act, as `{"action":"edit_ticket","id":"…","fields":{"status":"Collected"}}`, or with the kind apart:
/// `{"action":"edit","kind":"ticket",…}`. The names of the fields are those of the vendor's writes. Two customers who are
/// one: `{"action":"merge_customers","keep":"…","gone":"…"}`. A line is made with its ticket in the fields and stays.
///
/// Besides, with the record's `id`: `set_status {status}`, `assign {technician}` and `hand_out` of a ticket; `pay_invoice`
/// and `refund_invoice`, of so much with `{amount}`; `send_estimate` and `answer_estimate {answer}`, which is `approved` or
/// `declined`; `complete_reminder` and `reopen_reminder`; `convert_lead`, which answers the new ticket. Who does not come to
/// an appointment is noted nowhere: no source shows a field for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Act {
    /// `create`, `edit` (or `update`) or `delete`.
    action: String,
    /// `customer`, `ticket`, `comment`, `appointment`, `reminder`, `line`, `invoice`, `sale`, `estimate`, `lead` or `asset`.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    keep: String,
    #[serde(default)]
    gone: String,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Create,
    Edit,
    Delete,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Customer,
    Ticket,
    Comment,
    Appointment,
    Reminder,
    Line,
    Invoice,
    Sale,
    Estimate,
    Lead,
    Asset,
}

impl Act {
    fn meant(&self) -> Option<(Kind, Action)> {
        let (action, kind) = self
            .action
            .split_once('_')
            .unwrap_or((&self.action, &self.kind));
        let action = match action {
            "create" => Action::Create,
            "edit" | "update" => Action::Edit,
            "delete" => Action::Delete,
            _ => return None,
        };
        let kind = match kind {
            "customer" => Kind::Customer,
            "ticket" => Kind::Ticket,
            "comment" => Kind::Comment,
            "appointment" => Kind::Appointment,
            "reminder" => Kind::Reminder,
            "line" => Kind::Line,
            "invoice" => Kind::Invoice,
            "sale" => Kind::Sale,
            "estimate" => Kind::Estimate,
            "lead" => Kind::Lead,
            "asset" => Kind::Asset,
            _ => return None,
        };
        Some((kind, action))
    }
}

/// Carries it out.
pub(super) fn act(account: &mut Account, act: Act, now: Timestamp) -> Answer {
    use {Action as A, Kind as K};
    if act.action == "merge_customers" {
        return merge::customers(account, &act.keep, &act.gone, now);
    }
    if let Some(answer) = desk::act(account, &act.action, &act.id, &act.fields, now) {
        return answer;
    }
    let Some((kind, action)) = act.meant() else {
        return Answer::invalid(
            "The action is not known. Use create, edit or delete with a kind of record, as edit_ticket, or one of the acts of the reference of /_twin/person.",
        );
    };
    let (resource, token) = match (kind, action) {
        (K::Customer, A::Create) => (Resource::Customers, "customerId"),
        (K::Customer, _) => (Resource::Customer, "customerId"),
        (K::Ticket, A::Create) => (Resource::Tickets, "ticketId"),
        (K::Ticket, _) => (Resource::Ticket, "ticketId"),
        (K::Appointment, A::Create) => (Resource::Appointments, "appointmentId"),
        (K::Appointment, _) => (Resource::Appointment, "appointmentId"),
        (K::Reminder, A::Create) => (Resource::Reminders, "reminderId"),
        (K::Reminder, _) => (Resource::Reminder, "reminderId"),
        (K::Line, A::Create) => (Resource::ItemLines, "ticketId"),
        (K::Invoice, A::Create) => (Resource::TicketInvoices, "invoiceId"),
        (K::Invoice, _) => (Resource::TicketInvoice, "invoiceId"),
        (K::Sale, A::Create) => (Resource::PosOrders, "orderId"),
        (K::Line | K::Sale, _) => {
            return Answer::invalid("A line and a sale stay as they are. Make another one.");
        }
        (K::Estimate, A::Create) => (Resource::Estimates, "estimateId"),
        (K::Estimate, _) => (Resource::Estimate, "estimateId"),
        (K::Lead, A::Create) => (Resource::Leads, "leadId"),
        (K::Lead, _) => (Resource::Lead, "leadId"),
        (K::Asset, A::Create) => (Resource::Assets, "assetId"),
        (K::Asset, _) => (Resource::Asset, "assetId"),
        (K::Comment, A::Create) => (Resource::TicketComments, "commentId"),
        (K::Comment, _) => return comment(account, &act, action, now),
    };
    let method = match action {
        A::Create => Method::POST,
        A::Edit => Method::PUT,
        A::Delete => Method::DELETE,
    };
    let mut arguments = Arguments::default();
    for (name, value) in act.fields {
        arguments.set(&name, value);
    }
    if !matches!(action, A::Create) {
        arguments.set(token, Value::from(act.id));
    }
    let body = Bytes::new();
    resources::answer(
        account,
        resource,
        &Call {
            method,
            arguments,
            now,
            body: &body,
            by_person: true,
        },
    )
}

/// In the web application a comment can be changed and taken away, which the API cannot do.
fn comment(account: &mut Account, act: &Act, action: Action, now: Timestamp) -> Answer {
    let Some(id) = Id::read(&act.id).filter(|id| account.book.comments.get(*id).is_some()) else {
        return Answer::unknown("The comment");
    };
    if let Action::Delete = action {
        let ticket = account.book.comments.remove(id).map(|row| row.body.ticket);
        if let Some(of_ticket) = ticket.and_then(|ticket| account.book.comments_of.get_mut(&ticket))
        {
            of_ticket.retain(|other| *other != id);
        }
        return Answer::Gone;
    }
    let Some(text) = act.fields.get("comment").and_then(Value::as_str) else {
        return Answer::Refused(
            StatusCode::BAD_REQUEST,
            "There is no comment. Send the field comment.".to_owned(),
        );
    };
    account
        .book
        .comments
        .change(id, now, |body| body.text = text.to_owned());
    Answer::Changed(Value::from(id.to_string()))
}
