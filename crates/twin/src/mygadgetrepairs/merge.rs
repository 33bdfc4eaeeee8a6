//! Two customers who turn out to be one. Nothing is documented of it (mygadgetrepairs-api.md 12.3); what is sure of any
//! merge is that an id vanishes and the work stays. Our choice: the kept customer gets what it lacks, all that is about the
//! other moves, and the notifications are those of a change and a deletion.

use jiff::Timestamp;
use serde_json::Value;

use super::Account;
use super::answer::Answer;
use super::book::Customer;
use super::id::Id;
use super::notifications::NotificationEvent as Event;
use super::shelf::Shelf;

/// Keeps one customer and lets the other go into it.
pub(super) fn customers(account: &mut Account, keep: &str, gone: &str, now: Timestamp) -> Answer {
    let known = |id: &str| {
        Id::read(id).and_then(|id| Some((id, account.book.customers.get(id)?.body.clone())))
    };
    let (Some((keep, _)), Some((gone, lost))) = (known(keep), known(gone)) else {
        return Answer::unknown("One of the two customers");
    };
    if keep == gone {
        return Answer::invalid("A customer cannot be merged with itself.");
    }
    let book = &mut account.book;
    moved(&mut book.tickets, now, |body| {
        of(&mut body.customer, gone, keep)
    });
    moved(&mut book.appointments, now, |body| {
        of(&mut body.customer, gone, keep)
    });
    moved(&mut book.reminders, now, |body| {
        of(&mut body.customer, gone, keep)
    });
    moved(&mut book.invoices, now, |body| {
        of(&mut body.customer, gone, keep)
    });
    moved(&mut book.estimates, now, |body| {
        of(&mut body.customer, gone, keep)
    });
    moved(&mut book.leads, now, |body| {
        of(&mut body.customer, gone, keep)
    });
    moved(&mut book.assets, now, |body| {
        of(&mut body.customer, gone, keep)
    });
    book.customers
        .change(keep, now, |customer| fill(customer, lost));
    book.customers.remove(gone);
    account.outbox.note(Event::CustomerDeleted, gone);
    account.outbox.note(Event::CustomerUpdated, keep);
    Answer::Changed(Value::from(keep.to_string()))
}

/// Changes the records that the edit says it changed.
fn moved<T: Clone>(shelf: &mut Shelf<T>, now: Timestamp, edit: impl Fn(&mut T) -> bool) {
    let changed: Vec<(Id, T)> = shelf
        .by_created()
        .filter_map(|row| {
            let mut body = row.body.clone();
            edit(&mut body).then_some((row.id, body))
        })
        .collect();
    for (id, body) in changed {
        shelf.change(id, now, |kept| *kept = body);
    }
}

fn of(place: &mut Option<Id>, gone: Id, keep: Id) -> bool {
    let is_gone = *place == Some(gone);
    if is_gone {
        *place = Some(keep);
    }
    is_gone
}

fn fill(customer: &mut Customer, lost: Customer) {
    let places = [
        (&mut customer.email, lost.email),
        (&mut customer.mobile, lost.mobile),
        (&mut customer.phone, lost.phone),
        (&mut customer.company, lost.company),
        (&mut customer.address, lost.address),
        (&mut customer.city, lost.city),
        (&mut customer.post_code, lost.post_code),
        (&mut customer.country, lost.country),
    ];
    for (place, other) in places {
        if place.is_empty() {
            *place = other;
        }
    }
    customer.no_sms |= lost.no_sms;
    customer.no_email |= lost.no_email;
}
