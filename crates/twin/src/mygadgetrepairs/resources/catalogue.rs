//! The shop's profile, staff and vocabularies, devices and stock (mygadgetrepairs-api.md 12.1, 12.2, 12.7 to 12.9).

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::{User, Word};
use super::super::id::Id;
use super::list::{self, Page};
use super::{Call, Resource};

pub(super) fn shop(account: &Account, resource: Resource, call: &Call<'_>) -> Answer {
    let book = &account.book;
    match resource {
        Resource::Info => Answer::Found(json!({
            "name": "The Made-up Repair Shop",
            "email": "counter@shop.example",
            "phone": "",
            "website": "",
            "currency": "GBP",
            "timezone": book.zone.iana_name().unwrap_or("UTC"),
        })),
        Resource::Users => users(account, call),
        Resource::User => {
            let wanted = call
                .arguments
                .filter(&["userId"])
                .and_then(|text| Id::read(&text));
            wanted.and_then(|id| book.user(id)).map_or_else(
                || Answer::unknown("The user"),
                |user| Answer::Found(shown_user(user)),
            )
        }
        Resource::Statuses => page(account, call, offered(&book.statuses, "label")),
        Resource::IssueTypes => page(account, call, offered(&book.issue_types, "label")),
        Resource::Groups => page(account, call, offered(&book.groups, "name")),
        Resource::AssetTypes => page(account, call, offered(&book.asset_types, "name")),
        Resource::TaxRates => page(
            account,
            call,
            vec![
                json!({ "id": 1, "name": "Standard", "code": "S", "value": 20, "type": "Percent" }),
                json!({ "id": 2, "name": "Zero", "code": "Z", "value": 0, "type": "Percent" }),
            ],
        ),
        Resource::PaymentMethods => page(
            account,
            call,
            vec![
                json!({ "id": 1, "title": "Cash" }),
                json!({ "id": 2, "title": "Card" }),
            ],
        ),
        Resource::TaskLists => page(
            account,
            call,
            vec![json!({ "id": 701, "name": "Shop to do" })],
        ),
        Resource::ProjectTags => page(account, call, vec![json!({ "id": 801, "name": "Urgent" })]),
        _ => Answer::Page("<!doctype html><title>API Explorer</title><h1>API Explorer (twin)</h1>"),
    }
}

pub(super) fn stock(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    if call.method == Method::POST {
        return add(account, resource, call);
    }
    let book = &account.book;
    match resource {
        Resource::CustomFields => {
            let fields = match call
                .arguments
                .text(&["type"])
                .unwrap_or_default()
                .to_lowercase()
                .as_str()
            {
                "customer" => book.customer_fields.as_slice(),
                "ticket" => book.ticket_fields.as_slice(),
                "lead" => book.lead_fields.as_slice(),
                "product" => book.product_fields.as_slice(),
                _ => {
                    return Answer::invalid(
                        "The type is not known. Use ticket, lead, customer or product.",
                    );
                }
            };
            let with_type =
                |word: &Word| json!({ "id": word.id, "label": word.label, "type": "Text" });
            page(account, call, fields.iter().map(with_type).collect())
        }
        Resource::Brands => page(account, call, offered(&book.brands, "name")),
        Resource::Models => {
            let make = |brand: u32| {
                book.brands
                    .iter()
                    .find(|word| word.id == brand)
                    .map(|word| word.label.clone())
                    .unwrap_or_default()
            };
            let models = book.models.iter().map(|(word, brand)| json!({ "id": word.id, "model": word.label, "make": make(*brand), "photourls": { "large": "" } }));
            page(account, call, models.collect())
        }
        _ => page(
            account,
            call,
            book.products.iter().cloned().map(Value::Object).collect(),
        ),
    }
}

fn add(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    let Some(name) = call.arguments.filter(&["name"]) else {
        return Answer::invalid("There is no name. Send the argument name.");
    };
    let book = &mut account.book;
    let id = match resource {
        Resource::Brands => {
            let id = 41 + book.brands.len() as u32;
            book.brands.push(Word {
                id,
                label: name,
                offered: true,
            });
            id
        }
        Resource::Models => {
            let brand = call
                .arguments
                .number("brand")
                .and_then(|brand| u32::try_from(brand).ok());
            let Some(brand) =
                brand.filter(|brand| book.brands.iter().any(|word| word.id == *brand))
            else {
                return Answer::invalid("The brand is not known. Use an id of /brands.");
            };
            let id = 901 + book.models.len() as u32;
            book.models.push((
                Word {
                    id,
                    label: name,
                    offered: true,
                },
                brand,
            ));
            id
        }
        _ => {
            let id = book.next_product;
            book.next_product += 1;
            let mut product: Map<String, Value> = call
                .arguments
                .all()
                .map(|(name, value)| (name.to_owned(), value.clone()))
                .collect();
            product.insert("id".to_owned(), Value::from(id));
            book.products.push(product);
            id
        }
    };
    Answer::Made {
        id: Value::from(id),
        location: None,
    }
}

/// The words that are still offered; statuses and issue types have a label, the rest a name.
fn offered(words: &[Word], name: &str) -> Vec<Value> {
    words
        .iter()
        .filter(|word| word.offered)
        .map(|word| json!({ "id": word.id, name: word.label, "photourls": { "large": "" } }))
        .collect()
}

fn page(account: &Account, call: &Call<'_>, rows: Vec<Value>) -> Answer {
    let keyword = call
        .arguments
        .filter(&["searchKeyword"])
        .map(|keyword| keyword.to_lowercase());
    let wanted = |row: &Value| {
        keyword.as_ref().is_none_or(|keyword| {
            ["label", "name", "title", "code"].iter().any(|column| {
                row[*column]
                    .as_str()
                    .is_some_and(|text| list::holds(&[text], keyword))
            })
        })
    };
    Answer::Found(
        Page::asked(&call.arguments, &account.settings)
            .of(rows.into_iter().filter(wanted))
            .collect(),
    )
}

fn users(account: &Account, call: &Call<'_>) -> Answer {
    let span = match list::created(&call.arguments, &account.book.zone) {
        Ok(span) => span,
        Err(message) => return Answer::invalid(message),
    };
    let (name, email) = (
        call.arguments.filter(&["name"]),
        call.arguments.filter(&["email"]),
    );
    let (kind, keyword) = (
        call.arguments.filter(&["type"]),
        call.arguments.filter(&["searchKeyword"]),
    );
    let inactive = call
        .arguments
        .filter(&["status"])
        .is_some_and(|status| status.eq_ignore_ascii_case("in active"));
    let has = |wanted: &Option<String>, texts: &[&str]| {
        wanted
            .as_ref()
            .is_none_or(|wanted| list::holds(texts, &wanted.to_lowercase()))
    };
    let rows = account.book.users.iter().filter(|user| {
        let full = format!("{} {}", user.first, user.last);
        !inactive
            && span.contains(user.created)
            && has(&name, &[&full])
            && has(&email, &[&user.email])
            && has(&kind, &[&user.role])
            && has(&keyword, &[&full, &user.email, &user.role])
    });
    Answer::Found(
        Page::asked(&call.arguments, &account.settings)
            .of(rows)
            .map(shown_user)
            .collect(),
    )
}

fn shown_user(user: &User) -> Value {
    json!({
        "id": user.id.to_string(), "first_name": user.first, "last_name": user.last, "email": user.email,
        "mobile": "", "phone": "", "type": user.role, "status": "Active",
    })
}
