//! `/ticketComments`: one collection without members (mygadgetrepairs-api.md 12.5).

use axum::http::Method;
use serde_json::Value;

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::Comment;
use super::super::id::Id;
use super::super::notifications::NotificationEvent as Event;
use super::list::Page;
use super::{Call, show};

const TICKET: &[&str] = &["ticket", "ticketId"];

pub(super) fn answer(account: &mut Account, call: &Call<'_>) -> Answer {
    if call.method == Method::POST {
        add(account, call)
    } else {
        collection(account, call)
    }
}

/// Newest first; of one ticket when it is named.
fn collection(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let page = Page::asked(&call.arguments, settings);
    let shown: Vec<Value> = match call.arguments.filter(TICKET) {
        Some(ticket) => {
            let ids = Id::read(&ticket)
                .and_then(|id| book.comments_of.get(&id))
                .map(Vec::as_slice)
                .unwrap_or_default();
            let rows = ids.iter().rev().filter_map(|id| book.comments.get(*id));
            page.of(rows)
                .map(|row| show::comment(book, settings, row))
                .collect()
        }
        None => page
            .of(book.comments.by_created().rev())
            .map(|row| show::comment(book, settings, row))
            .collect(),
    };
    Answer::Found(Value::Array(shown))
}

fn add(account: &mut Account, call: &Call<'_>) -> Answer {
    let ticket = call
        .arguments
        .filter(TICKET)
        .and_then(|text| Id::read(&text));
    let Some(ticket) = ticket.filter(|id| account.book.tickets.get(*id).is_some()) else {
        return Answer::invalid(
            "The ticket is not known. Send the argument ticketId with an id of /tickets.",
        );
    };
    let Some(text) = call
        .arguments
        .filter(&["comment", "text", "message", "description"])
    else {
        return Answer::invalid("The comment is empty. Send the argument comment.");
    };
    let author = call
        .arguments
        .filter(&["author", "staff"])
        .and_then(|text| Id::read(&text))
        .filter(|id| account.book.user(*id).is_some());
    // Whichever of the likely names is sent; internal where none is.
    let kind = call.arguments.filter(&["type"]);
    let shown = call.arguments.flag(&["public", "isPublic"]);
    let hidden = call
        .arguments
        .flag(&["internal", "isInternal", "isPrivate"]);
    let public = shown
        .or(hidden.map(|hidden| !hidden))
        .unwrap_or(kind.is_some_and(|kind| kind.eq_ignore_ascii_case("public")));
    let id = account.book.new_id();
    account.book.comments.add(
        id,
        call.now,
        Comment {
            ticket,
            text,
            public,
            author,
        },
    );
    account.book.comments_of.entry(ticket).or_default().push(id);
    account.book.tickets.change(ticket, call.now, |_| ());
    account.outbox.note(Event::TicketCommentAdded, ticket);
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}
