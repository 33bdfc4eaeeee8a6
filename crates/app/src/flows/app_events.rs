//! The app's coming and going, for flows that wait for it.

use super::sources;
use crate::{App, AppError};
use highlevel::webhook::Event;
use serde_json::Value as Json;
use store::{Change, NewSighting};

/// Where the connection itself is sighted.
const SOURCE: &str = "highlevel.app";

impl App {
    /// Keeps that the app was installed or removed, where a flow of the shop waits for that. The event comes again
    /// where it could not be kept, so that it must be the same then: flows know it by the vendor's id.
    pub(crate) async fn tell_flows_of_app(
        &self,
        event: &Event,
        body: &[u8],
    ) -> Result<(), AppError> {
        let Some(location) = &event.location_id else {
            return Ok(());
        };
        let Some(shop) = self.shop_at(location).await? else {
            return Ok(());
        };
        if !sources::awaited(&self.store.flows(shop).await?).contains(SOURCE) {
            return Ok(());
        }
        let Ok(after) = serde_json::from_slice::<Json>(body) else {
            return Ok(());
        };
        let seen = NewSighting {
            source: SOURCE.to_owned(),
            record: location.clone(),
            event: Some(event.kind.as_str().to_owned()),
            before: None,
            after: Some(after),
        };
        self.store
            .commit(shop, self.now(), vec![Change::Sighted(vec![seen])])
            .await?;
        self.call_flows(shop);
        Ok(())
    }
}
