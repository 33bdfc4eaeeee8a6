//! The adapters: vendor records in our words, and our writes in the vendors'.

mod consent;
pub(crate) mod dry;
pub(crate) mod highlevel;
pub(crate) mod highlevel_appointments;
mod highlevel_notes;
pub(crate) mod mygadgetrepairs;
mod mygadgetrepairs_notes;

use domain::{Field, Value};

use crate::ports::Writes;

/// The text that a write gives a field: nothing when the field is not written, empty when it is cleared.
fn text_of(writes: &Writes, field: Field) -> Option<String> {
    writes
        .get(&field)
        .map(|value| value.as_ref().map(ToString::to_string).unwrap_or_default())
}

fn put(record: &mut domain::Record, field: Field, text: Option<&str>) {
    record.set(field, text.and_then(Value::text));
}

/// The flag that a write gives a field; nothing when the field is not written.
fn flag(writes: &Writes, field: Field) -> Option<bool> {
    writes
        .get(&field)
        .and_then(Option::as_ref)
        .and_then(Value::as_flag)
}
