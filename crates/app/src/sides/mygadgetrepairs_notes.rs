//! MyGadgetRepairs' ticket comments, and custom fields of customers.

use super::put;
use crate::ports::{Act, Draft, Made, PortError};
use domain::{FailureClass, Field, Kind, Record, RecordId, Side, Value};
use jiff::tz::TimeZone;
use mygadgetrepairs::model::{Comment, CommentWrite, CustomField, CustomFieldOwner, CustomerWrite};
use mygadgetrepairs::{Client, Cursor};
use std::collections::BTreeMap;

/// Pages of a ticket's comments that are read, newest first.
const PAGES: usize = 4;

/// The newest comments of a ticket.
pub(super) async fn list(
    client: &Client,
    zone: &TimeZone,
    ticket: &RecordId,
) -> Result<Vec<Record>, PortError> {
    let mut records = Vec::new();
    let mut cursor = Cursor::start();
    for _ in 0..PAGES {
        let page = client
            .ticket_comments()
            .page(ticket, &cursor)
            .await
            .map_err(PortError::from)?;
        records.extend(page.items.iter().map(|found| comment(found, zone, ticket)));
        match page.next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    Ok(records)
}

fn comment(found: &Comment, zone: &TimeZone, ticket: &RecordId) -> Record {
    let mut record = Record::new(Side::MyGadgetRepairs, Kind::Note, found.id.clone());
    record.parent = Some(ticket.clone());
    let body = found.text.as_deref().map(mapping::note_text);
    // As sent, or as HTML: a note may speak of tags, so the plain reading comes first.
    record.mark = [found.text.as_deref(), body.as_deref()]
        .into_iter()
        .flatten()
        .find_map(|body| mapping::mark::read_comment(body).1);
    put(&mut record, Field::Body, body.as_deref());
    let author = found
        .author
        .as_ref()
        .and_then(|author| author.name.as_deref());
    put(&mut record, Field::Author, author);
    record.set(Field::Internal, found.internal.map(Value::Flag));
    record.created_at = found.created.and_then(|stamp| stamp.instant(zone));
    record
}

/// Adds a comment, always as internal. The answer holds nothing but the id.
pub(super) async fn create(client: &Client, draft: &Draft) -> Result<Made, PortError> {
    let Some(ticket) = &draft.parent else {
        return Err(refused("a comment needs a ticket".to_owned()));
    };
    let write = CommentWrite {
        ticket: ticket.clone(),
        text: super::text_of(&draft.fields, Field::Body).unwrap_or_default(),
        internal: true,
    };
    let id = client
        .ticket_comments()
        .create(&write)
        .await
        .map_err(PortError::from)?;
    Ok(Made { id, record: None })
}

/// Whether a customer's custom field holds the text.
pub(super) async fn is_done(
    client: &Client,
    customer: &RecordId,
    act: &Act,
) -> Result<bool, PortError> {
    let Act::Field { name, value } = act else {
        return Err(refused(
            "MyGadgetRepairs has neither tags nor workflows".to_owned(),
        ));
    };
    let key = field(client, name).await?.key();
    let found = client
        .customers()
        .get(customer)
        .await
        .map_err(PortError::from)?;
    let has = found.custom.get(&key).and_then(Value::text);
    Ok(Field::Body.same(has.as_ref(), Value::text(value).as_ref()))
}

pub(super) async fn enact(
    client: &Client,
    customer: &RecordId,
    act: &Act,
) -> Result<(), PortError> {
    let Act::Field { name, value } = act else {
        return Err(refused(
            "MyGadgetRepairs has neither tags nor workflows".to_owned(),
        ));
    };
    let key = field(client, name).await?.key();
    let write = CustomerWrite {
        custom: Some(BTreeMap::from([(key, value.clone())])),
        ..CustomerWrite::default()
    };
    client
        .customers()
        .update(customer, &write)
        .await
        .map(|_| ())
        .map_err(PortError::from)
}

async fn field(client: &Client, name: &str) -> Result<CustomField, PortError> {
    let wanted = domain::normalize::name::key(name);
    let fields = client
        .custom_fields()
        .all(CustomFieldOwner::Customer)
        .await
        .map_err(PortError::from)?;
    fields
        .into_iter()
        .find(|field| {
            field.id.as_str() == name
                || field.key() == name
                || field
                    .label
                    .as_deref()
                    .is_some_and(|label| domain::normalize::name::key(label) == wanted)
        })
        .ok_or_else(|| {
            refused(format!(
                "MyGadgetRepairs has no custom field `{name}` for customers; make it there, or correct notes.to in the rules"
            ))
        })
}

fn refused(message: String) -> PortError {
    PortError::ours(
        Side::MyGadgetRepairs,
        FailureClass::Permanent,
        "MGR-NOTE-01",
        message,
    )
}
