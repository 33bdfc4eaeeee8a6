//! What contact search knows: the contacts as they were some seconds ago, ordered by their dates (highlevel-api.md 7.7).

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use crate::highlevel::contacts::keys::Keys;
use crate::highlevel::contacts::model::Contact;
use crate::highlevel::id::Id;

/// Something that search does not know yet.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Put(Arc<Contact>),
    Gone(Id),
}

/// A date that rows are kept ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateField {
    Added,
    Updated,
}

impl DateField {
    pub fn of(self, contact: &Contact) -> i64 {
        match self {
            Self::Added => contact.added,
            Self::Updated => contact.updated,
        }
    }
}

type Dates = BTreeSet<(i64, Id)>;
/// A stretch of a date order.
pub(crate) type Stretch = (Bound<(i64, Id)>, Bound<(i64, Id)>);

/// The lagging copy. Rows share their memory with the store.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    rows: HashMap<Id, Arc<Contact>>,
    pub keys: Keys,
    added: Dates,
    updated: Dates,
    pending: VecDeque<(i64, Change)>,
}

impl Index {
    pub fn later(&mut self, due: i64, change: Change) {
        self.pending.push_back((due, change));
    }

    /// Takes over what is due.
    pub fn advance(&mut self, now: i64) {
        while self.pending.front().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, change)) = self.pending.pop_front() {
                self.take_over(change);
            }
        }
    }

    /// After the lag was made shorter: nothing waits longer than until `latest`.
    pub fn hasten(&mut self, latest: i64) {
        for (due, _) in &mut self.pending {
            *due = (*due).min(latest);
        }
    }

    fn take_over(&mut self, change: Change) {
        match change {
            Change::Put(contact) => {
                self.forget(contact.id);
                self.added.insert((contact.added, contact.id));
                self.updated.insert((contact.updated, contact.id));
                self.keys.add(&contact);
                self.rows.insert(contact.id, contact);
            }
            Change::Gone(id) => self.forget(id),
        }
    }

    fn forget(&mut self, id: Id) {
        if let Some(old) = self.rows.remove(&id) {
            self.added.remove(&(old.added, id));
            self.updated.remove(&(old.updated, id));
            self.keys.remove(&old);
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn get(&self, id: Id) -> Option<&Arc<Contact>> {
        self.rows.get(&id)
    }

    /// Rows in a stretch of a date order.
    pub fn by_date(
        &self,
        field: DateField,
        stretch: Stretch,
    ) -> impl DoubleEndedIterator<Item = &Arc<Contact>> {
        self.dates(field)
            .range(stretch)
            .filter_map(|(_, id)| self.rows.get(id))
    }

    /// How many rows a stretch has.
    pub fn count(&self, field: DateField, stretch: Stretch) -> usize {
        self.dates(field).range(stretch).count()
    }

    fn dates(&self, field: DateField) -> &Dates {
        match field {
            DateField::Added => &self.added,
            DateField::Updated => &self.updated,
        }
    }
}
