//! Invoices and payments (mygadgetrepairs-api.md 12.6).
//!
//! A source shows `ticket.ticket_ref`, `amount_total`, `status` and `payments[]` of an invoice, and five fields of a payment.
//! Guesses: customer, due date, what was paid and what is still owed, refunds as payments below nothing, and that payments
//! can be recorded through the API, which is off unless the settings say otherwise.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::Book;
use super::super::dates::shown;
use super::super::id::Id;
use super::super::records::{Invoice, Payment};
use super::super::settings::Settings;
use super::super::shelf::{Row, Shelf};
use super::kept::{self, Kept};
use super::list::Page;
use super::{Call, Resource, given, show};

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    match (resource, call.method == Method::POST) {
        (Resource::TicketInvoices, true) => invoice(account, call),
        (Resource::TicketInvoices, false) => kept::collection::<Invoice>(account, call),
        (Resource::TicketInvoice, _) => member(account, call),
        (Resource::Payments, true) => record(account, call),
        _ => payments(account, call),
    }
}

impl Kept for Invoice {
    const NAME: &'static str = "The invoice";
    const TOKEN: &'static str = "invoiceId";

    fn shelf(book: &Book) -> &Shelf<Self> {
        &book.invoices
    }

    fn shelf_mut(book: &mut Book) -> &mut Shelf<Self> {
        &mut book.invoices
    }

    fn write(&mut self, account: &Account, call: &Call<'_>) -> Result<(), String> {
        let book = &account.book;
        if let Some(ticket) = given::ticket(book, call)? {
            self.ticket = Some(ticket);
            self.customer = book.tickets.get(ticket).and_then(|row| row.body.customer);
            let lines = book.lines_of.get(&ticket).into_iter().flatten();
            self.amount = lines.map(super::super::records::Line::total).sum();
        }
        let amount = given::money(call, &["amount", "total", "amountTotal"])?;
        self.amount = amount.unwrap_or(self.amount);
        self.due = given::day(book, call, &["dueDate", "due"])?.or(self.due);
        Ok(())
    }

    fn lacks(&self) -> Option<&'static str> {
        if self.ticket.is_none() {
            return Some("The invoice has no ticket. Send the argument ticketId.");
        }
        (self.amount <= 0).then_some("The invoice is over nothing. Send the argument amount.")
    }

    fn number(&mut self, book: &mut Book) {
        self.number = book.next_invoice;
        book.next_invoice += 1;
    }

    fn show(book: &Book, settings: &Settings, row: &Row<Self>) -> Value {
        let invoice = &row.body;
        let mut shown = json!({
            "id": row.id.to_string(),
            "number": invoice.number,
            "ticket": show::ticket_of(book, settings, invoice.ticket),
            "customer": show::customer_of(book, settings, invoice.customer),
            "amount_total": given::shown_money(invoice.amount),
            "amount_paid": given::shown_money(invoice.paid()),
            "balance": given::shown_money(owed(invoice)),
            "due_date": given::shown_day(invoice.due),
            "status": invoice.status(),
        });
        show::add_times(book, row, &mut shown);
        shown
    }

    fn about(&self) -> (Option<Id>, Option<Id>) {
        (self.customer, self.ticket)
    }

    fn texts(&self) -> Vec<&str> {
        vec![self.status()]
    }
}

/// Nothing more is owed of what was given back.
fn owed(invoice: &Invoice) -> i64 {
    let came: i64 = invoice
        .payments
        .iter()
        .map(|payment| payment.amount.max(0))
        .sum();
    (invoice.amount - came).max(0)
}

/// Makes one; in the browser only.
fn invoice(account: &mut Account, call: &Call<'_>) -> Answer {
    let answer = kept::add::<Invoice>(account, call);
    if let Answer::Made { id, .. } = &answer
        && let Some(id) = id.as_str().and_then(Id::read)
        && let Some(ticket) = account
            .book
            .invoices
            .get(id)
            .and_then(|row| row.body.ticket)
    {
        let book = &mut account.book;
        book.tickets
            .change(ticket, call.now, |body| body.invoice = Some(id));
    }
    answer
}

fn member(account: &mut Account, call: &Call<'_>) -> Answer {
    if call.method != Method::GET {
        return kept::member::<Invoice>(account, call);
    }
    let (book, settings) = (&account.book, &account.settings);
    let Some(row) = kept::named::<Invoice>(book, call).and_then(|id| book.invoices.get(id)) else {
        return Answer::unknown(Invoice::NAME);
    };
    let mut whole = Invoice::show(book, settings, row);
    let payments = row.body.payments.iter();
    whole["payments"] = payments
        .map(|payment| shown_payment(book, payment))
        .collect();
    Answer::Found(whole)
}

/// Newest first, of all invoices.
fn payments(account: &Account, call: &Call<'_>) -> Answer {
    let book = &account.book;
    let page = Page::asked(&call.arguments, &account.settings);
    let rows = book.payments.iter().rev().filter_map(|(invoice, at)| {
        let row = book.invoices.get(*invoice)?;
        row.body.payments.get(*at)
    });
    Answer::Found(
        page.of(rows)
            .map(|payment| shown_payment(book, payment))
            .collect(),
    )
}

/// Through the API, where the account takes that.
fn record(account: &mut Account, call: &Call<'_>) -> Answer {
    let amount = match given::money(call, &["amount"]) {
        Ok(amount) => amount,
        Err(message) => return Answer::invalid(message),
    };
    let Some(id) = kept::named::<Invoice>(&account.book, call) else {
        return Answer::invalid(
            "The invoice is not known. Send the argument invoiceId with an id of /ticketInvoices.",
        );
    };
    match pay(account, id, amount, call.now) {
        Ok(payment) => Answer::Made {
            id: Value::from(payment),
            location: None,
        },
        Err(message) => Answer::invalid(message),
    }
}

/// Takes money for an invoice: so much, or all that is owed. Answers the payment's number.
pub(in super::super) fn pay(
    account: &mut Account,
    invoice: Id,
    amount: Option<i64>,
    now: jiff::Timestamp,
) -> Result<u32, String> {
    let Some(row) = account.book.invoices.get(invoice) else {
        return Err("The invoice is not known.".to_owned());
    };
    let amount = amount.unwrap_or_else(|| owed(&row.body));
    if amount <= 0 {
        return Err("Nothing is owed. Send an amount above nothing.".to_owned());
    }
    Ok(put(account, invoice, amount, now))
}

/// Gives money back: so much, or all that came. Answers the payment's number.
pub(in super::super) fn refund(
    account: &mut Account,
    invoice: Id,
    amount: Option<i64>,
    now: jiff::Timestamp,
) -> Result<u32, String> {
    let Some(row) = account.book.invoices.get(invoice) else {
        return Err("The invoice is not known.".to_owned());
    };
    let paid = row.body.paid();
    let amount = amount.unwrap_or(paid);
    if amount <= 0 || amount > paid {
        return Err("No more can be given back than came. Send a smaller amount.".to_owned());
    }
    Ok(put(account, invoice, -amount, now))
}

fn put(account: &mut Account, invoice: Id, amount: i64, at: jiff::Timestamp) -> u32 {
    let book = &mut account.book;
    let id = book.next_payment;
    book.next_payment += 1;
    let payment = Payment {
        id,
        at,
        amount,
        is_advance: false,
    };
    let (mut place, mut ticket) = (0, None);
    book.invoices.change(invoice, at, |body| {
        place = body.payments.len();
        ticket = body.ticket;
        body.payments.push(payment);
    });
    book.payments.push((invoice, place));
    // The ticket shows when money last came.
    if let Some(ticket) = ticket {
        book.tickets.change(ticket, at, |_| ());
    }
    id
}

fn shown_payment(book: &Book, payment: &Payment) -> Value {
    json!({
        "id": payment.id,
        "payment_id": payment.at.as_second(),
        "date": shown(payment.at, &book.zone),
        "amount": given::shown_money(payment.amount),
        "is_advance": payment.is_advance,
    })
}
