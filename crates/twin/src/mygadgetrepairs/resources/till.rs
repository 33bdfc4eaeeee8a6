//! `/posOrders`: sales without a repair (mygadgetrepairs-api.md 12.6). A source shows `created_date`, `status` and
//! `amount_total`; the rest is a guess by the invoices, and so is the address of a single one.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::Book;
use super::super::dates::shown;
use super::super::id::Id;
use super::super::settings::Settings;
use super::list::Page;
use super::{Call, Resource, given, show};

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    match (resource, call.method == Method::POST) {
        (Resource::PosOrders, true) => sell(account, call),
        (Resource::PosOrders, false) => sales(account, call),
        _ => sale(account, call),
    }
}

/// Sells something at the till; in the browser only.
fn sell(account: &mut Account, call: &Call<'_>) -> Answer {
    let customer = match given::customer(&account.book, call) {
        Ok(customer) => customer,
        Err(message) => return Answer::invalid(message),
    };
    let amount = match given::money(call, &["amount", "total"]) {
        Ok(Some(amount)) if amount > 0 => amount,
        Ok(_) => return Answer::invalid("The sale is over nothing. Send the argument amount."),
        Err(message) => return Answer::invalid(message),
    };
    let book = &mut account.book;
    let id = book.next_sale;
    book.next_sale += 1;
    let sale = Sale {
        id,
        customer,
        amount,
        created: call.now,
    };
    book.sales.push(sale);
    Answer::Made {
        id: Value::from(id),
        location: None,
    }
}

/// A sale without a repair, paid at once.
#[derive(Debug, Clone)]
pub(in super::super) struct Sale {
    pub id: u32,
    pub customer: Option<Id>,
    /// Pence, cents.
    pub amount: i64,
    pub created: jiff::Timestamp,
}

fn sales(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let span = match super::list::created(&call.arguments, &book.zone) {
        Ok(span) => span,
        Err(message) => return Answer::invalid(message),
    };
    let page = Page::asked(&call.arguments, settings);
    let newest = book.sales.iter().rev();
    Answer::Found(
        page.of(newest.filter(|sale| span.contains(sale.created)))
            .map(|sale| shown_sale(book, settings, sale))
            .collect(),
    )
}

fn sale(account: &Account, call: &Call<'_>) -> Answer {
    let wanted = call.arguments.number("orderId");
    let sale = account
        .book
        .sales
        .iter()
        .find(|sale| usize::try_from(sale.id).ok() == wanted);
    match sale {
        None => Answer::unknown("The order"),
        Some(sale) => Answer::Found(shown_sale(&account.book, &account.settings, sale)),
    }
}

fn shown_sale(book: &Book, settings: &Settings, sale: &Sale) -> Value {
    json!({
        "id": sale.id,
        "created_date": shown(sale.created, &book.zone),
        "customer": show::customer_of(book, settings, sale.customer),
        "status": "Paid",
        "amount_total": given::shown_money(sale.amount),
        "amount_paid": given::shown_money(sale.amount),
        "balance": 0.0,
        "due_date": given::shown_day(None),
    })
}
