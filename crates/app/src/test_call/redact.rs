//! An answer without personal data: its form, ids, times and states stay.

use serde_json::{Map, Value as Json};

/// Keys whose values say nothing about a person.
const PLAIN: [&str; 20] = [
    "id",
    "_id",
    "completed",
    "status",
    "appointmentStatus",
    "appoinmentStatus",
    "dueDate",
    "dateAdded",
    "dateUpdated",
    "startTime",
    "endTime",
    "total",
    "count",
    "statusCode",
    "succeded",
    "succeeded",
    "deleted",
    "type",
    "currentPage",
    "nextPage",
];

/// The same with every other value replaced by what it is.
pub(crate) fn redacted(value: &Json) -> Json {
    match value {
        Json::Object(parts) => Json::Object(
            parts
                .iter()
                .map(|(key, value)| (key.clone(), member(key, value)))
                .collect::<Map<_, _>>(),
        ),
        Json::Array(items) => Json::Array(items.iter().map(redacted).collect()),
        Json::String(text) => Json::String(match text.chars().count() {
            0 => String::new(),
            letters => format!("(text, {letters} letters)"),
        }),
        Json::Number(_) => Json::String("(number)".to_owned()),
        other => other.clone(),
    }
}

/// Ends of names under which vendors answer keys and passwords.
const SECRET: [&str; 6] = [
    "apikey",
    "secret",
    "password",
    "accesstoken",
    "refreshtoken",
    "privatekey",
];

/// The same without keys and passwords, which nobody reads here.
pub(crate) fn without_keys(value: &Json) -> Json {
    let is_secret = |name: &str| {
        let bare: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        SECRET.iter().any(|end| bare.ends_with(end))
    };
    match value {
        Json::Object(parts) => parts
            .iter()
            .map(|(name, value)| match value {
                Json::String(text) if is_secret(name) && !text.is_empty() => {
                    (name.clone(), Json::from("(hidden)"))
                }
                value => (name.clone(), without_keys(value)),
            })
            .collect(),
        Json::Array(items) => Json::Array(items.iter().map(without_keys).collect()),
        other => other.clone(),
    }
}

fn member(key: &str, value: &Json) -> Json {
    let is_id = key.ends_with("Id") || key.ends_with("ID");
    match value {
        Json::String(text) if key == "message" || key == "error" => Json::String(sentence(text)),
        Json::String(_) | Json::Number(_) if PLAIN.contains(&key) || is_id => value.clone(),
        value => redacted(value),
    }
}

/// What a vendor says, without what may be an address or a number in it.
fn sentence(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if word.contains('@') || digits > 4 {
            "(…)"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hidden_wherever_they_stand_and_nothing_else_is() {
        let answer = json!({"live": {"apiKey": "k-1", "publishableKey": "p-1"}, "list": [{"client_secret": "s-1"}], "name": "Ann"});
        let shown = without_keys(&answer);
        assert_eq!(
            shown,
            json!({"live": {"apiKey": "(hidden)", "publishableKey": "p-1"}, "list": [{"client_secret": "(hidden)"}], "name": "Ann"})
        );
    }
    use serde_json::json;

    #[test]
    fn form_and_ids_stay_and_people_do_not() {
        let answer = json!({
            "contact": {"id": "c1", "locationId": "l1", "firstName": "Ada", "phone": "+447700900123", "dnd": false,
                "tags": ["vip"], "customFields": [{"id": "f1", "value": "secret wish"}], "age": 36, "email": null},
            "statusCode": 400, "message": "the contact ada@example.com +447700900123 exists",
            "error": "Bad Request", "traceId": "t1",
        });
        let shown = redacted(&answer);
        let text = shown.to_string();
        for hidden in ["Ada", "900123", "vip", "wish", "36", "example.com"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert_eq!(shown["contact"]["id"], "c1");
        assert_eq!(shown["contact"]["firstName"], "(text, 3 letters)");
        assert_eq!(shown["contact"]["customFields"][0]["id"], "f1");
        assert_eq!(shown["message"], "the contact (…) (…) exists");
        assert_eq!(
            (&shown["error"], &shown["statusCode"]),
            (&json!("Bad Request"), &json!(400))
        );
    }
}
