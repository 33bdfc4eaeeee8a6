//! Values as the CRM's custom fields take them (highlevel-api.md 7.9).

use crate::transform::{number, plain};
use serde_json::{Value as Json, json};

/// A value in the form that a custom field of this type takes; as it is where it has no such form, so that the vendor
/// says what is wrong. A flow does not know which type of field a shop chose.
#[must_use]
pub fn fitted(value: &Json, data_type: &str) -> Json {
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return value.clone();
    }
    let text = || plain(value).ok().map(Json::String);
    let fitted = match data_type {
        "NUMERICAL" | "FLOAT" | "MONETORY" => {
            let read = number::read(value).ok();
            read.and_then(|read| number::json(read).ok())
        }
        "CHECKBOX" | "MULTIPLE_OPTIONS" => text().map(|text| json!([text])),
        "TEXTBOX_LIST" | "FILE_UPLOAD" | "SIGNATURE" => None,
        // The day as it is written, without a time.
        "DATE" => value
            .as_str()
            .and_then(|text| text.get(..10))
            .map(|day| json!(day)),
        _ => text(),
    };
    fitted.unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_the_form_of_its_field() {
        for (value, data_type, taken) in [
            (json!(120), "TEXT", json!("120")),
            (json!(120.5), "LARGE_TEXT", json!("120.5")),
            (json!("120.50"), "MONETORY", json!(120.5)),
            (json!(7), "NUMERICAL", json!(7)),
            (json!("seven"), "NUMERICAL", json!("seven")),
            (json!(""), "NUMERICAL", json!("")),
            (json!("VIP"), "CHECKBOX", json!(["VIP"])),
            (json!(["VIP"]), "MULTIPLE_OPTIONS", json!(["VIP"])),
            (json!("2026-07-06T10:00:00Z"), "DATE", json!("2026-07-06")),
            (json!("2026-07-06"), "DATE", json!("2026-07-06")),
            (json!(null), "TEXT", json!(null)),
            (json!("Ready"), "TEXT", json!("Ready")),
        ] {
            assert_eq!(fitted(&value, data_type), taken, "{value} {data_type}");
        }
    }
}
