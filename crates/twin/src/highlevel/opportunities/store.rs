//! All opportunities, by id and contact, with the pipelines they stand in.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Pipeline;
use crate::highlevel::id::Id;
use crate::ids::Ids;

/// An opportunity.
#[derive(Debug, Clone)]
pub(crate) struct Opportunity {
    pub id: Id,
    pub contact: Id,
    pub name: String,
    pub pipeline: String,
    pub stage: String,
    /// `open`, `won`, `lost` or `abandoned`.
    pub status: String,
    pub value: f64,
    pub assigned_to: String,
    pub source: String,
    pub lost_reason: String,
    pub followers: Vec<String>,
    /// Field id to value.
    pub custom: Vec<(Id, Value)>,
    pub added: i64,
    pub updated: i64,
    pub status_changed: i64,
    pub stage_changed: i64,
}

/// Opportunities and pipelines.
#[derive(Debug)]
pub(crate) struct Opportunities {
    pub pipelines: Vec<Pipeline>,
    all: BTreeMap<Id, Opportunity>,
    of: BTreeMap<Id, Vec<Id>>,
    /// Apart from the location's other ids, so that an opportunity changes none of them.
    pub ids: Ids,
}

impl Opportunities {
    pub fn seeded(seed: u64) -> Self {
        let mut ids = Ids::seeded(seed ^ 0x6f70_706f);
        Self {
            pipelines: super::usual(&mut ids),
            all: BTreeMap::new(),
            of: BTreeMap::new(),
            ids,
        }
    }

    pub fn new_id(&mut self) -> Id {
        Id::new(self.ids.alphanumeric())
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn get(&self, id: Id) -> Option<&Opportunity> {
        self.all.get(&id)
    }

    pub fn pipeline(&self, id: &str) -> Option<&Pipeline> {
        self.pipelines.iter().find(|pipeline| pipeline.id == id)
    }

    /// In the order of ids, after this one.
    pub fn after(&self, id: Option<Id>) -> impl Iterator<Item = &Opportunity> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = id.map_or(Unbounded, Excluded);
        self.all.range((from, Unbounded)).map(|(_, found)| found)
    }

    /// Those of a contact, oldest first.
    pub fn of(&self, contact: Id) -> impl Iterator<Item = &Opportunity> {
        self.of
            .get(&contact)
            .into_iter()
            .flatten()
            .filter_map(|id| self.all.get(id))
    }

    pub fn put(&mut self, opportunity: Opportunity) {
        let old = self.all.get(&opportunity.id).map(|old| old.contact);
        if let Some(old) = old.filter(|old| *old != opportunity.contact) {
            self.forget(old, opportunity.id);
        }
        if old != Some(opportunity.contact) {
            self.of
                .entry(opportunity.contact)
                .or_default()
                .push(opportunity.id);
        }
        self.all.insert(opportunity.id, opportunity);
    }

    pub fn remove(&mut self, id: Id) -> Option<Opportunity> {
        let gone = self.all.remove(&id)?;
        self.forget(gone.contact, id);
        Some(gone)
    }

    /// Removes those of a contact.
    pub fn remove_of(&mut self, contact: Id) {
        for id in self.of.remove(&contact).unwrap_or_default() {
            self.all.remove(&id);
        }
    }

    fn forget(&mut self, contact: Id, id: Id) {
        if let Some(list) = self.of.get_mut(&contact) {
            list.retain(|known| *known != id);
        }
    }
}
