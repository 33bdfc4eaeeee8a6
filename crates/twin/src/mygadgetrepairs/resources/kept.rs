//! What all collections of records do alike: pages, search, feeds, and members that are read, changed and deleted.

use axum::http::Method;
use serde_json::Value;

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::Book;
use super::super::id::Id;
use super::super::settings::Settings;
use super::super::shelf::{Row, Shelf};
use super::Call;
use super::list::{self, Page};

/// A kind of record on a shelf of its own.
pub(in super::super) trait Kept: Clone + Default {
    /// As an error names it.
    const NAME: &'static str;
    /// The path token with its id.
    const TOKEN: &'static str;

    fn shelf(book: &Book) -> &Shelf<Self>;
    fn shelf_mut(book: &mut Book) -> &mut Shelf<Self>;

    /// Takes over what was sent.
    ///
    /// # Errors
    /// The text of the vendor's refusal.
    fn write(&mut self, account: &Account, call: &Call<'_>) -> Result<(), String>;

    /// What a new one lacks, as the text of the vendor's refusal.
    fn lacks(&self) -> Option<&'static str>;

    /// Gives a new one its number, where it has one.
    fn number(&mut self, _book: &mut Book) {}

    fn show(book: &Book, settings: &Settings, row: &Row<Self>) -> Value;

    /// Customer and ticket that it is about, by which a list can be narrowed.
    fn about(&self) -> (Option<Id>, Option<Id>);

    /// What a search looks into.
    fn texts(&self) -> Vec<&str>;
}

/// Which of its paths is called.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Collection,
    Feed,
    Member,
}

/// What a kind of record says to a call that is like everybody's.
pub(super) fn answer<T: Kept>(account: &mut Account, part: Part, call: &Call<'_>) -> Answer {
    match part {
        Part::Collection if call.method == Method::POST => add::<T>(account, call),
        Part::Collection => collection::<T>(account, call),
        Part::Feed => feed::<T>(account, call),
        Part::Member => member::<T>(account, call),
    }
}

/// `GET` of the collection: newest first.
pub(super) fn collection<T: Kept>(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let span = match list::created(&call.arguments, &book.zone) {
        Ok(span) => span,
        Err(message) => return Answer::invalid(message),
    };
    let keyword = call.arguments.filter(&["searchKeyword"]);
    let keyword = keyword.map(|keyword| keyword.to_lowercase());
    let asked = |names: &[&str]| call.arguments.filter(names).map(|text| Id::read(&text));
    let customer = asked(&["customer", "customerId"]);
    let ticket = asked(&["ticket", "ticketId"]);
    let wanted = |row: &&Row<T>| {
        let (of_customer, of_ticket) = row.body.about();
        span.contains(row.created)
            && customer.is_none_or(|wanted| wanted.is_some() && wanted == of_customer)
            && ticket.is_none_or(|wanted| wanted.is_some() && wanted == of_ticket)
            && keyword
                .as_ref()
                .is_none_or(|keyword| list::holds(&row.body.texts(), keyword))
    };
    let rows = T::shelf(book).by_created().rev().filter(wanted);
    let page = Page::asked(&call.arguments, settings);
    Answer::Found(
        page.of(rows)
            .map(|row| T::show(book, settings, row))
            .collect(),
    )
}

/// `GET` of the feed of changes: last changed first.
fn feed<T: Kept>(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let span = match list::updated(&call.arguments, settings, &book.zone) {
        Ok(span) => span,
        Err(message) => return Answer::invalid(message),
    };
    let shelf = T::shelf(book);
    let rows = span
        .from
        .map_or_else(|| shelf.by_changed(), |from| shelf.changed_since(from))
        .rev()
        .filter(|row| span.contains(row.changed));
    let page = Page::asked(&call.arguments, settings);
    Answer::Found(
        page.of(rows)
            .map(|row| T::show(book, settings, row))
            .collect(),
    )
}

/// `POST` to the collection.
pub(super) fn add<T: Kept>(account: &mut Account, call: &Call<'_>) -> Answer {
    let mut body = T::default();
    if let Err(message) = body.write(account, call) {
        return Answer::invalid(message);
    }
    if let Some(message) = body.lacks() {
        return Answer::invalid(message);
    }
    body.number(&mut account.book);
    let id = account.book.new_paper_id();
    T::shelf_mut(&mut account.book).add(id, call.now, body);
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}

/// The record of the path.
pub(super) fn named<T: Kept>(book: &Book, call: &Call<'_>) -> Option<Id> {
    let id = call.arguments.filter(&[T::TOKEN]);
    id.and_then(|text| Id::read(&text))
        .filter(|id| T::shelf(book).get(*id).is_some())
}

/// `GET`, `PUT` and `DELETE` of a member.
pub(super) fn member<T: Kept>(account: &mut Account, call: &Call<'_>) -> Answer {
    let Some(id) = named::<T>(&account.book, call) else {
        return Answer::unknown(T::NAME);
    };
    if call.method == Method::DELETE {
        T::shelf_mut(&mut account.book).remove(id);
        return Answer::Gone;
    }
    let Some(row) = T::shelf(&account.book).get(id) else {
        return Answer::unknown(T::NAME);
    };
    if call.method == Method::GET {
        return Answer::Found(T::show(&account.book, &account.settings, row));
    }
    let mut body = row.body.clone();
    if let Err(message) = body.write(account, call) {
        return Answer::invalid(message);
    }
    T::shelf_mut(&mut account.book).change(id, call.now, |kept| *kept = body);
    Answer::Changed(Value::from(id.to_string()))
}
