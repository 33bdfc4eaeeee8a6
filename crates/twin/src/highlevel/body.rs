//! Request bodies against a closed list of properties: the real server refuses any it does not know (highlevel-api.md 5).

use serde_json::{Map, Value};

use super::date;
use super::refusal::Refusal;
use super::settings::Settings;

/// What a property may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Text,
    /// A key that must not be blank when it is required.
    Key,
    /// Text that has to look like an e-mail address.
    Email,
    Flag,
    Number,
    Texts,
    List,
    Any,
    OneOf(&'static [&'static str]),
    /// Channel to `{status, message?, code?}`.
    DndChannels,
    /// ISO 8601 instant, without milliseconds where the settings say so.
    DueDate,
    /// Known only where the settings say so.
    CompanyNameOnUpdate,
}

/// A property of a request body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// A property that may be left out.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
    }
}

/// A property that has to be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
    }
}

/// Checks a body as the server's validation does: all complaints at once, in one 422.
pub(crate) fn check(
    body: &Map<String, Value>,
    fields: &[Field],
    settings: &Settings,
) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    let known = |name: &str| {
        fields.iter().any(|field| {
            field.name == name
                && (field.kind != Kind::CompanyNameOnUpdate || settings.company_name_on_update)
        })
    };
    for name in body.keys().filter(|name| !known(name)) {
        complaints.push(format!("property {name} should not exist"));
    }
    for field in fields {
        match body.get(field.name) {
            None | Some(Value::Null) if field.required => complaints.extend(missing(field)),
            None | Some(Value::Null) => {}
            Some(value) => complaints.extend(wrong(field, value, settings)),
        }
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(&complaints))
    }
}

fn missing(field: &Field) -> Vec<String> {
    let name = field.name;
    let kind = match field.kind {
        Kind::Flag => format!("{name} must be a boolean value"),
        Kind::Number => format!("{name} must be a number conforming to the specified constraints"),
        Kind::Texts | Kind::List => format!("{name} must be an array"),
        Kind::DueDate => format!("{name} must be a valid ISO 8601 date string"),
        _ => format!("{name} must be a string"),
    };
    vec![format!("{name} should not be empty"), kind]
}

fn wrong(field: &Field, value: &Value, settings: &Settings) -> Vec<String> {
    let name = field.name;
    let one = |complaint: String| vec![complaint];
    match field.kind {
        Kind::Any => Vec::new(),
        Kind::Text | Kind::CompanyNameOnUpdate if value.is_string() => Vec::new(),
        Kind::Key => match value.as_str() {
            None => one(format!("{name} must be a string")),
            Some(text) if field.required && text.trim().is_empty() => {
                one(format!("{name} should not be empty"))
            }
            Some(_) => Vec::new(),
        },
        Kind::Text | Kind::CompanyNameOnUpdate => one(format!("{name} must be a string")),
        Kind::Email => match value.as_str() {
            None => one(format!("{name} must be a string")),
            Some(text) if text.is_empty() || looks_like_email(text) => Vec::new(),
            Some(_) => one(format!("{name} must be an email")),
        },
        Kind::Flag if value.is_boolean() => Vec::new(),
        Kind::Flag => one(format!("{name} must be a boolean value")),
        Kind::Number if value.is_number() => Vec::new(),
        Kind::Number => one(format!(
            "{name} must be a number conforming to the specified constraints"
        )),
        Kind::Texts => match value.as_array() {
            None => one(format!("{name} must be an array")),
            Some(items) if items.iter().all(Value::is_string) => Vec::new(),
            Some(_) => one(format!("each value in {name} must be a string")),
        },
        Kind::List if value.is_array() => Vec::new(),
        Kind::List => one(format!("{name} must be an array")),
        Kind::OneOf(allowed) => match value.as_str() {
            Some(text) if allowed.contains(&text) => Vec::new(),
            _ => one(format!(
                "{name} must be one of the following values: {}",
                allowed.join(", ")
            )),
        },
        Kind::DndChannels => wrong_channels(name, value),
        Kind::DueDate => match value.as_str() {
            Some(text) if is_due_date(text, settings) => Vec::new(),
            _ => one(format!("{name} must be a valid ISO 8601 date string")),
        },
    }
}

fn is_due_date(text: &str, settings: &Settings) -> bool {
    let has_fraction = text.contains('.');
    date::parse_instant(text).is_some() && !(has_fraction && settings.refuse_due_date_milliseconds)
}

fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.trim().rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(char::is_whitespace)
}

fn wrong_channels(name: &str, value: &Value) -> Vec<String> {
    let Some(channels) = value.as_object() else {
        return vec![format!("{name} must be an object")];
    };
    let mut complaints = Vec::new();
    for (channel, setting) in channels {
        let known = [
            "call", "email", "sms", "whatsapp", "gmb", "fb", "rcs", "all",
        ]
        .contains(&channel.to_lowercase().as_str());
        if !known {
            complaints.push(format!("{name}.property {channel} should not exist"));
            continue;
        }
        let status = setting.get("status").and_then(Value::as_str);
        if !status.is_some_and(|status| ["active", "inactive", "permanent"].contains(&status)) {
            complaints.push(format!(
                "{name}.{channel}.status must be one of the following values: active, inactive, permanent"
            ));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complaints(body: &Value, fields: &[Field]) -> Value {
        let empty = Map::new();
        match check(
            body.as_object().unwrap_or(&empty),
            fields,
            &Settings::default(),
        ) {
            Ok(()) => json!([]),
            Err(refusal) => refusal.body["message"].clone(),
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let fields = [
            must("title", Kind::Key),
            must("completed", Kind::Flag),
            may("dueDate", Kind::DueDate),
        ];
        assert_eq!(
            complaints(
                &json!({"title": 4, "taskId": "x", "dueDate": "2026-07-20T10:00:00.000Z"}),
                &fields
            ),
            json!([
                "property taskId should not exist",
                "title must be a string",
                "completed should not be empty",
                "completed must be a boolean value",
                "dueDate must be a valid ISO 8601 date string",
            ])
        );
        assert_eq!(
            complaints(
                &json!({"title": "a", "completed": false, "dueDate": "2026-07-20T10:00:00Z"}),
                &fields
            ),
            json!([])
        );
    }

    #[test]
    fn an_email_has_a_domain() {
        let fields = [may("email", Kind::Email)];
        assert_eq!(
            complaints(&json!({"email": "ada"}), &fields),
            json!(["email must be an email"])
        );
        assert_eq!(complaints(&json!({"email": null}), &fields), json!([]));
    }
}
