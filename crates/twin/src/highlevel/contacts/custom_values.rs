//! Values of custom fields on a contact (highlevel-api.md 7.9).

use serde_json::Value;

use super::model::Contact;
use crate::highlevel::custom_fields::CustomField;
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;

/// Merges `customFields: [{id|key, field_value|fieldValue|value}]` by field. An unknown field or a value of the wrong type
/// refuses the write; for the unknown field the real answer is not known.
pub(super) fn apply(
    contact: &mut Contact,
    value: &Value,
    fields: &[CustomField],
) -> Result<(), Refusal> {
    apply_to(&mut contact.custom, value, "contact", fields)
}

/// The same for any record that keeps values: of a contact, or of an opportunity.
pub(crate) fn apply_to(
    kept: &mut Vec<(Id, Value)>,
    value: &Value,
    model: &str,
    fields: &[CustomField],
) -> Result<(), Refusal> {
    for item in value.as_array().into_iter().flatten() {
        let field = named(item, model, fields)?;
        let id = field.id;
        let written = ["field_value", "fieldValue", "value"]
            .iter()
            .find_map(|key| item.get(*key))
            .unwrap_or(&Value::Null);
        if !fits(&field.data_type, written) {
            return Err(Refusal::bad_request(format!(
                "Invalid Custom Field Value {written} for \"{id}\""
            )));
        }
        store(kept, id, &field.data_type, written);
    }
    Ok(())
}

fn named<'a>(
    item: &Value,
    model: &str,
    fields: &'a [CustomField],
) -> Result<&'a CustomField, Refusal> {
    let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    let (id, key) = (text("id"), text("key"));
    fields
        .iter()
        .filter(|field| field.model == model)
        .find(|field| {
            let own_key = field.field_key.split_once('.').map_or("", |(_, key)| key);
            Id::parse(id) == Some(field.id) || (id.is_empty() && own_key == key)
        })
        .ok_or_else(|| {
            let name = if id.is_empty() { key } else { id };
            Refusal::bad_request(format!("Invalid Custom Field \"{name}\""))
        })
}

fn fits(data_type: &str, value: &Value) -> bool {
    if value.is_null() || value.as_str() == Some("") {
        return true;
    }
    match data_type {
        "NUMERICAL" | "FLOAT" | "MONETORY" => {
            value.is_number()
                || value
                    .as_str()
                    .is_some_and(|text| text.parse::<f64>().is_ok())
        }
        "CHECKBOX" | "MULTIPLE_OPTIONS" => value
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string)),
        "TEXTBOX_LIST" | "FILE_UPLOAD" | "SIGNATURE" => value.is_object() || value.is_array(),
        _ => value.is_string(),
    }
}

fn store(kept: &mut Vec<(Id, Value)>, id: Id, data_type: &str, written: &Value) {
    let old = kept.iter().position(|(field, _)| *field == id);
    if written.is_null() || written.as_str() == Some("") {
        if let Some(old) = old {
            kept.remove(old);
        }
        return;
    }
    let value = match written.as_str().and_then(|text| text.parse::<f64>().ok()) {
        Some(number) if matches!(data_type, "NUMERICAL" | "FLOAT" | "MONETORY") => number.into(),
        _ => written.clone(),
    };
    match old {
        // Only edits of rows that are there take effect; anything else answers 200 and changes nothing (quirks 2.8).
        Some(old) if data_type == "TEXTBOX_LIST" => edit_rows(&mut kept[old].1, &value),
        None if data_type == "TEXTBOX_LIST" => {}
        Some(old) => kept[old].1 = value,
        None => kept.push((id, value)),
    }
}

fn edit_rows(kept: &mut Value, written: &Value) {
    if let (Some(kept), Some(written)) = (kept.as_object_mut(), written.as_object()) {
        for (row, text) in written {
            if let Some(place) = kept.get_mut(row) {
                *place = text.clone();
            }
        }
    }
}
