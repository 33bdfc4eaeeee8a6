//! Tasks rest where HighLevel does not let the whole location's tasks be read: people are kept in step all the same.
//! Nothing is decided about tickets meanwhile, since what cannot be seen may be there already.

use super::Pass;
use crate::AppError;
use crate::scopes::NO_SCOPE;
use domain::{Kind, ShopId, Side};
use serde_json::{Value as Json, json};
use std::sync::atomic::Ordering;
use store::{Change, Store};

/// The fact that remembers why tasks rest.
const RESTING: &str = "tasks";

/// Why tasks rested when they were last looked at, for people.
pub(crate) async fn rested(store: &Store, shop: ShopId) -> Result<Option<String>, AppError> {
    let fact = store.fact(shop, RESTING).await?;
    Ok(fact.and_then(|fact| fact.value["reason"].as_str().map(str::to_owned)))
}

impl Pass<'_> {
    /// Takes the outcome of reading a kind: what the token may not read of HighLevel's tasks lets them rest, and is no
    /// failure of the rest.
    pub(super) async fn unless_tasks_rest(
        &self,
        side: Side,
        kind: Kind,
        outcome: Result<(), AppError>,
    ) -> Result<(), AppError> {
        if (side, kind) != (Side::HighLevel, Kind::Task) {
            return outcome;
        }
        let reason = match outcome {
            Err(AppError::Vendor(error)) if error.code == NO_SCOPE => {
                Some(format!("tasks are not synced: {}", error.message))
            }
            Err(error) => return Err(error),
            Ok(()) => None,
        };
        self.tasks_rest.store(reason.is_some(), Ordering::Relaxed);
        if let Some(reason) = &reason {
            self.tally(|tally| tally.stop(reason.clone()));
        }
        if rested(self.store, self.shop.id).await? == reason {
            return Ok(());
        }
        let value = reason.map_or(Json::Null, |reason| json!({"reason": reason}));
        self.commit(vec![Change::Fact(RESTING, value)]).await
    }

    /// Whether nothing is decided about tasks and tickets in this pass.
    pub(super) fn tasks_rest(&self) -> bool {
        self.tasks_rest.load(Ordering::Relaxed)
    }
}
