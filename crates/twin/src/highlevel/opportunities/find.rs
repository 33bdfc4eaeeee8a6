//! Which opportunities a search means.

use super::Opportunity;
use crate::highlevel::id::Id;
use crate::highlevel::world::World;

/// Rows of a page when nothing is said, and at most.
pub(super) const USUAL: usize = 20;
pub(super) const MOST: usize = 100;

/// What both searches can ask for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub words: String,
    pub conditions: Vec<(Property, Vec<String>)>,
    pub from: Option<i64>,
    pub to: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Property {
    Id,
    Pipeline,
    Stage,
    Contact,
    AssignedTo,
    Status,
}

impl Property {
    fn of(self, opportunity: &Opportunity) -> String {
        match self {
            Self::Id => opportunity.id.to_string(),
            Self::Pipeline => opportunity.pipeline.clone(),
            Self::Stage => opportunity.stage.clone(),
            Self::Contact => opportunity.contact.to_string(),
            Self::AssignedTo => opportunity.assigned_to.clone(),
            Self::Status => opportunity.status.clone(),
        }
    }

    /// By the names of the dated query, and of the records.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "pipeline_id" | "pipelineId" => Self::Pipeline,
            "pipeline_stage_id" | "pipelineStageId" => Self::Stage,
            "contact_id" | "contactId" => Self::Contact,
            "assigned_to" | "assignedTo" => Self::AssignedTo,
            "status" => Self::Status,
            _ => return None,
        })
    }
}

/// Newest first.
pub(super) fn matching<'a>(world: &'a World, wanted: &Wanted) -> Vec<&'a Opportunity> {
    let mut found: Vec<&Opportunity> = world
        .opportunities
        .after(None)
        .filter(|row| {
            wanted.from.is_none_or(|from| row.added >= from)
                && wanted.to.is_none_or(|to| row.added < to)
                && wanted
                    .conditions
                    .iter()
                    .all(|(property, values)| values.contains(&property.of(row)))
                && holds(world, row, &wanted.words)
        })
        .collect();
    found.sort_by_key(|row| std::cmp::Reverse((row.added, row.id)));
    found
}

fn holds(world: &World, row: &Opportunity, words: &str) -> bool {
    words.is_empty()
        || row.name.to_lowercase().contains(words)
        || world.contacts.get(row.contact).is_some_and(|contact| {
            [
                contact.contact_name(),
                contact.email.to_lowercase(),
                contact.phone.clone(),
            ]
            .iter()
            .any(|text| text.contains(words))
        })
}

pub(super) fn is_after(row: &Opportunity, (added, id): (i64, Id)) -> bool {
    (row.added, row.id) < (added, id)
}
