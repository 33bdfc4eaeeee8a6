//! Custom fields: their definitions, and values that the vendor takes (highlevel-api.md 7.9 and 9.2).

use super::lenient;
use crate::draft::Draft;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

/// A custom field's definition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomField {
    /// Identifies the field; key and id survive a change of name.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Shown to people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// `contact` or `opportunity`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub model: Option<String>,
    /// Such as `contact.device`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub field_key: Option<String>,
    /// Such as `TEXT` or `MONETORY` (sic); an open set.
    #[serde(default, deserialize_with = "lenient::text")]
    pub data_type: Option<String>,
    /// What may be chosen.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub picklist_options: Vec<String>,
}

/// A value in the form that the vendor takes for the field's type.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Text, the text of a single choice, or a date as `YYYY-MM-DD`.
    Text(String),
    /// A number; money too, without currency (highlevel-quirks.md 2.7).
    Number(serde_json::Number),
    /// The texts of several choices.
    Options(Vec<String>),
}

impl FieldValue {
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.clone()),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Options(options) => Value::from(options.clone()),
        }
    }
}

/// A text cannot be written to a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritable {
    /// Lists of text boxes and files: the vendor answers 200 and changes nothing, or drops what was there
    /// (highlevel-quirks.md 2.8 to 2.10).
    #[error("fields of type {0} cannot be written safely; choose a text field")]
    Type(String),
    /// The text is no value of the type.
    #[error("the text is no {0}; correct it at its source or choose a text field")]
    Value(&'static str),
}

impl CustomField {
    /// The text in the form that this field takes. Several choices are separated by commas.
    ///
    /// # Errors
    /// When the field's type cannot be written safely, or the text is no value of it.
    pub fn encode(&self, text: &str) -> Result<FieldValue, NotWritable> {
        let kind = self.data_type.as_deref().unwrap_or("TEXT").to_uppercase();
        match kind.as_str() {
            "NUMERICAL" | "FLOAT" | "MONETORY" | "MONETARY" => {
                let number = serde_json::from_str(text.trim());
                number
                    .map(FieldValue::Number)
                    .map_err(|_| NotWritable::Value("plain number"))
            }
            "CHECKBOX" | "MULTIPLE_OPTIONS" => Ok(FieldValue::Options(
                text.split(',')
                    .map(|option| option.trim().to_owned())
                    .filter(|option| !option.is_empty())
                    .collect(),
            )),
            "DATE" => {
                let date: Date = text
                    .trim()
                    .parse()
                    .map_err(|_| NotWritable::Value("date"))?;
                Ok(FieldValue::Text(date.to_string()))
            }
            "TEXTBOX_LIST" | "FILE_UPLOAD" | "SIGNATURE" => Err(NotWritable::Type(kind)),
            _ => Ok(FieldValue::Text(text.to_owned())),
        }
    }
}

/// A new custom field. Its type can never be changed (highlevel-quirks.md 2.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateCustomField {
    /// Shown to people; the key is made from it.
    pub name: String,
    /// Such as `TEXT`.
    pub data_type: String,
    /// `contact` or `opportunity`.
    pub model: String,
    /// Shown in the empty field.
    pub placeholder: Option<String>,
}

impl CreateCustomField {
    /// A text field of contacts.
    #[must_use]
    pub fn text(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            data_type: "TEXT".to_owned(),
            model: "contact".to_owned(),
            placeholder: None,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut draft = Draft::new();
        draft.put("name", self.name.clone());
        draft.put("dataType", self.data_type.clone());
        draft.put("model", self.model.clone());
        draft.put_some("placeholder", self.placeholder.as_ref());
        draft.into_json()
    }
}
