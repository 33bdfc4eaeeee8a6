//! An input for a call of which only the facts are known, the same every time.

use crate::field::asked;
use crate::operation::Operation;
use serde_json::{Map, Value as Json};

/// An input with what must be given, and of the body what must be in it.
pub(crate) fn input(operation: &Operation) -> Json {
    let fields = asked(&operation.fields).filter(|field| field.required);
    let input: Map<_, _> = fields
        .map(|field| (field.name.clone(), field.shape.sample(&field.wire)))
        .collect();
    Json::Object(input)
}
