//! A made-up shop as this account holds it.

use jiff::{SignedDuration, Timestamp};

use crate::shop::{self, MadeUpShop, Place};

use super::Settings;
use super::book::{self, Appointment, Book, Comment, Customer, Ticket, Truth, User};
use super::id::Id;
use super::records::{Asset, Estimate, Invoice, Lead, Payment, Reminder};
use super::resources::Sale;
use super::shelf::{Row, Shelf};

/// The shop's records with fresh ids.
pub(super) fn book(shop: &MadeUpShop, settings: &Settings) -> Book {
    let mut book = Book::new(settings);
    book.set_shop_zone(&shop.time_zone);
    book.set_time_zone(settings.time_zone.as_deref());
    words(shop, &mut book);
    let customers = customers(shop, &mut book);
    let tickets = tickets(shop, &customers, &mut book);
    appointments(shop, &customers, &mut book);
    papers(shop, &customers, &tickets, &mut book);
    book.truth = shop
        .same_people
        .iter()
        .filter_map(|(customer, contact)| {
            Some(Truth {
                customer: *customers.get(*customer)?,
                contact: *contact,
            })
        })
        .collect();
    book
}

fn words(shop: &MadeUpShop, book: &mut Book) {
    let statuses: Vec<&str> = shop.statuses.iter().map(|one| &*one.label).collect();
    book.statuses = book::words(11, &statuses);
    for (word, status) in book.statuses.iter_mut().zip(&shop.statuses) {
        word.id = status.id.unwrap_or(word.id);
    }
    let issue_types: Vec<&str> = shop.issue_types.iter().map(|one| &**one).collect();
    book.issue_types = book::words(5_603, &issue_types);
    let done = shop.statuses.iter().position(|one| one.group == "done");
    if let Some(status) = done.and_then(|place| book.statuses.get(place)) {
        book.handed_out = status.id;
    }
    let opened = shop
        .settings
        .now
        .checked_sub(SignedDuration::from_hours(24 * 365 * 4))
        .unwrap_or(Timestamp::UNIX_EPOCH);
    book.users = shop
        .users
        .iter()
        .map(|user| User {
            id: book.new_id(),
            first: user.first.clone(),
            last: user.last.clone(),
            email: user.email.clone(),
            role: user.role.clone(),
            created: opened,
        })
        .collect();
}

fn customers(shop: &MadeUpShop, book: &mut Book) -> Vec<Id> {
    let rows: Vec<Row<Customer>> = shop
        .customers
        .iter()
        .map(|customer| Row {
            id: known(customer.id.as_deref(), book),
            created: customer.created,
            changed: customer.created,
            body: written(customer),
        })
        .collect();
    let ids = rows.iter().map(|row| row.id).collect();
    book.next_customer = rows.len() as u32 + 1;
    book.customers = Shelf::filled(rows);
    ids
}

/// The id that a record has, or a fresh one.
fn known(id: Option<&str>, book: &mut Book) -> Id {
    id.and_then(Id::read).unwrap_or_else(|| book.new_id())
}

fn written(customer: &shop::Customer) -> Customer {
    Customer {
        reference: customer.number.clone(),
        first: customer.first.clone(),
        last: customer.last.clone(),
        email: customer.email.clone(),
        mobile: customer.mobile.clone(),
        phone: customer.phone.clone(),
        company: customer.company.clone(),
        vat: customer.vat.clone(),
        address: customer.address.clone(),
        city: customer.city.clone(),
        post_code: customer.post_code.clone(),
        country: customer.country.clone(),
        no_sms: customer.no_sms,
        no_email: customer.no_email,
        ..Customer::default()
    }
}

fn tickets(shop: &MadeUpShop, customers: &[Id], book: &mut Book) -> Vec<Id> {
    let mut invoices = Vec::new();
    let mut rows = Vec::with_capacity(shop.tickets.len());
    for ticket in &shop.tickets {
        let done = shop
            .statuses
            .get(ticket.status)
            .is_some_and(|status| status.group == "done");
        let invoice = done.then(|| book.new_id());
        let body = Ticket {
            number: ticket.number,
            customer: customers.get(ticket.customer).copied(),
            short_info: ticket.short_info.clone(),
            description: ticket.description.clone(),
            issue_detail: String::new(),
            device: ticket.device.to_string(),
            status: book
                .statuses
                .get(ticket.status)
                .map_or(0, |status| status.id),
            issue_type: ticket
                .issue_type
                .and_then(|index| book.issue_types.get(index))
                .map(|issue| issue.id),
            technician: ticket
                .technician
                .and_then(|index| book.users.get(index))
                .map(|user| user.id),
            created_from: "Admin",
            invoice,
            ..Ticket::default()
        };
        book.next_ticket = ticket.number + 1;
        let id = known(ticket.id.as_deref(), book);
        if let Some(invoice) = invoice {
            invoices.push(paid(invoice, id, body.customer, ticket));
        }
        rows.push(Row {
            id,
            created: ticket.created,
            changed: ticket.last_updated,
            body,
        });
    }
    let mut comments = Vec::with_capacity(shop.comments.len());
    for comment in &shop.comments {
        let Some(ticket) = rows.get(comment.ticket).map(|row| row.id) else {
            continue;
        };
        let body = Comment {
            ticket,
            text: comment.text.clone(),
            public: comment.public,
            author: book.users.get(comment.author).map(|user| user.id),
        };
        let id = known(comment.id.as_deref(), book);
        book.comments_of.entry(ticket).or_default().push(id);
        comments.push(Row {
            id,
            created: comment.created,
            changed: comment.created,
            body,
        });
    }
    let ids = rows.iter().map(|row| row.id).collect();
    book.tickets = Shelf::filled(rows);
    book.comments = Shelf::filled(comments);
    // Sales without a repair: one for every tenth invoice.
    book.sales = invoices.iter().step_by(10).map(sale).collect();
    book.payments = invoices.iter().map(|row| (row.id, 0)).collect();
    book.invoices = Shelf::filled(invoices);
    ids
}

/// The invoice of a ticket that was handed out, paid when the ticket was last changed.
fn paid(id: Id, of: Id, customer: Option<Id>, ticket: &shop::Ticket) -> Row<Invoice> {
    let amount = i64::from(2_500 + ticket.number * 37 % 20_000);
    let number = 20_000 + ticket.number;
    Row {
        id,
        created: ticket.last_updated,
        changed: ticket.last_updated,
        body: Invoice {
            number,
            ticket: Some(of),
            customer,
            amount,
            due: None,
            payments: vec![Payment {
                id: number + 300_000,
                at: ticket.last_updated,
                amount,
                is_advance: false,
            }],
        },
    }
}

fn sale(invoice: &Row<Invoice>) -> Sale {
    Sale {
        id: invoice.body.number + 50_000,
        customer: None,
        amount: invoice.body.amount / 10,
        created: invoice.created,
    }
}

/// Devices, estimates, leads and reminders.
fn papers(shop: &MadeUpShop, customers: &[Id], tickets: &[Id], book: &mut Book) {
    let staff = |book: &Book, number: Option<usize>| {
        let user = number.and_then(|number| book.users.get(number));
        user.map(|user| user.id)
    };
    for device in &shop.devices {
        let asset = Asset {
            customer: customers.get(device.customer).copied(),
            brand: device.make.to_owned(),
            model: device.model.to_owned(),
            imei: device.imei.clone(),
            warranty_end: device.warranty_end,
            ..Asset::default()
        };
        let id = book.new_paper_id();
        book.assets.add(id, device.created, asset);
    }
    for estimate in &shop.estimates {
        let Some(ticket) = tickets.get(estimate.ticket).copied() else {
            continue;
        };
        let answered = estimate.status != "Sent";
        let body = Estimate {
            number: book.next_estimate,
            ticket: Some(ticket),
            customer: book.tickets.get(ticket).and_then(|row| row.body.customer),
            description: String::new(),
            amount: i64::from(estimate.amount),
            status: estimate.status.to_owned(),
            sent: Some(estimate.created),
            answered: answered.then_some(estimate.created),
        };
        book.next_estimate += 1;
        let id = book.new_paper_id();
        book.estimates.add(id, estimate.created, body);
    }
    for lead in &shop.leads {
        let body = Lead {
            number: book.next_lead,
            name: lead.name.clone(),
            mobile: lead.mobile.clone(),
            short_info: lead.subject.to_owned(),
            status: Lead::STATUSES[0].to_owned(),
            ..Lead::default()
        };
        book.next_lead += 1;
        let id = book.new_paper_id();
        book.leads.add(id, lead.created, body);
    }
    for reminder in &shop.reminders {
        let body = Reminder {
            title: reminder.title.to_owned(),
            due: Some(reminder.due),
            staff: staff(book, reminder.assigned_to),
            customer: customers.get(reminder.customer).copied(),
            completed: reminder.completed.then_some(reminder.due),
            ..Reminder::default()
        };
        let id = book.new_paper_id();
        book.reminders.add(id, reminder.created, body);
    }
}

fn appointments(shop: &MadeUpShop, customers: &[Id], book: &mut Book) {
    let mut rows = Vec::with_capacity(shop.appointments.len());
    for appointment in &shop.appointments {
        let place = shop
            .customers
            .get(appointment.customer)
            .filter(|_| appointment.place == Place::OnSite);
        let body = Appointment {
            subject: appointment.subject.clone(),
            description: appointment.description.clone(),
            kind: match appointment.place {
                Place::InShop => "InShop",
                Place::OnSite => "OnSite",
                Place::Phone => "PhoneCall",
            }
            .to_owned(),
            color: "#3a87ad".to_owned(),
            location: place
                .map(|customer| customer.address.clone())
                .unwrap_or_default(),
            start: appointment.start,
            end: Some(appointment.end),
            customer: customers.get(appointment.customer).copied(),
            staff: book.users.first().map(|user| user.id),
            ..Appointment::default()
        };
        rows.push(Row {
            id: known(appointment.id.as_deref(), book),
            created: appointment.created,
            changed: appointment.created,
            body,
        });
    }
    book.appointments = Shelf::filled(rows);
}
