//! The fields of a record, and when two values of a field mean the same.

use crate::{Value, normalize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A field of a record. The first group is shared by both sides and mapped; the second is what one side
/// keeps natively and the mapping folds into the first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// A person's full name.
    Name,
    /// E-mail address.
    Email,
    /// Telephone number, E.164 where it can be parsed.
    Phone,
    /// Company name.
    Company,
    /// Street and house number.
    Address,
    /// Town.
    City,
    /// Postal code.
    PostalCode,
    /// ISO 3166 alpha-2 code.
    Country,
    /// Title of a task or ticket, without the ticket's reference.
    Title,
    /// Text of a task or ticket, without our mark.
    Body,
    /// When a task is due.
    DueDate,
    /// Whether the work is finished.
    Completed,
    /// Do not disturb in any way. Filled with yes or absent, as the next three: a side that allows messages
    /// holds nothing.
    NoContact,
    /// No telephone calls.
    NoCalls,
    /// No e-mails.
    NoEmail,
    /// No text messages.
    NoSms,
    /// When an appointment begins.
    Start,
    /// When an appointment ends.
    End,
    /// Whether an appointment was called off.
    Cancelled,

    /// Native: given name (HighLevel `firstName`, MyGadgetRepairs `name_parts`).
    FirstName,
    /// Native: family name.
    LastName,
    /// Native to MyGadgetRepairs: `mobile`.
    Mobile,
    /// Native to MyGadgetRepairs: `phone` when read, `telephone` when written.
    Landline,
    /// Native to MyGadgetRepairs: id of the ticket's status.
    Status,
    /// Native to MyGadgetRepairs: label of the ticket's status.
    StatusLabel,
    /// Native to MyGadgetRepairs: when the ticket was opened.
    Opened,
    /// Native to MyGadgetRepairs: the ticket's device, as the vendor puts its model together.
    Device,
    /// Native: an appointment's begin in the vendor's own words, beside the instant.
    StartText,
    /// Native: an appointment's end in the vendor's own words.
    EndText,
    /// Native to HighLevel: where an appointment stands (`confirmed`, `cancelled` …).
    Booking,
    /// Native to HighLevel: id of the appointment's calendar.
    Calendar,
    /// Native: who serves the customer, by the vendor's id.
    Staff,
    /// Native: what people call whoever serves the customer.
    StaffName,
    /// Native: where an appointment takes place.
    Place,
    /// Native to notes and comments: who wrote it, as people call them, else the vendor's id.
    Author,
    /// Native to MyGadgetRepairs: whether a comment is for staff only; absent where the account does not say.
    Internal,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 36] = [
        Self::Name,
        Self::Email,
        Self::Phone,
        Self::Company,
        Self::Address,
        Self::City,
        Self::PostalCode,
        Self::Country,
        Self::Title,
        Self::Body,
        Self::DueDate,
        Self::Completed,
        Self::NoContact,
        Self::NoCalls,
        Self::NoEmail,
        Self::NoSms,
        Self::Start,
        Self::End,
        Self::Cancelled,
        Self::FirstName,
        Self::LastName,
        Self::Mobile,
        Self::Landline,
        Self::Status,
        Self::StatusLabel,
        Self::Opened,
        Self::Device,
        Self::StartText,
        Self::EndText,
        Self::Booking,
        Self::Calendar,
        Self::Staff,
        Self::StaffName,
        Self::Place,
        Self::Author,
        Self::Internal,
    ];

    /// What a person may opt out of: each blocks messages of its sort.
    pub const CONSENT: [Self; 4] = [Self::NoContact, Self::NoCalls, Self::NoEmail, Self::NoSms];

    /// Whether this is an opt-out, which only ever gets stricter unless a person loosens it.
    #[must_use]
    pub const fn is_consent(self) -> bool {
        matches!(
            self,
            Self::NoContact | Self::NoCalls | Self::NoEmail | Self::NoSms
        )
    }

    /// The stable name used in rules, the store and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::Address => "address",
            Self::City => "city",
            Self::PostalCode => "postal_code",
            Self::Country => "country",
            Self::Title => "title",
            Self::Body => "body",
            Self::DueDate => "due_date",
            Self::Completed => "completed",
            Self::NoContact => "no_contact",
            Self::NoCalls => "no_calls",
            Self::NoEmail => "no_email",
            Self::NoSms => "no_sms",
            Self::Start => "start",
            Self::End => "end",
            Self::Cancelled => "cancelled",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Mobile => "mobile",
            Self::Landline => "landline",
            Self::Status => "status",
            Self::StatusLabel => "status_label",
            Self::Opened => "opened",
            Self::Device => "device",
            Self::StartText => "start_text",
            Self::EndText => "end_text",
            Self::Booking => "booking",
            Self::Calendar => "calendar",
            Self::Staff => "staff",
            Self::StaffName => "staff_name",
            Self::Place => "place",
            Self::Author => "author",
            Self::Internal => "internal",
        }
    }

    /// Whether two values of this field mean the same: e-mails without regard to case, numbers by their
    /// E.164 form, text after Unicode and white-space normalisation, instants to the second.
    #[must_use]
    pub fn same(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        match (left, right) {
            (None, None) => true,
            (Some(left), Some(right)) => self.normal(left) == self.normal(right),
            _ => false,
        }
    }

    /// The form in which values of this field are compared.
    #[must_use]
    pub fn normal(self, value: &Value) -> String {
        match value {
            Value::Flag(flag) => flag.to_string(),
            Value::Moment { at } => at.as_second().to_string(),
            Value::Text(text) => match self {
                Self::Email => normalize::email::key(text).unwrap_or_else(|| text.clone()),
                Self::Phone | Self::Mobile | Self::Landline => normalize::phone::comparable(text),
                Self::Country => text.to_uppercase(),
                Self::Body => normalize::text::block(text),
                _ => normalize::text::line(text),
            },
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Field {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|field| field.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a field"))
    }
}
