//! What a pass keeps of changes, so that flows hear of each of them once.
//!
//! A first run is history and keeps nothing; what an undo puts back is no news.

use super::Pass;
use crate::AppError;
use crate::flows::sources;
use domain::Side;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Change, NewSighting, Signal};

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Sightings(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// Whether changes of snapshots are kept.
    changes: bool,
    /// The sources that a flow waits for: of these webhooks are kept as well.
    waited_for: BTreeSet<String>,
}

impl Pass<'_> {
    /// Finds out what is to be kept: when a pass begins, and before webhooks are taken, since a flow may have been given
    /// meanwhile.
    pub(super) async fn begin_sightings(&self) -> Result<(), AppError> {
        let changes = !self.connection.is_dry && !self.is_first_run().await?;
        let waited_for = if changes {
            sources::awaited(&self.store.flows(self.shop.id).await?)
        } else {
            BTreeSet::new()
        };
        *self.kept() = Kept {
            changes,
            waited_for,
        };
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        let kept = &self.sightings.0;
        kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The changes, with the word that they are kept as sightings; and whether flows may wait for any of them.
    pub(super) fn sighted(&self, mut changes: Vec<Change>) -> (Vec<Change>, bool) {
        // What an undo puts back is no news; what it finds that people did is.
        let puts_back = self.own_work_only
            && changes
                .iter()
                .any(|change| matches!(change, Change::Wrote(..)));
        let (kept, awaited) = {
            let kept = self.kept();
            (kept.changes && !puts_back, !kept.waited_for.is_empty())
        };
        let tells = |change: &Change| {
            matches!(
                change,
                Change::Saw { .. } | Change::Wrote(..) | Change::Gone(..)
            )
        };
        let snapshots = kept && changes.iter().any(tells);
        if snapshots {
            changes.insert(0, Change::Sight);
        }
        let events = changes
            .iter()
            .any(|change| matches!(change, Change::Sighted(_)));
        (changes, (snapshots && awaited) || events)
    }

    /// Whether a flow waits for what happens to the records of a source.
    pub(super) fn flows_wait_for(&self, source: &str) -> bool {
        self.kept().waited_for.contains(source)
    }

    /// What a webhook tells that no snapshot shows, where a flow waits for it.
    pub(super) fn event_of(&self, signal: &Signal) -> Option<NewSighting> {
        if signal.side != Side::HighLevel {
            return None;
        }
        let source = sources::of_event(&signal.what)?;
        if !self.flows_wait_for(&source) {
            return None;
        }
        let after: Json = serde_json::from_slice(&signal.body).ok()?;
        Some(NewSighting {
            record: sources::record_of(&after).unwrap_or_else(|| signal.webhook.to_string()),
            source,
            event: Some(signal.what.clone()),
            before: None,
            after: Some(after),
        })
    }
}
