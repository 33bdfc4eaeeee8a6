//! `/tickets`, its members and its feed (mygadgetrepairs-api.md 12.5).

use axum::http::Method;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use serde_json::Value;

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::{Book, Ticket, Word};
use super::super::id::Id;
use super::super::notifications::NotificationEvent as Event;
use super::super::settings::{CreatedFilter, Settings, TicketOrder};
use super::super::shelf::Row;
use super::list::{self, Page, Span};
use super::{Call, Resource, given, show, written};

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    match (resource, call.method == Method::POST) {
        (Resource::Tickets, true) => add(account, call),
        (Resource::Tickets, false) => collection(account, call),
        (Resource::TicketsUpdated, _) => feed(account, call),
        _ => member(account, call),
    }
}

fn collection(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let page = Page::asked(&call.arguments, settings);
    let span = match settings.created_filter {
        CreatedFilter::Everywhere => match list::created(&call.arguments, &book.zone) {
            Ok(span) => span,
            Err(message) => return Answer::invalid(message),
        },
        _ => Span::default(),
    };
    let keyword = call
        .arguments
        .filter(&["searchKeyword"])
        .map(|keyword| keyword.to_lowercase());
    let order = match settings.ticket_order {
        TicketOrder::Created => book.tickets.by_created(),
        TicketOrder::LastUpdated | TicketOrder::Shuffled => book.tickets.by_changed(),
    };
    let show = |row: &Row<Ticket>| show::ticket(book, settings, row);
    let mut shown: Vec<Value> = if keyword.is_none() && span.is_everything() {
        page.of(order.rev()).map(show).collect()
    } else {
        let wanted = |row: &&Row<Ticket>| {
            span.contains(row.created)
                && keyword
                    .as_ref()
                    .is_none_or(|keyword| found(book, settings, &row.body, keyword))
        };
        page.of(order.rev().filter(wanted)).map(show).collect()
    };
    if settings.ticket_order == TicketOrder::Shuffled {
        shown.shuffle(&mut SmallRng::seed_from_u64(
            settings.seed ^ page.skip as u64,
        ));
    }
    Answer::Found(Value::Array(shown))
}

fn found(book: &Book, settings: &Settings, ticket: &Ticket, keyword: &str) -> bool {
    list::holds(
        &[
            &show::reference(settings, ticket),
            &ticket.short_info,
            &ticket.description,
            &ticket.device,
        ],
        keyword,
    ) || ticket
        .customer
        .and_then(|id| book.customers.get(id))
        .is_some_and(|row| list::holds(&[&row.body.name(), &row.body.email], keyword))
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
            || book.tickets.by_changed(),
            |from| book.tickets.changed_since(from),
        )
        .rev();
    let show = |row: &Row<Ticket>| show::ticket(book, settings, row);
    let shown: Vec<Value> = if span.to.is_none() {
        page.of(rows).map(show).collect()
    } else {
        page.of(rows.filter(|row| span.contains(row.changed)))
            .map(show)
            .collect()
    };
    Answer::Found(Value::Array(shown))
}

fn add(account: &mut Account, call: &Call<'_>) -> Answer {
    let number = account.book.next_ticket;
    let first_status = account
        .book
        .statuses
        .iter()
        .find(|status| status.offered)
        .map_or(0, |status| status.id);
    let created_from = if call.by_person { "Admin" } else { "API" };
    let mut ticket = Ticket {
        number,
        status: first_status,
        created_from,
        ..Ticket::default()
    };
    if let Err(message) = write(
        &account.book,
        account.settings.clear_on_empty,
        call,
        &mut ticket,
    ) {
        return Answer::invalid(message);
    }
    if ticket.customer.is_none() {
        return Answer::invalid("The ticket has no customer. Send the argument customer.");
    }
    if ticket.short_info.trim().is_empty() {
        return Answer::invalid("The ticket has no title. Send the argument shortInfo.");
    }
    account.book.next_ticket += 1;
    let id = account.book.new_id();
    account.book.tickets.add(id, call.now, ticket);
    account.outbox.note(Event::TicketCreated, id);
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}

fn member(account: &mut Account, call: &Call<'_>) -> Answer {
    let id = call
        .arguments
        .filter(&["ticketId"])
        .and_then(|text| Id::read(&text));
    let Some(id) = id.filter(|id| account.book.tickets.get(*id).is_some()) else {
        return Answer::unknown("The ticket");
    };
    if call.method == Method::DELETE {
        account.outbox.note(Event::TicketDeleted, id);
        account.book.tickets.remove(id);
        account.book.lines_of.remove(&id);
        for comment in account.book.comments_of.remove(&id).unwrap_or_default() {
            account.book.comments.remove(comment);
        }
        return Answer::Gone;
    }
    let Some(row) = account.book.tickets.get(id) else {
        return Answer::unknown("The ticket");
    };
    if call.method == Method::GET {
        return Answer::Found(show::ticket(&account.book, &account.settings, row));
    }
    let mut ticket = row.body.clone();
    if let Err(message) = write(
        &account.book,
        account.settings.clear_on_empty,
        call,
        &mut ticket,
    ) {
        return Answer::invalid(message);
    }
    let event = if ticket.status == row.body.status {
        Event::TicketUpdated
    } else {
        Event::TicketStatusChanged
    };
    account
        .book
        .tickets
        .change(id, call.now, |body| *body = ticket);
    account.outbox.note(event, id);
    Answer::Changed(Value::from(id.to_string()))
}

/// Takes over what was sent. No source shows the write names, so the likely ones all count (mygadgetrepairs-api.md 12.5).
fn write(book: &Book, clear: bool, call: &Call<'_>, ticket: &mut Ticket) -> Result<(), String> {
    let fields: [(&mut String, &[&str]); 4] = [
        (&mut ticket.short_info, &["shortInfo", "subject", "title"]),
        (&mut ticket.description, &["description"]),
        (&mut ticket.issue_detail, &["issueDetail"]),
        (&mut ticket.device, &["device", "model", "modelName"]),
    ];
    for (field, names) in fields {
        if let Some(text) = written(call, clear, names) {
            *field = text;
        }
    }
    if let Ok(model) = ticket.device.parse::<u32>()
        && let Some((word, _)) = book.models.iter().find(|(word, _)| word.id == model)
    {
        ticket.device.clone_from(&word.label);
    }
    if let Some(customer) = given::customer(book, call)? {
        ticket.customer = Some(customer);
    }
    if let Some(status) = call.arguments.filter(&["status", "statusId"]) {
        ticket.status = choice(&book.statuses, &status)
            .ok_or("The status is not known. Use an id or a label of /statuses.")?;
    }
    if let Some(issue) = call.arguments.filter(&["issueType", "issueTypeId"]) {
        ticket.issue_type = Some(
            choice(&book.issue_types, &issue)
                .ok_or("The issue type is not known. Use an id or a label of /issueTypes.")?,
        );
    }
    if let Some(technician) = call.arguments.filter(&["technician", "technicianId"]) {
        let id = Id::read(&technician).filter(|id| book.user(*id).is_some());
        ticket.technician = Some(id.ok_or("The technician is not known. Use an id of /users.")?);
    }
    for field in &book.ticket_fields {
        if let Some(text) = written(call, clear, &[&format!("cf_{}", field.id)]) {
            ticket.custom.insert(field.id, text);
        }
    }
    Ok(())
}

/// A word that is still offered, by its number or its label.
fn choice(words: &[Word], wanted: &str) -> Option<u32> {
    words
        .iter()
        .find(|word| {
            word.offered
                && (word.id.to_string() == wanted || word.label.eq_ignore_ascii_case(wanted))
        })
        .map(|word| word.id)
}
