//! A side that answers writes without sending them: for previews. Reads go through.

use crate::ports::{Act, Draft, Finding, Made, Page, Port, PortError, Scope, Writes};
use async_trait::async_trait;
use domain::{Field, Kind, Record, RecordId, Side, Timestamp, Value};
use serde_json::Value as Json;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Wraps a side; nothing is ever written through it.
pub(crate) struct DryPort {
    inner: Arc<dyn Port>,
    made: AtomicU64,
    /// Notes and comments that the preview made: they are read back from their parent's list.
    notes: Mutex<Vec<Record>>,
    /// What the preview deleted.
    deleted: Mutex<HashSet<(Kind, RecordId)>>,
}

impl DryPort {
    pub(crate) fn new(inner: Arc<dyn Port>) -> Self {
        Self {
            inner,
            made: AtomicU64::new(0),
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
        self.inner.fetch(kind, id, parent).await
    }

    async fn list_of(&self, kind: Kind, parent: &RecordId) -> Result<Vec<Record>, PortError> {
        // What the preview itself made has no notes at the vendor.
        let mut records = if parent.as_str().starts_with("preview-") {
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
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let id = RecordId::new(format!("preview-{}-{number}", draft.kind));
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
        let Some(mut record) = self.inner.fetch(kind, id, parent).await? else {
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

    async fn find(&self, _: &Draft, _: Timestamp, _: Timestamp) -> Result<Finding, PortError> {
        Ok(Finding {
            candidates: Vec::new(),
            conclusive: true,
        })
    }
}
