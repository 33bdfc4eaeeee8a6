//! A file for a ticket in two steps: announce it, then send it where `Location` says (mygadgetrepairs-api.md 12.5).

use serde_json::Value;

use super::super::Account;
use super::super::answer::Answer;
use super::super::id::Id;
use super::{Call, Resource};

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    let ticket = call
        .arguments
        .filter(&["ticketId"])
        .and_then(|text| Id::read(&text));
    let Some(ticket) = ticket.filter(|id| account.book.tickets.get(*id).is_some()) else {
        return Answer::unknown("The ticket");
    };
    if resource == Resource::Upload {
        let id = account.book.new_id();
        account.book.uploads.insert(id, (ticket, None));
        return Answer::Made {
            id: Value::from(id.to_string()),
            location: Some(id.to_string()),
        };
    }
    let wanted = call
        .arguments
        .filter(&["uploadId"])
        .and_then(|text| Id::read(&text));
    match wanted.and_then(|id| account.book.uploads.get_mut(&id).map(|upload| (id, upload))) {
        Some((id, upload)) if upload.0 == ticket => {
            upload.1 = Some(call.body.len());
            account.book.tickets.change(ticket, call.now, |_| ());
            Answer::Made {
                id: Value::from(id.to_string()),
                location: None,
            }
        }
        _ => Answer::unknown("The upload"),
    }
}
