//! Workflows and campaigns: lists, and putting a contact into one (highlevel-api.md 7.13).

use serde_json::{Value, json};

use super::body::{Field, Kind, may};
use super::call::{Call, Reply};
use super::refusal::Refusal;
use super::world::{World, both_spellings};
use crate::ids::Ids;

pub(super) const START: &[Field] = &[may("eventStartTime", Kind::Text)];

#[derive(Debug, Clone)]
pub(crate) struct Workflow {
    pub id: String,
    pub name: &'static str,
    pub published: bool,
}

/// The workflows of a fresh location.
pub(super) fn usual(ids: &mut Ids) -> Vec<Workflow> {
    [
        ("Welcome", true),
        ("Repair finished", true),
        ("Win back", false),
    ]
    .into_iter()
    .map(|(name, published)| Workflow {
        id: ids.uuid(),
        name,
        published,
    })
    .collect()
}

pub(super) fn list(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    let workflows: Vec<Value> = world
        .workflows
        .iter()
        .map(|workflow| {
            json!({
                "id": workflow.id,
                "name": workflow.name,
                "status": if workflow.published { "published" } else { "draft" },
                "version": 1,
                "createdAt": "2025-01-01T00:00:00.000Z",
                "updatedAt": "2025-01-01T00:00:00.000Z",
                "locationId": world.location.id,
            })
        })
        .collect();
    Ok(Reply::ok(json!({ "workflows": workflows })))
}

/// The location has no campaigns.
pub(super) fn campaigns(_world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "campaigns": [] })))
}

fn known(world: &World, id: &str) -> Result<(), Refusal> {
    if world.workflows.iter().any(|workflow| workflow.id == id) {
        Ok(())
    } else {
        Err(Refusal::bad_request(format!(
            "Workflow with id {id} not found"
        )))
    }
}

pub(super) fn add(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut contact = (**world.contact_above(call.param(0))?).clone();
    let workflow = call.param(1);
    known(world, workflow)?;
    let id = contact.id;
    if !contact.workflows.iter().any(|known| known == workflow) {
        contact.workflows.push(workflow.to_owned());
        world.put_contact(contact, call.now);
    }
    world.note_automation("workflow_added", id, workflow, call.writer.source, call.now);
    Ok(Reply::created(both_spellings()))
}

pub(super) fn remove(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut contact = (**world.contact_above(call.param(0))?).clone();
    let workflow = call.param(1);
    known(world, workflow)?;
    contact.workflows.retain(|known| known != workflow);
    world.put_contact(contact, call.now);
    Ok(Reply::ok(both_spellings()))
}

pub(super) fn add_campaign(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = world.contact_above(call.param(0))?.id;
    world.note_automation(
        "campaign_added",
        id,
        call.param(1),
        call.writer.source,
        call.now,
    );
    Ok(Reply::created(both_spellings()))
}

pub(super) fn remove_campaign(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    world.contact_above(call.param(0))?;
    Ok(Reply::ok(both_spellings()))
}
