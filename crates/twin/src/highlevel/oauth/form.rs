//! Bodies of the token endpoints: a form, or JSON where the generation allows it.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::highlevel::refusal::Refusal;

/// The fields of a body. What is neither of the two kinds counts as empty, so that its fields are found missing; what
/// the vendor says then is not known.
pub(super) fn fields(
    headers: &HeaderMap,
    body: &[u8],
    json_too: bool,
) -> Result<Map<String, Value>, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase());
    match kind.as_deref() {
        Some("application/x-www-form-urlencoded") => Ok(form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect()),
        Some("application/json") if json_too => match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(Refusal::bad_request(
                "Unexpected body, expected a JSON object",
            )),
            Err(error) => Err(Refusal::bad_request(format!(
                "Unexpected token in JSON: {error}"
            ))),
        },
        _ => Ok(Map::new()),
    }
}

/// A filled text field.
pub(super) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}
