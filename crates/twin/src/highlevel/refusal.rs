//! HighLevel's error answers (highlevel-api.md 5).

use serde_json::{Value, json};

/// An answer that is not a success.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub body: Value,
}

impl Refusal {
    fn named(status: u16, message: &Value, error: &str) -> Self {
        Self {
            status,
            body: json!({ "statusCode": status, "message": message, "error": error }),
        }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::named(400, &Value::String(message.into()), "Bad Request")
    }

    pub fn unauthorized(message: &str) -> Self {
        Self::named(401, &json!(message), "Unauthorized")
    }

    pub fn forbidden(message: &str) -> Self {
        Self::named(403, &json!(message), "Forbidden")
    }

    pub fn no_route(method: &str, path: &str) -> Self {
        Self::named(404, &json!(format!("Cannot {method} {path}")), "Not Found")
    }

    /// 422: one message for each thing that is wrong with the request.
    pub fn invalid(messages: &[String]) -> Self {
        Self::named(422, &json!(messages), "Unprocessable Entity")
    }

    /// 422 for one thing.
    pub fn invalid_one(message: impl Into<String>) -> Self {
        Self::invalid(&[message.into()])
    }

    /// The body of a 429 is not recorded anywhere; this form is a guess.
    pub fn too_many() -> Self {
        Self {
            status: 429,
            body: json!({ "statusCode": 429, "message": "Too Many Requests" }),
        }
    }

    /// A duplicate (highlevel-api.md 7.5).
    pub fn duplicate(contact_id: &str, contact_name: &str, matching_field: &str) -> Self {
        Self {
            status: 400,
            body: json!({
                "statusCode": 400,
                "message": "This location does not allow duplicated contacts.",
                "meta": {
                    "contactId": contact_id,
                    "contactName": contact_name,
                    "matchingField": matching_field,
                },
            }),
        }
    }

    /// A missing contact as `GET`, `PUT` and `DELETE /contacts/{id}` tell it; a segment that cannot be an id gets the other form.
    pub fn no_contact(id: &str) -> Self {
        if super::id::Id::parse(id).is_some() {
            Self::bad_request(format!("Contact not found for id:{id}"))
        } else {
            Self::no_contact_below(id)
        }
    }

    /// A missing contact as its sub-resources tell it.
    pub fn no_contact_below(id: &str) -> Self {
        Self::bad_request(format!("Contact with id {id} not found"))
    }
}
