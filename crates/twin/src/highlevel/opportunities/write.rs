//! Making, changing and deleting opportunities (highlevel-api.md 12).
//!
//! Guesses, because nobody recorded the answers: the words of every refusal here, that one contact may have one
//! opportunity in a pipeline unless the location allows more, and that `all` is no status that can be written.

use serde_json::{Map, Value, json};

use super::{Opportunity, found, show};
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply, texts};
use crate::highlevel::contacts::custom_values;
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::{World, both_spellings};

const STATUSES: Kind = Kind::OneOf(&["open", "won", "lost", "abandoned"]);

macro_rules! fields {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            may("pipelineStageId", Kind::Text),
            may("monetaryValue", Kind::Number),
            may("assignedTo", Kind::Text),
            // In the documents of v3 only.
            may("forecastExpectedCloseDate", Kind::Text),
            may("forecastProbability", Kind::Number),
        ]
    };
}

pub(in crate::highlevel) const CREATE: &[Field] = fields![
    must("pipelineId", Kind::Key),
    must("locationId", Kind::Key),
    must("name", Kind::Key),
    must("status", STATUSES),
    must("contactId", Kind::Key),
    may("customFields", Kind::List),
];
pub(in crate::highlevel) const UPDATE: &[Field] = fields![
    may("pipelineId", Kind::Text),
    may("name", Kind::Text),
    may("status", STATUSES),
    may("customFields", Kind::List),
];
/// The documents leave `contactId` out, without which nothing could be made; and require what only concerns followers.
pub(in crate::highlevel) const UPSERT: &[Field] = fields![
    must("pipelineId", Kind::Key),
    must("locationId", Kind::Key),
    may("id", Kind::Text),
    may("contactId", Kind::Text),
    may("name", Kind::Text),
    may("status", STATUSES),
    may("lostReasonId", Kind::Text),
    may("followers", Kind::Any),
    may("isRemoveAllFollowers", Kind::Flag),
    may("followersActionType", Kind::OneOf(&["add", "remove"])),
];
pub(in crate::highlevel) const STATUS: &[Field] =
    &[must("status", STATUSES), may("lostReasonId", Kind::Text)];
pub(in crate::highlevel) const FOLLOWERS: &[Field] = &[must("followers", Kind::Texts)];

pub(in crate::highlevel) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let made = make(world, call)?;
    Ok(Reply::created(json!({ "opportunity": made })))
}

/// By its id, else the contact's in this pipeline, else a new one.
pub(in crate::highlevel) fn upsert(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let known = match call.text("id").filter(|id| !id.is_empty()) {
        Some(id) => Some(found(world, id)?.clone()),
        None => {
            let contact = call.text("contactId").unwrap_or_default();
            if contact.is_empty() {
                return Err(Refusal::invalid_one("contactId should not be empty"));
            }
            let contact = world.contact_above(contact)?.id;
            in_pipeline(world, contact, call.text("pipelineId").unwrap_or_default()).cloned()
        }
    };
    let new = known.is_none();
    let shown = match known {
        Some(known) => change(world, &known, call)?,
        None => make(world, call)?,
    };
    Ok(Reply::ok(json!({ "opportunity": shown, "new": new })))
}

pub(in crate::highlevel) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let old = found(world, call.param(0))?.clone();
    let shown = change(world, &old, call)?;
    Ok(Reply::ok(json!({ "opportunity": shown })))
}

pub(in crate::highlevel) fn set_status(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Reply, Refusal> {
    let old = found(world, call.param(0))?.clone();
    change(world, &old, call)?;
    Ok(Reply::ok(both_spellings()))
}

pub(in crate::highlevel) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = found(world, call.param(0))?.id;
    if let Some(gone) = world.opportunities.remove(id) {
        world.note_opportunity_gone(&gone, call.now);
    }
    Ok(Reply::ok(both_spellings()))
}

pub(in crate::highlevel) fn follow(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut opportunity = found(world, call.param(0))?.clone();
    let mut added = call.texts("followers");
    added.retain(|user| !opportunity.followers.contains(user));
    opportunity.followers.extend(added.iter().cloned());
    let followers = opportunity.followers.clone();
    world.opportunities.put(opportunity);
    Ok(Reply::created(
        json!({ "followers": followers, "followersAdded": added }),
    ))
}

pub(in crate::highlevel) fn unfollow(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut opportunity = found(world, call.param(0))?.clone();
    let mut removed = call.texts("followers");
    removed.retain(|user| opportunity.followers.contains(user));
    opportunity.followers.retain(|user| !removed.contains(user));
    let followers = opportunity.followers.clone();
    world.opportunities.put(opportunity);
    Ok(Reply::ok(
        json!({ "followers": followers, "followersRemoved": removed }),
    ))
}

fn in_pipeline<'a>(world: &'a World, contact: Id, pipeline: &str) -> Option<&'a Opportunity> {
    world
        .opportunities
        .of(contact)
        .find(|known| known.pipeline == pipeline)
}

fn make(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let contact = world
        .contact_above(call.text("contactId").unwrap_or_default())?
        .clone();
    let pipeline = call.text("pipelineId").unwrap_or_default();
    if !world.settings.allow_duplicate_opportunity
        && in_pipeline(world, contact.id, pipeline).is_some()
    {
        return Err(Refusal::bad_request(
            "The contact has an opportunity in this pipeline already.",
        ));
    }
    let mut made = Opportunity {
        id: world.opportunities.new_id(),
        contact: contact.id,
        name: contact.full_name(),
        pipeline: String::new(),
        stage: String::new(),
        status: "open".to_owned(),
        value: 0.0,
        assigned_to: String::new(),
        source: if call.writer.source == "INTEGRATION" {
            "public api".to_owned()
        } else {
            String::new()
        },
        lost_reason: String::new(),
        followers: Vec::new(),
        custom: Vec::new(),
        added: call.now,
        updated: call.now,
        status_changed: call.now,
        stage_changed: call.now,
    };
    apply(world, &mut made, call.body)?;
    let (contact, id, by) = (made.contact, made.id.to_string(), call.writer.source);
    world.opportunities.put(made.clone());
    world.note_opportunity(None, &made, call.now);
    world.note_automation("opportunity_created", contact, &id, by, call.now);
    Ok(show(world, &made, true))
}

fn change(world: &mut World, old: &Opportunity, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut new = old.clone();
    apply(world, &mut new, call.body)?;
    new.updated = call.now;
    if new.status != old.status {
        new.status_changed = call.now;
    }
    if (&new.pipeline, &new.stage) != (&old.pipeline, &old.stage) {
        new.stage_changed = call.now;
    }
    world.opportunities.put(new.clone());
    world.note_opportunity(Some(old), &new, call.now);
    let (id, by) = (new.id.to_string(), call.writer.source);
    for (changed, trigger) in [
        (old.stage != new.stage, "opportunity_stage_changed"),
        (old.status != new.status, "opportunity_status_changed"),
    ] {
        if changed {
            world.note_automation(trigger, new.contact, &id, by, call.now);
        }
    }
    Ok(show(world, &new, true))
}

fn apply(world: &World, of: &mut Opportunity, body: &Map<String, Value>) -> Result<(), Refusal> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    for (name, place) in [
        ("name", &mut of.name),
        ("status", &mut of.status),
        ("assignedTo", &mut of.assigned_to),
        ("lostReasonId", &mut of.lost_reason),
    ] {
        if let Some(written) = text(name) {
            written.clone_into(place);
        }
    }
    if let Some(value) = body.get("monetaryValue").and_then(Value::as_f64) {
        of.value = value;
    }
    let wanted = text("pipelineId").unwrap_or(&of.pipeline);
    let pipeline = world
        .opportunities
        .pipeline(wanted)
        .ok_or_else(|| Refusal::bad_request(format!("Pipeline with id {wanted} not found")))?;
    let moved = pipeline.id != of.pipeline;
    of.pipeline.clone_from(&pipeline.id);
    match text("pipelineStageId") {
        Some(stage) if pipeline.has(stage) => stage.clone_into(&mut of.stage),
        Some(stage) => {
            return Err(Refusal::bad_request(format!(
                "Stage with id {stage} is not part of the pipeline"
            )));
        }
        // A new or moved one begins at the first stage.
        None if moved => of.stage = first(pipeline),
        None => {}
    }
    if let Some(values) = body.get("customFields") {
        custom_values::apply_to(&mut of.custom, values, "opportunity", &world.custom_fields)?;
    }
    follow_as_told(of, body);
    Ok(())
}

fn first(pipeline: &super::Pipeline) -> String {
    let stage = pipeline.stages.first();
    stage.map(|stage| stage.id.clone()).unwrap_or_default()
}

/// What an upsert says about followers: a list, or one as a text, as in the document's example.
fn follow_as_told(of: &mut Opportunity, body: &Map<String, Value>) {
    let named = match body.get("followers") {
        Some(Value::String(one)) => vec![one.clone()],
        other => texts(other),
    };
    if body.get("isRemoveAllFollowers") == Some(&Value::Bool(true)) {
        of.followers.clear();
    }
    if body.get("followersActionType").and_then(Value::as_str) == Some("remove") {
        of.followers.retain(|user| !named.contains(user));
    } else {
        for user in named {
            if !of.followers.contains(&user) {
                of.followers.push(user);
            }
        }
    }
}
