//! Telling what a flow wrote from what people did, by its values: no timer, since a vendor may tell of a write before
//! it answers it, and long after.

use crate::happened::{CHANGED, CREATED};
use jiff::Timestamp;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What follows from another value beside it: the label of a status, an instant in the vendor's own words.
const DERIVED: [&str; 4] = ["status_label", "staff_name", "start_text", "end_text"];
/// So many digits at the end make a telephone number the same, however it is written.
const DIGITS: usize = 7;

/// Whether a change shows nothing but what a call sent: every value that differs is one of its input. A person who makes
/// the very same change at the same time is taken for the flow; nothing is lost by that.
#[must_use]
pub fn is_of(before: Option<&Json>, after: Option<&Json>, input: &Json) -> bool {
    let (before, after) = (leaves(before), leaves(after));
    let sent: BTreeSet<String> = leaves(Some(input))
        .values()
        .flat_map(|value| words(value))
        .collect();
    let mut differs = false;
    for path in before.keys().chain(after.keys()) {
        let (was, is) = (before.get(path), after.get(path));
        let is_told = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        // When something was made or changed says nothing about what it is.
        if was == is || is_told(&CREATED) || is_told(&CHANGED) || is_told(&DERIVED) {
            continue;
        }
        differs = true;
        // Where something was emptied, what it was is what the call named.
        let value = is.or(was).map_or("", String::as_str);
        if !words(value).iter().all(|word| is_sent(word, &sent)) {
            return false;
        }
    }
    differs
}

/// Whether an operation writes records of a source: `highlevel.contact.add_tags` those of `highlevel.contact`. What is
/// sent about somebody says nothing about a change of the person.
#[must_use]
pub fn writes(operation: &str, source: &str) -> bool {
    operation
        .strip_prefix(source)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Whether a word, or a telephone number, was sent.
fn is_sent(word: &str, sent: &BTreeSet<String>) -> bool {
    let digits = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits
            .len()
            .checked_sub(DIGITS)
            .map(|from| digits[from..].to_owned())
    };
    sent.contains(word)
        || digits(word).is_some_and(|end| {
            sent.iter()
                .any(|other| digits(other).as_deref() == Some(end.as_str()))
        })
}

/// Every scalar by its path. Members of a list are told by their value, so that their order makes no difference.
fn leaves(value: Option<&Json>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(value) = value {
        collect(value, String::new(), &mut found);
    }
    found
}

fn collect(value: &Json, path: String, found: &mut BTreeMap<String, String>) {
    match value {
        Json::Null => {}
        Json::Object(members) => {
            for (name, member) in members {
                collect(member, format!("{path}.{name}"), found);
            }
        }
        Json::Array(members) => {
            for member in members {
                let at = format!("{path}[{member}]");
                collect(member, at, found);
            }
        }
        Json::String(text) => {
            if !text.trim().is_empty() {
                found.insert(path, text.clone());
            }
        }
        other => {
            found.insert(path, other.to_string());
        }
    }
}

/// The words of a value, in lower case; an instant is one word, however it is written.
fn words(value: &str) -> Vec<String> {
    match value.trim().parse::<Timestamp>() {
        Ok(at) => vec![at.to_string()],
        Err(_) => value.split_whitespace().map(str::to_lowercase).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_flows_own_write_is_known_and_a_persons_edit_beside_it_is_not() {
        let before = json!({"fields": {"name": "Ann Lee", "phone": "+447400123456"}, "tags": ["new"], "changed_at": 1});
        let tagged = json!({"fields": {"name": "Ann Lee", "phone": "+447400123456"}, "tags": ["new", "ready"], "changed_at": 2});
        let input = json!({"contactId": "c1", "tags": ["Ready"]});
        assert!(is_of(Some(&before), Some(&tagged), &input));
        assert!(
            is_of(Some(&tagged), Some(&before), &input),
            "taken off again"
        );
        let edited = json!({"fields": {"name": "Anna Lee", "phone": "+447400123456"}, "tags": ["new", "ready"]});
        assert!(!is_of(Some(&before), Some(&edited), &input));
        let renamed = json!({"firstName": "Anna", "lastName": "Lee", "phone": "07400 123456"});
        let after =
            json!({"fields": {"name": "Anna Lee", "phone": "+447400123456"}, "tags": ["new"]});
        assert!(is_of(Some(&before), Some(&after), &renamed));
        assert!(
            !is_of(Some(&before), Some(&before), &input),
            "nothing changed"
        );
    }

    #[test]
    fn a_message_about_somebody_is_no_change_of_the_person() {
        assert!(writes("highlevel.contact.add_tags", "highlevel.contact"));
        assert!(!writes("highlevel.message.send", "highlevel.contact"));
        assert!(!writes("highlevel.contacts.x", "highlevel.contact"));
    }

    #[test]
    fn instants_are_the_same_however_they_are_written() {
        let input = json!({"dueDate": "2026-12-01T10:00:00+01:00", "completed": true});
        let before = json!({"due": "2026-11-30T09:00:00Z", "completed": false});
        let after = json!({"due": "2026-12-01T09:00:00Z", "completed": true});
        assert!(is_of(Some(&before), Some(&after), &input));
    }

    proptest! {
        #[test]
        fn what_was_sent_explains_itself_and_never_more(
            sent in prop::collection::btree_map("[a-z]{1,6}", "[a-z]{3,9}", 1..5),
            more in "[A-Z][a-z]{12,14}",
        ) {
            let input = json!(sent);
            prop_assert!(is_of(None, Some(&input), &input));
            let mut after = input.clone();
            after["another"] = json!(more);
            prop_assert!(!is_of(None, Some(&after), &input));
        }
    }
}
