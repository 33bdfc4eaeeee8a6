//! All contacts of the location, with their look-ups and the search index behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::keys::Keys;
use super::model::Contact;
use crate::highlevel::id::Id;
use crate::highlevel::search::index::{Change, Index};

/// Contacts as they are now; [`Contacts::index`] is what search knows of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contacts {
    all: BTreeMap<Id, Arc<Contact>>,
    pub keys: Keys,
    pub index: Index,
}

impl Contacts {
    pub fn get(&self, id: Id) -> Option<&Arc<Contact>> {
        self.all.get(&id)
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// In the order of ids, after this one.
    pub fn after(&self, id: Option<Id>) -> impl Iterator<Item = &Arc<Contact>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = id.map_or(Unbounded, Excluded);
        self.all
            .range((from, Unbounded))
            .map(|(_, contact)| contact)
    }

    /// Writes a contact; search will know of it at `searchable_at`.
    pub fn put(&mut self, contact: Contact, searchable_at: i64) -> Arc<Contact> {
        let contact = Arc::new(contact);
        if let Some(old) = self.all.insert(contact.id, Arc::clone(&contact)) {
            self.keys.remove(&old);
        }
        self.keys.add(&contact);
        self.index
            .later(searchable_at, Change::Put(Arc::clone(&contact)));
        contact
    }

    /// Removes a contact; search will still find it until `gone_at`.
    pub fn remove(&mut self, id: Id, gone_at: i64) -> Option<Arc<Contact>> {
        let contact = self.all.remove(&id)?;
        self.keys.remove(&contact);
        self.index.later(gone_at, Change::Gone(id));
        Some(contact)
    }
}
