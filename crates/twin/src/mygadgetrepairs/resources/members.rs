//! Single products, models and customer groups (mygadgetrepairs-api.md 11): a product can be read and deleted.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::Account;
use super::super::answer::Answer;
use super::super::book;
use super::{Call, Resource};

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    let wanted = call.arguments.filter(&["recordId"]);
    let Some(id) = wanted.and_then(|text| text.parse::<u32>().ok()) else {
        return Answer::unknown("The record");
    };
    let book = &mut account.book;
    match resource {
        Resource::Group => match book::label(&book.groups, id) {
            Some(label) => Answer::Found(json!({ "id": id, "name": label })),
            None => Answer::unknown("The group"),
        },
        Resource::Model => match book.models.iter().find(|(word, _)| word.id == id) {
            Some((word, brand)) => {
                let make = book::label(&book.brands, *brand).unwrap_or_default();
                Answer::Found(json!({ "id": id, "model": word.label, "make": make }))
            }
            None => Answer::unknown("The model"),
        },
        _ => {
            let place = book
                .products
                .iter()
                .position(|product| product.get("id") == Some(&Value::from(id)));
            match place {
                None => Answer::unknown("The product"),
                Some(place) if call.method == Method::DELETE => {
                    book.products.remove(place);
                    Answer::Gone
                }
                Some(place) => Answer::Found(Value::Object(book.products[place].clone())),
            }
        }
    }
}
