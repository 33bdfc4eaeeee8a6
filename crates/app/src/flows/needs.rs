//! What the flows of a shop need to be allowed in HighLevel.

use super::shelf;
use crate::{App, AppError, NeededScope};
use catalogue::Danger;
use std::collections::BTreeMap;
use store::Shop;

impl App {
    /// The permissions that the flows which are switched on need, each once, with the flow that needs it.
    pub(crate) async fn scopes_of_flows(&self, shop: &Shop) -> Result<Vec<NeededScope>, AppError> {
        let mut needed: BTreeMap<String, NeededScope> = BTreeMap::new();
        for stored in self.store.flows(shop.id).await? {
            let Some(flow) = shelf::read(&stored.id, &stored.document).filter(|_| stored.enabled)
            else {
                continue;
            };
            let mut operations = flow.calls();
            operations.insert(flow.trigger.on.clone());
            for operation in operations.iter().filter_map(|id| catalogue::find(id)) {
                let writes = operation.danger != Danger::Reads;
                for scope in operation.scopes {
                    let why = format!("the flow `{}`", flow.id).into();
                    needed.entry(scope.clone()).or_insert(NeededScope {
                        scope: scope.into(),
                        why,
                        writes,
                    });
                }
            }
        }
        Ok(needed.into_values().collect())
    }
}
