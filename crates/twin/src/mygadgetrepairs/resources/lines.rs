//! `/tickets/{id}/itemLine` (mygadgetrepairs-api.md 12.5): known to exist. Its verbs and all of its fields are guesses.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::Account;
use super::super::answer::Answer;
use super::super::id::Id;
use super::super::records::Line;
use super::list::Page;
use super::{Call, given};

pub(super) fn answer(account: &mut Account, call: &Call<'_>) -> Answer {
    let ticket = call
        .arguments
        .filter(&["ticketId"])
        .and_then(|text| Id::read(&text));
    let Some(ticket) = ticket.filter(|id| account.book.tickets.get(*id).is_some()) else {
        return Answer::unknown("The ticket");
    };
    if call.method == Method::POST {
        return add(account, ticket, call);
    }
    let lines = account.book.lines_of.get(&ticket);
    let page = Page::asked(&call.arguments, &account.settings);
    Answer::Found(
        page.of(lines.into_iter().flatten())
            .map(|line| shown(account, line))
            .collect(),
    )
}

fn add(account: &mut Account, ticket: Id, call: &Call<'_>) -> Answer {
    let product = call
        .arguments
        .filter(&["product", "productId", "item"])
        .and_then(|text| text.parse::<u32>().ok());
    let known = product.and_then(|wanted| {
        let mut products = account.book.products.iter();
        products.find(|product| product.get("id") == Some(&json!(wanted)))
    });
    if product.is_some() && known.is_none() {
        return Answer::invalid("The product is not known. Use an id of /products.");
    }
    let of_product = |name: &str| known.and_then(|product| product.get(name)).cloned();
    let name = call
        .arguments
        .filter(&["name", "title"])
        .or_else(|| of_product("name").and_then(|name| name.as_str().map(str::to_owned)));
    let Some(name) = name else {
        return Answer::invalid("The line has no name. Send the argument name or productId.");
    };
    let price = match given::money(call, &["price", "unitPrice", "amount"]) {
        Ok(price) => price.or_else(|| of_product("price")?.as_f64().map(pence)),
        Err(message) => return Answer::invalid(message),
    };
    let quantity = match call.arguments.filter(&["quantity", "qty"]) {
        None => 1.0,
        Some(text) => match text.parse::<f64>() {
            Ok(quantity) if quantity.is_finite() && quantity > 0.0 => quantity,
            _ => return Answer::invalid(format!("{text} is not a quantity. Use a number.")),
        },
    };
    let id = account.book.new_paper_id();
    let line = Line {
        id,
        name,
        description: call.arguments.filter(&["description"]).unwrap_or_default(),
        quantity,
        price: price.unwrap_or(0),
        product,
    };
    account.book.lines_of.entry(ticket).or_default().push(line);
    account.book.tickets.change(ticket, call.now, |_| ());
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}

fn pence(amount: f64) -> i64 {
    (amount * 100.0).round() as i64
}

fn shown(account: &Account, line: &Line) -> Value {
    let product = line.product.map_or_else(
        || super::show::nothing(&account.settings, json!({})),
        |id| json!({ "id": id }),
    );
    json!({
        "id": line.id.to_string(),
        "name": line.name,
        "description": line.description,
        "quantity": line.quantity,
        "price": given::shown_money(line.price),
        "total": given::shown_money(line.total()),
        "product": product,
    })
}
