//! Every operation that the twin knows: route, scope, where its location stands, the body it takes, and what runs it.
//!
//! Scopes are those of highlevel-api.md 4.6 and 7.2.

use std::collections::BTreeSet;

use super::body::Field;
use super::call::{Call, Reply};
use super::refusal::Refusal;
use super::world::World;
use super::{
    businesses, calendars, contacts, conversations, custom_fields, location, notes, opportunities,
    search, tasks, users, workflows,
};

/// Where a request says which location it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// First path parameter.
    Path,
    Query,
    Body,
    /// In the query under one name in the dated generation and another in v3; the operation itself complains of the wrong
    /// one (highlevel-api.md 12).
    OddQuery,
    /// The record in the path belongs to one; all records of a twin belong to its location.
    Record,
    /// The old contact list: without a location it is refused like a strange one (highlevel-api.md 7.8).
    OldList,
    /// It does not have to.
    Nowhere,
}

type Run = fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>;

/// An operation.
#[derive(Debug)]
pub(super) struct Operation {
    pub method: &'static str,
    /// `{}` stands for a parameter.
    pub path: &'static str,
    pub scope: Option<&'static str>,
    pub location: From,
    /// Properties of the body; `None` when it takes none and looks at none.
    pub body: Option<&'static [Field]>,
    /// An agency token will do.
    pub agency: bool,
    /// The `Version` header is not looked at.
    pub any_version: bool,
    pub run: Run,
}

const READ: Option<&str> = Some("contacts.readonly");
const WRITE: Option<&str> = Some("contacts.write");
const FIELDS_READ: Option<&str> = Some("locations/customFields.readonly");
const FIELDS_WRITE: Option<&str> = Some("locations/customFields.write");
const TAGS_READ: Option<&str> = Some("locations/tags.readonly");
const TAGS_WRITE: Option<&str> = Some("locations/tags.write");
const EVENTS_READ: Option<&str> = Some("calendars/events.readonly");
const EVENTS_WRITE: Option<&str> = Some("calendars/events.write");
const FIRMS_READ: Option<&str> = Some("businesses.readonly");
const FIRMS_WRITE: Option<&str> = Some("businesses.write");
const DEALS_READ: Option<&str> = Some("opportunities.readonly");
const DEALS_WRITE: Option<&str> = Some("opportunities.write");
const TALKS_READ: Option<&str> = Some("conversations.readonly");
const TALKS_WRITE: Option<&str> = Some("conversations.write");
const MESSAGES_READ: Option<&str> = Some("conversations/message.readonly");
const MESSAGES_WRITE: Option<&str> = Some("conversations/message.write");

const fn op(
    method: &'static str,
    path: &'static str,
    scope: Option<&'static str>,
    location: From,
    body: Option<&'static [Field]>,
    run: Run,
) -> Operation {
    Operation {
        method,
        path,
        scope,
        location,
        body,
        agency: false,
        any_version: false,
        run,
    }
}

const fn for_agencies_too(mut operation: Operation) -> Operation {
    operation.agency = true;
    operation
}

const fn whatever_version(mut operation: Operation) -> Operation {
    operation.any_version = true;
    operation
}

/// Literal paths stand before those with a parameter in the same place.
#[rustfmt::skip]
static OPERATIONS: &[Operation] = &[
    op("POST", "contacts", WRITE, From::Body, Some(contacts::write::CREATE), contacts::create),
    op("GET", "contacts", READ, From::OldList, None, contacts::list),
    op("POST", "contacts/upsert", WRITE, From::Body, Some(contacts::write::UPSERT), contacts::upsert),
    op("POST", "contacts/search", READ, From::Body, Some(search::FIELDS), search::search),
    op("GET", "contacts/search/duplicate", READ, From::Query, None, contacts::duplicate),
    op("POST", "contacts/bulk/tags/update/{}", WRITE, From::Body, Some(contacts::BULK_TAGS), contacts::bulk_tags),
    op("POST", "contacts/bulk/business", WRITE, From::Body, Some(contacts::BULK_BUSINESS), contacts::bulk_business),
    op("GET", "contacts/business/{}", READ, From::Query, None, contacts::of_business),
    op("GET", "contacts/{}", READ, From::Record, None, contacts::get),
    op("PUT", "contacts/{}", WRITE, From::Record, Some(contacts::write::UPDATE), contacts::update),
    op("DELETE", "contacts/{}", WRITE, From::Record, None, contacts::delete),
    op("POST", "contacts/{}/tags", WRITE, From::Record, Some(contacts::tags::TAGS), contacts::tags::add),
    op("DELETE", "contacts/{}/tags", WRITE, From::Record, Some(contacts::tags::TAGS), contacts::tags::remove),
    op("POST", "contacts/{}/followers", WRITE, From::Record, Some(contacts::tags::FOLLOWERS), contacts::tags::follow),
    op("DELETE", "contacts/{}/followers", WRITE, From::Record, Some(contacts::tags::FOLLOWERS), contacts::tags::unfollow),
    op("GET", "contacts/{}/tasks", READ, From::Record, None, tasks::list),
    op("POST", "contacts/{}/tasks", WRITE, From::Record, Some(tasks::CREATE), tasks::create),
    op("GET", "contacts/{}/tasks/{}", READ, From::Record, None, tasks::get),
    op("PUT", "contacts/{}/tasks/{}", WRITE, From::Record, Some(tasks::UPDATE), tasks::update),
    op("DELETE", "contacts/{}/tasks/{}", WRITE, From::Record, None, tasks::delete),
    op("PUT", "contacts/{}/tasks/{}/completed", WRITE, From::Record, Some(tasks::COMPLETED), tasks::update),
    op("GET", "contacts/{}/notes", READ, From::Record, None, notes::list),
    op("POST", "contacts/{}/notes", WRITE, From::Record, Some(notes::CREATE), notes::create),
    op("GET", "contacts/{}/notes/{}", READ, From::Record, None, notes::get),
    op("PUT", "contacts/{}/notes/{}", WRITE, From::Record, Some(notes::UPDATE), notes::update),
    op("DELETE", "contacts/{}/notes/{}", WRITE, From::Record, None, notes::delete),
    op("GET", "contacts/{}/appointments", READ, From::Record, None, calendars::of_contact),
    op("POST", "contacts/{}/campaigns/{}", WRITE, From::Record, None, workflows::add_campaign),
    op("DELETE", "contacts/{}/campaigns/{}", WRITE, From::Record, None, workflows::remove_campaign),
    op("POST", "contacts/{}/workflow/{}", WRITE, From::Record, Some(workflows::START), workflows::add),
    op("DELETE", "contacts/{}/workflow/{}", WRITE, From::Record, Some(workflows::START), workflows::remove),
    for_agencies_too(op("GET", "locations/{}", Some("locations.readonly"), From::Path, None, location::get)),
    for_agencies_too(op("GET", "locations/{}/timezones", Some("locations.readonly"), From::Path, None, location::time_zones)),
    op("GET", "locations/{}/tags", TAGS_READ, From::Path, None, location::tags),
    op("POST", "locations/{}/tags", TAGS_WRITE, From::Path, Some(location::TAG), location::create_tag),
    op("GET", "locations/{}/tags/{}", TAGS_READ, From::Path, None, location::get_tag),
    op("PUT", "locations/{}/tags/{}", TAGS_WRITE, From::Path, Some(location::TAG), location::rename_tag),
    op("DELETE", "locations/{}/tags/{}", TAGS_WRITE, From::Path, None, location::delete_tag),
    op("GET", "locations/{}/customFields", FIELDS_READ, From::Path, None, custom_fields::list),
    op("POST", "locations/{}/customFields", FIELDS_WRITE, From::Path, Some(custom_fields::CREATE), custom_fields::create),
    op("GET", "locations/{}/customFields/{}", FIELDS_READ, From::Path, None, custom_fields::get),
    op("PUT", "locations/{}/customFields/{}", FIELDS_WRITE, From::Path, Some(custom_fields::UPDATE), custom_fields::update),
    op("DELETE", "locations/{}/customFields/{}", FIELDS_WRITE, From::Path, None, custom_fields::delete),
    whatever_version(op("POST", "locations/{}/tasks/search", Some("locations/tasks.readonly"), From::Path, Some(tasks::SEARCH), tasks::search)),
    op("GET", "calendars", Some("calendars.readonly"), From::Query, None, calendars::list),
    op("GET", "calendars/events", EVENTS_READ, From::Query, None, calendars::events),
    op("GET", "calendars/blocked-slots", EVENTS_READ, From::Query, None, calendars::blocked),
    op("POST", "calendars/events/appointments", EVENTS_WRITE, From::Body, Some(calendars::CREATE), calendars::create),
    op("GET", "calendars/events/appointments/{}", EVENTS_READ, From::Record, None, calendars::get),
    op("PUT", "calendars/events/appointments/{}", EVENTS_WRITE, From::Record, Some(calendars::UPDATE), calendars::update),
    op("POST", "calendars/events/block-slots", EVENTS_WRITE, From::Body, Some(calendars::BLOCK), calendars::block),
    op("PUT", "calendars/events/block-slots/{}", EVENTS_WRITE, From::Record, Some(calendars::BLOCK), calendars::update_block),
    op("DELETE", "calendars/events/{}", EVENTS_WRITE, From::Record, Some(&[]), calendars::delete),
    op("GET", "calendars/appointments/{}/notes", EVENTS_READ, From::Record, None, calendars::list_notes),
    op("POST", "calendars/appointments/{}/notes", EVENTS_WRITE, From::Record, Some(calendars::NOTE), calendars::create_note),
    op("PUT", "calendars/appointments/{}/notes/{}", EVENTS_WRITE, From::Record, Some(calendars::NOTE), calendars::update_note),
    op("DELETE", "calendars/appointments/{}/notes/{}", EVENTS_WRITE, From::Record, None, calendars::delete_note),
    op("GET", "calendars/{}", Some("calendars.readonly"), From::Record, None, calendars::get_calendar),
    op("GET", "calendars/{}/free-slots", Some("calendars.readonly"), From::Record, None, calendars::free_slots),
    op("GET", "opportunities/pipelines", DEALS_READ, From::Query, None, opportunities::pipelines),
    op("GET", "opportunities/lost-reason", DEALS_READ, From::Query, None, opportunities::lost_reasons),
    op("GET", "opportunities/search", DEALS_READ, From::OddQuery, None, opportunities::query),
    op("POST", "opportunities/search", DEALS_READ, From::Body, Some(opportunities::SEARCH), opportunities::search),
    op("POST", "opportunities/upsert", DEALS_WRITE, From::Body, Some(opportunities::UPSERT), opportunities::upsert),
    op("POST", "opportunities", DEALS_WRITE, From::Body, Some(opportunities::CREATE), opportunities::create),
    op("GET", "opportunities/{}", DEALS_READ, From::Record, None, opportunities::get),
    op("PUT", "opportunities/{}", DEALS_WRITE, From::Record, Some(opportunities::UPDATE), opportunities::update),
    op("DELETE", "opportunities/{}", DEALS_WRITE, From::Record, None, opportunities::delete),
    op("PUT", "opportunities/{}/status", DEALS_WRITE, From::Record, Some(opportunities::STATUS), opportunities::set_status),
    op("POST", "opportunities/{}/followers", DEALS_WRITE, From::Record, Some(opportunities::FOLLOWERS), opportunities::follow),
    op("DELETE", "opportunities/{}/followers", DEALS_WRITE, From::Record, Some(opportunities::FOLLOWERS), opportunities::unfollow),
    op("GET", "conversations/search", TALKS_READ, From::Query, None, conversations::search),
    op("POST", "conversations/messages", MESSAGES_WRITE, From::Nowhere, Some(conversations::SEND), conversations::send),
    op("POST", "conversations/messages/inbound", MESSAGES_WRITE, From::Nowhere, Some(conversations::INBOUND), conversations::inbound),
    op("GET", "conversations/messages/{}", MESSAGES_READ, From::Nowhere, None, conversations::message),
    op("GET", "conversations/{}", TALKS_READ, From::Record, None, conversations::get),
    op("PUT", "conversations/{}", TALKS_WRITE, From::Record, Some(conversations::UPDATE), conversations::update),
    op("GET", "conversations/{}/messages", MESSAGES_READ, From::Record, None, conversations::messages),
    for_agencies_too(op("GET", "users/search", Some("users.readonly"), From::Nowhere, None, users::search)),
    for_agencies_too(op("GET", "users", Some("users.readonly"), From::Query, None, users::list)),
    for_agencies_too(op("GET", "users/{}", Some("users.readonly"), From::Nowhere, None, users::get)),
    op("GET", "businesses", FIRMS_READ, From::Query, None, businesses::list),
    op("POST", "businesses", FIRMS_WRITE, From::Body, Some(businesses::CREATE), businesses::create),
    op("GET", "businesses/{}", FIRMS_READ, From::Record, None, businesses::get),
    op("PUT", "businesses/{}", FIRMS_WRITE, From::Record, Some(businesses::UPDATE), businesses::update),
    op("DELETE", "businesses/{}", FIRMS_WRITE, From::Record, None, businesses::delete),
    op("GET", "workflows", Some("workflows.readonly"), From::Query, None, workflows::list),
    op("GET", "campaigns", Some("campaigns.readonly"), From::Query, None, workflows::campaigns),
];

/// The operation of a route, with its path parameters. A slash at the end makes no difference.
pub(super) fn find<'a>(method: &str, path: &'a str) -> Option<(&'static Operation, Vec<&'a str>)> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    OPERATIONS
        .iter()
        .filter(|operation| operation.method == method)
        .find_map(|operation| {
            let params = matched(operation.path, &segments)?;
            Some((operation, params))
        })
}

/// Every scope that an operation needs, once.
pub(super) fn scopes() -> BTreeSet<&'static str> {
    OPERATIONS
        .iter()
        .filter_map(|operation| operation.scope)
        .collect()
}

fn matched<'a>(pattern: &str, segments: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut params = Vec::new();
    let mut count = 0;
    for (number, part) in pattern.split('/').enumerate() {
        let segment = segments.get(number)?;
        match part {
            "{}" if !segment.is_empty() => params.push(*segment),
            literal if literal == *segment => {}
            _ => return None,
        }
        count = number + 1;
    }
    (count == segments.len()).then_some(params)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn literal_routes_win_over_parameters() {
        let path =
            |method, path| find(method, path).map(|(operation, params)| (operation.path, params));
        assert_eq!(
            path("GET", "/contacts/search/duplicate"),
            Some(("contacts/search/duplicate", vec![]))
        );
        assert_eq!(
            path("GET", "/contacts/tasks"),
            Some(("contacts/{}", vec!["tasks"]))
        );
        assert_eq!(path("GET", "/contacts/"), Some(("contacts", vec![])));
        assert_eq!(
            path("GET", "/contacts/a/tasks/b"),
            Some(("contacts/{}/tasks/{}", vec!["a", "b"]))
        );
        assert_eq!(path("GET", "/oauth/location-token"), None);
    }
}
