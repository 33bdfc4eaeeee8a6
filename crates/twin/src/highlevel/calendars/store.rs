//! All appointments, by id, contact and start. Deleted ones stay, marked.

use std::collections::{BTreeMap, BTreeSet};

use crate::highlevel::contacts::model::Writer;
use crate::highlevel::id::Id;

#[derive(Debug, Clone)]
pub(crate) struct Appointment {
    pub id: Id,
    pub calendar: String,
    pub contact: Id,
    pub title: String,
    pub description: String,
    pub address: String,
    /// `new`, `confirmed`, `cancelled`, `showed`, `noshow` or `invalid`.
    pub status: String,
    pub assigned_to: String,
    pub meeting_location_type: String,
    pub rrule: String,
    /// Milliseconds.
    pub start: i64,
    pub end: i64,
    pub added: i64,
    pub updated: i64,
    pub deleted: bool,
    pub created_by: Writer,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Appointments {
    all: BTreeMap<Id, Appointment>,
    of: BTreeMap<Id, Vec<Id>>,
    by_start: BTreeSet<(i64, Id)>,
}

impl Appointments {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn get(&self, id: Id) -> Option<&Appointment> {
        self.all.get(&id)
    }

    pub fn after(&self, id: Option<Id>) -> impl Iterator<Item = &Appointment> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = id.map_or(Unbounded, Excluded);
        self.all.range((from, Unbounded)).map(|(_, event)| event)
    }

    pub fn put(&mut self, event: Appointment) {
        let old = self.all.get(&event.id).map(|old| (old.contact, old.start));
        if let Some((contact, start)) = old {
            self.by_start.remove(&(start, event.id));
            if contact != event.contact
                && let Some(list) = self.of.get_mut(&contact)
            {
                list.retain(|id| *id != event.id);
            }
        }
        if old.is_none_or(|(contact, _)| contact != event.contact) {
            self.of.entry(event.contact).or_default().push(event.id);
        }
        self.by_start.insert((event.start, event.id));
        self.all.insert(event.id, event);
    }

    pub fn of(&self, contact: Id) -> impl Iterator<Item = &Appointment> {
        self.of
            .get(&contact)
            .into_iter()
            .flatten()
            .filter_map(|id| self.all.get(id))
    }

    /// From `start` on and before `end`, in order.
    pub fn starting(&self, start: i64, end: i64) -> impl Iterator<Item = &Appointment> {
        self.by_start
            .range((start, Id::MIN)..(end.max(start), Id::MIN))
            .filter_map(|(_, id)| self.all.get(id))
    }

    /// Marks the appointments of a contact as deleted.
    pub fn delete_of(&mut self, contact: Id, now: i64) {
        for id in self.of.get(&contact).cloned().unwrap_or_default() {
            self.delete(id, now);
        }
    }

    /// Marks one as deleted.
    pub fn delete(&mut self, id: Id, now: i64) {
        if let Some(event) = self.all.get_mut(&id) {
            event.deleted = true;
            event.updated = now;
        }
    }
}
