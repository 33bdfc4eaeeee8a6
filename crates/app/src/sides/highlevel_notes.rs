//! HighLevel's notes, and what rules about notes do to a contact.

use super::put;
use crate::ports::{Act, Draft, Made, PortError};
use domain::{FailureClass, Field, Kind, Record, RecordId, Side, Value};
use highlevel::Client;
use highlevel::model::{
    ContactSearch, CreateNote, CustomField, Filter, Note, UpdateContact, WriteCustomValue,
};
use std::collections::BTreeMap;

/// All notes of a contact; none when there is no such contact.
pub(super) async fn list(
    client: &Client,
    users: &BTreeMap<String, String>,
    contact: &RecordId,
) -> Result<Vec<Record>, PortError> {
    match client.notes().list(contact.as_str()).await {
        Ok(notes) => Ok(notes
            .iter()
            .map(|found| note(found, users, contact))
            .collect()),
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn create(
    client: &Client,
    users: &BTreeMap<String, String>,
    draft: &Draft,
) -> Result<Made, PortError> {
    let body = super::text_of(&draft.fields, Field::Body).filter(|text| !text.is_empty());
    let (Some(contact), Some(body)) = (&draft.parent, body) else {
        return Err(refused("a note needs a contact and a text".to_owned()));
    };
    let write = CreateNote {
        body,
        ..CreateNote::default()
    };
    let made = client
        .notes()
        .create(contact.as_str(), &write)
        .await
        .map_err(PortError::from)?;
    Ok(Made {
        id: RecordId::new(made.id.clone()),
        record: Some(note(&made, users, contact)),
    })
}

fn note(found: &Note, users: &BTreeMap<String, String>, contact: &RecordId) -> Record {
    let mut record = Record::new(Side::HighLevel, Kind::Note, RecordId::new(found.id.clone()));
    record.parent = Some(contact.clone());
    let body = found.text().map(mapping::note_text);
    record.mark = body
        .as_deref()
        .and_then(|body| mapping::mark::read_note(body).1);
    put(&mut record, Field::Body, body.as_deref());
    if let Some(user) = &found.user_id {
        let name = users.get(user).unwrap_or(user);
        put(&mut record, Field::Author, Some(name));
    }
    record.created_at = found.date_added;
    record
}

/// Whether a contact has the tag, the value, or is or was in the workflow. The last comes from the index,
/// which lags (highlevel-quirks.md 3.1).
pub(super) async fn is_done(
    client: &Client,
    contact: &RecordId,
    act: &Act,
) -> Result<bool, PortError> {
    let id = contact.as_str();
    match act {
        Act::Tag(tag) => {
            let found = client.contacts().get(id).await.map_err(PortError::from)?;
            // Tags are kept in lower case (highlevel-quirks.md 2.2).
            let wanted = tag.trim().to_lowercase();
            Ok(found.tags.iter().any(|has| has.to_lowercase() == wanted))
        }
        Act::Field { name, value } => {
            let field = field(client, name).await?;
            let found = client.contacts().get(id).await.map_err(PortError::from)?;
            let has = found.custom_value(&field.id).map(|has| match has {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            let same = |has: &String| {
                Field::Body.same(Value::text(has).as_ref(), Value::text(value).as_ref())
            };
            Ok(has.as_ref().is_some_and(same))
        }
        Act::Workflow(name) => {
            let workflow = workflow(client, name).await?;
            for key in ["activeWorkflows", "finishedWorkflows"] {
                let search = ContactSearch {
                    filters: vec![Filter::eq("id", id), Filter::eq(key, workflow.as_str())],
                    page_size: Some(1),
                    ..ContactSearch::default()
                };
                let page = client
                    .contacts()
                    .search(&search)
                    .await
                    .map_err(PortError::from)?;
                if page.rows.iter().any(|row| row.id == id) {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

pub(super) async fn enact(client: &Client, contact: &RecordId, act: &Act) -> Result<(), PortError> {
    let id = contact.as_str();
    match act {
        Act::Tag(tag) => {
            let tags = [tag.trim().to_owned()];
            client
                .contacts()
                .add_tags(id, &tags)
                .await
                .map_err(PortError::from)?;
        }
        Act::Field { name, value } => {
            let field = field(client, name).await?;
            let value = field
                .encode(value)
                .map_err(|why| refused(format!("the custom field `{name}`: {why}")))?;
            let change = UpdateContact {
                custom_fields: vec![WriteCustomValue {
                    id: field.id,
                    value,
                }],
                ..UpdateContact::default()
            };
            client
                .contacts()
                .update(id, &change)
                .await
                .map_err(PortError::from)?;
        }
        Act::Workflow(name) => {
            let workflow = workflow(client, name).await?;
            client
                .contacts()
                .add_to_workflow(id, &workflow)
                .await
                .map_err(PortError::from)?;
        }
    }
    Ok(())
}

async fn field(client: &Client, name: &str) -> Result<CustomField, PortError> {
    let wanted = domain::normalize::name::key(name);
    let is = |text: Option<&str>| {
        text.is_some_and(|text| text == name || domain::normalize::name::key(text) == wanted)
    };
    let fields = client
        .custom_fields()
        .list()
        .await
        .map_err(PortError::from)?;
    fields
        .into_iter()
        .filter(|field| field.model.as_deref() != Some("opportunity"))
        .find(|field| {
            field.id == name || is(field.field_key.as_deref()) || is(field.name.as_deref())
        })
        .ok_or_else(|| {
            refused(format!(
                "HighLevel has no custom field `{name}` for contacts; make it there, or correct the rule"
            ))
        })
}

/// The id of a published workflow.
async fn workflow(client: &Client, name: &str) -> Result<String, PortError> {
    let wanted = domain::normalize::name::key(name);
    let workflows = client.workflows().list().await.map_err(PortError::from)?;
    let found = workflows.into_iter().find(|workflow| {
        workflow.id == name
            || workflow
                .name
                .as_deref()
                .is_some_and(|own| domain::normalize::name::key(own) == wanted)
    });
    match found {
        Some(workflow) if workflow.status.as_deref() == Some("draft") => Err(refused(format!(
            "the HighLevel workflow `{name}` is a draft; publish it, or correct the rule"
        ))),
        Some(workflow) => Ok(workflow.id),
        None => Err(refused(format!(
            "HighLevel has no workflow `{name}`; correct the rule"
        ))),
    }
}

fn refused(message: String) -> PortError {
    PortError::ours(
        Side::HighLevel,
        FailureClass::Permanent,
        "HL-NOTE-01",
        message,
    )
}
