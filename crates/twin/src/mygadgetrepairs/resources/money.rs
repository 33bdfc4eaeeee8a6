//! Invoices, payments and sales at the till, to be read only (mygadgetrepairs-api.md 12.6).

use serde_json::{Value, json};

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::{Book, Invoice, Ticket};
use super::super::dates::shown;
use super::super::id::Id;
use super::super::shelf::Row;
use super::list::Page;
use super::{Call, Resource, show};

pub(super) fn answer(account: &Account, resource: Resource, call: &Call<'_>) -> Answer {
    let book = &account.book;
    let page = Page::asked(&call.arguments, &account.settings);
    let invoiced = || {
        book.tickets
            .by_created()
            .rev()
            .filter_map(|row| row.body.invoice.map(|invoice| (row, invoice)))
    };
    match resource {
        Resource::Payments => Answer::Found(
            page.of(invoiced())
                .map(|(_, invoice)| payment(book, &invoice))
                .collect(),
        ),
        Resource::TicketInvoices => Answer::Found(
            page.of(invoiced())
                .map(|(row, paid)| invoice(account, row, &paid))
                .collect(),
        ),
        Resource::TicketInvoice => {
            let wanted = call
                .arguments
                .filter(&["invoiceId"])
                .and_then(|text| Id::read(&text));
            match invoiced().find(|(_, invoice)| Some(invoice.id) == wanted) {
                None => Answer::unknown("The invoice"),
                Some((row, paid)) => {
                    let mut whole = invoice(account, row, &paid);
                    whole["payments"] = json!([payment(book, &paid)]);
                    Answer::Found(whole)
                }
            }
        }
        // Sales without a repair: one for every tenth invoice.
        _ => Answer::Found(
            page.of(invoiced().step_by(10))
                .map(|(_, invoice)| {
                    json!({
                        "id": invoice.number + 50_000,
                        "created_date": shown(invoice.paid, &book.zone),
                        "status": "Paid",
                        "amount_total": money(invoice.amount / 10),
                    })
                })
                .collect(),
        ),
    }
}

fn invoice(account: &Account, row: &Row<Ticket>, invoice: &Invoice) -> Value {
    json!({
        "id": invoice.id.to_string(),
        "number": invoice.number,
        "ticket": { "id": row.id.to_string(), "ticket_ref": show::reference(&account.settings, &row.body) },
        "amount_total": money(invoice.amount),
        "status": "Paid",
    })
}

fn payment(book: &Book, invoice: &Invoice) -> Value {
    json!({
        "id": invoice.number + 300_000,
        "payment_id": invoice.paid.as_second(),
        "date": shown(invoice.paid, &book.zone),
        "amount": money(invoice.amount),
        "is_advance": false,
    })
}

fn money(pence: u32) -> f64 {
    f64::from(pence) / 100.0
}
