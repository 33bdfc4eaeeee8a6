//! Names of fields: those shown to people, and the vendors' own.

use domain::{Field, Kind, Side};

/// The name that mapping editors and `explain` show (CONTRACT.md section 4). Fields that only one side
/// has natively go by that vendor's name.
#[must_use]
pub const fn label(kind: Kind, side: Side, field: Field) -> &'static str {
    match (kind, field) {
        (_, Field::Name) => "name",
        (_, Field::Email) => "email",
        (_, Field::Phone) => "phone",
        (_, Field::Company) => "company",
        (_, Field::Address) => "address",
        (_, Field::City) => "city",
        (_, Field::PostalCode) => "postalCode",
        (_, Field::Country) => "country",
        (_, Field::Title) => "title",
        (_, Field::DueDate) => "dueDate",
        (_, Field::Completed | Field::Cancelled) => "status",
        (_, Field::Start) => "date",
        (_, Field::End) => "end",
        (Kind::Note, Field::Body) => "content",
        (_, Field::Body) => "notes",
        _ => wire_name(kind, side, field),
    }
}

/// The vendor's own name of a field (highlevel-api.md 7, mygadgetrepairs-api.md 12).
#[must_use]
pub const fn wire_name(kind: Kind, side: Side, field: Field) -> &'static str {
    match (side, kind, field) {
        (Side::HighLevel, _, Field::Company) => "companyName",
        (Side::HighLevel, _, Field::Address) => "address1",
        (Side::HighLevel, _, Field::PostalCode) => "postalCode",
        (_, _, Field::FirstName) => "firstName",
        (_, _, Field::LastName) => "lastName",
        (Side::HighLevel, _, Field::DueDate) => "dueDate",
        (Side::MyGadgetRepairs, Kind::Contact, Field::Address) => "fulladdress.address",
        (Side::MyGadgetRepairs, Kind::Contact, Field::City) => "fulladdress.city",
        (Side::MyGadgetRepairs, Kind::Contact, Field::PostalCode) => "fulladdress.post_code",
        (Side::MyGadgetRepairs, Kind::Contact, Field::Country) => "fulladdress.country",
        (Side::MyGadgetRepairs, _, Field::Landline) => "phone",
        (Side::MyGadgetRepairs, Kind::Task, Field::Title) => "short_info",
        (Side::MyGadgetRepairs, Kind::Task | Kind::Appointment, Field::Body) => "description",
        (Side::MyGadgetRepairs, Kind::Appointment, Field::Title | Field::Cancelled) => "subject",
        (Side::MyGadgetRepairs, _, Field::Start | Field::StartText) => "start_date",
        (Side::MyGadgetRepairs, _, Field::End | Field::EndText) => "end_date",
        (Side::HighLevel, _, Field::Start | Field::StartText) => "startTime",
        (Side::HighLevel, _, Field::End | Field::EndText) => "endTime",
        (Side::HighLevel, _, Field::Booking | Field::Cancelled) => "appointmentStatus",
        (Side::HighLevel, _, Field::Calendar) => "calendarId",
        (Side::HighLevel, _, Field::Staff) => "assignedUserId",
        (Side::HighLevel, _, Field::Place) => "address",
        (Side::MyGadgetRepairs, _, Field::Place) => "location",
        (Side::MyGadgetRepairs, Kind::Task, Field::Completed) => "status",
        (Side::MyGadgetRepairs, _, Field::StatusLabel) => "status.label",
        (Side::MyGadgetRepairs, _, Field::Opened) => "created_date",
        _ => field.as_str(),
    }
}

/// The shared field that a person means: by the name that is shown, by a vendor's own name, or by the name in
/// the rules. Parts of a field count as the field: `firstName` is a part of `name`.
#[must_use]
pub fn field_named(kind: Kind, text: &str) -> Option<Field> {
    let shared: &[Field] = match kind {
        Kind::Contact => &[
            Field::Name,
            Field::Email,
            Field::Phone,
            Field::Company,
            Field::Address,
            Field::City,
            Field::PostalCode,
            Field::Country,
            Field::NoContact,
            Field::NoCalls,
            Field::NoEmail,
            Field::NoSms,
        ],
        Kind::Task => &[Field::Title, Field::Body, Field::DueDate, Field::Completed],
        Kind::Note => &[Field::Body],
        Kind::Appointment => &[Field::Title, Field::Body],
    };
    let is = |name: &str| name.eq_ignore_ascii_case(text.trim());
    let part = match (kind, text.trim().to_ascii_lowercase().as_str()) {
        (Kind::Contact, "firstname" | "lastname" | "name_parts" | "first_name" | "last_name") => {
            Some(Field::Name)
        }
        (Kind::Contact, "mobile" | "telephone" | "landline") => Some(Field::Phone),
        (Kind::Task, "status.label" | "completed") => Some(Field::Completed),
        _ => None,
    };
    part.or_else(|| {
        shared.iter().copied().find(|field| {
            is(field.as_str())
                || Side::BOTH
                    .into_iter()
                    .any(|side| is(label(kind, side, *field)) || is(wire_name(kind, side, *field)))
        })
    })
}
