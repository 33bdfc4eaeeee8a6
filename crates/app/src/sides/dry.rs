//! A side that answers writes without sending them: for previews. Reads go through.

use crate::ports::{Act, Draft, Finding, Made, Page, Port, PortError, Scope, Writes};
use async_trait::async_trait;
use domain::{Field, Kind, Record, RecordId, Side, Timestamp};
use serde_json::Value as Json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Wraps a side; nothing is ever written through it.
pub(crate) struct DryPort {
    inner: Arc<dyn Port>,
    made: AtomicU64,
}

impl DryPort {
    pub(crate) fn new(inner: Arc<dyn Port>) -> Self {
        Self {
            inner,
            made: AtomicU64::new(0),
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
        self.inner.fetch(kind, id, parent).await
    }

    async fn list_of(&self, kind: Kind, parent: &RecordId) -> Result<Vec<Record>, PortError> {
        // What the preview itself made has no notes.
        if parent.as_str().starts_with("preview-") {
            return Ok(Vec::new());
        }
        self.inner.list_of(kind, parent).await
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

    async fn find(&self, _: &Draft, _: Timestamp, _: Timestamp) -> Result<Finding, PortError> {
        Ok(Finding {
            candidates: Vec::new(),
            conclusive: true,
        })
    }
}
