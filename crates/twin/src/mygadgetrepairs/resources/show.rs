//! Records as the vendor shows them: snake case, `""` for what is not known (mygadgetrepairs-api.md 12).

use serde_json::{Map, Value, json};

use super::super::book::{self, Appointment, Book, Comment, Custom, Customer, Ticket, User, Word};
use super::super::dates::shown;
use super::super::id::Id;
use super::super::shelf::Row;
use super::super::{OptOuts, Settings};

pub(in super::super) fn customer(book: &Book, settings: &Settings, row: &Row<Customer>) -> Value {
    let customer = &row.body;
    let address = [
        &customer.address,
        &customer.city,
        &customer.post_code,
        &customer.country,
    ];
    let mut shown_customer = json!({
        "id": row.id.to_string(),
        "ref": customer.reference,
        "name": customer.name(),
        "name_parts": { "first_name": customer.first, "middle_name": customer.middle, "last_name": customer.last },
        "email": customer.email,
        "invoiceemail": customer.invoice_email,
        "fulladdress": if address.iter().all(|part| part.is_empty()) { nothing(settings, json!({
            "address": "", "city": "", "post_code": "", "country": "",
        })) } else { json!({
            "address": customer.address, "city": customer.city, "post_code": customer.post_code, "country": customer.country,
        }) },
        "mobile": number(settings, &customer.mobile),
        "phone": number(settings, &customer.phone),
        "company": customer.company,
        "vat_registration_number": customer.vat,
        "group": customer.group.and_then(|id| word(&book.groups, id, "name")).unwrap_or_else(|| nothing(settings, json!({}))),
    });
    if let Value::Object(fields) = &mut shown_customer {
        let flags = match settings.opt_outs {
            OptOuts::Hidden => [].as_slice(),
            OptOuts::OptedOut => &[
                ("sms_opt_out", customer.no_sms),
                ("email_opt_out", customer.no_email),
            ],
            OptOuts::Allowed => &[
                ("sms", !customer.no_sms),
                ("email_marketing", !customer.no_email),
            ],
        };
        for (name, flag) in flags {
            fields.insert((*name).to_owned(), Value::from(*flag));
        }
        custom(&book.customer_fields, &customer.custom, fields);
        if settings.timestamps {
            times(book, row, fields);
        }
    }
    shown_customer
}

pub(in super::super) fn ticket(book: &Book, settings: &Settings, row: &Row<Ticket>) -> Value {
    let ticket = &row.body;
    let invoice = ticket
        .invoice
        .and_then(|id| book.invoices.get(id))
        .map(|invoice| {
            let paid = invoice.body.last_payment();
            json!({
                "id": invoice.id.to_string(),
                "number": invoice.body.number,
                "last_payment_date": paid.map(|paid| shown(paid, &book.zone)).unwrap_or_default(),
            })
        });
    let mut shown_ticket = json!({
        "id": row.id.to_string(),
        "ticket_ref": reference(settings, ticket),
        "ticket_no": ticket.number,
        "customer": customer_of(book, settings, ticket.customer),
        "short_info": ticket.short_info,
        "description": ticket.description,
        "issue_detail": ticket.issue_detail,
        "device": ticket.device,
        "status": word(&book.statuses, ticket.status, "label").unwrap_or_else(|| nothing(settings, json!({}))),
        "issue_type": ticket.issue_type.and_then(|id| word(&book.issue_types, id, "label")).unwrap_or_else(|| nothing(settings, json!({}))),
        "technician": ticket.technician.and_then(|id| book.user(id)).map_or_else(|| nothing(settings, json!({})), staff),
        "created_from": ticket.created_from,
        "invoice": invoice.unwrap_or_else(|| nothing(settings, json!({}))),
    });
    if let Value::Object(fields) = &mut shown_ticket {
        custom(&book.ticket_fields, &ticket.custom, fields);
        times(book, row, fields);
    }
    shown_ticket
}

/// `K-1042`.
pub(in super::super) fn reference(settings: &Settings, ticket: &Ticket) -> String {
    format!("{}-{}", settings.ticket_prefix, ticket.number)
}

/// No source shows a comment; the shape follows the other records.
pub(in super::super) fn comment(book: &Book, settings: &Settings, row: &Row<Comment>) -> Value {
    let comment = &row.body;
    let ticket = book
        .tickets
        .get(comment.ticket)
        .map(|ticket| reference(settings, &ticket.body));
    json!({
        "id": row.id.to_string(),
        "ticket": { "id": comment.ticket.to_string(), "ticket_ref": ticket.unwrap_or_default() },
        "comment": comment.text,
        "public": comment.public,
        "author": comment.author.and_then(|id| book.user(id)).map_or_else(|| nothing(settings, json!({})), staff),
        "created_date": shown(row.created, &book.zone),
    })
}

pub(in super::super) fn appointment(
    book: &Book,
    settings: &Settings,
    row: &Row<Appointment>,
) -> Value {
    let appointment = &row.body;
    let mut shown_appointment = json!({
        "id": row.id.to_string(),
        "subject": appointment.subject,
        "description": appointment.description,
        "type": appointment.kind,
        "color": appointment.color,
        "location": appointment.location,
        "latitude": appointment.latitude,
        "longitude": appointment.longitude,
        "start_date": shown(appointment.start, &book.zone),
        "end_date": appointment.end.map(|end| shown(end, &book.zone)).unwrap_or_default(),
        "customer": customer_of(book, settings, appointment.customer),
        "staff": appointment.staff.map_or_else(|| nothing(settings, json!({})), |id| json!({ "id": id.to_string() })),
        "ticket": appointment.ticket.map_or_else(|| nothing(settings, json!({})), |id| json!({ "id": id.to_string() })),
    });
    if let Value::Object(fields) = &mut shown_appointment
        && settings.timestamps
    {
        times(book, row, fields);
    }
    shown_appointment
}

pub(super) fn staff(user: &User) -> Value {
    json!({ "id": user.id.to_string(), "first_name": user.first, "last_name": user.last, "email": user.email })
}

/// A status or its like as an object; one that was taken away is still shown by the records that have it.
pub(super) fn word(words: &[Word], id: u32, name: &str) -> Option<Value> {
    book::label(words, id).map(|label| json!({ "id": id, name: label }))
}

pub(super) fn customer_of(book: &Book, settings: &Settings, id: Option<Id>) -> Value {
    match id {
        None => nothing(settings, json!({})),
        Some(id) => {
            let reference = book
                .customers
                .get(id)
                .map(|row| row.body.reference.as_str());
            json!({ "id": id.to_string(), "internal_id": reference.unwrap_or_default() })
        }
    }
}

pub(super) fn custom(fields: &[Word], values: &Custom, into: &mut Map<String, Value>) {
    for field in fields {
        into.insert(
            format!("cf_{}", field.id),
            Value::from(values.get(&field.id).cloned().unwrap_or_default()),
        );
    }
}

/// A ticket that another record is about.
pub(super) fn ticket_of(book: &Book, settings: &Settings, id: Option<Id>) -> Value {
    match id {
        None => nothing(settings, json!({})),
        Some(id) => {
            let ticket = book.tickets.get(id);
            let reference = ticket.map(|row| reference(settings, &row.body));
            json!({ "id": id.to_string(), "ticket_ref": reference.unwrap_or_default() })
        }
    }
}

/// Who is meant to do something.
pub(super) fn staff_of(book: &Book, settings: &Settings, id: Option<Id>) -> Value {
    id.and_then(|id| book.user(id))
        .map_or_else(|| nothing(settings, json!({})), staff)
}

/// When a record was made and changed, at its end.
pub(super) fn add_times<T>(book: &Book, row: &Row<T>, shown: &mut Value) {
    if let Value::Object(fields) = shown {
        times(book, row, fields);
    }
}

fn times<T>(book: &Book, row: &Row<T>, fields: &mut Map<String, Value>) {
    fields.insert(
        "created_date".to_owned(),
        Value::from(shown(row.created, &book.zone)),
    );
    fields.insert(
        "last_updated".to_owned(),
        Value::from(shown(row.changed, &book.zone)),
    );
}

/// An object without content, or the empty text that some servers make of it.
pub(super) fn nothing(settings: &Settings, empty: Value) -> Value {
    if settings.empty_text_objects {
        Value::from("")
    } else {
        empty
    }
}

/// A phone number, which a careless server shows as a JSON number when it has digits only.
pub(super) fn number(settings: &Settings, text: &str) -> Value {
    match text.parse::<u64>() {
        Ok(number) if settings.number_phones && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Value::from(number)
        }
        _ => Value::from(text),
    }
}
