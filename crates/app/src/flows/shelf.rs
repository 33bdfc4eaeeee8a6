//! The flows of a shop, read and ready to be used.

use crate::{App, AppError};
use domain::Timestamp;
use flows::Flow;
use store::{RunMode, Shop, StoredFlow};

/// A version of a flow that is at work, or tried beside the one that is.
#[derive(Debug)]
pub(super) struct AtWork {
    /// The flow as written.
    pub(super) flow: Flow,
    /// Its version.
    pub(super) version: i64,
    /// Whether it does what it says.
    pub(super) mode: RunMode,
    /// What happened before is history to it.
    pub(super) active_from: Timestamp,
}

impl App {
    /// The flows of a shop that are switched on, drafts beside them.
    pub(super) async fn flows_at_work(&self, shop: &Shop) -> Result<Vec<AtWork>, AppError> {
        let mut at_work = Vec::new();
        for stored in self.store.flows(shop.id).await? {
            if !stored.enabled || stored.paused_why.is_some() {
                continue;
            }
            at_work.extend(version(
                &stored,
                stored.live,
                RunMode::Live,
                &stored.document,
            ));
            if let (Some(number), Some(document)) = (stored.draft, &stored.draft_document) {
                at_work.extend(version(&stored, number, RunMode::Shadow, document));
            }
        }
        Ok(at_work)
    }

    /// A version of a flow, for a run that was begun under it.
    pub(super) async fn flow_of(
        &self,
        shop: &Shop,
        id: &str,
        version: i64,
    ) -> Result<Option<Flow>, AppError> {
        let found = self.store.flow_version(shop.id, id, version).await?;
        Ok(found.and_then(|found| read(id, &found.document)))
    }
}

fn version(
    stored: &StoredFlow,
    number: i64,
    mode: RunMode,
    document: &serde_json::Value,
) -> Option<AtWork> {
    Some(AtWork {
        flow: read(&stored.id, document)?,
        version: number,
        mode,
        active_from: stored.active_from,
    })
}

/// A flow as it is kept. One that this build cannot read any more is said so and left alone.
pub(super) fn read(id: &str, document: &serde_json::Value) -> Option<Flow> {
    match serde_json::from_value(document.clone()) {
        Ok(flow) => Some(flow),
        Err(error) => {
            tracing::error!(flow = id, %error, "a flow cannot be read; give it again with `repairbridge flow add`");
            None
        }
    }
}
