//! Inputs against the schema of an operation: every mistake with its place and a word on how to mend it.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::fmt;

/// A mistake in an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mistake {
    /// Where it is, as a JSON pointer; empty for the input as a whole.
    pub place: String,
    /// What is wrong and how to mend it.
    pub words: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.words),
            place => write!(f, "{place}: {}", self.words),
        }
    }
}

/// Looks whether an input fits a schema.
///
/// # Errors
/// Every mistake, in the order of their places.
pub fn validate(schema: &Json, input: &Json) -> Result<(), Vec<Mistake>> {
    let options = jsonschema::options().should_validate_formats(true);
    let validator = match options.build(schema) {
        Ok(validator) => validator,
        Err(why) => {
            return Err(vec![Mistake {
                place: String::new(),
                words: format!("the schema cannot be used: {why}"),
            }]);
        }
    };
    let mut mistakes: Vec<Mistake> = validator
        .iter_errors(input)
        .flat_map(|error| mistakes_of(schema, &error))
        .collect();
    if mistakes.is_empty() {
        return Ok(());
    }
    mistakes.sort_by(|a, b| (&a.place, &a.words).cmp(&(&b.place, &b.words)));
    mistakes.dedup();
    Err(mistakes)
}

fn mistakes_of(schema: &Json, error: &jsonschema::ValidationError<'_>) -> Vec<Mistake> {
    let place = error.instance_path().to_string();
    let at = |words: String| {
        vec![Mistake {
            place: place.clone(),
            words,
        }]
    };
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let known = known_names(schema, &error.schema_path().to_string());
            unexpected
                .iter()
                .map(|name| Mistake {
                    place: format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")),
                    words: unknown(name, &known),
                })
                .collect()
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            at(format!("`{name}` is missing; name it"))
        }
        Kind::Type { kind } => {
            let wanted = match kind {
                TypeKind::Single(one) => kind_in_words(&one.to_string()).to_owned(),
                TypeKind::Multiple(several) => {
                    let words: Vec<_> = several
                        .iter()
                        .map(|one| kind_in_words(&one.to_string()).to_owned())
                        .collect();
                    words.join(" or ")
                }
            };
            at(format!(
                "this is {}; it must be {wanted}",
                value_in_words(error.instance())
            ))
        }
        Kind::Enum { options } => {
            let options = || options.as_array().into_iter().flatten();
            let texts: Vec<String> = options()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect();
            let given = error.instance().as_str();
            let nearest = given.and_then(|given| nearest(given, &texts));
            let options: Vec<String> = options().map(in_backticks).collect();
            let hint = nearest.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            at(format!("it must be one of {}{hint}", options.join(", ")))
        }
        Kind::Format { format } => at(match format.as_str() {
            "date-time" => "it must be a time such as 2030-01-02T09:00:00Z".to_owned(),
            "date" => "it must be a day such as 2030-01-02".to_owned(),
            "email" => "it must be an e-mail address".to_owned(),
            other => format!("it is no {other}"),
        }),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            at("it fits none of the forms that are possible here; look at the schema".to_owned())
        }
        other => at(format!("it does not fit the schema ({})", other.keyword())),
    }
}

/// The names beside the `additionalProperties` that was broken.
fn known_names(schema: &Json, at: &str) -> Vec<String> {
    let object = at.strip_suffix("/additionalProperties").unwrap_or(at);
    let properties = schema.pointer(object).map(|part| &part["properties"]);
    properties
        .and_then(Json::as_object)
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

fn unknown(name: &str, known: &[String]) -> String {
    if known.is_empty() {
        return format!("`{name}` is not known here; nothing may be given");
    }
    match nearest(name, known) {
        Some(near) => format!("`{name}` is not known here; did you mean `{near}`?"),
        None => format!(
            "`{name}` is not known here; there are: {}",
            known.join(", ")
        ),
    }
}

/// The known name that is like one, if any is.
pub(crate) fn nearest(name: &str, known: &[String]) -> Option<String> {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let wanted = plain(name);
    let length = wanted.chars().count();
    let most = (length / 3).max(1);
    known
        .iter()
        .map(|one| (strsim::levenshtein(&wanted, &plain(one)), one))
        .filter(|(distance, one)| {
            *distance <= most || length > 3 && one.to_lowercase().contains(&name.to_lowercase())
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, one)| one.clone())
}

fn kind_in_words(kind: &str) -> &str {
    match kind {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        "null" => "null",
        other => other,
    }
}

const fn value_in_words(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

fn in_backticks(value: &Json) -> String {
    match value {
        Json::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn schema() -> Json {
        json!({
            "type": "object",
            "properties": {
                "dueDate": { "type": "string", "format": "date-time" },
                "title": { "type": "string" },
                "count": { "type": "integer" },
                "status": { "enum": ["confirmed", "noshow"] },
                "rows": { "type": "array", "items": {
                    "type": "object", "properties": { "id": { "type": "string" } }, "additionalProperties": false } },
            },
            "required": ["title"],
            "additionalProperties": false,
        })
    }

    #[test]
    fn every_mistake_is_told_with_its_place_and_its_mend() {
        let input = json!({ "duedate": "x", "count": "three", "status": "confirm", "rows": [{ "id": 1 }, { "di": "a" }] });
        let wrong_time = json!({ "title": "x", "dueDate": "tomorrow" });
        assert_eq!(
            validate(&schema(), &wrong_time).unwrap_err()[0].to_string(),
            "/dueDate: it must be a time such as 2030-01-02T09:00:00Z"
        );
        let told: Vec<String> = validate(&schema(), &input)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "`title` is missing; name it",
                "/count: this is a text; it must be a whole number",
                "/duedate: `duedate` is not known here; did you mean `dueDate`?",
                "/rows/0/id: this is a number; it must be a text",
                "/rows/1/di: `di` is not known here; there are: id",
                "/status: it must be one of `confirmed`, `noshow`; did you mean `confirmed`?",
            ]
        );
        assert!(validate(&schema(), &json!({ "title": "x" })).is_ok());
    }

    proptest! {
        #[test]
        fn a_name_is_nearest_to_itself(names in prop::collection::btree_set("[a-z]{2,8}", 1..6)) {
            let names: Vec<String> = names.into_iter().collect();
            for name in &names {
                prop_assert_eq!(nearest(name, &names), Some(name.clone()));
            }
        }
    }
}
