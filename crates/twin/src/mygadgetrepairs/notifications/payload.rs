//! The administrator's payload with its tags replaced (mygadgetrepairs-webhooks.md 1.4).

use super::Notification;
use crate::mygadgetrepairs::Settings;
use crate::mygadgetrepairs::book::Book;
use crate::mygadgetrepairs::id::Id;
use crate::mygadgetrepairs::resources::reference;

/// The payload with its tags replaced.
pub(super) fn filled(
    notification: &Notification,
    book: &Book,
    settings: &Settings,
    record: Id,
) -> String {
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
