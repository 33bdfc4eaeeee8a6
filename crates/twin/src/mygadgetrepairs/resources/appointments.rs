//! `/appointments`, its members and its feed (mygadgetrepairs-api.md 12.4).

use axum::http::Method;
use serde_json::Value;

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::{Appointment, Book};
use super::super::id::Id;
use super::super::notifications::NotificationEvent as Event;
use super::super::settings::CreatedFilter;
use super::super::shelf::Row;
use super::list::{self, Page, Span};
use super::{Call, Resource, given, show, written};

/// Longest subject that is taken.
const LONGEST_SUBJECT: usize = 100;
const KINDS: [&str; 3] = ["InShop", "OnSite", "PhoneCall"];

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    match (resource, call.method == Method::POST) {
        (Resource::Appointments, true) => add(account, call),
        (Resource::Appointments, false) => collection(account, call),
        (Resource::AppointmentsUpdated, _) => feed(account, call),
        _ => member(account, call),
    }
}

fn collection(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let span = match settings.created_filter {
        CreatedFilter::Nowhere => Span::default(),
        _ => match list::created(&call.arguments, &book.zone) {
            Ok(span) => span,
            Err(message) => return Answer::invalid(message),
        },
    };
    let keyword = call
        .arguments
        .filter(&["searchKeyword"])
        .map(|keyword| keyword.to_lowercase());
    let wanted = |row: &&Row<Appointment>| {
        span.contains(row.created)
            && keyword.as_ref().is_none_or(|keyword| {
                list::holds(
                    &[&row.body.subject, &row.body.description, &row.body.location],
                    keyword,
                )
            })
    };
    let page = Page::asked(&call.arguments, settings);
    let newest = book.appointments.by_created().rev().filter(wanted);
    Answer::Found(
        page.of(newest)
            .map(|row| show::appointment(book, settings, row))
            .collect(),
    )
}

fn feed(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let span = match list::updated(&call.arguments, settings, &book.zone) {
        Ok(span) => span,
        Err(message) => return Answer::invalid(message),
    };
    let page = Page::asked(&call.arguments, settings);
    let rows = span
        .from
        .map_or_else(
            || book.appointments.by_changed(),
            |from| book.appointments.changed_since(from),
        )
        .rev();
    Answer::Found(
        page.of(rows.filter(|row| span.contains(row.changed)))
            .map(|row| show::appointment(book, settings, row))
            .collect(),
    )
}

fn add(account: &mut Account, call: &Call<'_>) -> Answer {
    for (name, names) in [("subject", ["subject"].as_slice()), ("startDate", START)] {
        if call.arguments.filter(names).is_none() {
            return Answer::invalid(format!(
                "The appointment has no {name}. Send the argument {name}."
            ));
        }
    }
    let mut appointment = Appointment {
        kind: "InShop".to_owned(),
        color: "#3a87ad".to_owned(),
        ..Appointment::default()
    };
    if let Err(message) = write(
        &account.book,
        account.settings.clear_on_empty,
        call,
        &mut appointment,
    ) {
        return Answer::invalid(message);
    }
    let id = account.book.new_id();
    account.book.appointments.add(id, call.now, appointment);
    account.outbox.note(Event::AppointmentCreated, id);
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}

fn member(account: &mut Account, call: &Call<'_>) -> Answer {
    let id = call
        .arguments
        .filter(&["appointmentId"])
        .and_then(|text| Id::read(&text));
    let Some(id) = id.filter(|id| account.book.appointments.get(*id).is_some()) else {
        return Answer::unknown("The appointment");
    };
    if call.method == Method::DELETE {
        account.book.appointments.remove(id);
        account.outbox.note(Event::AppointmentDeleted, id);
        return Answer::Gone;
    }
    let Some(row) = account.book.appointments.get(id) else {
        return Answer::unknown("The appointment");
    };
    if call.method == Method::GET {
        return Answer::Found(show::appointment(&account.book, &account.settings, row));
    }
    let mut appointment = row.body.clone();
    if let Err(message) = write(
        &account.book,
        account.settings.clear_on_empty,
        call,
        &mut appointment,
    ) {
        return Answer::invalid(message);
    }
    account
        .book
        .appointments
        .change(id, call.now, |body| *body = appointment);
    account.outbox.note(Event::AppointmentUpdated, id);
    Answer::Changed(Value::from(id.to_string()))
}

const START: &[&str] = &["startDate", "start", "startDateTime", "startTime"];
const END: &[&str] = &["endDate", "end", "endDateTime", "endTime"];

/// Takes over what was sent; from `longitude` on the names are inferred, so the likely ones all count.
fn write(
    book: &Book,
    clear: bool,
    call: &Call<'_>,
    appointment: &mut Appointment,
) -> Result<(), String> {
    if let Some(subject) = call.arguments.filter(&["subject"]) {
        if subject.chars().count() > LONGEST_SUBJECT {
            return Err(format!(
                "The subject is too long. Use at most {LONGEST_SUBJECT} characters."
            ));
        }
        appointment.subject = subject;
    }
    let fields: [(&mut String, &[&str]); 5] = [
        (&mut appointment.description, &["description"]),
        (&mut appointment.color, &["color"]),
        (&mut appointment.location, &["location"]),
        (&mut appointment.latitude, &["latitude"]),
        (&mut appointment.longitude, &["longitude"]),
    ];
    for (field, names) in fields {
        if let Some(text) = written(call, clear, names) {
            *field = text;
        }
    }
    if let Some(kind) = call.arguments.filter(&["type"]) {
        let known = KINDS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(&kind));
        appointment.kind = known
            .ok_or("The type is not known. Use InShop, OnSite or PhoneCall.")?
            .to_owned();
    }
    if let Some(start) = given::moment(book, call, START)? {
        appointment.start = start;
    }
    if let Some(end) = given::moment(book, call, END)? {
        appointment.end = Some(end);
    }
    if appointment.end.is_some_and(|end| end < appointment.start) {
        return Err("The appointment ends before it starts. Send a later end.".to_owned());
    }
    if let Some(customer) = given::customer(book, call)? {
        appointment.customer = Some(customer);
    }
    if let Some(staff) = call.arguments.filter(&["staff", "staffId"]) {
        let id = Id::read(&staff).filter(|id| book.user(*id).is_some());
        appointment.staff = Some(id.ok_or("The staff member is not known. Use an id of /users.")?);
    }
    if let Some(ticket) = given::ticket(book, call)? {
        appointment.ticket = Some(ticket);
    }
    Ok(())
}
