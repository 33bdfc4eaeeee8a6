//! Changes of a value on its way: one small step each, so that every one can be shown.

pub(crate) mod date;
mod list;
pub(crate) mod number;
mod phone;
pub(crate) mod text;

use crate::names::Names;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A change of a value. Written as a word (`"upper"`) or as a table with one key (`{ truncate = 80 }`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Transform {
    /// Capital letters.
    Upper,
    /// Small letters.
    Lower,
    /// Without white space around it.
    Trim,
    /// At most so many characters, with an ellipsis where something was cut.
    Truncate(u32),
    /// One text in place of another, everywhere.
    Replace(Replace),
    /// Only the digits.
    Digits,
    /// All but the last four characters hidden.
    Mask,
    /// As a text.
    Text,

    /// A date or an instant in the words of a pattern (`%d.%m.%Y`), in the shop's zone or another.
    FormatDate(FormatDate),
    /// Later by so many days of the calendar; earlier when negative.
    AddDays(i32),
    /// Later by so many hours.
    AddHours(i32),
    /// Later by so many minutes.
    AddMinutes(i32),
    /// Later by so many months.
    AddMonths(i32),
    /// Later by so many days on which the shop is open.
    AddBusinessDays(i32),
    /// The first instant of its day in the shop.
    StartOfDay,
    /// Itself while the shop is open, else when it opens next.
    NextBusinessTime,
    /// Only the date, in the shop's zone.
    Date,
    /// As milliseconds since 1970.
    Milliseconds,

    /// As a number.
    Number,
    /// Rounded to so many decimals.
    Round(u32),
    /// Plus this.
    Add(f64),
    /// Times this.
    Multiply(f64),
    /// A number in the words of a country.
    FormatNumber(FormatNumber),

    /// A telephone number as E.164, read in the shop's country.
    Phone,
    /// A telephone number as E.164, read in the country of this ISO 3166 code.
    PhoneIn(String),

    /// Another value for each known one.
    Lookup(Lookup),
    /// The parts of a text between separators, without blank ones.
    Split(String),
    /// The items of a list as one text.
    Join(String),
    /// The first item that is filled.
    FirstFilled,
    /// The first item.
    First,
    /// The last item.
    Last,
    /// How many items, or characters.
    Count,
    /// Of each item what stands at this path.
    Each(String),
    /// This where nothing is filled.
    Default(Json),
    /// A text in which `{{ value }}` is what came this far.
    Template(String),
}

/// One text in place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    /// What is replaced.
    pub from: String,
    /// By what.
    pub to: String,
}

/// A pattern for a date, with or without a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FormatDate {
    /// In the shop's zone.
    Pattern(String),
    /// In a zone of its own.
    In {
        /// The pattern: `%d.%m.%Y %H:%M`.
        pattern: String,
        /// The zone's IANA name.
        zone: String,
    },
}

/// How a number is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormatNumber {
    /// Decimals.
    pub decimals: u32,
    /// What stands before them.
    pub point: String,
    /// What stands between thousands.
    pub thousands: String,
}

impl Default for FormatNumber {
    fn default() -> Self {
        Self {
            decimals: 2,
            point: ".".to_owned(),
            thousands: String::new(),
        }
    }
}

/// Another value for each known one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The table: texts without regard to case.
    pub map: BTreeMap<String, Json>,
    /// What stands for everything else; without it an unknown value is a mistake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Json>,
}

impl Transform {
    /// The changed value. Nothing stays nothing, save where a change is about that.
    ///
    /// # Errors
    /// When the value does not fit; the text says what is wrong and how to mend it.
    pub(crate) fn apply(&self, value: Json, names: &Names<'_>) -> Result<Json, String> {
        match self {
            Self::Default(default) => {
                return Ok(if filled(&value) {
                    value
                } else {
                    default.clone()
                });
            }
            Self::Count => return Ok(list::count(&value)),
            Self::Template(source) => {
                return crate::template::of_value(source, &value, names).map(Json::String);
            }
            _ if value.is_null() => return Ok(Json::Null),
            _ => {}
        }
        match self {
            Self::Upper
            | Self::Lower
            | Self::Trim
            | Self::Truncate(_)
            | Self::Replace(_)
            | Self::Digits
            | Self::Mask
            | Self::Text => text::apply(self, &value),
            Self::FormatDate(_)
            | Self::AddDays(_)
            | Self::AddHours(_)
            | Self::AddMinutes(_)
            | Self::AddMonths(_)
            | Self::AddBusinessDays(_)
            | Self::StartOfDay
            | Self::NextBusinessTime
            | Self::Date
            | Self::Milliseconds => date::apply(self, &value, names),
            Self::Number
            | Self::Round(_)
            | Self::Add(_)
            | Self::Multiply(_)
            | Self::FormatNumber(_) => number::apply(self, &value),
            Self::Phone => phone::apply(None, &value, names),
            Self::PhoneIn(country) => phone::apply(Some(country), &value, names),
            Self::Lookup(lookup) => list::look_up(lookup, &value),
            Self::Split(_)
            | Self::Join(_)
            | Self::FirstFilled
            | Self::First
            | Self::Last
            | Self::Each(_) => list::apply(self, value),
            Self::Default(_) | Self::Count | Self::Template(_) => Ok(value),
        }
    }
}

/// Neither absent, nor blank, nor empty.
pub(crate) fn filled(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::String(text) => !text.trim().is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(table) => !table.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    }
}

/// A plain value as people read it.
pub(crate) fn plain(value: &Json) -> Result<String, String> {
    match value {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text.clone()),
        Json::Bool(flag) => Ok(if *flag { "yes" } else { "no" }.to_owned()),
        Json::Number(number) => Ok(number.to_string()),
        other => Err(format!(
            "expects a text, and this is {}",
            crate::words::kind(other)
        )),
    }
}
