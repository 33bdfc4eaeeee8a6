//! A side that answers writes without sending them: for previews. Reads go through, but for what the preview itself
//! has read or made: its looks before and after a write cost nothing.

use crate::ports::{Absence, Act, Draft, Finding, Made, Page, Port, PortError, Scope, Writes};
use async_trait::async_trait;
use domain::{Field, Kind, Record, RecordId, ShopId, Side, Timestamp, Value};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;

/// What the preview has read since it began.
pub(crate) struct Readings {
    copy: Store,
    shop: ShopId,
    began: Timestamp,
}

impl Readings {
    pub(crate) const fn new(copy: Store, shop: ShopId, began: Timestamp) -> Self {
        Self { copy, shop, began }
    }

    async fn of(&self, side: Side, kind: Kind, id: &RecordId) -> Option<Record> {
        let stored = self.copy.record(self.shop, side, kind, id).await;
        // What cannot be read here is asked of the vendor.
        let stored = stored.ok().flatten()?;
        (!stored.gone && stored.fetched_at >= self.began).then_some(stored.record)
    }
}

/// Wraps a side; nothing is ever written through it.
pub(crate) struct DryPort {
    inner: Arc<dyn Port>,
    read: Readings,
    number: AtomicU64,
    /// What the preview made and has not read back.
    made: Mutex<HashMap<RecordId, Record>>,
    /// Notes and comments that the preview made: they are read back from their parent's list.
    notes: Mutex<Vec<Record>>,
    /// What the preview deleted.
    deleted: Mutex<HashSet<(Kind, RecordId)>>,
}

impl DryPort {
    pub(crate) fn new(inner: Arc<dyn Port>, read: Readings) -> Self {
        Self {
            inner,
            read,
            number: AtomicU64::new(0),
            made: Mutex::default(),
            notes: Mutex::default(),
            deleted: Mutex::default(),
        }
    }

    fn fill(&self, record: &mut Record, writes: &Writes) {
        for (field, value) in writes {
            record.set(*field, value.clone());
        }
        if record.side == Side::MyGadgetRepairs
            && let Some(name) = writes.get(&Field::Name)
        {
            record.set(Field::Name, name.clone());
        }
    }
}

/// How the ids begin that a preview gives.
const MADE_UP: &str = "preview-";

/// Whether a preview gave the id.
pub(crate) fn is_made_up(id: &RecordId) -> bool {
    id.as_str().starts_with(MADE_UP)
}

#[async_trait]
impl Port for DryPort {
    fn side(&self) -> Side {
        self.inner.side()
    }

    fn lists_lag(&self) -> bool {
        self.inner.lists_lag()
    }

    fn tells_changes(&self, kind: Kind) -> bool {
        self.inner.tells_changes(kind)
    }

    fn guards(&self, field: Field) -> bool {
        self.inner.guards(field)
    }

    async fn page(
        &self,
        kind: Kind,
        scope: &Scope,
        next: Option<&Json>,
    ) -> Result<Page, PortError> {
        self.inner.page(kind, scope, next).await
    }

    async fn fetch(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
    ) -> Result<Option<Record>, PortError> {
        let deleted = {
            let deleted = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
            deleted.contains(&(kind, id.clone()))
        };
        if deleted {
            return Ok(None);
        }
        if is_made_up(id) {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(record) = made.remove(id) {
                return Ok(Some(record));
            }
        }
        match self.read.of(self.side(), kind, id).await {
            Some(record) => Ok(Some(record)),
            None if is_made_up(id) => Ok(None),
            None => self.inner.fetch(kind, id, parent).await,
        }
    }

    async fn list_of(&self, kind: Kind, parent: &RecordId) -> Result<Vec<Record>, PortError> {
        // What the preview itself made has no notes at the vendor.
        let mut records = if is_made_up(parent) {
            Vec::new()
        } else {
            self.inner.list_of(kind, parent).await?
        };
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let made_here = notes
            .iter()
            .filter(|note| note.parent.as_ref() == Some(parent));
        records.extend(made_here.cloned());
        Ok(records)
    }

    async fn is_done(&self, contact: &RecordId, act: &Act) -> Result<bool, PortError> {
        self.inner.is_done(contact, act).await
    }

    async fn enact(&self, _: &RecordId, _: &Act) -> Result<(), PortError> {
        Ok(())
    }

    async fn create(&self, draft: &Draft) -> Result<Made, PortError> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let id = RecordId::new(format!("{MADE_UP}{}-{number}", draft.kind));
        let mut record = Record::new(self.side(), draft.kind, id.clone());
        record.parent.clone_from(&draft.parent);
        record.mark = Some(draft.mark.clone());
        self.fill(&mut record, &draft.fields);
        if (record.side, record.kind) == (Side::MyGadgetRepairs, Kind::Note) {
            // Taken to stay internal, as it is asked for; the first real comment shows whether it does.
            record.set(Field::Internal, Some(Value::Flag(true)));
        }
        if record.kind == Kind::Note {
            let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            notes.push(record.clone());
        } else if record.side == Side::MyGadgetRepairs {
            // Like the counter's own answers: an id, and the number only when it is read back.
            record.reference = Some(format!("{number}"));
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            made.insert(id.clone(), record);
            return Ok(Made { id, record: None });
        }
        Ok(Made {
            id,
            record: Some(record),
        })
    }

    async fn update(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
        writes: &Writes,
    ) -> Result<Option<Record>, PortError> {
        let Some(mut record) = self.fetch(kind, id, parent).await? else {
            return Ok(None);
        };
        self.fill(&mut record, writes);
        Ok(Some(record))
    }

    async fn same_keys(&self, draft: &Draft) -> Result<Vec<Record>, PortError> {
        self.inner.same_keys(draft).await
    }

    async fn holders(&self, draft: &Draft) -> Result<Vec<Record>, PortError> {
        self.inner.holders(draft).await
    }

    async fn delete(
        &self,
        kind: Kind,
        id: &RecordId,
        _: Option<&RecordId>,
    ) -> Result<(), PortError> {
        let mut deleted = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
        deleted.insert((kind, id.clone()));
        Ok(())
    }

    async fn attached(&self, record: &Record) -> Result<Option<String>, PortError> {
        self.inner.attached(record).await
    }

    async fn find(&self, _: &Draft) -> Result<Finding, PortError> {
        Ok(Finding {
            candidates: Vec::new(),
            absence: Absence::NotThere,
        })
    }
}
