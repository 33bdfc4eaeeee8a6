//! What we wrote to a record, as it was kept: the ground of explaining and of taking back.

use crate::pass::payload::Payload;
use crate::{App, AppError};
use domain::{Field, IntentId, Kind, RecordId, ShopId, Side};
use std::collections::BTreeSet;
use store::{Exchange, Store};

/// Our finished writes to one record, newest first.
pub(crate) struct History(Vec<(Exchange, Payload)>);

impl History {
    /// Reads it.
    pub(crate) async fn read(
        store: &Store,
        shop: ShopId,
        side: Side,
        kind: Kind,
        record: &RecordId,
    ) -> Result<Self, AppError> {
        let exchanges = store.exchanges_of(shop, side, kind, record).await?;
        Ok(Self::of(exchanges))
    }

    /// From exchanges, newest first.
    pub(crate) fn of(exchanges: Vec<Exchange>) -> Self {
        let with_payload = exchanges.into_iter().map(|exchange| {
            let payload = Payload::read(&exchange.intent);
            (exchange, payload)
        });
        Self(with_payload.collect())
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[(Exchange, Payload)] {
        &self.0
    }

    /// The newest write of a field, one that took others back included.
    pub(crate) fn newest(&self, field: Field) -> Option<&(Exchange, Payload)> {
        self.0
            .iter()
            .find(|(_, payload)| payload.changes.contains_key(&field))
    }

    /// The writes of a field that stand: those that were taken back are left out, and so are those that
    /// took them back.
    pub(crate) fn standing(&self, field: Field) -> Vec<&(Exchange, Payload)> {
        let taken = self.taken_back(field);
        self.0
            .iter()
            .filter(|(exchange, payload)| {
                payload.undo.is_none()
                    && payload.changes.contains_key(&field)
                    && !taken.contains(&exchange.intent.id)
            })
            .collect()
    }

    /// The writes of a field that were taken back.
    pub(crate) fn taken_back(&self, field: Field) -> BTreeSet<IntentId> {
        let undos = self.0.iter().filter_map(|(_, payload)| {
            let undo = payload.undo.as_ref()?;
            payload.changes.contains_key(&field).then_some(undo)
        });
        undos
            .filter_map(|undo| undo.of.get(&field))
            .flatten()
            .copied()
            .collect()
    }
}

impl App {
    /// Our finished writes to a record.
    pub(crate) async fn history(
        &self,
        shop: ShopId,
        side: Side,
        kind: Kind,
        record: &RecordId,
    ) -> Result<History, AppError> {
        History::read(&self.store, shop, side, kind, record).await
    }
}
