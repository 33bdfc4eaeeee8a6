//! One set of arguments out of path, query and body; names in any case (mygadgetrepairs-api.md 2).

use std::collections::BTreeMap;

use serde_json::Value;

/// The arguments of a request by their lower-case name.
#[derive(Debug, Default, Clone)]
pub(super) struct Arguments {
    values: BTreeMap<String, Value>,
}

impl Arguments {
    /// Adds one; a later one of the same name wins.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_lowercase(), value);
    }

    /// Adds `a=1&b=2`, as in a query or a form.
    pub(super) fn add_form(&mut self, form: &str) {
        for pair in form.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.set(&decoded(name), Value::String(decoded(value)));
        }
    }

    /// Adds a JSON object; `false` when the bytes are none.
    pub(super) fn add_json(&mut self, bytes: &[u8]) -> bool {
        let Ok(Value::Object(object)) = serde_json::from_slice(bytes) else {
            return false;
        };
        for (name, value) in object {
            self.set(&name, value);
        }
        true
    }

    /// The first of these names that was given, as text. Of an object its `id`, or else its `label` or `name`, counts.
    pub(super) fn text(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.values.get(&name.to_lowercase()))
            .map(as_text)
    }

    /// The same without blanks around it, and `None` when nothing is left.
    pub(super) fn filter(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let text = self.values.get(&name.to_lowercase()).map(as_text)?;
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        })
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.filter(&[name])?.parse().ok()
    }

    /// `true`, `1`, `yes` and their like.
    pub(super) fn flag(&self, names: &[&str]) -> Option<bool> {
        let text = self.filter(names)?.to_lowercase();
        Some(matches!(text.as_str(), "true" | "1" | "yes" | "on"))
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Object(object) => ["id", "label", "name"]
            .iter()
            .find_map(|name| object.get(*name))
            .map(as_text)
            .unwrap_or_default(),
        other => other.to_string(),
    }
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = |place: usize| {
            bytes
                .get(place)
                .and_then(|digit| char::from(*digit).to_digit(16))
        };
        match (*byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', _, _) => plain.push(b' '),
            (other, _, _) => plain.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case_and_later_sources_win() {
        let mut arguments = Arguments::default();
        arguments.add_form("Name=Zo%C3%AB+B&searchkeyword=%zz&flag=Yes");
        assert_eq!(arguments.text(&["name"]).unwrap(), "Zoë B");
        assert_eq!(arguments.text(&["searchKeyword"]).unwrap(), "%zz");
        assert_eq!(arguments.flag(&["FLAG"]), Some(true));
        assert!(arguments.add_json(br#"{"NAME":7,"status":{"id":11}}"#));
        assert_eq!(arguments.text(&["name"]).unwrap(), "7");
        assert_eq!(arguments.text(&["status"]).unwrap(), "11");
        assert!(!arguments.add_json(b"[1]"));
    }
}
