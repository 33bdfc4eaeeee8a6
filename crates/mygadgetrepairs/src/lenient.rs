//! Reading answers whose types cannot be relied on.
//!
//! The vendor runs on ColdFusion: a text that looks like a number may arrive as a number, an empty value
//! as `""`, a missing object as `""`, `null` or `[]`, and debug output may follow the JSON
//! (mygadgetrepairs-api.md sections 2, 8 and 15). Nothing here fails on a type; what cannot be understood
//! counts as absent, and the raw record keeps it.

use crate::Stamp;
use domain::RecordId;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Parses a body: a byte order mark and ColdFusion's `//` guard before the JSON, and anything after the
/// first complete object or array, are dropped.
pub(crate) fn parse(body: &[u8]) -> Result<Value, serde_json::Error> {
    let body = body
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii_start();
    let body = body.strip_prefix(b"//").unwrap_or(body);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = Value::deserialize(&mut reader)?;
    match value {
        Value::Array(_) | Value::Object(_) => Ok(value),
        // After a bare scalar, trailing text means that this was no JSON at all.
        _ => reader.end().map(|()| value),
    }
}

/// A scalar as text: trimmed, `None` when empty, null or not a scalar.
pub(crate) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => whole(number).unwrap_or_else(|| number.to_string()),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// ColdFusion writes some whole numbers as `1042.0`; people and ids mean `1042`.
fn whole(number: &serde_json::Number) -> Option<String> {
    let text = number.to_string();
    let digits = text.strip_suffix(".0")?;
    Some(digits.to_owned())
}

/// Yes or no in the ways that ColdFusion writes it.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match text(value)?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "y" | "on" => Some(true),
        "false" | "no" | "0" | "n" | "off" => Some(false),
        _ => None,
    }
}

/// One object of an answer. Names match exactly first, then regardless of case.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a>(pub &'a Map<String, Value>);

impl<'a> Row<'a> {
    /// The member with this name.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).or_else(|| {
            self.0
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    }

    /// The first of these members that is filled with a scalar.
    pub fn text(self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name).and_then(text))
    }

    /// The first of these members that is an object with something in it.
    pub fn object(self, names: &[&str]) -> Option<Row<'a>> {
        names.iter().find_map(|name| match self.get(name)? {
            Value::Object(map) if !map.is_empty() => Some(Row(map)),
            // A one-element array stands for its element in some ColdFusion serialisers.
            Value::Array(items) if items.len() == 1 => items[0].as_object().map(Row),
            _ => None,
        })
    }

    /// The objects of a list member; anything else is an empty list.
    pub fn objects(self, name: &str) -> Vec<Row<'a>> {
        match self.get(name) {
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_object).map(Row).collect()
            }
            Some(Value::Object(map)) if !map.is_empty() => vec![Row(map)],
            _ => Vec::new(),
        }
    }

    /// The first of these members that is a whole number that fits.
    pub fn whole(self, names: &[&str]) -> Option<i64> {
        self.text(names)?.parse().ok()
    }

    /// The first of these members that reads as yes or no.
    pub fn flag(self, names: &[&str]) -> Option<bool> {
        names.iter().find_map(|name| self.get(name).and_then(flag))
    }

    /// The first of these members that reads as a time.
    pub fn stamp(self, names: &[&str]) -> Option<Stamp> {
        names
            .iter()
            .find_map(|name| self.get(name).and_then(text)?.parse().ok())
    }

    /// The first of these members that is an id.
    pub fn id(self, names: &[&str]) -> Option<RecordId> {
        self.text(names).map(RecordId::new)
    }

    /// A scalar, or the label of an object.
    pub fn label(self, name: &str) -> Option<String> {
        self.text(&[name]).or_else(|| {
            self.object(&[name])?
                .text(&["label", "name", "title", "code"])
        })
    }

    /// A reference to another record: an object with an id, or the id itself.
    pub fn reference(self, object: &str, plain: &[&str]) -> Option<RecordId> {
        self.object(&[object])
            .and_then(|inner| inner.id(&["id"]))
            .or_else(|| self.id(&[object]))
            .or_else(|| self.id(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn scalars_of_any_type_become_text() {
        for (value, expected) in [
            (json!("  Ana "), Some("Ana")),
            (json!(7_700_900_123_i64), Some("7700900123")),
            (json!(1042.0), Some("1042")),
            (json!(53.79), Some("53.79")),
            (json!(true), Some("true")),
            (json!(""), None),
            (json!("   "), None),
            (json!(null), None),
            (json!({}), None),
            (json!([]), None),
        ] {
            assert_eq!(text(&value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn nested_objects_may_be_anything() {
        for nothing in [
            json!(""),
            json!(null),
            json!([]),
            json!({}),
            json!(0),
            json!("x"),
        ] {
            let row = map(&json!({"status": nothing}));
            assert!(Row(&row).object(&["status"]).is_none(), "{nothing}");
        }
        let row = map(&json!({"STATUS": [{"LABEL": "Offen"}]}));
        let status = Row(&row).object(&["status"]).unwrap();
        assert_eq!(status.text(&["label"]).as_deref(), Some("Offen"));
    }

    #[test]
    fn references_are_objects_or_bare_ids() {
        for shape in [
            json!({"customer": {"id": 7}}),
            json!({"customer": "7"}),
            json!({"customer": "", "customerId": 7}),
        ] {
            let row = map(&shape);
            let id = Row(&row).reference("customer", &["customer_id", "customerId"]);
            assert_eq!(id.as_ref().map(RecordId::as_str), Some("7"), "{shape}");
        }
    }

    #[test]
    fn bodies_with_guards_and_trailing_junk_are_read() {
        for body in [
            "[{\"id\":1}]",
            "\u{feff}[{\"id\":1}]",
            "//[{\"id\":1}]",
            "\n [{\"id\":1}]\n<!-- debug: 12 ms -->",
        ] {
            assert_eq!(parse(body.as_bytes()).unwrap(), json!([{"id":1}]), "{body}");
        }
        for body in ["", "<html>", "[{\"id\":1}", "404 page", "\"\" x"] {
            assert!(parse(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn flags_are_read_in_coldfusion_spelling() {
        assert_eq!(flag(&json!("YES")), Some(true));
        assert_eq!(flag(&json!(0)), Some(false));
        assert_eq!(flag(&json!("maybe")), None);
    }
}
