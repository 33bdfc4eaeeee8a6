//! The fields that contact search knows, and the operators that each takes (highlevel-api.md 7.7).

use std::borrow::Cow;

use serde_json::Value;

use crate::highlevel::contacts::model::Contact;
use crate::highlevel::id::Id;

/// What kind of question a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// `eq` and `not_eq`.
    Identity,
    /// Also `exists`.
    Exact,
    /// Also `contains`.
    Words,
    /// `range` and `exists`.
    Date,
}

const FIELDS: &[(&str, Sort)] = &[
    ("id", Sort::Identity),
    ("contactName", Sort::Exact),
    ("assignedTo", Sort::Exact),
    ("country", Sort::Exact),
    ("dnd", Sort::Exact),
    ("email", Sort::Exact),
    ("followers", Sort::Exact),
    ("isValidWhatsapp", Sort::Exact),
    ("timezone", Sort::Exact),
    ("type", Sort::Exact),
    ("validEmail", Sort::Exact),
    ("website", Sort::Exact),
    ("activeWorkflows", Sort::Exact),
    ("finishedWorkflows", Sort::Exact),
    ("dndSettings.Email.status", Sort::Exact),
    ("dndSettings.SMS.status", Sort::Exact),
    ("dndSettings.Call.status", Sort::Exact),
    ("inboundDndSettings.all.status", Sort::Exact),
    ("address", Sort::Words),
    ("businessName", Sort::Words),
    ("city", Sort::Words),
    ("companyName", Sort::Words),
    ("firstNameLowerCase", Sort::Words),
    ("lastNameLowerCase", Sort::Words),
    ("phone", Sort::Words),
    ("postalCode", Sort::Words),
    ("source", Sort::Words),
    ("state", Sort::Words),
    ("tags", Sort::Words),
    ("dateAdded", Sort::Date),
    ("dateUpdated", Sort::Date),
    ("dateOfBirth", Sort::Date),
    ("lastEmailClickedDate", Sort::Date),
    ("lastEmailOpenedDate", Sort::Date),
    ("lastAppointment", Sort::Date),
];

/// A field that a filter asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Own(&'static str),
    Custom(Id),
}

/// What a contact has there.
#[derive(Debug)]
pub(crate) enum Have<'a> {
    Nothing,
    Text(Cow<'a, str>),
    Texts(Vec<Cow<'a, str>>),
    Number(i64),
}

impl Field {
    pub fn named(name: &str) -> Option<Self> {
        if let Some(id) = name.strip_prefix("customFields.") {
            return Id::parse(id).map(Self::Custom);
        }
        FIELDS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(known, _)| Self::Own(known))
    }

    pub fn takes(self, operator: &str) -> bool {
        let sort = match self {
            Self::Custom(_) => None,
            Self::Own(name) => FIELDS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, sort)| *sort),
        };
        match operator {
            "eq" | "not_eq" => sort != Some(Sort::Date),
            "contains_set" => sort == Some(Sort::Identity),
            "exists" | "not_exists" => sort != Some(Sort::Identity),
            "contains" | "not_contains" => matches!(sort, None | Some(Sort::Words)),
            "range" => matches!(sort, None | Some(Sort::Date)),
            _ => false,
        }
    }

    /// Whether two values of this field are the same. The real rules of case are not published; mail addresses and
    /// lower-cased fields are compared without it.
    pub fn same(self, have: &str, want: &str) -> bool {
        match self {
            Self::Own(
                "email" | "contactName" | "tags" | "firstNameLowerCase" | "lastNameLowerCase",
            ) => have.to_lowercase() == want.to_lowercase(),
            _ => have == want,
        }
    }

    pub fn of(self, contact: &Contact) -> Have<'_> {
        let name = match self {
            Self::Custom(id) => return custom(contact, id),
            Self::Own(name) => name,
        };
        match name {
            "id" => Have::Text(Cow::Owned(contact.id.to_string())),
            "contactName" => text(contact.contact_name().into()),
            "firstNameLowerCase" => text(contact.first_name.to_lowercase().into()),
            "lastNameLowerCase" => text(contact.last_name.to_lowercase().into()),
            "assignedTo" => text((&contact.assigned_to).into()),
            "country" => text((&contact.country).into()),
            "email" => text((&contact.email).into()),
            "timezone" => text((&contact.timezone).into()),
            "type" => Have::Text("lead".into()),
            "website" => text((&contact.website).into()),
            "address" => text((&contact.address1).into()),
            "businessName" | "companyName" => text((&contact.company_name).into()),
            "city" => text((&contact.city).into()),
            "phone" => text((&contact.phone).into()),
            "postalCode" => text((&contact.postal_code).into()),
            "source" => text((&contact.source).into()),
            "state" => text((&contact.state).into()),
            "dnd" => Have::Text(if contact.dnd { "true" } else { "false" }.into()),
            "tags" => texts(&contact.tags),
            "followers" => texts(&contact.followers),
            "activeWorkflows" => texts(&contact.workflows),
            "dndSettings.Email.status" => channel(contact, "Email"),
            "dndSettings.SMS.status" => channel(contact, "SMS"),
            "dndSettings.Call.status" => channel(contact, "Call"),
            "inboundDndSettings.all.status" => status(
                contact
                    .inbound_dnd
                    .as_ref()
                    .and_then(|settings| settings.get("all")),
            ),
            "dateAdded" => Have::Number(contact.added),
            "dateUpdated" => Have::Number(contact.updated),
            "dateOfBirth" => contact.birth.map_or(Have::Nothing, Have::Number),
            // Mails, messages and their statistics are no part of the twin.
            _ => Have::Nothing,
        }
    }
}

fn text(value: Cow<'_, str>) -> Have<'_> {
    if value.is_empty() {
        Have::Nothing
    } else {
        Have::Text(value)
    }
}

fn texts(values: &[String]) -> Have<'_> {
    if values.is_empty() {
        Have::Nothing
    } else {
        Have::Texts(values.iter().map(Cow::from).collect())
    }
}

fn channel<'a>(contact: &'a Contact, channel: &str) -> Have<'a> {
    status(contact.dnd_settings.get(channel))
}

fn status(setting: Option<&Value>) -> Have<'_> {
    setting
        .and_then(|setting| setting.get("status"))
        .and_then(Value::as_str)
        .map_or(Have::Nothing, |status| Have::Text(status.into()))
}

fn custom(contact: &Contact, id: Id) -> Have<'_> {
    let Some((_, value)) = contact.custom.iter().find(|(field, _)| *field == id) else {
        return Have::Nothing;
    };
    match value {
        Value::String(value) => text(value.into()),
        Value::Array(values) => Have::Texts(
            values
                .iter()
                .filter_map(Value::as_str)
                .map(Cow::from)
                .collect(),
        ),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Have::Number(number),
            None => Have::Text(number.to_string().into()),
        },
        _ => Have::Nothing,
    }
}
