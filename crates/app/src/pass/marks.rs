//! Where reading stands, as far as losing it costs nothing but reading again. It is kept with whatever a pass writes next, at the
//! latest at its end: one that finds nothing writes once, not after every page.

use super::Pass;
use crate::AppError;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Change, FactRow};

/// What is to be kept, by source.
#[derive(Debug, Default)]
pub(super) struct Marks(Mutex<BTreeMap<String, FactRow>>);

impl Pass<'_> {
    /// Where reading of a source stands now. Whatever was read up to there has been kept: others may write this at any moment,
    /// and later than what is kept after it, which then is read again.
    pub(super) fn mark(&self, source: String, value: Json) {
        let at = self.now();
        self.marks().insert(source, FactRow { value, at });
    }

    /// Where reading of a source stood last, kept or to be kept.
    pub(super) async fn cursor(&self, source: &str) -> Result<Option<FactRow>, AppError> {
        let marked = self.marks().get(source).cloned();
        match marked {
            Some(row) => Ok(Some(row)),
            None => Ok(self.store.cursor(self.shop.id, source).await?),
        }
    }

    /// What is to be kept before these changes, which may tell of a later state, and then the changes.
    pub(super) fn with_marks(&self, changes: Vec<Change>) -> Vec<Change> {
        let marks = std::mem::take(&mut *self.marks());
        let marks = (!marks.is_empty()).then_some(Change::Cursors(marks));
        marks.into_iter().chain(changes).collect()
    }

    /// Keeps them, where nothing else was written since.
    pub(super) async fn keep_marks(&self) -> Result<(), AppError> {
        let marks = self.with_marks(Vec::new());
        Ok(self.store.commit(self.shop.id, self.now(), marks).await?)
    }

    fn marks(&self) -> MutexGuard<'_, BTreeMap<String, FactRow>> {
        self.marks.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
