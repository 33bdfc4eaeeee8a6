//! All tasks of the location.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{self, Excluded, Unbounded};

use crate::highlevel::id::Id;

#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub id: Id,
    pub contact: Id,
    pub title: String,
    pub body: String,
    pub assigned_to: String,
    /// Milliseconds.
    pub due: i64,
    pub completed: bool,
    pub added: i64,
    pub updated: i64,
}

/// All tasks; ordered by when they were made for the search, by contact for the lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tasks {
    all: BTreeMap<Id, Task>,
    of: BTreeMap<Id, Vec<Id>>,
    by_added: BTreeSet<(i64, Id)>,
}

impl Tasks {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn after(&self, id: Option<Id>) -> impl Iterator<Item = &Task> {
        let from = id.map_or(Unbounded, Excluded);
        self.all.range((from, Unbounded)).map(|(_, task)| task)
    }

    pub fn put(&mut self, task: Task) {
        let old = self.all.get(&task.id).map(|old| (old.contact, old.added));
        if let Some((contact, added)) = old {
            self.by_added.remove(&(added, task.id));
            if contact != task.contact
                && let Some(list) = self.of.get_mut(&contact)
            {
                list.retain(|id| *id != task.id);
            }
        }
        // A task that stays with its contact keeps its place in the list.
        if old.is_none_or(|(contact, _)| contact != task.contact) {
            self.of.entry(task.contact).or_default().push(task.id);
        }
        self.by_added.insert((task.added, task.id));
        self.all.insert(task.id, task);
    }

    pub fn get(&self, id: Id) -> Option<&Task> {
        self.all.get(&id)
    }

    pub fn remove(&mut self, id: Id) -> bool {
        let Some(old) = self.all.remove(&id) else {
            return false;
        };
        self.by_added.remove(&(old.added, id));
        if let Some(list) = self.of.get_mut(&old.contact) {
            list.retain(|known| *known != id);
        }
        true
    }

    /// In the order of their making, from a place on.
    pub fn from(&self, place: Bound<(i64, Id)>) -> impl Iterator<Item = &Task> {
        self.by_added
            .range((place, Unbounded))
            .filter_map(|(_, id)| self.all.get(id))
    }

    pub fn remove_of(&mut self, contact: Id) {
        for id in self.ids_of(contact) {
            self.remove(id);
        }
        self.of.remove(&contact);
    }

    pub fn ids_of(&self, contact: Id) -> Vec<Id> {
        self.of.get(&contact).cloned().unwrap_or_default()
    }
}
